//! What the screen knows of the account: server data lives here, once. Only the methods of [`Model`] write it, and of those
//! [`Model::apply`] takes what comes from outside. Knows no pane and no screen.

use super::{
    board::{self, Row},
    change::ModelChange,
    run_row::RunRow,
    submissions::Submissions,
    view::{FolderView, KnownList, ProfileView},
    working_copy::WorkingCopy,
};
use crate::engine::view::Ending;
use crate::tasks::{
    browse::{Browse, Examine},
    load::{LoadCatalog, LoadTarget},
    message::TaskFailure,
    report::{Connection, Examined, Exchange, Report, TargetDetail},
    reporter::JobId,
    task::{AnyTask, Task},
};
use jiff::{Timestamp, tz::TimeZone};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    path::PathBuf,
    sync::Arc,
};
use store_model::{
    catalog::Catalog, product::Product, remote::Remote, status::StatusReport, target::Target,
};

/// How many requests the activity pane remembers: an hour at the service's own limit.
const ACTIVITY: usize = 1200;

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub profile: ProfileView,
    pub apps: KnownList,
    pub add_ons: KnownList,
    /// By app.
    pub flights: HashMap<String, KnownList>,
    pub details: HashMap<Target, Remote<Arc<TargetDetail>, TaskFailure>>,
    /// The last word about a pending submission.
    pub statuses: HashMap<Target, (StatusReport, Timestamp)>,
    /// What was seen of submissions, by whoever looked.
    pub submissions: Submissions,
    /// The rows of the board, as of the last time that anything of them changed.
    pub board: Vec<Row>,
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
    /// Tasks that run.
    pub jobs: HashMap<JobId, AnyTask>,
}

impl Model {
    pub fn list(&self, catalog: &Catalog) -> Option<&KnownList> {
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

    pub fn app_name(&self, id: &str) -> Option<&str> {
        let apps = self.apps.products.value()?;
        let app = apps.iter().find(|app| app.target.id() == id)?;
        Some(&app.name)
    }

    /// Makes the board anew; says whether it differs.
    pub fn refresh_board(&mut self, now: Timestamp, zone: &TimeZone) -> bool {
        let rows = board::rows(self, now, zone);
        let is_news = rows != self.board;
        self.board = rows;
        is_news
    }

    /// The name of a target as people know it, else its id.
    pub fn name(&self, target: &Target) -> String {
        self.product(target)
            .map_or_else(|| target.to_string(), |product| product.name.clone())
    }

    /// The list that shows a target, if it was asked for.
    fn list_of(&mut self, target: &Target) -> Option<&mut KnownList> {
        match target {
            Target::App { .. } => Some(&mut self.apps),
            Target::AddOn { .. } => Some(&mut self.add_ons),
            Target::Flight { app, .. } => self.flights.get_mut(app),
        }
    }

    pub(super) fn list_mut(&mut self, catalog: &Catalog) -> &mut KnownList {
        match catalog {
            Catalog::Apps => &mut self.apps,
            Catalog::AddOns => &mut self.add_ons,
            Catalog::Flights { app } => self.flights.entry(app.clone()).or_default(),
        }
    }

    /// A list is on its way, though behind others.
    pub fn await_list(&mut self, catalog: &Catalog) {
        self.list_mut(catalog).products.start();
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
            .find_map(|(id, task)| Some((*id, task.get()?)))
    }

    pub fn active_runs(&self) -> usize {
        self.runs.iter().filter(|row| row.is_active()).count()
    }

    /// Notes that a task begins. Gives the one of the same topic that it supersedes, whose reports are dropped from now on.
    pub fn begin(&mut self, id: JobId, task: AnyTask) -> Option<JobId> {
        if let Some(LoadCatalog(catalog)) = task.get() {
            self.list_mut(catalog).products.start();
        } else if let Some(LoadTarget(target)) = task.get() {
            self.details.entry(target.clone()).or_default().start();
        } else if let Some(Browse { folder }) = task.get() {
            if self.folder.path != *folder {
                self.folder = FolderView {
                    path: folder.clone(),
                    entries: Remote::Idle,
                };
            }
            self.folder.entries.start();
        } else if task.is::<Examine>() {
            self.examined = Remote::Loading { stale: None };
        }
        let topic = task.topic();
        let older = topic.and_then(|topic| {
            self.jobs
                .iter()
                .find(|(_, running)| running.topic().as_ref() == Some(&topic))
                .map(|(older, _)| *older)
        });
        if let Some(older) = older {
            self.jobs.remove(&older);
        }
        self.jobs.insert(id, task);
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
        copy.is_unsaved = true;
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
            copy.is_unsaved = true;
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
        let copy = self.edits.entry(target.clone()).or_default();
        (copy.zip, copy.is_unsaved) = (zip, true);
        self.forget_empty_edit(target);
    }

    pub(super) fn forget_empty_edit(&mut self, target: &Target) {
        if self.edits.get(target).is_some_and(WorkingCopy::is_empty) {
            self.edits.remove(target);
        }
    }

    /// How the run that made a submission ended, if that was bad: the Store itself says only "draft" of a commit that failed.
    pub fn failure_of(&self, target: &Target, submission: &str) -> Option<&Ending> {
        let row = self
            .runs
            .iter()
            .find(|row| row.view.target == *target)
            .filter(|row| row.view.submission.as_deref() == Some(submission))?;
        row.view.ending.as_ref().filter(|_| row.is_refused())
    }

    /// Takes a finished run off the list.
    pub fn dismiss(&mut self, run: &str) -> ModelChange {
        self.runs
            .retain(|row| row.view.id != run || row.is_active());
        ModelChange::Runs
    }

    /// Takes a report in; says what it changed. What comes of a superseded or finished job is dropped.
    pub fn apply(
        &mut self,
        job: Option<JobId>,
        report: Report,
        now: Timestamp,
    ) -> Vec<ModelChange> {
        if job.is_some_and(|job| !self.jobs.contains_key(&job)) {
            return Vec::new();
        }
        match report {
            Report::Task(message) => self.take_message(message, now),
            Report::Run(view) => self.take_run(job, *view, now),
            Report::Stories(stories) => self.take_stories(&stories),
            Report::Renewed { run } => vec![self.dismiss(&run)],
            Report::Upload(progress) => {
                let Some(row) = self.runs.iter_mut().find(|row| row.view.id == progress.run) else {
                    return Vec::new();
                };
                row.upload = Some(progress);
                vec![ModelChange::Runs]
            }
            Report::Summed(summed) => self.take_sum(summed),
            // The app shows it.
            Report::Notice(_) => vec![ModelChange::Nothing],
            Report::Exchange(exchange) => {
                if self.activity.len() >= ACTIVITY {
                    self.activity.pop_front();
                }
                self.activity.push_back(exchange);
                vec![ModelChange::Activity]
            }
            Report::Connection(connection) => {
                self.connection = connection;
                vec![ModelChange::Connection]
            }
            Report::Failed(failure) => self.end(job, Some(failure), now),
            Report::Cancelled => self.end(job, None, now),
            // Whoever failed or was cancelled has been taken off before: this one has delivered its result.
            Report::Ended => {
                if let Some(job) = job {
                    self.jobs.remove(&job);
                }
                vec![ModelChange::Nothing]
            }
        }
    }
}
