//! The history of a document as data: updates with both sides, rescued documents, the working copy, ended runs. Knows neither
//! where it comes from nor who shows it.

use crate::storage::{Finished, Kept};
use jiff::Timestamp;
use serde_json::Value;
use std::path::PathBuf;
use store_model::{diff::DocumentChange, target::Target};

/// The history of one target, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetHistory {
    pub target: Target,
    pub items: Vec<HistoryItem>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct HistoryItem {
    pub at: Timestamp,
    pub deed: Deed,
}

/// One thing that happened to the document.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// A run replaced the document of a draft.
    Put {
        run: Option<String>,
        submission: Option<String>,
        /// The file of the document that it replaced.
        before: PathBuf,
        /// What it changed; `None` when it was never read back, or while that is not computed yet.
        changes: Option<Vec<DocumentChange>>,
        /// Whether the draft was read back afterwards.
        is_read_back: bool,
    },
    /// A document that was saved before its submission was deleted, or a text that gave way to another.
    Rescued {
        why: Kept,
        submission: Option<String>,
        path: PathBuf,
    },
    /// The working copy.
    Edited { base: Option<String> },
    /// A run that ended.
    Run(Box<Finished>),
}

/// A kept document that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDocument {
    pub path: PathBuf,
    /// Its editable part; an error message where it is not JSON.
    pub body: Result<Value, String>,
    /// As it lies on disk.
    pub text: String,
}
