//! The JSON tab: one document as text or as a tree, and the way from one to the other at the same place. Holds which is shown.

use crate::{
    features::document::{json::tab::Json, tree::tab::TreeTab},
    screen::{
        documents::Documents,
        pane::{Context, Handled, Possible, Typed},
        tab::Tab,
    },
};
use crate::{
    screen::{
        action::{Action, Scope},
        command::TabId,
    },
    state::ModelChange,
};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect, text::Span};
use std::time::Duration;
use store_model::json::document::{nearest_position_in, pointer_at_in};

/// A place that the text was put at.
#[derive(Debug)]
struct Place {
    pointer: String,
    /// The line that was in view then: another one by now, and somebody has looked further.
    line: usize,
    /// Who begins to edit begins there.
    is_from_tree: bool,
}

#[derive(Debug, Default)]
pub struct DocumentTab {
    text: Json,
    tree: TreeTab,
    is_tree: bool,
    at: Option<Place>,
}

/// The place in a text that parses, both counted from 1; behind the last letter of a line the letter before is meant.
fn pointer_at(text: &str, (line, column): (usize, usize)) -> Option<String> {
    pointer_at_in(text, line, column)
        .or_else(|| pointer_at_in(text, line, column.saturating_sub(1)))
}

impl DocumentTab {
    fn shown(&self) -> &dyn Tab {
        if self.is_tree { &self.tree } else { &self.text }
    }

    fn shown_mut(&mut self) -> &mut dyn Tab {
        if self.is_tree {
            &mut self.tree
        } else {
            &mut self.text
        }
    }

    /// The other view, at the same place.
    fn switch(&mut self, documents: &mut Documents, cx: &Context) {
        self.shown_mut().left(documents, cx);
        if self.is_tree {
            if let Some(pointer) = self.tree.pointer(documents, cx) {
                self.show(pointer, true, documents, cx);
            }
        } else if let Some(pointer) = self.place(documents, cx) {
            self.tree.reveal(&pointer, documents, cx);
        }
        self.is_tree = !self.is_tree;
    }

    /// Puts a place of the text in view for reading. What is read may have more lines than what is edited.
    fn show(&mut self, pointer: String, is_from_tree: bool, documents: &Documents, cx: &Context) {
        // Known to parse: the edit session keeps the parsed value.
        let is_read = documents.value(cx).is_some();
        let position = documents.with_lines(cx, |lines| {
            is_read.then(|| nearest_position_in(&lines.join("\n"), &pointer))
        });
        if let Some(position) = position.flatten().flatten() {
            self.text
                .show(position.line.saturating_sub(1), documents, cx);
            self.at = Some(Place {
                pointer,
                line: self.text.line(),
                is_from_tree,
            });
        }
    }

    /// The place of the text that one looks at.
    fn place(&self, documents: &Documents, cx: &Context) -> Option<String> {
        let line = self.text.line();
        if let Some(at) = self.at.as_ref().filter(|at| at.line == line) {
            return Some(at.pointer.clone());
        }
        documents.value(cx)?;
        documents.with_lines(cx, |lines| {
            let indent = lines
                .get(line)
                .map_or(0, |line| line.len() - line.trim_start().len());
            pointer_at(&lines.join("\n"), (line + 1, indent + 1))
        })?
    }

    /// Lets the text do something, and keeps the place when that begins or ends an edit.
    fn with_text<T>(
        &mut self,
        documents: &mut Documents,
        cx: &Context,
        act: impl FnOnce(&mut Json, &mut Documents) -> T,
    ) -> T {
        let was_editing = self.text.is_editing();
        let line = self.text.line();
        let done = act(&mut self.text, documents);
        match (was_editing, self.text.is_editing()) {
            (false, true) => {
                let begun = self
                    .at
                    .take()
                    .filter(|at| at.is_from_tree && at.line == line);
                if let Some(at) = begun {
                    self.text.reveal(&at.pointer, documents, cx);
                }
            }
            (true, false) => {
                let session = documents
                    .session(cx)
                    .filter(|session| session.value().is_some());
                let buffer =
                    session.map(|session| (session.buffer().text(), session.buffer().position()));
                if let Some(pointer) =
                    buffer.and_then(|(text, position)| pointer_at(&text, position))
                {
                    self.show(pointer, false, documents, cx);
                }
            }
            _ => {}
        }
        done
    }
}

impl Tab for DocumentTab {
    fn id(&self) -> TabId {
        TabId::Json
    }

    fn takes_text(&self) -> bool {
        self.shown().takes_text()
    }

    fn scopes(&self) -> &'static [Scope] {
        self.shown().scopes()
    }

    fn hints(&self, documents: &Documents, cx: &Context) -> Vec<Action> {
        use Action::{Edit, EditOutside, Filter, NextTab, PickZip, Publish, ShowDiff, Tree};
        let hints = self.shown().hints(documents, cx);
        if hints.is_empty() && !self.takes_text() {
            return vec![
                Edit,
                Tree,
                Filter,
                PickZip,
                Publish,
                ShowDiff,
                EditOutside,
                NextTab,
            ];
        }
        hints
    }

    fn possible(&self, action: Action, documents: &Documents, cx: &Context) -> Possible {
        match action {
            Action::Tree => Possible::Yes,
            // With nothing to change or to go to in the tree, the text is the place.
            Action::Edit if self.is_tree && self.tree.is_on_container(documents, cx) => {
                Possible::Unknown
            }
            Action::NextFinding if self.is_tree && documents.value(cx).is_none() => Possible::Yes,
            action => self.shown().possible(action, documents, cx),
        }
    }

    fn act(&mut self, action: Action, documents: &mut Documents, cx: &Context) -> Handled {
        match action {
            Action::Tree => {
                self.switch(documents, cx);
                return Handled::Yes;
            }
            Action::Edit if self.is_tree && self.tree.is_on_container(documents, cx) => {
                self.switch(documents, cx);
            }
            Action::NextFinding if self.is_tree && documents.value(cx).is_none() => {
                self.is_tree = false;
            }
            _ => {}
        }
        if self.is_tree {
            return self.tree.act(action, documents, cx);
        }
        self.with_text(documents, cx, |text, documents| {
            text.act(action, documents, cx)
        })
    }

    fn typed(&mut self, typed: &Typed, documents: &mut Documents, cx: &Context) -> Handled {
        if self.is_tree {
            return self.tree.typed(typed, documents, cx);
        }
        self.with_text(documents, cx, |text, documents| {
            text.typed(typed, documents, cx)
        })
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, documents: &mut Documents, cx: &Context) {
        self.shown_mut().mouse(event, area, documents, cx);
    }

    fn reveal(&mut self, pointer: &str, documents: &mut Documents, cx: &Context) {
        self.shown_mut().reveal(pointer, documents, cx);
    }

    fn left(&mut self, documents: &mut Documents, cx: &Context) {
        self.shown_mut().left(documents, cx);
    }

    fn changed(&mut self, change: &ModelChange, documents: &mut Documents, cx: &Context) {
        if *change == ModelChange::Selected {
            self.at = None;
        }
        self.text.changed(change, documents, cx);
        self.tree.changed(change, documents, cx);
    }

    fn wake_at(&self) -> Option<Duration> {
        self.shown().wake_at()
    }

    fn woken(&mut self, documents: &mut Documents, cx: &Context) {
        self.shown_mut().woken(documents, cx);
    }

    fn word(&self, documents: &Documents, cx: &Context) -> String {
        self.shown().word(documents, cx)
    }

    fn notes(&self, documents: &Documents, cx: &Context) -> Option<Vec<Span<'static>>> {
        self.shown().notes(documents, cx)
    }

    fn draw(&self, frame: &mut Frame, area: Rect, documents: &Documents, cx: &Context) {
        self.shown().draw(frame, area, documents, cx);
    }
}
