//! Why a ZIP was not made.

use std::{
    io,
    path::{Path, PathBuf},
};
use zip::result::ZipError;

/// Why there is no ZIP.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// It would not fit: why, in sentences.
    #[error("No ZIP was made. {}", .0.join(" "))]
    Refused(Vec<String>),
    #[error("No ZIP was made: {} could not be {what}: {source}.", path.display())]
    Disk {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("No ZIP was made: it could not be written: {0}.")]
    Zip(#[from] ZipError),
    #[error("No ZIP was made: it could not be written: {0}.")]
    Written(io::Error),
    #[error("No ZIP was made: {} changed while it was read; try again.", .0.display())]
    Changed(PathBuf),
    #[error("No ZIP was made: it was stopped.")]
    Cancelled,
}

pub(super) fn disk<'p>(what: &'static str, path: &'p Path) -> impl Fn(io::Error) -> PackError + 'p {
    move |source| PackError::Disk {
        what,
        path: path.to_owned(),
        source,
    }
}
