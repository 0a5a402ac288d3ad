//! Keeps only the newest packages: asks how many of each kind and shows while one chooses which go, and which customers then
//! get another one or none. Answers with edits; changes nothing itself.

use super::list::{PackageList, nothing_left};
use crate::screen::overlay::{self, Closing, Overlay};
use crate::{
    screen::{
        action::Action,
        command::{Command, ToastLevel},
        pane::{Context, Handled, Possible, Typed},
        text_panel::TextPanel,
    },
    state::prepared::{CheckVerdict, Prepared, count},
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, MouseEvent},
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use serde_json::Value;
use std::sync::Arc;
use store_model::{
    packages::{
        change::{Leaving, NewestPlan, keep_newest},
        coverage::{Served, customers},
        rows::{Disposition, PackageRow},
    },
    target::{Kind, Target},
};
use tui_kit::{
    modal::{self, ModalTone},
    scroll::Scroll,
    theme::Role,
};

/// More of one kind make no sense: the Store takes about 25 in all.
const MOST: usize = 25;
const WIDTH: u16 = 92;

pub struct KeepNewestDialog {
    target: Target,
    /// The document that the edits are for; `None` when there is none to change.
    document: Option<Arc<Value>>,
    rows: Vec<PackageRow>,
    most: usize,
    /// Whether those stay that somebody would miss: the safe answer.
    spares: bool,
    plan: Option<NewestPlan>,
    scroll: Scroll,
}

impl KeepNewestDialog {
    pub fn new(target: Target) -> Self {
        Self {
            target,
            document: None,
            rows: Vec::new(),
            most: 1,
            spares: true,
            plan: None,
            scroll: Scroll::default(),
        }
    }

    fn set(&mut self, most: usize) {
        self.most = most.clamp(1, MOST);
        self.plan = self.document.as_deref().map(|document| {
            keep_newest(
                self.target.kind(),
                document,
                &self.rows,
                self.most,
                self.spares,
            )
        });
        self.scroll = Scroll::default();
    }

    fn toggle(&mut self) {
        self.spares = !self.spares;
        self.set(self.most);
    }

    /// The most that any group has: keeping more than that changes nothing.
    fn largest(&self) -> usize {
        let groups = self.plan.iter().flat_map(|plan| &plan.groups);
        groups
            .map(|group| group.kept.len() + group.going.len())
            .max()
            .unwrap_or(1)
            .clamp(1, MOST)
    }

    /// Whether customers are left without a package. Those of a flight fall back on the app's.
    fn loses(&self) -> bool {
        self.target.kind() != Kind::Flight
            && self
                .plan
                .iter()
                .flat_map(|plan| &plan.leaving)
                .any(Leaving::loses)
    }

    fn row(&self, index: usize) -> Option<&PackageRow> {
        self.rows.get(index)
    }

    fn lines(&self, cx: &Context, width: usize) -> Vec<Line<'static>> {
        let mut panel = TextPanel::new(cx.theme, width);
        let Some(plan) = &self.plan else {
            panel.text(
                "The document cannot be read: fix its text first.",
                Role::Danger,
            );
            return panel.into_lines();
        };
        let (marked, news): (Vec<_>, Vec<_>) =
            plan.leaving.iter().partition(|leaving| leaving.is_marked);
        if news.is_empty() {
            let why = if plan.spared.is_empty() {
                "no kind has more than that many"
            } else {
                "some customers need each of the older ones"
            };
            panel.text(&format!("Nothing is removed: {why}."), Role::Muted);
        } else {
            panel.text(
                &format!("{} would go:", count(news.len(), "package", "packages")),
                Role::Title,
            );
            self.leaving(&mut panel, &news);
        }
        if !marked.is_empty() {
            panel.gap();
            panel.text("Already marked for removal:", Role::Title);
            self.leaving(&mut panel, &marked);
        }
        panel.gap();
        panel.text("What stays:", Role::Title);
        for group in &plan.groups {
            let kept: Vec<String> = group
                .kept
                .iter()
                .filter_map(|index| self.row(*index))
                .map(kept_name)
                .collect();
            panel.text(
                &format!("✓ {}: {}", group.name, kept.join(", ")),
                Role::Text,
            );
        }
        for row in plan.spared.iter().filter_map(|index| self.row(*index)) {
            let customers = self.misses(row);
            panel.text(
                &format!(
                    "! {} {} stays too: {customers} would have nothing else",
                    row.version_text(),
                    row.architecture
                ),
                Role::Warning,
            );
        }
        for row in plan.unknown.iter().filter_map(|index| self.row(*index)) {
            let why = if row.disposition == Disposition::New {
                "pick its ZIP to read its manifest"
            } else {
                "the Store does not say"
            };
            panel.text(
                &format!(
                    "? {}: its customers are unknown ({why}). It stays and is not counted.",
                    row.file_name
                ),
                Role::Warning,
            );
        }
        if self.target.kind() == Kind::Flight {
            panel.text(
                "For flights the Store lists no device families, so only the architecture counts.",
                Role::Muted,
            );
        }
        panel.into_lines()
    }

    /// Who gets a package today.
    fn misses(&self, wanted: &PackageRow) -> String {
        let index = self
            .rows
            .iter()
            .position(|row| row.pointer == wanted.pointer)
            .unwrap_or_default();
        let customers: Vec<String> = customers(self.target.kind(), &self.rows, index)
            .iter()
            .map(ToString::to_string)
            .collect();
        customers.join("; ")
    }

    /// Those first whose customers are left without; those that nobody gets any more in one paragraph.
    fn leaving(&self, panel: &mut TextPanel, leaving: &[&Leaving]) {
        let is_flight = self.target.kind() == Kind::Flight;
        let (idle, mut served): (Vec<&Leaving>, Vec<&Leaving>) = leaving
            .iter()
            .copied()
            .partition(|leaving| leaving.served.is_empty());
        served.sort_by_key(|leaving| !leaving.loses());
        for leaving in served {
            let Some(row) = self.row(leaving.row) else {
                continue;
            };
            let (sign, role) = if leaving.loses() && !is_flight {
                ("✗", Role::Danger)
            } else {
                ("−", Role::Text)
            };
            let how = if row.disposition == Disposition::New {
                ", new: leaves the list"
            } else {
                ""
            };
            panel.text(
                &format!(
                    "{sign} {} {} {}{how}",
                    row.file_name,
                    row.version_text(),
                    row.architecture
                ),
                role,
            );
            for served in &leaving.served {
                let (text, role) = outcome(served, row, self.target.kind());
                panel.text(&format!("    {}: {text}", served.customers), role);
            }
        }
        let names = |row: &PackageRow| match row.disposition {
            Disposition::New => format!("{} {} (new)", row.version_text(), row.architecture),
            _ => format!("{} {}", row.version_text(), row.architecture),
        };
        let names: Vec<String> = idle
            .iter()
            .filter_map(|leaving| self.row(leaving.row))
            .map(names)
            .collect();
        if !names.is_empty() {
            panel.text("− all customers of these get newer ones:", Role::Text);
            panel.text(&format!("    {}", names.join(", ")), Role::Muted);
        }
    }
}

fn kept_name(row: &PackageRow) -> String {
    let new = if row.disposition == Disposition::New {
        " (new)"
    } else {
        ""
    };
    format!("{}{new}", row.version_text())
}

/// What some customers get in its place.
fn outcome(served: &Served, gone: &PackageRow, kind: Kind) -> (String, Role) {
    match &served.instead {
        Some(instead) => {
            let version = instead
                .version
                .map(|version| version.to_string())
                .unwrap_or_default();
            let is_older = instead.version < gone.version;
            let (older, role) = if is_older {
                ("the OLDER ", Role::Warning)
            } else {
                ("", Role::Text)
            };
            (format!("get {older}{version}, {}", instead.file_name), role)
        }
        None if gone.disposition == Disposition::New => {
            ("no package for them".to_owned(), Role::Danger)
        }
        None if kind == Kind::Flight => (format!("get {}", nothing_left(kind)), Role::Warning),
        None => (
            format!(
                "{}. Existing users keep the app, new ones cannot get it",
                nothing_left(kind)
            ),
            Role::Danger,
        ),
    }
}

impl Overlay for KeepNewestDialog {
    fn name(&self) -> &'static str {
        "keep-newest"
    }

    fn opened(&mut self, cx: &Context) {
        let Some(prepared) = Prepared::of(cx.model, &self.target) else {
            return;
        };
        let Some(document) =
            CheckVerdict::of(&prepared, cx.now).and_then(|verdict| verdict.shared())
        else {
            return;
        };
        self.rows = PackageList::rows(&prepared, &document, cx);
        self.document = Some(document);
        self.set(1);
    }

    /// Digits are the number.
    fn takes_text(&self) -> bool {
        true
    }

    fn possible(&self, action: Action, _cx: &Context) -> Possible {
        match action {
            Action::Enter if self.plan.as_ref().is_none_or(|plan| plan.edits.is_empty()) => {
                Possible::No("Nothing would be removed.".to_owned())
            }
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        match action {
            Action::Toggle => self.toggle(),
            Action::Left => self.set(self.most.saturating_sub(1)),
            Action::Right => self.set((self.most + 1).min(self.largest())),
            Action::Enter => {
                let edits = self.plan.take().map(|plan| plan.edits).unwrap_or_default();
                let said = count(edits.len(), "package is", "packages are");
                let undo = cx.key(Action::Undo);
                return Closing::Close(vec![
                    Command::ChangeDocument {
                        target: self.target.clone(),
                        edits,
                    },
                    Command::Toast(
                        ToastLevel::Info,
                        format!("{said} marked; {undo} undoes it."),
                    ),
                ]);
            }
            Action::Back => return Closing::Close(Vec::new()),
            action if self.scroll.act(action) => {}
            _ => return Closing::Unused,
        }
        Closing::Stay
    }

    fn typed(&mut self, typed: &Typed, _cx: &Context) -> Handled {
        let Typed::Key(key) = typed else {
            return Handled::No;
        };
        match key.code {
            KeyCode::Char(' ') => self.toggle(),
            KeyCode::Char('-') => self.set(self.most.saturating_sub(1)),
            KeyCode::Char('+') => self.set((self.most + 1).min(self.largest())),
            KeyCode::Char(letter) => match letter.to_digit(10).filter(|digit| *digit > 0) {
                Some(digit) => self.set(digit as usize),
                None => return Handled::No,
            },
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        self.scroll.mouse(event);
        Closing::Stay
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let columns = WIDTH.min(area.width.saturating_sub(4));
        let lines = self.lines(cx, usize::from(columns));
        let tone = if self.loses() {
            ModalTone::Danger
        } else {
            ModalTone::Calm
        };
        let hints = overlay::hints(
            cx,
            &[
                (Action::Left, ""),
                (Action::Right, "how many"),
                (Action::Toggle, "toggle"),
                (Action::Enter, "mark them"),
                (Action::Back, "back"),
            ],
        );
        let height = (lines.len() as u16).saturating_add(3);
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (tone, "Keep the newest packages"),
            hints,
            (columns, height),
        );
        let [command, spare, _, body] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Min(0),
        ])
        .areas(inner);
        let per = if self.target.kind() == Kind::Flight {
            "architecture"
        } else {
            "architecture and device families"
        };
        let question = Line::from(vec![
            Span::styled(" Keep ", style(Role::Text)),
            Span::styled(format!("◂ {} ▸", self.most), style(Role::Selection)),
            Span::styled(format!(" of each {per}"), style(Role::Text)),
        ]);
        frame.render_widget(question, command);
        let mark = if self.spares { "x" } else { " " };
        let text = format!(" [{mark}] but keep packages that are some customers' only option");
        frame.render_widget(
            Line::styled(
                text,
                style(if self.spares {
                    Role::Text
                } else {
                    Role::Warning
                }),
            ),
            spare,
        );
        if let Some(percent) = self.scroll.draw(frame, body, &lines) {
            let more = Line::styled(format!("{percent} % "), style(Role::Muted)).right_aligned();
            frame.render_widget(more, command);
        }
    }
}
