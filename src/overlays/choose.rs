//! A list to choose one from, narrowed by typing. Each row carries its answer as data; knows nothing of what it means.

use super::overlay::{Closing, Overlay};
use crate::{
    action::Action,
    ask::{Ask, Choice},
    panes::pane::{Cx, Handled, Possible, Typed},
    ui::{
        field::Field,
        filter::best,
        list::Cursor,
        modal::{self, Tone},
        text::{pad, width, wrap},
        theme::Role,
    },
};
use ratatui::{
    Frame,
    crossterm::event::{MouseButton, MouseEvent, MouseEventKind},
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use std::cell::Cell;

pub struct Choose {
    title: String,
    text: String,
    choices: Vec<Choice>,
    filter: Field,
    cursor: Cursor,
    /// Places in `choices` that match, best first.
    rows: Vec<usize>,
    /// Where the rows were drawn last.
    list: Cell<Rect>,
}

/// Wider than this, a row is hard to follow.
const MOST_WIDE: u16 = 96;
const LEAST_WIDE: u16 = 40;
/// So many rows need no filter.
const FEW: usize = 7;

impl Choose {
    pub fn new(title: String, text: String, choices: Vec<Choice>, current: usize) -> Self {
        let mut cursor = Cursor::default();
        cursor.set(current);
        cursor.clamp(choices.len());
        let rows = (0..choices.len()).collect();
        Self { title, text, choices, filter: Field::default(), cursor, rows, list: Cell::default() }
    }

    fn refilter(&mut self) {
        self.rows = best(self.filter.text(), self.choices.iter().map(|choice| choice.text.as_str()));
        self.cursor.set(0);
    }

    fn current(&self) -> Option<&Choice> {
        self.choices.get(*self.rows.get(self.cursor.index())?)
    }

    fn choose(&mut self) -> Closing {
        match self.current() {
            Some(choice) if !choice.answer.is_empty() => Closing::Close(choice.answer.clone()),
            _ => Closing::Stay,
        }
    }

    /// A few rows are seen at once: nobody needs to narrow them.
    fn is_long(&self) -> bool {
        self.choices.len() > FEW
    }

    /// Columns of the longest row's texts and notes.
    fn columns(&self) -> (usize, usize) {
        let most = |of: &dyn Fn(&Choice) -> usize| self.choices.iter().map(of).max().unwrap_or_default();
        (most(&|choice| width(&choice.text)), most(&|choice| width(&choice.note)))
    }
}

impl Overlay for Choose {
    fn name(&self) -> &'static str {
        "choose"
    }

    fn takes_text(&self) -> bool {
        self.is_long()
    }

    fn possible(&self, action: Action, _cx: &Cx) -> Possible {
        if matches!(action, Action::Enter | Action::Back) { Possible::Yes } else { Possible::Unknown }
    }

    fn act(&mut self, action: Action, _cx: &Cx, _asks: &mut Vec<Ask>) -> Closing {
        match action {
            // Home and End belong to the text.
            Action::Up | Action::Down | Action::PageUp | Action::PageDown => {
                self.cursor.act(action, self.rows.len());
                Closing::Stay
            }
            Action::Enter => self.choose(),
            Action::Back if !self.filter.is_empty() => {
                self.filter.clear();
                self.refilter();
                Closing::Stay
            }
            Action::Back => Closing::Close(Vec::new()),
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Cx, _asks: &mut Vec<Ask>) -> Handled {
        match typed {
            Typed::Key(key) if !self.filter.key(*key) => return Handled::No,
            Typed::Key(_) => {}
            Typed::Paste(pasted) => self.filter.paste(pasted),
        }
        self.refilter();
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Cx, _asks: &mut Vec<Ask>) -> Closing {
        let list = self.list.get();
        match event.kind {
            MouseEventKind::ScrollDown | MouseEventKind::ScrollUp => {
                self.cursor.scroll(event.kind == MouseEventKind::ScrollDown, self.rows.len());
            }
            MouseEventKind::Down(MouseButton::Left) if list.contains((event.column, event.row).into()) => {
                let row = self.cursor.row_at(usize::from(event.row - list.y), self.rows.len());
                match row {
                    Some(row) if row == self.cursor.index() => return self.choose(),
                    Some(row) => self.cursor.set(row),
                    None => {}
                }
            }
            _ => {}
        }
        Closing::Stay
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let style = |role| cx.theme.style(role);
        let (text_columns, note_columns) = self.columns();
        let notes = if note_columns > 0 { note_columns + 2 } else { 0 };
        let wanted = (text_columns + notes + 2).max(width(&self.title) + 4);
        let columns = (wanted as u16).clamp(LEAST_WIDE, MOST_WIDE).min(area.width.saturating_sub(4));
        let said = wrap(&self.text, usize::from(columns));
        let room = area.height.saturating_sub(4 + said.len() as u16).max(3);
        let filter = u16::from(self.is_long());
        let height = said.len() as u16 + filter + (self.choices.len() as u16).min(room);
        let hints = format!(
            " {} {} choose  {} take it  {} back ",
            cx.key(Action::Up),
            cx.key(Action::Down),
            cx.key(Action::Enter),
            cx.key(Action::Back)
        );
        let hints = Line::styled(hints, style(Role::Muted));
        let inner = modal::draw(frame, area, cx.theme, Tone::Calm, &self.title, hints, columns, height);
        let [above, line, list] =
            Layout::vertical([Constraint::Length(said.len() as u16), Constraint::Length(filter), Constraint::Min(1)])
                .areas(inner);
        for (line, place) in said.into_iter().zip(above.rows()) {
            frame.render_widget(Line::styled(line, style(Role::Text)), place);
        }
        if self.is_long() {
            frame.render_widget(Line::styled("› ", style(Role::Key)), line);
            let field = Rect { x: line.x + 2, width: line.width.saturating_sub(2), ..line };
            self.filter.draw(frame, field, cx.theme, "type to narrow", true);
        }
        self.list.set(list);
        if self.rows.is_empty() {
            frame.render_widget(Line::styled("  Nothing is called like that.", style(Role::Muted)), list);
            return;
        }
        let window = self.cursor.window(usize::from(list.height), self.rows.len());
        let columns = usize::from(list.width).saturating_sub(2);
        // The text matters more; what is left is the note's.
        let for_text = if notes == 0 { columns } else { text_columns.min(columns.saturating_sub(notes).max(columns / 2)) };
        let for_note = columns.saturating_sub(for_text + 2);
        for (row, place) in window.zip(list.rows()) {
            let Some(choice) = self.rows.get(row).and_then(|at| self.choices.get(*at)) else { continue };
            let is_current = row == self.cursor.index();
            let on_row = |role| if is_current { style(Role::Selection) } else { style(role) };
            let mark = if is_current { "▸ " } else { "  " };
            let role = if choice.answer.is_empty() { Role::Muted } else { Role::Text };
            let mut parts = vec![Span::styled(format!("{mark}{}", pad(&choice.text, for_text)), on_row(role))];
            if notes > 0 {
                parts.push(Span::styled(format!("  {}", pad(&choice.note, for_note)), on_row(Role::Muted)));
            }
            frame.render_widget(Line::from(parts), place);
        }
    }
}
