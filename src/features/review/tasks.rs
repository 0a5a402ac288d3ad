//! Analyses the documents of a review: small ones within the frame, large ones beside the screen. Knows no view.

use crate::tasks::{
    report::TargetDetail,
    task::{Task, TaskContext, TaskError, blocking},
};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use store_model::{
    packages::rows::ZipPackages,
    review_analysis::{ReviewAnalysis, ReviewInput},
};

/// What is to be published, with what the Store has.
#[derive(Clone, Debug, PartialEq)]
pub struct Analyze {
    pub detail: Arc<TargetDetail>,
    /// Where the Store has nothing: what a first submission begins as.
    pub first: Option<Value>,
    /// The edited text.
    pub text: Option<Arc<str>>,
    /// What the chosen ZIP brings.
    pub zip_packages: ZipPackages,
}

impl Analyze {
    /// Whether the same is to be analysed: a document that was read again counts as another one.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.detail, &other.detail)
            && self.text == other.text
            && self.zip_packages == other.zip_packages
    }

    /// All that a review says. Takes 200 ms for 5 MB.
    pub fn analysis(&self, now: Timestamp) -> ReviewAnalysis {
        let TargetDetail {
            product,
            published,
            pending,
            ..
        } = &*self.detail;
        let documents = ReviewInput {
            target: &product.target,
            live: published.as_ref(),
            draft: pending.as_ref(),
            first: self.first.as_ref(),
            text: self.text.as_deref(),
            zip_packages: &self.zip_packages,
        };
        ReviewAnalysis::of(documents, now)
    }
}

impl Task for Analyze {
    type Output = Arc<ReviewAnalysis>;

    fn topic(&self) -> Option<String> {
        Some("analyze".into())
    }

    fn has_spinner(&self) -> bool {
        true
    }

    async fn run(self, _: TaskContext<Self>) -> Result<Arc<ReviewAnalysis>, TaskError> {
        let work = move || Arc::new(self.analysis(Timestamp::now()));
        blocking(work).await
    }
}
