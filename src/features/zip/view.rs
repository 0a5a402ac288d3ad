//! The two parts of the ZIP picker's screen: the folder's rows, and how the ZIP under the cursor fits. Decides nothing.

use super::picker::{PickerRow, ZipPicker, as_path, rank, refusal};
use crate::screen::fit_panel;
use crate::{
    screen::{action::Action, pane::Context, status_badge::at, text_panel::TextPanel},
    state::prepared::CheckVerdict,
};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};
use store_model::{remote::Remote, units};
use tui_kit::{
    filter::Search,
    meter,
    text::{fit, pad, pad_left, width},
    theme::Role,
};
use unicode_segmentation::UnicodeSegmentation;

impl ZipPicker {
    pub(super) fn draw_list(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let entries = cx
            .model
            .folder
            .entries
            .value()
            .map_or(&[][..], Vec::as_slice);
        if self.rows.is_empty() {
            let word = match &cx.model.folder.entries {
                Remote::Loading { .. } | Remote::Idle => {
                    format!("{} the folder is being read", meter::spinner(cx.uptime))
                }
                Remote::Failed { error, .. } => format!("✗ {error}"),
                Remote::Ready(_) if as_path(self.filter.text(), cx).is_some() => {
                    "enter opens this path".to_owned()
                }
                Remote::Ready(_) if self.filter.is_empty() => "the folder is empty".to_owned(),
                Remote::Ready(_) => "no match".to_owned(),
            };
            let mut panel = TextPanel::new(cx.theme, usize::from(area.width));
            panel.text(
                &word,
                if cx.model.folder.entries.error().is_some() {
                    Role::Danger
                } else {
                    Role::Muted
                },
            );
            draw_lines(frame, area, panel.into_lines());
            return;
        }
        let columns = usize::from(area.width);
        let has_date = columns >= 50;
        // The year is told only where there is room for it.
        let has_year = columns >= 70;
        let right = if has_year {
            27
        } else if has_date {
            22
        } else {
            9
        };
        let name_width = columns.saturating_sub(right + 3);
        let mut search = Search::new(self.filter.text());
        let window = self
            .cursor
            .window(usize::from(area.height), self.rows.len());
        for (y, index) in (area.y..area.bottom()).zip(window) {
            let Some(row) = self.rows.get(index) else {
                break;
            };
            let is_here = index == self.cursor.index();
            let mut line = Line::default();
            line.push_span(Span::styled(
                if is_here { "▸" } else { " " },
                cx.theme.style(Role::Key),
            ));
            match row {
                PickerRow::Up => line.push_span(Span::styled(
                    pad(" ../", columns.saturating_sub(1)),
                    cx.theme.style(Role::Text),
                )),
                PickerRow::Entry(index) => {
                    let Some(entry) = entries.get(*index) else {
                        continue;
                    };
                    let (name, role) = match rank(entry) {
                        0 => (entry.name.clone(), Role::Text),
                        1 => (format!("{}/", entry.name), Role::Info),
                        _ => (entry.name.clone(), Role::Muted),
                    };
                    line.push_span(Span::raw(" "));
                    let shown = fit(&name, name_width).into_owned();
                    let hits = if self.filter.is_empty() {
                        Vec::new()
                    } else {
                        search.hits(&entry.name)
                    };
                    for (at, grapheme) in shown.graphemes(true).enumerate() {
                        let role = if hits.contains(&(at as u32)) {
                            Role::Match
                        } else {
                            role
                        };
                        line.push_span(Span::styled(grapheme.to_owned(), cx.theme.style(role)));
                    }
                    line.push_span(Span::raw(
                        " ".repeat(name_width.saturating_sub(width(&shown)) + 1),
                    ));
                    let size = if entry.is_folder {
                        String::new()
                    } else {
                        units::bytes(entry.size)
                    };
                    let date = entry
                        .modified
                        .map(|time| at(time, cx.zone))
                        .unwrap_or_default();
                    let facts = match (has_date, has_year) {
                        (false, _) => pad_left(&size, 9),
                        (true, false) => format!(
                            "{} {:>12}",
                            pad_left(&size, 9),
                            date.get(5..).unwrap_or_default()
                        ),
                        (true, true) => format!("{} {date:>17}", pad_left(&size, 9)),
                    };
                    line.push_span(Span::styled(facts, cx.theme.style(Role::Muted)));
                }
            }
            let place = Rect {
                y,
                height: 1,
                ..area
            };
            frame.render_widget(line, place);
            if is_here {
                tui_kit::row::select(frame, place, cx.theme, true);
            }
        }
    }

    pub(super) fn draw_panel(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let mut panel = TextPanel::new(cx.theme, usize::from(area.width));
        if let Some(error) = self.verdict.as_ref().and_then(CheckVerdict::error) {
            panel.text(
                &format!("✗ The edited JSON cannot be read, so nothing can be compared: {error}"),
                Role::Danger,
            );
        } else if let Some(failure) = &self.failure {
            panel.text(&format!("✗ {failure}"), Role::Danger);
        } else {
            match (self.zip(cx), self.entry(cx)) {
                (Some(zip), _) => {
                    let examined = cx
                        .model
                        .examined
                        .value()
                        .filter(|examined| examined.zip == zip.path);
                    match (examined, cx.model.examined.error()) {
                        (Some(examined), _) => {
                            let repairs = self.repairs(cx);
                            let fit = self.fit(examined).unwrap_or_default();
                            fit_panel::fit(
                                &mut panel,
                                examined,
                                &fit,
                                &repairs,
                                &cx.key(Action::Repair),
                            );
                        }
                        (None, Some(error)) => panel.text(&format!("✗ {error}"), Role::Danger),
                        (None, None) => {
                            panel.text(
                                &format!("{} examining {} …", meter::spinner(cx.uptime), zip.name),
                                Role::Busy,
                            );
                        }
                    }
                }
                (None, Some(entry)) if !entry.is_folder => {
                    panel.text(
                        &format!("{}: {}.", entry.name, refusal(&entry.name)),
                        Role::Muted,
                    );
                    panel.gap();
                    fit_panel::expected(&mut panel, &self.expected);
                }
                _ => {
                    fit_panel::expected(&mut panel, &self.expected);
                    if !self.expected.is_empty() {
                        panel.gap();
                        let key = cx.key(Action::MakeZip);
                        panel.text(
                            &format!(
                                "{key} finds them in {} and creates the ZIP.",
                                self.make_name(cx)
                            ),
                            Role::Key,
                        );
                    }
                }
            }
        }
        draw_lines(frame, area, panel.into_lines());
    }
}

/// As many lines as there is room for; the last one says when there are more.
fn draw_lines(frame: &mut Frame, area: Rect, lines: Vec<Line<'static>>) {
    let height = usize::from(area.height);
    let more = lines.len().saturating_sub(height);
    for (index, (y, line)) in (area.y..area.bottom()).zip(lines).enumerate() {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        if more > 0 && index + 1 == height {
            frame.render_widget(Line::raw(format!(" … {} more lines", more + 1)), row);
        } else {
            frame.render_widget(line, row);
        }
    }
}
