//! The run as a state machine: [`Run::next`] gives the next step, [`Run::apply`] takes in the event that followed.
//! Owns every rule about the order of calls; does no I/O and reads no clock. What is done about an answer that never came, and how
//! an interrupted run goes on, stands in `recovery.rs`.

use super::{
    call::{NextStep, RunEvent},
    follow::publish_mode,
    operation::{Operation, RunHeader},
    plan::{ExistingRollout, Plan, WaitFor},
    preflight::{self, Refusal},
    stage::{Probe, RunStage},
    view::{Cause, Ending, Outcome, RunView, Step, StepState},
    zip_source::ZipSource,
};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use store_model::{status::Status, submission::Submission};

/// One attempt from "what is live" to "published".
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub(super) header: RunHeader,
    pub(super) view: RunView,
    pub(super) stage: RunStage,
    pub(super) pending: Option<Submission>,
    pub(super) live_id: Option<String>,
    pub(super) live: Option<Submission>,
    /// The draft that is sent to, as this run last saw it: before the update, then as the update left it.
    pub(super) draft: Option<Submission>,
    /// The body that will be sent.
    pub(super) body: Option<Value>,
    pub(super) has_pending_files: bool,
    /// What the packages of the archive call their versions, by file name.
    pub(super) versions: BTreeMap<String, String>,
    pub(super) is_uploaded: bool,
    /// Tells the archive that was examined from a changed one.
    pub(super) archive: Option<Value>,
    /// Which version of the blob this run uploaded.
    pub(super) etag: Option<String>,
    /// An interruption lies behind: the archive is examined again before it is sent.
    pub(super) must_examine: bool,
    /// `targetPublishMode` of what is committed.
    pub(super) publish_mode: Option<String>,
    /// How often in a row the present look was refused.
    pub(super) refused_looks: u8,
    /// How often the present call was left without a clear answer.
    pub(super) probes: u8,
    /// Not before this time is the next thing done.
    pub(super) due: Option<Timestamp>,
}

impl Run {
    pub fn new(header: RunHeader) -> Self {
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
            stage: RunStage::SignIn,
            pending: None,
            live_id: None,
            live: None,
            draft: None,
            body: None,
            has_pending_files: false,
            versions: BTreeMap::new(),
            is_uploaded: false,
            archive: None,
            etag: None,
            must_examine: false,
            publish_mode: None,
            refused_looks: 0,
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

    pub fn header(&self) -> &RunHeader {
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

    /// The draft that is sent to, as it was last read.
    pub fn draft(&self) -> Option<&Submission> {
        self.draft.as_ref()
    }

    /// The document whose pending files the archive has to hold: what will be sent, else the kept draft's own.
    fn document(&self) -> Value {
        let own = || self.pending.as_ref().map(|draft| draft.document.clone());
        self.body.clone().or_else(own).unwrap_or_default()
    }

    /// What was live when the run began.
    pub fn live(&self) -> Option<&Submission> {
        self.live.as_ref()
    }

    /// Which version of the blob this run uploaded, where the service told.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// Tells the archive that was examined from a changed one.
    pub fn archive(&self) -> Option<&Value> {
        self.archive.as_ref()
    }

    /// The run as it ends without a single request.
    #[must_use]
    pub fn refused(mut self, refusal: &Refusal, at: Timestamp) -> Self {
        self.view.ending = None;
        self.refuse(refusal.to_string(), at);
        self
    }

    /// Not before this time is [`Run::next`] to be done.
    pub fn due(&self) -> Option<Timestamp> {
        self.due.filter(|_| {
            matches!(
                self.stage,
                RunStage::Poll | RunStage::Verify | RunStage::Probe(_)
            )
        })
    }

    /// What is to be done now.
    pub fn next(&self) -> NextStep {
        if !self.view.is_active() {
            return NextStep::End;
        }
        let zip = || {
            self.plan()
                .and_then(|plan| plan.zip.clone())
                .unwrap_or(ZipSource::Parts(Vec::new()))
        };
        let id = self.submission();
        match &self.stage {
            RunStage::SignIn => NextStep::SignIn,
            RunStage::ReadTarget | RunStage::Probe(Probe::Delete | Probe::Create) => {
                NextStep::ReadTarget
            }
            RunStage::ReadPending { id }
            | RunStage::ReadLive { id }
            | RunStage::ReadFollowed { id }
            | RunStage::Adopt { id }
            | RunStage::LookAtOld { id } => NextStep::ReadSubmission { id: id.clone() },
            RunStage::Examine | RunStage::ExamineAgain => NextStep::Examine {
                zip: zip(),
                document: self.document(),
            },
            RunStage::SaveDraft => match &self.pending {
                Some(draft) => NextStep::SaveDraft {
                    submission: Box::new(draft.clone()),
                },
                None => NextStep::End,
            },
            RunStage::Delete => NextStep::Delete {
                id: self
                    .pending
                    .as_ref()
                    .map(|draft| draft.id.clone())
                    .unwrap_or_default(),
            },
            RunStage::EndRollout => NextStep::EndRollout {
                id: self.live_id.clone().unwrap_or_default(),
                how: self
                    .plan()
                    .map_or(ExistingRollout::Fail, |plan| plan.existing_rollout),
            },
            RunStage::Probe(Probe::Rollout) => NextStep::ReadSubmission {
                id: self.live_id.clone().unwrap_or_default(),
            },
            RunStage::Create => NextStep::Create,
            RunStage::Recheck | RunStage::Verify => NextStep::ReadSubmission { id },
            RunStage::Update => NextStep::Update {
                id,
                body: self.body.clone().unwrap_or_default(),
            },
            RunStage::ReadBack | RunStage::Probe(Probe::Update) => NextStep::ReadBack { id },
            RunStage::Upload => NextStep::Upload { id, zip: zip() },
            RunStage::Guard => NextStep::Guard { id },
            RunStage::Commit => NextStep::Commit { id },
            RunStage::Poll | RunStage::Probe(Probe::Commit) => NextStep::Poll { id },
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
            (RunStage::Poll | RunStage::Verify, RunEvent::Failed(fault)) => {
                self.look_failed(&fault, at);
            }
            // The Store refuses a repetition because the first attempt was heard after all, or says nothing at all: ask.
            (stage, RunEvent::Failed(fault))
                if self.probes > 0 && fault.cause != Cause::SignIn && stage.probe().is_some() =>
            {
                self.lost(&stage, &fault.message, at);
            }
            (_, RunEvent::Failed(fault)) => self.fail(fault.cause, fault.message, at),
            (RunStage::SignIn, RunEvent::SignedIn) => {
                self.view.done(None, at);
                match &self.header.operation {
                    Operation::Publish(_) => self.enter(RunStage::ReadTarget, at),
                    Operation::Follow { submission, .. } => {
                        let id = submission.clone();
                        self.enter(RunStage::ReadFollowed { id }, at);
                    }
                }
            }
            (
                RunStage::ReadTarget,
                RunEvent::TargetRead {
                    name,
                    pending,
                    published,
                },
            ) => {
                self.view.name = name;
                self.live_id = published;
                match (pending, self.live_id.clone()) {
                    (Some(id), _) => self.enter(RunStage::ReadPending { id }, at),
                    (None, Some(id)) => self.enter(RunStage::ReadLive { id }, at),
                    (None, None) => self.preflight(at),
                }
            }
            (RunStage::ReadPending { .. }, RunEvent::SubmissionRead(draft)) => {
                self.pending = Some(draft);
                match self.live_id.clone() {
                    Some(id) => self.enter(RunStage::ReadLive { id }, at),
                    None => self.preflight(at),
                }
            }
            (RunStage::ReadLive { .. }, RunEvent::SubmissionRead(live)) => {
                self.live = Some(live);
                self.preflight(at);
            }
            (
                stage @ (RunStage::Examine | RunStage::ExamineAgain),
                RunEvent::Examined {
                    problems,
                    warnings,
                    sum,
                    versions,
                    identity,
                },
            ) => {
                self.versions = versions;
                for warning in warnings {
                    self.view.warn_once(warning);
                }
                let judged = self.archive_agreed(problems, sum);
                self.examined(stage == RunStage::Examine, judged, identity, at);
            }
            (RunStage::Upload, RunEvent::ArchiveChanged) => self.enter(RunStage::ExamineAgain, at),
            (RunStage::LookAtOld { .. }, RunEvent::SubmissionRead(old)) => {
                self.may_replace(old, at);
            }
            (RunStage::SaveDraft, RunEvent::DraftSaved { path }) => {
                self.view
                    .note(format!("saved the old draft as {}", path.display()));
                self.enter(RunStage::Delete, at);
            }
            (RunStage::Delete, RunEvent::Deleted) => self.deleted(at),
            (RunStage::EndRollout, RunEvent::RolloutEnded) => self.rollout_ended(at),
            (RunStage::Probe(Probe::Rollout), RunEvent::SubmissionRead(live)) => {
                self.probed_rollout(&live, at);
            }
            (RunStage::Create, RunEvent::Created(draft)) => self.created(&draft, at),
            (RunStage::Update, RunEvent::Updated) => self.updated(at),
            (RunStage::Recheck, RunEvent::SubmissionRead(draft)) => self.rechecked(draft, at),
            (RunStage::ReadBack, RunEvent::ReadBack(stored)) => self.compare(&stored, at),
            (RunStage::Upload, RunEvent::Uploaded { etag, .. }) => {
                (self.is_uploaded, self.etag) = (true, etag);
                self.view.done(None, at);
                self.enter(RunStage::Guard, at);
            }
            // The driver read the draft before the block list and found it changed.
            (RunStage::Upload, RunEvent::SubmissionRead(draft)) => {
                if let Err(refusal) = self.still_ours(&draft) {
                    self.refuse(refusal.to_string(), at);
                }
            }
            (RunStage::Guard, RunEvent::SubmissionRead(draft)) => self.guarded(&draft, at),
            (RunStage::Guard, RunEvent::ArchiveReplaced) => {
                let id = self.submission();
                self.refuse(Refusal::ArchiveReplaced { id }.to_string(), at);
            }
            (RunStage::Commit, RunEvent::ArchiveReplaced) => self.committed_another(at),
            (RunStage::Commit, RunEvent::Committed) => self.committed(at),
            (RunStage::ReadFollowed { .. }, RunEvent::SubmissionRead(submission)) => {
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
                self.enter(RunStage::Poll, at);
            }
            (RunStage::Verify, RunEvent::SubmissionRead(live)) => self.verified(&live, at),
            (RunStage::Poll, RunEvent::Seen(report)) => self.seen(report, at),
            (
                RunStage::Probe(probe),
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
            (RunStage::Probe(Probe::Update), RunEvent::ReadBack(stored)) => {
                self.probed_draft(&stored, at);
            }
            (RunStage::Probe(Probe::Commit), RunEvent::Seen(report)) => {
                self.probed_status(report, at);
            }
            (RunStage::Adopt { .. }, RunEvent::SubmissionRead(draft)) => {
                self.adopt_created(&draft, at);
            }
            _ => {}
        }
    }

    pub(super) fn created(&mut self, draft: &Submission, at: Timestamp) {
        self.adopt(draft);
        let judged = match (self.plan(), &self.body) {
            (Some(plan), Some(body)) => preflight::weigh_fresh(plan, draft, body),
            _ => Ok(Vec::new()),
        };
        match judged {
            Ok(allowed) => allowed
                .into_iter()
                .for_each(|warning| self.view.warn_once(warning)),
            Err(refusal) => {
                self.refuse(refusal.to_string(), at);
                return;
            }
        }
        self.view.done(Some(format!("draft {}", draft.id)), at);
        self.after_draft(false, at);
    }

    pub(super) fn updated(&mut self, at: Timestamp) {
        self.view.done(None, at);
        self.enter(RunStage::ReadBack, at);
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
            self.enter(RunStage::Poll, at);
        }
    }

    pub(super) fn adopt(&mut self, draft: &Submission) {
        self.view.submission = Some(draft.id.clone());
        self.publish_mode = publish_mode(&draft.document);
        self.draft = Some(draft.clone());
    }

    /// What comes after the draft holds what it should. `is_fresh`: it was read just now, so that nothing has to be read again
    /// before the commit.
    pub(super) fn after_update(&mut self, is_fresh: bool, at: Timestamp) {
        if self.has_pending_files && !self.is_uploaded {
            let next = if self.must_examine {
                RunStage::ExamineAgain
            } else {
                RunStage::Upload
            };
            self.enter(next, at);
            return;
        }
        if self.has_pending_files {
            self.view.done_before(Step::Upload, at);
        } else {
            self.view.skip(Step::Upload, "no file is pending");
        }
        // The archive may have been replaced where the draft was not.
        let next = match is_fresh && !self.has_pending_files {
            true if self.leaves_a_draft() => return self.left_as_draft(at),
            true => RunStage::Commit,
            false => RunStage::Guard,
        };
        self.enter(next, at);
    }

    pub(super) fn portal(&self) -> String {
        self.view.target.portal_url(self.view.submission.as_deref())
    }

    fn cancel(&mut self, at: Timestamp) {
        let target = self.view.target.to_string();
        let message = match (&self.stage, &self.view.submission) {
            (RunStage::Poll | RunStage::Verify, _) => {
                "No longer followed. The submission goes on by itself in the Store.".to_owned()
            }
            (_, Some(id)) => {
                format!(
                    "Stopped. Draft {id} of {target} exists and was not committed; go on with this run, or publish again and keep the draft."
                )
            }
            (RunStage::Probe(Probe::Create), None) => {
                format!(
                    "Stopped. Look at {target} before you repeat it: a draft may have been created."
                )
            }
            (_, None) => format!("Stopped before anything of {target} was changed."),
        };
        self.end(Outcome::Cancelled, None, message, at);
    }

    pub(super) fn enter(&mut self, stage: RunStage, at: Timestamp) {
        self.probes = 0;
        if stage == RunStage::Poll {
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

    pub(super) fn end(
        &mut self,
        outcome: Outcome,
        cause: Option<Cause>,
        message: String,
        at: Timestamp,
    ) {
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
