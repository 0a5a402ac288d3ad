//! The states of a submission and how long the clean ones last.

use serde::Deserialize;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde_json::Value;
use std::fmt;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Stage {
    None,
    Canceled,
    PendingCommit,
    CommitStarted,
    CommitFailed,
    PendingPublication,
    Publishing,
    Published,
    PublishFailed,
    PreProcessing,
    PreProcessingFailed,
    Certification,
    CertificationFailed,
    Release,
    ReleaseFailed,
}

impl Stage {
    /// The state of this name on the wire.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::deserialize(StrDeserializer::<ValueError>::new(name)).ok()
    }

    /// How long a submission without faults stays here; 40 s in all from commit to publication. `None`: it stays.
    pub(super) fn length(self) -> Option<Duration> {
        let seconds = match self {
            Self::CommitStarted | Self::PreProcessing | Self::Publishing => 6,
            Self::Certification => 16,
            Self::Release | Self::PendingPublication => 3,
            _ => return None,
        };
        Some(Duration::from_secs(seconds))
    }

    /// The state after this one when nothing goes wrong.
    pub(super) fn next(self) -> Option<Self> {
        Some(match self {
            Self::CommitStarted => Self::PreProcessing,
            Self::PreProcessing => Self::Certification,
            Self::Certification => Self::Release,
            Self::Release => Self::PendingPublication,
            Self::PendingPublication => Self::Publishing,
            Self::Publishing => Self::Published,
            _ => return None,
        })
    }

    /// The state in which this one fails.
    pub(super) fn failure(self) -> Option<Self> {
        Some(match self {
            Self::CommitStarted => Self::CommitFailed,
            Self::PreProcessing => Self::PreProcessingFailed,
            Self::Certification => Self::CertificationFailed,
            Self::Release => Self::ReleaseFailed,
            Self::PendingPublication | Self::Publishing => Self::PublishFailed,
            _ => return None,
        })
    }

    /// DELETE env on drafts and on what has failed or was cancelled.
    pub(super) fn is_deletable(self) -> bool {
        matches!(
            self,
            Self::PendingCommit
                | Self::Canceled
                | Self::CommitFailed
                | Self::PreProcessingFailed
                | Self::CertificationFailed
                | Self::ReleaseFailed
                | Self::PublishFailed
        )
    }
}

impl From<Stage> for Value {
    fn from(stage: Stage) -> Self {
        stage.to_string().into()
    }
}

impl fmt::Display for Stage {
    /// As on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
