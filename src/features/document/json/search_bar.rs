//! The lines below a text in which a pattern and its replacement are typed. Knows no text: it is given the matches.

use crate::screen::{
    action::Action,
    pane::{Context, Typed},
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent},
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use tui_kit::{
    field::Field,
    text::{fit, width},
    theme::Role,
};

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The pattern may be another one.
    Typed,
    /// Enter, in the last field.
    Enter,
    Leave,
    Unused,
}

#[derive(Clone, Debug, Default)]
pub struct SearchBar {
    pattern: Field,
    /// There is none in a mere search.
    replacement: Option<Field>,
    is_at_replacement: bool,
}

impl SearchBar {
    /// For a replacement; begins with a pattern, if there is one already.
    pub fn for_replacement(pattern: &str) -> Self {
        Self {
            pattern: Field::with_text(pattern),
            replacement: Some(Field::default()),
            is_at_replacement: !pattern.is_empty(),
        }
    }

    pub fn pattern(&self) -> &str {
        self.pattern.text()
    }

    pub fn replacement(&self) -> Option<&str> {
        self.replacement.as_ref().map(Field::text)
    }

    /// Rows that it takes.
    pub fn height(&self) -> u16 {
        if self.replacement.is_some() { 2 } else { 1 }
    }

    pub fn typed(&mut self, typed: &Typed) -> Pressed {
        let has_two = self.replacement.is_some();
        let field = match &mut self.replacement {
            Some(replacement) if self.is_at_replacement => replacement,
            _ => &mut self.pattern,
        };
        match typed {
            Typed::Key(KeyEvent {
                code: KeyCode::Esc, ..
            }) => return Pressed::Leave,
            Typed::Key(KeyEvent {
                code: KeyCode::Enter,
                ..
            }) => {
                if !has_two || self.is_at_replacement {
                    return Pressed::Enter;
                }
                self.is_at_replacement = true;
            }
            Typed::Key(KeyEvent {
                code: KeyCode::Tab | KeyCode::BackTab | KeyCode::Up | KeyCode::Down,
                ..
            }) if has_two => {
                self.is_at_replacement = !self.is_at_replacement;
            }
            typed if !field.typed(typed) => return Pressed::Unused,
            _ => {}
        }
        Pressed::Typed
    }

    /// `found` is what the search says: `hit 3 of 17`.
    pub fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context, found: &str) {
        let is_active = |is_here: bool| cx.is_focused && is_here;
        let Some(replacement) = &self.replacement else {
            row(
                frame,
                area,
                cx,
                (" / ", &self.pattern, "search"),
                found,
                is_active(true),
            );
            return;
        };
        let [first, second] =
            Layout::vertical([Constraint::Length(1), Constraint::Length(1)]).areas(area);
        row(
            frame,
            first,
            cx,
            (" find    ", &self.pattern, "text to find"),
            found,
            is_active(!self.is_at_replacement),
        );
        let keys = match (self.is_at_replacement, cx.key(Action::ReplaceAll)) {
            (false, all) => format!("enter next · {all} all · esc closes"),
            (true, all) => format!(
                "enter replaces · {all} all · {} skips",
                cx.key(Action::FindNext)
            ),
        };
        let replacement = (" replace ", replacement, "with nothing");
        row(
            frame,
            second,
            cx,
            replacement,
            &keys,
            is_active(self.is_at_replacement),
        );
    }
}

/// A label, a field, and what is said of it at the right.
fn row(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    (label, field, empty): (&str, &Field, &str),
    said: &str,
    is_active: bool,
) {
    // The field keeps two fifths of the line.
    let said = fit(said, usize::from(area.width) * 3 / 5).into_owned();
    let columns = [width(label) as u16, 0, width(&said) as u16 + 1];
    let [label_at, input, said_at] = Layout::horizontal([
        Constraint::Length(columns[0]),
        Constraint::Min(1),
        Constraint::Length(columns[2]),
    ])
    .areas(area);
    frame.render_widget(
        Line::styled(label.to_owned(), cx.theme.style(Role::Key)),
        label_at,
    );
    field.draw(frame, input, cx.theme, empty, is_active);
    frame.render_widget(Line::styled(said, cx.theme.style(Role::Muted)), said_at);
}
