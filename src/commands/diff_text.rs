//! A difference for a terminal of 80 columns: the risks first, then group by group. Knows no request.

use store_model::difference::{Difference, rows};
use tui_kit::text::{width, wrap};

const COLUMNS: usize = 80;

/// Lines without ends; broken words hang under the text, not under its sign.
pub(super) fn lines(difference: &Difference) -> Vec<String> {
    let mut lines = Vec::new();
    if !difference.risks.is_empty() {
        lines.push("Needs a yes of its own".to_owned());
        for risk in &difference.risks {
            put(
                &mut lines,
                1,
                "!",
                &format!("{}: {}", risk.kind.word(), risk.sentence),
            );
        }
    }
    for group in &difference.groups {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(group.topic.title());
        for row in group.entries.iter().flat_map(rows) {
            put(&mut lines, 1 + row.depth, row.sign, &row.text());
        }
    }
    lines
}

fn put(lines: &mut Vec<String>, depth: usize, sign: &str, text: &str) {
    let left = " ".repeat(2 * depth);
    let head = if sign.is_empty() {
        left
    } else {
        format!("{left}{sign} ")
    };
    let room = COLUMNS.saturating_sub(width(&head)).max(20);
    for (index, part) in wrap(text, room).into_iter().enumerate() {
        let start = if index == 0 {
            head.clone()
        } else {
            " ".repeat(width(&head))
        };
        lines.push(format!("{start}{part}").trim_end().to_owned());
    }
}
