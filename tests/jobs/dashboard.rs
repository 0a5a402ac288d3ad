//! A whole dashboard on a real pool and a simulated Store: keys go in, and what it knows is looked at. Only the terminal is missing.

use crate::bench::HANGS;
use flightdeck::{
    app::{
        event::{Effect, Event, Moment},
        settings::Settings,
        update::App,
    },
    screen::keymap::keymap,
    state::{Model, ProfileView, WorkingCopy},
    tasks::{pool::Pool, reporter::TaskReport, services::Services},
};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend, crossterm::event::KeyEvent};
use std::time::{Duration, Instant};
use store_model::target::Target;
use tokio::{sync::mpsc, time};
use tui_kit::theme::Theme;

pub(crate) struct Dashboard {
    pub app: App,
    pool: Pool,
    reports: mpsc::Receiver<TaskReport>,
    begun: Instant,
    /// The dashboard has been left.
    pub has_quit: bool,
}

impl Dashboard {
    pub(crate) fn open(services: Services) -> Self {
        let settings = Settings {
            profile: ProfileView {
                name: "test".into(),
                ..ProfileView::default()
            },
            banner: None,
            welcome: None,
            theme: Theme::default(),
            keymap: keymap(&[]).unwrap(),
            zone: TimeZone::UTC,
            notify: false,
        };
        let (sender, reports) = Pool::channel();
        let mut dashboard = Self {
            app: App::new(settings, 160, 50),
            pool: Pool::new(services, sender),
            reports,
            begun: Instant::now(),
            has_quit: false,
        };
        let effects = dashboard.app.start(dashboard.now());
        dashboard.execute(effects);
        dashboard
    }

    /// Opens one and selects a target by its id.
    pub(crate) async fn at(services: Services, target: &Target) -> Self {
        let mut dashboard = Self::open(services);
        let list = match target {
            Target::App { .. } => "1",
            Target::AddOn { .. } => "2",
            Target::Flight { .. } => "3",
        };
        dashboard
            .until("the lists", |model| {
                model.apps.at.is_some() && model.add_ons.at.is_some()
            })
            .await;
        dashboard.keys(list);
        if list == "2" {
            // Those of every app.
            dashboard.keys(".");
        }
        for _ in 0..100 {
            if dashboard.app.selected() == Some(target) {
                break;
            }
            dashboard.keys("down");
        }
        assert_eq!(dashboard.app.selected(), Some(target));
        let wanted = target.clone();
        dashboard
            .until("the target", move |model| {
                model
                    .details
                    .get(&wanted)
                    .is_some_and(|detail| detail.value().is_some())
            })
            .await;
        dashboard
    }

    fn now(&self) -> Moment {
        Moment {
            wall: Timestamp::now(),
            uptime: Duration::from_secs(1) + self.begun.elapsed(),
        }
    }

    fn execute(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(id, task) => self.pool.start(id, task),
                Effect::Cancel(id) => self.pool.cancel(id),
                Effect::Quit(_) => self.has_quit = true,
                _ => {}
            }
        }
    }

    pub(crate) fn event(&mut self, event: Event) {
        let effects = self.app.handle(event, self.now());
        self.execute(effects);
    }

    /// Chords apart by spaces, as the config writes them.
    pub(crate) fn keys(&mut self, chords: &str) {
        for text in chords.split_whitespace() {
            let chord = tui_kit::keymap::parse(text).unwrap_or_else(|| panic!("{text} is no key"));
            let key: KeyEvent = chord.into();
            self.event(Event::Key(key));
        }
    }

    /// As if the text came back from `$EDITOR`.
    pub(crate) fn edit(&mut self, target: &Target, text: impl Into<String>) {
        self.event(Event::EditedOutside {
            target: target.clone(),
            text: text.into(),
        });
    }

    /// What happens next: a report, or a moment that the app asked for.
    async fn step(&mut self) {
        let now = self.now();
        let wake = self.app.wake_at(now).unwrap_or(Duration::MAX);
        let pause = wake.saturating_sub(now.uptime).min(HANGS);
        let event = match time::timeout(pause, self.reports.recv()).await {
            Ok(told) => {
                let (job, report) = told.unwrap();
                Event::Report(job, report)
            }
            Err(_) => Event::Woken,
        };
        self.event(event);
    }

    /// Goes on until the model is so.
    pub(crate) async fn until(&mut self, what: &str, is_so: impl Fn(&Model) -> bool) {
        let end = Instant::now() + HANGS;
        while !is_so(self.app.model()) {
            assert!(
                Instant::now() < end,
                "{what} did not come: {:?}\n{}",
                self.app.messages(),
                self.screen()
            );
            self.step().await;
        }
    }

    /// Goes on until nothing is under way any more but what waits for its time.
    pub(crate) async fn settle(&mut self) {
        let end = Instant::now() + Duration::from_millis(900);
        while Instant::now() < end || !self.app.model().jobs.is_empty() {
            self.step_for(Duration::from_millis(50)).await;
        }
    }

    async fn step_for(&mut self, most: Duration) {
        let now = self.now();
        let wake = self.app.wake_at(now).unwrap_or(Duration::MAX);
        let pause = wake.saturating_sub(now.uptime).min(most);
        match time::timeout(pause, self.reports.recv()).await {
            Ok(told) => {
                let (job, report) = told.unwrap();
                self.event(Event::Report(job, report));
            }
            Err(_) => self.event(Event::Woken),
        }
    }

    pub(crate) fn copy(&self, target: &Target) -> Option<&WorkingCopy> {
        self.app.model().edits.get(target)
    }

    pub(crate) fn screen(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(160, 50)).unwrap();
        let now = self.now();
        terminal.draw(|frame| self.app.draw(frame, now)).unwrap();
        terminal.backend().to_string()
    }

    /// Stops everything, as the end of the program does.
    pub(crate) async fn close(self) {
        self.pool.shut_down(HANGS).await;
    }
}
