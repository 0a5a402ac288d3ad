//! One line of text that a person types into: a filter, a name, a path. Knows no key scopes and no meaning of its text.

use crate::{
    text,
    theme::{Role, Theme},
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers},
    layout::{Position, Rect},
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;

/// Plain input for whoever takes text.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed {
    Key(KeyEvent),
    Paste(String),
}

/// A text with a cursor; `cursor` is a byte offset that always lies between two characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    text: String,
    cursor: usize,
}

impl Field {
    pub fn with_text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            cursor: text.len(),
            text,
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn set(&mut self, text: impl Into<String>) {
        *self = Self::with_text(text);
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes what was typed; says whether it was something for a text field.
    pub fn typed(&mut self, typed: &Typed) -> bool {
        match typed {
            Typed::Key(key) => self.key(*key),
            Typed::Paste(text) => {
                self.paste(text);
                true
            }
        }
    }

    /// Takes a key; says whether it was one for a text field.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL)
            && !key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('u') if control => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            KeyCode::Char('w') if control => {
                let start = self.word_start();
                self.text.drain(start..self.cursor);
                self.cursor = start;
            }
            KeyCode::Char('a') if control => self.cursor = 0,
            KeyCode::Char('e') if control => self.cursor = self.text.len(),
            // Some terminals send this for the backspace key.
            KeyCode::Char('h') if control => self.delete_before(),
            KeyCode::Char(c) if !control => {
                self.text.insert(self.cursor, c);
                self.cursor += c.len_utf8();
            }
            KeyCode::Backspace => self.delete_before(),
            KeyCode::Delete => {
                let end = self.after();
                self.text.drain(self.cursor..end);
            }
            KeyCode::Left => self.cursor = self.before(),
            KeyCode::Right => self.cursor = self.after(),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => return false,
        }
        true
    }

    fn delete_before(&mut self) {
        let start = self.before();
        self.text.drain(start..self.cursor);
        self.cursor = start;
    }

    /// A paste is one edit; line ends become spaces.
    pub fn paste(&mut self, pasted: &str) {
        let pasted: String = pasted
            .trim_end_matches(['\r', '\n'])
            .replace(['\r', '\n', '\t'], " ");
        let pasted = text::plain(&pasted);
        self.text.insert_str(self.cursor, &pasted);
        self.cursor += pasted.len();
    }

    fn head(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    fn tail(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    fn before(&self) -> usize {
        self.head()
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(start, _)| start)
    }

    fn after(&self) -> usize {
        self.cursor + self.tail().graphemes(true).next().map_or(0, str::len)
    }

    fn word_start(&self) -> usize {
        let head = self.head().trim_end();
        head.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| {
            at + head
                .get(at..)
                .and_then(|s| s.chars().next())
                .map_or(0, char::len_utf8)
        })
    }

    /// Draws the text; the cursor stays in view, and is the terminal's own while `is_active`.
    pub fn draw(
        &self,
        frame: &mut Frame,
        area: Rect,
        theme: &Theme,
        placeholder: &str,
        is_active: bool,
    ) {
        let columns = usize::from(area.width);
        if columns == 0 || area.height == 0 {
            return;
        }
        if self.text.is_empty() {
            frame.render_widget(
                Line::from(Span::styled(
                    text::fit(placeholder, columns),
                    theme.style(Role::Muted),
                )),
                area,
            );
            if is_active {
                frame.set_cursor_position(Position::new(area.x, area.y));
            }
            return;
        }
        // Cut from the left until the cursor fits: what is being typed matters more than the beginning.
        let mut head = self.head();
        while text::width(head) >= columns {
            let first = head.graphemes(true).next().map_or(0, str::len);
            head = head.get(first..).unwrap_or_default();
        }
        let at = text::width(head);
        let shown = format!(
            "{head}{}",
            text::fit(self.tail(), columns.saturating_sub(at))
        );
        frame.render_widget(
            Line::from(Span::styled(shown, theme.style(Role::Text))),
            area,
        );
        if is_active {
            frame.set_cursor_position(Position::new(area.x + at as u16, area.y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn press(field: &mut Field, code: KeyCode) {
        field.key(KeyEvent::new(code, KeyModifiers::NONE));
    }

    #[test]
    fn edits_whole_characters() {
        let mut field = Field::default();
        field.paste("a👩‍👩‍👧b\n");
        press(&mut field, KeyCode::Left);
        press(&mut field, KeyCode::Backspace);
        assert_eq!(field.text(), "ab");
        press(&mut field, KeyCode::Char('é'));
        assert_eq!(field.text(), "aéb");
        press(&mut field, KeyCode::Home);
        press(&mut field, KeyCode::Delete);
        assert_eq!(field.text(), "éb");
    }

    #[test]
    fn control_keys_delete_words_and_lines() {
        let mut field = Field::with_text("one two");
        field.key(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL));
        assert_eq!(field.text(), "one ");
        field.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(field.text(), "");
    }

    proptest! {
        #[test]
        fn no_order_of_keys_breaks_it(start in "\\PC{0,12}", keys in proptest::collection::vec(0u8..8, 0..40)) {
            let mut field = Field::with_text(start);
            for key in keys {
                match key {
                    0 => press(&mut field, KeyCode::Left),
                    1 => press(&mut field, KeyCode::Right),
                    2 => press(&mut field, KeyCode::Backspace),
                    3 => press(&mut field, KeyCode::Delete),
                    4 => press(&mut field, KeyCode::Home),
                    5 => press(&mut field, KeyCode::Char('漢')),
                    6 => { field.key(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL)); }
                    _ => press(&mut field, KeyCode::End),
                }
                prop_assert!(field.text().is_char_boundary(field.cursor));
            }
        }
    }
}
