//! Where a run stands between two words: what is to be done next, and to which step that belongs. Plain data.

use super::view::Step;

/// A changing call whose outcome is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    Delete,
    Create,
    Update,
    Commit,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
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
    SaveDraft,
    Delete,
    Create,
    /// The draft is read again after an interruption: somebody may have changed it meanwhile.
    Recheck,
    Update,
    ReadBack,
    Upload,
    Commit,
    /// A followed submission is read once for its publish mode.
    ReadFollowed {
        id: String,
    },
    Look,
    /// The server is asked what became of the call before anything is repeated.
    Probe(Doubt),
    /// A draft that was not there before an unanswered create.
    Adopt {
        id: String,
    },
}

impl Stage {
    pub(super) fn step(&self) -> Step {
        match self {
            Self::SignIn => Step::SignIn,
            Self::ReadTarget | Self::ReadPending { .. } | Self::ReadLive { .. } => Step::ReadTarget,
            Self::Examine | Self::SaveDraft | Self::Delete | Self::Probe(Doubt::Delete) => {
                Step::SettleDraft
            }
            Self::Create | Self::Probe(Doubt::Create) | Self::Adopt { .. } => Step::Create,
            Self::Recheck | Self::Update | Self::Probe(Doubt::Update) => Step::Update,
            Self::ReadBack => Step::ReadBack,
            Self::Upload => Step::Upload,
            Self::Commit | Self::Probe(Doubt::Commit) => Step::Commit,
            Self::ReadFollowed { .. } | Self::Look => Step::Follow,
        }
    }

    /// The call of this stage, if its answer may be lost.
    pub(super) fn doubt(&self) -> Option<Doubt> {
        match self {
            Self::Delete => Some(Doubt::Delete),
            Self::Create => Some(Doubt::Create),
            Self::Update => Some(Doubt::Update),
            Self::Commit => Some(Doubt::Commit),
            Self::Probe(doubt) => Some(*doubt),
            _ => None,
        }
    }
}
