//! What the screen knows of a target's past: the list and the document that was looked at last. A part of the model.

use crate::tasks::{
    history_item::{KeptDocument, TargetHistory},
    job::Job,
    report::Report,
};
use store_model::remote::Remote;

#[derive(Clone, Debug, Default)]
pub struct HistoryView {
    /// Of the target that was asked for last; while it is on its way too.
    pub list: Remote<TargetHistory>,
    pub kept: Remote<KeptDocument>,
}

impl HistoryView {
    /// A job begins.
    pub fn begin(&mut self, job: &Job) {
        match job {
            Job::LoadHistory(target) => {
                if self
                    .list
                    .value()
                    .is_some_and(|history| history.target != *target)
                {
                    self.list = Remote::Idle;
                }
                self.list.start();
            }
            Job::ReadKept { path, .. } => {
                if self.kept.value().is_some_and(|kept| kept.path != *path) {
                    self.kept = Remote::Idle;
                }
                self.kept.start();
            }
            _ => {}
        }
    }

    pub fn take(&mut self, report: Report) {
        match report {
            Report::History(history) => self.list = Remote::Ready(*history),
            Report::Kept(kept) => self.kept = Remote::Ready(*kept),
            _ => {}
        }
    }

    /// A job is over; one that failed leaves its error where its result would stand.
    pub fn end(&mut self, job: &Job, error: Option<String>) {
        match job {
            Job::LoadHistory(_) => self.list.settle(error),
            Job::ReadKept { .. } => self.kept.settle(error),
            _ => {}
        }
    }
}
