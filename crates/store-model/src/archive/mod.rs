//! A ZIP: read, compared with the files that a document names, made. Knows nothing of files on a disk.

mod block_map;
#[cfg(test)]
mod block_map_tests;
#[cfg(test)]
mod bundle_tests;
pub mod central_directory;
#[cfg(test)]
mod directory_tests;
pub mod entry;
pub mod fault;
pub mod fit;
pub(crate) mod fit_parts;
mod hurdles;
pub mod inside;
#[cfg(test)]
pub(crate) mod inside_tests;
pub mod manifest;
pub mod packing;
#[cfg(test)]
mod tests;

pub use central_directory::{Archive, ArchiveError, ArchiveFile, Inside, Method, read};
pub use fit::{ArchiveFault, Extra, Fit, Hurdle, Missing, Near, NearReason, fit, is_package};
pub use inside::{look_inside, look_into_package};
