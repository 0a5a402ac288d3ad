//! The states of a submission and how long the clean ones last.

use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    const ALL: [Self; 15] = [
        Self::None,
        Self::Canceled,
        Self::PendingCommit,
        Self::CommitStarted,
        Self::CommitFailed,
        Self::PendingPublication,
        Self::Publishing,
        Self::Published,
        Self::PublishFailed,
        Self::PreProcessing,
        Self::PreProcessingFailed,
        Self::Certification,
        Self::CertificationFailed,
        Self::Release,
        Self::ReleaseFailed,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Canceled => "Canceled",
            Self::PendingCommit => "PendingCommit",
            Self::CommitStarted => "CommitStarted",
            Self::CommitFailed => "CommitFailed",
            Self::PendingPublication => "PendingPublication",
            Self::Publishing => "Publishing",
            Self::Published => "Published",
            Self::PublishFailed => "PublishFailed",
            Self::PreProcessing => "PreProcessing",
            Self::PreProcessingFailed => "PreProcessingFailed",
            Self::Certification => "Certification",
            Self::CertificationFailed => "CertificationFailed",
            Self::Release => "Release",
            Self::ReleaseFailed => "ReleaseFailed",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// What a clean submission spends here; together 40 s from commit to publication. `None`: nothing moves it on.
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

    /// DELETE works on drafts and on what has failed or was cancelled.
    pub(super) fn is_deletable(self) -> bool {
        self == Self::PendingCommit
            || self == Self::Canceled
            || Self::ALL.iter().any(|stage| stage.failure() == Some(self))
    }
}
