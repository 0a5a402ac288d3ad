//! The JSON tab: one document as text or as a tree, and the way from one to the other at the same place. Holds which is shown.

use crate::{
    features::document::{json::tab::Json, tree::tab::TreeTab},
    screen::{
        documents::Desk,
        pane::{Cx, Handled, Possible, Typed},
        tab::Tab,
    },
};
use crate::{
    screen::{
        action::{Action, Scope},
        ask::{Ask, TabId},
    },
    state::Change,
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
    fn switch(&mut self, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        self.shown_mut().left(desk, cx, asks);
        if self.is_tree {
            if let Some(pointer) = self.tree.pointer(desk, cx) {
                self.show(pointer, true, desk, cx);
            }
        } else if let Some(pointer) = self.place(desk, cx) {
            self.tree.reveal(&pointer, desk, cx);
        }
        self.is_tree = !self.is_tree;
    }

    /// Puts a place of the text in view for reading. What is read may have more lines than what is edited.
    fn show(&mut self, pointer: String, is_from_tree: bool, desk: &Desk, cx: &Cx) {
        // Known to parse: the desk keeps what it parses to.
        let is_read = desk.value(cx).is_some();
        let position = desk.with_lines(cx, |lines| {
            is_read.then(|| nearest_position_in(&lines.join("\n"), &pointer))
        });
        if let Some(position) = position.flatten().flatten() {
            self.text.show(position.line.saturating_sub(1), desk, cx);
            self.at = Some(Place {
                pointer,
                line: self.text.line(),
                is_from_tree,
            });
        }
    }

    /// The place of the text that one looks at.
    fn place(&self, desk: &Desk, cx: &Cx) -> Option<String> {
        let line = self.text.line();
        if let Some(at) = self.at.as_ref().filter(|at| at.line == line) {
            return Some(at.pointer.clone());
        }
        desk.value(cx)?;
        desk.with_lines(cx, |lines| {
            let indent = lines
                .get(line)
                .map_or(0, |line| line.len() - line.trim_start().len());
            pointer_at(&lines.join("\n"), (line + 1, indent + 1))
        })?
    }

    /// Lets the text do something, and keeps the place when that begins or ends an edit.
    fn with_text<T>(
        &mut self,
        desk: &mut Desk,
        cx: &Cx,
        act: impl FnOnce(&mut Json, &mut Desk) -> T,
    ) -> T {
        let was_editing = self.text.is_editing();
        let line = self.text.line();
        let done = act(&mut self.text, desk);
        match (was_editing, self.text.is_editing()) {
            (false, true) => {
                let begun = self
                    .at
                    .take()
                    .filter(|at| at.is_from_tree && at.line == line);
                if let Some(at) = begun {
                    self.text.reveal(&at.pointer, desk, cx);
                }
            }
            (true, false) => {
                let session = desk.session(cx).filter(|session| session.value().is_some());
                let buffer =
                    session.map(|session| (session.buffer().text(), session.buffer().position()));
                if let Some(pointer) =
                    buffer.and_then(|(text, position)| pointer_at(&text, position))
                {
                    self.show(pointer, false, desk, cx);
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

    fn hints(&self, desk: &Desk, cx: &Cx) -> Vec<Action> {
        use Action::{Edit, EditOutside, Filter, NextTab, PickZip, Publish, ShowDiff, Tree};
        let hints = self.shown().hints(desk, cx);
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

    fn possible(&self, action: Action, desk: &Desk, cx: &Cx) -> Possible {
        match action {
            Action::Tree => Possible::Yes,
            // With nothing to change or to go to in the tree, the text is the place.
            Action::Edit if self.is_tree && self.tree.is_on_container(desk, cx) => {
                Possible::Unknown
            }
            Action::NextFinding if self.is_tree && desk.value(cx).is_none() => Possible::Yes,
            action => self.shown().possible(action, desk, cx),
        }
    }

    fn act(&mut self, action: Action, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        match action {
            Action::Tree => {
                self.switch(desk, cx, asks);
                return Handled::Yes;
            }
            Action::Edit if self.is_tree && self.tree.is_on_container(desk, cx) => {
                self.switch(desk, cx, asks);
            }
            Action::NextFinding if self.is_tree && desk.value(cx).is_none() => self.is_tree = false,
            _ => {}
        }
        if self.is_tree {
            return self.tree.act(action, desk, cx, asks);
        }
        self.with_text(desk, cx, |text, desk| text.act(action, desk, cx, asks))
    }

    fn typed(&mut self, typed: &Typed, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        if self.is_tree {
            return self.tree.typed(typed, desk, cx, asks);
        }
        self.with_text(desk, cx, |text, desk| text.typed(typed, desk, cx, asks))
    }

    fn mouse(
        &mut self,
        event: MouseEvent,
        area: Rect,
        desk: &mut Desk,
        cx: &Cx,
        asks: &mut Vec<Ask>,
    ) {
        self.shown_mut().mouse(event, area, desk, cx, asks);
    }

    fn reveal(&mut self, pointer: &str, desk: &mut Desk, cx: &Cx) {
        self.shown_mut().reveal(pointer, desk, cx);
    }

    fn left(&mut self, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        self.shown_mut().left(desk, cx, asks);
    }

    fn changed(&mut self, change: &Change, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        if *change == Change::Selected {
            self.at = None;
        }
        self.text.changed(change, desk, cx, asks);
        self.tree.changed(change, desk, cx, asks);
    }

    fn wake_at(&self) -> Option<Duration> {
        self.shown().wake_at()
    }

    fn woken(&mut self, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        self.shown_mut().woken(desk, cx, asks);
    }

    fn word(&self, desk: &Desk, cx: &Cx) -> String {
        self.shown().word(desk, cx)
    }

    fn notes(&self, desk: &Desk, cx: &Cx) -> Option<Vec<Span<'static>>> {
        self.shown().notes(desk, cx)
    }

    fn draw(&self, frame: &mut Frame, area: Rect, desk: &Desk, cx: &Cx) {
        self.shown().draw(frame, area, desk, cx);
    }
}
