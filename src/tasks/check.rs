//! Checks a document: one function for a small text within the frame, and a task for a large one beside the screen. Knows no view.

use super::task::{Task, TaskContext, TaskError, blocking};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use store_model::{checked::Judged, target::Target};

#[derive(Clone, Debug, PartialEq)]
pub struct CheckDocument {
    pub target: Target,
    pub text: Arc<str>,
    /// The server's document, as far as it can be edited.
    pub body: Option<Arc<Value>>,
}

impl CheckDocument {
    /// Whether both are about the same text in memory: an answer about an earlier text is of no use.
    pub fn is_of(&self, text: &Arc<str>) -> bool {
        Arc::ptr_eq(&self.text, text)
    }

    /// `now` tells which dates are too near.
    pub fn checked(&self, now: Timestamp) -> Judged {
        Judged::of(self.target.kind(), &*self.text, self.body.as_deref(), now)
    }
}

impl Task for CheckDocument {
    type Output = Arc<Judged>;

    fn topic(&self) -> Option<String> {
        Some("check".into())
    }

    async fn run(self, _: TaskContext<Self>) -> Result<Arc<Judged>, TaskError> {
        let work = move || Arc::new(self.checked(Timestamp::now()));
        blocking(work).await
    }
}
