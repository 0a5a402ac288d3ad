//! Which chord means which action in which scope: the defaults of the program's table, changed by the person's settings.
//! Knows neither actions nor scopes, only that they can be compared.

use crokey::KeyCombination;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::{collections::HashMap, hash::Hash};

/// A binding that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    #[error("there is no action {0:?}")]
    UnknownAction(String),
    #[error("{chord:?} is no key; write it like \"ctrl-s\", \"shift-d\", \"f5\" or \"/\"")]
    UnknownKey { action: String, chord: String },
    #[error("{chord} already means {other} in the same place")]
    Taken {
        action: String,
        chord: String,
        other: String,
    },
}

impl KeymapError {
    /// The name of the action that was to be bound.
    pub fn action(&self) -> &str {
        match self {
            Self::UnknownAction(action)
            | Self::UnknownKey { action, .. }
            | Self::Taken { action, .. } => action,
        }
    }
}

/// One action as the keymap needs it.
#[derive(Clone, Copy, Debug)]
pub struct Binding<A, S> {
    pub action: A,
    /// The name in the settings.
    pub name: &'static str,
    /// Chords as [`parse`] reads them; the first is shown.
    pub chords: &'static [&'static str],
    pub scope: S,
}

/// All bindings of a program.
#[derive(Clone, Debug)]
pub struct Keymap<A, S> {
    actions: HashMap<(S, KeyCombination), A>,
    chords: HashMap<A, Vec<KeyCombination>>,
}

impl<A: Copy + Eq + Hash, S: Copy + Eq + Hash> Keymap<A, S> {
    /// The table's own chords, with those of `overrides` (an action's name and its chords) in their stead. `meets` tells
    /// whether a key could mean either of two scopes at the same time.
    pub fn new(
        table: &[Binding<A, S>],
        overrides: &[(String, Vec<String>)],
        meets: impl Fn(S, S) -> bool,
    ) -> Result<Self, KeymapError> {
        for (name, _) in overrides {
            if !table.iter().any(|row| row.name == name) {
                return Err(KeymapError::UnknownAction(name.clone()));
            }
        }
        let mut map = Self {
            actions: HashMap::new(),
            chords: HashMap::new(),
        };
        let mut names: HashMap<A, &str> = HashMap::new();
        for row in table {
            let changed = overrides.iter().find(|(name, _)| name == row.name);
            let chords: Vec<&str> = match changed {
                Some((_, chords)) => chords.iter().map(String::as_str).collect(),
                None => row.chords.to_vec(),
            };
            for text in chords {
                let chord = parse(text).ok_or_else(|| KeymapError::UnknownKey {
                    action: row.name.to_owned(),
                    chord: text.to_owned(),
                })?;
                let taken = map
                    .actions
                    .iter()
                    .find(|((scope, bound), _)| *bound == chord && meets(*scope, row.scope));
                if let Some((_, other)) = taken {
                    let other = names.get(other).copied().unwrap_or_default().to_owned();
                    return Err(KeymapError::Taken {
                        action: row.name.to_owned(),
                        chord: text.to_owned(),
                        other,
                    });
                }
                map.actions.insert((row.scope, chord), row.action);
                map.chords.entry(row.action).or_default().push(chord);
            }
            names.insert(row.action, row.name);
        }
        Ok(map)
    }

    pub fn action(&self, scope: S, chord: KeyCombination) -> Option<A> {
        self.actions.get(&(scope, chord)).copied()
    }

    /// The chord to show for an action; `None` when it has none.
    pub fn shown(&self, action: A) -> Option<String> {
        self.chords.get(&action)?.first().map(|chord| show(*chord))
    }

    /// Every chord of an action, for the help.
    pub fn all(&self, action: A) -> Vec<String> {
        self.chords
            .get(&action)
            .into_iter()
            .flatten()
            .map(|chord| show(*chord))
            .collect()
    }
}

/// A key as it is looked up: what differs between terminals and keyboards is taken away.
pub fn chord(key: KeyEvent) -> KeyCombination {
    let mut key = key;
    if let KeyCode::Char(c) = key.code
        && !c.is_alphabetic()
    {
        // "?" and ":" come with Shift from some terminals and without from others; the character says it all.
        key.modifiers.remove(KeyModifiers::SHIFT);
        if key
            .modifiers
            .contains(KeyModifiers::CONTROL | KeyModifiers::ALT)
        {
            // AltGr on Windows.
            key.modifiers
                .remove(KeyModifiers::CONTROL | KeyModifiers::ALT);
        }
    }
    KeyCombination::from(key)
}

/// Reads `ctrl-s`, `shift-d`, `/`.
pub fn parse(text: &str) -> Option<KeyCombination> {
    let chord = crokey::parse(text).ok()?.normalized();
    chord.is_ansi_compatible().then_some(chord)
}

/// As [`parse`] reads it.
pub(crate) fn write(chord: KeyCombination) -> String {
    chord.to_string().to_ascii_lowercase()
}

/// As people read it: short.
pub(crate) fn show(chord: KeyCombination) -> String {
    let text = write(chord);
    match text.as_str() {
        "up" => "↑".into(),
        "down" => "↓".into(),
        "left" => "←".into(),
        "right" => "→".into(),
        "shift-backtab" | "backtab" => "shift-tab".into(),
        "hyphen" => "-".into(),
        "pageup" => "pgup".into(),
        "pagedown" => "pgdn".into(),
        _ => match text.strip_prefix("shift-") {
            Some(letter) if letter.chars().count() == 1 => letter.to_uppercase(),
            _ => text,
        },
    }
}

/// Whether a key is a character to be typed, not a command.
pub fn is_plain(key: KeyEvent) -> bool {
    let modifiers = key.modifiers.difference(KeyModifiers::SHIFT);
    matches!(key.code, KeyCode::Char(_))
        && (modifiers.is_empty() || modifiers == KeyModifiers::CONTROL | KeyModifiers::ALT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shift_on_signs_depends_on_the_keyboard_and_does_not_count() {
        let plain = chord(KeyEvent::new(KeyCode::Char('?'), KeyModifiers::NONE));
        assert_eq!(
            plain,
            chord(KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT))
        );
        let upper = chord(KeyEvent::new(KeyCode::Char('D'), KeyModifiers::SHIFT));
        assert_eq!(
            (upper, show(upper).as_str()),
            (parse("shift-d").unwrap(), "D")
        );
        assert_eq!(
            upper,
            chord(KeyEvent::new(KeyCode::Char('D'), KeyModifiers::NONE))
        );
    }

    proptest! {
        #[test]
        fn a_chord_survives_as_text(
            key in prop_oneof![
                "[a-z0-9/?:+*#.,;]", "f([1-9]|1[0-2])",
                Just("enter".to_owned()), Just("esc".to_owned()), Just("space".to_owned()), Just("pageup".to_owned()),
                Just("backtab".to_owned()), Just("tab".to_owned()), Just("minus".to_owned()), Just("delete".to_owned()),
            ],
            ctrl in any::<bool>(), alt in any::<bool>(), shift in any::<bool>(),
        ) {
            let text = format!("{}{}{}{key}", if ctrl { "ctrl-" } else { "" }, if alt { "alt-" } else { "" }, if shift { "shift-" } else { "" });
            let chord = parse(&text).unwrap();
            prop_assert_eq!(parse(&write(chord)), Some(chord), "{} written as {}", text, write(chord));
        }
    }
}
