//! A ZIP and the document that it is for: read, compared, repaired, made. Knows nothing of files on a disk.

pub mod central_directory;
pub mod entry;
pub mod fault;
pub mod fit;
mod fit_parts;
mod hurdles;
pub mod inside;
#[cfg(test)]
mod inside_tests;
#[cfg(test)]
mod kinds_tests;
pub mod manifest;
mod package_check;
mod package_families;
pub mod package_fit;
pub mod packing;
pub mod picture_fit;
pub mod repair;
#[cfg(test)]
mod tests;

pub use central_directory::{Archive, ArchiveError, ArchiveFile, Inside, Method, read};
pub use fit::{ArchiveFault, Extra, Fit, Hurdle, Missing, Near, NearReason, fit, is_package};
pub use inside::look_inside;
pub use repair::{Repair, against, apply_to, repairs};
