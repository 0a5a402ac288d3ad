//! The keys of a text under edit that have no name of their own: letters, movements, the clipboard. Knows no session and no view.

use crate::screen::{
    command::{Command, ToastLevel},
    pane::Context,
};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_kit::text::{buffer::TextBuffer, keys, motion::Motion};

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Yes,
    /// Not one for an editor.
    No,
    /// One step back: out of the editor.
    Leave,
}

/// `page` is the rows in view; what is to be copied goes out as an ask.
pub fn key(key: KeyEvent, buffer: &mut TextBuffer, page: usize, cx: &Context) -> Taken {
    if let Some(text) = keys::clipboard(key, buffer) {
        cx.send_all(text.map(Command::Copy));
        return Taken::Yes;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    let page = page.saturating_sub(1).max(1);
    match key.code {
        KeyCode::Esc => {
            if !buffer.deselect() {
                return Taken::Leave;
            }
        }
        KeyCode::Char('s') if control => {
            cx.send(Command::Toast(
                ToastLevel::Info,
                "Saved. It is also saved automatically at every pause.".into(),
            ));
        }
        KeyCode::Enter => buffer.new_line(),
        KeyCode::Tab => buffer.insert("  "),
        KeyCode::PageUp => buffer.go(Motion::Up(page), shift),
        KeyCode::PageDown => buffer.go(Motion::Down(page), shift),
        // Shift-Tab would leave the pane in the middle of a word.
        KeyCode::BackTab => {}
        _ => {
            return if keys::key(key, buffer) {
                Taken::Yes
            } else {
                Taken::No
            };
        }
    }
    Taken::Yes
}
