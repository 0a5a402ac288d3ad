//! A text under edit: lines, cursor, selection, undo in steps, search. Every change costs by what it touches, never by the
//! length of the text: a document may have megabytes. Knows no key, no screen and no JSON but for the indent of a new line.

use super::text_place::{Place, after, byte_at_column, columns, find};
use unicode_segmentation::UnicodeSegmentation;

/// A movement of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Left,
    Right,
    Up(usize),
    Down(usize),
    WordLeft,
    WordRight,
    /// To the first letter, or to the very start when it is there already.
    LineStart,
    LineEnd,
    Start,
    End,
}

/// One step of undo: at a place, one text in another's stead.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    at: Place,
    removed: String,
    inserted: String,
    /// Where the cursor was.
    before: Place,
    /// One typed letter after the other makes one step.
    is_typing: bool,
}

#[derive(Clone, Debug)]
pub struct TextBuffer {
    /// Never empty.
    lines: Vec<String>,
    cursor: Place,
    /// The other end of the selection.
    anchor: Option<Place>,
    /// The column that moving up and down aims at.
    goal: Option<usize>,
    undo: Vec<Change>,
    redo: Vec<Change>,
    version: u64,
}

/// More steps than anyone takes back.
const MOST_STEPS: usize = 10_000;

/// Line ends as one `\n`.
fn normal(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

impl TextBuffer {
    pub fn new(text: &str) -> Self {
        let lines = normal(text).split('\n').map(str::to_owned).collect();
        Self { lines, cursor: Place::default(), anchor: None, goal: None, undo: Vec::new(), redo: Vec::new(), version: 0 }
    }

    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Bytes of the text, line ends counted; walks over the lines, not over their letters.
    pub fn len(&self) -> usize {
        self.lines.iter().map(|line| line.len() + 1).sum::<usize>().saturating_sub(1)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    fn line(&self, line: usize) -> &str {
        self.lines.get(line).map_or("", String::as_str)
    }

    pub fn cursor(&self) -> Place {
        self.cursor
    }

    /// Line and column of the cursor as people count them; the column in characters.
    pub fn position(&self) -> (usize, usize) {
        let before = self.line(self.cursor.line).get(..self.cursor.byte).unwrap_or_default();
        (self.cursor.line + 1, before.chars().count() + 1)
    }

    /// Grows with every change of the text.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Both ends of what is selected, the first one first.
    pub fn selection(&self) -> Option<(Place, Place)> {
        let anchor = self.anchor.filter(|anchor| *anchor != self.cursor)?;
        Some((anchor.min(self.cursor), anchor.max(self.cursor)))
    }

    pub fn selected_text(&self) -> Option<String> {
        let (from, to) = self.selection()?;
        Some(self.slice(from, to))
    }

    pub fn select_all(&mut self) {
        self.anchor = Some(Place::default());
        self.cursor = self.end();
        self.goal = None;
    }

    /// Lets the selection go; says whether there was one.
    pub fn deselect(&mut self) -> bool {
        let was = self.selection().is_some();
        self.anchor = None;
        was
    }

    fn end(&self) -> Place {
        let line = self.lines.len().saturating_sub(1);
        Place { line, byte: self.line(line).len() }
    }

    fn slice(&self, from: Place, to: Place) -> String {
        if from.line == to.line {
            return self.line(from.line).get(from.byte..to.byte).unwrap_or_default().to_owned();
        }
        let mut text = self.line(from.line).get(from.byte..).unwrap_or_default().to_owned();
        for line in self.lines.get(from.line + 1..to.line).unwrap_or_default() {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text.push_str(self.line(to.line).get(..to.byte).unwrap_or_default());
        text
    }

    /// The one place where lines change: `from..to` becomes `text`. Gives the end of the new text.
    fn splice(&mut self, from: Place, to: Place, text: &str) -> Place {
        let tail = self.line(to.line).get(to.byte..).unwrap_or_default().to_owned();
        let mut parts = text.split('\n');
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        if let Some(line) = self.lines.get_mut(from.line) {
            line.truncate(from.byte);
            line.push_str(first);
        }
        let end = match rest.split_last() {
            None => {
                let byte = from.byte + first.len();
                if let Some(line) = self.lines.get_mut(from.line) {
                    line.push_str(&tail);
                }
                self.drain_lines(from.line + 1, to.line + 1);
                Place { line: from.line, byte }
            }
            Some((last, middle)) => {
                let new = middle.iter().map(|part| (*part).to_owned()).chain([format!("{last}{tail}")]);
                let end = (to.line + 1).min(self.lines.len());
                self.lines.splice(from.line + 1..end, new);
                Place { line: from.line + rest.len(), byte: last.len() }
            }
        };
        self.version += 1;
        end
    }

    fn drain_lines(&mut self, from: usize, to: usize) {
        let to = to.min(self.lines.len());
        if from < to {
            self.lines.drain(from..to);
        }
    }

    fn replace(&mut self, from: Place, to: Place, text: &str, is_typing: bool) {
        let removed = self.slice(from, to);
        if removed.is_empty() && text.is_empty() {
            return;
        }
        let before = self.cursor;
        let end = self.splice(from, to, text);
        self.cursor = end;
        self.anchor = None;
        self.goal = None;
        self.redo.clear();
        let joins = is_typing && removed.is_empty() && !text.contains('\n');
        if let Some(last) = self.undo.last_mut().filter(|last| joins && last.is_typing && after(last.at, &last.inserted) == from)
        {
            // A new word is a new step.
            let starts_word = last.inserted.ends_with(' ') && text != " ";
            if !starts_word {
                last.inserted.push_str(text);
                return;
            }
        }
        if self.undo.len() >= MOST_STEPS {
            self.undo.remove(0);
        }
        self.undo.push(Change { at: from, removed, inserted: text.to_owned(), before, is_typing: joins });
    }

    /// Puts text in, in the selection's stead. One step of undo.
    pub fn insert(&mut self, text: &str) {
        let (from, to) = self.selection().unwrap_or((self.cursor, self.cursor));
        self.replace(from, to, &normal(text), false);
    }

    /// A paste: line ends are made one kind, what a terminal would obey is left out. One step of undo.
    pub fn paste(&mut self, text: &str) {
        let text: String = normal(text).chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
        self.insert(&text);
    }

    pub fn type_char(&mut self, c: char) {
        let (from, to) = self.selection().unwrap_or((self.cursor, self.cursor));
        self.replace(from, to, c.encode_utf8(&mut [0; 4]), true);
    }

    /// A new line, indented as the one before, deeper after an opening bracket.
    pub fn new_line(&mut self) {
        let (from, to) = self.selection().unwrap_or((self.cursor, self.cursor));
        let head = self.line(from.line).get(..from.byte).unwrap_or_default();
        let indent: String = head.chars().take_while(|c| *c == ' ' || *c == '\t').collect();
        let opens = head.trim_end().ends_with(['{', '[']);
        let closes = self.line(to.line).get(to.byte..).is_some_and(|tail| tail.trim_start().starts_with(['}', ']']));
        let deeper = if opens { "  " } else { "" };
        if opens && closes {
            self.replace(from, to, &format!("\n{indent}{deeper}\n{indent}"), false);
            self.cursor = Place { line: from.line + 1, byte: indent.len() + deeper.len() };
        } else {
            self.replace(from, to, &format!("\n{indent}{deeper}"), false);
        }
    }

    pub fn backspace(&mut self) {
        let (from, to) = self.selection().unwrap_or_else(|| (self.left_of(self.cursor), self.cursor));
        self.replace(from, to, "", false);
    }

    pub fn delete(&mut self) {
        let (from, to) = self.selection().unwrap_or_else(|| (self.cursor, self.right_of(self.cursor)));
        self.replace(from, to, "", false);
    }

    pub fn delete_word(&mut self) {
        let (from, to) = self.selection().unwrap_or_else(|| (self.word_left(self.cursor), self.cursor));
        self.replace(from, to, "", false);
    }

    /// Takes the selection out and gives it.
    pub fn cut(&mut self) -> Option<String> {
        let (from, to) = self.selection()?;
        let text = self.slice(from, to);
        self.replace(from, to, "", false);
        Some(text)
    }

    /// All of the text becomes another one; one step of undo, and the cursor stays near where it was.
    pub fn replace_all(&mut self, text: &str) {
        let keep = self.cursor;
        self.replace(Place::default(), self.end(), &normal(text), false);
        self.go_to(keep);
    }

    pub fn undo(&mut self) -> bool {
        let Some(change) = self.undo.pop() else { return false };
        let end = after(change.at, &change.inserted);
        self.splice(change.at, end, &change.removed);
        self.cursor = change.before;
        self.anchor = None;
        self.goal = None;
        self.redo.push(change);
        true
    }

    pub fn redo(&mut self) -> bool {
        let Some(mut change) = self.redo.pop() else { return false };
        let end = after(change.at, &change.removed);
        self.cursor = self.splice(change.at, end, &change.inserted);
        self.anchor = None;
        self.goal = None;
        // What was taken back and brought again is finished: new letters are a step of their own.
        change.is_typing = false;
        self.undo.push(change);
        true
    }

    /// Puts the cursor there, or as near as there is text.
    pub fn go_to(&mut self, place: Place) {
        let line = place.line.min(self.lines.len().saturating_sub(1));
        let text = self.line(line);
        let mut byte = place.byte.min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        self.cursor = Place { line, byte };
        self.anchor = None;
        self.goal = None;
    }

    /// Line and column as people count them, the column in characters.
    pub fn go_to_position(&mut self, line: usize, column: usize) {
        let line = line.saturating_sub(1).min(self.lines.len().saturating_sub(1));
        let text = self.line(line);
        let byte = text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(byte, _)| byte);
        self.go_to(Place { line, byte });
    }

    /// To a line and a column of cells: a click.
    pub fn go_to_cell(&mut self, line: usize, column: usize) {
        let line = line.min(self.lines.len().saturating_sub(1));
        let byte = byte_at_column(self.line(line), column);
        self.go_to(Place { line, byte });
    }

    fn left_of(&self, place: Place) -> Place {
        let head = self.line(place.line).get(..place.byte).unwrap_or_default();
        match head.grapheme_indices(true).next_back() {
            Some((byte, _)) => Place { byte, ..place },
            None => match place.line.checked_sub(1) {
                Some(line) => Place { line, byte: self.line(line).len() },
                None => place,
            },
        }
    }

    fn right_of(&self, place: Place) -> Place {
        let tail = self.line(place.line).get(place.byte..).unwrap_or_default();
        match tail.graphemes(true).next() {
            Some(grapheme) => Place { byte: place.byte + grapheme.len(), ..place },
            None if place.line + 1 < self.lines.len() => Place { line: place.line + 1, byte: 0 },
            None => place,
        }
    }

    fn word_left(&self, place: Place) -> Place {
        let head = self.line(place.line).get(..place.byte).unwrap_or_default();
        let found = head.unicode_word_indices().next_back();
        match found {
            Some((byte, _)) => Place { byte, ..place },
            None if place.byte > 0 => Place { byte: 0, ..place },
            None => self.left_of(place),
        }
    }

    fn word_right(&self, place: Place) -> Place {
        let tail = self.line(place.line).get(place.byte..).unwrap_or_default();
        match tail.unicode_word_indices().next() {
            Some((byte, word)) => Place { byte: place.byte + byte + word.len(), ..place },
            None if !tail.is_empty() => Place { byte: place.byte + tail.len(), ..place },
            None => self.right_of(place),
        }
    }

    /// Moves the cursor; with `extends` the selection grows.
    pub fn go(&mut self, motion: Motion, extends: bool) {
        let selection = self.selection();
        if !extends {
            self.anchor = None;
        } else if self.anchor.is_none() {
            self.anchor = Some(self.cursor);
        }
        let cursor = self.cursor;
        let goal = match motion {
            Motion::Up(_) | Motion::Down(_) => {
                Some(self.goal.unwrap_or_else(|| columns(self.line(cursor.line).get(..cursor.byte).unwrap_or_default())))
            }
            _ => None,
        };
        let at_goal = |line: usize| Place { line, byte: byte_at_column(self.line(line), goal.unwrap_or_default()) };
        let last = self.lines.len().saturating_sub(1);
        self.cursor = match motion {
            Motion::Left => match selection.filter(|_| !extends) {
                Some((from, _)) => from,
                None => self.left_of(cursor),
            },
            Motion::Right => match selection.filter(|_| !extends) {
                Some((_, to)) => to,
                None => self.right_of(cursor),
            },
            Motion::Up(_) if cursor.line == 0 => Place::default(),
            Motion::Down(_) if cursor.line == last => self.end(),
            Motion::Up(count) => at_goal(cursor.line.saturating_sub(count)),
            Motion::Down(count) => at_goal((cursor.line + count).min(last)),
            Motion::WordLeft => self.word_left(cursor),
            Motion::WordRight => self.word_right(cursor),
            Motion::LineStart => {
                let line = self.line(cursor.line);
                let first = line.len() - line.trim_start().len();
                Place { byte: if cursor.byte == first { 0 } else { first }, ..cursor }
            }
            Motion::LineEnd => Place { byte: self.line(cursor.line).len(), ..cursor },
            Motion::Start => Place::default(),
            Motion::End => self.end(),
        };
        self.goal = goal;
    }

    /// The next hit behind a place, once around the text. Letters match in any case unless the pattern has a capital.
    pub fn find(&self, pattern: &str, from: Place) -> Option<Place> {
        find(&self.lines, pattern, from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn typing_is_one_step_a_word_and_a_paste_is_one() {
        let mut text = TextBuffer::new("{\r\n}");
        text.go(Motion::LineEnd, false);
        text.new_line();
        assert_eq!((text.text().as_str(), text.position()), ("{\n  \n}", (2, 3)));
        for c in "ab cd".chars() {
            text.type_char(c);
        }
        text.undo();
        assert_eq!(text.text(), "{\n  ab \n}");
        text.undo();
        assert_eq!(text.text(), "{\n  \n}");
        text.redo();
        text.paste("x\r\ny\u{1b}[2Jz");
        assert_eq!(text.text(), "{\n  ab x\ny[2Jz\n}");
        text.undo();
        assert_eq!(text.text(), "{\n  ab \n}");
    }

    #[test]
    fn selections_are_replaced_cut_and_let_go() {
        let mut text = TextBuffer::new("one\ntwo\nthree");
        text.go(Motion::Right, false);
        text.go(Motion::Down(1), true);
        assert_eq!(text.selected_text().as_deref(), Some("ne\nt"));
        assert_eq!(text.cut().as_deref(), Some("ne\nt"));
        assert_eq!(text.text(), "owo\nthree");
        text.select_all();
        text.type_char('x');
        assert_eq!(text.text(), "x");
        text.undo();
        text.undo();
        assert_eq!(text.text(), "one\ntwo\nthree");
    }

    #[test]
    fn columns_are_kept_over_short_lines_and_wide_letters() {
        let mut text = TextBuffer::new("漢字abc\n\nabcdefg");
        text.go_to_position(1, 4);
        text.go(Motion::Down(1), false);
        text.go(Motion::Down(1), false);
        assert_eq!(text.position(), (3, 6));
        text.go(Motion::Up(2), false);
        assert_eq!(text.position(), (1, 4));
    }

    fn step(text: &mut TextBuffer, key: u8) {
        match key {
            0 => text.type_char('é'),
            1 => text.new_line(),
            2 => text.backspace(),
            3 => text.delete(),
            4 => text.paste("a\n\n漢👩‍👩‍👧"),
            5 => text.go(Motion::Left, false),
            6 => text.go(Motion::Up(1), true),
            7 => text.go(Motion::WordRight, true),
            8 => text.delete_word(),
            9 => text.replace_all("{}\n"),
            _ => text.go(Motion::LineEnd, false),
        }
    }

    proptest! {
        #[test]
        fn undo_brings_everything_back_and_redo_again(start in "(\\PC|\n){0,20}", keys in proptest::collection::vec(0u8..11, 0..60)) {
            let mut text = TextBuffer::new(&start);
            let first = text.text();
            for key in keys {
                step(&mut text, key);
                prop_assert!(text.line(text.cursor.line).is_char_boundary(text.cursor.byte));
            }
            let last = text.text();
            while text.undo() {}
            prop_assert_eq!(text.text(), first);
            while text.redo() {}
            prop_assert_eq!(text.text(), last);
        }
    }
}
