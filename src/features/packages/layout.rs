//! Where the table of packages and the details of the selected one are drawn.

use super::tab::{BESIDE, LEAST_BOTH, LEAST_ROWS, Packages, SHEET_WIDTH, findings};
use super::{
    heading::preview,
    list::PackageList,
    table::{draw_table, panel},
};
use crate::screen::{action::Action, documents::Documents, pane::Context};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use tui_kit::{row, theme::Role};

impl Packages {
    /// The table and the selected package: beside each other where there is room, else one above the other.
    pub(super) fn parts(
        &self,
        frame: &mut Frame,
        body: Rect,
        documents: &Documents,
        cx: &Context,
        list: &PackageList,
    ) {
        let findings = findings(documents, cx);
        let rows = list.rows.len() as u16 + 1;
        let (table, rule, place) = if body.height < LEAST_BOTH {
            // So little shows the list alone.
            (body, Rect::default(), Rect::default())
        } else if body.width >= BESIDE {
            let [table, rule, place] = Layout::horizontal([
                Constraint::Min(0),
                Constraint::Length(1),
                Constraint::Length(SHEET_WIDTH),
            ])
            .areas(body);
            (table, rule, place)
        } else {
            // The table gets what it needs, but leaves the selected package its room.
            let lines = panel(
                cx,
                list,
                self.cursor.index(),
                &findings,
                usize::from(body.width),
            )
            .len() as u16;
            let least = (LEAST_ROWS + 1).max(body.height / 2).min(body.height);
            let most = body.height.saturating_sub(lines + 1).max(least);
            let customers = preview(cx, list, usize::from(body.width)).len() as u16 + 1;
            let wanted = if rows + customers <= most {
                rows + customers
            } else {
                rows.min(most)
            };
            let [table, rule, place] = Layout::vertical([
                Constraint::Length(wanted),
                Constraint::Length(1),
                Constraint::Min(0),
            ])
            .areas(body);
            (table, rule, place)
        };
        self.rows
            .set(draw_table(frame, table, cx, list, &findings, &self.cursor));
        // Where the table leaves room, the customers' side of it.
        let preview = preview(cx, list, usize::from(table.width));
        let [_, below] =
            Layout::vertical([Constraint::Length(rows + 1), Constraint::Min(0)]).areas(table);
        if below.height >= preview.len() as u16 {
            row::lines(frame, below, preview.iter());
        }
        let border = cx.theme.style(Role::Border);
        let mark = if rule.width == 1 {
            "│".to_owned()
        } else {
            "─".repeat(usize::from(rule.width))
        };
        for line in rule.rows() {
            frame.render_widget(Span::styled(mark.clone(), border), line);
        }
        let lines = panel(
            cx,
            list,
            self.cursor.index(),
            &findings,
            usize::from(place.width),
        );
        if let Some(percent) = self.scroll.draw(frame, place, &lines)
            && rule.height == 1
        {
            let more = format!(" {} {percent} % ", cx.key(Action::PageDown));
            frame.render_widget(
                Line::styled(more, cx.theme.style(Role::Muted)).right_aligned(),
                rule,
            );
        }
    }
}
