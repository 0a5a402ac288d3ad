//! What is asked for without a key: the selected target after a moment, the states of what is pending, the edits to be kept.
//! Decides only; whoever calls starts the jobs.

use super::event::Moment;
use crate::{
    state::{Change, Model},
    tasks::{
        load::{LoadCatalog, LoadStatus, LoadTarget},
        task::AnyTask,
        working_copy::{DropEdit, KeepEdit},
    },
};
use std::{collections::HashMap, time::Duration};
use store_model::{catalog::Catalog, remote::Remote, status::Status, target::Target};

/// Walking through a list asks for nothing; staying does.
const LOOK: Duration = Duration::from_millis(200);

/// A pause in typing after which the text is kept on disk.
const KEEP: Duration = Duration::from_millis(500);

/// How often a submission's state is asked for in the background, by how quickly that state passes.
const SHORT: Duration = Duration::from_secs(30);
const LONG: Duration = Duration::from_mins(5);

#[derive(Debug, Default)]
pub struct Loading {
    look_at: Option<Duration>,
    keep_at: HashMap<Target, Duration>,
    /// When a pending submission's state was asked for, by target.
    asked: HashMap<Target, Duration>,
    /// Whether lists have changed since the states were last looked through.
    is_stale: bool,
    /// Targets whose detail is out of date.
    again: Vec<Target>,
}

/// How long a state's last word is good for; `None` for what only a person changes.
fn good_for(status: &Status) -> Option<Duration> {
    match status {
        Status::Certification | Status::Release | Status::Other(_) => Some(LONG),
        running if running.is_in_progress() => Some(SHORT),
        _ => None,
    }
}

impl Loading {
    /// Another target is selected.
    pub fn selected(&mut self, now: Moment) {
        self.look_at = Some(now.uptime + LOOK);
    }

    /// The selected target is wanted at once.
    pub fn look_now(&mut self, now: Moment) {
        self.look_at = Some(now.uptime);
    }

    pub fn edited(&mut self, target: Target, now: Moment) {
        self.keep_at.insert(target, now.uptime + KEEP);
    }

    pub fn forget_edit(&mut self, target: &Target) {
        self.keep_at.remove(target);
    }

    /// What is known of a target has become old.
    pub fn look_again(&mut self, target: Target) {
        if !self.again.contains(&target) {
            self.again.push(target);
        }
    }

    /// Every pending state is asked for anew when the lists are here.
    pub fn forget_statuses(&mut self) {
        self.asked.clear();
    }

    pub fn changed(&mut self, change: &Change) {
        self.is_stale |= matches!(change, Change::List(_));
    }

    /// When the state of a pending product is to be asked for; `None` is never.
    fn status_due(&self, target: &Target, model: &Model) -> Option<Duration> {
        if model.active_run(target).is_some() {
            return None;
        }
        let Some(asked) = self.asked.get(target) else {
            return Some(Duration::ZERO);
        };
        match model.statuses.get(target) {
            Some((report, _)) => Some(*asked + good_for(&report.status)?),
            // No answer came.
            None => Some(*asked + LONG),
        }
    }

    /// The jobs whose time has come.
    pub fn due(&mut self, model: &Model, selected: Option<&Target>, now: Moment) -> Vec<AnyTask> {
        let mut jobs = Vec::new();
        if self.look_at.is_some_and(|at| at <= now.uptime) {
            self.look_at = None;
            jobs.extend(selected.into_iter().flat_map(|target| look(target, model)));
        }
        for target in std::mem::take(&mut self.again) {
            jobs.push(LoadTarget(target).into());
        }
        let kept: Vec<_> = self
            .keep_at
            .iter()
            .filter(|(_, at)| **at <= now.uptime)
            .map(|(target, _)| target.clone())
            .collect();
        for target in kept {
            self.keep_at.remove(&target);
            jobs.push(keep(target, model));
        }
        jobs.extend(self.statuses(model, now));
        jobs
    }

    fn statuses(&mut self, model: &Model, now: Moment) -> Vec<AnyTask> {
        let is_due = |loading: &Self, target: &Target| {
            loading
                .status_due(target, model)
                .is_some_and(|at| at <= now.uptime)
        };
        let is_stale = std::mem::take(&mut self.is_stale);
        if !is_stale && !self.asked.keys().any(|target| is_due(self, target)) {
            return Vec::new();
        }
        let lists = [&model.apps, &model.add_ons]
            .into_iter()
            .chain(model.flights.values());
        let pending: HashMap<_, _> = lists
            .filter_map(|list| list.products.value())
            .flatten()
            .filter_map(|product| Some((&product.target, product.pending.as_ref()?)))
            .collect();
        // What is pending no more must not wake anybody.
        self.asked.retain(|target, _| pending.contains_key(target));
        let mut due: Vec<_> = pending
            .into_iter()
            .filter(|(target, _)| is_due(self, target))
            .collect();
        due.sort();
        due.into_iter()
            .map(|(target, submission)| {
                self.asked.insert(target.clone(), now.uptime);
                LoadStatus {
                    target: target.clone(),
                    submission: submission.clone(),
                }
                .into()
            })
            .collect()
    }

    /// What was edited and not kept yet, before leaving.
    pub fn keep_all(&mut self, model: &Model) -> Vec<AnyTask> {
        let targets: Vec<_> = self.keep_at.drain().map(|(target, _)| target).collect();
        targets
            .into_iter()
            .map(|target| keep(target, model))
            .collect()
    }

    pub fn wake_at(&self, model: &Model) -> Option<Duration> {
        let statuses = self
            .asked
            .keys()
            .filter_map(|target| self.status_due(target, model));
        self.look_at
            .into_iter()
            .chain(self.keep_at.values().copied())
            .chain(statuses)
            .min()
    }
}

/// What a person who stays on a target wants to see of it: once, then by the key that refreshes.
fn look(target: &Target, model: &Model) -> Vec<AnyTask> {
    let mut jobs = Vec::new();
    let app = match target {
        Target::App { id } | Target::Flight { app: id, .. } => Some(id),
        // Whoever goes to an add-on at once never stayed on its app.
        Target::AddOn { .. } => model
            .product(target)
            .and_then(|product| product.app.as_ref()),
    };
    if let Some(app) = app
        && model.flights.get(app).is_none_or(|list| {
            list.products.is_idle() || list.at.is_none() && !list.products.is_loading()
        })
    {
        jobs.push(LoadCatalog(Catalog::Flights { app: app.clone() }).into());
    }
    if model.details.get(target).is_none_or(Remote::is_idle) {
        jobs.push(LoadTarget(target.clone()).into());
    }
    jobs
}

fn keep(target: Target, model: &Model) -> AnyTask {
    // Nothing prepared any more: what an earlier moment kept must not come back.
    let Some(copy) = model.edits.get(&target) else {
        return DropEdit { target }.into();
    };
    let text = copy.text.clone().unwrap_or_default();
    KeepEdit {
        target,
        text,
        base: copy.base.clone(),
        body: copy.body.clone(),
        zip: copy.zip.clone(),
    }
    .into()
}
