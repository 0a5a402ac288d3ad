//! The JSON tab: the document's text, read or edited. Holds what is in view; the text lies on the desk.

use super::{editor::Editor, editor_keys::Taken, view::JsonView};
use crate::{
    screen::{
        action::{Action, Scope},
        ask::{Ask, Opening, PaneId, TabId},
        detail_parts::{document_word, draw_missing},
        documents::Desk,
        pane::{Cx, Handled, Possible, Typed},
        tab::Tab,
    },
    state::{Change, prepared::Prepared},
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
    editor: Option<Editor>,
}

impl Json {
    fn edit(&mut self, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        let prepared = cx
            .selected
            .and_then(|target| Prepared::of(cx.model, target));
        if let Some(prepared) =
            prepared.filter(|prepared| self.editor.is_none() && !prepared.foreign.is_empty())
        {
            asks.push(Ask::Open(Opening::Merge {
                target: prepared.target.clone(),
            }));
        }
        if desk.open(cx).is_some() && self.editor.is_none() {
            self.editor = Some(Editor::default());
        }
        if !cx.is_focused {
            asks.push(Ask::Focus(PaneId::Detail));
        }
    }

    /// Gives the view its turn with the text as it is read.
    fn read<T>(
        &mut self,
        desk: &Desk,
        cx: &Cx,
        act: impl FnOnce(&mut JsonView, &[String]) -> T,
    ) -> Option<T> {
        desk.with_lines(cx, |lines| {
            self.view.sync(desk.version(), lines);
            act(&mut self.view, lines)
        })
    }

    fn leave(&mut self, desk: &mut Desk, asks: &mut Vec<Ask>) {
        self.editor = None;
        desk.keep(asks);
    }

    pub fn is_editing(&self) -> bool {
        self.editor.is_some()
    }

    /// The line that one looks at while reading, from 0.
    pub fn line(&self) -> usize {
        self.view.line()
    }

    /// Puts a line in view for reading.
    pub fn show(&mut self, line: usize, desk: &Desk, cx: &Cx) {
        self.read(desk, cx, |view, lines| view.go_to_line(line, lines));
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

    fn hints(&self, _desk: &Desk, _cx: &Cx) -> Vec<Action> {
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

    fn possible(&self, action: Action, _desk: &Desk, cx: &Cx) -> Possible {
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
            | Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last
            | Action::Enter => Possible::Yes,
            Action::ReplaceAll | Action::GoToBracket if self.editor.is_some() => Possible::Yes,
            Action::ReplaceAll | Action::GoToBracket => Possible::No(format!(
                "Press {} to edit the document first.",
                cx.key(Action::Edit)
            )),
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        match action {
            Action::Edit | Action::Enter if self.editor.is_none() => self.edit(desk, cx, asks),
            // A finding is gone to where it can be mended.
            Action::NextFinding | Action::PreviousFinding | Action::Findings | Action::Replace
                if self.editor.is_none() =>
            {
                self.edit(desk, cx, asks);
                return self.act(action, desk, cx, asks);
            }
            Action::EditOutside | Action::DiscardEdit => {
                self.leave(desk, asks);
                return Handled::No;
            }
            _ => {
                let is_used = match (&mut self.editor, desk.session_mut(cx)) {
                    (Some(editor), Some(session)) => editor.act(action, session, cx, asks),
                    _ => self.read(desk, cx, |view, lines| view.act(action, lines)) == Some(true),
                };
                return if is_used { Handled::Yes } else { Handled::No };
            }
        }
        Handled::Yes
    }

    fn typed(&mut self, typed: &Typed, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        let (Some(editor), Some(session)) = (&mut self.editor, desk.session_mut(cx)) else {
            let is_used = self.read(desk, cx, |view, lines| view.typed(typed, lines)) == Some(true);
            return if is_used { Handled::Yes } else { Handled::No };
        };
        match editor.typed(typed, session, cx, asks) {
            Taken::Yes => Handled::Yes,
            Taken::No => Handled::No,
            Taken::Leave => {
                self.leave(desk, asks);
                Handled::Yes
            }
        }
    }

    fn mouse(
        &mut self,
        event: MouseEvent,
        area: Rect,
        desk: &mut Desk,
        cx: &Cx,
        asks: &mut Vec<Ask>,
    ) {
        let down = event.kind == MouseEventKind::ScrollDown;
        let is_wheel = down || event.kind == MouseEventKind::ScrollUp;
        let is_click = event.kind == MouseEventKind::Down(MouseButton::Left);
        match (&mut self.editor, desk.session_mut(cx)) {
            (Some(editor), Some(session)) if is_wheel => {
                session.edit(cx.uptime, asks, |buffer| editor.wheel(down, buffer))
            }
            (Some(editor), Some(session)) if is_click => {
                editor.click(event.column, event.row, session, cx, asks)
            }
            _ if is_wheel => {
                self.read(desk, cx, |view, lines| view.wheel(down, lines));
            }
            _ if is_click => {
                self.read(desk, cx, |view, lines| {
                    view.click(event.row.saturating_sub(area.y), lines)
                });
            }
            _ => {}
        }
    }

    fn reveal(&mut self, pointer: &str, desk: &mut Desk, cx: &Cx) {
        let Some(session) = desk.open(cx) else { return };
        let editor = self.editor.get_or_insert_default();
        editor.reveal(pointer, session, cx);
    }

    fn left(&mut self, desk: &mut Desk, _cx: &Cx, asks: &mut Vec<Ask>) {
        self.leave(desk, asks);
    }

    fn changed(&mut self, change: &Change, desk: &mut Desk, cx: &Cx, asks: &mut Vec<Ask>) {
        if *change == Change::Selected {
            self.editor = None;
            self.view.reset();
        } else if desk.session(cx).is_none() {
            self.editor = None;
        } else if let (Change::Judged(_), Some(editor), Some(session)) =
            (change, &mut self.editor, desk.session_mut(cx))
        {
            editor.judged(session, cx, asks);
        }
    }

    fn word(&self, desk: &Desk, cx: &Cx) -> String {
        match cx
            .selected
            .and_then(|target| Prepared::of(cx.model, target))
        {
            _ if self.editor.is_some() => "esc leaves; kept".to_owned(),
            Some(prepared) => document_word(cx, &prepared, desk.verdict(cx).as_deref()),
            None => String::new(),
        }
    }

    fn notes(&self, desk: &Desk, cx: &Cx) -> Option<Vec<Span<'static>>> {
        self.editor.as_ref()?;
        let session = desk.session(cx)?;
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

    fn draw(&self, frame: &mut Frame, area: Rect, desk: &Desk, cx: &Cx) {
        if let (Some(editor), Some(session)) = (&self.editor, desk.session(cx)) {
            editor.draw(frame, area, session, cx);
        } else if !draw_missing(frame, area, cx) {
            desk.with_lines(cx, |lines| {
                self.view.draw(frame, area, cx, desk.version(), lines)
            });
        }
    }
}
