//! How a value that is being typed looks: in its row, or in a dialog of its own. Changes nothing.

use super::input::{Input, InputKind, InputPurpose, title};
use super::rows::{counter, grouped};
use crate::screen::pane::Context;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use store_model::rules::schema::FieldShape;
use tui_kit::{
    modal::{self, ModalTone},
    row,
    text::{fit, width, wrap},
    theme::Role,
};

impl Input {
    /// Typed into the place where the value stands.
    pub fn draw_in_row(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let InputKind::Line(field) = &self.way else {
            return;
        };
        let (count, role) = self.counter().unwrap_or((String::new(), Role::Muted));
        let room = area.width.saturating_sub(width(&count) as u16 + 1);
        let wiped = " ".repeat(usize::from(area.width));
        frame.render_widget(Line::styled(wiped, cx.theme.style(Role::Text)), area);
        field.draw(
            frame,
            Rect {
                width: room,
                ..area
            },
            cx.theme,
            self.placeholder(),
            cx.is_focused,
        );
        let count_area = Rect {
            x: area.right().saturating_sub(width(&count) as u16),
            width: width(&count) as u16,
            ..area
        };
        frame.render_widget(
            Line::styled(count, cx.theme.style(role)),
            count_area.intersection(area),
        );
    }

    pub(super) fn placeholder(&self) -> &'static str {
        match (&self.purpose, self.shape) {
            (InputPurpose::Name { .. }, _) => "a name",
            (_, FieldShape::Date) => "2026-03-01T09:00:00Z",
            (_, FieldShape::Number) => "a number",
            _ => "a text",
        }
    }

    /// In front of the tree.
    pub fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context, help: &str) {
        let style = |role| cx.theme.style(role);
        let columns = usize::from(WIDTH.min(area.width.saturating_sub(4)));
        let said = match &self.fault {
            Some(fault) => wrap(fault, columns),
            None => wrap(help, columns),
        };
        let said_role = if self.fault.is_some() {
            Role::Danger
        } else {
            Role::Muted
        };
        let said_height = said.len().min(3) as u16;
        let height = match &self.way {
            InputKind::Line(_) => 1,
            InputKind::Pick(pick) => (pick.count() as u16 + 1).clamp(3, 14),
        };
        let keys = Line::styled(fit(self.keys(), columns).into_owned(), style(Role::Muted));
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (ModalTone::Calm, &title(&self.purpose)),
            keys,
            (WIDTH, height + said_height + 1),
        );
        let [text, gap, below] = Layout::vertical([
            Constraint::Min(1),
            Constraint::Length(1),
            Constraint::Length(said_height),
        ])
        .areas(inner);
        match &self.way {
            InputKind::Line(field) => field.draw(frame, text, cx.theme, self.placeholder(), true),
            InputKind::Pick(pick) => pick.draw(frame, text, cx),
        }
        if let Some((count, most)) = self.count() {
            let over = if count > most {
                format!("  {} too many", grouped(count - most))
            } else {
                String::new()
            };
            let (count, role) = counter(count, most);
            frame.render_widget(
                Line::from(vec![
                    Span::styled(count, style(role)),
                    Span::styled(over, style(Role::Danger)),
                ])
                .right_aligned(),
                gap,
            );
        }
        row::texts(frame, below, said, style(said_role));
    }
}

pub(super) const WIDTH: u16 = 64;
