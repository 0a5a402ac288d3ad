//! Which ZIP a run sends: a file, or packages and other files that are put together while they are sent. Plain data.

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Where the bytes of a ZIP are. A journal of an older version has the path alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ZipSource {
    /// It is on the disk.
    File(PathBuf),
    /// It is made of these files, in this order, while it is sent: there is no copy of it anywhere.
    Parts(Vec<ZipPart>),
    /// It was uploaded to the draft earlier; the service calls that very blob by this tag.
    Uploaded { etag: String },
}

/// A file and its path inside of the ZIP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZipPart {
    pub name: String,
    pub file: PathBuf,
}

impl ZipSource {
    /// The file that is the whole ZIP, if there is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Parts(_) | Self::Uploaded { .. } => None,
        }
    }

    /// What stands for it in messages: its own path, or how many files it is made of.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Parts(parts) => match parts.as_slice() {
                [part] => part.file.clone(),
                parts => PathBuf::from(format!("{} files", parts.len())),
            },
            Self::Uploaded { .. } => PathBuf::from("the ZIP that was uploaded earlier"),
        }
    }
}

impl<P: Into<PathBuf>> From<P> for ZipSource {
    fn from(path: P) -> Self {
        Self::File(path.into())
    }
}

impl fmt::Display for ZipSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path().display().fmt(f)
    }
}
