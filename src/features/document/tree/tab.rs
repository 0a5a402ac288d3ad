//! The Tree view as part of the JSON tab: gives the tree its document and findings, and applies its edits. Holds only the tree.

use super::{
    view::{LongText, TreeOutcome, TreeView},
    visible::{VisibleTree, first_difference},
};
use crate::{
    screen::{
        action::{Action, Scope},
        command::{Command, Dialog, PaneId, TabId, TextToEdit, ToastLevel},
        detail_parts::{document_word, draw_missing},
        documents::Documents,
        pane::{Context, Handled, Possible, Typed},
        tab::Tab,
    },
    state::ModelChange,
};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect};
use store_model::{json::document::Document, target::Target, texts::TextField};
use tui_kit::tree::walk::size;

#[derive(Debug, Default)]
pub struct TreeTab {
    view: TreeView,
}

/// `None` where there is no document, or one that does not parse.
fn with_visible<T>(
    documents: &Documents,
    cx: &Context,
    read: impl FnOnce(&VisibleTree) -> T,
) -> Option<T> {
    let (kind, value) = (documents.kind(cx)?, documents.value(cx)?);
    let verdict = documents.verdict(cx);
    let changes = verdict.as_ref().map_or(&[][..], |verdict| &verdict.changes);
    let findings = verdict
        .as_ref()
        .map_or(&[][..], |verdict| &verdict.findings);
    Some(read(&VisibleTree {
        kind,
        value: &value,
        changes,
        findings,
    }))
}

impl TreeTab {
    /// The JSON pointer of the cursor; `None` where there is no tree.
    pub fn pointer(&self, documents: &Documents, cx: &Context) -> Option<String> {
        documents.value(cx).map(|value| self.view.pointer(&value))
    }

    /// Whether the cursor is on something that holds something.
    pub fn is_on_container(&self, documents: &Documents, cx: &Context) -> bool {
        documents.value(cx).is_some_and(|value| {
            value
                .pointer(&self.view.pointer(&value))
                .is_some_and(|here| size(here).is_some())
        })
    }

    fn carry_out(outcome: Option<TreeOutcome>, documents: &mut Documents, cx: &Context) -> Handled {
        match outcome {
            Some(TreeOutcome::Used) => Handled::Yes,
            Some(TreeOutcome::Change(edits, said)) => {
                match (documents.change(&edits, cx), said) {
                    (Ok(()), Some(said)) => cx.send(Command::Toast(ToastLevel::Info, said)),
                    (Ok(()), None) => {}
                    (Err(reason), _) => cx.send(Command::Toast(ToastLevel::Error, reason)),
                }
                Handled::Yes
            }
            Some(TreeOutcome::Edit(text)) => {
                cx.send_all(cx.selected.map(|target| edit(target, *text)));
                Handled::Yes
            }
            Some(TreeOutcome::Unused) | None => Handled::No,
        }
    }

    /// Takes a step back, or brings it again, and goes to where it has changed something.
    fn step(&mut self, action: Action, documents: &mut Documents, cx: &Context) -> Handled {
        let before = documents.value(cx);
        let is_done = if action == Action::Undo {
            documents.undo(cx)
        } else {
            documents.redo(cx)
        };
        if !is_done {
            return Handled::No;
        }
        if let (Some(before), Some(after)) = (before, documents.value(cx))
            && let Some(pointer) = first_difference(&before, &after)
        {
            self.view.go_to(&pointer, &after);
        }
        Handled::Yes
    }
}

fn edit(target: &Target, text: LongText) -> Command {
    Command::Open(Dialog::EditText(Box::new(TextToEdit {
        target: target.clone(),
        title: text.title,
        start: text.start,
        help: text.help,
        field: TextField {
            name: "",
            word: "text",
            is_list: false,
            most: text.most,
            each: None,
            words: None,
        },
        is_new: text.is_new,
        is_one_line: false,
        model: None,
        place: text.place,
    })))
}

impl Tab for TreeTab {
    fn id(&self) -> TabId {
        TabId::Json
    }

    fn takes_text(&self) -> bool {
        self.view.takes_text()
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.takes_text() {
            &[]
        } else {
            &[Scope::Parts, Scope::Target, Scope::Move, Scope::Editor]
        }
    }

    fn hints(&self, _documents: &Documents, _cx: &Context) -> Vec<Action> {
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

    fn possible(&self, action: Action, documents: &Documents, cx: &Context) -> Possible {
        with_visible(documents, cx, |visible| self.view.possible(action, visible)).unwrap_or(
            match action {
                Action::AddPart
                | Action::RemovePart
                | Action::TogglePart
                | Action::Find
                | Action::Filter
                | Action::FindNext => Possible::No(format!(
                    "There is no tree to show; {} returns to the text.",
                    cx.key(Action::Tree)
                )),
                _ => Possible::Unknown,
            },
        )
    }

    fn act(&mut self, action: Action, documents: &mut Documents, cx: &Context) -> Handled {
        if matches!(action, Action::Undo | Action::Redo) {
            return self.step(action, documents, cx);
        }
        if action == Action::Edit && !cx.is_focused {
            cx.send(Command::Focus(PaneId::Detail));
        }
        let outcome = with_visible(documents, cx, |visible| self.view.act(action, visible, cx));
        Self::carry_out(outcome, documents, cx)
    }

    fn typed(&mut self, typed: &Typed, documents: &mut Documents, cx: &Context) -> Handled {
        let outcome = with_visible(documents, cx, |visible| self.view.typed(typed, visible));
        if outcome.is_none() {
            // What was being typed has no place any more.
            self.view.leave();
        }
        Self::carry_out(outcome, documents, cx)
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, documents: &mut Documents, cx: &Context) {
        let outcome = with_visible(documents, cx, |visible| self.view.mouse(event, visible, cx));
        Self::carry_out(outcome, documents, cx);
    }

    fn reveal(&mut self, pointer: &str, documents: &mut Documents, cx: &Context) {
        if let Some(value) = documents.value(cx) {
            self.view.go_to(pointer, &value);
        }
    }

    fn left(&mut self, documents: &mut Documents, cx: &Context) {
        self.view.leave();
        documents.keep(cx);
    }

    fn changed(&mut self, change: &ModelChange, _documents: &mut Documents, _cx: &Context) {
        if *change == ModelChange::Selected {
            self.view = TreeView::default();
        }
    }

    fn word(&self, documents: &Documents, cx: &Context) -> String {
        match cx.prepared() {
            Some(prepared) => document_word(cx, &prepared, documents.verdict(cx).as_deref()),
            None => String::new(),
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, documents: &Documents, cx: &Context) {
        if with_visible(documents, cx, |visible| {
            self.view.draw(frame, area, visible, cx);
        })
        .is_none()
            && !draw_missing(frame, area, cx)
        {
            let judged = documents
                .verdict(cx)
                .and_then(|verdict| verdict.error().cloned());
            // Right behind a key the text has not been judged yet.
            let error = judged.or_else(|| {
                Document::parse(documents.session(cx)?.buffer().text())
                    .into_value()
                    .err()
            });
            super::drawing::draw_none(frame, area, cx, error.as_ref());
        }
    }
}
