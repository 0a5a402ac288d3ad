//! Makes a ZIP beside the screen. Knows no dialog.

use crate::tasks::{
    pack::{PackError, pack},
    report::Packed,
    task::{FailureNotice, Task, TaskContext, TaskError, blocking},
};
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use store_model::target::Kind;

/// Makes a ZIP of what a document waits for out of a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    pub folder: PathBuf,
    pub out: PathBuf,
    pub kind: Kind,
    pub document: Arc<Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PackProgress {
    /// Bytes of the folder that are in the ZIP, and of all.
    Progress {
        done: u64,
        total: u64,
    },
    Done(Packed),
}

impl Task for Pack {
    type Output = PackProgress;

    fn topic(&self) -> Option<String> {
        Some("pack".into())
    }

    fn is_change(&self) -> bool {
        true
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::Warning
    }

    async fn run(self, context: TaskContext<Self>) -> Result<PackProgress, TaskError> {
        let (meter, stop) = (context.meter(), context.cancellation().clone());
        let work = move || {
            pack(
                &self.folder,
                &self.out,
                self.kind,
                &self.document,
                |done, total| meter(PackProgress::Progress { done, total }),
                || stop.is_cancelled(),
            )
        };
        match blocking(work).await? {
            Ok(packed) => Ok(PackProgress::Done(packed)),
            Err(PackError::Cancelled) => Err(TaskError::Cancelled),
            Err(error) => Err(error.into()),
        }
    }
}
