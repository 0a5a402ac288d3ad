//! `history.jsonl`: runs that ended, and how long each state lasted, so that "longer than usual" can be told.

use super::{atomic, error::DiskError, input};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};
use store_model::{status::Status, target::Target};

/// As much of the file's end as is read: some ten thousand runs.
const WINDOW: u64 = 8 * 1024 * 1024;

/// A run that ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finished {
    /// The journal's id.
    pub run: String,
    #[serde(default)]
    pub profile: String,
    pub target: Target,
    #[serde(default)]
    pub submission: Option<String>,
    /// `committed`, `published`, `waiting`, `failed`, `cancelled` or `refused`, as the head-less result says it.
    pub outcome: String,
    #[serde(default)]
    pub status: Option<Status>,
    pub started: Timestamp,
    pub ended: Timestamp,
    /// In the order they were seen.
    #[serde(default)]
    pub stages: Vec<StageTime>,
}

/// How long a submission stayed in a state, as far as it was watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTime {
    pub status: Status,
    pub seconds: u64,
}

/// The file of ended runs.
#[derive(Clone, Debug)]
pub struct History {
    path: PathBuf,
}

impl History {
    /// The file `history.jsonl` in the data folder.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join("history.jsonl"),
        }
    }

    /// Adds a run; it is on disk when this returns.
    pub fn append(&self, finished: &Finished) -> Result<(), DiskError> {
        let line = serde_json::to_string(finished).map_err(|error| {
            DiskError::new("write the history", &self.path, io::Error::other(error))
        })?;
        atomic::append(&self.path, &line)
    }

    /// The last `limit` runs, newest first. Lines that cannot be read are left out.
    pub fn read(&self, limit: usize) -> Result<Vec<Finished>, DiskError> {
        let fail = |source| DiskError::new("read the history", &self.path, source);
        let (mut file, facts) = match input::open(&self.path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(fail(error)),
        };
        file.seek(SeekFrom::Start(facts.len().saturating_sub(WINDOW)))
            .map_err(fail)?;
        let mut bytes = Vec::new();
        file.take(WINDOW).read_to_end(&mut bytes).map_err(fail)?;
        let lines = bytes.rsplit(|byte| *byte == b'\n');
        Ok(lines
            .filter_map(|line| serde_json::from_slice(line).ok())
            .take(limit)
            .collect())
    }
}
