//! What the Store would refuse or a person hardly means: shapes from the schemas, and a rule a subject.

pub mod check;
pub mod fields;
pub mod files;
mod garbled;
pub mod listings;
pub mod offer;
pub mod packages;
pub mod schedule;
pub mod schema;
pub mod shapes;
#[cfg(test)]
mod tests;
mod trail;
pub mod trailers;

pub use crate::{rule, rule_table as table};
