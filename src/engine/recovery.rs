//! What is done about an answer that never came: the server is asked before anything is repeated. And how an interrupted run goes on.
//! The table of ARCHITECTURE.md in code; pure like the rest of the run.

use super::{
    machine::Run,
    preflight,
    stage::{Probe, RunStage},
    view::{Cause, Ending},
};
use jiff::Timestamp;
use store_model::{
    status::{Status, StatusReport},
    submission::Submission,
};

/// So often one call may stay without a clear answer; then a person decides, and the run can be resumed.
const MOST_DOUBTS: u8 = 5;

impl Run {
    /// The answer to a call is lost. An upload asks the service by itself which blocks it has; everything else is asked here.
    pub(super) fn lost(&mut self, stage: &RunStage, message: &str, at: Timestamp) {
        match stage.probe() {
            Some(probe) => self.probe(probe, message, at),
            None if *stage == RunStage::Upload => {}
            None => self.fail(Cause::Trouble, message.to_owned(), at),
        }
    }

    fn probe(&mut self, probe: Probe, message: &str, at: Timestamp) {
        let call = self.stage.step().word();
        self.probes += 1;
        if self.probes > MOST_DOUBTS {
            let message = format!(
                "Nobody can say what became of the {call}. {message} Resume the run when the Store answers again."
            );
            self.fail(Cause::Trouble, message, at);
            return;
        }
        self.view.warn(format!(
            "The outcome of the {call} is not known: asking the Store. {message}"
        ));
        // The longer it stays unclear, the longer the service gets to settle.
        let pause = self.header.cadence.shortest * (1 << (self.probes - 1));
        self.due = Some(
            at.checked_add(pause.min(self.header.cadence.longest))
                .unwrap_or(at),
        );
        self.stage = RunStage::Probe(probe);
    }

    /// Does the call again. `doubts` is kept: a refusal of the repetition leads back to asking.
    fn repeat(&mut self, probe: Probe) {
        self.stage = match probe {
            Probe::Delete => match &self.pending {
                Some(old) => RunStage::LookAtOld { id: old.id.clone() },
                None => RunStage::Delete,
            },
            Probe::Rollout => RunStage::EndRollout,
            Probe::Create => RunStage::Create,
            Probe::Update => RunStage::Update,
            Probe::Commit => RunStage::Guard,
        };
    }

    pub(super) fn probed_target(&mut self, probe: Probe, found: Option<String>, at: Timestamp) {
        let before = self.pending.as_ref().map(|draft| draft.id.clone());
        match (probe, found) {
            (Probe::Delete, Some(found)) if Some(&found) == before.as_ref() => self.repeat(probe),
            (Probe::Delete, None) => self.deleted(at),
            (Probe::Delete, Some(found)) => {
                let message = format!(
                    "The old draft is gone, but another one, {found}, is there now. It was not touched: {}",
                    self.portal()
                );
                self.refuse(message, at);
            }
            // Provably new: its id was not there before.
            (_, Some(id)) if Some(&id) != before.as_ref() => self.stage = RunStage::Adopt { id },
            (_, Some(id)) => {
                self.refuse(
                    format!("Draft {id}, which was to be replaced, is still there. Nothing was created: {}", self.portal()),
                    at,
                );
            }
            (_, None) => self.repeat(probe),
        }
    }

    /// Everything was judged against what was live when the run began: a draft made now would be a copy of something else.
    pub(super) fn refuse_other_live(&mut self, published: Option<&str>, at: Timestamp) {
        let message = format!(
            "Somebody else has published {} since this run began: {} is live now, not {}. Nothing was created or committed. \
             Look at {} and publish again what you see then.",
            self.view.target,
            published.map_or_else(|| "nothing".to_owned(), |id| format!("submission {id}")),
            self.live_id.as_deref().unwrap_or("nothing"),
            self.portal(),
        );
        self.refuse(message, at);
    }

    /// A draft that appeared with an unanswered create is ours, unless a person has had it in hand.
    pub(super) fn adopt_created(&mut self, draft: &Submission, at: Timestamp) {
        if draft.status() != Status::PendingCommit || draft.is_portal_made() {
            let message = format!(
                "Draft {} appeared while the create stayed unanswered, but it is not ours: {}",
                draft.id,
                self.portal()
            );
            self.refuse(message, at);
            return;
        }
        let judged = self.plan().map_or(Ok(()), |plan| {
            preflight::fresh_copy(plan, draft, self.live.as_ref(), self.body.as_ref())
        });
        if let Err(refusal) = judged {
            self.refuse(refusal.to_string(), at);
            return;
        }
        self.view.warn(format!(
            "The create was not answered but left draft {}: it is used.",
            draft.id
        ));
        self.created(draft, at);
    }

    pub(super) fn probed_draft(&mut self, stored: &Submission, at: Timestamp) {
        if let Err(refusal) = self.still_a_draft(stored) {
            self.refuse(refusal.to_string(), at);
        } else if self.not_stored(stored).is_empty() {
            self.updated(at);
        } else {
            match self.remote_changes(stored) {
                // A PUT replaces the whole draft: where it holds nothing but what was read, sending it again does no harm.
                changes if changes.is_empty() => self.repeat(Probe::Update),
                changes => self.refuse(self.foreign(stored, &changes).to_string(), at),
            }
        }
    }

    /// The draft read again before it is overwritten: only one that nobody has touched is continued.
    pub(super) fn rechecked(&mut self, draft: Submission, at: Timestamp) {
        let remote_changes = self.remote_changes(&draft);
        let judged = self.still_a_draft(&draft).and_then(|()| {
            if remote_changes.is_empty() {
                Ok(())
            } else {
                Err(self.foreign(&draft, &remote_changes))
            }
        });
        match judged {
            Ok(()) => {
                self.draft = Some(draft);
                if self.body.is_some() {
                    self.enter(RunStage::Update, at);
                } else {
                    self.after_draft(true, at);
                }
            }
            Err(refusal) => self.refuse(refusal.to_string(), at),
        }
    }

    pub(super) fn probed_status(&mut self, report: StatusReport, at: Timestamp) {
        if report.status == Status::PendingCommit {
            self.repeat(Probe::Commit);
            return;
        }
        self.committed(at);
        if self.view.is_active() {
            self.seen(report, at);
        }
    }

    /// Whether [`Run::resume`] leads anywhere.
    pub fn is_resumable(&self) -> bool {
        self.view.ending.as_ref().is_none_or(Ending::may_go_on)
    }

    /// Goes on after an interruption. `is_unanswered`: the journal ends with an intention, so nobody knows what became of that call.
    /// A run that has ended for good stays ended.
    pub fn resume(&mut self, is_unanswered: bool, at: Timestamp) {
        if !self.is_resumable() {
            return;
        }
        self.view.ending = None;
        (self.probes, self.refused_looks) = (0, 0);
        self.must_examine = true;
        // An upload without an answer is no doubt: the service knows its blocks.
        if is_unanswered && self.stage.probe().is_some() {
            let stage = self.stage.clone();
            self.reopen(at);
            self.lost(&stage, "The program ended before the answer came.", at);
            return;
        }
        match self.stage {
            // Nothing has been changed so far: what was read then may be stale, so it begins anew.
            RunStage::SignIn
            | RunStage::ReadTarget
            | RunStage::ReadPending { .. }
            | RunStage::ReadLive { .. }
            | RunStage::ReadFollowed { .. }
            | RunStage::Examine
            | RunStage::LookAtOld { .. }
            | RunStage::SaveDraft
            | RunStage::Delete => *self = Self::begin_anew(self, at),
            // The draft was out of sight: nothing is overwritten or committed that was not read just before.
            RunStage::Update | RunStage::Recheck => {
                self.stage = RunStage::Recheck;
                self.reopen(at);
            }
            RunStage::ExamineAgain | RunStage::Upload | RunStage::Guard | RunStage::Commit
                if self.body.is_none() && self.draft.is_some() =>
            {
                self.stage = RunStage::Recheck;
                self.reopen(at);
            }
            RunStage::ExamineAgain | RunStage::Upload | RunStage::Guard | RunStage::Commit
                if self.body.is_some() =>
            {
                self.stage = RunStage::ReadBack;
                self.reopen(at);
            }
            RunStage::Poll | RunStage::Verify => {
                self.due = Some(at);
                self.reopen(at);
            }
            _ => self.reopen(at),
        }
    }

    fn begin_anew(&self, at: Timestamp) -> Self {
        let mut run = Self::new(self.header.clone());
        run.view
            .steps
            .iter_mut()
            .for_each(|step| step.started = step.started.map(|_| at));
        run
    }

    fn reopen(&mut self, at: Timestamp) {
        self.view.reopen(self.stage.step(), at);
    }
}
