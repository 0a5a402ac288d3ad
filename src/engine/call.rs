//! The two messages between a run and its driver: the next step, and the event that it led to. Plain data without signed URLs.

use super::{plan::ExistingRollout, view::Cause, zip_source::ZipSource};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};
use store_model::{status::StatusReport, submission::Submission};

/// What is to be done next; the answer comes as [`RunEvent`].
#[derive(Clone, Debug, PartialEq)]
pub enum NextStep {
    SignIn,
    ReadTarget,
    ReadSubmission {
        id: String,
    },
    /// Hold the archive against the document.
    Examine {
        zip: ZipSource,
        document: Value,
    },
    /// Keep the draft's document on disk: it is about to be deleted.
    SaveDraft {
        submission: Box<Submission>,
    },
    Delete {
        id: String,
    },
    /// End the rollout of the live submission, so that the Store makes a new draft.
    EndRollout {
        id: String,
        how: ExistingRollout,
    },
    Create,
    Update {
        id: String,
        body: Value,
    },
    ReadBack {
        id: String,
    },
    Upload {
        id: String,
        zip: ZipSource,
    },
    /// Look at what is about to be committed: the draft, and whether the blob is still the one uploaded.
    Guard {
        id: String,
    },
    Commit {
        id: String,
    },
    /// Ask for the status.
    Poll {
        id: String,
    },
    End,
}

impl NextStep {
    /// Whether it changes something in the account, so that the intention has to be on disk before it.
    pub fn is_change(&self) -> bool {
        matches!(
            self,
            Self::Delete { .. }
                | Self::EndRollout { .. }
                | Self::Create
                | Self::Update { .. }
                | Self::Upload { .. }
                | Self::Commit { .. }
        )
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunEvent {
    SignedIn,
    TargetRead {
        /// The product's name: a head-less plan knows only the target.
        name: String,
        pending: Option<String>,
        published: Option<String>,
    },
    SubmissionRead(Submission),
    /// What keeps the archive from being committed; empty when it fits.
    Examined {
        problems: Vec<String>,
        warnings: Vec<String>,
        /// SHA-256 of the whole file; only where an approved hash asks for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sum: Option<[u8; 32]>,
        /// The versions of the archive's packages, by file name: what is live once it is published has to have them.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        versions: BTreeMap<String, String>,
        /// Tells the file from a changed one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<Value>,
    },
    DraftSaved {
        path: PathBuf,
    },
    Deleted,
    RolloutEnded,
    Created(Submission),
    Updated,
    ReadBack(Submission),
    /// The archive is no longer the file that was examined, so none of it was sent.
    ArchiveChanged,
    Uploaded {
        bytes: u64,
        /// Which version of the blob the archive is, where the service told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        etag: Option<String>,
    },
    /// The blob is another version than the one that this run uploaded: somebody else used the same URL.
    ArchiveReplaced,
    Committed,
    Seen(StatusReport),
    /// A changing call has no clear answer: it may have been done.
    Lost {
        message: String,
    },
    Failed(StepFailure),
    Cancelled,
}

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFailure {
    pub cause: Cause,
    /// What was tried, what came back, what to do next.
    pub message: String,
}
