//! The detail pane: the selected target in tabs. Holds the tabs and the open documents; what happens
//! to the document is the tabs' business.

use super::tabs;
use crate::{
    features::overview::lines::{first_seen, number},
    screen::{
        detail_parts::{tab_at, tabs},
        documents::Documents,
        pane::{Context, Handled, Pane, Possible, Typed},
        status_badge::since,
        tab::Tab,
        target_actions,
        text_panel::TextPanel,
    },
    state::prepared::{Prepared, package_identity},
};
use crate::{
    screen::{
        action::{Action, Scope},
        command::{Command, PaneId, TabId, ToastLevel},
    },
    state::ModelChange,
    tasks::browse::Examine,
};
use ratatui::{
    Frame,
    crossterm::event::{MouseButton, MouseEvent, MouseEventKind},
    layout::{Constraint, Layout, Rect},
    text::Span,
};
use std::time::Duration;
use store_model::{remote::Remote, target::Target, units};
use tui_kit::{
    meter,
    panel::{self, Heading},
    theme::Role,
};

pub struct Detail {
    /// Never empty.
    tabs: Vec<Box<dyn Tab>>,
    shown: TabId,
    documents: Documents,
}

impl Default for Detail {
    fn default() -> Self {
        Self {
            tabs: tabs::all(),
            shown: TabId::Overview,
            documents: Documents::default(),
        }
    }
}

impl Detail {
    /// The tabs that the selected target has.
    fn offered(&self, cx: &Context) -> Vec<TabId> {
        let kind = cx.selected.map(Target::kind);
        self.tabs
            .iter()
            .filter(|tab| kind.is_none_or(|kind| tab.is_offered(kind)))
            .map(|tab| tab.id())
            .collect()
    }

    fn tab(&self) -> Option<&dyn Tab> {
        self.tabs
            .iter()
            .find(|tab| tab.id() == self.shown)
            .map(AsRef::as_ref)
    }

    /// Lends the open documents to the shown tab.
    fn with_tab<T>(&mut self, act: impl FnOnce(&mut dyn Tab, &mut Documents) -> T) -> Option<T> {
        let tab = self.tabs.iter_mut().find(|tab| tab.id() == self.shown)?;
        Some(act(tab.as_mut(), &mut self.documents))
    }

    /// `false` where the selected target has no such tab.
    fn show(&mut self, id: TabId, cx: &Context) -> bool {
        if !self.offered(cx).contains(&id) {
            return false;
        }
        if id != self.shown {
            self.with_tab(|tab, documents| tab.left(documents, cx));
            self.shown = id;
            self.with_tab(|tab, documents| tab.entered(documents, cx));
        }
        true
    }

    fn turn(&mut self, by: isize, cx: &Context) -> bool {
        let offered = self.offered(cx);
        let at = offered
            .iter()
            .position(|id| *id == self.shown)
            .unwrap_or_default();
        at.checked_add_signed(by)
            .and_then(|next| offered.get(next))
            .is_some_and(|id| self.show(*id, cx))
    }

    /// Looks into the chosen ZIP, unless that was done.
    fn examine(&self, cx: &Context) {
        let Some(prepared) = cx.prepared() else {
            return;
        };
        let examined = &cx.model.examined;
        if let Some(zip) = prepared.zip
            && !examined.is_loading()
            && examined.value().is_none_or(|examined| examined.zip != zip)
            && let Some(document) = self.documents.value(cx)
        {
            let identity = package_identity(cx.model, prepared.target);
            cx.send(Command::start(Examine {
                zip: zip.to_owned(),
                kind: prepared.kind(),
                document,
                identity,
            }));
        }
    }

    fn heading(&self, cx: &Context) -> (String, Vec<Span<'static>>) {
        let Some(target) = cx.selected else {
            return (PaneId::Detail.word().to_owned(), Vec::new());
        };
        let style = |role| cx.theme.style(role);
        let name = cx
            .model
            .product(target)
            .map_or_else(|| target.id().to_owned(), |product| product.name.clone());
        if let Some(notes) = self.tab().and_then(|tab| tab.notes(&self.documents, cx)) {
            return (name, notes);
        }
        let mut notes = Vec::new();
        if cx.model.details.get(target).is_some_and(Remote::is_loading) {
            notes.push(Span::styled(
                format!("{} reading", meter::spinner(cx.uptime)),
                style(Role::Busy),
            ));
        }
        if let Some(prepared) = Prepared::of(cx.model, target) {
            if let Some((server, _)) = prepared.server() {
                notes.push(Span::styled(number(server), style(Role::Text)));
            }
            if let Some(report) = prepared.pending_report(cx.model) {
                let age = first_seen(cx, &prepared, &report.status)
                    .map(|(_, seen)| {
                        format!(
                            " {}",
                            units::duration(since(seen.at, cx.now)).replace(' ', "")
                        )
                    })
                    .unwrap_or_default();
                let role = if report.status.is_failure() {
                    Role::Danger
                } else {
                    Role::Busy
                };
                notes.push(Span::styled(format!("{}{age}", report.status), style(role)));
            }
            if prepared.text.is_some() {
                notes.push(Span::styled("edited", style(Role::Info)));
            }
            if let Some(name) = prepared.zip.and_then(|zip| zip.file_name()) {
                notes.push(Span::styled(
                    name.to_string_lossy().into_owned(),
                    style(Role::Info),
                ));
            }
        }
        (name, notes)
    }
}

impl Pane for Detail {
    fn id(&self) -> PaneId {
        PaneId::Detail
    }

    fn takes_text(&self) -> bool {
        self.tab().is_some_and(Tab::takes_text)
    }

    fn scopes(&self) -> &'static [Scope] {
        self.tab()
            .map_or(&[Scope::Target, Scope::Move], Tab::scopes)
    }

    fn hints(&self, cx: &Context) -> Vec<Action> {
        let hints = self
            .tab()
            .map(|tab| tab.hints(&self.documents, cx))
            .unwrap_or_default();
        if !hints.is_empty() {
            return hints;
        }
        let is_busy = cx
            .prepared()
            .and_then(|prepared| prepared.pending_report(cx.model));
        let is_busy = is_busy.is_some_and(|report| report.status.is_in_progress());
        let last = if is_busy {
            Action::Follow
        } else {
            Action::Publish
        };
        let mut hints = vec![
            Action::NextTab,
            Action::Edit,
            Action::PickZip,
            last,
            Action::ShowDiff,
            Action::OpenPortal,
        ];
        let is_foreign = |target| {
            Prepared::of(cx.model, target)
                .is_some_and(|prepared| !prepared.remote_changes.is_empty())
        };
        if cx.selected.is_some_and(is_foreign) {
            // Before anything goes out, what somebody else did has to come in.
            hints.insert(0, Action::Merge);
        }
        hints
    }

    fn possible(&self, action: Action, cx: &Context) -> Possible {
        if action.is_vertical() {
            return Possible::Yes;
        }
        let said = self.tab().map_or(Possible::Unknown, |tab| {
            tab.possible(action, &self.documents, cx)
        });
        if said != Possible::Unknown {
            return said;
        }
        match action {
            Action::Find | Action::FindNext => {
                Possible::No("Only the JSON tab can be searched.".into())
            }
            Action::Undo | Action::Redo if self.documents.session(cx).is_none() => {
                Possible::No("There is nothing to undo.".into())
            }
            Action::Left
            | Action::Right
            | Action::NextTab
            | Action::PreviousTab
            | Action::Undo
            | Action::Redo => Possible::Yes,
            Action::NextFinding => target_actions::possible(Action::Edit, cx),
            action => target_actions::possible(action, cx),
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Handled {
        if let Possible::No(reason) = self.possible(action, cx) {
            cx.send(Command::Toast(ToastLevel::Warning, reason));
            return Handled::Yes;
        }
        if self.with_tab(|tab, documents| tab.act(action, documents, cx)) == Some(Handled::Yes) {
            return Handled::Yes;
        }
        let is_handled = match action {
            Action::NextTab => self.turn(1, cx) || self.show(TabId::Overview, cx),
            Action::PreviousTab => {
                self.turn(-1, cx)
                    || self
                        .offered(cx)
                        .last()
                        .is_some_and(|last| self.show(*last, cx))
            }
            Action::Right => self.turn(1, cx),
            Action::ShowDiff => {
                if !cx.is_focused {
                    cx.send(Command::Focus(PaneId::Detail));
                }
                self.show(TabId::Diff, cx)
            }
            // At the first tab it leads out of the pane, to the lists.
            Action::Left => self.turn(-1, cx),
            Action::Edit | Action::NextFinding if self.shown != TabId::Json => {
                self.show(TabId::Json, cx);
                return self.act(action, cx);
            }
            Action::Undo => {
                if !self.documents.undo(cx) {
                    cx.send(Command::Toast(
                        ToastLevel::Info,
                        "There is nothing left to undo.".to_owned(),
                    ));
                }
                true
            }
            Action::Redo => {
                if !self.documents.redo(cx) {
                    cx.send(Command::Toast(
                        ToastLevel::Info,
                        "Nothing to redo.".to_owned(),
                    ));
                }
                true
            }
            _ => {
                self.documents.keep(cx);
                target_actions::act(action, cx)
            }
        };
        if is_handled {
            Handled::Yes
        } else {
            Handled::No
        }
    }

    fn deliver(&mut self, command: Command, cx: &Context) {
        match command {
            Command::ShowTab(id) => {
                self.show(id, cx);
            }
            Command::Reveal { pointer } => {
                self.show(TabId::Json, cx);
                self.with_tab(|tab, documents| tab.reveal(&pointer, documents, cx));
            }
            Command::ChangeDocument { target, edits } if cx.selected == Some(&target) => {
                if let Err(reason) = self.documents.change(&edits, cx) {
                    cx.send(Command::Toast(ToastLevel::Error, reason));
                }
            }
            _ => {}
        }
    }

    fn typed(&mut self, typed: &Typed, cx: &Context) -> Handled {
        self.with_tab(|tab, documents| tab.typed(typed, documents, cx))
            .unwrap_or(Handled::No)
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, cx: &Context) {
        let (column, row) = (
            event.column.saturating_sub(area.x + 1),
            event.row.saturating_sub(area.y + 1),
        );
        if row > 0 {
            // Inside of the frame, below the row of tabs.
            let body = Rect {
                x: area.x + 1,
                y: area.y + 2,
                width: area.width.saturating_sub(2),
                height: area.height.saturating_sub(3),
            };
            self.with_tab(|tab, documents| tab.mouse(event, body, documents, cx));
        } else if event.kind == MouseEventKind::Down(MouseButton::Left)
            && let Some(id) = tab_at(
                &self.offered(cx),
                self.shown,
                area.width.saturating_sub(2),
                column,
            )
        {
            self.show(id, cx);
        }
    }

    fn changed(&mut self, change: &ModelChange, cx: &Context) {
        self.documents.changed(change, cx);
        for tab in &mut self.tabs {
            tab.changed(change, &mut self.documents, cx);
        }
        if *change == ModelChange::Selected && !self.offered(cx).contains(&self.shown) {
            self.shown = TabId::Overview;
        }
        let is_here = match change {
            ModelChange::Selected => true,
            ModelChange::Target(target) | ModelChange::Edit(target) => cx.selected == Some(target),
            _ => false,
        };
        if is_here {
            self.examine(cx);
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        let tab = self.tab().and_then(Tab::wake_at);
        self.documents.wake_at().into_iter().chain(tab).min()
    }

    fn woken(&mut self, cx: &Context) {
        self.documents.woken(cx);
        self.with_tab(|tab, documents| tab.woken(documents, cx));
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let (title, notes) = self.heading(cx);
        let heading = Heading {
            number: PaneId::Detail.number(),
            title: &title,
            notes,
        };
        let (inner, _) = panel::draw(frame, area, cx.theme, cx.is_focused, heading);
        let (Some(tab), Some(_)) = (self.tab(), cx.selected) else {
            let mut panel = TextPanel::new(cx.theme, usize::from(inner.width));
            panel.text(
                "Nothing is selected. Go to the apps and press enter on one.",
                Role::Muted,
            );
            panel.keys(
                "next",
                &[
                    (cx.key(Action::FocusApps), "apps"),
                    (cx.key(Action::Help), "every key"),
                ],
            );
            for (y, line) in (inner.y..inner.bottom()).zip(panel.into_lines()) {
                frame.render_widget(
                    line,
                    Rect {
                        y,
                        height: 1,
                        ..inner
                    },
                );
            }
            return;
        };
        let [row, body] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(inner);
        tabs(
            frame,
            row,
            cx,
            &self.offered(cx),
            self.shown,
            &tab.word(&self.documents, cx),
        );
        tab.draw(frame, body, &self.documents, cx);
    }
}
