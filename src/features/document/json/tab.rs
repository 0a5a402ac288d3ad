//! The JSON tab: the document's text, read or edited. Holds what is in view; the text is in `screen::documents`.

use super::{editor::JsonEditor, editor_keys::Taken, view::JsonView};
use crate::tasks::{check::CheckDocument, task::Task};
use crate::{
    screen::{
        action::{Action, Scope},
        command::{Command, Dialog, PaneId, TabId},
        detail_parts::{document_word, draw_missing},
        documents::Documents,
        pane::{Context, Handled, Possible, Typed},
        tab::Tab,
    },
    state::ModelChange,
};
use ratatui::{
    Frame,
    crossterm::event::{MouseButton, MouseEvent, MouseEventKind},
    layout::Rect,
    text::Span,
};
use tui_kit::theme::Role;

#[derive(Debug, Default)]
pub struct Json {
    view: JsonView,
    /// Open while the text is edited.
    editor: Option<JsonEditor>,
}

impl Json {
    fn edit(&mut self, documents: &mut Documents, cx: &Context) {
        let prepared = cx.prepared();
        if let Some(prepared) =
            prepared.filter(|prepared| self.editor.is_none() && !prepared.remote_changes.is_empty())
        {
            cx.send(Command::Open(Dialog::Merge {
                target: prepared.target.clone(),
            }));
        }
        if documents.open(cx).is_some() && self.editor.is_none() {
            self.editor = Some(JsonEditor::default());
        }
        if !cx.is_focused {
            cx.send(Command::Focus(PaneId::Detail));
        }
    }

    /// Gives the view its turn with the text as it is read.
    fn read<T>(
        &mut self,
        documents: &Documents,
        cx: &Context,
        act: impl FnOnce(&mut JsonView, &[String]) -> T,
    ) -> Option<T> {
        documents.with_lines(cx, |lines| {
            self.view.sync(documents.version(), lines);
            act(&mut self.view, lines)
        })
    }

    fn leave(&mut self, documents: &mut Documents, cx: &Context) {
        self.editor = None;
        documents.keep(cx);
    }

    pub fn is_editing(&self) -> bool {
        self.editor.is_some()
    }

    /// The line that one looks at while reading, from 0.
    pub fn line(&self) -> usize {
        self.view.line()
    }

    /// Puts a line in view for reading.
    pub fn show(&mut self, line: usize, documents: &Documents, cx: &Context) {
        self.read(documents, cx, |view, lines| view.go_to_line(line, lines));
    }
}

impl Tab for Json {
    fn id(&self) -> TabId {
        TabId::Json
    }

    fn takes_text(&self) -> bool {
        self.editor.is_some() || self.view.takes_text()
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.takes_text() {
            &[Scope::Editor]
        } else {
            &[Scope::Parts, Scope::Target, Scope::Move, Scope::Editor]
        }
    }

    fn hints(&self, _documents: &Documents, _cx: &Context) -> Vec<Action> {
        use Action::{
            Find, Findings, Fold, FoldAlike, GoToBracket, NextFinding, Redo, Replace, Undo,
            UnfoldAll,
        };
        if self.editor.is_none() {
            return Vec::new();
        }
        vec![
            Find,
            Replace,
            NextFinding,
            Findings,
            Fold,
            Undo,
            Redo,
            GoToBracket,
            FoldAlike,
            UnfoldAll,
        ]
    }

    fn possible(&self, action: Action, _documents: &Documents, cx: &Context) -> Possible {
        match action {
            Action::Edit if self.editor.is_some() => Possible::No("It is being edited.".into()),
            Action::Find
            | Action::FindNext
            | Action::FindPrevious
            | Action::Replace
            | Action::Filter
            | Action::NextFinding
            | Action::PreviousFinding
            | Action::Findings
            | Action::Fold
            | Action::FoldAlike
            | Action::UnfoldAll
            | Action::Enter => Possible::Yes,
            Action::ReplaceAll | Action::GoToBracket if self.editor.is_some() => Possible::Yes,
            Action::ReplaceAll | Action::GoToBracket => Possible::No(format!(
                "Press {} to edit the document first.",
                cx.key(Action::Edit)
            )),
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, documents: &mut Documents, cx: &Context) -> Handled {
        match action {
            // While a pattern is typed, only the way to its hits.
            _ if self.view.takes_text()
                && !matches!(action, Action::FindNext | Action::FindPrevious) =>
            {
                return Handled::No;
            }
            Action::Edit | Action::Enter if self.editor.is_none() => {
                self.edit(documents, cx);
            }
            // The cursor goes to where the finding can be repaired.
            Action::NextFinding | Action::PreviousFinding | Action::Findings | Action::Replace
                if self.editor.is_none() =>
            {
                self.edit(documents, cx);
                return self.act(action, documents, cx);
            }
            Action::EditOutside | Action::DiscardEdit => {
                self.leave(documents, cx);
                return Handled::No;
            }
            _ => {
                let is_used = match (&mut self.editor, documents.session_mut(cx)) {
                    (Some(editor), Some(session)) => editor.act(action, session, cx),
                    _ => {
                        self.read(documents, cx, |view, lines| view.act(action, lines))
                            == Some(true)
                    }
                };
                return if is_used { Handled::Yes } else { Handled::No };
            }
        }
        Handled::Yes
    }

    fn typed(&mut self, typed: &Typed, documents: &mut Documents, cx: &Context) -> Handled {
        let (Some(editor), Some(session)) = (&mut self.editor, documents.session_mut(cx)) else {
            let is_used =
                self.read(documents, cx, |view, lines| view.typed(typed, lines)) == Some(true);
            return if is_used { Handled::Yes } else { Handled::No };
        };
        match editor.typed(typed, session, cx) {
            Taken::Yes => Handled::Yes,
            Taken::No => Handled::No,
            Taken::Leave => {
                self.leave(documents, cx);
                Handled::Yes
            }
        }
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, documents: &mut Documents, cx: &Context) {
        let down = event.kind == MouseEventKind::ScrollDown;
        let is_wheel = down || event.kind == MouseEventKind::ScrollUp;
        let is_click = event.kind == MouseEventKind::Down(MouseButton::Left);
        match (&mut self.editor, documents.session_mut(cx)) {
            (Some(editor), Some(session)) if is_wheel => {
                session.edit(cx, |buffer| editor.wheel(down, buffer));
            }
            (Some(editor), Some(session)) if is_click => {
                editor.click(event.column, event.row, session, cx);
            }
            _ if is_wheel => {
                self.read(documents, cx, |view, lines| view.wheel(down, lines));
            }
            _ if is_click => {
                self.read(documents, cx, |view, lines| {
                    view.click(event.row.saturating_sub(area.y), lines);
                });
            }
            _ => {}
        }
    }

    fn reveal(&mut self, pointer: &str, documents: &mut Documents, cx: &Context) {
        let Some(session) = documents.open(cx) else {
            return;
        };
        let editor = self.editor.get_or_insert_default();
        editor.reveal(pointer, session, cx);
    }

    fn left(&mut self, documents: &mut Documents, cx: &Context) {
        self.leave(documents, cx);
    }

    fn changed(&mut self, change: &ModelChange, documents: &mut Documents, cx: &Context) {
        if *change == ModelChange::Selected {
            self.editor = None;
            self.view.reset();
        } else if documents.session(cx).is_none() {
            self.editor = None;
        } else if let (ModelChange::Task(message), Some(editor), Some(session)) =
            (change, &mut self.editor, documents.session_mut(cx))
            && CheckDocument::event(message).is_some()
        {
            editor.checked(session, cx);
        }
    }

    fn word(&self, documents: &Documents, cx: &Context) -> String {
        match cx.prepared() {
            _ if self.editor.is_some() => "esc leaves; saved".to_owned(),
            Some(prepared) => document_word(cx, &prepared, documents.verdict(cx).as_deref()),
            None => String::new(),
        }
    }

    fn notes(&self, documents: &Documents, cx: &Context) -> Option<Vec<Span<'static>>> {
        self.editor.as_ref()?;
        let session = documents.session(cx)?;
        let (line, column) = session.buffer().position();
        let mut notes = vec![Span::styled("editing", cx.theme.style(Role::Info))];
        notes.extend(session.notes(cx));
        let place = Span::styled(
            format!("Ln {line}, Col {column}"),
            cx.theme.style(Role::Text),
        );
        notes.insert(
            notes.len().saturating_sub(usize::from(notes.len() > 1)),
            place,
        );
        Some(notes)
    }

    fn draw(&self, frame: &mut Frame, area: Rect, documents: &Documents, cx: &Context) {
        if let (Some(editor), Some(session)) = (&self.editor, documents.session(cx)) {
            editor.draw(frame, area, session, cx);
        } else if !draw_missing(frame, area, cx) {
            documents.with_lines(cx, |lines| {
                self.view.draw(frame, area, cx, documents.version(), lines);
            });
        }
    }
}
