//! How the tree of a document looks: its rows, and what is known of the one under the cursor. Changes nothing.

use super::view::{BESIDE, TreeSearch, TreeView, WIDE, place_of};
use super::{
    about::{self, Aside},
    rows::{self},
    visible::VisibleTree,
};
use crate::screen::{action::Action, pane::Context, text_panel::TextPanel};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use store_model::json::document::SyntaxError;
use tui_kit::{row, theme::Role};

impl TreeView {
    pub fn draw(&self, frame: &mut Frame, area: Rect, visible: &VisibleTree, cx: &Context) {
        let pointer = self.pointer(visible.value);
        let mut aside = Aside::default();
        if let Some(input) = self.input.as_ref().filter(|input| input.in_row().is_some()) {
            aside.counter = input.counter();
            aside
                .said
                .extend(input.fault().map(|fault| (fault.to_owned(), Role::Danger)));
            aside
                .said
                .push((input.keys().trim().to_owned(), Role::Muted));
        } else if let Some(note) = &self.note {
            aside.said.push((note.clone(), Role::Warning));
        }
        let is_wide = area.width >= WIDE;
        let below = if is_wide {
            0
        } else {
            about_height(area.height)
        };
        let beside = if is_wide {
            BESIDE.max(area.width / 3)
        } else {
            0
        };
        let [left, side] =
            Layout::horizontal([Constraint::Min(1), Constraint::Length(beside)]).areas(area);
        let foot = u16::from(self.search.is_some());
        let [rows, about, line] = Layout::vertical([
            Constraint::Min(1),
            Constraint::Length(below),
            Constraint::Length(foot),
        ])
        .areas(left);
        self.draw_rows(frame, rows, visible, cx);
        if is_wide {
            about::draw_beside(frame, side, cx, visible, &pointer, &aside);
        } else {
            about::draw_below(frame, about, cx, visible, &pointer, &aside);
        }
        if let Some(TreeSearch { field, .. }) = &self.search {
            let [label, input] =
                Layout::horizontal([Constraint::Length(3), Constraint::Min(1)]).areas(line);
            frame.render_widget(Line::styled(" / ", cx.theme.style(Role::Key)), label);
            field.draw(
                frame,
                input,
                cx.theme,
                "search in names and values",
                cx.is_focused,
            );
        }
        if let Some(input) = self.input.as_ref().filter(|input| input.in_row().is_none()) {
            let help = visible
                .hint(place_of(&input.purpose))
                .map(|hint| hint.help)
                .unwrap_or_default();
            input.draw(frame, area, cx, &help);
        }
    }

    pub(super) fn draw_rows(
        &self,
        frame: &mut Frame,
        area: Rect,
        visible: &VisibleTree,
        cx: &Context,
    ) {
        self.drawn.set(area);
        let all = self.tree.rows(visible.value);
        let current = self.tree.index(visible.value);
        let window = self.tree.window(usize::from(area.height), visible.value);
        let columns = usize::from(area.width);
        for (index, place) in window.zip(area.rows()) {
            let Some(entry) = all.get(index) else {
                continue;
            };
            let pointer = self.tree.pointer_of(index, visible.value);
            let is_current = index == current;
            frame.render_widget(
                rows::line(cx, visible, entry, &pointer, &self.pattern, columns),
                place,
            );
            if is_current {
                row::select(frame, place, cx.theme, cx.is_focused);
            }
            if is_current
                && let Some(input) = self.input.as_ref().filter(|input| input.in_row().is_some())
            {
                let start = (rows::value_column(entry) as u16).min(area.width / 2);
                input.draw_in_row(
                    frame,
                    Rect {
                        x: place.x + start,
                        width: place.width - start,
                        ..place
                    },
                    cx,
                );
            }
        }
    }
}

/// Rows of what is said below a tree of this height, with its upper edge.
pub(super) fn about_height(height: u16) -> u16 {
    match height {
        0..9 => 0,
        9..16 => 4,
        16..24 => 5,
        _ => 7,
    }
}

/// In place of the tree where there is none: why, and the key that leads back to the text.
pub(super) fn draw_none(frame: &mut Frame, area: Rect, cx: &Context, error: Option<&SyntaxError>) {
    let mut panel = TextPanel::new(cx.theme, usize::from(area.width));
    panel.gap();
    match error {
        Some(error) => {
            panel.text(
                "✗ The text is not valid JSON, so there is no tree to show.",
                Role::Danger,
            );
            panel.text(
                &format!(
                    "Line {}, column {}: {}",
                    error.line, error.column, error.message
                ),
                Role::Text,
            );
        }
        None => panel.text("There is no document to show as a tree yet.", Role::Muted),
    }
    panel.gap();
    panel.keys(
        "next",
        &[
            (cx.key(Action::Tree), "back to the text"),
            (cx.key(Action::NextFinding), "to the place in the text"),
        ],
    );
    row::lines(frame, area, panel.into_lines());
}
