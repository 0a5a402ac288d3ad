//! The loop: wait, handle, execute, draw. It sleeps until input, a report, or the moment that the app asked for; there is no tick.

use super::signals::{Signal, Signals};
use super::{
    input,
    outside::{self, Editing},
    pace::{FRAME, Pace},
    terminal::Screen,
};
use crate::screen::keymap::keymap;
use crate::{
    app::{
        event::{Effect, Event, Exit, Moment},
        settings::Settings,
        update::App,
    },
    state::ProfileView,
    tasks::{load::Recall, report::Report, reporter::JobId, task::AnyTask},
};
use anyhow::Context;
use futures::StreamExt;
use jiff::{Timestamp, tz::TimeZone};
use ratatui::crossterm::event::EventStream;
use std::time::Instant;
use store_model::target::Target;
use tokio::sync::mpsc;
use tui_kit::theme::Theme;

/// So many reports are taken at once before a key is looked for again.
const REPORTS: usize = 64;

/// Whoever carries out jobs; the pool in the program, a script in tests. Its reports arrive over the channel given to [`run`].
pub trait Worker {
    fn start(&mut self, id: JobId, task: AnyTask);
    fn cancel(&mut self, id: JobId);
}

/// How the dashboard is started.
#[derive(Clone, Debug)]
pub struct Options {
    pub profile: ProfileView,
    /// A line that stands on every screen: the demo's.
    pub banner: Option<String>,
    /// There is no profile: this text explains the two ways on.
    pub welcome: Option<String>,
    pub theme: Theme,
    /// Bell and desktop message when a run ends.
    pub notify: bool,
    pub mouse: bool,
    /// The person's own editor with its options: the config's, `$VISUAL` or `$EDITOR`.
    pub editor: Option<String>,
    /// Chords of the config: an action's name and its keys.
    pub keys: Vec<(String, Vec<String>)>,
    /// In which times of day are shown.
    pub zone: TimeZone,
}

/// Shows the dashboard until it is left. The caller shuts its worker down afterwards. To be awaited on the thread that calls
/// `block_on`: only a panic there gives the terminal back.
pub async fn run(
    options: Options,
    worker: impl Worker,
    reports: mpsc::Receiver<(Option<JobId>, Report)>,
) -> anyhow::Result<Exit> {
    let keymap = keymap(&options.keys).context("the keys of the config cannot be used")?;
    let signals = Signals::listen().context("cannot listen for signals")?;
    let screen = Screen::enter(options.mouse).context("this terminal cannot show the dashboard")?;
    let (columns, rows) = screen
        .size()
        .context("the terminal does not report its size")?;
    let settings = Settings {
        profile: options.profile,
        banner: options.banner,
        welcome: options.welcome,
        theme: options.theme,
        keymap,
        zone: options.zone,
        notify: options.notify,
    };
    let (told, outside) = mpsc::channel(8);
    let mut shell = Shell {
        editor: options.editor,
        app: App::new(settings, columns, rows),
        screen,
        worker,
        reports,
        signals,
        input: Some(EventStream::new()),
        told,
        outside,
        started: Instant::now(),
    };
    shell.until_left().await
}

struct Shell<W> {
    editor: Option<String>,
    app: App,
    screen: Screen,
    worker: W,
    reports: mpsc::Receiver<(Option<JobId>, Report)>,
    signals: Signals,
    /// Reads standard input as long as it exists, so it is dropped while an editor runs.
    input: Option<EventStream>,
    told: mpsc::Sender<Event>,
    outside: mpsc::Receiver<Event>,
    started: Instant,
}

impl<W: Worker> Shell<W> {
    fn moment(&self) -> Moment {
        Moment {
            wall: Timestamp::now(),
            uptime: self.started.elapsed(),
        }
    }

    async fn until_left(&mut self) -> anyhow::Result<Exit> {
        let mut pace = Pace::default();
        let mut last_wake: Option<Instant> = None;
        let mut has_reports = true;
        let mut batch = Vec::with_capacity(REPORTS);
        // The first frame comes before the first request.
        let effects = self.app.start(self.moment());
        let mut effects = self.recall(effects).await?;
        loop {
            if self.app.take_dirty() {
                pace.mark();
            }
            if pace.is_due(Instant::now()) {
                let now = self.moment();
                let Self { app, screen, .. } = self;
                if screen.draw(|frame| app.draw(frame, now)).is_err() {
                    // The terminal is gone.
                    return Ok(self.terminate().await);
                }
                pace.drawn(Instant::now());
            }
            if let Some(exit) = self.execute(std::mem::take(&mut effects)).await? {
                return Ok(exit);
            }
            if self.app.take_dirty() {
                pace.mark();
            }
            let now = self.moment();
            // However often something asks to be woken, a frame's time lies between: a mistake must not burn a core.
            let wake = self.app.wake_at(now).map(|uptime| self.started + uptime);
            let wake = wake.map(|wake| last_wake.map_or(wake, |last| wake.max(last + FRAME)));
            if wake.is_some_and(|wake| wake <= Instant::now()) {
                last_wake = Some(Instant::now());
                effects = self.app.handle(Event::Woken, now);
                continue;
            }
            let deadline = [wake, pace.due(Instant::now())].into_iter().flatten().min();
            let input = async {
                match &mut self.input {
                    Some(stream) => stream.next().await,
                    None => std::future::pending().await,
                }
            };
            let sleep = async {
                match deadline {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            let event = tokio::select! {
                biased;
                // Whoever ends the program is heard first.
                _ = self.signals.next() => Some(Event::Terminate),
                // Keys before reports: a flood of progress must not starve them.
                raw = input => match raw {
                    Some(Ok(raw)) => match input::read(raw) {
                        Some(event) => {
                            pace.touched();
                            Some(event)
                        }
                        None => continue,
                    },
                    // Standard input has ended: the terminal was closed.
                    Some(Err(_)) | None => return Ok(self.terminate().await),
                },
                Some(event) = self.outside.recv() => Some(event),
                // A closed channel is ready for ever; its branch is switched off.
                count = self.reports.recv_many(&mut batch, REPORTS), if has_reports => {
                    has_reports = count > 0;
                    None
                }
                // Last: drawing late is better than reading late.
                () = sleep => continue,
            };
            let now = self.moment();
            match event {
                Some(event) => effects = self.app.handle(event, now),
                None => {
                    for (job, report) in batch.drain(..) {
                        effects.extend(self.app.handle(Event::Report(job, report), now));
                    }
                }
            }
        }
    }

    /// Takes what is known from disk into the first frame, for as long as a frame may take; beyond that it comes when it comes.
    /// Gives what is to be done behind that frame.
    async fn recall(&mut self, effects: Vec<Effect>) -> anyhow::Result<Vec<Effect>> {
        let (recall, mut rest): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Start(_, task) if task.is::<Recall>()));
        self.execute(recall).await?;
        let until = (Instant::now() + FRAME).into();
        while self.app.is_recalling()
            && let Ok(Some((job, report))) =
                tokio::time::timeout_at(until, self.reports.recv()).await
        {
            rest.extend(self.app.handle(Event::Report(job, report), self.moment()));
        }
        Ok(rest)
    }

    /// There is nobody to ask any more: what is to be kept is kept, and that is all.
    async fn terminate(&mut self) -> Exit {
        let effects = self.app.handle(Event::Terminate, self.moment());
        self.execute(effects)
            .await
            .ok()
            .flatten()
            .unwrap_or(Exit::Quit)
    }

    async fn execute(&mut self, effects: Vec<Effect>) -> anyhow::Result<Option<Exit>> {
        let mut exit = None;
        let mut queue = std::collections::VecDeque::from(effects);
        while let Some(effect) = queue.pop_front() {
            match effect {
                Effect::Start(id, job) => self.worker.start(id, job),
                Effect::Cancel(id) => self.worker.cancel(id),
                Effect::Copy(text) => self.screen.send(&outside::copy(&text))?,
                Effect::Notify(text) => self.screen.send(&outside::notify(&text))?,
                Effect::OpenLink(link) => queue.extend(self.open_link(link)),
                Effect::EditOutside { target, text } => {
                    queue.extend(self.edit_outside(target, text).await?);
                }
                Effect::Quit(how) => exit = Some(how),
            }
        }
        Ok(exit)
    }

    /// Opens a link in the browser; where that is not possible the person gets the link to read.
    fn open_link(&mut self, link: String) -> Vec<Effect> {
        let failed = |why: String, link: &str| Event::Trouble {
            title: "The link could not be opened".to_owned(),
            text: format!("{why}. It can be copied from here:\n\n{link}"),
        };
        match outside::open_link(&link) {
            Ok(mut child) => {
                let told = self.told.clone();
                tokio::spawn(async move {
                    let why = match child.wait().await {
                        Ok(status) if status.success() => return,
                        Ok(status) => format!("The browser could not be started ({status})"),
                        Err(error) => format!("The browser could not be started: {error}"),
                    };
                    let _ = told.send(failed(why, &link)).await;
                });
                Vec::new()
            }
            Err(error) => {
                let event = failed(format!("No browser can be started: {error}"), &link);
                self.app.handle(event, self.moment())
            }
        }
    }

    /// Lends the terminal to the person's editor. Reports are taken meanwhile, nothing is drawn.
    async fn edit_outside(&mut self, target: Target, text: String) -> anyhow::Result<Vec<Effect>> {
        // It reads standard input until it is dropped: keys would go to both.
        self.input = None;
        self.screen.leave();
        let mut effects = Vec::new();
        let done = match Editing::start(text, self.editor.as_deref()) {
            Ok(mut editing) => loop {
                tokio::select! {
                    biased;
                    status = editing.child.wait() => break status.and_then(|status| editing.finish(status)),
                    signal = self.signals.next() => {
                        // Ctrl-C in the editor is the editor's.
                        if signal == Signal::Terminate {
                            let now = self.moment();
                            // What was saved in the editor so far is kept.
                            if let Some(text) = editing.rescue() {
                                effects.extend(self.app.handle(Event::EditedOutside { target, text }, now));
                            }
                            effects.extend(self.app.handle(Event::Terminate, now));
                            return Ok(effects);
                        }
                    }
                    Some((job, report)) = self.reports.recv() => {
                        for effect in self.app.handle(Event::Report(job, report), self.moment()) {
                            match effect {
                                // Work goes on while a person edits; what needs the terminal waits.
                                Effect::Start(id, job) => self.worker.start(id, job),
                                Effect::Cancel(id) => self.worker.cancel(id),
                                other => effects.push(other),
                            }
                        }
                    }
                }
            },
            Err(error) => Err(error),
        };
        self.screen
            .take()
            .context("the terminal could not be restored after the editor")?;
        self.input = Some(EventStream::new());
        if let Ok((columns, rows)) = self.screen.size() {
            effects.extend(self.app.handle(Event::Resize(columns, rows), self.moment()));
        }
        let event = match done {
            Ok(Some(text)) => Event::EditedOutside { target, text },
            Ok(None) => return Ok(effects),
            Err(error) => Event::Trouble {
                title: "The editor".to_owned(),
                text: format!(
                    "{error}.\n\nSet $VISUAL or $EDITOR, or command below [editor] in the config, to the editor you want with its options (`code --wait`)."
                ),
            },
        };
        effects.extend(self.app.handle(event, self.moment()));
        Ok(effects)
    }
}
