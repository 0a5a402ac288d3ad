//! What the screen knows of a target's past: the list and the document that was looked at last. A part of the model.

use crate::tasks::{
    history_item::{KeptDocument, Past},
    job::Job,
    report::Report,
};
use store_model::remote::Remote;

#[derive(Clone, Debug, Default)]
pub struct PastView {
    /// Of the target that was asked for last; while it is on its way too.
    pub list: Remote<Past>,
    pub kept: Remote<KeptDocument>,
}

impl PastView {
    /// A job begins.
    pub fn begin(&mut self, job: &Job) {
        match job {
            Job::LoadPast(target) => {
                if self.list.value().is_some_and(|past| past.target != *target) {
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
            Report::Past(past) => self.list = Remote::Ready(*past),
            Report::Kept(kept) => self.kept = Remote::Ready(*kept),
            _ => {}
        }
    }

    /// A job is over; one that failed leaves its error where its result would stand.
    pub fn end(&mut self, job: &Job, error: Option<String>) {
        match job {
            Job::LoadPast(_) => self.list.settle(error),
            Job::ReadKept { .. } => self.kept.settle(error),
            _ => {}
        }
    }
}
