//! Keeps the edited document of a target on disk with the one that it was made from, so that killing the program loses nothing.

use super::task::{Task, TaskContext, TaskError, blocking};
use crate::storage::{EditedDraft, Kept};
use jiff::Timestamp;
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use store_model::target::Target;

/// Keeps the working copy of a target. An older version is never written over a newer one.
#[derive(Clone, Debug, PartialEq)]
pub struct KeepEdit {
    pub target: Target,
    /// Empty when only an archive was chosen.
    pub text: String,
    pub base: Option<String>,
    /// The editable part of the base's document.
    pub body: Option<Arc<Value>>,
    pub zip: Option<PathBuf>,
}

fn topic(target: &Target) -> String {
    format!("edit {target}")
}

impl Task for KeepEdit {
    /// When it was on disk.
    type Output = Timestamp;

    fn topic(&self) -> Option<String> {
        Some(topic(&self.target))
    }

    fn is_change(&self) -> bool {
        true
    }

    async fn run(self, context: TaskContext<Self>) -> Result<Timestamp, TaskError> {
        let drafts = context.home().drafts();
        blocking(move || {
            let saved_at = Timestamp::now();
            let draft = EditedDraft {
                text: self.text,
                base_submission: self.base,
                base: self.body.map(Arc::unwrap_or_clone),
                zip: self.zip,
                saved_at,
            };
            drafts.save_edited(&self.target, &draft).map(|_| saved_at)
        })
        .await?
        .map_err(TaskError::from)
    }
}

/// Keeps a text that gives way to another one among the rescued documents.
#[derive(Clone, Debug, PartialEq)]
pub struct SetAside {
    pub target: Target,
    pub text: String,
}

impl Task for SetAside {
    type Output = ();

    fn is_change(&self) -> bool {
        true
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let drafts = context.home().drafts();
        blocking(move || drafts.save(&self.target, Kept::SetAside, None, self.text.as_str()))
            .await?
            .map_or_else(|error| Err(error.into()), |_| Ok(()))
    }
}

/// Throws the working copy of a target away.
#[derive(Clone, Debug, PartialEq)]
pub struct DropEdit {
    pub target: Target,
}

impl Task for DropEdit {
    type Output = ();

    fn topic(&self) -> Option<String> {
        Some(topic(&self.target))
    }

    fn is_change(&self) -> bool {
        true
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        Ok(context.home().drafts().drop_edited(&self.target)?)
    }
}
