//! The app without terminal, clock and network: keys and reports go in, effects and screens come out.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

use flightdeck::screen::keymap::keymap;
use flightdeck::{
    app::{
        event::{Effect, Event, Moment},
        settings::Settings,
        update::App,
    },
    engine::view::{RunView, Seen, Step, StepState},
    state::ProfileView,
    tasks::{
        load::{Glance, LoadCatalog, LoadStatus, LoadedList},
        message::TaskEvent,
        report::{Report, TargetDetail},
        reporter::JobId,
        task::{AnyTask, Task},
    },
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::Buffer,
    crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use store_model::{
    catalog::Catalog,
    product::Product,
    status::StatusReport,
    submission::Submission,
    target::{Kind, Target},
};
use tui_kit::keymap;

pub(crate) struct Harness {
    pub app: App,
    pub now: Moment,
    /// Everything since the last [`Harness::take`].
    pub effects: Vec<Effect>,
    pub size: (u16, u16),
}

pub(crate) fn settings() -> Settings {
    Settings {
        profile: ProfileView {
            name: "contoso".into(),
            ..ProfileView::default()
        },
        banner: None,
        welcome: None,
        theme: flightdeck::screen::themes::load("dark").unwrap(),
        keymap: keymap(&[]).unwrap(),
        zone: TimeZone::UTC,
        notify: true,
    }
}

pub(crate) fn app() -> Harness {
    with(settings(), 120, 40)
}

pub(crate) fn with(settings: Settings, columns: u16, rows: u16) -> Harness {
    let now = Moment {
        wall: "2026-02-03T12:04:00Z".parse().unwrap(),
        uptime: Duration::from_secs(1),
    };
    let mut app = App::new(settings, columns, rows);
    let effects = app.start(now);
    let mut harness = Harness {
        app,
        now,
        effects,
        size: (columns, rows),
    };
    // Most tests are about the lists; the first screen is the board.
    harness.keys("1");
    harness
}

/// An app whose three lists have arrived, with the account of [`apps`].
pub(crate) fn loaded() -> Harness {
    let mut harness = app();
    harness.fill();
    harness
}

impl Harness {
    pub(crate) fn event(&mut self, event: Event) {
        let effects = self.app.handle(event, self.now);
        self.effects.extend(effects);
    }

    /// Chords apart by spaces, as the config writes them.
    pub(crate) fn keys(&mut self, chords: &str) -> &mut Self {
        for text in chords.split_whitespace() {
            let chord = keymap::parse(text).unwrap_or_else(|| panic!("{text} is no key"));
            let key: KeyEvent = chord.into();
            self.event(Event::Key(key));
        }
        self
    }

    /// Each character as a key.
    pub(crate) fn typed(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.event(Event::Key(
                ratatui::crossterm::event::KeyCode::Char(c).into(),
            ));
        }
        self
    }

    pub(crate) fn click(&mut self, column: u16, row: u16) -> &mut Self {
        let kind = MouseEventKind::Down(MouseButton::Left);
        let modifiers = ratatui::crossterm::event::KeyModifiers::NONE;
        self.event(Event::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers,
        }));
        self
    }

    /// Lets time pass; the app is woken when it asked for it.
    pub(crate) fn wait(&mut self, time: Duration) -> &mut Self {
        let end = self.now.uptime + time;
        while let Some(at) = self.app.wake_at(self.now).filter(|at| *at <= end) {
            assert!(
                at > self.now.uptime,
                "asks to be woken at once, again and again"
            );
            self.advance(at.saturating_sub(self.now.uptime));
            self.event(Event::Woken);
        }
        self.advance(end.saturating_sub(self.now.uptime));
        self
    }

    fn advance(&mut self, time: Duration) {
        self.now.uptime += time;
        self.now.wall += SignedDuration::try_from(time).unwrap();
    }

    pub(crate) fn report(&mut self, job: Option<JobId>, report: Report) -> &mut Self {
        self.event(Event::Report(job, report));
        self
    }

    /// The last job that was started and fits.
    pub(crate) fn job(&self, fits: impl Fn(&AnyTask) -> bool) -> JobId {
        let found = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Start(id, job) if fits(job) => Some(*id),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no such job in {:#?}", self.effects))
    }

    /// Whether anything was started since the last [`Harness::take`].
    pub(crate) fn job_or_none(&self) -> Option<&AnyTask> {
        self.started().first().copied()
    }

    /// Without what is read in the background when nothing else is wanted.
    pub(crate) fn started(&self) -> Vec<&AnyTask> {
        let jobs = self.effects.iter().filter_map(|effect| match effect {
            Effect::Start(_, job) if !job.is::<Glance>() => Some(job),
            _ => None,
        });
        jobs.collect()
    }

    /// Forgets the effects so far and gives them.
    pub(crate) fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The result of a task that runs; it has not ended yet.
    pub(crate) fn part_of<T: Task>(&mut self, id: JobId, event: TaskEvent<T::Output>) -> &mut Self {
        let task = self.app.model().jobs[&id].get::<T>().unwrap().clone();
        self.report(Some(id), Report::Task(Arc::new(task).message(event)))
    }

    /// A task that runs delivers its result and ends.
    pub(crate) fn done<T: Task>(&mut self, id: JobId, output: T::Output) -> &mut Self {
        self.part_of::<T>(id, TaskEvent::Done(output));
        self.report(Some(id), Report::Ended)
    }

    pub(crate) fn answer(&mut self, catalog: &Catalog, products: Vec<Product>) -> &mut Self {
        let id = self.job(|job| job.get() == Some(&LoadCatalog(catalog.clone())));
        let list = listing(products, self.now.wall);
        self.done::<LoadCatalog>(id, list)
    }

    /// The state of a pending submission arrives, whoever asked for it.
    pub(crate) fn answer_status(&mut self, target: &Target, status: &str) -> &mut Self {
        let task = LoadStatus {
            target: target.clone(),
            submission: "2".into(),
        };
        let running = self.app.model().jobs.iter();
        let id = running
            .filter(|(_, job)| job.get() == Some(&task))
            .map(|(id, _)| *id)
            .next();
        let report = StatusReport::read(&json!({"status": status}));
        let message = Arc::new(task).message(TaskEvent::Done(report));
        self.report(id, Report::Task(message));
        match id {
            Some(id) => self.report(Some(id), Report::Ended),
            None => self,
        }
    }

    /// Both lists arrive, the first app is looked at, its flights arrive.
    pub(crate) fn fill(&mut self) -> &mut Self {
        self.answer(&Catalog::Apps, apps());
        // The selected target takes its time: the rest waits for it no longer than this.
        self.wait(Duration::from_millis(8_500));
        self.answer(&Catalog::AddOns, add_ons());
        let first = self.app.selected().unwrap().id().to_owned();
        self.answer(&Catalog::Flights { app: first.clone() }, flights(&first));
        for (id, status) in [
            ("9C", "Certification"),
            ("9D", "PendingCommit"),
            ("9F", "CommitFailed"),
        ] {
            self.answer_status(&Target::app(id), status);
        }
        self
    }

    pub(crate) fn buffer(&mut self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal
            .draw(|frame| self.app.draw(frame, self.now))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text, without trailing spaces.
    pub(crate) fn screen(&mut self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal
            .draw(|frame| self.app.draw(frame, self.now))
            .unwrap();
        let text = terminal.backend().to_string();
        // What stands under the second half of a wide character is nothing that anyone sees.
        let lines: Vec<_> = text
            .lines()
            .map(|line| {
                line.split("\" Hidden by multi-width symbols")
                    .next()
                    .unwrap_or_default()
            })
            .map(|line| line.trim_matches('"').trim_end())
            .collect();
        lines.join("\n")
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.size = (columns, rows);
        self.event(Event::Resize(columns, rows));
        self
    }
}

pub(crate) fn listing(products: Vec<Product>, at: Timestamp) -> LoadedList {
    LoadedList {
        total: products.len(),
        products,
        at,
    }
}

pub(crate) fn app_product(id: &str, name: &str, pending: &str, published: &str) -> Product {
    let resource = json!({"id": id, "primaryName": name,
        "pendingApplicationSubmission": {"id": pending}, "lastPublishedApplicationSubmission": {"id": published}});
    Product::read(Kind::App, None, &resource).unwrap()
}

pub(crate) fn apps() -> Vec<Product> {
    vec![
        app_product("9A", "Northwind Notes", "0", "1"),
        app_product("9B", "天気アプリ プロフェッショナル", "0", "1"),
        app_product("9C", "Northwind Timer", "2", "1"),
        app_product("9D", "👩‍👩‍👧 Family Planner", "2", "0"),
        app_product("9E", "مفكرة نورثويند", "0", "0"),
        app_product(
            "9F",
            "Contoso Expense Reports for Small and Medium Businesses",
            "2",
            "1",
        ),
    ]
}

pub(crate) fn add_on(id: &str, app: &str, name: &str) -> Product {
    let resource = json!({"id": id, "productId": name, "applications": {"value": [{"id": app}]},
        "lastPublishedInAppProductSubmission": {"id": "1"}});
    Product::read(Kind::AddOn, None, &resource).unwrap()
}

pub(crate) fn add_ons() -> Vec<Product> {
    vec![
        add_on("9P", "9A", "notes.pro"),
        add_on("9Q", "9A", "notes.sync"),
        add_on("9R", "9C", "timer.gold"),
    ]
}

pub(crate) fn flights(app: &str) -> Vec<Product> {
    let flight = |id: &str, name: &str| {
        let resource = json!({"flightId": id, "friendlyName": name, "lastPublishedFlightSubmission": {"id": "1"}});
        Product::read(Kind::Flight, Some(app), &resource).unwrap()
    };
    vec![flight("f-1", "Insiders"), flight("f-2", "Ring 1")]
}

pub(crate) fn detail(product: Product, pending_status: Option<&str>) -> TargetDetail {
    let document = |id: &str, status: &str| {
        Submission::split(
            json!({"id": id, "status": status, "fileUploadUrl": "https://x/y?sig=CANARY",
            "pricing": {"priceId": "Free"}, "applicationPackages": []}),
        )
        .0
    };
    let published = product
        .published
        .as_ref()
        .map(|id| document(id, "Published"));
    let pending = pending_status.map(|status| document("2", status));
    TargetDetail {
        product,
        published,
        pending,
        edit: None,
    }
}

/// A run at a step, its earlier steps done.
pub(crate) fn run(id: &str, target: Target, name: &str, at: Step, now: Timestamp) -> RunView {
    let start = now - SignedDuration::from_secs(90);
    let mut view = RunView::new(id.to_owned(), target, name.to_owned(), start);
    for (second, step) in (0..).zip(&mut view.steps) {
        let begun = start + SignedDuration::from_secs(second);
        if step.step < at {
            step.state = StepState::Done;
            step.started = Some(begun);
            step.ended = Some(begun + SignedDuration::from_secs(1));
        } else if step.step == at {
            step.state = StepState::Started;
            step.started = Some(begun);
        }
    }
    if at > Step::Create {
        view.submission = Some("2".to_owned());
    }
    if at == Step::Follow {
        view.timeline = vec![
            Seen {
                status: "CommitStarted".into(),
                at: now - SignedDuration::from_secs(70),
            },
            Seen {
                status: "Certification".into(),
                at: now - SignedDuration::from_secs(65),
            },
        ];
        view.next_poll = Some(now + SignedDuration::from_secs(240));
        view.report = Some(StatusReport::read(
            &json!({"status": "Certification", "statusDetails": {
            "warnings": [{"code": "SalesUnsupportedWarning", "details": "The sales resource is no longer supported."}],
            "certificationReports": [{"date": "2026-02-03", "reportUrl": "https://partner.microsoft.com/report/1"}]}}),
        ));
    }
    view
}
