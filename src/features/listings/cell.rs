//! Draws the selected cell of the Listings tab: its whole text with counter, and what the server has instead. Changes nothing.

use super::{
    grid::signs,
    table::{Table, TableSpot},
};
use crate::screen::{dialogs::text::counter, pane::Context};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use store_model::texts::{CellState, GridMark, Text, TextField};
use tui_kit::{
    row,
    text::{fit, width, wrap},
    theme::Role,
};

/// Below this, two texts do not stand side by side.
const SIDE_BY_SIDE: u16 = 64;

fn remarks(
    table: &Table,
    field: &TextField,
    mark: &GridMark,
    text: Option<&Text>,
) -> Vec<(String, Role)> {
    let mut remarks = Vec::new();
    match mark.state {
        CellState::Missing => remarks.push(("missing".to_owned(), Role::Muted)),
        CellState::Empty => remarks.push(("empty".to_owned(), Role::Muted)),
        CellState::Odd => remarks.push(("not a text: see the JSON tab".to_owned(), Role::Warning)),
        CellState::Filled => {
            let excess = text.and_then(|text| text.excess(field));
            // Where the counter says it already, the limit is not said twice.
            let role = if excess.is_some() {
                Role::Danger
            } else {
                Role::Text
            };
            remarks.push((counter(field, mark.used), role));
            match excess {
                Some(excess) if field.most.is_none_or(|most| mark.used <= most) => {
                    remarks.push((excess, Role::Danger));
                }
                Some(_) => remarks.push(("too long".to_owned(), Role::Danger)),
                None => {}
            }
        }
    }
    if mark.is_same {
        remarks.push((
            format!("same as {}", table.default_language().unwrap_or_default()),
            Role::Muted,
        ));
    }
    if mark.is_changed {
        remarks.push(("changed".to_owned(), Role::Info));
    }
    remarks
}

pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, table: &Table, spot: TableSpot) {
    let style = |role| cx.theme.style(role);
    let (Some(language), Some(field), Some(mark)) = (
        table.grid.languages.get(spot.row),
        table.grid.fields.get(spot.column),
        table.grid.mark(spot.row, spot.column),
    ) else {
        return;
    };
    if area.is_empty() {
        return;
    }
    let legend = u16::from(area.height >= 6);
    let [top, body, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(legend),
    ])
    .areas(area);
    let text = table.text(spot.row, spot.column);
    let mut line = Line::from(Span::styled("─ ", style(Role::Border)));
    line.push_span(Span::styled(
        format!("{language} {}", field.word),
        style(Role::Title),
    ));
    for (remark, role) in remarks(table, field, mark, text.as_ref()) {
        line.push_span(Span::styled(" ─ ", style(Role::Border)));
        line.push_span(Span::styled(remark, style(role)));
    }
    let rest = usize::from(top.width).saturating_sub(line.width() + 1);
    line.push_span(Span::styled(
        format!(" {}", "─".repeat(rest)),
        style(Role::Border),
    ));
    frame.render_widget(line, top);

    let body = Rect {
        x: body.x + 1,
        width: body.width.saturating_sub(2),
        ..body
    };
    if mark.is_changed {
        let before = table.before(spot.row, spot.column);
        let was = before.map_or_else(|| "nothing".to_owned(), |text| text.to_lines());
        let [new, old] = if body.width >= SIDE_BY_SIDE {
            Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)])
                .spacing(2)
                .areas(body)
        } else {
            Layout::vertical([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(body)
        };
        paragraph(frame, new, cx, "now", &shown(text.as_ref()), Role::Text);
        paragraph(frame, old, cx, "on the server", &was, Role::Muted);
    } else {
        paragraph(frame, body, cx, "", &shown(text.as_ref()), Role::Text);
    }
    let default = table.default_language().unwrap_or_default();
    let signs = |mark: GridMark| {
        let (changed, matter) = signs(&mark);
        if changed == " " { matter } else { changed }
    };
    let none = GridMark::default();
    let meaning = [
        (
            signs(GridMark {
                is_changed: true,
                ..none
            }),
            "changed".to_owned(),
        ),
        (
            signs(GridMark {
                is_over: true,
                ..none
            }),
            "too long".to_owned(),
        ),
        (
            signs(GridMark {
                is_same: true,
                ..none
            }),
            format!("as {default}"),
        ),
        (
            signs(GridMark {
                state: CellState::Empty,
                ..none
            }),
            "empty".to_owned(),
        ),
        (signs(none), "missing".to_owned()),
        ("*", "compared with".to_owned()),
    ];
    let legend: Vec<String> = meaning
        .iter()
        .map(|(sign, word)| format!("{sign} {word}"))
        .collect();
    frame.render_widget(
        Line::styled(
            fit(&format!(" {}", legend.join("   ")), usize::from(foot.width)).into_owned(),
            style(Role::Muted),
        ),
        foot,
    );
}

fn shown(text: Option<&Text>) -> String {
    match text {
        Some(Text::Many(entries)) => entries
            .iter()
            .map(|entry| format!("• {entry}"))
            .collect::<Vec<_>>()
            .join("\n"),
        Some(Text::One(text)) => text.clone(),
        None => String::new(),
    }
}

/// A text under a word; what does not fit is counted.
fn paragraph(frame: &mut Frame, area: Rect, cx: &Context, word: &str, text: &str, role: Role) {
    let columns = usize::from(area.width);
    if area.is_empty() {
        return;
    }
    let mut lines: Vec<Line> = Vec::new();
    if !word.is_empty() {
        lines.push(Line::styled(word, cx.theme.style(Role::Key)));
    }
    let room = usize::from(area.height).saturating_sub(lines.len());
    let wrapped = wrap(text, columns);
    let hidden = if wrapped.len() > room {
        wrapped.len() - room + 1
    } else {
        0
    };
    let kept = wrapped.len() - hidden.min(wrapped.len());
    lines.extend(
        wrapped
            .into_iter()
            .take(kept)
            .map(|line| Line::styled(line, cx.theme.style(role))),
    );
    if hidden > 0 {
        let more = format!("… {hidden} more lines");
        lines.push(Line::styled(
            if width(&more) <= columns {
                more
            } else {
                "…".to_owned()
            },
            cx.theme.style(Role::Muted),
        ));
    }
    row::lines(frame, area, lines.iter());
}
