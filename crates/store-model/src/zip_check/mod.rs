//! A ZIP held against the document that it is for: its packages and pictures, and what can be repaired. Stands above the
//! reader of ZIPs and above the list of packages.

#[cfg(test)]
mod content_tests;
#[cfg(test)]
mod kinds_tests;
mod package_check;
mod package_families;
mod package_fit;
mod picture_fit;
mod repair;

pub use repair::{Repair, against, apply_to, repairs};
