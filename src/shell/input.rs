//! What the terminal sends becomes what the app takes: presses, pastes, clicks, wheel, size. Everything else is dropped here.

use crate::app::event::Event;
use futures::{Stream, StreamExt};
use ratatui::crossterm::event::{
    Event as Raw, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use std::{io, time::Duration};

/// A terminal sends an answer in one go; a person needs longer for a key.
const NEXT_PIECE: Duration = Duration::from_millis(100);
/// Longer than any answer about a colour or a clipboard that anybody asked for.
const LONGEST_ANSWER: usize = 4096;

/// Whether this may be the start of a terminal's answer: `ESC ]` reads as alt-].
pub fn may_be_answer(raw: &Raw) -> bool {
    matches!(raw, Raw::Key(key) if key.code == KeyCode::Char(']') && key.modifiers == KeyModifiers::ALT)
}

/// Takes the rest of an answer (`11;rgb:ffff/ffff/ffff`, ended by `ESC \` or BEL) that another program asked the terminal for and did
/// not wait for: as keys it would open the palette. Gives back what turned out to be no answer.
pub async fn swallow_answer(
    keys: &mut (impl Stream<Item = io::Result<Raw>> + Unpin),
) -> Vec<io::Result<Raw>> {
    let mut taken = Vec::new();
    while taken.len() < LONGEST_ANSWER {
        let Ok(Some(next)) = tokio::time::timeout(NEXT_PIECE, keys.next()).await else {
            break;
        };
        let Ok(Raw::Key(KeyEvent {
            code: KeyCode::Char(c),
            modifiers,
            ..
        })) = next
        else {
            taken.push(next);
            return taken;
        };
        let is_end = (c == '\\' && modifiers == KeyModifiers::ALT)
            || (c == 'g' && modifiers == KeyModifiers::CONTROL);
        if is_end {
            return Vec::new();
        }
        let is_first = taken.is_empty();
        taken.push(next);
        if is_first && !c.is_ascii_digit() {
            return taken;
        }
    }
    // Cut, but no person types a number, a semicolon and more within a tenth of a second after alt-].
    if taken.len() > 3 { Vec::new() } else { taken }
}

/// `None` for what means nothing to the app: releases, mouse moves, focus changes. A dropped event costs no frame.
pub fn read(raw: Raw) -> Option<Event> {
    match raw {
        // What many terminals send for Backspace: ^H, which reads as ctrl-h.
        Raw::Key(key)
            if key.kind != KeyEventKind::Release
                && key.code == KeyCode::Char('h')
                && key.modifiers == KeyModifiers::CONTROL =>
        {
            Some(Event::Key(KeyEvent {
                code: KeyCode::Backspace,
                modifiers: KeyModifiers::NONE,
                ..key
            }))
        }
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
    use ratatui::crossterm::event::MouseEvent;

    fn keys(text: &str) -> Vec<io::Result<Raw>> {
        let mut keys = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let (c, modifiers) = match c {
                '\u{1b}' => (chars.next().unwrap(), KeyModifiers::ALT),
                '\u{7}' => ('g', KeyModifiers::CONTROL),
                c => (c, KeyModifiers::NONE),
            };
            keys.push(Ok(Raw::Key(KeyEvent::new(KeyCode::Char(c), modifiers))));
        }
        keys
    }

    #[tokio::test]
    async fn a_late_answer_of_the_terminal_is_no_key() {
        for (sent, left) in [
            ("11;rgb:ffff/ffff/ffff\u{1b}\\q", "q"),
            ("11;rgb:1e1e/1e1e/1e1e\u{7}:", ":"),
            ("52;c;aGk=\u{7}", ""),
            ("11;rgb:ff", ""),
            ("q1", "q1"),
            ("1", "1"),
        ] {
            let mut stream = futures::stream::iter(keys(sent));
            let mut seen = swallow_answer(&mut stream).await;
            seen.extend(stream.collect::<Vec<_>>().await);
            assert_eq!(format!("{seen:?}"), format!("{:?}", keys(left)), "{sent:?}");
        }
    }

    #[test]
    fn control_h_is_backspace() {
        let key = KeyEvent::new(KeyCode::Char('h'), KeyModifiers::CONTROL);
        let Some(Event::Key(key)) = read(Raw::Key(key)) else {
            panic!("a key stays a key");
        };
        assert_eq!(
            (key.code, key.modifiers),
            (KeyCode::Backspace, KeyModifiers::NONE)
        );
    }

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
