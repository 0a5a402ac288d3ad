//! What the screen knows of the account: server data lives here, once. Only the methods of [`Model`] write it, and of those
//! [`Model::apply`] takes what comes from outside. Knows no pane and no screen.

use super::{
    change::Change,
    run_row::RunRow,
    view::{FolderView, List, ProfileView},
    working_copy::WorkingCopy,
};
use crate::tasks::{
    job::{Catalog, Job, JobId},
    report::{Connection, Examined, Exchange, Interrupted, Report, TargetDetail},
    task::Task,
};
use jiff::Timestamp;
use std::{
    collections::{HashMap, HashSet, VecDeque},
    path::PathBuf,
    sync::Arc,
};
use store_model::{product::Product, remote::Remote, status::StatusReport, target::Target};

/// How many requests the activity pane remembers: an hour at the service's own limit.
const ACTIVITY: usize = 1200;

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub profile: ProfileView,
    pub apps: List,
    pub add_ons: List,
    /// By app.
    pub flights: HashMap<String, List>,
    pub details: HashMap<Target, Remote<Arc<TargetDetail>>>,
    /// The last word about a pending submission.
    pub statuses: HashMap<Target, (StatusReport, Timestamp)>,
    pub edits: HashMap<Target, WorkingCopy>,
    /// Targets with an edited text on disk that was not read yet.
    pub kept_edits: HashSet<Target>,
    /// The last folder that was asked for, while it is on its way too.
    pub folder: FolderView,
    /// The last ZIP that was examined, while it is on its way too.
    pub examined: Remote<Examined>,
    /// Newest first.
    pub runs: Vec<RunRow>,
    /// Newest last, bounded.
    pub activity: VecDeque<Exchange>,
    pub connection: Connection,
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
        let detail = self
            .details
            .get(target)
            .and_then(Remote::value)
            .map(|detail| &detail.product);
        detail.or_else(|| {
            let list = match target {
                Target::App { .. } => Some(&self.apps),
                Target::AddOn { .. } => Some(&self.add_ons),
                Target::Flight { app, .. } => self.flights.get(app),
            };
            list?
                .products
                .value()?
                .iter()
                .find(|product| product.target == *target)
        })
    }

    /// The list that shows a target, if it was asked for.
    fn list_of(&mut self, target: &Target) -> Option<&mut List> {
        match target {
            Target::App { .. } => Some(&mut self.apps),
            Target::AddOn { .. } => Some(&mut self.add_ons),
            Target::Flight { app, .. } => self.flights.get_mut(app),
        }
    }

    pub(super) fn list_mut(&mut self, catalog: &Catalog) -> &mut List {
        match catalog {
            Catalog::Apps => &mut self.apps,
            Catalog::AddOns => &mut self.add_ons,
            Catalog::Flights { app } => self.flights.entry(app.clone()).or_default(),
        }
    }

    pub(super) fn product_mut(&mut self, target: &Target) -> Option<&mut Product> {
        self.list_of(target)?
            .products
            .value_mut()?
            .iter_mut()
            .find(|product| product.target == *target)
    }

    /// The run of a target that has not ended yet.
    pub fn active_run(&self, target: &Target) -> Option<&RunRow> {
        self.runs
            .iter()
            .find(|row| row.is_active() && row.view.target == *target)
    }

    pub fn run(&self, id: &str) -> Option<&RunRow> {
        self.runs.iter().find(|row| row.view.id == id)
    }

    /// The task of type `T` that runs, if any.
    pub fn running<T: Task>(&self) -> Option<(JobId, &T)> {
        self.jobs
            .iter()
            .find_map(|(id, job)| Some((*id, job.task()?)))
    }

    pub fn active_runs(&self) -> usize {
        self.runs.iter().filter(|row| row.is_active()).count()
    }

    /// Notes that a job begins. Gives the job of the same topic that it supersedes, whose reports are dropped from now on.
    pub fn begin(&mut self, id: JobId, job: Job) -> Option<JobId> {
        match &job {
            Job::LoadCatalog(catalog) => self.list_mut(catalog).products.start(),
            Job::LoadTarget(target) => self.details.entry(target.clone()).or_default().start(),
            Job::Browse { folder } => {
                if self.folder.path != *folder {
                    self.folder = FolderView {
                        path: folder.clone(),
                        entries: Remote::Idle,
                    };
                }
                self.folder.entries.start();
            }
            Job::Examine { .. } => self.examined = Remote::Loading { stale: None },
            _ => {}
        }
        let topic = job.topic();
        let older = topic.and_then(|topic| {
            self.jobs
                .iter()
                .find(|(_, running)| running.topic().as_ref() == Some(&topic))
                .map(|(older, _)| *older)
        });
        if let Some(older) = older {
            self.jobs.remove(&older);
        }
        self.jobs.insert(id, job);
        older
    }

    /// Whether a target has an edited text, here or still on disk.
    pub fn is_edited(&self, target: &Target) -> bool {
        self.edits
            .get(target)
            .is_some_and(|copy| copy.text.is_some())
            || self.kept_edits.contains(target)
    }

    /// Takes the edited text of a target; says whether that is news.
    pub fn edit(&mut self, target: &Target, text: String) -> bool {
        let copy = self.edits.entry(target.clone()).or_default();
        if copy.text.as_ref() == Some(&text) {
            return false;
        }
        if copy.text.replace(text).is_none() {
            self.rebase(target);
        }
        true
    }

    /// From now on the edited text counts as made from what the Store holds now.
    pub fn rebase(&mut self, target: &Target) {
        let server = self
            .details
            .get(target)
            .and_then(Remote::value)
            .and_then(|detail| detail.server());
        if let Some(copy) = self.edits.get_mut(target) {
            copy.rebase(target.kind(), server);
        }
    }

    /// Throws the edited text away; a chosen archive stays.
    pub fn discard_edit(&mut self, target: &Target) {
        self.kept_edits.remove(target);
        if let Some(copy) = self.edits.get_mut(target) {
            copy.discard();
        }
        self.forget_empty_edit(target);
    }

    pub fn choose_zip(&mut self, target: &Target, zip: Option<PathBuf>) {
        self.edits.entry(target.clone()).or_default().zip = zip;
        self.forget_empty_edit(target);
    }

    fn forget_empty_edit(&mut self, target: &Target) {
        if self.edits.get(target).is_some_and(WorkingCopy::is_empty) {
            self.edits.remove(target);
        }
    }

    /// Takes a finished run off the list.
    pub fn dismiss(&mut self, run: &str) -> Change {
        self.runs
            .retain(|row| row.view.id != run || row.is_active());
        Change::Runs
    }

    /// Takes a report in; says what it changed. What comes of a superseded or finished job is dropped.
    pub fn apply(&mut self, job: Option<JobId>, report: Report, now: Timestamp) -> Vec<Change> {
        if job.is_some_and(|job| !self.jobs.contains_key(&job)) {
            return Vec::new();
        }
        match report {
            Report::Task(message) => vec![Change::Task(message)],
            Report::Interrupted(runs) => {
                for Interrupted { view, held_by, .. } in runs {
                    // What another process drives is its business; what cannot be read, `flightdeck resume` explains.
                    if let Some(view) =
                        view.filter(|view| held_by.is_none() && self.run(&view.id).is_none())
                    {
                        self.runs.push(RunRow {
                            job: JobId(0),
                            view,
                            upload: None,
                            is_left: true,
                        });
                    }
                }
                vec![Change::Runs]
            }
            Report::Some {
                catalog,
                products,
                total,
            } => {
                let list = self.list_mut(&catalog);
                list.total = Some(total);
                // The first page of a long list says less than the whole of it from last time.
                if products.len() >= list.products.value().map_or(0, Vec::len) {
                    list.products = Remote::Loading {
                        stale: Some(products),
                    };
                    list.at = Some(now);
                }
                vec![Change::List(catalog)]
            }
            Report::Products {
                catalog,
                products,
                at,
            } => {
                *self.list_mut(&catalog) = List {
                    products: Remote::Ready(products),
                    at: Some(at),
                    total: None,
                };
                vec![Change::List(catalog)]
            }
            Report::Recalled {
                catalog,
                products,
                at,
            } => {
                let list = self.list_mut(&catalog);
                if list.at.is_some() || list.products.value().is_some() {
                    return Vec::new();
                }
                list.at = Some(at);
                match &mut list.products {
                    Remote::Loading { stale } | Remote::Failed { stale, .. } => {
                        *stale = Some(products);
                    }
                    Remote::Idle | Remote::Ready(_) => list.products = Remote::Ready(products),
                }
                vec![Change::List(catalog)]
            }
            Report::Target(detail) => self.take_target(*detail, now),
            Report::Status {
                target,
                submission,
                report,
            } => {
                // A later submission may have taken its place meanwhile.
                let is_current = self
                    .product(&target)
                    .is_none_or(|product| product.pending.as_ref() == Some(&submission));
                if !is_current {
                    return Vec::new();
                }
                self.statuses.insert(target.clone(), (report, now));
                vec![Change::Status(target)]
            }
            Report::Folder { folder, entries } => {
                self.folder = FolderView {
                    path: folder,
                    entries: Remote::Ready(entries),
                };
                vec![Change::Folder]
            }
            Report::Examined(examined) => {
                self.examined = Remote::Ready(*examined);
                vec![Change::Examined]
            }
            Report::Summed(summed) => {
                if let Some(examined) = self
                    .examined
                    .value_mut()
                    .filter(|examined| examined.zip == summed.zip)
                {
                    examined.summed = Some(summed);
                }
                vec![Change::Examined]
            }
            Report::Edited(mut targets) => {
                // What was read meanwhile is known better.
                targets.retain(|target| self.details.get(target).and_then(Remote::value).is_none());
                self.kept_edits.extend(targets.iter().cloned());
                targets.into_iter().map(Change::Edit).collect()
            }
            Report::Rescued(target) => vec![Change::Rescued(target)],
            Report::EditKept { target, at } => {
                if let Some(copy) = self.edits.get_mut(&target) {
                    copy.kept = Some(at);
                }
                vec![Change::Edit(target)]
            }
            Report::Run(view) => self.take_run(job, *view, now),
            Report::Renewed { run } => vec![self.dismiss(&run)],
            Report::Upload(progress) => {
                let Some(row) = self.runs.iter_mut().find(|row| row.view.id == progress.run) else {
                    return Vec::new();
                };
                row.upload = Some(progress);
                vec![Change::Runs]
            }
            Report::Created(product) => {
                let catalog = Catalog::of(&product.target);
                let list = self.list_mut(&catalog);
                match list.products.value_mut() {
                    Some(products) => {
                        products.retain(|known| known.target != product.target);
                        products.push(product);
                    }
                    None => list.products = Remote::Ready(vec![product]),
                }
                vec![Change::List(catalog)]
            }
            Report::Deleted {
                target, submission, ..
            } => self.take_deleted(target, submission.is_some()),
            Report::Exchange(exchange) => {
                if self.activity.len() >= ACTIVITY {
                    self.activity.pop_front();
                }
                self.activity.push_back(exchange);
                vec![Change::Activity]
            }
            Report::Connection(connection) => {
                self.connection = connection;
                vec![Change::Connection]
            }
            Report::Failed { message } => self.end(job, Some(message)),
            // A task that is still there has delivered its result: whoever fails or stops has been taken off before.
            Report::Ended
                if let Some(job) = job
                    && matches!(self.jobs.get(&job), Some(Job::Task(_))) =>
            {
                self.jobs.remove(&job);
                vec![Change::Nothing]
            }
            Report::Cancelled | Report::Ended => self.end(job, None),
        }
    }
}
