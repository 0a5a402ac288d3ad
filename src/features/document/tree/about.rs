//! The panel about the place under the cursor: its meaning, allowed values, findings, and the value before.
//! Knows no key and keeps nothing.

use super::{
    rows::{counted, counter},
    visible::{RowMark, VisibleTree},
};
use crate::screen::{
    action::Action, pane::Context, status_badge::of_severity, text_panel::TextPanel,
};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};
use serde_json::Value;
use store_model::{
    rules::schema::{FieldShape, Hint},
    value,
};
use tui_kit::{
    row,
    text::{fit, fit_end, width},
    theme::Role,
};

/// Words of a choice that are named before it says how many more there are.
const MOST_WORDS: usize = 12;

fn kind_of(shape: FieldShape) -> &'static str {
    match shape {
        FieldShape::Text => "text",
        FieldShape::Number => "number",
        FieldShape::Bool => "yes or no",
        FieldShape::Date => "date",
        FieldShape::Choice => "choice",
        FieldShape::List => "list",
        FieldShape::Map => "map",
        FieldShape::Object => "object",
    }
}

/// What is to be said besides what is known of the place.
#[derive(Clone, Debug, Default)]
pub struct Aside {
    /// Stands first: why what was typed cannot be taken, which keys there are.
    pub said: Vec<(String, Role)>,
    /// The counter of what is being typed.
    pub counter: Option<(String, Role)>,
}

/// `text · 1,204 / 1,500 · read-only`.
fn sort(visible: &VisibleTree, pointer: &str, aside: &Aside) -> Vec<(String, Role)> {
    let mut parts = vec![(kind_of(visible.shape(pointer)).to_owned(), Role::Muted)];
    if let Some(hint) = visible.hint(pointer) {
        let here = || {
            hint.most
                .zip(visible.value.pointer(pointer).and_then(counted))
                .map(|(most, count)| counter(count, most))
        };
        parts.extend(aside.counter.clone().or_else(here));
        if hint.is_read_only {
            parts.push(("read-only".to_owned(), Role::Warning));
        }
        if hint.is_obsolete {
            parts.push(("obsolete".to_owned(), Role::Warning));
        }
    }
    parts
}

fn words(hint: &Hint) -> Option<String> {
    let label = match hint.shape {
        FieldShape::Choice => "one of",
        FieldShape::Map => "names",
        _ => return None,
    };
    let named: Vec<&str> = hint
        .choices
        .iter()
        .take(MOST_WORDS)
        .map(String::as_str)
        .collect();
    let more = hint.choices.len().saturating_sub(MOST_WORDS);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!named.is_empty()).then(|| format!("{label} {}{rest}", named.join(", ")))
}

/// The most urgent first: what a small panel cuts off matters least.
fn lines(cx: &Context, visible: &VisibleTree, pointer: &str, columns: usize) -> Vec<Line<'static>> {
    let mut panel = TextPanel::new(cx.theme, columns);
    let hint = visible.hint(pointer);
    for finding in visible.found(pointer) {
        let (sign, role) = of_severity(finding.severity);
        panel.text(&format!("{sign} {}", finding.sentence), role);
    }
    match visible.mark(pointer) {
        Some(RowMark::New) => panel.text("+ new: not in the Store's copy", Role::Good),
        Some(RowMark::Changed) => {
            let before = visible
                .change(pointer)
                .and_then(|change| change.before.as_ref());
            panel.text(
                &format!(
                    "● was {}",
                    before.map_or_else(|| "nothing".to_owned(), value::brief)
                ),
                Role::Info,
            );
        }
        Some(RowMark::Inside) => {
            for gone in visible.changes.iter().filter(|change| {
                change.after.is_none()
                    && change
                        .path
                        .rsplit_once('/')
                        .is_some_and(|(above, _)| above == pointer)
            }) {
                let name = gone.place.rsplit(" › ").next().unwrap_or(&gone.place);
                panel.text(
                    &format!(
                        "○ {name} was removed, was {}",
                        gone.before.as_ref().map(value::brief).unwrap_or_default()
                    ),
                    Role::Info,
                );
            }
        }
        None => {}
    }
    match &hint {
        Some(hint) => {
            panel.text(&hint.help, Role::Text);
            if let Some(words) = words(hint) {
                panel.text(&words, Role::Muted);
            }
            if hint.is_read_only {
                panel.text("Written by the Store: it is not sent.", Role::Muted);
            } else if hint.is_obsolete {
                panel.text("Obsolete: the Store ignores it.", Role::Muted);
            }
        }
        None if pointer.is_empty() => panel.text("The document.", Role::Muted),
        None => panel.text("This field is unknown; it is sent as it is.", Role::Muted),
    }
    if visible.found(pointer).next().is_none() && visible.worst(pointer).is_some() {
        panel.text(
            &format!(
                "{} goes to the findings below.",
                cx.key(Action::NextFinding)
            ),
            Role::Muted,
        );
    }
    panel.into_lines()
}

/// The place's name and sort in one line, cut where the pointer is too long.
fn heading(
    cx: &Context,
    visible: &VisibleTree,
    pointer: &str,
    aside: &Aside,
    columns: usize,
) -> Line<'static> {
    let style = |role| cx.theme.style(role);
    let sort = sort(visible, pointer, aside);
    let taken: usize = sort.iter().map(|(text, _)| width(text) + 3).sum();
    let room = columns.saturating_sub(taken + 5);
    let place = fit_end(
        if pointer.is_empty() {
            "the document"
        } else {
            pointer
        },
        room,
    )
    .into_owned();
    let rule = "─".repeat(room.saturating_sub(width(&place)));
    let mut spans = vec![
        Span::styled("─ ", style(Role::Border)),
        Span::styled(place, style(Role::Title)),
        Span::styled(format!(" {rule}"), style(Role::Border)),
    ];
    for (text, role) in sort {
        spans.push(Span::styled("─ ", style(Role::Border)));
        spans.push(Span::styled(format!("{text} "), style(role)));
    }
    spans.push(Span::styled("─", style(Role::Border)));
    Line::from(spans)
}

/// Below the tree, with a line that sets it off.
pub fn draw_below(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    visible: &VisibleTree,
    pointer: &str,
    aside: &Aside,
) {
    let columns = usize::from(area.width);
    let mut places = area.rows();
    let Some(top) = places.next() else { return };
    frame.render_widget(heading(cx, visible, pointer, aside, columns), top);
    let said = aside.said.iter().map(|(text, role)| {
        Line::styled(
            format!(" {}", fit(text, columns.saturating_sub(2))),
            cx.theme.style(*role),
        )
    });
    for (line, place) in said.chain(lines(cx, visible, pointer, columns)).zip(places) {
        frame.render_widget(line, place);
    }
}

/// On the right of the tree, over its whole height.
pub fn draw_beside(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    visible: &VisibleTree,
    pointer: &str,
    aside: &Aside,
) {
    for row in area.rows() {
        frame.render_widget(
            Span::styled("│", cx.theme.style(Role::Border)),
            Rect { width: 1, ..row },
        );
    }
    let area = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    let columns = usize::from(area.width);
    let mut panel = TextPanel::new(cx.theme, columns);
    panel.text(
        if pointer.is_empty() {
            "the document"
        } else {
            pointer
        },
        Role::Title,
    );
    let sort = sort(visible, pointer, aside);
    let mut spans = vec![Span::raw(" ")];
    for (index, (text, role)) in sort.into_iter().enumerate() {
        let between = if index > 0 { " · " } else { "" };
        spans.push(Span::styled(between, cx.theme.style(Role::Muted)));
        spans.push(Span::styled(text, cx.theme.style(role)));
    }
    panel.line(Line::from(spans));
    panel.gap();
    for (text, role) in &aside.said {
        panel.text(text, *role);
    }
    if !aside.said.is_empty() {
        panel.gap();
    }
    for line in lines(cx, visible, pointer, columns) {
        panel.line(line);
    }
    if let Some(Value::String(text)) = visible
        .value
        .pointer(pointer)
        .filter(|_| aside.said.is_empty())
        && (text.contains('\n') || text.chars().count() > 40)
    {
        // The row shows only its beginning.
        panel.gap();
        let room = usize::from(area.height).saturating_sub(panel.len());
        let seen: String = text.chars().take(columns * room).collect();
        for part in tui_kit::text::wrap(&seen, columns.saturating_sub(2))
            .into_iter()
            .take(room)
        {
            panel.line(Line::styled(
                format!(" {part}"),
                cx.theme.style(Role::JsonString),
            ));
        }
    }
    row::lines(frame, area, panel.into_lines());
}
