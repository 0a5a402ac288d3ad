//! What a run does next, and the step it belongs to. Plain data.

use super::view::Step;

/// A changing call whose outcome is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    Delete,
    Rollout,
    Create,
    Update,
    Commit,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum RunStage {
    SignIn,
    ReadTarget,
    /// The pending submission that was found.
    ReadPending {
        id: String,
    },
    ReadLive {
        id: String,
    },
    Examine,
    /// The draft that is to be replaced is read once more: what is deleted is what was seen.
    LookAtOld {
        id: String,
    },
    SaveDraft,
    Delete,
    EndRollout,
    Create,
    /// The draft is read again after an interruption: somebody may have changed it meanwhile.
    Recheck,
    Update,
    ReadBack,
    /// The archive is examined again before it is sent: it is another file than before, or days lie between.
    ExamineAgain,
    Upload,
    /// The draft is read again right before the commit: somebody may have changed it while the archive was sent.
    Guard,
    Commit,
    /// A followed submission is read once for its publish mode.
    ReadFollowed {
        id: String,
    },
    Poll,
    /// What is live now is read and compared with what was sent.
    Verify,
    /// The server is asked what became of the call before anything is repeated.
    Probe(Probe),
    /// A draft that was not there before an unanswered create.
    Adopt {
        id: String,
    },
}

impl RunStage {
    pub(super) fn step(&self) -> Step {
        match self {
            Self::SignIn => Step::SignIn,
            Self::ReadTarget | Self::ReadPending { .. } | Self::ReadLive { .. } => Step::ReadTarget,
            Self::Examine
            | Self::LookAtOld { .. }
            | Self::SaveDraft
            | Self::Delete
            | Self::EndRollout
            | Self::Probe(Probe::Delete | Probe::Rollout) => Step::SettleDraft,
            Self::Create | Self::Probe(Probe::Create) | Self::Adopt { .. } => Step::Create,
            Self::Recheck | Self::Update | Self::Probe(Probe::Update) => Step::Update,
            Self::ReadBack => Step::ReadBack,
            Self::ExamineAgain | Self::Upload => Step::Upload,
            Self::Guard | Self::Commit | Self::Probe(Probe::Commit) => Step::Commit,
            Self::ReadFollowed { .. } | Self::Poll | Self::Verify => Step::Follow,
        }
    }

    /// The call of this stage, if its answer may be lost.
    pub(super) fn probe(&self) -> Option<Probe> {
        match self {
            Self::Delete => Some(Probe::Delete),
            Self::EndRollout => Some(Probe::Rollout),
            Self::Create => Some(Probe::Create),
            Self::Update => Some(Probe::Update),
            Self::Commit => Some(Probe::Commit),
            Self::Probe(probe) => Some(*probe),
            _ => None,
        }
    }
}
