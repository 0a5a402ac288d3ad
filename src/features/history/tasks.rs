//! Reads the history of a target's document, and the documents it lists, from this machine's disk. Makes no request and knows
//! no view.

use crate::tasks::{
    blocking::away,
    history,
    history_item::{Deed, HistoryItem, KeptDocument, TargetHistory},
    task::{FailureNotice, Task, TaskContext, TaskError, blocking},
};
use std::{path::PathBuf, sync::Arc};
use store_model::target::Target;

/// The history of a target's document.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadHistory(pub Target);

impl Task for LoadHistory {
    type Output = Arc<TargetHistory>;

    fn topic(&self) -> Option<String> {
        Some("history".into())
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::Warning
    }

    /// Sends the list at once, and again with what each update changed: comparing both sides of many updates takes a moment.
    async fn run(self, context: TaskContext<Self>) -> Result<Arc<TargetHistory>, TaskError> {
        let target = self.0;
        let (drafts, history) = (context.home().drafts(), context.home().history());
        let owner = target.clone();
        let (items, updates) = away(move || history::list(&drafts, &history, &owner)).await?;
        let mut list = TargetHistory { target, items };
        if !updates.is_empty() {
            context.send(Arc::new(list.clone())).await;
        }
        for (index, after) in updates {
            let Some(HistoryItem {
                deed: Deed::Put {
                    before, changes, ..
                },
                ..
            }) = list.items.get_mut(index)
            else {
                continue;
            };
            let (before, kind) = (before.clone(), list.target.kind());
            // One after the other: a newer list supersedes this one between two files.
            *changes = blocking(move || history::difference(kind, &before, &after))
                .await
                .ok()
                .flatten();
        }
        Ok(Arc::new(list))
    }
}

/// A document that [`LoadHistory`] listed.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadKept {
    pub target: Target,
    pub path: PathBuf,
}

impl Task for ReadKept {
    type Output = Arc<KeptDocument>;

    fn topic(&self) -> Option<String> {
        Some("kept".into())
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::Warning
    }

    async fn run(self, context: TaskContext<Self>) -> Result<Arc<KeptDocument>, TaskError> {
        let drafts = context.home().drafts();
        let kept = away(move || history::read(&drafts, self.target.kind(), self.path)).await?;
        Ok(Arc::new(kept))
    }
}
