//! Rebuilds a run from the lines of its journal. Reads no file itself.

use super::{
    entry::{JournalEntry, SentBlocks},
    machine::Run,
    operation::RunHeader,
};
use serde_json::Value;

/// Why a journal does not give a run.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("Its journal is empty.")]
    Empty,
    #[error(
        "Its journal was written by another version of Flightdeck (format {found}, this one reads {}).",
        RunHeader::VERSION
    )]
    Version { found: u64 },
    #[error("The journal's first line is damaged: {0}.")]
    Header(#[source] serde_json::Error),
    #[error("It belongs to profile {theirs:?}; this is {ours:?}. Use --profile {theirs}.")]
    Profile { theirs: String, ours: String },
    #[error("Line {number} of its journal is damaged: {error}.")]
    Line {
        number: usize,
        #[source]
        error: serde_json::Error,
    },
}

/// A run as its journal left it.
pub struct Recovered {
    pub run: Run,
    /// The journal ends with an intention: nobody knows what became of that call.
    pub is_unanswered: bool,
    pub sent: Option<SentBlocks>,
}

/// Rebuilds a run of this profile.
pub fn read(lines: Vec<Value>, profile: &str) -> Result<Recovered, JournalError> {
    let mut lines = lines.into_iter();
    let first = lines.next().ok_or(JournalError::Empty)?;
    let version = first.get("version").and_then(Value::as_u64);
    if version != Some(RunHeader::VERSION.into()) {
        return Err(JournalError::Version {
            found: version.unwrap_or_default(),
        });
    }
    let header: RunHeader = serde_json::from_value(first).map_err(JournalError::Header)?;
    if header.profile != profile {
        return Err(JournalError::Profile {
            theirs: header.profile,
            ours: profile.to_owned(),
        });
    }
    let mut entries = Vec::new();
    for (number, line) in (2..).zip(lines) {
        entries.push(
            serde_json::from_value(line).map_err(|error| JournalError::Line { number, error })?,
        );
    }
    // The end may be written where the outcome was not: a disk that is full for a long line has room for a short one.
    let is_unanswered = entries.iter().rev().find(|entry| {
        !matches!(
            entry,
            JournalEntry::Uploading { .. } | JournalEntry::Ended { .. }
        )
    });
    let is_unanswered = matches!(is_unanswered, Some(JournalEntry::Intends { .. }));
    let sent = entries.iter().rev().find_map(|entry| match entry {
        JournalEntry::Uploading { sent, .. } => Some((**sent).clone()),
        _ => None,
    });
    Ok(Recovered {
        run: Run::rebuild(header, entries),
        is_unanswered,
        sent,
    })
}

/// Whether the journal's last line leaves nothing to be done.
pub fn has_ended(last: &Value) -> bool {
    last.get("ended")
        .is_some_and(|ended| ended.get("is_resumable").and_then(Value::as_bool) != Some(true))
}
