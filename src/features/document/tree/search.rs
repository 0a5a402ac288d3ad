//! The search line of the tree, and the way to its hits.

use super::view::{TreeOutcome, TreeSearch, TreeView};
use super::visible::VisibleTree;
use crate::screen::pane::Typed;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use tui_kit::field::Field;

impl TreeView {
    pub(super) fn begin_search(&mut self, start: String) {
        self.search = Some(TreeSearch {
            field: Field::default(),
            start,
            folds: self.tree.folds(),
        });
    }

    pub(super) fn find_next(&mut self, visible: &VisibleTree) {
        if self.pattern.is_empty() {
            let pointer = self.pointer(visible.value);
            self.begin_search(pointer);
        } else if !self.tree.find(&self.pattern, false, visible.value) {
            self.note = Some(format!("no match for “{}”", self.pattern));
        }
    }

    pub(super) fn search_typed(&mut self, typed: &Typed, visible: &VisibleTree) -> TreeOutcome {
        let Some(TreeSearch {
            field,
            start,
            folds,
        }) = &mut self.search
        else {
            return TreeOutcome::Unused;
        };
        match typed {
            Typed::Key(KeyEvent {
                code: KeyCode::Esc, ..
            }) => {
                self.tree.set_folds(std::mem::take(folds));
                self.tree.go_to(start, visible.value);
                self.search = None;
                self.pattern.clear();
                return TreeOutcome::Used;
            }
            Typed::Key(KeyEvent {
                code: KeyCode::Enter,
                ..
            }) => {
                // Typing has gone to the hit already; without a new pattern the last one is meant.
                let is_empty = field.is_empty();
                self.search = None;
                if is_empty && !self.pattern.is_empty() {
                    self.find_next(visible);
                }
                return TreeOutcome::Used;
            }
            Typed::Key(key) => {
                if !field.key(*key) {
                    return TreeOutcome::Unused;
                }
            }
            Typed::Paste(text) => field.paste(text),
        }
        field.text().clone_into(&mut self.pattern);
        // Always from where the search began: what is typed on stays on its hit, what is taken back goes back.
        self.tree.set_folds(folds.clone());
        self.tree.go_to(start, visible.value);
        if !self.pattern.is_empty() && !self.tree.find(&self.pattern, true, visible.value) {
            self.note = Some(format!("no match for “{}”", self.pattern));
        }
        TreeOutcome::Used
    }
}
