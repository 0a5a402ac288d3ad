//! What becomes of a working copy when the Store, the disk or another process has changed.

use super::{change::ModelChange, known::Model, working_copy::WorkingCopy};
use crate::{
    engine::zip_source::ZipSource,
    tasks::{
        message::TaskEvent,
        report::{KeptEdit, TargetDetail},
        working_copy::KeepEdit,
    },
};
use jiff::Timestamp;
use std::{path::Path, sync::Arc};
use store_model::{
    json::document::pretty, merge::remote_changes, remote::Remote, submission::put_body,
    target::Target,
};

impl Model {
    /// Holds the working copy against the Store's documents, which were read again.
    pub(super) fn meet(
        &mut self,
        target: &Target,
        detail: &TargetDetail,
        is_from_disk: bool,
    ) -> Option<ModelChange> {
        let kind = target.kind();
        let server = detail.server();
        let rows: Vec<_> = self
            .runs
            .iter()
            .filter(|row| row.view.target == *target)
            .filter_map(|row| {
                Some((
                    row.is_settled,
                    row.view.submission.clone(),
                    row.plan.clone()?,
                ))
            })
            .collect();
        let copy = self.edits.get_mut(target)?;
        if is_from_disk {
            // A run of ours, or of another process, may have carried it while nobody looked at the target.
            let carried = rows.iter().find(|(is_settled, ..)| *is_settled);
            if let Some((_, submission, plan)) = carried {
                let sent = plan.document.as_ref();
                copy.settle(
                    kind,
                    sent,
                    plan.zip.as_ref().and_then(ZipSource::file),
                    submission.as_deref(),
                );
            } else if let (Some(live), None) = (&detail.published, &detail.pending)
                && copy.is_live(kind, live)
            {
                copy.discard();
                copy.zip = None;
            }
            if copy.is_unsaved {
                self.forget_empty_edit(target);
                return Some(ModelChange::Settled(target.clone()));
            }
        }
        // What a run of ours has brought there is nobody else's change.
        let is_ours = server.is_some_and(|server| {
            let now = put_body(kind, &server.document);
            let sent = rows
                .iter()
                .filter_map(|(_, _, plan)| plan.document.as_ref());
            let mut sent = sent.map(|sent| remote_changes(&put_body(kind, sent), None, &now));
            sent.any(|changes| changes.is_empty())
        });
        let is_news = if is_ours && copy.text.is_some() {
            let had_changes = !copy.remote_changes.is_empty();
            copy.rebase(kind, server);
            had_changes
        } else {
            copy.meet(kind, server)
        };
        is_news.then(|| ModelChange::Edit(target.clone()))
    }

    /// Takes in that a working copy is on disk, or why it is not.
    pub(super) fn take_kept(
        &mut self,
        task: &KeepEdit,
        event: &TaskEvent<Timestamp>,
    ) -> Vec<ModelChange> {
        if let Some(copy) = self.edits.get_mut(&task.target) {
            match event {
                TaskEvent::Done(at) | TaskEvent::Progress(at) => {
                    (copy.kept, copy.keep_error) = (Some(*at), None);
                    let text = copy.text.as_deref().unwrap_or_default();
                    copy.is_unsaved = *task.text != *text || task.zip != copy.zip;
                }
                TaskEvent::Failed(error) => copy.keep_error = Some(error.message.clone()),
                TaskEvent::Cancelled => {}
            }
        }
        vec![ModelChange::Edit(task.target.clone())]
    }

    /// Takes in what another process may have written since: ours gives way where nothing of it is unsaved.
    pub(super) fn take_edit(
        &mut self,
        target: &Target,
        kept: Option<&KeptEdit>,
    ) -> Vec<ModelChange> {
        let copy = self.edits.get(target);
        let is_news = copy.and_then(|copy| copy.kept) != kept.map(|kept| kept.saved);
        if !is_news || copy.is_some_and(|copy| copy.is_unsaved) {
            return vec![ModelChange::Nothing];
        }
        if let Some(kept) = kept {
            let copy = WorkingCopy::of_kept(kept);
            self.edits.insert(target.clone(), copy);
            if let Some(detail) = self.details.get(target).and_then(Remote::value) {
                let detail = Arc::clone(detail);
                drop(self.meet(target, &detail, true));
            }
        } else {
            // Thrown away elsewhere, or published: only then it is of no more use here.
            let detail = self.details.get(target).and_then(Remote::value);
            let live = detail.and_then(|detail| detail.published.as_ref());
            let copy = self.edits.get(target);
            if !live
                .zip(copy)
                .is_some_and(|(live, copy)| copy.is_live(target.kind(), live))
            {
                return vec![ModelChange::Nothing];
            }
            self.edits.remove(target);
        }
        vec![ModelChange::Edit(target.clone())]
    }

    /// What our run has brought to the Store is no longer prepared; what the Store refuses of it later is prepared again.
    pub(super) fn settle(&mut self, run: &str) -> Option<ModelChange> {
        let row = self.runs.iter_mut().find(|row| row.view.id == run)?;
        let plan = row.plan.clone()?;
        let (target, kind) = (&plan.target, plan.target.kind());
        let (document, zip) = (
            plan.document.as_ref(),
            plan.zip.as_ref().and_then(ZipSource::file),
        );
        if row.is_taken() && !row.is_settled {
            row.is_settled = true;
            let submission = row.view.submission.clone();
            let copy = self.edits.get_mut(target)?;
            copy.settle(kind, document, zip, submission.as_deref());
        } else if row.is_refused() && row.is_settled {
            row.is_settled = false;
            let copy = self.edits.entry(target.clone()).or_default();
            copy.zip = copy.zip.take().or_else(|| zip.map(Path::to_owned));
            copy.is_unsaved = true;
            if copy.text.is_none()
                && let Some(document) = document
            {
                copy.text = Some(pretty(&put_body(kind, document)));
                self.rebase(target);
            }
        } else {
            return None;
        }
        self.forget_empty_edit(target);
        Some(ModelChange::Settled(target.clone()))
    }
}
