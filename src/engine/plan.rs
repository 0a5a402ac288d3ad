//! What a person or a script wants of a run, settled before its first request. Knows nothing of how it is carried out.

use super::zip_source::ZipSource;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store_model::{fingerprint::Fingerprint, risk::Allowance, target::Target};

/// What to do with a pending submission that this run did not make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PendingPolicy {
    /// Stop and say so; nothing is touched.
    #[default]
    Fail,
    /// Go on with it: change, upload to and commit that very draft.
    Keep,
    /// Save its document, delete it, create a new one from what is live.
    Replace,
}

/// What to do when the live submission is still being rolled out: the Store makes no new draft meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExistingRollout {
    /// Stop and say so; nothing is touched.
    #[default]
    Fail,
    /// Everybody gets the packages that are being rolled out.
    Finalize,
    /// Everybody gets the earlier packages again.
    Halt,
}

/// How far a run goes before it says that it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitFor {
    /// Until the draft holds everything. It is not committed: a person looks at it first.
    Draft,
    /// Until the service took the commit.
    None,
    /// Until the service has checked the commit (it left `CommitStarted`).
    Committed,
    /// Until it is published, waits for a person or a date, or has failed.
    #[default]
    Published,
}

/// A whole release as it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub target: Target,
    /// The product's name, for people.
    pub name: String,
    /// The document to send; `None` leaves the draft as it is. Holds no signed URL.
    pub document: Option<Value>,
    /// The ZIP that holds every file marked `PendingUpload`.
    pub zip: Option<ZipSource>,
    pub pending: PendingPolicy,
    /// The draft that the person saw when choosing keep or replace; another one found is refused.
    pub draft_seen: Option<String>,
    /// What was approved: base, document and ZIP must still be what they were. `None` in journals of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Fingerprint>,
    /// The editable part of the document that the person saw or edited: the draft's, else the live one's. What somebody else has
    /// changed in it since is never overwritten. `None` where nobody can know, and in journals of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Value>,
    /// The kinds of change, and the rules that only warn, that a person said yes to.
    pub allow: Vec<Allowance>,
    pub wait: WaitFor,
    #[serde(default)]
    pub existing_rollout: ExistingRollout,
    /// Whether a person said yes to committing in a protected profile (`--yes`, or the product's name typed). It travels with the
    /// run: who resumes it need not say it again.
    #[serde(default)]
    pub is_confirmed: bool,
    /// Whether the profile was protected when the run began; it stays so for this run.
    #[serde(default)]
    pub is_protected: bool,
}

impl Plan {
    /// Whether a protected profile wants a yes: not for a draft that is only filled, because customers get nothing of it.
    pub fn needs_confirmation(&self) -> bool {
        self.wait != WaitFor::Draft || self.pending == PendingPolicy::Replace
    }
}
