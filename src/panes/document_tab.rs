//! The JSON tab: one document as text or as a tree, and the way from one to the other at the same place. Holds which is shown.

use super::{
    desk::Desk,
    json::Json,
    pane::{Cx, Handled, Possible, Typed},
    tab::Tab,
    tree_tab::TreeTab,
};
use crate::{
    action::{Action, Scope},
    ask::{Ask, TabId},
    model::Change,
};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect, text::Span};
use std::time::Duration;

#[derive(Debug, Default)]
pub struct DocumentTab {
    text: Json,
    tree: TreeTab,
    is_tree: bool,
}

impl DocumentTab {
    fn shown(&self) -> &dyn Tab {
        if self.is_tree { &self.tree } else { &self.text }
    }

    fn shown_mut(&mut self) -> &mut dyn Tab {
        if self.is_tree { &mut self.tree } else { &mut self.text }
    }

    /// The other view, at the same place.
    fn switch(&mut self, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        self.shown_mut().left(desk, cx, asks);
        if self.is_tree {
            if let Some(pointer) = self.tree.pointer(desk, cx) {
                self.text.show(&pointer, desk, cx);
            }
        } else if let Some(pointer) = self.text.pointer(desk, cx) {
            self.tree.reveal(&pointer, desk, cx);
        }
        self.is_tree = !self.is_tree;
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
        let hints = self.shown().hints(desk, cx);
        if hints.is_empty() && !self.takes_text() {
            return vec![Action::Edit, Action::Tree, Action::Filter, Action::PickZip, Action::Publish];
        }
        hints
    }

    fn possible(&self, action: Action, desk: &Desk, cx: &Cx) -> Possible {
        match action {
            Action::Tree => Possible::Yes,
            // With nothing to change or to go to in the tree, the text is the place.
            Action::Edit if self.is_tree && self.tree.is_on_container(desk, cx) => Possible::Unknown,
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
                let pointer = self.tree.pointer(desk, cx).unwrap_or_default();
                self.tree.left(desk, cx, asks);
                self.is_tree = false;
                let handled = self.text.act(action, desk, cx, asks);
                self.text.reveal(&pointer, desk, cx);
                return handled;
            }
            Action::NextFinding if self.is_tree && desk.value(cx).is_none() => self.is_tree = false,
            _ => {}
        }
        self.shown_mut().act(action, desk, cx, asks)
    }

    fn typed(&mut self, typed: &Typed, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        self.shown_mut().typed(typed, desk, cx, asks)
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        self.shown_mut().mouse(event, area, desk, cx, asks);
    }

    fn reveal(&mut self, pointer: &str, desk: &mut Desk, cx: &Cx) {
        self.shown_mut().reveal(pointer, desk, cx);
    }

    fn left(&mut self, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        self.shown_mut().left(desk, cx, asks);
    }

    fn changed(&mut self, change: &Change, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
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
