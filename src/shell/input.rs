//! What the terminal sends becomes what the app takes: presses, pastes, clicks, wheel, size. Everything else is dropped here.

use crate::app::event::Event;
use ratatui::crossterm::event::{Event as Raw, KeyEventKind, MouseButton, MouseEventKind};

/// `None` for what means nothing to the app: releases, mouse moves, focus changes. A dropped event costs no frame.
pub fn read(raw: Raw) -> Option<Event> {
    match raw {
        Raw::Key(key) if key.kind != KeyEventKind::Release => Some(Event::Key(key)),
        Raw::Paste(text) => Some(Event::Paste(text)),
        Raw::Mouse(mouse) => {
            let counts = matches!(
                mouse.kind,
                MouseEventKind::Down(MouseButton::Left)
                    | MouseEventKind::ScrollDown
                    | MouseEventKind::ScrollUp
            );
            counts.then_some(Event::Mouse(mouse))
        }
        Raw::Resize(columns, rows) => Some(Event::Resize(columns, rows)),
        Raw::Key(_) | Raw::FocusGained | Raw::FocusLost => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

    #[test]
    fn releases_and_mouse_moves_are_nothing() {
        let key = |kind| {
            Raw::Key(KeyEvent::new_with_kind(
                KeyCode::Enter,
                KeyModifiers::NONE,
                kind,
            ))
        };
        assert!(
            read(key(KeyEventKind::Press)).is_some() && read(key(KeyEventKind::Repeat)).is_some()
        );
        assert!(read(key(KeyEventKind::Release)).is_none() && read(Raw::FocusLost).is_none());
        let moved = MouseEvent {
            kind: MouseEventKind::Moved,
            column: 1,
            row: 1,
            modifiers: KeyModifiers::NONE,
        };
        assert!(read(Raw::Mouse(moved)).is_none());
    }
}
