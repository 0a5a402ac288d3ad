//! The runs, newest first: what each one does now, how far its upload is, how it ended. One line a run; all of it is an overlay.

use crate::screen::run_controls::{cancel, is_uploading, may_pause, may_resume, pause, resume};
use crate::screen::{
    pane::{Context, Handled, Pane, Possible},
    status_badge,
};
use crate::{
    engine::{preflight::Refusal, view::Step},
    screen::{
        action::Action,
        command::{Command, Dialog, PaneId},
    },
    state::{ModelChange, RunRow},
};
use jiff::Timestamp;
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::Rect,
    text::{Line, Span},
};
use store_model::units;
use tui_kit::{
    list::{Cursor, ListClick},
    meter,
    panel::{self, Heading},
    row, text,
    theme::Role,
};

/// The view of the list of runs; the runs themselves live in the model.
#[derive(Default)]
pub struct RunsPane {
    cursor: Cursor,
    /// The run under the cursor, so that a new one above does not push the cursor onto another.
    anchor: Option<String>,
}

pub fn pane() -> RunsPane {
    RunsPane::default()
}

/// "next look in 4 m": when the service is asked again.
pub fn next_poll(at: Timestamp, now: Timestamp) -> String {
    match at.duration_since(now).as_secs() {
        ..=0 => "looking".to_owned(),
        seconds @ 1..60 => format!("next check in {seconds} s"),
        seconds => format!("next check in {} m", seconds.saturating_add(30) / 60),
    }
}

impl RunsPane {
    pub(super) fn current<'a>(&self, cx: &Context<'a>) -> Option<&'a RunRow> {
        cx.model.runs.get(self.cursor.index())
    }

    fn select(&mut self, cx: &Context) {
        let Some(row) = self.current(cx) else { return };
        self.anchor = Some(row.view.id.clone());
        if cx.selected != Some(&row.view.target) {
            cx.send(Command::Select(row.view.target.clone()));
        }
    }
}

/// What stands behind a run's name, in `room` columns.
fn body<'a>(row: &RunRow, room: usize, cx: &Context) -> Vec<Span<'a>> {
    let style = |role| cx.theme.style(role);
    let view = &row.view;
    if let Some(upload) = row.paused() {
        let percent = format!(" {:>3} %", units::percent(upload.sent, upload.total));
        let advice = format!("  {} resumes", cx.key(Action::PauseRun));
        let taken = "paused ".len() + text::width(&percent) + text::width(&advice);
        let bar = meter::bar(
            upload.sent,
            upload.total,
            room.saturating_sub(taken).min(40),
        );
        return vec![
            Span::styled(format!("paused {bar}"), style(Role::Warning)),
            Span::styled(percent, style(Role::Text)),
            Span::styled(advice, style(Role::Muted)),
        ];
    }
    if let Some(ending) = &view.ending {
        let (_, word, role) = status_badge::ended(row, ending);
        let rest = text::fit(
            ending.message.lines().next().unwrap_or_default(),
            room.saturating_sub(text::width(word) + 2),
        );
        return vec![
            Span::styled(word, style(role)),
            Span::raw("  "),
            Span::styled(rest.into_owned(), style(Role::Muted)),
        ];
    }
    if row.is_left {
        let said = match view.current().map(|step| step.step) {
            // The submission went on by itself.
            Some(Step::Follow) => "not followed since the program ended".to_owned(),
            step => format!("interrupted at {}", step.map_or("its start", Step::word)),
        };
        let advice = format!("  {} resumes", cx.key(Action::ResumeRun));
        return vec![
            Span::styled(said, style(Role::Warning)),
            Span::styled(advice, style(Role::Muted)),
        ];
    }
    let Some(step) = view.current() else {
        return vec![Span::styled("waiting", style(Role::Muted))];
    };
    match (step.step, &row.upload) {
        (Step::Upload, Some(upload)) => {
            let percent = format!("{:>3} %", units::percent(upload.sent, upload.total));
            let left = upload.left.map(units::duration).unwrap_or_default();
            let sizes = format!(
                "{} / {}",
                units::bytes(upload.sent),
                units::bytes(upload.total)
            );
            let rate = format!("{}/s", units::bytes(upload.rate));
            // When it gets narrow the meter gives way first, then the rate, then the sizes; how long it takes matters most.
            let mut spare = room.saturating_sub("upload ".len() + percent.len() + 1);
            let mut fits = |fact: &str| {
                let wide = text::width(fact) + 2;
                let is_kept = !fact.is_empty() && spare >= wide + 7;
                spare -= if is_kept { wide } else { 0 };
                is_kept
            };
            let [has_left, has_sizes, has_rate] = [fits(&left), fits(&sizes), fits(&rate)];
            let mut said = percent;
            for (_, fact) in [(has_sizes, sizes), (has_rate, rate), (has_left, left)]
                .into_iter()
                .filter(|(has, _)| *has)
            {
                said.push_str("  ");
                said.push_str(&fact);
            }
            let bar = meter::bar(upload.sent, upload.total, spare.min(40));
            vec![
                Span::styled("upload ", style(Role::Busy)),
                Span::styled(bar, style(Role::Busy)),
                Span::styled(format!(" {said}"), style(Role::Text)),
            ]
        }
        (Step::Follow, _) => {
            let mut spans = Vec::new();
            if let Some(seen) = view.timeline.last() {
                let status_badge = status_badge::of_status(
                    &seen.status,
                    Some(&units::age(status_badge::since(seen.at, cx.now))),
                );
                spans.push(Span::styled(
                    format!("{} {}", status_badge.sign, status_badge.word),
                    style(status_badge.role),
                ));
            } else {
                spans.push(Span::styled("follow", style(Role::Busy)));
            }
            if let Some(at) = view.next_poll {
                spans.push(Span::styled(
                    format!("  {}", next_poll(at, cx.now)),
                    style(Role::Muted),
                ));
            }
            spans
        }
        (doing, _) => {
            let mut spans = vec![Span::styled(doing.word(), style(Role::Busy))];
            let note = step.note.as_deref().unwrap_or_default();
            spans.push(Span::styled(
                format!(
                    "  {}",
                    text::fit(note, room.saturating_sub(doing.word().len() + 2))
                ),
                style(Role::Muted),
            ));
            spans
        }
    }
}

impl Pane for RunsPane {
    fn id(&self) -> PaneId {
        PaneId::Runs
    }

    fn scopes(&self) -> &'static [crate::screen::action::Scope] {
        use crate::screen::action::Scope;
        &[Scope::Runs, Scope::Target, Scope::Move]
    }

    fn hints(&self, cx: &Context) -> Vec<Action> {
        match self.current(cx) {
            Some(row) if is_uploading(row) => {
                vec![
                    Action::Enter,
                    Action::PauseRun,
                    Action::CancelRun,
                    Action::Copy,
                    Action::OpenPortal,
                ]
            }
            Some(row) if row.is_active() => vec![
                Action::Enter,
                Action::CancelRun,
                Action::Copy,
                Action::OpenPortal,
            ],
            Some(row) if row.may_go_on() => vec![
                Action::Enter,
                Action::ResumeRun,
                Action::DismissRun,
                Action::OpenPortal,
            ],
            Some(_) => vec![
                Action::Enter,
                Action::DismissRun,
                Action::Copy,
                Action::OpenPortal,
            ],
            None => Vec::new(),
        }
    }

    fn focused(&mut self, cx: &Context) {
        self.select(cx);
    }

    fn possible(&self, action: Action, cx: &Context) -> Possible {
        let row = self.current(cx);
        match action {
            Action::Enter
            | Action::Right
            | Action::CancelRun
            | Action::PauseRun
            | Action::ResumeRun
            | Action::DismissRun
            | Action::Copy
            | Action::OpenPortal
                if row.is_none() =>
            {
                Possible::No("There are no runs yet.".to_owned())
            }
            Action::ResumeRun => row.map_or(Possible::Unknown, |row| may_resume(row, cx)),
            Action::PauseRun => row.map_or(Possible::Unknown, |row| may_pause(row, cx)),
            Action::CancelRun if row.is_some_and(|row| !row.is_active()) => {
                Possible::No(Refusal::RunIsOver.into())
            }
            Action::DismissRun if row.is_some_and(RunRow::is_active) => Possible::No(format!(
                "This run is active: {} stops it.",
                cx.key(Action::CancelRun)
            )),
            Action::Enter
            | Action::Right
            | Action::CancelRun
            | Action::DismissRun
            | Action::Copy
            | Action::OpenPortal => Possible::Yes,
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Handled {
        if self.cursor.act(action, cx.model.runs.len()) {
            self.select(cx);
            return Handled::Yes;
        }
        let Some(row) = self.current(cx) else {
            return Handled::No;
        };
        let view = &row.view;
        match action {
            Action::Enter | Action::Right => cx.send(Command::Open(Dialog::Run {
                id: view.id.clone(),
            })),
            Action::CancelRun if row.is_active() => cx.send(cancel(row)),
            Action::ResumeRun => cx.send_all(resume(row, cx)),
            Action::PauseRun => cx.send_all(pause(row, cx)),
            Action::DismissRun if !row.is_active() => {
                cx.send(Command::DismissRun(view.id.clone()));
            }
            Action::Copy => {
                let submission = view.submission.as_deref().unwrap_or("none yet");
                cx.send(Command::Copy(format!(
                    "{} submission {submission} run {}",
                    view.target, view.id
                )));
            }
            Action::OpenPortal => cx.send(Command::OpenLink(
                view.target.portal_url(view.submission.as_deref()),
            )),
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, cx: &Context) {
        let len = cx.model.runs.len();
        let click = self.cursor.mouse(event, panel::inside(area), len);
        if click != ListClick::No {
            self.select(cx);
        }
        if click == ListClick::Same && cx.is_focused {
            self.act(Action::Enter, cx);
        }
    }

    fn changed(&mut self, change: &ModelChange, cx: &Context) {
        if *change == ModelChange::Runs {
            let kept = self
                .anchor
                .as_ref()
                .and_then(|id| cx.model.runs.iter().position(|row| row.view.id == *id));
            match kept {
                Some(row) => self.cursor.set(row),
                None => self.cursor.clamp(cx.model.runs.len()),
            }
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let runs = &cx.model.runs;
        let active = cx.model.active_runs();
        let mut notes = Vec::new();
        if active > 0 {
            notes.push(Span::styled(
                format!("{active} active"),
                cx.theme.style(Role::Busy),
            ));
        }
        let left = runs.iter().filter(|row| row.is_left).count();
        if left > 0 {
            notes.push(Span::styled(
                format!("{left} interrupted"),
                cx.theme.style(Role::Warning),
            ));
        }
        if runs.len() > active + left {
            notes.push(Span::styled(
                format!("{} ended", runs.len() - active - left),
                cx.theme.style(Role::Muted),
            ));
        }
        let heading = Heading {
            number: PaneId::Runs.number(),
            title: PaneId::Runs.word(),
            notes,
        };
        let (inner, _) = panel::draw(frame, area, cx.theme, cx.is_focused, heading);
        if runs.is_empty() {
            let advice = format!(
                "No runs yet. {} publishes what was prepared, {} follows what is pending.",
                cx.key(Action::Publish),
                cx.key(Action::Follow)
            );
            row::texts(
                frame,
                inner,
                text::wrap(&advice, usize::from(inner.width)),
                cx.theme.style(Role::Muted),
            );
            return;
        }
        let window = self.cursor.window(usize::from(inner.height), runs.len());
        let first = window.start;
        let longest = runs
            .iter()
            .map(|row| text::width(&row.view.name))
            .max()
            .unwrap_or_default();
        let room = usize::from(inner.width);
        let name_width = longest.min(room / 4).max(8);
        for ((at, row), place) in runs
            .iter()
            .enumerate()
            .skip(first)
            .take(window.len())
            .zip(inner.rows())
        {
            let is_current = at == self.cursor.index();
            let (sign, role) = match &row.view.ending {
                Some(ending) => {
                    let (sign, _, role) = status_badge::ended(row, ending);
                    (sign, role)
                }
                None if row.is_left => ("‖", Role::Warning),
                None => ("▲", Role::Busy),
            };
            let mut line = Line::default();
            line.push_span(if is_current { "▸" } else { " " });
            line.push_span(Span::styled(sign, cx.theme.style(role)));
            line.push_span(format!(" {}  ", text::pad(&row.view.name, name_width)));
            line.spans
                .extend(body(row, room.saturating_sub(name_width + 5), cx));
            frame.render_widget(line, place);
            if is_current {
                tui_kit::row::select(frame, place, cx.theme, cx.is_focused);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_look_in_words() {
        let now = Timestamp::UNIX_EPOCH;
        let at = |seconds| now + jiff::SignedDuration::from_secs(seconds);
        assert_eq!(next_poll(at(-5), now), "looking");
        assert_eq!(next_poll(at(12), now), "next check in 12 s");
        assert_eq!(next_poll(at(240), now), "next check in 4 m");
    }
}
