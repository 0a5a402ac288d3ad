//! What the screen is filled with: products as the simulated Store lists them, runs in the middle of their upload.

use super::Outcome;
use flightdeck::screen::keymap::keymap;
use flightdeck::{
    app::{
        event::{Effect, Event, Moment},
        settings::Settings,
        update::App,
    },
    engine::view::{RunView, Seen, StepState},
    state::ProfileView,
    tasks::{
        load::{LoadCatalog, LoadedList},
        message::TaskEvent,
        report::{Report, UploadProgress},
        reporter::JobId,
        task::Task,
    },
};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{
    Terminal,
    backend::TestBackend,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers},
};
use secrecy::SecretString;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store_client::{Credential, Exchange, Store, StoreSettings, http::http_client_for};
use store_model::{catalog::Catalog, product::Product, status::Status, target::Target};
use store_sim::SimOptions;
use tokio::runtime::Runtime;
use tui_kit::theme::Theme;

pub(crate) const COLUMNS: u16 = 160;
pub(crate) const ROWS: u16 = 50;

/// That many apps, each with its resource as it came over HTTP.
pub(crate) fn products(runtime: &Runtime, count: usize) -> Outcome<Vec<Product>> {
    runtime.block_on(async {
        let sim = store_sim::start(SimOptions {
            apps: Some(count),
            rate_limit: None,
            ..SimOptions::default()
        })
        .await?;
        let url: url::Url = sim.url().parse()?;
        let secret = || Ok(SecretString::from(store_sim::CLIENT_SECRET));
        let settings = StoreSettings {
            login: url.clone(),
            store: url.clone(),
            tenant: store_sim::TENANT.into(),
            client: store_sim::CLIENT_ID.into(),
            credential: Credential::Secret(Arc::new(secret)),
            requests_per_minute: 10_000,
        };
        let store = Store::new(http_client_for(&url)?, settings, Arc::new(|_: Exchange| {}));
        let products = store.products(&Catalog::Apps, &|_, _| {}).await?;
        sim.stop().await;
        Ok(products)
    })
}

/// The app on a terminal in memory, with a clock.
pub(crate) struct Screen {
    pub app: App,
    pub terminal: Terminal<TestBackend>,
    started: Instant,
    /// Added to the clock: what has to be waited for comes at once.
    ahead: Duration,
}

impl Screen {
    pub(crate) fn new() -> Outcome<Self> {
        let settings = Settings {
            profile: ProfileView {
                name: "bench".into(),
                ..ProfileView::default()
            },
            banner: None,
            welcome: None,
            theme: Theme::default(),
            keymap: keymap(&[])?,
            zone: TimeZone::UTC,
            notify: false,
        };
        let app = App::new(settings, COLUMNS, ROWS);
        let terminal = Terminal::new(TestBackend::new(COLUMNS, ROWS))?;
        Ok(Self {
            app,
            terminal,
            started: Instant::now(),
            ahead: Duration::ZERO,
        })
    }

    /// With this list of apps and that many runs in their upload.
    pub(crate) fn with(products: Vec<Product>, runs: usize) -> Outcome<Self> {
        let mut screen = Self::new()?;
        let views: Vec<_> = products
            .iter()
            .take(runs)
            .enumerate()
            .map(|(at, product)| run(at, product))
            .collect();
        let begun = screen.app.start(screen.now());
        for (catalog, products) in [(Catalog::Apps, products), (Catalog::AddOns, Vec::new())] {
            let task = LoadCatalog(catalog);
            let job = begun.iter().find_map(|effect| match effect {
                Effect::Start(id, asked) if asked.get() == Some(&task) => Some(*id),
                _ => None,
            });
            let list = LoadedList {
                total: products.len(),
                products,
                at: Timestamp::now(),
            };
            screen.tell(job, done(&task, list));
            screen.tell(job, Report::Ended);
        }
        for view in views {
            let progress = progress(&view.id, 20);
            screen.tell(None, Report::Run(Box::new(view)));
            screen.tell(None, Report::Upload(progress));
        }
        screen.draw()?;
        Ok(screen)
    }

    pub(crate) fn now(&self) -> Moment {
        Moment {
            wall: Timestamp::now(),
            uptime: self.started.elapsed() + self.ahead,
        }
    }

    pub(crate) fn tell(&mut self, job: Option<JobId>, report: Report) {
        let now = self.now();
        self.app.handle(Event::Report(job, report), now);
    }

    pub(crate) fn key(&mut self, code: KeyCode) -> Vec<Effect> {
        let now = self.now();
        self.app
            .handle(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)), now)
    }

    /// Lets this time pass.
    pub(crate) fn pass(&mut self, time: Duration) -> Vec<Effect> {
        self.ahead += time;
        let now = self.now();
        self.app.handle(Event::Woken, now)
    }

    /// Draws a frame; gives the time it took.
    pub(crate) fn draw(&mut self) -> Outcome<Duration> {
        let (now, begun) = (self.now(), Instant::now());
        let app = &self.app;
        self.terminal.draw(|frame| app.draw(frame, now))?;
        Ok(begun.elapsed())
    }

    pub(crate) fn text(&self) -> String {
        self.terminal.backend().to_string()
    }
}

/// What a task says when it is done.
pub(crate) fn done<T: Task>(task: &T, output: T::Output) -> Report {
    Report::Task(Arc::new(task.clone()).message(TaskEvent::Done(output)))
}

/// A run in the middle of its upload.
pub(crate) fn run(at: usize, product: &Product) -> RunView {
    let now = Timestamp::now();
    let run = format!("0192f0c0-0000-7000-8000-{at:012}");
    let mut view = RunView::new(run, product.target.clone(), product.name.clone(), now);
    for (at, step) in view.steps.iter_mut().enumerate().take(7) {
        step.started = Some(now);
        step.state = if at < 6 {
            StepState::Done
        } else {
            StepState::Started
        };
        step.ended = (at < 6).then_some(now);
    }
    view.submission = Some("1152921505690000415".to_owned());
    view.timeline.push(Seen {
        status: Status::PendingCommit,
        at: now,
    });
    view
}

pub(crate) fn progress(run: &str, percent: u64) -> UploadProgress {
    UploadProgress {
        run: run.to_owned(),
        file: "northwind-notes-2.5.zip".to_owned(),
        sent: percent << 20,
        total: 100 << 20,
        rate: 48 << 20,
        left: Some(Duration::from_secs(100 - percent.min(100))),
        blocks_done: percent as u32,
        blocks: 100,
        retries: 0,
        expires: None,
        connections: 8,
    }
}

/// One of the requests that the activity pane shows.
pub(crate) fn exchange(at: usize, target: &Target) -> Exchange {
    Exchange {
        at: Timestamp::now(),
        method: "GET".to_owned(),
        path: format!(
            "{}/submissions/1152921505690000{:03}/status",
            target.path(),
            at % 1000
        ),
        status: Some(200),
        elapsed: Duration::from_millis(120),
        correlation: Some("0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40".to_owned()),
        error: None,
    }
}
