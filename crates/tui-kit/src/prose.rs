//! A text of several lines that a person writes: wrapped between words, with undo, and a limit that one sees while typing.
//! Knows nothing of what the text is for.

use crate::{
    field::Typed,
    text::{
        area::put,
        buffer::TextBuffer,
        keys,
        motion::Motion,
        place::{TextPosition, byte_at_column, columns, grapheme_columns},
    },
    theme::{Role, Theme},
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind},
    layout::{Position, Rect},
    style::Modifier,
};
use std::cell::Cell;
use unicode_segmentation::UnicodeSegmentation;

/// A line of the screen: a part of a line of the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    line: usize,
    start: usize,
    end: usize,
}

#[derive(Clone, Debug)]
pub struct Prose {
    buffer: TextBuffer,
    /// The column that moving up and down aims at.
    goal: Option<usize>,
    /// Known only while drawing: that is why they lie in cells.
    top: Cell<usize>,
    drawn: Cell<Rect>,
}

/// Breaks a line between words, or inside of a word that is wider than a row.
fn break_line(line: usize, text: &str, width: usize, rows: &mut Vec<Row>) {
    let (mut start, mut used, mut gap) = (0, 0, 0);
    for (byte, grapheme) in text.grapheme_indices(true) {
        let needs = grapheme_columns(grapheme);
        // A space at the end of a row may stand beyond it.
        if used + needs > width && grapheme != " " && byte > start {
            let end = if gap > start { gap } else { byte };
            rows.push(Row { line, start, end });
            start = end;
            used = columns(text.get(start..byte).unwrap_or_default());
        }
        used += needs;
        if grapheme == " " {
            gap = byte + 1;
        }
    }
    rows.push(Row {
        line,
        start,
        end: text.len(),
    });
}

impl Prose {
    /// The cursor is at the end.
    pub fn new(text: &str) -> Self {
        let mut buffer = TextBuffer::new(text);
        buffer.go(Motion::End, false);
        Self {
            buffer,
            goal: None,
            top: Cell::new(0),
            drawn: Cell::new(Rect::new(0, 0, 61, 8)),
        }
    }

    pub fn text(&self) -> String {
        self.buffer.text()
    }

    /// Characters of the text, line ends counted.
    pub fn count(&self) -> usize {
        self.buffer
            .lines()
            .iter()
            .map(|line| line.chars().count() + 1)
            .sum::<usize>()
            .saturating_sub(1)
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        // The cursor may stand behind the last column.
        let width = usize::from(self.drawn.get().width).saturating_sub(1).max(1);
        for (line, text) in self.buffer.lines().iter().enumerate() {
            break_line(line, text, width, &mut rows);
        }
        rows
    }

    fn line(&self, row: Row) -> &str {
        self.buffer
            .lines()
            .get(row.line)
            .and_then(|line| line.get(row.start..row.end))
            .unwrap_or_default()
    }

    fn row_of(rows: &[Row], place: TextPosition) -> usize {
        rows.iter()
            .rposition(|row| row.line == place.line && row.start <= place.byte)
            .unwrap_or_default()
    }

    /// To a column of a row, or as near as there is text.
    fn go_to(&mut self, rows: &[Row], row: usize, column: usize) {
        let Some(found) = rows.get(row).copied() else {
            return;
        };
        let text = self.line(found);
        let mut byte = byte_at_column(text, column);
        let goes_on = rows
            .get(row + 1)
            .is_some_and(|next| next.line == found.line);
        if goes_on && byte == text.len() {
            // The end of a wrapped row is the beginning of the next one.
            byte = text
                .grapheme_indices(true)
                .next_back()
                .map_or(0, |(byte, _)| byte);
        }
        self.buffer.go_to(TextPosition {
            line: found.line,
            byte: found.start + byte,
        });
    }

    fn walk(&mut self, by: isize) {
        let rows = self.rows();
        let cursor = self.buffer.cursor();
        let at = Self::row_of(&rows, cursor);
        let Some(row) = rows.get(at) else { return };
        let before = self
            .buffer
            .lines()
            .get(row.line)
            .and_then(|line| line.get(row.start..cursor.byte))
            .unwrap_or_default();
        let goal = self.goal.unwrap_or_else(|| columns(before));
        let to = at
            .saturating_add_signed(by)
            .min(rows.len().saturating_sub(1));
        if to == at {
            self.buffer
                .go(if by < 0 { Motion::Start } else { Motion::End }, false);
        } else {
            self.go_to(&rows, to, goal);
        }
        self.goal = Some(goal);
    }

    /// Takes what was typed; says whether it was something for a text. A paste is one step of undo.
    pub fn typed(&mut self, typed: &Typed) -> bool {
        match typed {
            Typed::Key(key) => return self.key(*key),
            Typed::Paste(text) => self.paste(text),
        }
        true
    }

    fn key(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let shift = key.modifiers.contains(KeyModifiers::SHIFT);
        let page: isize = i16::try_from(self.drawn.get().height)
            .unwrap_or(i16::MAX)
            .saturating_sub(1)
            .max(1)
            .into();
        let rows = match key.code {
            KeyCode::Up if !shift => Some(-1),
            KeyCode::Down if !shift => Some(1),
            KeyCode::PageUp => Some(-page),
            KeyCode::PageDown => Some(page),
            _ => None,
        };
        if let Some(rows) = rows {
            self.walk(rows);
            return true;
        }
        self.goal = None;
        match key.code {
            KeyCode::Char('z') if control => drop(self.buffer.undo()),
            KeyCode::Char('y') if control => drop(self.buffer.redo()),
            KeyCode::Enter => self.buffer.insert("\n"),
            _ => return keys::key(key, &mut self.buffer),
        }
        true
    }

    /// As [`keys::clipboard`].
    pub fn copied(&mut self, key: KeyEvent) -> Option<Option<String>> {
        keys::clipboard(key, &mut self.buffer)
    }

    /// One step of undo.
    pub fn paste(&mut self, text: &str) {
        self.goal = None;
        self.buffer.paste(text);
    }

    /// A click goes to a letter, the wheel moves.
    pub fn mouse(&mut self, event: MouseEvent) {
        let drawn = self.drawn.get();
        match event.kind {
            MouseEventKind::Down(MouseButton::Left)
                if drawn.contains((event.column, event.row).into()) =>
            {
                let rows = self.rows();
                let row = (self.top.get() + usize::from(event.row - drawn.y))
                    .min(rows.len().saturating_sub(1));
                self.go_to(&rows, row, usize::from(event.column - drawn.x));
                self.goal = None;
            }
            MouseEventKind::ScrollDown => self.walk(3),
            MouseEventKind::ScrollUp => self.walk(-3),
            _ => {}
        }
    }

    /// Where the text has as many characters as it may have.
    fn limit(&self, most: usize) -> Option<TextPosition> {
        let mut left = most;
        for (line, text) in self.buffer.lines().iter().enumerate() {
            if let Some((byte, _)) = text.char_indices().nth(left) {
                return Some(TextPosition { line, byte });
            }
            let count = text.chars().count();
            if count == left && line + 1 < self.buffer.lines().len() {
                return Some(TextPosition {
                    line,
                    byte: text.len(),
                });
            }
            left = left.checked_sub(count + 1)?;
        }
        None
    }

    /// Draws what is in view, the cursor always; what exceeds `most` characters is highlighted.
    pub fn draw(&self, frame: &mut Frame, area: Rect, theme: &Theme, most: Option<usize>) {
        let area = area.intersection(frame.area());
        if area.is_empty() {
            return;
        }
        self.drawn.set(area);
        let height = usize::from(area.height);
        let rows = self.rows();
        let cursor = self.buffer.cursor();
        let at = Self::row_of(&rows, cursor);
        let top = self
            .top
            .get()
            .clamp((at + 1).saturating_sub(height), at)
            .min(rows.len().saturating_sub(height));
        self.top.set(top);
        let limit = most.and_then(|most| self.limit(most));
        let selection = self.buffer.selection();
        for (y, (index, row)) in (area.y..area.bottom()).zip(rows.iter().enumerate().skip(top)) {
            let mut x = area.x;
            for (byte, grapheme) in self.line(*row).grapheme_indices(true) {
                let place = TextPosition {
                    line: row.line,
                    byte: row.start + byte,
                };
                if index == at && place == cursor {
                    frame.set_cursor_position(Position::new(x, y));
                }
                let wide = grapheme_columns(grapheme);
                if usize::from(area.right() - x) < wide {
                    break;
                }
                let mut style = theme.style(if limit.is_some_and(|limit| place >= limit) {
                    Role::Danger
                } else {
                    Role::Text
                });
                if selection.is_some_and(|(from, to)| (from..to).contains(&place)) {
                    style = style.add_modifier(Modifier::REVERSED);
                }
                put(frame.buffer_mut(), x, y, grapheme, style, theme);
                x += wide as u16;
            }
            if index == at && cursor.byte == row.end {
                frame.set_cursor_position(Position::new(x.min(area.right() - 1), y));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::{Terminal, backend::TestBackend};

    fn draw(prose: &Prose, width: u16, height: u16) -> (Vec<String>, (u16, u16)) {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| prose.draw(frame, frame.area(), &Theme::default(), None))
            .unwrap();
        let at = terminal.get_cursor_position().unwrap();
        let buffer = terminal.backend().buffer().clone();
        let lines = (0..height).map(|y| {
            (0..width)
                .map(|x| buffer[(x, y)].symbol())
                .collect::<String>()
                .trim_end()
                .to_owned()
        });
        (lines.collect(), (at.x, at.y))
    }

    fn press(prose: &mut Prose, code: KeyCode) {
        prose.key(KeyEvent::new(code, KeyModifiers::NONE));
    }

    fn mouse(prose: &mut Prose, kind: MouseEventKind, column: u16, row: u16) {
        prose.mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        });
    }

    #[test]
    fn it_wraps_between_words_and_moves_by_what_one_sees() {
        let mut prose = Prose::new("one two three four\n\nend");
        assert_eq!(
            draw(&prose, 11, 6).0,
            ["one two", "three four", "", "end", "", ""]
        );
        press(&mut prose, KeyCode::Up);
        press(&mut prose, KeyCode::Up);
        assert_eq!(draw(&prose, 11, 6).1, (3, 1));
        press(&mut prose, KeyCode::Up);
        press(&mut prose, KeyCode::Char('!'));
        assert_eq!(prose.text(), "one! two three four\n\nend");
        press(&mut prose, KeyCode::Up);
        press(&mut prose, KeyCode::Enter);
        assert_eq!(prose.text(), "\none! two three four\n\nend");
        prose.key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL));
        assert_eq!(
            (prose.text().as_str(), prose.count()),
            ("one! two three four\n\nend", 24)
        );
    }

    #[test]
    fn a_click_goes_to_the_letter_and_the_view_follows_the_cursor() {
        let mut prose = Prose::new("a\nb\nc\nd\ne");
        assert_eq!(draw(&prose, 9, 2), (vec!["d".into(), "e".into()], (1, 1)));
        mouse(&mut prose, MouseEventKind::Down(MouseButton::Left), 0, 0);
        press(&mut prose, KeyCode::Char('x'));
        assert_eq!(prose.text(), "a\nb\nc\nxd\ne");
        mouse(&mut prose, MouseEventKind::ScrollUp, 0, 0);
        assert_eq!(draw(&prose, 9, 2).0, ["a", "b"]);
    }

    #[test]
    fn the_limit_is_a_place_in_the_text() {
        let prose = Prose::new("ab\ncd");
        let at = |most| prose.limit(most).map(|place| (place.line, place.byte));
        assert_eq!(
            [at(0), at(2), at(3), at(4), at(5)],
            [Some((0, 0)), Some((0, 2)), Some((1, 0)), Some((1, 1)), None]
        );
    }

    proptest! {
        #[test]
        fn no_text_and_no_key_breaks_it(text in "\\PC{0,30}(\n\\PC{0,20}){0,2}", keys in prop::collection::vec(0u8..9, 0..30), width in 1u16..20) {
            let mut prose = Prose::new(&text);
            for key in keys {
                match key {
                    0 => press(&mut prose, KeyCode::Up),
                    1 => press(&mut prose, KeyCode::Down),
                    2 => press(&mut prose, KeyCode::Left),
                    3 => press(&mut prose, KeyCode::Backspace),
                    4 => press(&mut prose, KeyCode::Enter),
                    5 => press(&mut prose, KeyCode::PageUp),
                    6 => press(&mut prose, KeyCode::Char('漢')),
                    7 => mouse(&mut prose, MouseEventKind::Down(MouseButton::Left), 3, 1),
                    _ => press(&mut prose, KeyCode::Home),
                }
                draw(&prose, width, 3);
                prop_assert_eq!(prose.count(), prose.text().chars().count());
            }
        }
    }
}
