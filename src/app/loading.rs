//! What is asked for without a key: the selected target after a moment, the states of what is pending, the edits to be kept.
//! Only decides; the caller starts the tasks.

use super::event::Moment;
use crate::{
    state::{Model, ModelChange},
    tasks::{
        load::{Glance, LoadCatalog, LoadStatus, LoadTarget},
        task::AnyTask,
        working_copy::{DropEdit, KeepEdit},
    },
};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use store_model::{
    catalog::Catalog, product::Product, remote::Remote, status::Status, target::Target,
};

/// Walking through a list asks for nothing; staying does.
const LOOK: Duration = Duration::from_millis(200);

/// A pause in typing after which the text is kept on disk.
const KEEP: Duration = Duration::from_millis(500);

/// What is not on screen waits for the selected target, but no longer than this.
const BEHIND: Duration = Duration::from_secs(8);

/// States are asked for one after the other, so that the most urgent one of that moment is the next.
const STATUSES_AT_ONCE: usize = 2;

/// After this long without a key nobody looks at the screen: the background stops until the next one, and what was committed
/// is looked at rarely, so that its changes are still told.
const AWAY: Duration = Duration::from_mins(30);
const LONELY: Duration = Duration::from_mins(15);

/// How often a submission's state is asked for in the background, by how quickly that state passes.
const SHORT: Duration = Duration::from_secs(30);
const LONG: Duration = Duration::from_mins(5);

#[derive(Debug, Default)]
pub struct Loading {
    look_at: Option<Duration>,
    keep_at: HashMap<Target, Duration>,
    /// When a pending submission's state was last asked for or told, by target.
    asked: HashMap<Target, Duration>,
    /// Targets whose detail is out of date; read again when they are selected.
    stale: HashSet<Target>,
    /// Lists that wait for the selected target, each until its time at the latest.
    behind: Vec<(Catalog, Duration)>,
    /// The last sign of a person.
    looked: Duration,
    /// Products whose documents were asked for in the background, once each.
    glanced: HashSet<Target>,
}

/// Whether the documents of a product would tell something that the board lacks, and then whether the live one would.
fn unknown(product: &Product, model: &Model) -> Option<bool> {
    let target = &product.target;
    let story = |id: &Option<String>| model.submissions.of(target, id.as_ref()?);
    let asks_mode = |status: &Status| matches!(status, Status::Release | Status::PendingCommit);
    let report = model.statuses.get(target).map(|(report, _)| &report.status);
    let needs_draft = product.pending.is_some()
        && report.is_some_and(asks_mode)
        && story(&product.pending).is_none_or(|story| story.is_portal_made.is_none());
    // A rollout may have been moved elsewhere since; that a submission goes to everybody stays so.
    let needs_live = target.kind().has_rollout()
        && product.published.is_some()
        && story(&product.published)
            .and_then(|story| story.rollout)
            .is_none_or(|rollout| rollout.percent < 100.0);
    (needs_draft || needs_live).then_some(needs_live)
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
        self.stale.insert(target);
    }

    /// A list that is wanted as soon as the selected target is there.
    pub fn behind(&mut self, catalog: Catalog, now: Moment) {
        if self.behind.iter().all(|(waits, _)| *waits != catalog) {
            self.behind.push((catalog, now.uptime + BEHIND));
        }
    }

    /// A person is here.
    pub fn attended(&mut self, now: Moment) {
        self.looked = now.uptime;
    }

    /// Every pending state is asked for anew when the lists are here.
    pub fn forget_statuses(&mut self) {
        self.asked.clear();
    }

    pub fn changed(&mut self, change: &ModelChange, now: Moment) {
        if let ModelChange::Status(target) = change {
            // Whoever asked: the answer is good for all.
            self.asked.insert(target.clone(), now.uptime);
        }
    }

    /// When the state of a pending product is to be asked for; `None` is never.
    fn status_due(&self, target: &Target, model: &Model) -> Option<Duration> {
        if model.active_run(target).is_some() {
            return None;
        }
        let Some(asked) = self.asked.get(target) else {
            return Some(Duration::ZERO);
        };
        let due = match model.statuses.get(target) {
            Some((report, _)) => {
                let wait = good_for(&report.status)?;
                if *asked + wait > self.looked + AWAY {
                    return Some(*asked + wait.max(LONELY));
                }
                *asked + wait
            }
            // No answer came.
            None => *asked + LONG,
        };
        // Nobody looks at it any more: the next key wakes it.
        (due <= self.looked + AWAY).then_some(due)
    }

    /// The tasks whose time has come.
    pub fn due(&mut self, model: &Model, selected: Option<&Target>, now: Moment) -> Vec<AnyTask> {
        let mut tasks = Vec::new();
        if self.look_at.is_some_and(|at| at <= now.uptime) {
            self.look_at = None;
            if let Some(target) = selected {
                tasks.extend(self.look(target, model, now));
            }
        } else if let Some(target) = selected.filter(|target| self.stale.contains(target)) {
            self.stale.remove(target);
            tasks.push(LoadTarget(target.clone()).into());
        }
        let kept: Vec<_> = self
            .keep_at
            .iter()
            .filter(|(_, at)| **at <= now.uptime)
            .map(|(target, _)| target.clone())
            .collect();
        for target in kept {
            self.keep_at.remove(&target);
            tasks.push(keep(target, model));
        }
        let is_selected_read = tasks.is_empty() && self.is_selected_read(model, selected);
        for (catalog, _) in self
            .behind
            .extract_if(.., |(_, at)| is_selected_read || *at <= now.uptime)
        {
            tasks.push(LoadCatalog(catalog).into());
        }
        if self.behind.is_empty() {
            tasks.extend(self.statuses(model, now));
        }
        if tasks.is_empty() {
            tasks.extend(self.glance(model, now));
        }
        tasks
    }

    /// Whether the selected target is on screen, as far as it can be: the rest may follow.
    fn is_selected_read(&self, model: &Model, selected: Option<&Target>) -> bool {
        let Some(target) = selected else {
            // With a list the selection is about to come.
            let apps = &model.apps.products;
            return !apps.is_loading() && apps.value().is_none_or(Vec::is_empty);
        };
        self.look_at.is_none()
            && model
                .details
                .get(target)
                .is_some_and(|detail| !detail.is_idle() && !detail.is_loading())
    }

    /// The next states to be asked for, the most urgent first.
    fn statuses(&mut self, model: &Model, now: Moment) -> Vec<AnyTask> {
        let running = model.jobs.values().filter_map(AnyTask::get);
        let running: Vec<_> = running.map(|task: &LoadStatus| &task.target).collect();
        let room = STATUSES_AT_ONCE.saturating_sub(running.len());
        if room == 0 {
            return Vec::new();
        }
        let lists = [&model.apps, &model.add_ons]
            .into_iter()
            .chain(model.flights.values());
        let mut pending: Vec<_> = lists
            .filter_map(|list| list.products.value())
            .flatten()
            .filter_map(|product| Some((&product.target, product.pending.as_ref()?)))
            .collect();
        // What was committed is followed also where its list was not read: a flight is in none of the first lists.
        let unlisted = model.submissions.all().filter(|story| {
            let list = model.list(&Catalog::of(&story.target));
            story.is_followed() && list.is_none_or(|list| list.products.value().is_none())
        });
        pending.extend(unlisted.map(|story| (&story.target, &story.submission)));
        // What is pending no more must not wake anybody.
        let targets: HashSet<_> = pending.iter().map(|(target, _)| *target).collect();
        self.asked.retain(|target, _| targets.contains(target));
        // Reading the whole target tells its state as well.
        let is_asked = |target: &Target| {
            running.contains(&target) || model.details.get(target).is_some_and(Remote::is_loading)
        };
        pending.retain(|(target, _)| {
            let due = self.status_due(target, model);
            due.is_some_and(|at| at <= now.uptime) && !is_asked(target)
        });
        pending.sort_by_key(|(target, _)| (urgency(target, model), *target));
        pending.dedup_by_key(|(target, _)| *target);
        pending.truncate(room);
        pending
            .into_iter()
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

    /// When nothing else is wanted: the next product whose documents would tell something that nobody knows.
    fn glance(&mut self, model: &Model, now: Moment) -> Option<AnyTask> {
        let is_busy = model.jobs.values().any(|task| {
            task.is::<Glance>()
                || task.is::<LoadStatus>()
                || task.is::<LoadTarget>()
                || task.is::<LoadCatalog>()
        });
        let is_away = now.uptime > self.looked + AWAY;
        if is_busy || is_away || self.look_at.is_some() || !self.behind.is_empty() {
            return None;
        }
        let lists = [&model.apps]
            .into_iter()
            .chain(model.flights.values())
            .chain([&model.add_ons]);
        let product = lists
            .filter_map(|list| list.products.value())
            .flatten()
            .filter(|product| !self.glanced.contains(&product.target))
            .find(|product| unknown(product, model).is_some())?
            .clone();
        self.glanced.insert(product.target.clone());
        let with_live = unknown(&product, model)?;
        Some(Glance { product, with_live }.into())
    }

    /// What a person who stays on a target wants to see of it: once, then when it is out of date or by the key that refreshes.
    fn look(&mut self, target: &Target, model: &Model, now: Moment) -> Option<AnyTask> {
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
            self.behind(Catalog::Flights { app: app.clone() }, now);
        }
        let is_wanted =
            self.stale.remove(target) || model.details.get(target).is_none_or(Remote::is_idle);
        is_wanted.then(|| LoadTarget(target.clone()).into())
    }

    /// What was edited and not kept yet, before leaving.
    pub fn keep_all(&mut self, model: &Model) -> Vec<AnyTask> {
        let failed = model
            .edits
            .iter()
            .filter(|(_, copy)| copy.keep_error.is_some());
        let mut targets: HashSet<_> = failed.map(|(target, _)| target.clone()).collect();
        targets.extend(self.keep_at.drain().map(|(target, _)| target));
        targets
            .into_iter()
            .map(|target| keep(target, model))
            .collect()
    }

    pub fn wake_at(&self, model: &Model) -> Option<Duration> {
        // While some are on their way, or something else goes first, the next ones wait for that answer.
        let is_asking =
            !self.behind.is_empty() || model.jobs.values().any(AnyTask::is::<LoadStatus>);
        let is_reading =
            |target: &Target| model.details.get(target).is_some_and(Remote::is_loading);
        let statuses = self
            .asked
            .keys()
            .filter(|target| !is_asking && !is_reading(target))
            .filter_map(|target| self.status_due(target, model));
        self.look_at
            .into_iter()
            .chain(self.keep_at.values().copied())
            .chain(self.behind.iter().map(|(_, at)| *at))
            .chain(statuses)
            .min()
    }
}

/// The order in which states are asked for: what passes quickly, what is not known at all, what takes its time.
fn urgency(target: &Target, model: &Model) -> u8 {
    match model.statuses.get(target) {
        Some((report, _)) if good_for(&report.status) == Some(SHORT) => 0,
        None => 1,
        Some(_) => 2,
    }
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
        seen: copy.kept,
    }
    .into()
}
