//! How the board looks: groups below each other, one line a row. Changes nothing.

use super::pane::{Board, action};
use crate::{
    screen::{
        action::Action,
        command::PaneId,
        pane::Context,
        status_badge::{self, StatusBadge},
    },
    state::board::{Group, Now, Row},
};
use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
};
use store_model::units;
use tui_kit::{
    panel::{self, Heading},
    row, text,
    theme::Role,
};

/// A line of the board: the head of a group, or the row of that number among those that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Head(Group, usize),
    Row(usize),
}

/// The parts of a row, in columns.
struct Columns {
    name: usize,
    kind: usize,
    state: usize,
    what: usize,
    verb: usize,
}

/// Below this a row says no more than what, how and what to do.
const NARROW: usize = 70;

fn badge(row: &Row, cx: &Context) -> StatusBadge {
    let word = row.state(cx.now);
    let (sign, role) = match &row.now {
        Now::FellBack => ("✗", Role::Danger),
        Now::Pending => ("◌", Role::Muted),
        Now::Edited => ("✎", Role::Warning),
        Now::Rollout(_) => ("◔", Role::Info),
        Now::Running(_) => ("▲", Role::Busy),
        Now::Paused(_) => ("‖", Role::Warning),
        Now::Interrupted(_) => ("⊘", Role::Warning),
        Now::Status(status) => {
            let badge = status_badge::of_status(status, None);
            // Certified and waiting for nobody: that is the Store's.
            if badge.sign == "◑" && row.group == Group::Store {
                ("◐", Role::Busy)
            } else {
                (badge.sign, badge.role)
            }
        }
    };
    StatusBadge { sign, word, role }
}

/// What a run does now changes too often for the board to be made anew each time.
fn progress(row: &Row, cx: &Context) -> Option<String> {
    let upload = cx.model.run(row.run.as_deref()?)?.upload.as_ref()?;
    let left = upload
        .left
        .map(|left| format!(", {} left", units::duration(left)))
        .unwrap_or_default();
    Some(format!(
        "{} % of {}{left}",
        units::percent(upload.sent, upload.total),
        units::bytes(upload.total)
    ))
}

impl Board {
    /// The lines in their order; the head of the first group stands in the border.
    pub(super) fn items(&self, cx: &Context) -> Vec<Item> {
        let mut items = Vec::new();
        let mut last = None;
        for at in 0..self.rows.len() {
            let Some(row) = self.row(at, cx) else {
                continue;
            };
            if last != Some(row.group) {
                if last.is_some() {
                    items.push(Item::Head(row.group, self.count(row.group, cx)));
                }
                last = Some(row.group);
            }
            items.push(Item::Row(at));
        }
        items
    }

    fn count(&self, group: Group, cx: &Context) -> usize {
        (0..self.rows.len())
            .filter(|at| self.row(*at, cx).is_some_and(|row| row.group == group))
            .count()
    }

    /// The row on a line of the last drawn window.
    pub(super) fn row_on(&self, line: usize, cx: &Context) -> Option<usize> {
        match self.items(cx).get(self.top.get() + line)? {
            Item::Row(at) => Some(*at),
            Item::Head(..) => None,
        }
    }

    fn columns(shown: &[&Row], width: usize, cx: &Context) -> Columns {
        let widest =
            |of: &dyn Fn(&Row) -> usize| shown.iter().map(|row| of(row)).max().unwrap_or(0);
        // Cursor, sign and the blanks between the parts.
        let room = width.saturating_sub(4);
        let verb = widest(&|row| text::width(&verb(row, cx)));
        let kind = if width < NARROW { 0 } else { 8 };
        let state = widest(&|row| text::width(&row.state(cx.now))).min(room * 2 / 5);
        let left = room.saturating_sub(verb + kind + state + 4);
        let name = widest(&|row| text::width(&row.name)).clamp(8, (left * 9 / 20).max(8));
        Columns {
            name,
            kind,
            state,
            what: left.saturating_sub(name),
            verb,
        }
    }

    pub(super) fn paint(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let items = self.items(cx);
        let first = self.row(0, cx).map(|row| row.group);
        let mut notes = Vec::new();
        if let Some(group) = first {
            notes.push(Span::styled(
                self.count(group, cx).to_string(),
                cx.theme.style(Role::Muted),
            ));
        }
        if let Some(told) = cx.model.submissions.since_left() {
            notes.push(Span::styled(
                told.sentence(cx.now),
                cx.theme.style(Role::Info),
            ));
        }
        if self.is_typing || !self.filter.is_empty() {
            notes.push(Span::styled(
                format!("{} of {}", self.rows.len(), cx.model.board.len()),
                cx.theme.style(Role::Muted),
            ));
            notes.push(Span::styled(
                format!("/{}", self.filter.text()),
                cx.theme.style(Role::Match),
            ));
        }
        let heading = Heading {
            number: PaneId::Board.number(),
            title: first.map_or(PaneId::Board.word(), Group::word),
            notes,
        };
        let (inner, end) = panel::draw(frame, area, cx.theme, cx.is_focused, heading);
        if self.is_typing && cx.is_focused {
            let column = end.min(area.right().saturating_sub(2));
            frame.set_cursor_position(Position::new(column, area.y));
        }
        if items.is_empty() {
            let advice = text::wrap(&self.placeholder(cx), usize::from(inner.width));
            row::texts(frame, inner, advice, cx.theme.style(Role::Muted));
            return;
        }
        let height = usize::from(inner.height);
        self.cursor.window(height, self.rows.len());
        let selected = items
            .iter()
            .position(|item| *item == Item::Row(self.cursor.index()))
            .unwrap_or_default();
        // The head of the first row of a group comes into view with it.
        let above = selected.saturating_sub(usize::from(
            selected > 0 && matches!(items.get(selected - 1), Some(Item::Head(..))),
        ));
        let top = self
            .top
            .get()
            .clamp(selected.saturating_sub(height.saturating_sub(1)), above)
            .min(items.len().saturating_sub(height));
        self.top.set(top);
        let shown: Vec<&Row> = self
            .rows
            .iter()
            .filter_map(|at| cx.model.board.get(*at))
            .collect();
        let columns = Self::columns(&shown, usize::from(inner.width), cx);
        for (item, place) in items.iter().skip(top).zip(inner.rows()) {
            match item {
                Item::Head(group, count) => head(frame, area, place, (*group, *count), cx),
                Item::Row(at) => {
                    let Some(shown) = self.row(*at, cx) else {
                        continue;
                    };
                    let is_current = *at == self.cursor.index();
                    row::draw(frame, place, &line(shown, &columns, is_current, cx));
                    if is_current {
                        row::select(frame, place, cx.theme, cx.is_focused);
                    }
                }
            }
        }
    }

    fn placeholder(&self, cx: &Context) -> String {
        let model = cx.model;
        if !self.filter.is_empty() {
            return format!(
                "Nothing matches. Press {} to clear the filter.",
                cx.key(Action::Back)
            );
        }
        let is_loading = model.apps.products.is_loading() || model.add_ons.products.is_loading();
        let error = model.apps.products.error();
        match (error, is_loading, model.apps.products.value()) {
            (Some(error), ..) => {
                format!("✗ {error} Press {} to try again.", cx.key(Action::Refresh))
            }
            (None, true, None) => "Loading…".to_owned(),
            _ => format!(
                "Nothing is under way, and nothing needs you. {} shows the apps.",
                cx.key(Action::FocusApps)
            ),
        }
    }
}

/// The key and the word of what is to be done.
fn verb(row: &Row, cx: &Context) -> String {
    let key = action(row.verb).map_or_else(|| "⏎".to_owned(), |action| cx.key(action));
    format!("{key} {}", row.verb.word())
}

/// The line between two groups, joined to the frame.
fn head(frame: &mut Frame, area: Rect, place: Rect, (group, count): (Group, usize), cx: &Context) {
    let border = cx.theme.style(if cx.is_focused {
        Role::BorderFocused
    } else {
        Role::Border
    });
    let title = format!(" {} ", group.word());
    let count = format!("─ {count} ");
    let width = usize::from(area.width);
    let rest = width.saturating_sub(text::width(&title) + text::width(&count) + 2);
    let line = Line::from(vec![
        Span::styled("├", border),
        Span::styled(title, cx.theme.style(Role::Title)),
        Span::styled(format!("{count}{}┤", "─".repeat(rest)), border),
    ]);
    let whole = Rect {
        x: area.x,
        width: area.width,
        ..place
    };
    row::draw(frame, whole, &line);
}

fn line(row: &Row, columns: &Columns, is_current: bool, cx: &Context) -> Line<'static> {
    let style = |role| cx.theme.style(role);
    let badge = badge(row, cx);
    let what = progress(row, cx).unwrap_or_else(|| row.what.clone());
    let what_role = if row.is_late {
        Role::Warning
    } else {
        Role::Text
    };
    let padded = |content: &str, width| text::pad(&text::fit(content, width), width);
    let mut spans = vec![
        Span::raw(if is_current { "▸" } else { " " }),
        Span::styled(text::pad(badge.sign, 1), style(badge.role)),
        Span::raw(" "),
        Span::styled(padded(&row.name, columns.name), style(Role::Text)),
        Span::raw(" "),
    ];
    if columns.kind > 0 {
        spans.push(Span::styled(
            padded(row.kind(), columns.kind),
            style(Role::Muted),
        ));
    }
    spans.extend([
        Span::styled(padded(&badge.word, columns.state), style(badge.role)),
        Span::raw("  "),
        Span::styled(padded(&what, columns.what), style(what_role)),
        Span::raw(" "),
        Span::styled(
            text::pad(&verb(row, cx), columns.verb),
            style(if row.group == Group::You {
                Role::Key
            } else {
                Role::Muted
            }),
        ),
    ]);
    Line::from(spans)
}
