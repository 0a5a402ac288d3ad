//! The loop: wait, handle, execute, draw. It sleeps until input, a report, or the moment that the app asked for; there is no tick.

use super::{
    input,
    notices::{Notices, Prints},
    outside::{self, Detached, Edited, Editing},
    pace::{FRAME, Pace},
    signals::{self, Signal, Signals},
    terminal::Screen,
};
use crate::screen::{command::ToastLevel, keymap::keymap};
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
use ratatui::crossterm::event::{Event as Raw, EventStream};
use std::{
    collections::{HashMap, VecDeque},
    env, io,
    time::Instant,
};
use store_model::target::Target;
use tokio::sync::mpsc;
use tui_kit::theme::Theme;

/// How many reports are handled in a row before input is looked at again.
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
    /// A line shown on every screen: the demo's.
    pub banner: Option<String>,
    /// There is no profile: this text explains the two ways on.
    pub welcome: Option<String>,
    pub theme: Theme,
    /// Bell and desktop message when a run ends.
    pub notify: bool,
    pub mouse: bool,
    /// The person's own editor with its options: the config's, `$VISUAL` or `$EDITOR`.
    pub editor: Option<String>,
    /// A program of the person's own that is told of every change of state.
    pub notice_command: Option<String>,
    /// Variables with secrets of ours, which no program that is started gets.
    pub hidden: Vec<String>,
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
    let signals = Signals::listen()
        .and_then(Signals::with_suspend)
        .context("cannot listen for signals")?;
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
        notices: Notices::new(
            options.notice_command.as_deref(),
            options.hidden.clone(),
            Prints::Nowhere,
        ),
        hidden: options.hidden,
        detached: HashMap::new(),
        waiting: VecDeque::new(),
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
    notices: Notices,
    hidden: Vec<String>,
    /// Files that an editor may still write to, because it returned at once.
    detached: HashMap<Target, Detached>,
    /// Keys that were looked at and are still to be handled.
    waiting: VecDeque<io::Result<Raw>>,
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
            let waiting = self.waiting.pop_front();
            let input = async {
                match (waiting, &mut self.input) {
                    (Some(raw), _) => Some(raw),
                    (None, Some(stream)) => stream.next().await,
                    (None, None) => std::future::pending().await,
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
                signal = self.signals.next() => match signal {
                    Signal::Suspend => {
                        effects = self.suspend(false)?;
                        continue;
                    }
                    Signal::Interrupt | Signal::Terminate => Some(Event::Terminate),
                },
                // Keys before reports: a flood of progress must not starve them.
                raw = input => match raw {
                    Some(Ok(raw)) if input::may_be_answer(&raw) => {
                        if let Some(keys) = &mut self.input {
                            self.waiting.extend(input::swallow_answer(keys).await);
                        }
                        continue;
                    }
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
        let mut queue = VecDeque::from(effects);
        while let Some(effect) = queue.pop_front() {
            match effect {
                Effect::Start(id, job) => self.worker.start(id, job),
                Effect::Cancel(id) => self.worker.cancel(id),
                Effect::Copy(text) => queue.extend(self.copy(&text)?),
                Effect::Suspend => queue.extend(self.suspend(true)?),
                Effect::Notify(notice) => {
                    let terminal = env::var("TERM").unwrap_or_default();
                    self.screen
                        .send(&outside::notify(&notice.text, &terminal))?;
                    self.notices.tell(&notice, None);
                }
                Effect::OpenLink(link) => queue.extend(self.open_link(link)),
                Effect::EditOutside { target, text } => {
                    queue.extend(self.edit_outside(target, text).await?);
                }
                Effect::Quit(how) => exit = Some(how),
            }
        }
        Ok(exit)
    }

    /// Puts a text into the clipboard, and says what is known of it: terminals do not tell whether they took it.
    fn copy(&mut self, text: &str) -> anyhow::Result<Vec<Effect>> {
        let first = text.lines().next().unwrap_or_default();
        let shown = tui_kit::text::fit(first, 40).into_owned();
        let told = if outside::copy_into_tmux(text, &self.hidden) {
            format!("Copied into tmux: {shown}")
        } else {
            self.screen.send(&outside::copy(text))?;
            format!("Asked the terminal to copy: {shown}")
        };
        let event = Event::Told(ToastLevel::Info, told);
        Ok(self.app.handle(event, self.moment()))
    }

    /// Gives the terminal back and stops until the shell continues us; draws all anew then.
    fn suspend(&mut self, whole: bool) -> anyhow::Result<Vec<Effect>> {
        self.input = None;
        self.screen.leave();
        signals::stop_here(whole).context("the program could not be suspended")?;
        self.resume()
    }

    /// Takes the terminal again after it was lent.
    fn resume(&mut self) -> anyhow::Result<Vec<Effect>> {
        self.screen
            .take()
            .context("the terminal could not be taken over again")?;
        self.input = Some(EventStream::new());
        let now = self.moment();
        Ok(match self.screen.size() {
            Ok((columns, rows)) => self.app.handle(Event::Resize(columns, rows), now),
            Err(_) => Vec::new(),
        })
    }

    /// Opens a link in the browser; where that is not possible the person gets the link to read.
    fn open_link(&mut self, link: String) -> Vec<Effect> {
        let failed = |why: String, link: &str| Event::Trouble {
            title: "The link could not be opened".to_owned(),
            text: format!("{why}. It can be copied from here:\n\n{link}"),
        };
        match outside::open_link(&link, &self.hidden) {
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
        let mut detached = self.detached.remove(&target);
        // Saved meanwhile in an editor that had returned at once: that text is what was asked for.
        match detached.as_mut().map(Detached::read) {
            Some(Ok(Some(text))) => {
                if let Some(detached) = detached {
                    detached.forget();
                }
                return Ok(self
                    .app
                    .handle(Event::EditedOutside { target, text }, self.moment()));
            }
            Some(Err(error)) => return Ok(self.editor_failed(&error)),
            Some(Ok(None)) | None => {}
        }
        // It reads standard input until it is dropped: keys would go to both.
        self.input = None;
        self.screen.leave();
        let mut effects = Vec::new();
        let (editor, hidden) = (self.editor.as_deref(), self.hidden.as_slice());
        let started = match detached {
            Some(detached) => Editing::again(detached, text, editor, hidden),
            None => Editing::start(text, editor, hidden),
        };
        let done = match started {
            Ok(mut editing) => loop {
                tokio::select! {
                    biased;
                    status = editing.ended() => break status.and_then(|status| editing.finish(status)),
                    signal = self.signals.next() => match signal {
                        // Ctrl-C in the editor is the editor's.
                        Signal::Interrupt => {}
                        // The editor suspends itself, and means all that runs here.
                        Signal::Suspend => signals::stop_here(false)?,
                        Signal::Terminate => {
                            let now = self.moment();
                            // What was saved in the editor so far is kept.
                            if let Some(text) = editing.rescue() {
                                effects.extend(self.app.handle(Event::EditedOutside { target, text }, now));
                            }
                            effects.extend(self.app.handle(Event::Terminate, now));
                            return Ok(effects);
                        }
                    },
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
        effects.extend(self.resume()?);
        let event = match done {
            Ok(Edited::Changed(text)) => Event::EditedOutside { target, text },
            Ok(Edited::Same) => return Ok(effects),
            Ok(Edited::Detached(detached)) => {
                let path = detached.path();
                let text = format!(
                    "{0} returned at once. Save there and press the key again to read {1}; `{0} --wait` needs no second key.",
                    detached.program,
                    path.display()
                );
                self.detached.insert(target, detached);
                Event::Told(ToastLevel::Warning, text)
            }
            Err(error) => {
                effects.extend(self.editor_failed(&error));
                return Ok(effects);
            }
        };
        effects.extend(self.app.handle(event, self.moment()));
        Ok(effects)
    }

    fn editor_failed(&mut self, error: &io::Error) -> Vec<Effect> {
        let event = Event::Trouble {
            title: "The editor".to_owned(),
            text: format!(
                "{error}.\n\nSet $VISUAL or $EDITOR, or command below [editor] in the config, to the editor you want with its options (`code --wait`)."
            ),
        };
        self.app.handle(event, self.moment())
    }
}
