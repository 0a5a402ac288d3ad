//! A list that is narrowed by typing: the field, the rows that match, the cursor, the mouse. Knows positions in a list, not what
//! is there, nor how it is searched.

use crate::movement::{Movement, Moves};
use crate::{
    field::{Field, Typed},
    list::{Cursor, ListClick},
    row,
    theme::{Role, Theme},
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, MouseEvent},
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use std::cell::Cell;

#[derive(Clone, Debug, Default)]
pub struct Finder {
    field: Field,
    /// Places of what matches, best first.
    rows: Vec<usize>,
    cursor: Cursor,
    /// Where the rows were drawn last.
    drawn: Cell<Rect>,
}

impl Finder {
    /// Over `len` places, one of them selected.
    pub fn new(len: usize, current: usize) -> Self {
        let mut cursor = Cursor::default();
        cursor.set(current);
        cursor.clamp(len);
        Self {
            rows: (0..len).collect(),
            cursor,
            ..Self::default()
        }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        self.field.text()
    }

    /// Rows that are left.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The place that is selected.
    pub fn current(&self) -> Option<usize> {
        self.rows.get(self.cursor.index()).copied()
    }

    /// Moves up and down; Home and End belong to the text.
    pub fn act(&mut self, movement: impl Moves) -> bool {
        matches!(
            movement.movement(),
            Some(Movement::Up | Movement::Down | Movement::PageUp | Movement::PageDown)
        ) && self.cursor.act(movement, self.rows.len())
    }

    /// Takes what was typed; says whether it was something for it. `rank` gives the places that match a text, best first.
    pub fn typed(&mut self, typed: &Typed, rank: impl FnOnce(&str) -> Vec<usize>) -> bool {
        let movement = match typed {
            Typed::Key(key) => match key.code {
                KeyCode::Up => Some(Movement::Up),
                KeyCode::Down => Some(Movement::Down),
                KeyCode::PageUp => Some(Movement::PageUp),
                KeyCode::PageDown => Some(Movement::PageDown),
                _ => None,
            },
            Typed::Paste(_) => None,
        };
        if let Some(movement) = movement {
            return self.act(movement);
        }
        let is_taken = self.field.typed(typed);
        if is_taken {
            self.narrow(rank);
        }
        is_taken
    }

    /// Wipes what was typed; says whether there was anything.
    pub fn clear(&mut self, rank: impl FnOnce(&str) -> Vec<usize>) -> bool {
        let was = !self.field.is_empty();
        if was {
            self.field.clear();
            self.narrow(rank);
        }
        was
    }

    fn narrow(&mut self, rank: impl FnOnce(&str) -> Vec<usize>) {
        self.rows = rank(self.field.text());
        self.cursor.set(0);
    }

    /// The wheel moves, a click selects.
    pub fn mouse(&mut self, event: MouseEvent) -> ListClick {
        self.cursor.mouse(event, self.drawn.get(), self.rows.len())
    }

    /// The field, and the rows below it.
    pub fn draw(
        &self,
        frame: &mut Frame,
        area: Rect,
        theme: &Theme,
        (placeholder, none): (&str, &str),
        parts: impl Fn(usize, usize) -> Vec<(String, Role)>,
    ) {
        let [top, rows] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
        let [sign, field] =
            Layout::horizontal([Constraint::Length(2), Constraint::Min(0)]).areas(top);
        frame.render_widget(Span::styled("› ", theme.style(Role::Key)), sign);
        self.field.draw(frame, field, theme, placeholder, true);
        self.draw_rows(frame, rows, theme, none, parts);
    }

    /// The rows alone. `parts` gives the text of a place for a number of columns; `none` is shown where nothing matches.
    pub fn draw_rows(
        &self,
        frame: &mut Frame,
        area: Rect,
        theme: &Theme,
        none: &str,
        parts: impl Fn(usize, usize) -> Vec<(String, Role)>,
    ) {
        self.drawn.set(area);
        if self.rows.is_empty() {
            frame.render_widget(
                Line::styled(format!("  {none}"), theme.style(Role::Muted)),
                area,
            );
        }
        let window = self
            .cursor
            .window(usize::from(area.height), self.rows.len());
        let columns = usize::from(area.width).saturating_sub(2);
        for ((index, at), place) in self
            .rows
            .iter()
            .enumerate()
            .take(window.end)
            .skip(window.start)
            .zip(area.rows())
        {
            let is_here = index == self.cursor.index();
            let mark = (if is_here { "▸ " } else { "  " }.to_owned(), Role::Key);
            // One bar: colours of parts would tear holes into it.
            let style = |role| theme.style(if is_here { Role::Selection } else { role });
            let spans = std::iter::once(mark)
                .chain(parts(*at, columns))
                .map(|(text, role)| Span::styled(text, style(role)));
            row::draw(frame, place, &spans.collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::best;
    use ratatui::{
        Terminal,
        backend::TestBackend,
        crossterm::event::{KeyEvent, KeyModifiers, MouseButton, MouseEventKind},
    };

    const NAMES: [&str; 3] = ["Notes", "Paint", "Weather"];

    fn typed(finder: &mut Finder, code: KeyCode) -> bool {
        finder.typed(
            &Typed::Key(KeyEvent::new(code, KeyModifiers::NONE)),
            |text| best(text, NAMES.into_iter()),
        )
    }

    fn drawn(finder: &Finder) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(20, 4)).unwrap();
        let parts = |at: usize, _| vec![(NAMES[at].to_owned(), Role::Text)];
        terminal
            .draw(|frame| {
                finder.draw(
                    frame,
                    frame.area(),
                    &Theme::default(),
                    ("type", "none"),
                    parts,
                );
            })
            .unwrap();
        let buffer = terminal.backend().buffer().clone();
        (0..4)
            .map(|y| {
                (0..20)
                    .map(|x| buffer[(x, y)].symbol())
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn typing_narrows_and_what_was_typed_is_wiped_in_one_step() {
        let mut finder = Finder::new(3, 2);
        assert_eq!(
            (finder.current(), drawn(&finder)),
            (
                Some(2),
                vec![
                    "› type".into(),
                    "  Notes".into(),
                    "  Paint".into(),
                    "▸ Weather".into()
                ]
            )
        );
        assert!(typed(&mut finder, KeyCode::Char('t')));
        assert_eq!((finder.count(), finder.current()), (3, Some(0)));
        assert!(typed(&mut finder, KeyCode::Char('h')) && typed(&mut finder, KeyCode::Home));
        assert_eq!(
            (drawn(&finder), finder.current()),
            (
                vec![
                    "› th".into(),
                    "▸ Weather".into(),
                    String::new(),
                    String::new()
                ],
                Some(2)
            )
        );
        assert!(typed(&mut finder, KeyCode::Char('x')));
        assert_eq!(
            (drawn(&finder)[1].as_str(), finder.current()),
            ("  none", None)
        );
        assert!(finder.clear(|_| vec![0, 1, 2]) && !finder.clear(|_| Vec::new()));
        assert!(!typed(&mut finder, KeyCode::Esc));
        assert_eq!(finder.current(), Some(0));
    }

    #[test]
    fn a_click_selects_and_a_second_one_means_the_same_row() {
        let mut finder = Finder::new(3, 0);
        drawn(&finder);
        let mut at = |row, kind| {
            finder.mouse(MouseEvent {
                kind,
                column: 5,
                row,
                modifiers: KeyModifiers::NONE,
            })
        };
        let click = MouseEventKind::Down(MouseButton::Left);
        assert_eq!(
            [at(0, click), at(2, click), at(2, click)],
            [ListClick::No, ListClick::Row, ListClick::Same]
        );
        assert_eq!(at(0, MouseEventKind::ScrollDown), ListClick::Moved);
        assert_eq!(finder.current(), Some(2));
    }
}
