//! What the answers of tasks change in what all features share: lists, targets, states, runs, the chosen ZIP.

use super::{
    change::ModelChange,
    known::Model,
    run_row::RunRow,
    view::{FolderView, KnownList},
    working_copy::WorkingCopy,
};
use crate::{
    engine::{
        driver::{
            manage::{CreateProduct, DeleteDraft, DeleteProduct},
            tasks::{MoveRollout, Publish, Renew},
        },
        view::{Cause, Ending, Outcome, RunView},
    },
    tasks::{
        browse::{Browse, Examine, HashZip},
        interrupted::Interrupted,
        load::{LoadCatalog, LoadStatus, LoadTarget, LoadedList, Recall, Recalled},
        message::{TaskEvent, TaskFailure, TaskMessage},
        report::{Summed, TargetDetail},
        reporter::JobId,
        task::{AnyTask, Task},
        working_copy::{KeepEdit, ReadEdit},
    },
};
use jiff::Timestamp;
use std::sync::Arc;
use store_model::{
    catalog::Catalog,
    product::Product,
    remote::Remote,
    status::{Status, StatusReport},
    target::Target,
};

impl Model {
    /// Takes the answers in that change what all features share; the rest is for the feature alone.
    pub(super) fn take_message(
        &mut self,
        message: TaskMessage,
        now: Timestamp,
    ) -> Vec<ModelChange> {
        if let Some((LoadCatalog(catalog), event)) = LoadCatalog::event(&message) {
            return self.take_list(catalog, event, now);
        }
        if let Some((LoadTarget(target), event)) = LoadTarget::event(&message) {
            return match event {
                TaskEvent::Done(detail) | TaskEvent::Progress(detail) => {
                    self.take_target(detail, now)
                }
                TaskEvent::Failed(error) => self.settle_target(target, Some(error.clone())),
                TaskEvent::Cancelled => self.settle_target(target, None),
            };
        }
        if let Some((task, TaskEvent::Done(report))) = LoadStatus::event(&message) {
            return self.take_status(task, report, now);
        }
        if let Some((_, event)) = Recall::event(&message) {
            return match event {
                TaskEvent::Done(part) | TaskEvent::Progress(part) => self.take_recalled(part, now),
                TaskEvent::Failed(_) | TaskEvent::Cancelled => vec![ModelChange::Nothing],
            };
        }
        if let Some((_, event)) = Browse::event(&message) {
            match event {
                TaskEvent::Done(folder) | TaskEvent::Progress(folder) => {
                    self.folder = FolderView {
                        path: folder.path.clone(),
                        entries: Remote::Ready(folder.entries.clone()),
                    };
                }
                TaskEvent::Failed(error) => self.folder.entries.settle(Some(error.message.clone())),
                TaskEvent::Cancelled => self.folder.entries.settle(None),
            }
            return vec![ModelChange::Folder];
        }
        if let Some((_, event)) = Examine::event(&message) {
            event.update(&mut self.examined);
            return vec![ModelChange::Examined];
        }
        if let Some((_, TaskEvent::Done(summed))) = HashZip::event(&message) {
            return self.take_sum(summed.clone());
        }
        if let Some((task, event)) = KeepEdit::event(&message) {
            return self.take_kept(task, event);
        }
        if let Some((ReadEdit(target), TaskEvent::Done(kept))) = ReadEdit::event(&message) {
            return self.take_edit(target, kept.as_ref());
        }
        if let Some((_, TaskEvent::Done(product))) = CreateProduct::event(&message) {
            return self.take_created(product);
        }
        if let Some((task, TaskEvent::Done(()))) = MoveRollout::event(&message) {
            return vec![ModelChange::Stale(task.target.clone())];
        }
        if let Some((task, TaskEvent::Done(_))) = DeleteDraft::event(&message) {
            return self.take_deleted(&task.target, Some(&task.submission));
        }
        if let Some((task, TaskEvent::Done(()))) = DeleteProduct::event(&message) {
            return self.take_deleted(&task.target, None);
        }
        vec![ModelChange::Task(message)]
    }

    fn take_list(
        &mut self,
        catalog: &Catalog,
        event: &TaskEvent<LoadedList>,
        now: Timestamp,
    ) -> Vec<ModelChange> {
        let list = self.list_mut(catalog);
        match event {
            TaskEvent::Progress(part) => {
                list.total = Some(part.total);
                // The first page of a long list says less than the whole of it from last time.
                if part.products.len() >= list.products.value().map_or(0, Vec::len) {
                    list.products = Remote::Loading {
                        stale: Some(part.products.clone()),
                    };
                    list.at = Some(now);
                }
            }
            TaskEvent::Done(whole) => {
                *list = KnownList {
                    products: Remote::Ready(whole.products.clone()),
                    at: Some(whole.at),
                    total: None,
                };
            }
            // What was read of it stays, and stays called a part.
            TaskEvent::Failed(error) => list.products.settle(Some(error.clone())),
            TaskEvent::Cancelled => list.products.settle(None),
        }
        vec![ModelChange::List(catalog.clone())]
    }

    fn take_recalled(&mut self, part: &Recalled, now: Timestamp) -> Vec<ModelChange> {
        match part {
            Recalled::List {
                catalog,
                products,
                total,
                at,
            } => {
                let list = self.list_mut(catalog);
                if list.at.is_some() || list.products.value().is_some() {
                    return Vec::new();
                }
                list.at = Some(*at);
                list.total = Some(*total).filter(|total| *total > products.len());
                match &mut list.products {
                    Remote::Loading { stale } | Remote::Failed { stale, .. } => {
                        *stale = Some(products.clone());
                    }
                    Remote::Idle | Remote::Ready(_) => {
                        list.products = Remote::Ready(products.clone());
                    }
                }
                vec![ModelChange::List(catalog.clone())]
            }
            Recalled::Past(past) => self.take_past(past, now),
            Recalled::Interrupted(runs) => {
                for Interrupted {
                    view,
                    held_by,
                    plan,
                    ..
                } in runs
                {
                    // What another process drives is its business; what cannot be read, `flightdeck resume` explains.
                    if let Some(view) = view
                        .as_ref()
                        .filter(|view| held_by.is_none() && self.run(&view.id).is_none())
                    {
                        self.runs.push(RunRow {
                            job: JobId(0),
                            view: view.clone(),
                            upload: None,
                            is_left: true,
                            plan: plan.clone(),
                            is_settled: false,
                        });
                    }
                }
                vec![ModelChange::Runs]
            }
            Recalled::Edited(targets) => {
                // What was read meanwhile is known better.
                let is_unread =
                    |target: &&Target| self.details.get(*target).and_then(Remote::value).is_none();
                let unread: Vec<_> = targets.iter().filter(is_unread).cloned().collect();
                self.kept_edits.extend(unread.iter().cloned());
                unread.into_iter().map(ModelChange::Edit).collect()
            }
        }
    }

    fn take_status(
        &mut self,
        task: &LoadStatus,
        report: &StatusReport,
        now: Timestamp,
    ) -> Vec<ModelChange> {
        // A later submission may have taken its place meanwhile.
        let is_current = self
            .product(&task.target)
            .is_none_or(|product| product.pending.as_ref() == Some(&task.submission));
        if !is_current {
            return Vec::new();
        }
        let target = task.target.clone();
        let before = self
            .statuses
            .insert(target.clone(), (report.clone(), now))
            .map(|(before, _)| before.status);
        let mut changes = vec![ModelChange::Status(target.clone())];
        if before.is_some_and(|before| before != report.status) {
            changes.push(ModelChange::Stale(target));
        }
        changes
    }

    pub(super) fn take_sum(&mut self, summed: Summed) -> Vec<ModelChange> {
        if let Some(examined) = self
            .examined
            .value_mut()
            .filter(|examined| examined.zip == summed.zip)
        {
            examined.summed = Some(summed);
        }
        vec![ModelChange::Examined]
    }

    fn take_created(&mut self, product: &Product) -> Vec<ModelChange> {
        let catalog = Catalog::of(&product.target);
        let list = self.list_mut(&catalog);
        match list.products.value_mut() {
            Some(products) => {
                products.retain(|known| known.target != product.target);
                products.push(product.clone());
            }
            None => list.products = Remote::Ready(vec![product.clone()]),
        }
        vec![
            ModelChange::List(catalog),
            ModelChange::Stale(product.target.clone()),
        ]
    }

    fn settle_target(&mut self, target: &Target, error: Option<TaskFailure>) -> Vec<ModelChange> {
        self.details
            .entry(target.clone())
            .or_default()
            .settle(error);
        vec![ModelChange::Target(target.clone())]
    }

    fn take_target(&mut self, detail: &Arc<TargetDetail>, now: Timestamp) -> Vec<ModelChange> {
        let target = detail.product.target.clone();
        if let Some(product) = self.product_mut(&target) {
            product.pending.clone_from(&detail.product.pending);
            product.published.clone_from(&detail.product.published);
        }
        match &detail.pending {
            Some(pending) => self
                .statuses
                .insert(target.clone(), (pending.report(), now)),
            None => self.statuses.remove(&target),
        };
        let mut changes = vec![
            ModelChange::Target(target.clone()),
            ModelChange::Status(target.clone()),
        ];
        // What was on disk is here now.
        self.kept_edits.remove(&target);
        let is_from_disk = detail.edit.is_some() && !self.edits.contains_key(&target);
        if let Some(kept) = detail.edit.as_ref().filter(|_| is_from_disk) {
            self.edits
                .insert(target.clone(), WorkingCopy::of_kept(kept));
            changes.push(ModelChange::Edit(target.clone()));
        }
        changes.extend(self.meet(&target, detail, is_from_disk));
        self.details
            .entry(target)
            .or_default()
            .finish(Arc::clone(detail));
        changes
    }

    pub(super) fn take_run(
        &mut self,
        job: Option<JobId>,
        view: RunView,
        now: Timestamp,
    ) -> Vec<ModelChange> {
        let target = view.target.clone();
        let mut changes = vec![ModelChange::Runs];
        let is_committed = |model: &Self| model.run(&view.id).is_some_and(RunRow::is_committed);
        let was_committed = is_committed(self);
        let mut is_stale = false;
        if let (Some(report), Some(submission)) = (&view.report, &view.submission) {
            let is_live = report.status == Status::Published;
            let row = self.run(&view.id).and_then(|row| row.view.report.as_ref());
            let known = row.or_else(|| Some(&self.statuses.get(&target)?.0));
            is_stale = known.is_none_or(|known| known.status != report.status);
            if let Some(product) = self.product_mut(&target) {
                if is_live {
                    product.published = Some(submission.clone());
                }
                product.pending = (!is_live).then(|| submission.clone());
            }
            if is_live {
                self.statuses.remove(&target);
            } else {
                self.statuses.insert(target.clone(), (report.clone(), now));
            }
            changes.push(ModelChange::Status(target.clone()));
        }
        let id = view.id.clone();
        let task = job.and_then(|job| self.jobs.get(&job));
        let plan = if let Some(Publish(plan)) = task.and_then(AnyTask::get) {
            Some(Arc::clone(plan))
        } else if let Some(Renew { plan, .. }) = task.and_then(AnyTask::get) {
            plan.clone()
        } else {
            None
        };
        if let Some(row) = self.runs.iter_mut().find(|row| row.view.id == view.id) {
            row.job = job.unwrap_or(row.job);
            (row.view, row.is_left) = (view, false);
        } else {
            let at = self
                .runs
                .partition_point(|row| row.view.started > view.started);
            self.runs.insert(
                at,
                RunRow {
                    job: job.unwrap_or(JobId(0)),
                    view,
                    upload: None,
                    is_left: false,
                    plan,
                    is_settled: false,
                },
            );
        }
        let is_committed = self.run(&id).is_some_and(RunRow::is_committed);
        if is_stale || is_committed != was_committed {
            changes.push(ModelChange::Stale(target));
        }
        changes.extend(self.settle(&id));
        changes
    }

    /// A draft is gone, or without one the product itself.
    fn take_deleted(&mut self, target: &Target, draft: Option<&str>) -> Vec<ModelChange> {
        let catalog = Catalog::of(target);
        let status = self
            .statuses
            .remove(target)
            .map(|(report, _)| report.status);
        let mut changes = vec![
            ModelChange::List(catalog.clone()),
            ModelChange::Status(target.clone()),
            ModelChange::Target(target.clone()),
        ];
        if draft.is_none() {
            self.details.remove(target);
            if let Some(products) = self.list_mut(&catalog).products.value_mut() {
                products.retain(|product| product.target != *target);
            }
            return changes;
        }
        if let Some(product) = self.product_mut(target) {
            product.pending = None;
        }
        let mut deleted = None;
        if let Some(detail) = self.details.get_mut(target).and_then(Remote::value_mut) {
            let detail = Arc::make_mut(detail);
            deleted = detail.pending.take();
            detail.product.pending = None;
        }
        // What was prepared went with the draft, unless the draft had failed and is to be replaced, or more was edited.
        let has_failed = status.is_some_and(|status| status.is_failure())
            || draft.is_some_and(|id| self.failure_of(target, id).is_some());
        if let Some(copy) = self.edits.get_mut(target) {
            if let Some(deleted) = deleted.filter(|_| !has_failed) {
                let zip = copy.zip.clone();
                copy.settle(target.kind(), Some(&deleted.document), zip.as_deref(), None);
            }
            self.rebase(target);
            self.forget_empty_edit(target);
            changes.push(ModelChange::Settled(target.clone()));
        }
        changes.push(ModelChange::Stale(target.clone()));
        changes
    }

    /// A task has failed or was cancelled: what waits for it gets the error, or goes back to what it was.
    pub(super) fn end(
        &mut self,
        job: Option<JobId>,
        error: Option<TaskFailure>,
        now: Timestamp,
    ) -> Vec<ModelChange> {
        let Some((id, task)) = job.and_then(|job| self.jobs.remove_entry(&job)) else {
            return Vec::new();
        };
        // A run itself tells its end; this is for one that could not, because its task broke.
        let broken = self
            .runs
            .iter_mut()
            .find(|row| row.job == id && row.is_active());
        let mut changes = Vec::new();
        if let (Some(row), Some(error)) = (broken, &error) {
            row.view.ending = Some(Ending {
                outcome: Outcome::Failed,
                cause: Some(Cause::Trouble),
                message: error.message.clone(),
            });
            changes.push(ModelChange::Runs);
        }
        changes.extend(self.take_message(task.stopped(error), now));
        changes
    }
}
