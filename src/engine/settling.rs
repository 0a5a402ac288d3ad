//! The step of a run that settles what becomes of a pending draft, once preflight has allowed the run. Does no I/O.

use super::{machine::Run, plan::PendingPolicy, preflight, stage::Stage, view::Step};
use jiff::Timestamp;

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
                if self.has_pending_files {
                    self.stage = Stage::Examine;
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
                self.after_draft(at);
            }
            (Some(_), _) => self.enter(Stage::SaveDraft, at),
            (None, _) => {
                self.view.done(Some("no draft in the way".into()), at);
                self.enter(Stage::Create, at);
            }
        }
    }

    pub(super) fn after_draft(&mut self, at: Timestamp) {
        if self.body.is_some() {
            self.enter(Stage::Update, at);
        } else {
            self.view.skip(Step::Update, "the draft stays as it is");
            self.view.skip(Step::ReadBack, "the draft stays as it is");
            self.after_update(at);
        }
    }
}
