//! How a row of the tree looks: marks, name, the value in short, a counter. Knows no key and keeps nothing.

use super::visible::{RowMark, VisibleTree};
use crate::screen::{pane::Context, status_badge::of_severity};
use ratatui::{
    style::Style,
    text::{Line, Span},
};
use serde_json::Value;
use store_model::{
    rules::schema::FieldShape,
    value::{Date, date},
};
use tui_kit::{
    text::{fit, place::hits, width},
    theme::Role,
    tree::{
        Fold, INDENT, TreeRow,
        walk::{Name, size},
    },
};

/// Columns in front of a row: how it differs, what was found, a space.
pub const GUTTER: usize = 3;

type Part = (String, Role);

/// `12,345`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1,204 / 1,500`, and how it stands out: over the limit it is a danger, near to it a warning.
pub fn counter(count: usize, most: usize) -> Part {
    let role = match count {
        _ if count > most => Role::Danger,
        _ if count.saturating_mul(10) >= most.saturating_mul(9) && most > 10 => Role::Warning,
        _ => Role::Muted,
    };
    let sign = if count > most { "✗ " } else { "" };
    (
        format!("{sign}{} / {}", grouped(count), grouped(most)),
        role,
    )
}

/// What is counted at a place: characters, items, members.
pub fn counted(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        other => size(other),
    }
}

/// No more than the first letters of a text, on one line.
fn one_line(text: &str, columns: usize) -> String {
    let mut letters = text.chars();
    let shown = letters.by_ref().take(columns + 1).map(|c| match c {
        '\n' => '↵',
        '\t' => ' ',
        c => c,
    });
    let shown: String = shown.collect();
    if letters.next().is_some() {
        shown + "…"
    } else {
        shown
    }
}

/// A value in at most about so many columns; what is longer is cut where it is drawn.
pub fn brief(value: &Value, is_open: bool, columns: usize) -> Vec<Part> {
    match value {
        Value::String(text) => vec![(format!("\"{}\"", one_line(text, columns)), Role::JsonString)],
        Value::Number(number) => vec![(number.to_string(), Role::JsonNumber)],
        Value::Bool(_) | Value::Null => vec![(value.to_string(), Role::JsonWord)],
        Value::Array(_) | Value::Object(_) => {
            let (open, close) = if value.is_array() {
                ("[", "]")
            } else {
                ("{", "}")
            };
            let count = size(value).unwrap_or_default();
            if count == 0 {
                return vec![(format!("{open}{close}"), Role::JsonMark)];
            }
            let mut parts = vec![(format!("{open} {} {close}", grouped(count)), Role::JsonMark)];
            if !is_open {
                parts.push((format!("  {}", inside(value, columns)), Role::Muted));
            }
            parts
        }
    }
}

/// What a folded place holds, as far as there is room.
fn inside(value: &Value, columns: usize) -> String {
    let mut text = String::new();
    let mut add = |part: String| {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&part);
        text.len() < columns
    };
    let leaf = |value: &Value| match value {
        Value::String(text) => one_line(text, columns.min(40)),
        Value::Array(_) | Value::Object(_) => String::new(),
        other => other.to_string(),
    };
    match value {
        Value::Array(array) => {
            for element in array {
                let named = ["fileName", "name", "title", "id"]
                    .iter()
                    .find_map(|key| element.get(key)?.as_str());
                let shown = match (named, element) {
                    (Some(name), _) => one_line(name, columns.min(40)),
                    (None, Value::Object(object)) => {
                        let told = object
                            .iter()
                            .map(|(key, value)| (key, leaf(value)))
                            .find(|(_, leaf)| !leaf.is_empty());
                        told.map(|(key, leaf)| format!("{key}: {leaf}"))
                            .unwrap_or_default()
                    }
                    (None, element) => leaf(element),
                };
                if !add(shown) {
                    break;
                }
            }
        }
        Value::Object(object) => {
            for (key, member) in object {
                let leaf = leaf(member);
                if !add(if leaf.is_empty() {
                    key.clone()
                } else {
                    format!("{key}: {leaf}")
                }) {
                    break;
                }
            }
        }
        _ => {}
    }
    text
}

/// What a row is called.
pub fn label(row: &TreeRow) -> Part {
    match &row.name {
        Some(Name::Key(key)) => (key.to_string(), Role::JsonName),
        Some(Name::Index(index)) => (index.to_string(), Role::JsonMark),
        None => ("the document".to_owned(), Role::JsonName),
    }
}

/// Columns before the value of a row, from the left edge of the tree.
pub fn value_column(row: &TreeRow) -> usize {
    GUTTER + (row.depth + 1) * INDENT + width(&label(row).0) + 2
}

/// The letters that were searched for stand out.
fn with_hits(text: &str, pattern: &str, style: Style, hit: Style, spans: &mut Vec<Span<'static>>) {
    let mut rest = 0;
    for start in hits(text, pattern) {
        if start < rest {
            continue;
        }
        let end = start + pattern.len();
        if let (Some(before), Some(found)) = (text.get(rest..start), text.get(start..end)) {
            spans.push(Span::styled(before.to_owned(), style));
            spans.push(Span::styled(found.to_owned(), style.patch(hit)));
            rest = end;
        }
    }
    spans.push(Span::styled(
        text.get(rest..).unwrap_or_default().to_owned(),
        style,
    ));
}

/// A row over the whole width.
pub fn line(
    cx: &Context,
    visible: &VisibleTree,
    row: &TreeRow,
    pointer: &str,
    pattern: &str,
    columns: usize,
) -> Line<'static> {
    let style = |role| cx.theme.style(role);
    let value = visible.value.pointer(pointer).unwrap_or(&Value::Null);
    let hint = visible.hint(pointer);
    let (mark, mark_role) = match visible.mark(pointer) {
        Some(RowMark::New) => ("+", Role::Good),
        Some(RowMark::Changed) => ("●", Role::Info),
        Some(RowMark::Inside) => ("○", Role::Info),
        None => (" ", Role::Text),
    };
    let (sign, sign_role) = visible
        .worst(pointer)
        .map_or((" ", Role::Text), of_severity);
    let arrow = match row.fold {
        Fold::Open => "▾ ",
        Fold::Closed => "▸ ",
        Fold::Leaf => "  ",
    };
    let is_read_only = hint.as_ref().is_some_and(|hint| hint.is_read_only);
    let tail = match &hint {
        Some(hint) if is_read_only && !hint.is_obsolete => {
            Some(("read-only".to_owned(), Role::Muted))
        }
        Some(hint) if hint.is_obsolete => Some(("obsolete".to_owned(), Role::Muted)),
        Some(hint) => hint
            .most
            .zip(counted(value))
            .map(|(most, count)| counter(count, most)),
        None => None,
    };
    let tail = tail.filter(|_| columns >= 50);
    let tail_width = tail.as_ref().map_or(0, |(text, _)| width(text) + 2);
    let room = columns.saturating_sub(tail_width);

    let mut spans = vec![
        Span::styled(mark, style(mark_role)),
        Span::styled(sign, style(sign_role)),
        Span::styled(
            format!(
                " {}{arrow}",
                " ".repeat((row.depth * INDENT).min(columns / 2))
            ),
            style(Role::Muted),
        ),
    ];
    let mut used: usize = spans.iter().map(Span::width).sum();
    let hit = cx.theme.style(Role::Match);
    let mut push = |text: &str, role: Role, spans: &mut Vec<Span<'static>>| {
        let text = fit(text, room.saturating_sub(used)).into_owned();
        used += width(&text);
        with_hits(&text, pattern, style(role), hit, spans);
    };
    let (name, name_role) = label(row);
    push(
        &name,
        if is_read_only { Role::Muted } else { name_role },
        &mut spans,
    );
    push(": ", Role::JsonMark, &mut spans);
    for (text, role) in brief(value, row.fold == Fold::Open, columns) {
        push(
            &text,
            if is_read_only { Role::Muted } else { role },
            &mut spans,
        );
    }
    if hint
        .as_ref()
        .is_some_and(|hint| hint.shape == FieldShape::Date)
        && value.as_str().map(date) == Some(Date::Unset)
    {
        push("  not set", Role::Muted, &mut spans);
    }
    let filler = columns.saturating_sub(used + tail_width.saturating_sub(2));
    spans.push(Span::styled(" ".repeat(filler), style(Role::Text)));
    if let Some((text, role)) = tail {
        spans.push(Span::styled(text, style(role)));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(json!("a\nb"), "\"a↵b\"")]
    #[case(json!(25.0), "25.0")]
    #[case(json!([]), "[]")]
    #[case(json!([{"id": "1", "fileName": "a.msix"}, {"x": [], "y": "z"}]), "[ 2 ]  a.msix, y: z")]
    #[case(json!({"mode": "Manual", "more": {}, "n": 1}), "{ 3 }  mode: Manual, more, n: 1")]
    fn a_value_in_short(#[case] value: Value, #[case] expected: &str) {
        assert_eq!(
            brief(&value, false, 60)
                .into_iter()
                .map(|(text, _)| text)
                .collect::<String>(),
            expected
        );
    }

    #[test]
    fn a_long_text_costs_only_what_is_seen() {
        let parts = brief(&json!("x".repeat(100_000)), false, 10);
        assert_eq!(parts, [("\"xxxxxxxxxxx…\"".to_owned(), Role::JsonString)]);
    }

    #[rstest]
    #[case(0, 1500, "0 / 1,500", Role::Muted)]
    #[case(1400, 1500, "1,400 / 1,500", Role::Warning)]
    #[case(1501, 1500, "✗ 1,501 / 1,500", Role::Danger)]
    #[case(1_234_567, 9, "✗ 1,234,567 / 9", Role::Danger)]
    fn counters(#[case] count: usize, #[case] most: usize, #[case] text: &str, #[case] role: Role) {
        assert_eq!(counter(count, most), (text.to_owned(), role));
    }
}
