//! The Packages tab: what the submission ships, for whom, and what becomes of it; marks, adds and replaces packages by editing
//! their leaves of the document. Holds the cursor; the document is in `screen::documents`.

use super::{
    heading::{head, line},
    list::PackageList,
    menu::{self, At, menu},
    table::findings_of,
};
use crate::{
    screen::{
        action::Action,
        command::{Command, Dialog, TabId, ToastLevel},
        detail_parts::draw_missing,
        documents::Documents,
        pane::{Context, Handled, Possible},
        tab::Tab,
        target_actions,
        text_panel::TextPanel,
    },
    state::{ModelChange, prepared::count},
};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::{Constraint, Layout, Rect},
};
use std::{cell::Cell, rc::Rc};
use store_model::{
    finding::Finding,
    json::edit::Edit,
    packages::{
        change::{remove, toggle},
        rows::{Disposition, PackageRow},
    },
    target::Kind,
};
use tui_kit::{
    list::{Cursor, ListClick},
    memo::Memo,
    row,
    scroll::Scroll,
    theme::Role,
};

/// From this width on the selected package stands beside the table.
pub(super) const BESIDE: u16 = 156;
pub(super) const SHEET_WIDTH: u16 = 54;
/// Lines below which there is the list alone, without the selected package.
pub(super) const LEAST_BOTH: u16 = 5;
/// Rows that the table keeps when the selected package stands below it.
pub(super) const LEAST_ROWS: u16 = 5;

#[derive(Debug, Default)]
pub struct Packages {
    pub(super) cursor: Cursor,
    /// The selected package, wherever it moves to.
    pub(super) key: Option<String>,
    /// What nobody sees is not computed: a document that was typed into would have to be parsed for it.
    pub(super) is_shown: bool,
    /// By the document's version.
    pub(super) list: Memo<(u64, u64), PackageList>,
    pub(super) scroll: Scroll,
    /// Where the rows were drawn last.
    pub(super) rows: Cell<Rect>,
}

impl Packages {
    /// The list of the document as it stands now; made once for each version of it.
    pub(super) fn list(&self, documents: &Documents, cx: &Context) -> Option<Rc<PackageList>> {
        self.list.get(documents.version(), || {
            let prepared = cx.prepared()?;
            Some(PackageList::of(
                &prepared,
                documents.value(cx)?.as_ref(),
                cx,
            ))
        })
    }

    fn at(&self, documents: &Documents, cx: &Context) -> Option<At> {
        let list = self.list(documents, cx)?;
        let row = list.rows.get(self.cursor.index()).cloned();
        Some(At {
            document: documents.value(cx)?,
            list,
            row,
        })
    }

    /// The cursor stays on its package; a package that was not there before gets it.
    fn follow(&mut self, before: Option<&PackageList>, documents: &Documents, cx: &Context) {
        let Some(list) = self.list(documents, cx) else {
            return;
        };
        let is_news =
            |row: &&PackageRow| before.is_some_and(|before| before.place(row.key()).is_none());
        let news = list
            .rows
            .iter()
            .find(is_news)
            .map(|row| row.key().to_owned());
        if let Some(place) = news
            .as_deref()
            .or(self.key.as_deref())
            .and_then(|key| list.place(key))
        {
            self.cursor.set(place);
        }
        self.cursor.clamp(list.rows.len());
        self.remember(&list);
    }

    /// Follows what has become of the list since it was looked at.
    fn catch_up(&mut self, documents: &Documents, cx: &Context) {
        let before = self.list.take();
        self.follow(before.as_deref(), documents, cx);
    }

    fn remember(&mut self, list: &PackageList) {
        let key = list
            .rows
            .get(self.cursor.index())
            .map(|row| row.key().to_owned());
        if key != self.key {
            self.scroll = Scroll::default();
        }
        self.key = key;
    }

    fn change(&mut self, edits: &[Edit], documents: &mut Documents, cx: &Context) {
        let before = self.list(documents, cx);
        if let Err(reason) = documents.change(edits, cx) {
            cx.send(Command::Toast(ToastLevel::Error, reason));
        }
        self.follow(before.as_deref(), documents, cx);
    }

    pub(super) fn mark(&mut self, action: Action, documents: &mut Documents, cx: &Context) {
        let Some(At {
            document,
            row: Some(row),
            list,
        }) = self.at(documents, cx)
        else {
            return;
        };
        let server = cx.prepared().and_then(|prepared| prepared.server());
        let server = server.map(|(server, _)| &server.document);
        let edits = match action {
            Action::RemovePart => remove(&document, &row),
            _ => toggle(list.kind, &document, &row, server),
        };
        if edits.is_empty() {
            let key = cx.key(Action::TogglePart);
            cx.send(Command::Toast(
                ToastLevel::Info,
                format!("It is already marked for removal; {key} undoes that."),
            ));
            return;
        }
        // Of a new one nothing is left in the list: whoever did not mean it has to know the way back.
        if row.disposition == Disposition::New {
            let undo = cx.key(Action::Undo);
            cx.send(Command::Toast(
                ToastLevel::Info,
                format!(
                    "{} is removed from the list; {undo} undoes it.",
                    row.file_name
                ),
            ));
        }
        self.change(&edits, documents, cx);
    }

    fn menu(&self, documents: &Documents, cx: &Context) {
        if let Some(at) = self.at(documents, cx) {
            menu(&at, documents, cx);
        }
    }

    /// To the next package about which something is to be said; `false` when there is none.
    fn next_finding(&mut self, documents: &Documents, cx: &Context) -> bool {
        let Some(list) = self.list(documents, cx) else {
            return false;
        };
        let findings = findings(documents, cx);
        let from = self.cursor.index();
        let places =
            (from + 1..list.rows.len()).chain(0..=from.min(list.rows.len().saturating_sub(1)));
        let is_marked = |place: &usize| {
            let has_mark = list
                .marks
                .get(*place)
                .is_some_and(|marks| !marks.is_empty());
            has_mark
                || list
                    .rows
                    .get(*place)
                    .is_some_and(|row| !findings_of(&findings, row).is_empty())
        };
        let Some(place) = places.into_iter().find(is_marked) else {
            return false;
        };
        self.cursor.set(place);
        self.remember(&list);
        true
    }
}

/// What the check says of the document.
pub(super) fn findings(documents: &Documents, cx: &Context) -> Vec<Finding> {
    documents
        .verdict(cx)
        .map(|verdict| verdict.findings.clone())
        .unwrap_or_default()
}

impl Tab for Packages {
    fn id(&self) -> TabId {
        TabId::Packages
    }

    fn is_offered(&self, kind: Kind) -> bool {
        kind.packages_field().is_some()
    }

    fn hints(&self, _documents: &Documents, _cx: &Context) -> Vec<Action> {
        use Action::{
            AddPart, Enter, KeepNewest, NextTab, PickZip, Publish, ShowDiff, TogglePart, Undo,
        };
        vec![
            TogglePart, AddPart, KeepNewest, Enter, PickZip, Publish, ShowDiff, Undo, NextTab,
        ]
    }

    fn possible(&self, action: Action, documents: &Documents, cx: &Context) -> Possible {
        let is_change = matches!(
            action,
            Action::TogglePart
                | Action::RemovePart
                | Action::AddPart
                | Action::KeepNewest
                | Action::Enter
        );
        if !is_change {
            return Possible::Unknown;
        }
        if let Possible::No(reason) = target_actions::possible(Action::Edit, cx) {
            return Possible::No(reason);
        }
        let Some(list) = self.list(documents, cx) else {
            return Possible::No("The document's text is not valid JSON; fix it first.".to_owned());
        };
        match action {
            Action::TogglePart | Action::RemovePart | Action::KeepNewest
                if list.rows.is_empty() =>
            {
                Possible::No(format!(
                    "There is no package; {} adds one.",
                    cx.key(Action::AddPart)
                ))
            }
            _ => Possible::Yes,
        }
    }

    fn act(&mut self, action: Action, documents: &mut Documents, cx: &Context) -> Handled {
        match action {
            Action::TogglePart | Action::RemovePart => self.mark(action, documents, cx),
            Action::AddPart => {
                if let Some(at) = self.at(documents, cx) {
                    menu::add(&at, documents, cx);
                }
            }
            Action::Enter => self.menu(documents, cx),
            Action::KeepNewest => {
                // The overlay reads the working copy: what was changed just now belongs to it.
                documents.keep(cx);
                cx.send_all(cx.selected.map(|target| {
                    Command::Open(Dialog::KeepNewest {
                        target: target.clone(),
                    })
                }));
            }
            Action::Copy => match self.at(documents, cx).and_then(|at| at.row) {
                Some(row) => cx.send(Command::Copy(row.file_name)),
                None => return Handled::No,
            },
            Action::NextFinding if self.next_finding(documents, cx) => {}
            _ => {
                let Some(list) = self.list(documents, cx) else {
                    return Handled::No;
                };
                // With the whole list in view, the pages are those of the selected package.
                let is_page = matches!(action, Action::PageUp | Action::PageDown);
                if is_page && list.rows.len() <= usize::from(self.rows.get().height) {
                    self.scroll.act(action);
                    return Handled::Yes;
                }
                if !self.cursor.act(action, list.rows.len()) {
                    return Handled::No;
                }
                self.remember(&list);
            }
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, documents: &mut Documents, cx: &Context) {
        let Some(list) = self.list(documents, cx) else {
            return;
        };
        let (rows, len) = (self.rows.get(), list.rows.len());
        let is_inside = rows.contains((event.column, event.row).into());
        if !is_inside {
            self.scroll.mouse(event);
        } else if self.cursor.mouse(event, rows, len) == ListClick::Same {
            self.menu(documents, cx);
        } else {
            self.remember(&list);
        }
    }

    fn entered(&mut self, documents: &mut Documents, cx: &Context) {
        self.is_shown = true;
        self.catch_up(documents, cx);
    }

    fn left(&mut self, _documents: &mut Documents, _cx: &Context) {
        self.is_shown = false;
    }

    fn changed(&mut self, change: &ModelChange, documents: &mut Documents, cx: &Context) {
        match change {
            ModelChange::Selected => {
                self.cursor = Cursor::default();
                self.key = None;
                self.scroll = Scroll::default();
                self.list.take();
            }
            ModelChange::Target(target) | ModelChange::Edit(target)
                if self.is_shown && cx.selected == Some(target) =>
            {
                self.catch_up(documents, cx);
            }
            // The ZIP tells what its packages are.
            ModelChange::Examined => drop(self.list.take()),
            _ => {}
        }
    }

    fn word(&self, documents: &Documents, cx: &Context) -> String {
        // Short: the row of tabs leaves little room.
        let prepared = cx.prepared();
        match (prepared, documents.verdict(cx)) {
            (Some(prepared), Some(verdict)) if prepared.text.is_some() => match verdict.error() {
                Some(_) => "✗ invalid JSON".to_owned(),
                None => count(verdict.changes.len(), "change", "changes"),
            },
            (Some(prepared), _) if prepared.server().is_some() => "as in the Store".to_owned(),
            _ => String::new(),
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, documents: &Documents, cx: &Context) {
        let width = usize::from(area.width);
        let Some(list) = self.list(documents, cx) else {
            if !draw_missing(frame, area, cx) {
                let mut panel = TextPanel::new(cx.theme, width);
                panel.text(
                    "✗ The document's text is not valid JSON, so its packages cannot be shown.",
                    Role::Danger,
                );
                panel.keys(
                    "next",
                    &[
                        (cx.key(Action::NextFinding), "to the error"),
                        (cx.key(Action::Undo), "undo"),
                    ],
                );
                row::lines(frame, area, panel.into_lines());
            }
            return;
        };
        let head = head(cx, documents, &list);
        let [above, body] =
            Layout::vertical([Constraint::Length(head.len() as u16), Constraint::Min(0)])
                .areas(area);
        for ((text, role), place) in head.iter().zip(above.rows()) {
            line(frame, place, cx, text, *role);
        }
        if list.rows.is_empty() {
            let mut panel = TextPanel::new(cx.theme, width);
            panel.gap();
            panel.keys(
                "next",
                &[
                    (cx.key(Action::AddPart), "adds a package"),
                    (cx.key(Action::PickZip), "picks the ZIP"),
                ],
            );
            row::lines(frame, body, panel.into_lines());
            return;
        }
        self.parts(frame, body, documents, cx, &list);
    }
}

impl Packages {}
