//! Search and replace in the text under edit.

use super::editor::JsonEditor;
use super::search_bar::SearchBar;
use crate::state::prepared::count;
use tui_kit::text::{
    buffer::TextBuffer,
    place::{TextPosition, shifted},
};

impl JsonEditor {
    pub(super) fn open_bar(&mut self, bar: SearchBar, buffer: &TextBuffer) {
        self.origin = buffer.cursor();
        self.search.limit(None);
        self.search.set(bar.pattern());
        self.search.refresh(buffer.lines(), buffer.version());
        self.bar = Some(bar);
    }

    pub(super) fn open_replace(&mut self, buffer: &TextBuffer) {
        // The pattern of the last search goes on, unless there is a place to look in, which asks for a new one.
        let within = buffer.selection();
        let pattern = if within.is_some() {
            ""
        } else {
            self.search.pattern()
        }
        .to_owned();
        self.open_bar(SearchBar::for_replacement(&pattern), buffer);
        self.search.limit(within);
    }

    pub(super) fn close_bar(&mut self) {
        self.bar = None;
        self.search.clear();
    }

    pub(super) fn find_next(&mut self, buffer: &mut TextBuffer, backwards: bool) {
        if self.search.pattern().is_empty() {
            if self.bar.is_none() {
                self.open_bar(SearchBar::default(), buffer);
            }
            return;
        }
        self.search.refresh(buffer.lines(), buffer.version());
        let cursor = buffer.cursor();
        match if backwards {
            self.search.before(cursor)
        } else {
            self.search.behind(cursor)
        } {
            Some(place) => buffer.go_to(place),
            None => self.note = Some(format!("no match for “{}”", self.search.pattern())),
        }
    }

    /// Replaces the hit at the cursor and goes to the next one; where there is none at the cursor, it only goes.
    pub(super) fn replace_one(&mut self, buffer: &mut TextBuffer) {
        let Some(with) = self
            .bar
            .as_ref()
            .and_then(SearchBar::replacement)
            .map(str::to_owned)
        else {
            return;
        };
        self.search.refresh(buffer.lines(), buffer.version());
        let hit = buffer.cursor();
        let mut from = hit;
        if self.search.number(hit).is_some() {
            let length = self.search.pattern().len();
            from = buffer.replace_hit(hit, length, &with);
            if let Some((start, end)) = self.search.within() {
                let end = shifted(
                    end,
                    hit,
                    TextPosition {
                        byte: hit.byte + length,
                        ..hit
                    },
                    from,
                );
                self.search.limit(Some((start, end)));
            }
            self.search.refresh(buffer.lines(), buffer.version());
        }
        match self.search.at_or_behind(from) {
            Some(next) => buffer.go_to(next),
            None => self.note = Some(format!("no more matches for “{}”", self.search.pattern())),
        }
    }

    pub(super) fn replace_all(&mut self, buffer: &mut TextBuffer) {
        let Some(with) = self
            .bar
            .as_ref()
            .and_then(SearchBar::replacement)
            .map(str::to_owned)
        else {
            return;
        };
        self.search.refresh(buffer.lines(), buffer.version());
        buffer.replace_hits(self.search.hits(), self.search.pattern().len(), &with);
        self.note = Some(match self.search.hits().len() {
            0 => format!("no match for “{}”", self.search.pattern()),
            hits => format!(
                "{} replaced; one undo restores all",
                count(hits, "hit", "hits")
            ),
        });
        if !self.search.hits().is_empty() {
            self.close_bar();
        }
    }
}
