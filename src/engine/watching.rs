//! The part of a run that follows a committed submission: when the status is looked at again, and what a look means. Does no I/O.

use super::{
    call::StepFailure,
    follow::{self, Verdict},
    machine::Run,
    preflight::listed,
    stage::RunStage,
    view::{Cause, Outcome, Seen},
};
use jiff::{SignedDuration, Timestamp};
use store_model::{
    status::{Status, StatusReport},
    submission::Submission,
};

/// So often in a row a look may be refused before nobody expects an answer any more.
const MOST_REFUSED_LOOKS: u8 = 5;

impl Run {
    pub(super) fn seen(&mut self, report: StatusReport, at: Timestamp) {
        self.view.saw(report.status.clone(), at);
        let wait = self.header.operation.until();
        self.refused_looks = 0;
        let verdict = follow::judge(
            &report,
            self.publish_mode.as_deref(),
            wait,
            self.was_committed(),
            &self.submission(),
            &self.portal(),
        );
        self.view.report = Some(report);
        match verdict {
            Verdict::GoesOn => self.plan_look(at),
            Verdict::Ended(Outcome::Published, message) if self.plan().is_none() => {
                self.view.done(None, at);
                self.end(Outcome::Published, None, message, at);
            }
            Verdict::Ended(Outcome::Published, _) => {
                self.enter(RunStage::Verify, at);
                self.due = Some(at);
            }
            Verdict::Ended(outcome, message) => {
                self.view.done(None, at);
                self.end(outcome, None, message, at);
            }
            Verdict::Failed(message) => self.fail(Cause::Store, message, at),
        }
    }

    /// Whether a commit was seen: this run's own, or a state that only a committed submission has.
    fn was_committed(&self) -> bool {
        let is_past = |seen: &Seen| !matches!(seen.status, Status::PendingCommit | Status::None);
        self.plan().is_some() || self.view.timeline.iter().any(is_past)
    }

    /// What customers get is compared with what was sent: while two runs were at work on one draft, either could end as published.
    pub(super) fn verified(&mut self, live: &Submission, at: Timestamp) {
        let id = self.submission();
        let differences = self.published_differences(live);
        if differences.is_empty() {
            self.view.done(None, at);
            let message = format!("Submission {id} is published.");
            self.end(Outcome::Published, None, message, at);
        } else {
            let message = format!(
                "Submission {id} is published, but what is live is not what this run sent: somebody else changed the draft while \
                 it was committed.{}\nLook at what is live now and decide whether to publish again: {}",
                listed(&differences),
                self.portal()
            );
            self.fail(Cause::Store, message, at);
        }
    }

    pub(super) fn plan_look(&mut self, at: Timestamp) {
        let (status, age) = self
            .view
            .timeline
            .last()
            .map_or((Status::None, SignedDuration::ZERO), |seen| {
                (seen.status.clone(), at.duration_since(seen.at))
            });
        let pause = self
            .header
            .cadence
            .pause(&status, age.try_into().unwrap_or_default());
        self.due = Some(at.checked_add(pause).unwrap_or(at));
        self.view.next_poll = self.due;
    }

    /// A look that failed says nothing about the submission: a follow lasts for days and outlives that. Only one that is refused
    /// again and again ends it, and it can be resumed.
    pub(super) fn look_failed(&mut self, fault: &StepFailure, at: Timestamp) {
        if fault.cause == Cause::Trouble {
            self.refused_looks = 0;
        } else {
            self.refused_looks += 1;
        }
        if self.refused_looks < MOST_REFUSED_LOOKS {
            let warning = format!(
                "A look at the status failed and will be repeated. {}",
                fault.message
            );
            self.view.warn(warning);
            self.plan_look(at);
            return;
        }
        let id = self.submission();
        if self.stage == RunStage::Verify {
            self.view.warn(format!(
                "What is live could not be compared with what was sent. {}",
                fault.message
            ));
            self.view.done(None, at);
            let message = format!("Submission {id} is published; its document could not be read.");
            self.end(Outcome::Published, None, message, at);
            return;
        }
        let cause = match fault.cause {
            Cause::SignIn => Cause::SignIn,
            _ => Cause::Trouble,
        };
        let message = format!(
            "The status of submission {id} cannot be read: {MOST_REFUSED_LOOKS} looks in a row were refused. {} \
             The submission goes on by itself in the Store; resume the run to follow it again.",
            fault.message
        );
        self.fail(cause, message, at);
    }
}
