//! The board's view: which row is selected and what is filtered. The rows themselves are the model's.

use crate::{
    engine::preflight::Refusal,
    screen::{
        action::{Action, Scope},
        command::{Command, PaneId, TabId},
        filter_input::{self, FilterChange},
        pane::{Context, Handled, Pane, Possible, Typed},
        run_controls::{may_resume, resume},
    },
    state::{
        ModelChange, RunRow,
        board::{Row, Verb},
    },
};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect};
use std::cell::Cell;
use store_model::target::Target;
use tui_kit::{
    field::Field,
    list::{Cursor, ListClick},
};

/// What tells one row from another.
type Anchor = (Target, Option<String>);

#[derive(Default)]
pub struct Board {
    pub(super) cursor: Cursor,
    pub(super) filter: Field,
    pub(super) is_typing: bool,
    /// Places in the model's board that are shown.
    pub(super) rows: Vec<usize>,
    /// The row under the cursor, so that the cursor stays on it.
    anchor: Option<Anchor>,
    /// The first line in view; it follows from the height, which is known only while drawing.
    pub(super) top: Cell<usize>,
}

pub fn pane() -> Board {
    Board::default()
}

fn anchor(row: &Row) -> Anchor {
    (row.target.clone(), row.submission.clone())
}

impl Board {
    pub(super) fn row<'a>(&self, at: usize, cx: &Context<'a>) -> Option<&'a Row> {
        cx.model.board.get(*self.rows.get(at)?)
    }

    fn current<'a>(&self, cx: &Context<'a>) -> Option<&'a Row> {
        self.row(self.cursor.index(), cx)
    }

    fn run<'a>(&self, cx: &Context<'a>) -> Option<&'a RunRow> {
        cx.model.run(self.current(cx)?.run.as_deref()?)
    }

    /// Filters anew and puts the cursor back where it was.
    fn recompute(&mut self, cx: &Context) {
        let typed = self.filter.text().trim();
        let rows = cx.model.board.iter().enumerate();
        self.rows = rows
            .filter(|(_, row)| typed.is_empty() || row.matches(typed))
            .map(|(at, _)| at)
            .collect();
        let kept = self.anchor.as_ref().and_then(|kept| {
            (0..self.rows.len())
                .find(|at| self.row(*at, cx).is_some_and(|row| anchor(row) == *kept))
        });
        match kept {
            Some(row) => self.cursor.set(row),
            None => self.cursor.clamp(self.rows.len()),
        }
    }

    /// What is under the cursor is the selected target.
    fn select(&mut self, cx: &Context) {
        let Some(row) = self.current(cx) else {
            return;
        };
        self.anchor = Some(anchor(row));
        if cx.selected != Some(&row.target) {
            cx.send(Command::Select(row.target.clone()));
        }
    }

    fn refilter(&mut self, cx: &Context) {
        self.anchor = None;
        self.cursor.set(0);
        self.recompute(cx);
        if self.rows.is_empty() {
            // What is not on screen is not acted upon.
            cx.send(Command::Deselect);
        }
        self.select(cx);
    }

    fn clear_filter(&mut self, cx: &Context) {
        self.filter.clear();
        self.is_typing = false;
        self.recompute(cx);
        self.select(cx);
    }

    /// Does what the row says.
    fn act_on(row: &Row, cx: &Context) {
        match row.verb {
            Verb::Fix | Verb::Read | Verb::Look => cx.send_all([
                Command::Focus(PaneId::Detail),
                Command::ShowTab(TabId::Overview),
            ]),
            verb => cx.send_all(action(verb).map(Command::Do)),
        }
    }
}

/// The action behind a verb; nothing where it leads to the detail.
pub(super) fn action(verb: Verb) -> Option<Action> {
    Some(match verb {
        Verb::Pick => Action::PickZip,
        Verb::Review => Action::Publish,
        Verb::Raise => Action::Rollout,
        Verb::GoOn => Action::ResumeRun,
        Verb::Open => Action::OpenPortal,
        Verb::Fix | Verb::Read | Verb::Look => return None,
    })
}

impl Pane for Board {
    fn id(&self) -> PaneId {
        PaneId::Board
    }

    fn takes_text(&self) -> bool {
        self.is_typing
    }

    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Target, Scope::Runs, Scope::Move]
    }

    fn hints(&self, cx: &Context) -> Vec<Action> {
        if self.is_typing {
            return vec![Action::Enter, Action::Back];
        }
        let mut hints = vec![Action::Enter];
        hints.extend(self.current(cx).and_then(|row| action(row.verb)));
        hints.extend([
            Action::Follow,
            Action::Filter,
            Action::FocusApps,
            Action::FocusRuns,
            Action::Refresh,
        ]);
        hints
    }

    fn focused(&mut self, cx: &Context) {
        self.recompute(cx);
        self.select(cx);
    }

    fn possible(&self, action: Action, cx: &Context) -> Possible {
        match action {
            Action::Filter => Possible::Yes,
            Action::Back if self.is_typing || !self.filter.is_empty() => Possible::Yes,
            Action::Enter | Action::Right if self.current(cx).is_some() => Possible::Yes,
            Action::Enter | Action::Right => {
                Possible::No("There is nothing under the cursor.".to_owned())
            }
            Action::ResumeRun if cx.is_focused => match self.run(cx) {
                Some(run) => may_resume(run, cx),
                None => Possible::No(Refusal::RunCannotGoOn.into()),
            },
            _ if cx.is_focused
                && self.current(cx).is_none()
                && action.row().is_some_and(|row| row.scope == Scope::Target) =>
            {
                Possible::No("Nothing on the board is selected.".to_owned())
            }
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Handled {
        let is_in_text = matches!(
            action,
            Action::Left | Action::Right | Action::First | Action::Last
        );
        if self.is_typing && is_in_text {
            return Handled::No;
        }
        if self.cursor.act(action, self.rows.len()) {
            self.select(cx);
            return Handled::Yes;
        }
        match action {
            Action::Filter => self.is_typing = true,
            Action::Enter if self.is_typing => self.is_typing = false,
            Action::Enter | Action::Right => {
                let Some(row) = self.current(cx) else {
                    return Handled::No;
                };
                Self::act_on(row, cx);
            }
            Action::ResumeRun => cx.send_all(self.run(cx).and_then(|run| resume(run, cx))),
            Action::Back if self.is_typing || !self.filter.is_empty() => self.clear_filter(cx),
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn typed(&mut self, typed: &Typed, cx: &Context) -> Handled {
        match filter_input::typed(&mut self.filter, typed) {
            FilterChange::Unused => return Handled::No,
            FilterChange::Same => {}
            FilterChange::Changed => self.refilter(cx),
            FilterChange::Closed => self.clear_filter(cx),
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, cx: &Context) {
        let click = self.clicked(event, area, cx);
        if click != ListClick::No {
            self.select(cx);
        }
        if click == ListClick::Same && cx.is_focused {
            self.act(Action::Enter, cx);
        }
    }

    fn changed(&mut self, change: &ModelChange, cx: &Context) {
        match change {
            ModelChange::Board => self.recompute(cx),
            // Selected elsewhere: the cursor goes along where the board has it.
            ModelChange::Selected if !cx.is_focused => {
                let selected = cx.selected;
                let row = (0..self.rows.len()).find(|at| {
                    self.row(*at, cx)
                        .is_some_and(|row| selected == Some(&row.target))
                });
                if let Some(at) = row {
                    self.cursor.set(at);
                    self.anchor = self.row(at, cx).map(anchor);
                }
                return;
            }
            ModelChange::Selected => {}
            _ => return,
        }
        if cx.is_focused {
            self.select(cx);
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        self.paint(frame, area, cx);
    }
}

impl Board {
    /// What the mouse does: the wheel walks, a click selects the row on that line.
    fn clicked(&mut self, event: MouseEvent, area: Rect, cx: &Context) -> ListClick {
        use ratatui::crossterm::event::{MouseButton, MouseEventKind};
        match event.kind {
            MouseEventKind::ScrollDown | MouseEventKind::ScrollUp => {
                let is_down = event.kind == MouseEventKind::ScrollDown;
                self.cursor.scroll(is_down, self.rows.len());
                ListClick::Moved
            }
            MouseEventKind::Down(MouseButton::Left) => {
                let Some(line) = event.row.checked_sub(area.y + 1) else {
                    return ListClick::No;
                };
                match self.row_on(usize::from(line), cx) {
                    Some(at) if at == self.cursor.index() => ListClick::Same,
                    Some(at) => {
                        self.cursor.set(at);
                        ListClick::Row
                    }
                    None => ListClick::No,
                }
            }
            _ => ListClick::No,
        }
    }
}
