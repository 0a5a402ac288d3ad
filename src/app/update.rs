//! The app: everything that the dashboard knows and how an event changes it. Pure: what has to happen outside comes back as
//! effects. Touches no terminal, clock, disk or process.

use super::{
    arrange::{self, Arrangement, Shape},
    event::{Effect, Event, Exit, Moment},
    focus::Focus,
    loading::Loading,
    overlay_stack::OverlayStack,
    settings::Settings,
    toasts::Toasts,
};
use crate::{
    features,
    screen::{
        action::Action,
        command::{Command, PaneId, ToastLevel},
        pane::{Commands, Context, Pane},
        status_badge::since,
    },
    state::{Model, ModelChange, RunRow},
    tasks::{
        load::{LoadCatalog, LoadTarget, Recall},
        report::Report,
        reporter::JobId,
        task::{AnyTask, FailureNotice},
    },
};
use ratatui::layout::Rect;
use std::time::Duration;
use store_model::{catalog::Catalog, target::Target};
use tui_kit::meter;

/// What panes and overlays may read: one part of the app, so that it can be lent out while a pane is changed.
pub struct AppContext {
    pub model: Model,
    pub settings: Settings,
    pub selected: Option<Target>,
    /// What panes and overlays asked for and was not carried out yet.
    pub commands: Commands,
}

impl AppContext {
    pub fn cx(&self, now: Moment, is_focused: bool) -> Context<'_> {
        Context {
            model: &self.model,
            theme: &self.settings.theme,
            keymap: &self.settings.keymap,
            zone: &self.settings.zone,
            selected: self.selected.as_ref(),
            now: now.wall,
            uptime: now.uptime,
            is_focused,
            commands: &self.commands,
        }
    }
}

pub struct App {
    pub(super) context: AppContext,
    pub(super) panes: Vec<Box<dyn Pane>>,
    pub(super) overlay_stack: OverlayStack,
    pub(super) focus: Focus,
    pub(super) toasts: Toasts,
    pub(super) loading: Loading,
    pub(super) size: Rect,
    pub(super) effects: Vec<Effect>,
    /// An action that waits until its target is read; any other key is second thoughts.
    pub(super) waiting: Option<(Action, Target)>,
    /// The question whether to leave is on screen.
    pub(super) is_leaving: bool,
    /// Somebody wants to leave, as soon as what was edited is on disk.
    pub(super) is_quitting: bool,
    /// The arguments of `flightdeck` that do what was done last.
    pub(super) last_command: Option<Vec<String>>,
    last_job: u64,
    is_dirty: bool,
    /// Something that the board shows may have changed.
    pub(super) is_board_stale: bool,
    /// The minute for which the board was made: ages on it go on by themselves.
    pub(super) board_minute: i64,
}

impl App {
    pub fn new(settings: Settings, columns: u16, rows: u16) -> Self {
        let model = Model {
            profile: settings.profile.clone(),
            ..Model::default()
        };
        Self {
            context: AppContext {
                model,
                settings,
                selected: None,
                commands: Commands::default(),
            },
            panes: features::all(),
            overlay_stack: OverlayStack::default(),
            focus: Focus::default(),
            toasts: Toasts::default(),
            loading: Loading::default(),
            size: Rect::new(0, 0, columns, rows),
            effects: Vec::new(),
            waiting: None,
            is_leaving: false,
            is_quitting: false,
            last_command: None,
            last_job: 0,
            is_dirty: true,
            is_board_stale: true,
            board_minute: 0,
        }
    }

    /// What is asked for before any key: the last known lists, then the real ones.
    pub fn start(&mut self, now: Moment) -> Vec<Effect> {
        if self.context.settings.welcome.is_none() {
            self.start_job(Recall);
            self.start_job(LoadCatalog(Catalog::Apps));
            self.context.model.await_list(&Catalog::AddOns);
            self.loading.behind(Catalog::AddOns, now);
        }
        self.release_all(now);
        std::mem::take(&mut self.effects)
    }

    /// Whether the last known lists are still being read from disk.
    pub fn is_recalling(&self) -> bool {
        let model = &self.context.model;
        let is_known =
            model.apps.products.value().is_some() && model.add_ons.products.value().is_some();
        !is_known && model.jobs.values().any(AnyTask::is::<Recall>)
    }

    /// The one way in.
    pub fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        match event {
            Event::Report(job, report) => self.take_report(job, report, now),
            event => {
                self.is_dirty = true;
                if !matches!(event, Event::Woken) {
                    self.loading.attended(now);
                }
                self.take_other(event, now);
                self.load_what_is_due(now);
            }
        }
        self.release_all(now);
        self.refresh_board(now);
        std::mem::take(&mut self.effects)
    }

    fn take_other(&mut self, event: Event, now: Moment) {
        match event {
            Event::Key(key) => self.key(key, now),
            Event::Paste(text) => self.paste(text, now),
            Event::Mouse(mouse) => self.mouse(mouse, now),
            Event::Resize(columns, rows) => self.size = Rect::new(0, 0, columns, rows),
            Event::Woken => self.woken(now),
            Event::EditedOutside { target, text } => {
                self.context.commands.send(Command::Edited { target, text });
            }
            Event::Trouble { title, text } => {
                self.context.commands.send(Command::Open(
                    crate::screen::command::Dialog::Message { title, text },
                ));
            }
            Event::Told(severity, text) => {
                self.context.commands.send(Command::Toast(severity, text));
            }
            Event::Terminate => self.leave(Exit::Quit),
            Event::Report(..) => {}
        }
    }

    fn take_report(&mut self, job: Option<JobId>, report: Report, now: Moment) {
        let failed_job = job
            .and_then(|job| self.context.model.jobs.get(&job))
            .cloned();
        let failure = match &report {
            Report::Failed(failure) => Some(failure.message.clone()),
            _ => None,
        };
        let was_board_stale = self.is_board_stale;
        let is_progress = matches!(report, Report::Upload(_));
        let is_recall = failed_job.as_ref().is_some_and(AnyTask::is::<Recall>);
        if let Report::Notice(text) = &report {
            self.toasts.push(ToastLevel::Info, text.clone(), now.uptime);
        }
        let ended = match &report {
            Report::Run(view) if view.ending.is_some() => {
                let was_active = self
                    .context
                    .model
                    .run(&view.id)
                    .is_none_or(RunRow::is_active);
                was_active.then(|| view.id.clone())
            }
            _ => None,
        };
        let changes = self.context.model.apply(job, report, now.wall);
        if changes.is_empty() {
            return;
        }
        self.is_dirty = true;
        if let (Some(message), Some(job)) = (failure, failed_job) {
            let severity = match job.failure_notice() {
                FailureNotice::Error => Some(ToastLevel::Error),
                FailureNotice::Warning => Some(ToastLevel::Warning),
                FailureNotice::InPlace => None,
            };
            if let Some(severity) = severity.filter(|_| !self.is_told_in_place(&job)) {
                self.toasts.push(severity, message, now.uptime);
            }
        }
        if let Some(run) = ended {
            self.run_ended(&run, now);
        }
        for change in changes {
            match change {
                // The disk follows after a moment.
                ModelChange::Settled(target) => {
                    self.loading.edited(target.clone(), now);
                    self.broadcast(&ModelChange::Edit(target), now);
                }
                ModelChange::Stale(target) => self.loading.look_again(target),
                ModelChange::Seen { target, submission } => self.seen(&target, &submission, now),
                change => {
                    self.broadcast(&change, now);
                    self.loading.changed(&change, now);
                    if let ModelChange::Target(target) = &change {
                        self.go_on(target, now);
                    }
                }
            }
        }
        if is_progress {
            // The board reads how far an upload is while it is drawn.
            self.is_board_stale = was_board_stale;
        }
        if is_recall {
            self.follow_on();
        }
        if self.is_quitting {
            self.quit(now);
        }
        self.load_what_is_due(now);
    }

    pub(super) fn broadcast(&mut self, change: &ModelChange, now: Moment) {
        self.is_board_stale |= !matches!(
            change,
            ModelChange::Board
                | ModelChange::Selected
                | ModelChange::Task(_)
                | ModelChange::Folder
                | ModelChange::Examined
                | ModelChange::Activity
                | ModelChange::Connection
                | ModelChange::Nothing
        );
        let focus = self.focus.current();
        let has_overlay = !self.overlay_stack.is_empty();
        for pane in &mut self.panes {
            let cx = self.context.cx(now, pane.id() == focus && !has_overlay);
            pane.changed(change, &cx);
        }
        self.overlay_stack
            .changed(change, &self.context.cx(now, true));
    }

    fn woken(&mut self, now: Moment) {
        self.toasts.expire(now.uptime);
        let focus = self.focus.current();
        for pane in &mut self.panes {
            if pane.wake_at().is_some_and(|at| at <= now.uptime) {
                pane.woken(&self.context.cx(now, pane.id() == focus));
            }
        }
        self.overlay_stack.woken(&self.context.cx(now, true));
        self.load_what_is_due(now);
    }

    pub(super) fn load_what_is_due(&mut self, now: Moment) {
        for job in self
            .loading
            .due(&self.context.model, self.context.selected.as_ref(), now)
        {
            self.start_job(job);
        }
    }

    pub(super) fn start_job(&mut self, task: impl Into<AnyTask>) {
        let task = task.into();
        self.last_job += 1;
        let id = JobId(self.last_job);
        if let Some(older) = self.context.model.begin(id, task.clone()) {
            self.effects.push(Effect::Cancel(older));
        }
        self.effects.push(Effect::Start(id, task));
    }

    /// Keeps what is not on disk yet, also what could not be kept before.
    pub(super) fn keep_all(&mut self) {
        for task in self.loading.keep_all(&self.context.model) {
            self.start_job(task);
        }
    }

    /// Leaves without asking; what was edited a moment ago is kept first.
    pub(super) fn leave(&mut self, exit: Exit) {
        self.keep_all();
        self.effects.push(Effect::Quit(exit));
    }

    /// The uptime at which [`Event::Woken`] is wanted; `None` sleeps until something happens.
    pub fn wake_at(&self, now: Moment) -> Option<Duration> {
        if self.context.settings.welcome.is_some() {
            return None;
        }
        let panes = self.panes.iter().filter_map(|pane| pane.wake_at());
        let others = [
            self.toasts.wake_at(),
            self.overlay_stack.wake_at(),
            self.loading.wake_at(&self.context.model),
            self.is_turning().then(|| meter::next_turn(now.uptime)),
            Some(self.next_clock(now)),
        ];
        panes.chain(others.into_iter().flatten()).min()
    }

    /// Whether a job's failure stands in a pane that is on screen: said twice it only hides that pane.
    fn is_told_in_place(&self, task: &AnyTask) -> bool {
        let pane = if let Some(LoadTarget(target)) = task.get()
            && self.selected() == Some(target)
        {
            PaneId::Detail
        } else if let Some(LoadCatalog(catalog)) = task.get() {
            match catalog {
                Catalog::Apps => PaneId::Apps,
                Catalog::AddOns => PaneId::AddOns,
                Catalog::Flights { app } if self.context.app() == Some(app) => PaneId::Flights,
                Catalog::Flights { .. } => return false,
            }
        } else {
            return false;
        };
        self.arrangement(self.size)
            .is_some_and(|arrangement| arrangement.panes.iter().any(|(shown, _)| *shown == pane))
    }

    /// Whether a spinner is to be seen.
    fn is_turning(&self) -> bool {
        let model = &self.context.model;
        let selected = self.context.selected.as_ref();
        model.apps.products.is_loading()
            || model.add_ons.products.is_loading()
            || self
                .context
                .app()
                .and_then(|app| model.flights.get(app))
                .is_some_and(|list| list.products.is_loading())
            || selected
                .and_then(|target| model.details.get(target))
                .is_some_and(store_model::remote::Remote::is_loading)
            || model.jobs.values().any(AnyTask::has_spinner)
            || (!self.overlay_stack.is_empty()
                && (model.folder.entries.is_loading() || model.examined.is_loading()))
    }

    /// When a time on screen changes next: ages and the clock go by minutes, only what is younger than one by seconds.
    fn next_clock(&self, now: Moment) -> Duration {
        let is_quick = self
            .context
            .model
            .runs
            .iter()
            .filter(|row| row.is_active())
            .any(|row| {
                let is_young = |at| since(at, now.wall) < Duration::from_mins(1);
                let looks_soon = row
                    .view
                    .next_poll
                    .is_some_and(|at| at.duration_since(now.wall).as_secs() < 60);
                looks_soon
                    || row
                        .view
                        .timeline
                        .last()
                        .is_none_or(|seen| is_young(seen.at))
            });
        let step: u64 = if is_quick { 1_000 } else { 60_000 };
        let wall = u64::try_from(now.wall.as_millisecond()).unwrap_or_default();
        now.uptime + Duration::from_millis(step - wall % step)
    }

    /// Whether something on screen has changed since the last call.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.is_dirty)
    }

    pub fn model(&self) -> &Model {
        &self.context.model
    }

    pub fn selected(&self) -> Option<&Target> {
        self.context.selected.as_ref()
    }

    pub fn focused(&self) -> PaneId {
        self.focus.current()
    }

    /// The overlays from below to the top, by name.
    pub fn overlays(&self) -> Vec<&'static str> {
        self.overlay_stack.names()
    }

    /// The short messages on screen, oldest first.
    pub fn messages(&self) -> Vec<&str> {
        self.toasts
            .iter()
            .map(|toast| toast.text.as_str())
            .collect()
    }

    pub(super) fn arrangement(&self, area: Rect) -> Option<Arrangement> {
        arrange::arrange(Shape {
            area,
            focus: self.focus.current(),
            is_zoomed: self.focus.is_zoomed,
            shows_activity: self.focus.shows_activity(),
            has_banner: self.context.settings.banner.is_some(),
            runs: self.context.model.runs.len(),
        })
    }
}

impl AppContext {
    /// The app that the selected target belongs to.
    pub(super) fn app(&self) -> Option<&str> {
        match self.selected.as_ref()? {
            Target::App { id } | Target::Flight { app: id, .. } => Some(id),
            add_on @ Target::AddOn { .. } => self.model.product(add_on)?.app.as_deref(),
        }
    }
}
