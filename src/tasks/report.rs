//! What tasks report: plain data, sent with the task's id over one bounded channel.

use super::message::{TaskFailure, TaskMessage};
use crate::engine::view::RunView;
use jiff::Timestamp;
use serde_json::Value;
use std::{path::PathBuf, sync::Arc, time::Duration};
pub use store_client::Exchange;
use store_model::{
    archive::{Archive, Fit},
    pace::Pace,
    product::{PackageIdentity, Product},
    story::Story,
    submission::Submission,
    target::{Kind, Target},
    zip_check::{Repair, against},
};

/// The state of the connection, for the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    pub token_expires: Option<Timestamp>,
    /// Store requests in the last minute, the most that are allowed, and how many wait for a slot.
    pub used: u32,
    pub limit: u32,
    pub waiting: usize,
    /// A host that does not answer, or what holds a person's request up.
    pub slow: Option<String>,
}

/// How far an upload is; only acknowledged bytes count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadProgress {
    pub run: String,
    pub file: String,
    pub sent: u64,
    pub total: u64,
    /// Bytes a second over the last 5 s.
    pub rate: u64,
    pub left: Option<Duration>,
    pub blocks_done: u32,
    pub blocks: u32,
    /// Blocks that had to be sent again.
    pub retries: u32,
    /// When the upload URL ends, as far as it says so.
    pub expires: Option<Timestamp>,
    pub connections: usize,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    pub name: String,
    pub path: PathBuf,
    pub is_folder: bool,
    /// Bytes; 0 for a folder.
    pub size: u64,
    pub modified: Option<Timestamp>,
}

/// A target with the documents that the Store holds for it.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetDetail {
    pub product: Product,
    pub published: Option<Submission>,
    pub pending: Option<Submission>,
    /// A working copy that an earlier session kept.
    pub edit: Option<KeptEdit>,
}

impl TargetDetail {
    /// The submission whose document is edited: the draft if there is one, else the live one.
    pub fn server(&self) -> Option<&Submission> {
        self.pending.as_ref().or(self.published.as_ref())
    }
}

/// A working copy of a document as it lies on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptEdit {
    /// Empty when nothing was edited and only a ZIP chosen.
    pub text: String,
    /// The submission that it was made from.
    pub base: Option<String>,
    /// The editable part of that submission's document; older versions did not keep it.
    pub body: Option<Arc<Value>>,
    pub zip: Option<PathBuf>,
    pub saved: Timestamp,
}

/// What was seen of a profile's submissions so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    pub stories: Vec<Story>,
    /// Times of releases that no story tells of.
    pub pace: Pace,
}

impl Past {
    pub fn of(&self, target: &Target, submission: &str) -> Option<&Story> {
        let is_it = |story: &&Story| story.target == *target && story.submission == submission;
        self.stories.iter().find(is_it)
    }

    /// How long things usually take in this account.
    pub fn whole_pace(&self) -> Pace {
        self.pace.clone().with(&self.stories)
    }
}

/// What is sent to whoever started the work. A task answers its feature with [`Report::Task`]; what stands beside it is told by
/// parts that know no task: a run, which the head-less commands drive as well, and the client.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// For the feature that started the task.
    Task(TaskMessage),
    Run(Box<RunView>),
    /// Another run takes the place of this one.
    Renewed {
        run: String,
    },
    /// What was seen of submissions has changed.
    Stories(Vec<Story>),
    /// May be dropped: another follows.
    Upload(UploadProgress),
    /// How far a ZIP is read for its hash. May be dropped.
    Summed(Summed),
    /// What was done, in a sentence for the person.
    Notice(String),
    /// From the client itself, of no task.
    Exchange(Exchange),
    Connection(Connection),
    Failed(TaskFailure),
    Cancelled,
    /// The task is over; nothing more of it follows.
    Ended,
}

/// What writing came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// So many files were written; those that were the same already are not counted.
    Done { files: usize },
    /// Nothing was written: these files are there and say something else.
    InTheWay { files: Vec<PathBuf> },
}

/// A ZIP as it was found, and how it fits the document that it was examined for.
#[derive(Clone, Debug, PartialEq)]
pub struct Examined {
    pub zip: PathBuf,
    /// Bytes of the file itself.
    pub size: u64,
    /// What is in it; how it fits another document is computed from this without the disk.
    pub archive: Option<Archive>,
    /// What the product's packages are called, where that is known.
    pub identity: Option<PackageIdentity>,
    pub fit: Fit,
    /// What can be repaired in the document.
    pub repairs: Vec<Repair>,
    /// Why it cannot be read at all.
    pub broken: Option<String>,
    /// What is known of the sum of its content.
    pub summed: Option<Summed>,
}

impl Examined {
    /// How the ZIP fits another document; `None` while the ZIP cannot be read. The only place that compares the two.
    pub fn fit_to(&self, kind: Kind, document: &Value) -> Option<Fit> {
        let archive = self.archive.as_ref()?;
        Some(against(kind, document, archive, self.identity.as_ref()))
    }
}

/// A ZIP that is read for its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summed {
    pub zip: PathBuf,
    /// Bytes read, and of all.
    pub done: u64,
    pub total: u64,
    pub sum: Option<[u8; 32]>,
}

/// A ZIP that was made of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub zip: PathBuf,
    /// Bytes of the ZIP.
    pub size: u64,
    /// What is in it: the path there, and the path in the folder.
    pub files: Vec<(String, String)>,
    /// Files of the folder that nobody waits for.
    pub left_out: Vec<String>,
}
