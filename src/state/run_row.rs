//! A run as the screen knows it. A part of the model.

use crate::{
    engine::{
        plan::Plan,
        view::{Ending, Outcome, RunView, Step, StepState},
    },
    tasks::{report::UploadProgress, reporter::JobId},
};
use std::sync::Arc;
use store_model::status::Status;

/// A run with its upload.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    pub job: JobId,
    pub view: RunView,
    pub upload: Option<UploadProgress>,
    /// An earlier process left it: nobody drives it until somebody continues it.
    pub is_left: bool,
    /// What it publishes; `None` where it only follows.
    pub plan: Option<Arc<Plan>>,
    /// What it carried has left the working copy.
    pub is_settled: bool,
}

impl RunRow {
    /// A task of ours drives it.
    pub fn is_active(&self) -> bool {
        self.view.is_active() && !self.is_left
    }

    /// It was interrupted, and can be continued.
    pub fn may_go_on(&self) -> bool {
        self.is_left || self.view.ending.as_ref().is_some_and(Ending::may_go_on)
    }

    /// The upload of a run that was paused, or stopped, before its end.
    pub fn paused(&self) -> Option<&UploadProgress> {
        let is_stopped = self
            .view
            .ending
            .as_ref()
            .is_some_and(|ending| ending.outcome == Outcome::Cancelled);
        self.upload
            .as_ref()
            .filter(|upload| is_stopped && upload.sent < upload.total)
    }

    /// It was there when the submission came into its present state, or saw it come into it: only then is known since when.
    pub fn knows_begin(&self) -> bool {
        self.is_committed() || self.view.timeline.len() > 1
    }

    pub fn is_committed(&self) -> bool {
        self.view
            .step(Step::Commit)
            .is_some_and(|step| step.state == StepState::Done)
    }

    /// The Store has taken what was committed: a failed commit is known right after it, so that alone is not enough.
    pub fn is_taken(&self) -> bool {
        let is_past_check = self.view.timeline.last().is_some_and(|seen| {
            let status = &seen.status;
            *status == Status::Published
                || (status.is_in_progress() && *status != Status::CommitStarted)
        });
        let is_done = self.view.ending.as_ref().is_some_and(|ending| {
            matches!(
                ending.outcome,
                Outcome::Committed | Outcome::Published | Outcome::Waiting
            )
        });
        let is_left = self
            .view
            .ending
            .as_ref()
            .is_some_and(|ending| ending.outcome == Outcome::Draft);
        is_left || (self.is_committed() && (is_past_check || is_done))
    }

    /// The Store refused what was committed.
    pub fn is_refused(&self) -> bool {
        let status = self.view.timeline.last().map(|seen| &seen.status);
        self.view
            .ending
            .as_ref()
            .is_some_and(|ending| ending.outcome == Outcome::Failed)
            && status.is_some_and(|status| status.is_failure() || *status == Status::PendingCommit)
    }
}
