//! A dashboard without a terminal: keys in, screens and started jobs out. The Store is a table; ZIPs and folders are real ones.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

use flightdeck::screen::keymap::keymap;
use flightdeck::tasks::message::TaskFailure;
use flightdeck::{
    app::{
        event::{Effect, Event, Moment},
        settings::Settings,
        update::App,
    },
    features::{
        diff::tasks::Compare,
        history::tasks::{LoadHistory, ReadKept},
        listings::tasks::{ReadTexts, WriteTexts},
        review::tasks::Analyze,
        zip::tasks::{Pack, PackProgress},
    },
    state::ProfileView,
    tasks::{
        browse,
        browse::{Browse, Examine, Folder, HashZip},
        check::CheckDocument,
        history_item::{HistoryItem, KeptDocument, TargetHistory},
        load::{Glance, LoadCatalog, LoadStatus, LoadTarget, LoadedList, Recall},
        message::TaskEvent,
        pack,
        report::{Report, Summed, TargetDetail},
        reporter::JobId,
        task::{AnyTask, Task},
        texts,
        working_copy::{KeepEdit, ReadEdit},
    },
};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::Buffer,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};
use store_model::{
    catalog::Catalog,
    product::Product,
    submission::Submission,
    target::{Kind, Target},
};

pub(crate) struct Dashboard {
    pub app: App,
    pub now: Moment,
    /// What the Store holds.
    pub store: BTreeMap<Target, TargetDetail>,
    /// Why a target cannot be read.
    pub faults: BTreeMap<Target, TaskFailure>,
    /// Jobs that change something, and what else went out.
    pub started: Vec<AnyTask>,
    pub effects: Vec<Effect>,
    /// The text that was kept on disk last.
    pub kept: Option<String>,
    /// What became of the selected target's document, and the kept documents by file.
    pub history: Vec<HistoryItem>,
    pub documents: BTreeMap<PathBuf, Value>,
    /// Whether large documents are checked, compared and analysed at once; else the task is only noted.
    pub is_judging: bool,
    /// Milliseconds that the next folder takes: a slow drive.
    pub folder_takes: u64,
    /// Folders that are being read, and when they will have been.
    late: Vec<(Duration, JobId, AnyTask)>,
    size: (u16, u16),
}

/// A product as the lists have it.
pub(crate) fn product(
    target: &Target,
    name: &str,
    pending: Option<&str>,
    published: Option<&str>,
) -> Product {
    let kind = target.kind();
    let name_field = match kind {
        Kind::App => "primaryName",
        Kind::AddOn => "productId",
        Kind::Flight => "friendlyName",
    };
    let mut raw = json!({kind.id_field(): target.id(), name_field: name});
    raw[kind.pending_field()] = json!({"id": pending.unwrap_or("0")});
    raw[kind.published_field()] = json!({"id": published.unwrap_or("0")});
    let app = match target {
        Target::Flight { app, .. } => Some(app.as_str()),
        _ => Some("9NX0EXAMPLE1"),
    };
    Product::read(kind, app, &raw).unwrap()
}

pub(crate) fn detail(
    target: &Target,
    name: &str,
    pending: Option<Value>,
    published: Option<Value>,
) -> TargetDetail {
    let submission =
        |document: Option<Value>| document.map(|document| Submission::split(document).0);
    let (pending, published) = (submission(pending), submission(published));
    let id = |submission: &Option<Submission>| {
        submission.as_ref().map(|submission| submission.id.clone())
    };
    let product = product(
        target,
        name,
        id(&pending).as_deref(),
        id(&published).as_deref(),
    );
    TargetDetail {
        product,
        published,
        pending,
        edit: None,
    }
}

impl Dashboard {
    pub(crate) fn new(columns: u16, rows: u16, store: Vec<TargetDetail>) -> Self {
        Self::with_profile(
            columns,
            rows,
            store,
            ProfileView {
                name: "contoso".into(),
                ..ProfileView::default()
            },
        )
    }

    pub(crate) fn with_profile(
        columns: u16,
        rows: u16,
        store: Vec<TargetDetail>,
        profile: ProfileView,
    ) -> Self {
        Self::with_faults(columns, rows, store, profile, BTreeMap::new())
    }

    pub(crate) fn with_faults(
        columns: u16,
        rows: u16,
        store: Vec<TargetDetail>,
        profile: ProfileView,
        faults: BTreeMap<Target, TaskFailure>,
    ) -> Self {
        Self::with_keys(columns, rows, store, profile, faults, &[])
    }

    /// With chords that a person has bound.
    pub(crate) fn with_keys(
        columns: u16,
        rows: u16,
        store: Vec<TargetDetail>,
        profile: ProfileView,
        faults: BTreeMap<Target, TaskFailure>,
        keys: &[(String, Vec<String>)],
    ) -> Self {
        Self::with_theme(columns, rows, store, profile, faults, keys, "dark")
    }

    /// With a theme of the program.
    pub(crate) fn with_theme(
        columns: u16,
        rows: u16,
        store: Vec<TargetDetail>,
        profile: ProfileView,
        faults: BTreeMap<Target, TaskFailure>,
        keys: &[(String, Vec<String>)],
        theme: &str,
    ) -> Self {
        let settings = Settings {
            profile,
            banner: None,
            welcome: None,
            theme: flightdeck::screen::themes::load(theme).unwrap(),
            keymap: keymap(keys).unwrap(),
            zone: TimeZone::UTC,
            notify: false,
        };
        let wall: Timestamp = "2026-02-03T12:04:00Z".parse().unwrap();
        let mut dashboard = Self {
            app: App::new(settings, columns, rows),
            now: Moment {
                wall,
                uptime: Duration::from_secs(1),
            },
            store: store
                .into_iter()
                .map(|detail| (detail.product.target.clone(), detail))
                .collect(),
            faults,
            started: Vec::new(),
            effects: Vec::new(),
            kept: None,
            history: Vec::new(),
            documents: BTreeMap::new(),
            is_judging: true,
            folder_takes: 0,
            late: Vec::new(),
            size: (columns, rows),
        };
        let effects = dashboard.app.start(dashboard.now);
        dashboard.take(effects);
        // Most tests are about the lists; the first screen is the board.
        dashboard.keys("1");
        dashboard.wait(1_000);
        dashboard
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(id, job) => self.run(id, &job),
                other => self.effects.push(other),
            }
        }
    }

    fn report(&mut self, id: JobId, report: Report) {
        let effects = self.app.handle(Event::Report(Some(id), report), self.now);
        self.take(effects);
    }

    fn fail(&mut self, id: JobId, failure: impl Into<TaskFailure>) {
        self.report(id, Report::Failed(failure.into()));
    }

    fn run(&mut self, id: JobId, job: &AnyTask) {
        if job.is::<Browse>() && self.folder_takes > 0 {
            let takes = Duration::from_millis(std::mem::take(&mut self.folder_takes));
            self.late.push((self.now.uptime + takes, id, job.clone()));
            return;
        }
        if !self.run_shared(id, job) && !self.run_task(id, job) {
            self.started.push(job.clone());
            return;
        }
        self.report(id, Report::Ended);
    }

    /// Answers the tasks whose results all features share; says whether it was one.
    fn run_shared(&mut self, id: JobId, job: &AnyTask) -> bool {
        let at = self.now.wall;
        if let Some(task @ LoadCatalog(catalog)) = job.get() {
            let belongs = |target: &&Target| match (&catalog, target) {
                (Catalog::Apps, Target::App { .. }) | (Catalog::AddOns, Target::AddOn { .. }) => {
                    true
                }
                (Catalog::Flights { app }, Target::Flight { app: owner, .. }) => app == owner,
                _ => false,
            };
            let targets = self.store.keys().filter(belongs);
            let products: Vec<_> = targets
                .map(|target| self.store[target].product.clone())
                .collect();
            let total = products.len();
            let list = LoadedList {
                products,
                total,
                at,
            };
            self.answer(id, task, TaskEvent::Done(list));
        } else if let Some(task @ LoadTarget(target)) = job.get() {
            match (self.faults.get(target), self.store.get(target)) {
                (Some(fault), _) => {
                    let failure = fault.clone();
                    self.fail(id, failure);
                }
                (None, Some(detail)) => {
                    let detail = Arc::new(detail.clone());
                    self.answer(id, task, TaskEvent::Done(detail));
                }
                (None, None) => self.fail(id, "404"),
            }
        } else if let Some(task) = job.get::<Glance>() {
            self.answer(id, task, TaskEvent::Done(()));
        } else if let Some(task) = job.get::<LoadStatus>() {
            let pending = &self.store[&task.target].pending;
            if let Some(report) = pending.as_ref().map(Submission::report) {
                self.answer(id, task, TaskEvent::Done(report));
            }
        } else if let Some(task) = job.get::<Browse>() {
            match browse::list(&task.folder) {
                Ok(mut entries) => {
                    for entry in &mut entries {
                        // A date that is the same on every day.
                        entry.modified = Some(at);
                    }
                    let path = task.folder.clone();
                    self.answer(id, task, TaskEvent::Done(Folder { path, entries }));
                }
                Err(error) => self.fail(id, error.to_string()),
            }
        } else if let Some(task) = job.get::<Examine>() {
            let (zip, identity) = (&task.zip, task.identity.clone());
            let examined = browse::examine(zip, task.kind, &task.document, identity);
            self.answer(id, task, TaskEvent::Done(examined));
        } else if let Some(task) = job.get::<HashZip>() {
            let summed = Summed {
                zip: task.zip.clone(),
                done: 1,
                total: 1,
                sum: Some([7; 32]),
            };
            self.answer(id, task, TaskEvent::Done(summed));
        } else if let Some(task) = job.get::<KeepEdit>() {
            self.kept = Some(task.text.clone());
            self.answer(id, task, TaskEvent::Done(at));
        } else {
            // What is on disk is what the app knows.
            return job.is::<Recall>() || job.is::<ReadEdit>();
        }
        true
    }

    /// Answers the tasks of features; says whether it was one.
    fn run_task(&mut self, id: JobId, job: &AnyTask) -> bool {
        if let Some(task) = job.get::<CheckDocument>().filter(|_| self.is_judging) {
            let checked = Arc::new(task.checked(self.now.wall));
            self.answer(id, task, TaskEvent::Done(checked));
        } else if let Some(task) = job.get::<Compare>().filter(|_| self.is_judging) {
            self.answer(id, task, TaskEvent::Done(Arc::new(task.difference())));
        } else if let Some(task) = job.get::<Analyze>().filter(|_| self.is_judging) {
            let analysis = Arc::new(task.analysis(self.now.wall));
            self.answer(id, task, TaskEvent::Done(analysis));
        } else if let Some(task) = job.get::<Pack>() {
            let (folder, out) = (&task.folder, &task.out);
            let packed =
                pack::pack(folder, out, task.kind, &task.document, |_, _| (), || false).unwrap();
            self.answer(id, task, TaskEvent::Done(PackProgress::Done(packed)));
        } else if let Some(task) = job.get::<ReadTexts>() {
            match texts::read(&task.0) {
                Ok(found) => self.answer(id, task, TaskEvent::Done(found)),
                Err(error) => self.fail(id, error.to_string()),
            }
        } else if let Some(task) = job.get::<WriteTexts>() {
            let written = texts::write(&task.to, &task.files, task.overwrites).unwrap();
            self.answer(id, task, TaskEvent::Done(written));
        } else if let Some(task) = job.get::<LoadHistory>() {
            let (target, items) = (task.0.clone(), self.history.clone());
            let history = Arc::new(TargetHistory { target, items });
            self.answer(id, task, TaskEvent::Done(history));
        } else if let Some(task) = job.get::<ReadKept>() {
            let path = task.path.clone();
            let body = self
                .documents
                .get(&path)
                .cloned()
                .ok_or_else(|| "no JSON".to_owned());
            let text = body
                .as_ref()
                .map_or_else(|_| "broken {".to_owned(), ToString::to_string);
            let kept = Arc::new(KeptDocument { path, body, text });
            self.answer(id, task, TaskEvent::Done(kept));
        } else {
            return false;
        }
        true
    }

    pub(crate) fn answer<T: Task>(&mut self, id: JobId, task: &T, event: TaskEvent<T::Output>) {
        let message = Arc::new(task.clone()).message(event);
        self.report(id, Report::Task(message));
    }

    /// Lets time pass; whatever wanted to be woken is woken in time.
    pub(crate) fn wait(&mut self, milliseconds: u64) {
        let end = self.now.uptime + Duration::from_millis(milliseconds);
        while let Some(at) = self.app.wake_at(self.now).filter(|at| *at <= end) {
            self.advance(at.max(self.now.uptime + Duration::from_millis(1)));
            let effects = self.app.handle(Event::Woken, self.now);
            self.take(effects);
        }
        self.advance(end);
        for (_, id, job) in self
            .late
            .extract_if(.., |(at, ..)| *at <= end)
            .collect::<Vec<_>>()
        {
            self.run(id, &job);
        }
    }

    fn advance(&mut self, to: Duration) {
        let by = to.saturating_sub(self.now.uptime);
        self.now.wall += jiff::SignedDuration::try_from(by).unwrap();
        self.now.uptime = to;
    }

    /// Keys by name, separated by spaces: `j enter ctrl-z E`.
    pub(crate) fn keys(&mut self, keys: &str) {
        for name in keys.split_whitespace() {
            let (modifiers, name) = match name {
                name if name.len() > 5 && name.starts_with("ctrl-") => {
                    (KeyModifiers::CONTROL, &name[5..])
                }
                name if name.len() > 6 && name.starts_with("shift-") => {
                    (KeyModifiers::SHIFT, &name[6..])
                }
                name => (KeyModifiers::NONE, name),
            };
            let code = match name {
                "enter" => KeyCode::Enter,
                "esc" => KeyCode::Esc,
                "tab" => KeyCode::Tab,
                "backtab" => KeyCode::BackTab,
                "backspace" => KeyCode::Backspace,
                "space" => KeyCode::Char(' '),
                "up" => KeyCode::Up,
                "down" => KeyCode::Down,
                "left" => KeyCode::Left,
                "right" => KeyCode::Right,
                "home" => KeyCode::Home,
                "end" => KeyCode::End,
                "pgdn" => KeyCode::PageDown,
                "pgup" => KeyCode::PageUp,
                name if name.len() == 2 && name.starts_with('f') => {
                    KeyCode::F(name[1..].parse().unwrap())
                }
                letter => KeyCode::Char(letter.chars().next().unwrap()),
            };
            let is_capital = matches!(code, KeyCode::Char(c) if c.is_uppercase());
            let modifiers = if is_capital {
                modifiers | KeyModifiers::SHIFT
            } else {
                modifiers
            };
            self.press(KeyEvent::new(code, modifiers));
        }
    }

    pub(crate) fn press(&mut self, key: KeyEvent) {
        let effects = self.app.handle(Event::Key(key), self.now);
        self.take(effects);
    }

    /// Types a text, letter by letter.
    pub(crate) fn text(&mut self, text: &str) {
        for letter in text.chars() {
            self.press(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
        }
    }

    pub(crate) fn paste(&mut self, text: &str) {
        let effects = self.app.handle(Event::Paste(text.into()), self.now);
        self.take(effects);
    }

    pub(crate) fn buffer(&self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal
            .draw(|frame| self.app.draw(frame, self.now))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text, without spaces at the ends of lines.
    pub(crate) fn screen(&self) -> String {
        let buffer = self.buffer();
        let mut screen = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            let mut x = 0;
            while x < buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += unicode_width::UnicodeWidthStr::width(symbol).max(1) as u16;
            }
            screen.push_str(line.trim_end());
            screen.push('\n');
        }
        screen
    }
}
