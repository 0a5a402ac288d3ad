//! The tree on the desk: hands it the document with what was said of it, and carries its edits out. Holds nothing but the tree.

use super::{
    sight::{Sight, first_difference},
    view::{self, Outcome, TreeView},
};
use crate::{
    screen::{
        action::{Action, Scope},
        ask::{Ask, PaneId, Severity, TabId},
        detail_parts::{document_word, draw_missing},
        documents::Desk,
        pane::{Cx, Handled, Possible, Typed},
        tab::Tab,
    },
    state::{Change, prepared::Prepared},
};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect};
use store_model::json::document::Document;
use tui_kit::tree::walk::size;

#[derive(Debug, Default)]
pub struct TreeTab {
    view: TreeView,
}

/// `None` where there is no document, or one that does not parse.
fn with_sight<T>(desk: &Desk, cx: &Cx, read: impl FnOnce(&Sight) -> T) -> Option<T> {
    let (kind, value) = (desk.kind(cx)?, desk.value(cx)?);
    let verdict = desk.verdict(cx);
    let changes = verdict.as_ref().map_or(&[][..], |verdict| &verdict.changes);
    let findings = verdict
        .as_ref()
        .map_or(&[][..], |verdict| &verdict.findings);
    Some(read(&Sight {
        kind,
        value: &value,
        changes,
        findings,
    }))
}

impl TreeTab {
    /// The JSON pointer of the cursor; `None` where there is no tree.
    pub fn pointer(&self, desk: &Desk, cx: &Cx) -> Option<String> {
        desk.value(cx).map(|value| self.view.pointer(&value))
    }

    /// Whether the cursor is on something that holds something.
    pub fn is_on_container(&self, desk: &Desk, cx: &Cx) -> bool {
        desk.value(cx).is_some_and(|value| {
            value
                .pointer(&self.view.pointer(&value))
                .is_some_and(|here| size(here).is_some())
        })
    }

    fn carry_out(
        outcome: Option<Outcome>,
        desk: &mut Desk,
        cx: &Cx,
        asks: &mut Vec<Ask>,
    ) -> Handled {
        match outcome {
            Some(Outcome::Used) => Handled::Yes,
            Some(Outcome::Change(edits, said)) => {
                match (desk.change(&edits, cx, asks), said) {
                    (Ok(()), Some(said)) => asks.push(Ask::Toast(Severity::Info, said)),
                    (Ok(()), None) => {}
                    (Err(reason), _) => asks.push(Ask::Toast(Severity::Error, reason)),
                }
                Handled::Yes
            }
            Some(Outcome::Unused) | None => Handled::No,
        }
    }

    fn end(&mut self, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        let outcome = with_sight(desk, cx, |sight| self.view.end(sight));
        Self::carry_out(outcome, desk, cx, asks);
    }

    /// Takes a step back, or brings it again, and goes to where it has changed something.
    fn step(&mut self, action: Action, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        let before = desk.value(cx);
        let is_done = if action == Action::Undo {
            desk.undo(cx, asks)
        } else {
            desk.redo(cx, asks)
        };
        if !is_done {
            return Handled::No;
        }
        if let (Some(before), Some(after)) = (before, desk.value(cx))
            && let Some(pointer) = first_difference(&before, &after)
        {
            self.view.go_to(&pointer, &after);
        }
        Handled::Yes
    }
}

impl Tab for TreeTab {
    fn id(&self) -> TabId {
        TabId::Json
    }

    fn takes_text(&self) -> bool {
        self.view.takes_text()
    }

    fn scopes(&self) -> &'static [Scope] {
        // Every key is for what is typed; what it does not want is looked up globally.
        if self.takes_text() {
            &[]
        } else {
            &[Scope::Parts, Scope::Target, Scope::Move, Scope::Editor]
        }
    }

    fn hints(&self, _desk: &Desk, _cx: &Cx) -> Vec<Action> {
        use Action::{
            AddPart, Copy, Enter, Filter, NextFinding, Publish, RemovePart, TogglePart, Tree, Undo,
        };
        if self.takes_text() {
            return vec![Action::Back];
        }
        vec![
            Enter,
            AddPart,
            RemovePart,
            TogglePart,
            Tree,
            Copy,
            NextFinding,
            Undo,
            Filter,
            Publish,
            Action::NextTab,
        ]
    }

    fn possible(&self, action: Action, desk: &Desk, cx: &Cx) -> Possible {
        with_sight(desk, cx, |sight| self.view.possible(action, sight)).unwrap_or(match action {
            Action::AddPart
            | Action::RemovePart
            | Action::TogglePart
            | Action::Find
            | Action::Filter
            | Action::FindNext => Possible::No(format!(
                "There is no tree just now; {} leads back to the text.",
                cx.key(Action::Tree)
            )),
            _ => Possible::Unknown,
        })
    }

    fn act(&mut self, action: Action, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        if matches!(action, Action::Undo | Action::Redo) {
            return self.step(action, desk, cx, asks);
        }
        if action == Action::Edit && !cx.is_focused {
            asks.push(Ask::Focus(PaneId::Detail));
        }
        let outcome = with_sight(desk, cx, |sight| self.view.act(action, sight, cx, asks));
        Self::carry_out(outcome, desk, cx, asks)
    }

    fn typed(&mut self, typed: &Typed, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        let outcome = with_sight(desk, cx, |sight| self.view.typed(typed, sight));
        match outcome {
            // What was being typed has no place any more.
            None => self.view.leave(),
            // A key that leads elsewhere, perhaps out of the program: a long text is kept before that.
            Some(Outcome::Unused) => self.end(desk, cx, asks),
            _ => {}
        }
        Self::carry_out(outcome, desk, cx, asks)
    }

    fn mouse(
        &mut self,
        event: MouseEvent,
        _area: Rect,
        desk: &mut Desk,
        cx: &Cx,
        asks: &mut Vec<Ask>,
    ) {
        let outcome = with_sight(desk, cx, |sight| self.view.mouse(event, sight, asks));
        Self::carry_out(outcome, desk, cx, asks);
    }

    fn reveal(&mut self, pointer: &str, desk: &mut Desk, cx: &Cx) {
        if let Some(value) = desk.value(cx) {
            self.view.go_to(pointer, &value);
        }
    }

    fn left(&mut self, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        self.end(desk, cx, asks);
        self.view.leave();
        desk.keep(asks);
    }

    fn changed(&mut self, change: &Change, _desk: &mut Desk, _cx: &Cx, _asks: &mut Vec<Ask>) {
        if *change == Change::Selected {
            self.view = TreeView::default();
        }
    }

    fn word(&self, desk: &Desk, cx: &Cx) -> String {
        match cx
            .selected
            .and_then(|target| Prepared::of(cx.model, target))
        {
            Some(prepared) => document_word(cx, &prepared, desk.verdict(cx).as_deref()),
            None => String::new(),
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, desk: &Desk, cx: &Cx) {
        if with_sight(desk, cx, |sight| self.view.draw(frame, area, sight, cx)).is_none()
            && !draw_missing(frame, area, cx)
        {
            let judged = desk
                .verdict(cx)
                .and_then(|verdict| verdict.error().cloned());
            // Right behind a key the text has not been judged yet.
            let error = judged.or_else(|| {
                Document::parse(desk.session(cx)?.buffer().text())
                    .into_value()
                    .err()
            });
            view::draw_none(frame, area, cx, error.as_ref());
        }
    }
}
