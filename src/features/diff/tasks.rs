//! Compares a document with what is live: small ones within the frame, large ones beside the screen. Knows no view.

use crate::tasks::{
    report::TargetDetail,
    task::{Task, TaskContext, TaskError, blocking},
};
use serde_json::Value;
use std::sync::Arc;
use store_model::{difference::Difference, packages::rows::ZipPackages};

#[derive(Clone, Debug, PartialEq)]
pub struct Compare {
    pub detail: Arc<TargetDetail>,
    pub value: Arc<Value>,
    /// What the chosen ZIP brings.
    pub zip_packages: ZipPackages,
}

impl Compare {
    /// Whether both hold the same documents.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.detail, &other.detail)
            && Arc::ptr_eq(&self.value, &other.value)
            && self.zip_packages == other.zip_packages
    }

    pub fn live(&self) -> Option<&Value> {
        self.detail.published.as_ref().map(|live| &live.document)
    }

    /// What changes against what is live. Takes 100 ms for 5 MB.
    pub fn difference(&self) -> Difference {
        let kind = self.detail.product.target.kind();
        Difference::between(kind, self.live(), &self.value, &self.zip_packages)
    }
}

impl Task for Compare {
    type Output = Arc<Difference>;

    fn topic(&self) -> Option<String> {
        Some("compare".into())
    }

    fn has_spinner(&self) -> bool {
        true
    }

    async fn run(self, _: TaskContext<Self>) -> Result<Arc<Difference>, TaskError> {
        blocking(move || Arc::new(self.difference())).await
    }
}
