//! Keeps only the newest packages: asks how many of each kind and shows while one chooses which go, and which customers then
//! get another one or none. Answers with edits; changes nothing itself.

use super::overlay::{Closing, Overlay};
use crate::{
    action::Action,
    ask::{Ask, Severity},
    domain::{
        package_change::{KeepNewest as Plan, Leaving, keep_newest},
        package_reach::Served,
        package_rows::{Fate, PackageRow},
        target::{Kind, Target},
    },
    panes::{
        package_list::{PackageList, nothing_left},
        pane::{Cx, Handled, Possible, Typed},
        prepared::{Prepared, Verdict, count},
        sheet::Sheet,
    },
    ui::{
        modal::{self, Tone},
        scroll::Scroll,
        theme::Role,
    },
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, MouseEvent, MouseEventKind},
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use serde_json::Value;
use std::sync::Arc;

/// More of one kind make no sense: the Store takes about 25 in all.
const MOST: usize = 25;
const WIDTH: u16 = 92;

pub struct KeepNewest {
    target: Target,
    /// The document that the edits are for; `None` when there is none to change.
    document: Option<Arc<Value>>,
    rows: Vec<PackageRow>,
    most: usize,
    plan: Option<Plan>,
    scroll: Scroll,
}

impl KeepNewest {
    pub fn new(target: Target) -> Self {
        Self { target, document: None, rows: Vec::new(), most: 1, plan: None, scroll: Scroll::default() }
    }

    fn set(&mut self, most: usize) {
        self.most = most.clamp(1, MOST);
        self.plan = self.document.as_deref().map(|document| keep_newest(self.target.kind(), document, &self.rows, self.most));
        self.scroll = Scroll::default();
    }

    /// The most that any group has: keeping more than that changes nothing.
    fn largest(&self) -> usize {
        let groups = self.plan.iter().flat_map(|plan| &plan.groups);
        groups.map(|group| group.kept.len() + group.going.len()).max().unwrap_or(1).clamp(1, MOST)
    }

    /// Whether customers are left without a package. Those of a flight fall back on the app's.
    fn loses(&self) -> bool {
        self.target.kind() != Kind::Flight && self.plan.iter().flat_map(|plan| &plan.leaving).any(Leaving::loses)
    }

    fn row(&self, index: usize) -> Option<&PackageRow> {
        self.rows.get(index)
    }

    fn lines(&self, cx: &Cx, width: usize) -> Vec<Line<'static>> {
        let mut sheet = Sheet::new(cx.theme, width);
        let Some(plan) = &self.plan else {
            sheet.text("The document cannot be read just now: mend its text first.", Role::Danger);
            return sheet.into_lines();
        };
        let news = plan.leaving.iter().filter(|leaving| !leaving.is_marked).count();
        match news {
            0 => sheet.text("Nothing goes: no kind has more than that.", Role::Muted),
            _ => sheet.text(&format!("{} would go:", count(news, "package", "packages")), Role::Title),
        }
        for leaving in plan.leaving.iter().filter(|leaving| !leaving.is_marked) {
            self.leaving(&mut sheet, leaving);
        }
        if plan.leaving.iter().any(|leaving| leaving.is_marked) {
            sheet.gap();
            sheet.text("Marked before, and going too:", Role::Title);
            for leaving in plan.leaving.iter().filter(|leaving| leaving.is_marked) {
                self.leaving(&mut sheet, leaving);
            }
        }
        sheet.gap();
        sheet.text("What stays:", Role::Title);
        for group in &plan.groups {
            let kept: Vec<String> = group.kept.iter().filter_map(|index| self.row(*index)).map(kept_name).collect();
            sheet.text(&format!("✓ {}: {}", group.name, kept.join(", ")), Role::Text);
        }
        for row in plan.unknown.iter().filter_map(|index| self.row(*index)) {
            let why = if row.fate == Fate::New { "pick its ZIP, then its manifest tells" } else { "the Store does not tell" };
            sheet.text(
                &format!("? {}: for whom it is, nobody knows ({why}). It stays and does not count.", row.file_name),
                Role::Warning,
            );
        }
        if self.target.kind() == Kind::Flight {
            sheet.text("For flights the Store lists no device families: they are told apart by architecture alone.", Role::Muted);
        }
        sheet.into_lines()
    }

    fn leaving(&self, sheet: &mut Sheet, leaving: &Leaving) {
        let Some(row) = self.row(leaving.row) else { return };
        let is_loss = leaving.loses() && self.target.kind() != Kind::Flight;
        let role = if is_loss { Role::Danger } else { Role::Text };
        let sign = if is_loss { "✗" } else { "−" };
        let how = if row.fate == Fate::New { ", new: leaves the list" } else { "" };
        sheet.text(&format!("{sign} {} {} {}{how}", row.file_name, row.version_text(), row.architecture), role);
        if leaving.served.is_empty() {
            sheet.text("    nobody gets it any more: another one is newer for all its customers", Role::Muted);
        }
        for served in &leaving.served {
            let (text, role) = outcome(served, row, self.target.kind());
            sheet.text(&format!("    {}: {text}", served.customers), role);
        }
    }
}

fn kept_name(row: &PackageRow) -> String {
    let new = if row.fate == Fate::New { " (new)" } else { "" };
    format!("{}{new}", row.version_text())
}

/// What some customers get in its place.
fn outcome(served: &Served, gone: &PackageRow, kind: Kind) -> (String, Role) {
    match &served.instead {
        Some(instead) => {
            let version = instead.version.map(|version| version.to_string()).unwrap_or_default();
            let is_older = instead.version < gone.version;
            let (older, role) = if is_older { ("the OLDER ", Role::Warning) } else { ("", Role::Text) };
            (format!("get {older}{version}, {}", instead.file_name), role)
        }
        None if gone.fate == Fate::New => ("no package for them".to_owned(), Role::Danger),
        None if kind == Kind::Flight => (format!("get {}", nothing_left(kind)), Role::Warning),
        None => (format!("{}. Who has the app keeps it, nobody new can get it", nothing_left(kind)), Role::Danger),
    }
}

impl Overlay for KeepNewest {
    fn name(&self) -> &'static str {
        "keep-newest"
    }

    fn opened(&mut self, cx: &Cx, _asks: &mut Vec<Ask>) {
        let Some(prepared) = Prepared::of(cx.model, &self.target) else { return };
        let Some(document) = Verdict::of(&prepared).and_then(|verdict| verdict.shared()) else { return };
        self.rows = PackageList::rows(&prepared, &document, cx);
        self.document = Some(document);
        self.set(1);
    }

    /// Digits are the number.
    fn takes_text(&self) -> bool {
        true
    }

    fn possible(&self, action: Action, _cx: &Cx) -> Possible {
        match action {
            Action::Enter if self.plan.as_ref().is_none_or(|plan| plan.edits.is_empty()) => {
                Possible::No("Nothing would go.".to_owned())
            }
            Action::Enter | Action::Back | Action::Left | Action::Right => Possible::Yes,
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx, _asks: &mut Vec<Ask>) -> Closing {
        match action {
            Action::Left => self.set(self.most.saturating_sub(1)),
            Action::Right => self.set((self.most + 1).min(self.largest())),
            Action::Enter => {
                let edits = self.plan.take().map(|plan| plan.edits).unwrap_or_default();
                let said = count(edits.len(), "package is", "packages are");
                let undo = cx.key(Action::Undo);
                return Closing::Close(vec![
                    Ask::ChangeDocument { target: self.target.clone(), edits },
                    Ask::Toast(Severity::Info, format!("{said} marked; {undo} takes it back.")),
                ]);
            }
            Action::Back => return Closing::Close(Vec::new()),
            action if self.scroll.act(action) => {}
            _ => return Closing::Unused,
        }
        Closing::Stay
    }

    fn typed(&mut self, typed: &Typed, _cx: &Cx, _asks: &mut Vec<Ask>) -> Handled {
        let Typed::Key(key) = typed else { return Handled::No };
        match key.code {
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

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Cx, _asks: &mut Vec<Ask>) -> Closing {
        match event.kind {
            MouseEventKind::ScrollDown => self.scroll.act(Action::Down),
            MouseEventKind::ScrollUp => self.scroll.act(Action::Up),
            _ => false,
        };
        Closing::Stay
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let style = |role| cx.theme.style(role);
        let columns = WIDTH.min(area.width.saturating_sub(4));
        let lines = self.lines(cx, usize::from(columns));
        let tone = if self.loses() { Tone::Danger } else { Tone::Calm };
        let hints = format!(
            " {} {} how many  {} mark them  {} back ",
            cx.key(Action::Left),
            cx.key(Action::Right),
            cx.key(Action::Enter),
            cx.key(Action::Back)
        );
        let hints = Line::styled(hints, style(Role::Muted));
        let height = (lines.len() as u16).saturating_add(2);
        let inner = modal::draw(frame, area, cx.theme, tone, "Keep the newest packages", hints, columns, height);
        let [ask, _, body] = Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(0)]).areas(inner);
        let per = if self.target.kind() == Kind::Flight { "architecture" } else { "architecture and device families" };
        let question = Line::from(vec![
            Span::styled(" Keep ", style(Role::Text)),
            Span::styled(format!("◂ {} ▸", self.most), style(Role::Selection)),
            Span::styled(format!(" of each {per}"), style(Role::Text)),
        ]);
        frame.render_widget(question, ask);
        if let Some(percent) = self.scroll.draw(frame, body, &lines) {
            let more = Line::styled(format!("{percent} % "), style(Role::Muted)).right_aligned();
            frame.render_widget(more, ask);
        }
    }
}
