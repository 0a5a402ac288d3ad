//! Floor 1: the words and rules of the Store, without I/O, clock, screen or network.

pub mod archive;
mod archive_fault;
#[cfg(test)]
mod archive_tests;
pub mod catalog;
pub mod central_directory;
pub mod check;
#[cfg(test)]
mod check_tests;
mod compare;
pub mod concern;
pub mod diff;
pub mod difference;
pub mod document;
pub mod edit;
mod entry;
#[cfg(test)]
mod examples;
pub mod explain;
mod field_rules;
mod file_rules;
pub mod finding;
pub mod fingerprint;
pub mod fit;
pub mod inside;
#[cfg(test)]
mod inside_tests;
pub mod judged;
pub mod limits;
mod listing_rules;
pub mod manifest;
pub mod merge;
mod offer_rules;
pub mod package;
pub mod package_change;
mod package_fit;
pub mod package_reach;
pub mod package_rows;
mod package_rules;
pub mod packing;
mod picture_fit;
pub mod pointer;
pub mod product;
pub mod remote;
mod scan;
mod schedule_rules;
pub mod schema;
mod shape_rules;
pub mod status;
pub mod submission;
pub mod target;
pub mod text_export;
pub mod text_import;
pub mod text_source;
pub mod texts;
mod trailer_rules;
pub mod units;
pub mod value;
pub mod version;
