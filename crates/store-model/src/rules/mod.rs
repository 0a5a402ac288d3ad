//! What the Store would refuse or a person hardly means: shapes from the schemas, and a rule a subject.

pub mod check;
pub mod fields;
pub mod files;
pub mod listings;
pub mod offer;
pub mod packages;
pub mod rule;
pub mod schedule;
pub mod schema;
pub mod shapes;
pub mod table;
#[cfg(test)]
mod tests;
mod trail;
pub mod trailers;
