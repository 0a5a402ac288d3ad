//! What the screen knows of the account: server data lives here, once. [`Model::apply`] is its one writer. Knows no pane and no screen.

use crate::{
    domain::{product::Product, remote::Remote, status::StatusReport, target::Target},
    jobs::{
        job::{Catalog, Job, JobId},
        report::{Examined, Exchange, FolderEntry, Pulse, Report, TargetDetail, UploadProgress},
    },
    publish::view::RunView,
};
use jiff::Timestamp;
use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
};

/// The account in whose name everything happens, as the header shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileView {
    pub name: String,
    pub is_demo: bool,
    /// Commit, delete and halt ask for the product's name.
    pub is_protected: bool,
    pub is_read_only: bool,
    /// The folder in which the ZIP picker starts.
    pub zip_folder: Option<PathBuf>,
}

/// A list with the time of its last answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    pub products: Remote<Vec<Product>>,
    /// When the shown products came from the server.
    pub at: Option<Timestamp>,
    /// The server's count while pages are still on their way.
    pub total: Option<usize>,
}

/// A run with its upload.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    pub job: JobId,
    pub view: RunView,
    pub upload: Option<UploadProgress>,
}

/// What a person prepares for a target: an edited document, a chosen archive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkingCopy {
    /// The edited text; `None` while nothing was edited.
    pub text: Option<String>,
    /// The submission whose document the text was made from.
    pub base: Option<String>,
    pub zip: Option<PathBuf>,
    /// When it was last kept on disk.
    pub kept: Option<Timestamp>,
}

/// The folder that the ZIP picker looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FolderView {
    /// Empty before the first one was asked for.
    pub path: PathBuf,
    pub entries: Remote<Vec<FolderEntry>>,
}

/// What a report changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    List(Catalog),
    Target(Target),
    Status(Target),
    Edit(Target),
    Runs,
    Folder,
    Examined,
    Activity,
    Pulse,
    Profile,
    /// Another target is selected.
    Selected,
    Nothing,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub profile: ProfileView,
    pub apps: List,
    pub add_ons: List,
    /// By app.
    pub flights: HashMap<String, List>,
    pub details: HashMap<Target, Remote<TargetDetail>>,
    /// The last word about a pending submission.
    pub statuses: HashMap<Target, (StatusReport, Timestamp)>,
    pub edits: HashMap<Target, WorkingCopy>,
    /// The last folder that was asked for, while it is on its way too.
    pub folder: FolderView,
    /// The last ZIP that was examined, while it is on its way too.
    pub examined: Remote<Examined>,
    /// Newest first.
    pub runs: Vec<RunRow>,
    /// Newest last, bounded.
    pub activity: VecDeque<Exchange>,
    pub pulse: Pulse,
    /// Jobs that run, with what they were asked for.
    pub jobs: HashMap<JobId, Job>,
}

impl Model {
    pub fn list(&self, catalog: &Catalog) -> Option<&List> {
        match catalog {
            Catalog::Apps => Some(&self.apps),
            Catalog::AddOns => Some(&self.add_ons),
            Catalog::Flights { app } => self.flights.get(app),
        }
    }

    /// The product behind a target, if a list or a detail knows it.
    pub fn product(&self, target: &Target) -> Option<&Product> {
        let detail = self.details.get(target).and_then(Remote::value).map(|detail| &detail.product);
        detail.or_else(|| {
            let list = match target {
                Target::App { .. } => Some(&self.apps),
                Target::AddOn { .. } => Some(&self.add_ons),
                Target::Flight { app, .. } => self.flights.get(app),
            };
            list?.products.value()?.iter().find(|product| product.target == *target)
        })
    }

    /// Takes a report in; says what it changed.
    pub fn apply(&mut self, _job: Option<JobId>, _report: Report, _now: Timestamp) -> Vec<Change> {
        Vec::new()
    }
}
