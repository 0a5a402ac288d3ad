//! One run with all that is known of it: its nine steps with their times, the upload, the submission's states as they were seen,
//! warnings, errors explained, certification reports, the page in Partner Center.

use super::pane::next_poll;
use crate::screen::overlay::{self, Closing, Overlay};
use crate::screen::run_controls as controls;
use crate::{
    engine::{
        preflight::Refusal,
        view::{RunView, StepState},
    },
    screen::{
        action::{Action, Scope},
        command::Command,
        pane::{Context, Possible},
        status_badge::{self, ended, since},
    },
    state::RunRow,
    tasks::report::UploadProgress,
};
use jiff::Timestamp;
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::Rect,
    text::{Line, Span},
};
use store_model::{explain::explain, status::Remark, units};
use tui_kit::{
    meter,
    modal::{self, ModalTone},
    scroll::Scroll,
    text,
    theme::Role,
};

pub struct RunDialog {
    id: String,
    scroll: Scroll,
}

impl RunDialog {
    pub fn new(id: String) -> Self {
        Self {
            id,
            scroll: Scroll::default(),
        }
    }

    fn row<'a>(&self, cx: &Context<'a>) -> Option<&'a RunRow> {
        cx.model.run(&self.id)
    }
}

/// The lines of the text, built part by part.
struct Page<'a, 'c> {
    lines: Vec<Line<'a>>,
    columns: usize,
    cx: &'c Context<'c>,
}

impl Page<'_, '_> {
    fn clock(&self, at: Timestamp) -> String {
        at.to_zoned(self.cx.zone.clone())
            .strftime("%H:%M:%S")
            .to_string()
    }

    fn heading(&mut self, title: &str) {
        self.lines.push(Line::default());
        self.lines.push(Line::styled(
            title.to_owned(),
            self.cx.theme.style(Role::Title),
        ));
    }

    /// A text below the one before it, wrapped and moved to the right.
    fn text(&mut self, indent: usize, role: Role, said: &str) {
        for line in text::wrap(said, self.columns.saturating_sub(indent)) {
            self.lines.push(Line::styled(
                format!("{}{line}", " ".repeat(indent)),
                self.cx.theme.style(role),
            ));
        }
    }

    fn steps(&mut self, view: &RunView) {
        self.heading("Steps");
        for step in &view.steps {
            let (sign, role) = match step.state {
                StepState::Waiting => ("·", Role::Muted),
                StepState::Started => ("▲", Role::Busy),
                StepState::Done => ("✓", Role::Good),
                StepState::Failed => ("✗", Role::Danger),
                StepState::Skipped => ("-", Role::Muted),
            };
            let started = step.started.map(|at| self.clock(at)).unwrap_or_default();
            let took = match (step.started, step.ended) {
                (Some(started), Some(ended)) => took(started, ended),
                (Some(started), None) if step.state == StepState::Started => {
                    took(started, self.cx.now)
                }
                _ => String::new(),
            };
            let word = match step.state {
                // It had begun: somebody ended it.
                StepState::Skipped if step.started.is_some() => {
                    format!("{} (stopped)", step.step.word())
                }
                StepState::Skipped => format!("{} (skipped)", step.step.word()),
                _ => step.step.word().to_owned(),
            };
            let head = format!(
                " {} {started:8} {took:>9}  ",
                text::pad(&word, if self.columns < 70 { 16 } else { 22 })
            );
            let notes = text::wrap(
                step.note.as_deref().unwrap_or_default(),
                self.columns.saturating_sub(text::width(&head) + 1),
            );
            let style = |role| self.cx.theme.style(role);
            let plain = if step.state == StepState::Waiting {
                Role::Muted
            } else {
                Role::Text
            };
            let mut notes = notes.into_iter();
            self.lines.push(Line::from(vec![
                Span::styled(sign, style(role)),
                Span::styled(head.clone(), style(plain)),
                Span::styled(notes.next().unwrap_or_default(), style(Role::Muted)),
            ]));
            for more in notes {
                let indent = " ".repeat(text::width(&head) + 1);
                self.lines
                    .push(Line::styled(format!("{indent}{more}"), style(Role::Muted)));
            }
        }
    }

    /// A run that has ended has no rate any more, and no time left.
    fn upload(&mut self, upload: &UploadProgress, is_running: bool) {
        self.heading("Upload");
        self.text(2, Role::Text, &upload.file);
        let percent = units::percent(upload.sent, upload.total);
        let bar = meter::bar(
            upload.sent,
            upload.total,
            self.columns.saturating_sub(9).min(50),
        );
        let style = |role| self.cx.theme.style(role);
        self.lines.push(Line::from(vec![
            Span::styled(format!("  {bar}"), style(Role::Busy)),
            Span::styled(format!(" {percent:>3} %"), style(Role::Title)),
        ]));
        let left = upload
            .left
            .map(|left| format!(", {} left", units::duration(left)))
            .unwrap_or_default();
        let speed = if is_running {
            format!(", {}/s{left}", units::bytes(upload.rate))
        } else {
            String::new()
        };
        let sizes = format!(
            "{} of {} acknowledged{speed}",
            units::bytes(upload.sent),
            units::bytes(upload.total)
        );
        self.text(2, Role::Text, &sizes);
        let again = match upload.retries {
            0 => String::new(),
            count => format!(", {count} sent again"),
        };
        let blocks = format!(
            "{} of {} blocks{again}, {} connections",
            upload.blocks_done, upload.blocks, upload.connections
        );
        self.text(2, Role::Muted, &blocks);
        if let Some(end) = upload.expires {
            let end_text = end
                .to_zoned(self.cx.zone.clone())
                .strftime("%Y-%m-%d %H:%M");
            let arrives = upload
                .left
                .and_then(|left| self.cx.now.checked_add(left).ok());
            if arrives.is_some_and(|arrives| arrives > end) {
                self.text(
                    2,
                    Role::Danger,
                    &format!(
                        "! The upload URL expires at {end_text}, before the upload ends at this rate."
                    ),
                );
            } else {
                self.text(
                    2,
                    Role::Muted,
                    &format!("the upload URL is valid until {end_text}"),
                );
            }
        }
    }

    fn timeline(&mut self, view: &RunView) {
        if view.timeline.is_empty() {
            return;
        }
        self.heading("States, with the time each was first seen");
        for (at, seen) in view.timeline.iter().enumerate() {
            let until = match view.timeline.get(at + 1) {
                Some(next) => Some(next.at),
                None => view.is_active().then_some(self.cx.now),
            };
            let mut status_badge = status_badge::of_status(&seen.status, None);
            if at + 1 < view.timeline.len() && status_badge.role != Role::Danger {
                (status_badge.sign, status_badge.role) = ("✓", Role::Good);
            }
            let lasted = until.map(|until| took(seen.at, until)).unwrap_or_default();
            let next = view
                .next_poll
                .filter(|_| until == Some(self.cx.now))
                .map(|look| format!("  {}", next_poll(look, self.cx.now)));
            let style = |role| self.cx.theme.style(role);
            self.lines.push(Line::from(vec![
                Span::styled(status_badge.sign, style(status_badge.role)),
                Span::styled(
                    format!(" {} ", text::pad(seen.status.as_str(), 22)),
                    style(status_badge.role),
                ),
                Span::raw(format!("{} {lasted:>9}", self.clock(seen.at))),
                Span::styled(next.unwrap_or_default(), style(Role::Muted)),
            ]));
        }
    }

    fn remarks(&mut self, title: &str, remarks: &[Remark], role: Role) {
        if remarks.is_empty() {
            return;
        }
        self.heading(title);
        for remark in remarks {
            let explained = explain(&remark.code, &remark.details);
            let role = if explained
                .as_ref()
                .is_some_and(|explained| explained.is_noise)
            {
                Role::Muted
            } else {
                role
            };
            self.text(2, role, &remark.code);
            self.text(4, Role::Text, &remark.details);
            let Some(explained) = explained else { continue };
            self.text(4, Role::Muted, &explained.meaning);
            if !explained.where_.is_empty() {
                self.text(4, Role::Muted, &format!("Where: {}", explained.where_));
            }
            if !explained.advice.is_empty() {
                self.text(4, Role::Info, &format!("→ {}", explained.advice));
            }
        }
    }

    fn ending(&mut self, row: &RunRow) {
        let Some(ending) = &row.view.ending else {
            return;
        };
        let (sign, word, role) = ended(row, ending);
        let said = match row.paused() {
            Some(upload) => {
                let percent = units::percent(upload.sent, upload.total);
                format!(
                    "{sign} paused at {percent} %; {} resumes the upload",
                    self.cx.key(Action::PauseRun)
                )
            }
            None => format!("{sign} {word}"),
        };
        self.lines
            .push(Line::styled(said, self.cx.theme.style(role)));
        self.text(2, Role::Text, &ending.message);
    }

    fn whole(&mut self, row: &RunRow) {
        let view = &row.view;
        self.ending(row);
        let started = view
            .started
            .to_zoned(self.cx.zone.clone())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string();
        self.text(
            0,
            Role::Muted,
            &format!("{}  started {started}", view.target),
        );
        if let Some(submission) = &view.submission {
            self.text(0, Role::Muted, &format!("submission {submission}"));
        }
        if let Some(report) = &view.report {
            self.remarks("Errors from the Store", &report.errors, Role::Danger);
        }
        if let Some(upload) = &row.upload {
            self.upload(upload, row.is_active());
        }
        self.timeline(view);
        self.steps(view);
        if let Some(report) = &view.report {
            self.remarks("Warnings from the Store", &report.warnings, Role::Warning);
            if !report.reports.is_empty() {
                self.heading("Certification reports");
                for found in &report.reports {
                    self.text(2, Role::Text, &format!("{}  {}", found.date, found.url));
                }
            }
        }
        if !view.warnings.is_empty() {
            self.heading("Warnings");
            for warning in &view.warnings {
                self.text(2, Role::Warning, warning);
            }
        }
        self.heading("Partner Center");
        self.text(
            2,
            Role::Text,
            &view.target.portal_url(view.submission.as_deref()),
        );
        self.text(2, Role::Muted, &format!("run {}", view.id));
    }
}

/// How long something took; below a minute to the tenth of a second, which is what steps need.
fn took(from: Timestamp, to: Timestamp) -> String {
    let time = since(from, to);
    if time.as_secs() < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        units::duration(time)
    }
}

/// Everything that is shown of a run, as lines of at most `columns`.
fn lines<'a>(row: &RunRow, columns: usize, cx: &Context) -> Vec<Line<'a>> {
    let mut page = Page {
        lines: Vec::new(),
        columns,
        cx,
    };
    page.whole(row);
    page.lines
}

const WIDTH: u16 = 96;

impl Overlay for RunDialog {
    fn name(&self) -> &'static str {
        "run"
    }

    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Overlay, Scope::Runs, Scope::Target, Scope::Move]
    }

    fn possible(&self, action: Action, cx: &Context) -> Possible {
        let is_active = self.row(cx).is_some_and(RunRow::is_active);
        match action {
            Action::CancelRun if !is_active => Possible::No(Refusal::RunIsOver.into()),
            Action::PauseRun => self
                .row(cx)
                .map_or(Possible::Unknown, |row| controls::may_pause(row, cx)),
            Action::ResumeRun => self
                .row(cx)
                .map_or(Possible::Unknown, |row| controls::may_resume(row, cx)),
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        if self.scroll.act(action) {
            return Closing::Stay;
        }
        let row = self.row(cx);
        match action {
            Action::Back | Action::Enter => return Closing::Close(Vec::new()),
            Action::Copy => {
                let text = row.map(|row| lines(row, 120, cx)).unwrap_or_default();
                let text: Vec<_> = text.iter().map(ToString::to_string).collect();
                cx.send(Command::Copy(text.join("\n")));
            }
            Action::OpenPortal => {
                cx.send_all(row.map(|row| {
                    Command::OpenLink(row.view.target.portal_url(row.view.submission.as_deref()))
                }));
            }
            Action::ResumeRun => cx.send_all(row.and_then(|row| controls::resume(row, cx))),
            Action::PauseRun => cx.send_all(row.and_then(|row| controls::pause(row, cx))),
            Action::CancelRun => {
                cx.send_all(row.filter(|row| row.is_active()).map(controls::cancel));
            }
            _ => return Closing::Unused,
        }
        Closing::Stay
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        self.scroll.mouse(event);
        Closing::Stay
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let Some(row) = self.row(cx) else {
            let hints = overlay::hints(cx, &[(Action::Back, "close")]);
            let inner = modal::draw(
                frame,
                area,
                cx.theme,
                (ModalTone::Calm, "Run"),
                hints,
                (40, 1),
            );
            frame.render_widget(Line::raw("This run was removed from the list."), inner);
            return;
        };
        let width = WIDTH.min(area.width.saturating_sub(4));
        let lines = lines(row, usize::from(width), cx);
        let mut keys = vec![
            (Action::Copy, "copy"),
            (Action::OpenPortal, "Partner Center"),
        ];
        if controls::is_uploading(row) {
            keys.push((Action::PauseRun, "pause"));
        }
        if row.is_active() {
            keys.push((Action::CancelRun, "stop"));
        } else if row.may_go_on() {
            // The key that paused it resumes it.
            let key = if row.paused().is_some() {
                Action::PauseRun
            } else {
                Action::ResumeRun
            };
            keys.push((key, "go on"));
        }
        keys.push((Action::Back, "close"));
        let hints = overlay::hints(cx, &keys);
        let title = format!("{} {}", row.view.target.kind().word(), row.view.name);
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (ModalTone::Calm, &title),
            hints,
            (width, lines.len() as u16),
        );
        self.scroll.draw(frame, inner, &lines);
    }
}
