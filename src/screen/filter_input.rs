//! A filter that is typed above a list. Knows no list.

use ratatui::crossterm::event::KeyCode;
use tui_kit::field::{Field, Typed};

/// What a key or a paste did to the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilterChange {
    /// It is no key for a text.
    Unused,
    /// Only the cursor moved.
    Same,
    Changed,
    /// There was nothing left to delete: the filter goes as it came.
    Closed,
}

pub(crate) fn typed(filter: &mut Field, typed: &Typed) -> FilterChange {
    match typed {
        Typed::Key(key) if key.code == KeyCode::Backspace && filter.is_empty() => {
            FilterChange::Closed
        }
        Typed::Key(key) => {
            let before = filter.text().to_owned();
            if !filter.key(*key) {
                FilterChange::Unused
            } else if filter.text() == before {
                FilterChange::Same
            } else {
                FilterChange::Changed
            }
        }
        Typed::Paste(pasted) => {
            filter.paste(pasted);
            FilterChange::Changed
        }
    }
}
