//! The keys that every text of several lines takes, with what they do to it. What a text does with enter, with moving up and
//! down and with undo is its own. Knows no view.

use super::{buffer::TextBuffer, motion::Motion};
use crate::keymap::is_plain;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key of the clipboard copies or cuts; `None` where it is another key. Without a selection it does nothing.
pub fn clipboard(key: KeyEvent, buffer: &mut TextBuffer) -> Option<Option<String>> {
    match key.code {
        KeyCode::Char('c') if key.modifiers == KeyModifiers::CONTROL => {
            Some(buffer.selected_text())
        }
        KeyCode::Char('x') if key.modifiers == KeyModifiers::CONTROL => Some(buffer.cut()),
        _ => None,
    }
}

/// Takes a key; says whether it was one for a text.
pub fn key(key: KeyEvent, buffer: &mut TextBuffer) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    match key.code {
        KeyCode::Char(c) if is_plain(key) => buffer.type_char(c),
        KeyCode::Char('a') if control => buffer.select_all(),
        KeyCode::Char('h') if control => buffer.backspace(),
        KeyCode::Char('w') | KeyCode::Backspace if control => buffer.delete_word(),
        KeyCode::Backspace => buffer.backspace(),
        KeyCode::Delete => buffer.delete(),
        KeyCode::Left if control => buffer.go(Motion::WordLeft, shift),
        KeyCode::Right if control => buffer.go(Motion::WordRight, shift),
        KeyCode::Left => buffer.go(Motion::Left, shift),
        KeyCode::Right => buffer.go(Motion::Right, shift),
        KeyCode::Up => buffer.go(Motion::Up(1), shift),
        KeyCode::Down => buffer.go(Motion::Down(1), shift),
        KeyCode::Home if control => buffer.go(Motion::Start, shift),
        KeyCode::End if control => buffer.go(Motion::End, shift),
        KeyCode::Home => buffer.go(Motion::LineStart, shift),
        KeyCode::End => buffer.go(Motion::LineEnd, shift),
        _ => return false,
    }
    true
}
