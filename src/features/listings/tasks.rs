//! Reads and writes text files for the listings, beside the screen. Knows no dialog.

use crate::tasks::{
    blocking::away,
    report::Written,
    task::{FailureNotice, Task, TaskContext, TaskError},
    texts::{self, TextSource},
};
use std::path::PathBuf;
use store_model::texts::source::FoundTexts;

/// Reading and writing supersede each other: there is one dialog for both.
const TOPIC: &str = "texts";

/// Reads texts from a folder or a table.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadTexts(pub TextSource);

impl Task for ReadTexts {
    type Output = FoundTexts;

    fn topic(&self) -> Option<String> {
        Some(TOPIC.into())
    }

    fn failure_notice(&self) -> FailureNotice {
        // The dialog shows it below the path and stays open.
        FailureNotice::InPlace
    }

    fn has_spinner(&self) -> bool {
        true
    }

    async fn run(self, _: TaskContext<Self>) -> Result<FoundTexts, TaskError> {
        let from = self.0.from.clone();
        away(move || texts::read(&self.0))
            .await
            .map_err(|error| format!("{} cannot be read: {error}", from.display()).into())
    }
}

/// Writes texts below a folder, or a table to the path itself.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteTexts {
    pub to: PathBuf,
    /// Path below the folder, empty for the path itself; and content.
    pub files: Vec<(String, String)>,
    pub overwrites: bool,
}

impl Task for WriteTexts {
    type Output = Written;

    fn topic(&self) -> Option<String> {
        Some(TOPIC.into())
    }

    fn is_change(&self) -> bool {
        true
    }

    fn has_spinner(&self) -> bool {
        true
    }

    async fn run(self, _: TaskContext<Self>) -> Result<Written, TaskError> {
        Ok(away(move || texts::write(&self.to, &self.files, self.overwrites)).await?)
    }
}
