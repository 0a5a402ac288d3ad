//! The run as a state machine: [`Run::next`] says what to do, [`Run::apply`] takes in what happened.
//! Owns every rule about the order of calls; does no I/O and reads no clock. What is done about an answer that never came, and how
//! an interrupted run goes on, stands in `recovery.rs`.

use super::{
    call::{Fault, NextStep, RunEvent},
    follow::{self, Verdict},
    operation::{Header, Operation},
    plan::{Plan, WaitFor},
    preflight::{self, Refusal},
    stage::{Probe, Stage},
    view::{Cause, Ending, Outcome, RunView, Step, StepState},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store_model::{
    diff,
    status::{Status, StatusReport},
    submission::{Submission, put_body},
};

/// One attempt from "what is live" to "published".
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub(super) header: Header,
    pub(super) view: RunView,
    pub(super) stage: Stage,
    pub(super) pending: Option<Submission>,
    pub(super) live_id: Option<String>,
    pub(super) live: Option<Submission>,
    /// The draft that is sent to, as it was last read before the update.
    pub(super) draft: Option<Submission>,
    /// The body that will be sent.
    pub(super) body: Option<Value>,
    pub(super) has_pending_files: bool,
    pub(super) is_uploaded: bool,
    /// `targetPublishMode` of what is committed.
    publish_mode: Option<String>,
    /// How often the present call was left without a clear answer.
    pub(super) probes: u8,
    /// Not before this time is the next thing done.
    pub(super) due: Option<Timestamp>,
}

impl Run {
    pub fn new(header: Header) -> Self {
        let operation = &header.operation;
        let mut view = RunView::new(
            header.run.clone(),
            operation.target().clone(),
            operation.name().to_owned(),
            header.at,
        );
        if let Operation::Follow { submission, .. } = operation {
            view.submission = Some(submission.clone());
        }
        let mut run = Self {
            header,
            view,
            stage: Stage::SignIn,
            pending: None,
            live_id: None,
            live: None,
            draft: None,
            body: None,
            has_pending_files: false,
            is_uploaded: false,
            publish_mode: None,
            probes: 0,
            due: None,
        };
        let at = run.header.at;
        run.view.begin(Step::SignIn, at);
        run
    }

    pub fn view(&self) -> &RunView {
        &self.view
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn plan(&self) -> Option<&Plan> {
        match &self.header.operation {
            Operation::Publish(plan) => Some(plan),
            Operation::Follow { .. } => None,
        }
    }

    pub(super) fn submission(&self) -> String {
        self.view.submission.clone().unwrap_or_default()
    }

    /// The draft that an update replaces, as it was last read.
    pub fn draft(&self) -> Option<&Submission> {
        self.draft.as_ref()
    }

    /// The document whose pending files the archive has to hold: what will be sent, else the kept draft's own.
    fn document(&self) -> Value {
        let own = || self.pending.as_ref().map(|draft| draft.document.clone());
        self.body.clone().or_else(own).unwrap_or_default()
    }

    /// Not before this time is [`Run::next`] to be done.
    pub fn due(&self) -> Option<Timestamp> {
        self.due
            .filter(|_| matches!(self.stage, Stage::Poll | Stage::Probe(_)))
    }

    /// What is to be done now.
    pub fn next(&self) -> NextStep {
        if !self.view.is_active() {
            return NextStep::End;
        }
        let zip = || {
            self.plan()
                .and_then(|plan| plan.zip.clone())
                .unwrap_or_default()
        };
        let id = self.submission();
        match &self.stage {
            Stage::SignIn => NextStep::SignIn,
            Stage::ReadTarget | Stage::Probe(Probe::Delete | Probe::Create) => NextStep::ReadTarget,
            Stage::ReadPending { id }
            | Stage::ReadLive { id }
            | Stage::ReadFollowed { id }
            | Stage::Adopt { id } => NextStep::ReadSubmission { id: id.clone() },
            Stage::Examine => NextStep::Examine {
                zip: zip(),
                document: self.document(),
            },
            Stage::SaveDraft => match &self.pending {
                Some(draft) => NextStep::SaveDraft {
                    submission: Box::new(draft.clone()),
                },
                None => NextStep::End,
            },
            Stage::Delete => NextStep::Delete {
                id: self
                    .pending
                    .as_ref()
                    .map(|draft| draft.id.clone())
                    .unwrap_or_default(),
            },
            Stage::Create => NextStep::Create,
            Stage::Recheck => NextStep::ReadSubmission { id },
            Stage::Update => NextStep::Update {
                id,
                body: self.body.clone().unwrap_or_default(),
            },
            Stage::ReadBack | Stage::Probe(Probe::Update) => NextStep::ReadBack { id },
            Stage::Upload => NextStep::Upload { id, zip: zip() },
            Stage::Commit => NextStep::Commit { id },
            Stage::Poll | Stage::Probe(Probe::Commit) => NextStep::Poll { id },
        }
    }

    /// Takes in what came of it. Whatever does not answer what was asked is ignored: a run is never confused by a late word.
    pub fn apply(&mut self, happened: RunEvent, at: Timestamp) {
        if !self.view.is_active() {
            return;
        }
        match (self.stage.clone(), happened) {
            (_, RunEvent::Cancelled) => self.cancel(at),
            (stage, RunEvent::Lost { message }) => self.lost(&stage, &message, at),
            (Stage::Poll, RunEvent::Failed(fault)) if fault.cause == Cause::Trouble => {
                self.look_again(&fault, at);
            }
            // The Store refuses a repetition because the first attempt was heard after all, or says nothing at all: ask.
            (stage, RunEvent::Failed(fault))
                if self.probes > 0 && fault.cause != Cause::SignIn && stage.probe().is_some() =>
            {
                self.lost(&stage, &fault.message, at);
            }
            (_, RunEvent::Failed(fault)) => self.fail(fault.cause, fault.message, at),
            (Stage::SignIn, RunEvent::SignedIn) => {
                self.view.done(None, at);
                match &self.header.operation {
                    Operation::Publish(_) => self.enter(Stage::ReadTarget, at),
                    Operation::Follow { submission, .. } => {
                        let id = submission.clone();
                        self.enter(Stage::ReadFollowed { id }, at);
                    }
                }
            }
            (
                Stage::ReadTarget,
                RunEvent::TargetRead {
                    name,
                    pending,
                    published,
                },
            ) => {
                self.view.name = name;
                self.live_id = published;
                match (pending, self.live_id.clone()) {
                    (Some(id), _) => self.enter(Stage::ReadPending { id }, at),
                    (None, Some(id)) => self.enter(Stage::ReadLive { id }, at),
                    (None, None) => self.preflight(at),
                }
            }
            (Stage::ReadPending { .. }, RunEvent::SubmissionRead(draft)) => {
                self.pending = Some(draft);
                match self.live_id.clone() {
                    Some(id) => self.enter(Stage::ReadLive { id }, at),
                    None => self.preflight(at),
                }
            }
            (Stage::ReadLive { .. }, RunEvent::SubmissionRead(live)) => {
                self.live = Some(live);
                self.preflight(at);
            }
            (
                Stage::Examine,
                RunEvent::Examined {
                    problems,
                    warnings,
                    sum,
                },
            ) => {
                self.view.warnings.extend(warnings);
                let agreed = self
                    .plan()
                    .map_or(Ok(()), |plan| preflight::zip_agreed(plan, sum));
                if let Err(refusal) = agreed {
                    self.refuse(refusal.to_string(), at);
                } else if problems.is_empty() {
                    self.leave_settling(at);
                } else {
                    self.refuse(Refusal::ZipDoesNotFit(problems).to_string(), at);
                }
            }
            (Stage::SaveDraft, RunEvent::DraftSaved { path }) => {
                self.view
                    .note(format!("saved the old draft as {}", path.display()));
                self.enter(Stage::Delete, at);
            }
            (Stage::Delete, RunEvent::Deleted) => self.deleted(at),
            (Stage::Create, RunEvent::Created(draft)) => self.created(&draft, at),
            (Stage::Update, RunEvent::Updated) => self.updated(at),
            (Stage::Recheck, RunEvent::SubmissionRead(draft)) => self.rechecked(draft, at),
            (Stage::ReadBack, RunEvent::ReadBack(stored)) => self.compare(&stored, at),
            (Stage::Upload, RunEvent::Uploaded { .. }) => {
                self.is_uploaded = true;
                self.view.done(None, at);
                self.enter(Stage::Commit, at);
            }
            (Stage::Commit, RunEvent::Committed) => self.committed(at),
            (Stage::ReadFollowed { .. }, RunEvent::SubmissionRead(submission)) => {
                for step in [
                    Step::ReadTarget,
                    Step::SettleDraft,
                    Step::Create,
                    Step::Update,
                    Step::ReadBack,
                    Step::Upload,
                    Step::Commit,
                ] {
                    self.view.skip(step, "only followed");
                }
                self.publish_mode = publish_mode(&submission.document);
                self.enter(Stage::Poll, at);
            }
            (Stage::Poll, RunEvent::Seen(report)) => self.seen(report, at),
            (
                Stage::Probe(probe),
                RunEvent::TargetRead {
                    pending, published, ..
                },
            ) => {
                if published == self.live_id {
                    self.probed_target(probe, pending, at);
                } else {
                    self.refuse_other_live(published.as_deref(), at);
                }
            }
            (Stage::Probe(Probe::Update), RunEvent::ReadBack(stored)) => {
                self.probed_draft(&stored, at);
            }
            (Stage::Probe(Probe::Commit), RunEvent::Seen(report)) => self.probed_status(report, at),
            (Stage::Adopt { .. }, RunEvent::SubmissionRead(draft)) => {
                self.adopt_created(&draft, at);
            }
            _ => {}
        }
    }

    pub(super) fn deleted(&mut self, at: Timestamp) {
        self.view.done(None, at);
        self.enter(Stage::Create, at);
    }

    pub(super) fn created(&mut self, draft: &Submission, at: Timestamp) {
        self.adopt(draft);
        self.view.done(Some(format!("draft {}", draft.id)), at);
        self.after_draft(at);
    }

    pub(super) fn updated(&mut self, at: Timestamp) {
        self.view.done(None, at);
        self.enter(Stage::ReadBack, at);
    }

    pub(super) fn committed(&mut self, at: Timestamp) {
        self.view.done(None, at);
        self.view.saw(Status::CommitStarted, at);
        if self.plan().is_some_and(|plan| plan.wait == WaitFor::None) {
            self.view.skip(Step::Follow, "not asked for");
            let message = format!(
                "Committed {}; nobody waits for the result.",
                self.submission()
            );
            self.end(Outcome::Committed, None, message, at);
        } else {
            self.enter(Stage::Poll, at);
        }
    }

    pub(super) fn adopt(&mut self, draft: &Submission) {
        self.view.submission = Some(draft.id.clone());
        self.publish_mode = publish_mode(&draft.document);
        self.draft = Some(draft.clone());
    }

    pub(super) fn after_update(&mut self, at: Timestamp) {
        if self.is_uploaded {
            self.enter(Stage::Commit, at);
        } else if self.has_pending_files {
            self.enter(Stage::Upload, at);
        } else {
            self.view.skip(Step::Upload, "no file is pending");
            self.enter(Stage::Commit, at);
        }
    }

    /// A draft that answers every PUT with 200 and stores nothing must never be committed (store-api.md Q45, Q26).
    fn compare(&mut self, stored: &Submission, at: Timestamp) {
        self.publish_mode = publish_mode(&stored.document);
        let lost = self.not_stored(stored);
        let kind = self.view.target.kind();
        let sent = self.body.clone().unwrap_or_default();
        let stored_body = put_body(kind, &stored.document);
        self.view.warnings.extend(diff::unchanged_titles(&sent, &stored_body).iter().map(|change| {
            format!("The Store keeps its own title at {}: names per language are chosen in Partner Center.", change.place)
        }));
        if stored.status() != Status::PendingCommit {
            let message = format!(
                "Draft {} is in {} after the update, so it is not committed. Look at it in Partner Center: {}",
                stored.id,
                stored.status(),
                self.portal()
            );
            self.fail(Cause::Store, message, at);
        } else if lost.is_empty() {
            self.view.done(None, at);
            self.after_update(at);
        } else {
            let list: Vec<_> = lost.iter().take(10).map(diff::Change::sentence).collect();
            let message = format!(
                "The Store answered the update with success but draft {} does not hold {} of the changes, so it is not committed:\n  {}\n\
                 Run again with the draft replaced; if it happens again, look at it in Partner Center: {}",
                stored.id,
                lost.len(),
                list.join("\n  "),
                self.portal()
            );
            self.fail(Cause::Store, message, at);
        }
    }

    /// What of the sent body the draft does not hold.
    pub(super) fn not_stored(&self, stored: &Submission) -> Vec<diff::Change> {
        let kind = self.view.target.kind();
        let sent = self.body.clone().unwrap_or_default();
        let base = self
            .pending
            .as_ref()
            .or(self.live.as_ref())
            .map(|base| put_body(kind, &base.document));
        diff::not_stored(&sent, &put_body(kind, &stored.document), base.as_ref())
    }

    pub(super) fn seen(&mut self, report: StatusReport, at: Timestamp) {
        self.view.saw(report.status.clone(), at);
        let wait = self.header.operation.until();
        let verdict = follow::judge(
            &report,
            self.publish_mode.as_deref(),
            wait,
            &self.submission(),
            &self.portal(),
        );
        self.view.report = Some(report);
        match verdict {
            Verdict::GoesOn => self.plan_look(at),
            Verdict::Ended(outcome, message) => {
                self.view.done(None, at);
                self.end(outcome, None, message, at);
            }
            Verdict::Failed(message) => self.fail(Cause::Store, message, at),
        }
    }

    pub(super) fn portal(&self) -> String {
        self.view.target.portal_url(self.view.submission.as_deref())
    }

    fn plan_look(&mut self, at: Timestamp) {
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

    /// A look that found no network says nothing about the submission: a follow lasts for days and outlives that.
    fn look_again(&mut self, fault: &Fault, at: Timestamp) {
        let warning = format!(
            "A look at the status failed and will be repeated. {}",
            fault.message
        );
        self.view.warn(warning);
        self.plan_look(at);
    }

    fn cancel(&mut self, at: Timestamp) {
        let target = self.view.target.to_string();
        let message = match (&self.stage, &self.view.submission) {
            (Stage::Poll, _) => {
                "No longer followed. The submission goes on by itself in the Store.".to_owned()
            }
            (_, Some(id)) => {
                format!(
                    "Stopped. Draft {id} of {target} exists and was not committed; go on with this run, or publish again and keep the draft."
                )
            }
            (Stage::Probe(Probe::Create), None) => {
                format!(
                    "Stopped. Look at {target} before you repeat it: a draft may have been created."
                )
            }
            (_, None) => format!("Stopped before anything of {target} was changed."),
        };
        self.end(Outcome::Cancelled, None, message, at);
    }

    pub(super) fn enter(&mut self, stage: Stage, at: Timestamp) {
        self.probes = 0;
        if stage == Stage::Poll {
            self.plan_look(at);
        }
        self.view.begin(stage.step(), at);
        self.stage = stage;
    }

    pub(super) fn refuse(&mut self, message: String, at: Timestamp) {
        self.view.finish(StepState::Failed, None, at);
        self.end(Outcome::Refused, None, message, at);
    }

    pub(super) fn fail(&mut self, cause: Cause, message: String, at: Timestamp) {
        self.view.finish(StepState::Failed, None, at);
        self.end(Outcome::Failed, Some(cause), message, at);
    }

    fn end(&mut self, outcome: Outcome, cause: Option<Cause>, message: String, at: Timestamp) {
        let ended = if outcome == Outcome::Cancelled {
            StepState::Skipped
        } else {
            StepState::Done
        };
        self.view.finish(ended, None, at);
        self.view.next_poll = None;
        self.view.ending = Some(Ending {
            outcome,
            cause,
            message,
        });
    }
}

fn publish_mode(document: &Value) -> Option<String> {
    document
        .get("targetPublishMode")
        .and_then(Value::as_str)
        .map(str::to_owned)
}
