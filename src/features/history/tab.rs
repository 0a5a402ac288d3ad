//! The History tab: what became of the selected target's document on this machine, newest first. Holds the cursor; the list lies in
//! the model and comes from disk.

use super::tasks::LoadHistory;
use super::wording::{facts, has_document, kind_word, words};
use crate::{
    engine::view::Step,
    screen::{
        action::{Action, Scope},
        command::{Command, Dialog, TabId, ToastLevel},
    },
    state::ModelChange,
    tasks::{
        history_item::{Deed, HistoryItem, TargetHistory},
        message::TaskEvent,
        task::Task,
        working_copy::SetAside,
    },
};
use crate::{
    screen::{
        documents::Documents,
        pane::{Context, Handled, Possible},
        status_badge::at,
        tab::Tab,
        text_panel::TextPanel,
    },
    state::prepared::count,
};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use std::sync::Arc;
use store_model::{diff, remote::Remote};
use tui_kit::{
    list::{Cursor, ListClick},
    meter, row, text,
    theme::Role,
};

/// Lines below the list that say more of the selected row.
const MORE: u16 = 5;

#[derive(Debug, Default)]
pub struct HistoryTab {
    /// Of the target that was asked for last; while it is on its way too.
    list: Remote<Arc<TargetHistory>>,
    cursor: Cursor,
    /// Somebody looks at it: what may be out of date is read again.
    is_shown: bool,
    /// Ended runs of the target and the step of the active one, as of the last list.
    runs: (usize, Option<Step>),
    /// What was said of somebody else's changes.
    told: Vec<diff::DocumentChange>,
}

impl HistoryTab {
    /// The list, if it is the selected target's.
    fn history(&self, cx: &Context) -> Option<&TargetHistory> {
        self.list
            .value()
            .map(|history| &**history)
            .filter(|history| Some(&history.target) == cx.selected)
    }

    pub(super) fn item(&self, cx: &Context) -> Option<&HistoryItem> {
        self.history(cx)?.items.get(self.cursor.index())
    }

    pub(super) fn len(&self, cx: &Context) -> usize {
        self.history(cx).map_or(0, |history| history.items.len())
    }

    pub(super) fn read(&mut self, cx: &Context) {
        if let Some(target) = cx.selected.filter(|_| self.is_shown) {
            if self
                .list
                .value()
                .is_some_and(|history| history.target != *target)
            {
                self.list = Remote::Idle;
            }
            self.list.start();
            cx.send(Command::start(LoadHistory(target.clone())));
        }
    }

    /// A word when somebody else has changed what is being edited: once for each news.
    fn warn(&mut self, cx: &Context) {
        let Some(target) = cx.selected else { return };
        let remote_changes = cx
            .model
            .edits
            .get(target)
            .map(|copy| copy.remote_changes.as_slice())
            .unwrap_or_default();
        if remote_changes != self.told.as_slice() {
            self.told = remote_changes.to_vec();
            if !remote_changes.is_empty() {
                let changes = count(remote_changes.len(), "place", "places");
                let text = format!(
                    "Somebody else has changed {changes} of the document in the Store since you edited it: {} merges.",
                    cx.key(Action::Merge)
                );
                cx.send(Command::Toast(ToastLevel::Warning, text));
            }
        }
    }
}

impl Tab for HistoryTab {
    fn id(&self) -> TabId {
        TabId::History
    }

    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Parts, Scope::Target, Scope::Move, Scope::Editor]
    }

    fn hints(&self, _documents: &Documents, cx: &Context) -> Vec<Action> {
        match self.item(cx) {
            Some(item) if has_document(item) => {
                vec![
                    Action::Enter,
                    Action::RestorePart,
                    Action::Copy,
                    Action::ShowDiff,
                    Action::NextTab,
                ]
            }
            Some(_) => vec![Action::Enter, Action::Copy, Action::NextTab],
            None => Vec::new(),
        }
    }

    fn possible(&self, action: Action, _documents: &Documents, cx: &Context) -> Possible {
        let nothing = || Possible::No("Nothing has been kept for it yet.".to_owned());
        match (action, self.item(cx)) {
            (Action::Enter | Action::RestorePart, None) => nothing(),
            (Action::RestorePart, Some(item)) if !has_document(item) => {
                Possible::No("This row has no earlier document.".to_owned())
            }
            (Action::Enter | Action::RestorePart, Some(_)) => Possible::Yes,
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, documents: &mut Documents, cx: &Context) -> Handled {
        if self.cursor.act(action, self.len(cx)) {
            return Handled::Yes;
        }
        let (Some(item), Some(target)) = (self.item(cx), cx.selected) else {
            return Handled::No;
        };
        match (action, &item.deed) {
            (Action::Enter | Action::RestorePart, Deed::Put { .. } | Deed::Rescued { .. }) => {
                // What gives way to it is the text as it stands now.
                documents.keep(cx);
                let wants_restore = action == Action::RestorePart;
                cx.send(Command::Open(Dialog::Kept {
                    target: target.clone(),
                    item: Box::new(item.clone()),
                    wants_restore,
                }));
            }
            (Action::Enter, Deed::Edited { .. }) => cx.send(Command::Do(Action::Edit)),
            (Action::Enter, Deed::Run(_)) => {
                let mut panel = TextPanel::new(cx.theme, 64);
                facts(&mut panel, item);
                let lines: Vec<_> = panel.into_lines().iter().map(ToString::to_string).collect();
                cx.send(Command::Open(Dialog::Message {
                    title: format!("Run of {}", at(item.at, cx.zone)),
                    text: lines.join("\n"),
                }));
            }
            (Action::Copy, deed) => {
                let text = match deed {
                    Deed::Put { before: path, .. } | Deed::Rescued { path, .. } => {
                        path.display().to_string()
                    }
                    Deed::Run(run) => run.run.clone(),
                    Deed::Edited { .. } => target.to_string(),
                };
                cx.send(Command::Copy(text));
            }
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, documents: &mut Documents, cx: &Context) {
        let len = self.len(cx);
        if self.cursor.mouse(event, area, len) == ListClick::Same && cx.is_focused {
            self.act(Action::Enter, documents, cx);
        }
    }

    fn changed(&mut self, change: &ModelChange, _documents: &mut Documents, cx: &Context) {
        match change {
            ModelChange::Selected => {
                self.cursor = Cursor::default();
                self.told.clear();
                self.warn(cx);
                self.read(cx);
            }
            ModelChange::Target(target) | ModelChange::Edit(target)
                if cx.selected == Some(target) =>
            {
                self.warn(cx);
                self.read(cx);
            }
            ModelChange::Task(message) => {
                if let Some((task, TaskEvent::Done(()))) = SetAside::event(message)
                    && cx.selected == Some(&task.target)
                {
                    self.read(cx);
                }
                if let Some((_, event)) = LoadHistory::event(message) {
                    event.update(&mut self.list);
                    self.cursor.clamp(self.len(cx));
                }
            }
            ModelChange::Runs => {
                let of_it: Vec<_> = cx
                    .model
                    .runs
                    .iter()
                    .filter(|row| Some(&row.view.target) == cx.selected)
                    .collect();
                let ended = of_it.iter().filter(|row| !row.view.is_active()).count();
                let step = of_it
                    .iter()
                    .find_map(|row| row.view.current().map(|step| step.step));
                if self.runs != (ended, step) {
                    self.runs = (ended, step);
                    self.read(cx);
                }
            }
            _ => {}
        }
    }

    fn entered(&mut self, _documents: &mut Documents, cx: &Context) {
        self.is_shown = true;
        self.read(cx);
    }

    fn left(&mut self, _documents: &mut Documents, _cx: &Context) {
        self.is_shown = false;
    }

    fn word(&self, _documents: &Documents, cx: &Context) -> String {
        match self.history(cx) {
            Some(history) if !history.items.is_empty() => {
                format!("{} kept", count(history.items.len(), "entry", "entries"))
            }
            _ => String::new(),
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, _documents: &Documents, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let items = match self.history(cx) {
            Some(history) if !history.items.is_empty() => &history.items,
            history => {
                let mut panel = TextPanel::new(cx.theme, usize::from(area.width));
                match (history, self.list.error()) {
                    (Some(_), _) => panel.text(
                        "Nothing yet. Every update of a draft is kept here as it was before and after, with what was deleted or set \
                         aside, and with every run.",
                        Role::Muted,
                    ),
                    (None, Some(error)) => panel.text(&format!("✗ {error}"), Role::Danger),
                    (None, None) => panel.text(&format!("{} reading", meter::spinner(cx.uptime)), Role::Busy),
                }
                row::lines(frame, area, panel.into_lines());
                return;
            }
        };
        let more = match area.height {
            height if height < MORE * 2 + 2 => 0,
            height if height < MORE * 4 => MORE + 1,
            _ => MORE + 4,
        };
        let [list, below] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(more)]).areas(area);
        let window = self.cursor.window(usize::from(list.height), items.len());
        for ((index, item), place) in items
            .iter()
            .enumerate()
            .skip(window.start)
            .take(window.len())
            .zip(list.rows())
        {
            let (word, role) = kind_word(&item.deed);
            let when = at(item.at, cx.zone);
            // The year is told apart only where there is room for it.
            let when = if area.width < 60 {
                when.get(5..).unwrap_or_default().to_owned()
            } else {
                when
            };
            let head = format!(" {when} ");
            let room = usize::from(area.width).saturating_sub(text::width(&head) + 11);
            let line = Line::from(vec![
                Span::raw(head),
                Span::styled(format!("{word:<10}"), style(role)),
                Span::raw(text::pad(&words(item), room)),
            ]);
            frame.render_widget(line, place);
            if index == self.cursor.index() {
                row::select(frame, place, cx.theme, cx.is_focused);
            }
        }
        if more > 0
            && let Some(item) = items.get(self.cursor.index())
        {
            let mut panel = TextPanel::new(cx.theme, usize::from(below.width));
            facts(&mut panel, item);
            let rule = Line::styled("─".repeat(usize::from(below.width)), style(Role::Border));
            let mut lines = panel.into_lines();
            let room = usize::from(below.height.saturating_sub(1));
            if lines.len() > room && room > 0 {
                lines.truncate(room - 1);
                lines.push(Line::styled(
                    format!(" … {} shows everything", cx.key(Action::Enter)),
                    style(Role::Muted),
                ));
            }
            row::lines(frame, below, [rule].into_iter().chain(lines));
        }
    }
}
