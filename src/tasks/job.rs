//! Work as data: what can be asked for, and what it is called while it runs.

pub use super::reporter::JobId;
use super::task::{AnyTask, FailureNotice, Task};
use crate::engine::plan::Plan;
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
pub use store_model::catalog::Catalog;
use store_model::{
    product::PackageIdentity,
    target::{Kind, Target},
};

/// Something to be made in the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewProduct {
    AddOn {
        app: String,
        product_id: String,
        product_type: String,
    },
    Flight {
        app: String,
        name: Option<String>,
        groups: Vec<String>,
        rank_higher_than: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Work that its feature describes; see [`Task`].
    Task(AnyTask),
    /// The last known lists from disk: no request.
    Recall,
    LoadCatalog(Catalog),
    /// One resource with its live submission and its draft.
    LoadTarget(Target),
    /// The states of pending submissions, one call each, behind everything else.
    LoadStatuses(Vec<(Target, String)>),
    /// The content of a folder.
    Browse {
        folder: PathBuf,
    },
    /// How a ZIP fits a document.
    Examine {
        zip: PathBuf,
        kind: Kind,
        document: Value,
        /// What the product's packages are called, where that is known.
        identity: Option<PackageIdentity>,
    },
    /// SHA-256 of a whole ZIP, for the hash of a release.
    Sum {
        zip: PathBuf,
    },
    /// Keeps the working copy of a document on disk. `zip` is the chosen archive; `text` is empty when only that was chosen.
    KeepEdit {
        target: Target,
        text: String,
        base: Option<String>,
        /// The editable part of the base's document.
        body: Option<Arc<Value>>,
        zip: Option<PathBuf>,
    },
    /// Keeps a text that gives way to another one among the rescued documents.
    SetAside {
        target: Target,
        text: String,
    },
    /// Throws the working copy away.
    DropEdit {
        target: Target,
    },
    Publish(Box<Plan>),
    /// Goes on with a run that was interrupted.
    Resume {
        run: String,
    },
    /// Replaces the draft of an interrupted run whose upload URL has ended, and takes the release from there.
    Renew {
        run: String,
    },
    /// Polls a pending submission until it ends.
    Follow {
        target: Target,
        name: String,
        submission: String,
    },
    Create(NewProduct),
    /// Deletes a draft after saving its document.
    DeleteDraft {
        target: Target,
        submission: String,
    },
    /// Deletes an add-on or a flight itself.
    DeleteProduct {
        target: Target,
    },
}

impl Job {
    /// The task of type `T`, if it is one.
    pub fn task<T: Task>(&self) -> Option<&T> {
        match self {
            Self::Task(task) => task.get(),
            _ => None,
        }
    }

    pub fn has_spinner(&self) -> bool {
        matches!(self, Self::Task(task) if task.has_spinner())
    }

    /// How a person learns that it failed: what only fills the screen keeps its error where its result would stand, and a
    /// message of that goes by itself.
    pub fn failure_notice(&self) -> FailureNotice {
        match self {
            Self::Task(task) => task.failure_notice(),
            Self::Recall
            | Self::LoadCatalog(_)
            | Self::LoadTarget(_)
            | Self::LoadStatuses(_)
            | Self::Browse { .. }
            | Self::Examine { .. } => FailureNotice::Warning,
            _ => FailureNotice::Error,
        }
    }

    /// Whether it changes something, here or in the account: such a job is never dropped half-way.
    pub fn is_change(&self) -> bool {
        match self {
            Self::Task(task) => task.is_change(),
            Self::Recall
            | Self::LoadCatalog(_)
            | Self::LoadTarget(_)
            | Self::LoadStatuses(_)
            | Self::Browse { .. }
            | Self::Examine { .. }
            | Self::Sum { .. } => false,
            Self::KeepEdit { .. }
            | Self::SetAside { .. }
            | Self::DropEdit { .. }
            | Self::Publish(_)
            | Self::Resume { .. }
            | Self::Renew { .. }
            | Self::Follow { .. }
            | Self::Create(_)
            | Self::DeleteDraft { .. }
            | Self::DeleteProduct { .. } => true,
        }
    }

    /// Two jobs with the same topic do not run side by side: the newer one supersedes the older.
    pub fn topic(&self) -> Option<String> {
        match self {
            Self::Task(task) => task.topic(),
            Self::Recall => Some("recall".into()),
            Self::LoadCatalog(catalog) => Some(format!("catalog {catalog:?}")),
            Self::LoadTarget(target) => Some(format!("target {target}")),
            Self::LoadStatuses(_) => Some("statuses".into()),
            Self::Browse { .. } => Some("browse".into()),
            Self::Examine { .. } => Some("examine".into()),
            Self::Sum { .. } => Some("sum".into()),
            Self::KeepEdit { target, .. } | Self::DropEdit { target } => {
                Some(format!("edit {target}"))
            }
            Self::SetAside { .. }
            | Self::Publish(_)
            | Self::Resume { .. }
            | Self::Renew { .. }
            | Self::Follow { .. }
            | Self::Create(_)
            | Self::DeleteDraft { .. }
            | Self::DeleteProduct { .. } => None,
        }
    }
}

impl<T: Task> From<T> for Job {
    fn from(task: T) -> Self {
        Self::Task(AnyTask::new(task))
    }
}
