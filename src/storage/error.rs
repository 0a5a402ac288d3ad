//! Disk errors with messages that a person can act on.

use super::holder::Holder;
use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// What was tried on which file, and how it failed.
#[derive(Debug)]
pub struct DiskError {
    /// As in "write the journal"; follows "could not".
    pub tried: String,
    pub path: PathBuf,
    pub source: io::Error,
}

impl DiskError {
    pub fn new(tried: impl Into<String>, path: &Path, source: io::Error) -> Self {
        Self {
            tried: tried.into(),
            path: path.to_owned(),
            source,
        }
    }

    /// Another process holds the file; who, if it could be read.
    pub(super) fn held(tried: impl Into<String>, path: &Path, holder: Option<Holder>) -> Self {
        Self::new(
            tried,
            path,
            io::Error::new(io::ErrorKind::ResourceBusy, Held(holder)),
        )
    }

    pub(super) fn damaged(tried: impl Into<String>, path: &Path, what: String) -> Self {
        Self::new(
            tried,
            path,
            io::Error::new(io::ErrorKind::InvalidData, what),
        )
    }

    /// Whether another process holds the file.
    pub fn is_held(&self) -> bool {
        self.source
            .get_ref()
            .and_then(|source| source.downcast_ref::<Held>())
            .is_some()
    }

    /// Whether the file was read and does not say what it should.
    pub fn is_damage(&self) -> bool {
        self.source.kind() == io::ErrorKind::InvalidData
    }

    /// What to do about it.
    fn remedy(&self) -> &'static str {
        match self.source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "Free some space there and try again."
            }
            _ if is_in_use(&self.source) => {
                "Close the program that has it open (a virus scanner or an indexer lets it go by itself), and try again."
            }
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                "Give yourself the right to write there, or set FLIGHTDECK_HOME to a folder where you have it."
            }
            io::ErrorKind::ResourceBusy if self.is_held() => {
                "Wait until it is done there, or end it there."
            }
            io::ErrorKind::InvalidData => {
                "Move the file away; nothing on the server is touched by that."
            }
            io::ErrorKind::InvalidInput => {
                "`flightdeck resume` without a run lists the runs there are."
            }
            io::ErrorKind::NotFound => "It may have been moved or deleted meanwhile.",
            _ => "Correct that, or set FLIGHTDECK_HOME to another folder.",
        }
    }
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {} ({}): ", self.tried, self.path.display())?;
        match self.source.kind() {
            io::ErrorKind::StorageFull => f.write_str("the disk is full")?,
            io::ErrorKind::QuotaExceeded => f.write_str("your share of the disk is used up")?,
            io::ErrorKind::ReadOnlyFilesystem => f.write_str("the disk is read-only")?,
            _ if is_in_use(&self.source) => {
                f.write_str("another program has it open, or you have no right to do that there")?;
            }
            io::ErrorKind::PermissionDenied => f.write_str("you have no right to do that there")?,
            _ => write!(f, "{}", self.source)?,
        }
        write!(f, "\n{}", self.remedy())
    }
}

impl std::error::Error for DiskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// The inner cause of [`DiskError::held`].
#[derive(Debug)]
struct Held(Option<Holder>);

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(holder) => write!(
                f,
                "process {} works on it since {:.0}",
                holder.pid, holder.since
            ),
            None => f.write_str("another process works on it"),
        }
    }
}

impl std::error::Error for Held {}

/// Whether another program has the file open: access denied and sharing violation, as Windows says it.
pub(super) fn is_in_use(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33))
}
