//! A choice among words, narrowed by typing; a word of one's own may be taken, since the service's lists are open.
//! Knows no document.

use crate::{
    action::Action,
    panes::pane::Cx,
    ui::{
        field::Field,
        filter::best,
        list::Cursor,
        text::{fit, pad},
        theme::Role,
    },
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent},
    layout::{Position, Rect},
    text::{Line, Span},
};
use std::cell::Cell;

#[derive(Clone, Debug)]
pub struct Pick {
    choices: Vec<String>,
    /// The one that holds now.
    current: Option<String>,
    field: Field,
    /// Places in `choices` that match, best first.
    rows: Vec<usize>,
    cursor: Cursor,
    /// Where the rows were drawn last.
    drawn: Cell<Rect>,
}

impl Pick {
    /// The current choice is selected; one that is not among the known ones stands first.
    pub fn new(mut choices: Vec<String>, current: Option<&str>) -> Self {
        if let Some(current) = current.filter(|current| !current.is_empty() && !choices.iter().any(|choice| choice == current)) {
            choices.insert(0, current.to_owned());
        }
        let at = choices.iter().position(|choice| Some(choice.as_str()) == current).unwrap_or_default();
        let mut cursor = Cursor::default();
        cursor.set(at);
        let rows = (0..choices.len()).collect();
        Self { choices, current: current.map(str::to_owned), field: Field::default(), rows, cursor, drawn: Cell::default() }
    }

    /// What was typed and is none of the choices: it is offered as it is, in a row of its own.
    fn own(&self) -> Option<&str> {
        let text = self.field.text().trim();
        (!text.is_empty() && !self.choices.iter().any(|choice| choice == text)).then_some(text)
    }

    /// Rows on screen: what matches, and a word of one's own.
    pub fn count(&self) -> usize {
        self.rows.len() + usize::from(self.own().is_some())
    }

    /// The selected word, and whether it is one's own. `None` where nothing can be taken.
    pub fn chosen(&self) -> Option<(&str, bool)> {
        match self.rows.get(self.cursor.index()) {
            Some(at) => Some((self.choices.get(*at)?, false)),
            None => Some((self.own()?, true)),
        }
    }

    fn refilter(&mut self) {
        self.rows = best(self.field.text(), self.choices.iter().map(String::as_str));
        self.cursor.set(0);
    }

    /// Says whether it was a key for a choice.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let action = match key.code {
            KeyCode::Up => Action::Up,
            KeyCode::Down => Action::Down,
            KeyCode::PageUp => Action::PageUp,
            KeyCode::PageDown => Action::PageDown,
            _ => {
                if !self.field.key(key) {
                    return false;
                }
                self.refilter();
                return true;
            }
        };
        let rows = self.count();
        self.cursor.act(action, rows)
    }

    pub fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.refilter();
    }

    pub fn wheel(&mut self, down: bool) {
        let rows = self.count();
        self.cursor.scroll(down, rows);
    }

    /// A click on a row selects it; says whether it hit one.
    pub fn click(&mut self, at: Position) -> bool {
        let drawn = self.drawn.get();
        let hit = drawn.contains(at).then(|| self.cursor.row_at(usize::from(at.y - drawn.y), self.count())).flatten();
        if let Some(row) = hit {
            self.cursor.set(row);
        }
        hit.is_some()
    }

    pub fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx, placeholder: &str) {
        let style = |role| cx.theme.style(role);
        let mut places = area.rows();
        let Some(top) = places.next() else { return };
        frame.render_widget(Line::styled("› ", style(Role::Key)), top);
        let field = Rect { x: top.x + 2, width: top.width.saturating_sub(2), ..top };
        self.field.draw(frame, field, cx.theme, placeholder, true);
        self.drawn.set(Rect { y: top.y + 1, height: area.height.saturating_sub(1), ..area });
        let window = self.cursor.window(usize::from(area.height.saturating_sub(1)), self.count());
        let columns = usize::from(area.width);
        for (row, place) in window.zip(places) {
            let is_current = row == self.cursor.index();
            let (text, note) = match self.rows.get(row).and_then(|at| self.choices.get(*at)) {
                Some(choice) if self.current.as_ref() == Some(choice) => (choice.clone(), "now"),
                Some(choice) => (choice.clone(), ""),
                None => (format!("“{}” as it is", self.own().unwrap_or_default()), "! not a known word"),
            };
            let on_row = |role| if is_current { style(Role::Selection) } else { style(role) };
            let note_role = if note.starts_with('!') { Role::Warning } else { Role::Muted };
            let head = format!("{} ", if is_current { "▸" } else { " " });
            let room = columns.saturating_sub(2 + note.chars().count());
            let text = pad(&fit(&text, room.saturating_sub(1)), room);
            frame.render_widget(
                Line::from(vec![
                    Span::styled(head, on_row(Role::Key)),
                    Span::styled(text, on_row(Role::Text)),
                    Span::styled(note, on_row(note_role)),
                ]),
                place,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::KeyModifiers;

    fn typed(pick: &mut Pick, text: &str) {
        for letter in text.chars() {
            pick.key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
        }
    }

    #[test]
    fn the_one_that_holds_is_selected_and_typing_narrows() {
        let words = || ["Public", "Private", "Hidden"].map(str::to_owned).to_vec();
        let mut pick = Pick::new(words(), Some("Private"));
        assert_eq!(pick.chosen(), Some(("Private", false)));
        typed(&mut pick, "hid");
        assert_eq!((pick.chosen(), pick.count()), (Some(("Hidden", false)), 2));
        pick.key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE));
        assert_eq!(pick.chosen(), Some(("hid", true)));
        typed(&mut pick, "eous");
        assert_eq!((pick.chosen(), pick.count()), (Some(("hideous", true)), 1));
        assert_eq!(Pick::new(words(), Some("Secret")).chosen(), Some(("Secret", false)));
        assert_eq!(Pick::new(Vec::new(), None).chosen(), None);
    }
}
