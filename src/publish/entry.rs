//! What the journal of a run holds, and how a run is rebuilt from it. Holds no signed URL and no secret.

use super::{
    cadence::Cadence,
    machine::{Happened, Run},
    plan::Plan,
    view::Step,
};
use crate::domain::target::Target;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The first line of a journal: what was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The journal's format; a later version may refuse or convert an earlier one.
    pub version: u32,
    /// UUIDv7 text.
    pub run: String,
    /// The profile that the run belongs to.
    pub profile: String,
    pub at: Timestamp,
    pub cadence: Cadence,
    pub errand: Errand,
}

/// The two things a run can be for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Errand {
    Publish(Box<Plan>),
    /// Only look, until the submission ends.
    Follow {
        target: Target,
        name: String,
        submission: String,
    },
}

impl Errand {
    pub fn target(&self) -> &Target {
        match self {
            Self::Publish(plan) => &plan.target,
            Self::Follow { target, .. } => target,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Publish(plan) => &plan.name,
            Self::Follow { name, .. } => name,
        }
    }
}

/// The lines after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    /// On disk before a request that changes something: without an outcome behind it, the server has to be asked what happened.
    Intends {
        at: Timestamp,
        step: Step,
    },
    Happened {
        at: Timestamp,
        what: Box<Happened>,
    },
}

impl Header {
    pub const VERSION: u32 = 1;
}

impl Run {
    /// The run as it stood after these entries.
    pub fn rebuild(header: Header, entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut run = Self::new(header);
        for entry in entries {
            if let Entry::Happened { at, what } = entry {
                run.tell(*what, at);
            }
        }
        run
    }
}
