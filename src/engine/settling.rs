//! The step of a run that settles what becomes of a pending draft, once preflight has allowed the run. Does no I/O.

use super::{
    machine::Run,
    plan::{ExistingRollout, PendingPolicy},
    preflight::{self, Refusal},
    stage::RunStage,
    view::Step,
    zip_source::ZipSource,
};
use jiff::Timestamp;
use store_model::{
    diff,
    submission::{Submission, put_body},
};

impl Run {
    /// Everything that can be known before the first changing request is judged here.
    pub(super) fn preflight(&mut self, at: Timestamp) {
        self.view.done(None, at);
        self.view.begin(Step::SettleDraft, at);
        let Some(plan) = self.plan() else { return };
        let settled = preflight::preflight(plan, self.pending.as_ref(), self.live.as_ref(), at);
        match settled {
            Err(refusal) => self.refuse(refusal.to_string(), at),
            Ok(settled) => {
                self.body = settled.body;
                self.has_pending_files = settled.has_pending_files;
                self.view.warnings.extend(settled.warnings);
                let uploaded = self.plan().and_then(|plan| match &plan.zip {
                    Some(ZipSource::Uploaded { etag }) => Some(etag.clone()),
                    _ => None,
                });
                let agreed = self
                    .plan()
                    .filter(|_| uploaded.is_some())
                    .map_or(Ok(()), |plan| preflight::zip_agreed(plan, None));
                if let Err(refusal) = agreed {
                    self.refuse(refusal.to_string(), at);
                } else if let Some(etag) = uploaded {
                    // Its content is nowhere to be read; the Store examines it when it is committed.
                    (self.is_uploaded, self.etag) = (true, Some(etag));
                    self.view.warn_once(
                        "The ZIP that was uploaded to this draft earlier is used; what is in it was not checked again."
                            .to_owned(),
                    );
                    self.leave_settling(at);
                } else if self.has_pending_files {
                    self.stage = RunStage::Examine;
                } else {
                    self.leave_settling(at);
                }
            }
        }
    }

    pub(super) fn leave_settling(&mut self, at: Timestamp) {
        let policy = self.plan().map_or(PendingPolicy::Fail, |plan| plan.pending);
        match (&self.pending, policy) {
            (Some(draft), PendingPolicy::Keep) => {
                let draft = draft.clone();
                self.adopt(&draft);
                self.view.done(Some(format!("kept draft {}", draft.id)), at);
                self.view.skip(Step::Create, "goes on with the kept draft");
                if self.body.is_some() {
                    // Reading what is live and examining a large archive take their time.
                    self.enter(RunStage::Recheck, at);
                } else {
                    self.after_draft(false, at);
                }
            }
            (Some(draft), _) => {
                let id = draft.id.clone();
                self.enter(RunStage::LookAtOld { id }, at);
            }
            (None, _) => {
                self.view.note("no draft in the way".into());
                self.before_create(at);
            }
        }
    }

    pub(super) fn deleted(&mut self, at: Timestamp) {
        self.before_create(at);
    }

    /// The Store makes no draft while what is live is still being rolled out.
    fn before_create(&mut self, at: Timestamp) {
        if self
            .live
            .as_ref()
            .and_then(preflight::open_rollout)
            .is_some()
        {
            self.enter(RunStage::EndRollout, at);
        } else {
            self.view.done(None, at);
            self.enter(RunStage::Create, at);
        }
    }

    pub(super) fn rollout_ended(&mut self, at: Timestamp) {
        let how = match self.plan().map(|plan| plan.existing_rollout) {
            Some(ExistingRollout::Halt) => "halted",
            _ => "finalized",
        };
        let note = format!(
            "{how} the rollout of submission {}",
            self.live_id.as_deref().unwrap_or_default()
        );
        self.view.done(Some(note), at);
        self.enter(RunStage::Create, at);
    }

    /// The call to end the rollout was not answered: the submission says whether it is over.
    pub(super) fn probed_rollout(&mut self, live: &Submission, at: Timestamp) {
        if preflight::open_rollout(live).is_some() {
            self.stage = RunStage::EndRollout;
        } else {
            self.rollout_ended(at);
        }
    }

    /// What is deleted is what was seen: a draft that somebody else changed or committed meanwhile is left alone.
    pub(super) fn may_replace(&mut self, old: Submission, at: Timestamp) {
        let kind = self.view.target.kind();
        let seen = self.pending.as_ref();
        let changes = seen.map_or_else(Vec::new, |seen| {
            diff::diff(
                &put_body(kind, &seen.document),
                &put_body(kind, &old.document),
            )
        });
        let (id, status) = (old.id.clone(), old.status());
        let refusal = if !changes.is_empty() {
            self.foreign(&old, &changes)
        } else if seen.is_some_and(|seen| seen.status() != status) {
            let portal = self.portal();
            Refusal::NoLongerDraft { id, status, portal }
        } else {
            self.pending = Some(old);
            self.enter(RunStage::SaveDraft, at);
            return;
        };
        self.refuse(refusal.to_string(), at);
    }

    /// `is_fresh`: the draft was read just now.
    pub(super) fn after_draft(&mut self, is_fresh: bool, at: Timestamp) {
        if self.body.is_some() {
            self.enter(RunStage::Update, at);
        } else {
            self.view.skip(Step::Update, "the draft stays as it is");
            self.view.skip(Step::ReadBack, "the draft stays as it is");
            self.after_update(is_fresh, at);
        }
    }
}
