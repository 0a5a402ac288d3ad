//! The Store's documents and rules, without I/O, clock, screen or network.

pub mod archive;
pub mod catalog;
pub mod checked;
pub mod compose;
pub mod difference;
pub mod equivalence;
#[cfg(test)]
mod examples;
pub mod explain;
pub mod family;
pub mod finding;
pub mod json;
pub mod limits;
pub mod pace;
pub mod package;
pub mod packages;
pub mod product;
pub mod remote;
pub mod review_analysis;
pub mod risk;
pub mod rule;
pub mod rule_table;
pub mod rules;
pub mod safe_text;
pub mod signed_url;
pub mod status;
pub mod story;
pub mod submission;
pub mod target;
pub mod texts;
pub mod units;
pub mod value;
pub mod version;
pub mod zip_check;

pub use equivalence::{diff, fingerprint, merge};
