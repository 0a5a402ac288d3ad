//! What the journal of a run holds, and how a run is rebuilt from it. Holds no signed URL and no secret.

use super::{
    call::RunEvent,
    machine::Run,
    operation::RunHeader,
    view::{Outcome, Step},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The lines after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JournalEntry {
    /// On disk before a request that changes something: without an outcome behind it, the server has to be asked what happened.
    Intends {
        at: Timestamp,
        step: Step,
    },
    Happened {
        at: Timestamp,
        what: Box<RunEvent>,
    },
    /// Another process took the run up again; `is_unanswered` when the line before is an intention.
    Resumed {
        at: Timestamp,
        is_unanswered: bool,
    },
    /// The run has ended; whether it can be taken up again all the same. A list reads only this line.
    Ended {
        at: Timestamp,
        outcome: Outcome,
        is_resumable: bool,
    },
    /// How far the upload is: what a later one may leave out when the service does not tell.
    Uploading {
        at: Timestamp,
        sent: Box<SentBlocks>,
    },
}

/// The blocks of an upload that the service has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentBlocks {
    /// The blob's URL without its query: no signed URL is ever written.
    pub place: String,
    /// Tells the file from a changed one, as the uploader made it.
    pub identity: Value,
    /// Bytes in every block but the last.
    pub block_size: u64,
    /// Ranges of block indices, both ends included, in order.
    pub blocks: Vec<(u32, u32)>,
}

impl Run {
    /// The run as it stood after these entries.
    pub fn rebuild(header: RunHeader, entries: impl IntoIterator<Item = JournalEntry>) -> Self {
        let mut run = Self::new(header);
        for entry in entries {
            match entry {
                JournalEntry::Happened { at, what } => run.apply(*what, at),
                JournalEntry::Resumed { at, is_unanswered } => run.resume(is_unanswered, at),
                JournalEntry::Intends { .. }
                | JournalEntry::Uploading { .. }
                | JournalEntry::Ended { .. } => {}
            }
        }
        run
    }
}
