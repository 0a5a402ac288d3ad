//! The JSON tab while it is read: a document with line numbers, colours, scroll and search. Knows no Store.

use super::{
    editor::draw_search,
    pane::{Cx, Typed},
};
use crate::{
    action::Action,
    ui::{
        field::Field,
        text_area::{Scroll, TextArea},
        text_place::{Place, find},
    },
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent},
    layout::{Constraint, Layout, Rect},
};

#[derive(Clone, Debug, Default)]
pub struct JsonView {
    scroll: Scroll,
    /// Open while a pattern is typed.
    search: Option<Field>,
    pattern: String,
    /// The hit that was gone to.
    hit: Option<Place>,
}

impl JsonView {
    pub fn reset(&mut self) {
        self.scroll.reset();
        self.search = None;
        self.hit = None;
    }

    pub fn takes_text(&self) -> bool {
        self.search.is_some()
    }

    /// The hit of the search, else the first line in view; from 0.
    pub fn line(&self) -> usize {
        self.hit.map_or(self.scroll.top(), |hit| hit.line)
    }

    /// Puts a line in view.
    pub fn show(&mut self, line: usize, lines: &[String]) {
        self.hit = None;
        self.scroll.show(line, lines);
    }

    /// Whether there is a search that one step back would end.
    pub fn has_search(&self) -> bool {
        self.search.is_some() || !self.pattern.is_empty()
    }

    pub fn act(&mut self, action: Action, lines: &[String]) -> bool {
        let page = self.scroll.page().saturating_sub(1).max(1);
        match action {
            Action::Up => self.scroll.up(1, lines),
            Action::Down => self.scroll.down(1, lines),
            Action::PageUp => self.scroll.up(page, lines),
            Action::PageDown => self.scroll.down(page, lines),
            Action::First => self.scroll.reset(),
            Action::Last => self.scroll.to_end(lines),
            Action::Filter | Action::Find => self.search = Some(Field::default()),
            Action::FindNext => self.find_next(lines),
            Action::Back if self.has_search() => {
                self.search = None;
                self.pattern.clear();
                self.hit = None;
            }
            _ => return false,
        }
        true
    }

    pub fn wheel(&mut self, down: bool, lines: &[String]) {
        if down { self.scroll.down(3, lines) } else { self.scroll.up(3, lines) }
    }

    fn find_next(&mut self, lines: &[String]) {
        let from = self.hit.unwrap_or(Place { line: self.scroll.top(), byte: 0 });
        if self.pattern.is_empty() {
            self.search = Some(Field::default());
        } else if let Some(place) = find(lines, &self.pattern, from) {
            self.hit = Some(place);
            self.scroll.show(place.line, lines);
        }
    }

    pub fn typed(&mut self, typed: &Typed, lines: &[String]) -> bool {
        let Some(field) = &mut self.search else { return false };
        match typed {
            Typed::Key(KeyEvent { code: KeyCode::Esc, .. }) => {
                self.act(Action::Back, lines);
                return true;
            }
            Typed::Key(KeyEvent { code: KeyCode::Enter, .. }) => {
                // Typing has gone to the hit already; without a new pattern the last one is meant.
                let is_empty = field.is_empty();
                self.search = None;
                if is_empty && !self.pattern.is_empty() {
                    self.find_next(lines);
                }
                return true;
            }
            Typed::Key(key) => {
                if !field.key(*key) {
                    return false;
                }
            }
            Typed::Paste(text) => field.paste(text),
        }
        field.text().clone_into(&mut self.pattern);
        let start = Place { line: lines.len().saturating_sub(1), byte: usize::MAX };
        let from = self.hit.take().map_or(start, |hit| match (hit.byte.checked_sub(1), hit.line.checked_sub(1)) {
            (Some(byte), _) => Place { byte, ..hit },
            (None, Some(line)) => Place { line, byte: usize::MAX },
            (None, None) => start,
        });
        if let Some(place) = find(lines, &self.pattern, from) {
            self.hit = Some(place);
            self.scroll.show(place.line, lines);
        }
        true
    }

    pub fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx, lines: &[String]) {
        let foot = u16::from(self.search.is_some());
        let [text, line] = Layout::vertical([Constraint::Min(1), Constraint::Length(foot)]).areas(area);
        TextArea { lines, pattern: &self.pattern, wraps: true, ..TextArea::default() }.draw(frame, text, &self.scroll, cx.theme);
        if let Some(field) = &self.search {
            draw_search(frame, line, cx, field);
        }
    }
}
