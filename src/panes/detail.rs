//! The detail pane: the selected target in tabs. Holds what is in view and the open editor; the target itself lies in the model.

use super::{
    detail_parts::{Tab, document_word, failure, tabs, unread},
    editor::{Editor, Taken},
    json_view::JsonView,
    overview::{self, first_seen, number},
    pane::{Cx, Handled, Pane, Possible, Typed},
    prepared::{Prepared, Verdict, package_identity},
    sheet::Sheet,
    standing::since,
    target_actions,
};
use crate::{
    action::{Action, Scope},
    ask::{Ask, PaneId, Severity},
    domain::{document::pretty, remote::Remote, target::Target, units},
    jobs::job::Job,
    model::Change,
    ui::{
        meter,
        panel::{self, Heading},
        text::fit,
        theme::Role,
    },
};
use ratatui::{
    Frame,
    crossterm::event::{MouseButton, MouseEvent, MouseEventKind},
    layout::{Constraint, Layout, Rect},
    text::Span,
};
use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

/// What was computed of a target, until the model changes.
#[derive(Clone, Debug)]
struct Digest {
    target: Target,
    verdict: Option<Verdict>,
    /// The lines that the JSON tab shows; made when it is shown for the first time.
    lines: Option<Vec<String>>,
}

#[derive(Debug, Default)]
pub struct Detail {
    tab: Tab,
    editor: Option<Editor>,
    json: JsonView,
    /// First line of the overview in view; its lines and the page's height as last drawn.
    top: Cell<usize>,
    height: Cell<usize>,
    page: Cell<usize>,
    digest: RefCell<Option<Digest>>,
}

impl Detail {
    pub fn tab(&self) -> Tab {
        self.tab
    }

    /// The open editor, if it is the selected target's.
    fn editor(&self, cx: &Cx) -> Option<&Editor> {
        self.editor.as_ref().filter(|editor| Some(editor.target()) == cx.selected)
    }

    fn is_editing(&self) -> bool {
        self.editor.is_some()
    }

    /// Reads the digest, made anew when the target is another one or the model has changed.
    fn with_digest<T>(&self, prepared: &Prepared, needs_lines: bool, read: impl FnOnce(&Digest) -> T) -> T {
        let mut slot = self.digest.borrow_mut();
        if slot.as_ref().is_some_and(|digest| digest.target != *prepared.target) {
            *slot = None;
        }
        let digest =
            slot.get_or_insert_with(|| Digest { target: prepared.target.clone(), verdict: Verdict::of(prepared), lines: None });
        if needs_lines && digest.lines.is_none() {
            let text = match (prepared.text, prepared.server()) {
                (Some(text), _) => text.to_owned(),
                (None, Some((server, _))) => pretty(&server.document),
                (None, None) => prepared.editable_text().unwrap_or_default(),
            };
            digest.lines = Some(text.lines().map(str::to_owned).collect());
        }
        read(digest)
    }

    fn with_lines<T>(&mut self, cx: &Cx, act: impl FnOnce(&mut JsonView, &[String]) -> T) -> Option<T> {
        let prepared = Prepared::of(cx.model, cx.selected?)?;
        self.with_digest(&prepared, true, |_| ());
        let digest = self.digest.borrow();
        let lines = digest.as_ref()?.lines.as_deref()?;
        Some(act(&mut self.json, lines))
    }

    fn turn(&mut self, by: isize) -> bool {
        let at = Tab::ALL.iter().position(|tab| *tab == self.tab).unwrap_or_default();
        match at.checked_add_signed(by).and_then(|next| Tab::ALL.get(next)) {
            Some(tab) => {
                self.tab = *tab;
                true
            }
            None => false,
        }
    }

    fn scroll(&self, action: Action) -> bool {
        let last = self.height.get().saturating_sub(self.page.get());
        let page = self.page.get().saturating_sub(1).max(1);
        let top = self.top.get();
        self.top.set(match action {
            Action::Up => top.saturating_sub(1),
            Action::Down => (top + 1).min(last),
            Action::PageUp => top.saturating_sub(page),
            Action::PageDown => (top + page).min(last),
            Action::First => 0,
            Action::Last => last,
            _ => return false,
        });
        true
    }

    fn begin_edit(&mut self, cx: &Cx, asks: &mut Vec<Ask>) {
        let Some(prepared) = cx.selected.and_then(|target| Prepared::of(cx.model, target)) else { return };
        self.tab = Tab::Json;
        if !self.is_editing() {
            self.editor = Editor::open(&prepared, cx.uptime);
        }
        if !cx.is_focused {
            asks.push(Ask::Focus(PaneId::Detail));
        }
    }

    fn leave_editor(&mut self, asks: &mut Vec<Ask>) {
        if let Some(mut editor) = self.editor.take() {
            editor.keep(asks);
        }
        *self.digest.borrow_mut() = None;
    }

    /// Looks into the chosen ZIP, unless that was done.
    fn examine(&self, cx: &Cx, asks: &mut Vec<Ask>) {
        let Some(prepared) = cx.selected.and_then(|target| Prepared::of(cx.model, target)) else { return };
        let examined = &cx.model.examined;
        if let Some(zip) = prepared.zip
            && !examined.is_loading()
            && examined.value().is_none_or(|examined| examined.zip != zip)
        {
            let value = self.with_digest(&prepared, false, |digest| digest.verdict.as_ref()?.value().cloned());
            if let Some(document) = value {
                let identity = package_identity(cx.model, prepared.target);
                asks.push(Ask::Start(Job::Examine { zip: zip.to_owned(), kind: prepared.kind(), document, identity }));
            }
        }
    }

    fn heading<'a>(&self, cx: &Cx) -> (String, Vec<Span<'a>>) {
        let Some(target) = cx.selected else { return (PaneId::Detail.word().to_owned(), Vec::new()) };
        let style = |role| cx.theme.style(role);
        let name = cx.model.product(target).map_or_else(|| target.id().to_owned(), |product| product.name.clone());
        if let Some(editor) = self.editor(cx) {
            return (name, editor.notes(cx));
        }
        let mut notes = Vec::new();
        if cx.model.details.get(target).is_some_and(Remote::is_loading) {
            notes.push(Span::styled(format!("{} reading", meter::spinner(cx.uptime)), style(Role::Busy)));
        }
        if let Some(prepared) = Prepared::of(cx.model, target) {
            if let Some((server, _)) = prepared.server() {
                notes.push(Span::styled(number(server), style(Role::Text)));
            }
            if let Some(report) = prepared.pending_report(cx.model) {
                let age = first_seen(cx, &prepared, &report.status)
                    .map(|(_, seen)| format!(" {}", units::duration(since(seen.at, cx.now)).replace(' ', "")))
                    .unwrap_or_default();
                let role = if report.status.is_failure() { Role::Danger } else { Role::Busy };
                notes.push(Span::styled(format!("{}{age}", report.status), style(role)));
            }
            if prepared.text.is_some() {
                notes.push(Span::styled("edited", style(Role::Info)));
            }
            if let Some(name) = prepared.zip.and_then(|zip| zip.file_name()) {
                notes.push(Span::styled(name.to_string_lossy().into_owned(), style(Role::Info)));
            }
        }
        (name, notes)
    }

    fn overview(&self, frame: &mut Frame, area: Rect, cx: &Cx, target: &Target) {
        let width = usize::from(area.width);
        let mut lines = Vec::new();
        let prepared = Prepared::of(cx.model, target);
        if let Some(error) = cx.model.details.get(target).and_then(Remote::error) {
            lines.extend(failure(cx, target, error, width));
        }
        match prepared {
            Some(prepared) => {
                lines.extend(
                    self.with_digest(&prepared, false, |digest| overview::lines(cx, &prepared, digest.verdict.as_ref(), width)),
                );
            }
            None if lines.is_empty() => {
                lines.extend(unread(cx, target, width));
            }
            None => {}
        }
        self.height.set(lines.len());
        self.page.set(usize::from(area.height));
        let top = self.top.get().min(lines.len().saturating_sub(usize::from(area.height)));
        self.top.set(top);
        let more = lines.len() > top + usize::from(area.height);
        for (y, line) in (area.y..area.bottom()).zip(lines.into_iter().skip(top)) {
            frame.render_widget(line, Rect { y, height: 1, ..area });
        }
        let mark = |frame: &mut Frame, y, mark| {
            frame.render_widget(
                Span::styled(mark, cx.theme.style(Role::Key)),
                Rect { x: area.right() - 1, y, width: 1, height: 1 },
            );
        };
        if top > 0 && area.width > 0 {
            mark(frame, area.y, "▲");
        }
        if more && area.width > 0 {
            mark(frame, area.bottom() - 1, "▼");
        }
    }
}

impl Pane for Detail {
    fn id(&self) -> PaneId {
        PaneId::Detail
    }

    fn takes_text(&self) -> bool {
        self.is_editing() || self.json.takes_text()
    }

    fn scopes(&self) -> &'static [Scope] {
        match (self.takes_text(), self.tab) {
            (true, _) => &[Scope::Editor],
            (false, Tab::Json) => &[Scope::Target, Scope::Move, Scope::Editor],
            (false, Tab::Overview) => &[Scope::Target, Scope::Move],
        }
    }

    fn hints(&self, cx: &Cx) -> Vec<Action> {
        if self.is_editing() {
            return vec![Action::Find, Action::FindNext, Action::NextFinding, Action::Undo, Action::Redo];
        }
        let is_busy =
            cx.selected.and_then(|target| Prepared::of(cx.model, target)).and_then(|prepared| prepared.pending_report(cx.model));
        let is_busy = is_busy.is_some_and(|report| report.status.is_in_progress());
        let last = if is_busy { Action::Follow } else { Action::Publish };
        vec![Action::NextTab, Action::Edit, Action::PickZip, last, Action::OpenPortal]
    }

    fn possible(&self, action: Action, cx: &Cx) -> Possible {
        let not_editing = || Possible::No(format!("Press {} to edit the document first.", cx.key(Action::Edit)));
        match action {
            Action::Undo | Action::Redo | Action::NextFinding => {
                if self.is_editing() {
                    Possible::Yes
                } else {
                    not_editing()
                }
            }
            Action::Find | Action::FindNext | Action::Filter if self.tab == Tab::Json => Possible::Yes,
            Action::Find | Action::FindNext => Possible::No("Only the JSON tab can be searched.".into()),
            Action::Edit if self.is_editing() => Possible::No("It is being edited.".into()),
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last
            | Action::Left
            | Action::Right
            | Action::Enter
            | Action::NextTab
            | Action::PreviousTab => Possible::Yes,
            action => target_actions::possible(action, cx),
        }
    }

    fn act(&mut self, action: Action, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        if self.editor(cx).is_none() && self.is_editing() {
            self.leave_editor(asks);
        }
        if let Some(editor) = &mut self.editor
            && editor.act(action, cx, asks)
        {
            return Handled::Yes;
        }
        if let Possible::No(reason) = self.possible(action, cx) {
            asks.push(Ask::Toast(Severity::Warning, reason));
            return Handled::Yes;
        }
        let handled = |is_handled: bool| if is_handled { Handled::Yes } else { Handled::No };
        match action {
            Action::NextTab => {
                if !self.turn(1) {
                    self.tab = Tab::Overview;
                }
                Handled::Yes
            }
            Action::PreviousTab => {
                if !self.turn(-1) {
                    self.tab = Tab::Json;
                }
                Handled::Yes
            }
            Action::Right => handled(self.turn(1)),
            // At the first tab it leads out of the pane, to the lists.
            Action::Left => handled(self.turn(-1)),
            Action::Enter if self.tab == Tab::Overview => {
                self.tab = Tab::Json;
                Handled::Yes
            }
            Action::Enter => self.act(Action::Edit, cx, asks),
            Action::Edit => {
                self.begin_edit(cx, asks);
                Handled::Yes
            }
            Action::EditOutside | Action::DiscardEdit => {
                self.leave_editor(asks);
                handled(target_actions::act(action, cx, asks))
            }
            _ if self.tab == Tab::Json && self.with_lines(cx, |view, lines| view.act(action, lines)) == Some(true) => {
                Handled::Yes
            }
            _ if self.tab == Tab::Overview && self.scroll(action) => Handled::Yes,
            _ => {
                // What is reviewed, published or examined is the text as it stands now.
                if let Some(editor) = &mut self.editor {
                    editor.keep(asks);
                }
                handled(target_actions::act(action, cx, asks))
            }
        }
    }

    fn typed(&mut self, typed: &Typed, cx: &Cx, asks: &mut Vec<Ask>) -> Handled {
        if self.editor(cx).is_none() {
            self.leave_editor(asks);
            let taken = self.with_lines(cx, |view, lines| view.typed(typed, lines));
            return if taken == Some(true) { Handled::Yes } else { Handled::No };
        }
        match self.editor.as_mut().map(|editor| editor.typed(typed, cx, asks)) {
            Some(Taken::Yes) => Handled::Yes,
            Some(Taken::Leave) => {
                self.leave_editor(asks);
                Handled::Yes
            }
            Some(Taken::No) | None => Handled::No,
        }
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, cx: &Cx, asks: &mut Vec<Ask>) {
        let (column, row) = (event.column.saturating_sub(area.x + 1), event.row.saturating_sub(area.y + 1));
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) if row == 0 => {
                let mut start = 0;
                for tab in Tab::ALL {
                    let end = start + tab.word().len() as u16 + 2;
                    if (start..end).contains(&column) && tab != self.tab {
                        self.leave_editor(asks);
                        self.tab = tab;
                    }
                    start = end + 1;
                }
            }
            MouseEventKind::Down(MouseButton::Left) => {
                if let Some(editor) = &mut self.editor {
                    editor.click(column, row.saturating_sub(1));
                }
            }
            MouseEventKind::ScrollDown | MouseEventKind::ScrollUp => {
                let down = event.kind == MouseEventKind::ScrollDown;
                if let Some(editor) = &mut self.editor {
                    editor.wheel(down);
                } else if self.tab == Tab::Json {
                    self.with_lines(cx, |view, lines| view.wheel(down, lines));
                } else {
                    for _ in 0..3 {
                        self.scroll(if down { Action::Down } else { Action::Up });
                    }
                }
            }
            _ => {}
        }
    }

    fn changed(&mut self, change: &Change, cx: &Cx, asks: &mut Vec<Ask>) {
        match change {
            Change::Selected => {
                self.leave_editor(asks);
                self.json.reset();
                self.top.set(0);
                self.examine(cx, asks);
            }
            Change::Target(target) | Change::Edit(target) => {
                *self.digest.borrow_mut() = None;
                if let Some(editor) = self.editor.as_mut().filter(|editor| editor.target() == target)
                    && let Some(prepared) = Prepared::of(cx.model, target)
                {
                    editor.renew(&prepared, cx.uptime);
                }
                if cx.selected == Some(target) {
                    self.examine(cx, asks);
                }
            }
            _ => {}
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        self.editor.as_ref().and_then(Editor::wake_at)
    }

    fn woken(&mut self, cx: &Cx, asks: &mut Vec<Ask>) {
        if let Some(editor) = &mut self.editor {
            editor.woken(cx.uptime, asks);
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let (title, notes) = self.heading(cx);
        // What is being edited and where it stands matters more than the end of a long name.
        let taken: usize = notes.iter().map(|note| note.width() + 3).sum();
        let title = fit(&title, usize::from(area.width).saturating_sub(taken + 8).max(12));
        let heading = Heading { number: PaneId::Detail.number(), title: &title, notes };
        let (inner, _) = panel::draw(frame, area, cx.theme, cx.is_focused, heading);
        let Some(target) = cx.selected else {
            let mut sheet = Sheet::new(cx.theme, usize::from(inner.width));
            sheet.text("Nothing is selected. Go to the apps and press enter on one.", Role::Muted);
            sheet.keys("next", &[(cx.key(Action::FocusApps), "apps"), (cx.key(Action::Help), "every key")]);
            for (y, line) in (inner.y..inner.bottom()).zip(sheet.into_lines()) {
                frame.render_widget(line, Rect { y, height: 1, ..inner });
            }
            return;
        };
        let [row, body] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(inner);
        if let Some(editor) = self.editor(cx) {
            tabs(frame, row, cx, self.tab, "esc leaves; all of it is kept");
            editor.draw(frame, body, cx);
            return;
        }
        let prepared = Prepared::of(cx.model, target).filter(|_| self.tab == Tab::Json);
        let Some(prepared) = prepared else {
            tabs(frame, row, cx, self.tab, &target.to_string());
            self.overview(frame, body, cx, target);
            return;
        };
        self.with_digest(&prepared, true, |digest| {
            let word = document_word(cx, &prepared, digest.verdict.as_ref());
            tabs(frame, row, cx, self.tab, &word);
            self.json.draw(frame, body, cx, digest.lines.as_deref().unwrap_or_default());
        });
    }
}
