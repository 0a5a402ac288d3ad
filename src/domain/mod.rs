//! Floor 1: the words and rules of the Store, without I/O, clock, screen or network.

pub mod archive;
pub mod catalog;
pub mod central_directory;
pub mod check;
mod compare;
pub mod concern;
pub mod diff;
pub mod difference;
pub mod document;
pub mod edit;
#[cfg(test)]
mod examples;
pub mod explain;
mod file_rules;
pub mod finding;
pub mod fingerprint;
pub mod fit;
pub mod limits;
mod listing_rules;
mod offer_rules;
pub mod package;
pub mod package_head;
pub mod pointer;
pub mod product;
pub mod remote;
mod scan;
pub mod status;
pub mod submission;
pub mod target;
pub mod units;
pub mod value;
