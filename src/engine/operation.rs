//! What a run is for, as the first line of its journal says it. Plain data.

use super::{
    cadence::Cadence,
    plan::{Plan, WaitFor},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_model::target::Target;

/// The first line of a journal: what was asked for, by whom, when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunHeader {
    /// The journal's format; a later version may refuse or convert an earlier one.
    pub version: u32,
    /// UUIDv7 text.
    pub run: String,
    /// The profile that the run belongs to.
    pub profile: String,
    pub at: Timestamp,
    pub cadence: Cadence,
    pub operation: Operation,
}

/// The two things a run can be for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    Publish(Box<Plan>),
    /// Only look, until the submission ends.
    Follow {
        target: Target,
        name: String,
        submission: String,
        /// Journals of older versions say nothing: to the end.
        #[serde(default)]
        until: WaitFor,
    },
}

impl Operation {
    pub fn target(&self) -> &Target {
        match self {
            Self::Publish(plan) => &plan.target,
            Self::Follow { target, .. } => target,
        }
    }

    /// How far it goes before it is done.
    pub fn until(&self) -> WaitFor {
        match self {
            Self::Publish(plan) => plan.wait,
            Self::Follow { until, .. } => *until,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Publish(plan) => &plan.name,
            Self::Follow { name, .. } => name,
        }
    }
}

impl RunHeader {
    pub const VERSION: u32 = 1;
}
