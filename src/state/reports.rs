//! What a report changes in what is known of a target, its runs and its drafts.

use super::known::Model;
use super::{change::Change, run_row::RunRow, working_copy::WorkingCopy};
use crate::{
    engine::view::{Cause, Ending, Outcome, RunView},
    tasks::{
        job::{Catalog, Job, JobId},
        report::TargetDetail,
    },
};
use jiff::Timestamp;
use std::sync::Arc;
use store_model::{remote::Remote, status::Status, target::Target};

impl Model {
    pub(super) fn take_target(&mut self, detail: TargetDetail, now: Timestamp) -> Vec<Change> {
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
            Change::Target(target.clone()),
            Change::Status(target.clone()),
        ];
        // What was on disk is here now.
        self.kept_edits.remove(&target);
        if let Some(kept) = &detail.edit
            && !self.edits.contains_key(&target)
        {
            self.edits
                .insert(target.clone(), WorkingCopy::of_kept(kept));
            changes.push(Change::Edit(target.clone()));
        }
        if self
            .edits
            .get_mut(&target)
            .is_some_and(|copy| copy.meet(target.kind(), detail.server()))
        {
            changes.push(Change::Edit(target.clone()));
        }
        self.details
            .entry(target)
            .or_default()
            .finish(Arc::new(detail));
        changes
    }

    pub(super) fn take_run(
        &mut self,
        job: Option<JobId>,
        view: RunView,
        now: Timestamp,
    ) -> Vec<Change> {
        let target = view.target.clone();
        let mut changes = vec![Change::Runs];
        if let (Some(report), Some(submission)) = (&view.report, &view.submission) {
            let is_live = report.status == Status::Published;
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
            changes.push(Change::Status(target));
        }
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
                },
            );
        }
        changes
    }

    pub(super) fn take_deleted(&mut self, target: Target, is_draft: bool) -> Vec<Change> {
        let catalog = Catalog::of(&target);
        self.statuses.remove(&target);
        if is_draft {
            if let Some(product) = self.product_mut(&target) {
                product.pending = None;
            }
            if let Some(detail) = self.details.get_mut(&target).and_then(Remote::value_mut) {
                let TargetDetail {
                    pending, product, ..
                } = Arc::make_mut(detail);
                (*pending, product.pending) = (None, None);
            }
        } else {
            self.details.remove(&target);
            if let Some(products) = self.list_mut(&catalog).products.value_mut() {
                products.retain(|product| product.target != target);
            }
        }
        vec![
            Change::List(catalog),
            Change::Status(target.clone()),
            Change::Target(target),
        ]
    }

    /// A job is over; what still waits for it gets the error, or goes back to what it was.
    pub(super) fn end(&mut self, job: Option<JobId>, error: Option<String>) -> Vec<Change> {
        let Some((id, job)) = job.and_then(|job| self.jobs.remove_entry(&job)) else {
            return Vec::new();
        };
        match job {
            Job::Task(task) => vec![Change::Task(task.stopped(error))],
            Job::LoadCatalog(catalog) => {
                let list = self.list_mut(&catalog);
                list.total = None;
                list.products.settle(error);
                vec![Change::List(catalog)]
            }
            Job::LoadTarget(target) => {
                self.details
                    .entry(target.clone())
                    .or_default()
                    .settle(error);
                vec![Change::Target(target)]
            }
            Job::Browse { .. } => {
                self.folder.entries.settle(error);
                vec![Change::Folder]
            }
            Job::Examine { .. } => {
                self.examined.settle(error);
                vec![Change::Examined]
            }
            Job::Publish(_) | Job::Resume { .. } | Job::Follow { .. } => {
                // The run itself tells its end; this is for one that could not, because its task broke.
                let broken = self
                    .runs
                    .iter_mut()
                    .find(|row| row.job == id && row.is_active());
                if let (Some(row), Some(message)) = (broken, error) {
                    row.view.ending = Some(Ending {
                        outcome: Outcome::Failed,
                        cause: Some(Cause::Trouble),
                        message,
                    });
                }
                vec![Change::Runs]
            }
            _ => vec![Change::Nothing],
        }
    }
}
