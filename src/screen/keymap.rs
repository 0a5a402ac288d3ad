//! The program's keymap: its table of actions, changed by the person's settings. Knows no pane.

use super::action::{ACTIONS, Action, Scope};
use tui_kit::keymap::{Binding, KeymapError};

/// Which chord means which action in which scope.
pub type Keymap = tui_kit::keymap::Keymap<Action, Scope>;

/// The table's own chords, with those of `overrides` (an action's name and its chords) in their stead.
pub fn keymap(overrides: &[(String, Vec<String>)]) -> Result<Keymap, KeymapError> {
    let table: Vec<_> = ACTIONS
        .iter()
        .map(|row| Binding {
            action: row.action,
            name: row.name,
            chords: row.chords,
            scope: row.scope,
        })
        .collect();
    Keymap::new(&table, overrides, meets)
}

/// Whether a key could mean either of two scopes at the same time. The editor's scope may shadow the lists' movements: while a
/// text is edited, nothing else is walked through. Overlays are asked before everything else.
pub fn meets(one: Scope, other: Scope) -> bool {
    use Scope::{Editor, Global, Lists, Move, Outside, Overlay, Parts, Runs, Target};
    one == other
        || matches!(
            (one.min(other), one.max(other)),
            (Global, Move | Target | Runs | Parts | Lists | Editor)
                | (Move, Target | Runs | Parts | Lists | Overlay)
                | (Target, Runs | Parts | Lists)
                | (
                    Global | Move | Target | Parts | Runs | Lists | Overlay,
                    Outside
                )
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use tui_kit::keymap::parse;

    #[test]
    fn the_defaults_hold_together_and_every_action_has_a_row() {
        let map = keymap(&[]).unwrap();
        for row in ACTIONS {
            assert_eq!(
                row.action.row().map(|row| row.name),
                Some(row.name),
                "an action has two rows: {}",
                row.name
            );
            assert!(
                !row.sentence.ends_with('.') && !row.name.contains(' '),
                "{}",
                row.name
            );
            assert!(map.shown(row.action).is_some(), "{}", row.name);
            assert_eq!(
                ACTIONS
                    .iter()
                    .filter(|other| other.name == row.name)
                    .count(),
                1
            );
        }
    }

    #[test]
    fn overrides_replace_and_are_checked() {
        let change = |name: &str, chord: &str| keymap(&[(name.to_owned(), vec![chord.to_owned()])]);
        let map = change("publish", "f9").unwrap();
        assert_eq!(
            map.action(Scope::Target, parse("f9").unwrap()),
            Some(Action::Publish)
        );
        assert_eq!(map.action(Scope::Target, parse("u").unwrap()), None);
        assert_eq!(
            change("publsh", "f9").unwrap_err(),
            KeymapError::UnknownAction("publsh".into())
        );
        assert!(matches!(
            change("publish", "hyper-9"),
            Err(KeymapError::UnknownKey { .. })
        ));
        assert!(matches!(
            change("publish", "q"),
            Err(KeymapError::Taken { .. })
        ));
        assert!(matches!(
            change("publish", "j"),
            Err(KeymapError::Taken { .. })
        ));
        assert!(matches!(
            change("publish", "x"),
            Err(KeymapError::Taken { .. })
        ));
    }
}
