//! A difference as Markdown, for a chat or a pull request. Whatever stands in a text cannot leave its place: names and values are
//! code, longer than any run of backticks in them; long texts are fenced; sentences have their marks escaped.

use super::{
    part::{ChangedEntry, Difference, EntryGroup, Part, Sign, Topic},
    wording::{ChangeMark, Wording},
};
use std::fmt::Write;

/// Lines of one text; a reviewer who needs more opens the document.
const MOST_LINES: usize = 200;

/// A sentence of ours with values of others in it: none of its characters means anything to Markdown or HTML.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An entity is no mention and no link to an issue.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '!' | '|' | '~'
            | '$' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default()
}

/// A code span; in a cell of a table a pipe would end the cell even there.
fn code(text: &str, is_cell: bool) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let text = if is_cell {
        text.replace('|', "\\|")
    } else {
        text
    };
    let pad = if text.starts_with('`')
        || text.ends_with('`')
        || text.starts_with(' ') && text.ends_with(' ')
    {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn sides(wording: &Wording) -> Option<String> {
    match wording {
        Wording::Sides {
            before: Some(before),
            after: Some(after),
        } => Some(format!("{} → {}", code(before, false), code(after, false))),
        Wording::Sides {
            before: Some(before),
            after: None,
        } => Some(format!("was {}", code(before, false))),
        Wording::Sides {
            before: None,
            after: Some(after),
        } => Some(code(after, false)),
        Wording::Sides {
            before: None,
            after: None,
        }
        | Wording::Lines(_) => None,
    }
}

/// A fenced block below a list item of this depth.
fn fenced(out: &mut String, part: &Part, indent: &str) {
    let Wording::Lines(lines) = &part.wording else {
        return;
    };
    let texts: Vec<_> = lines
        .iter()
        .map(|line| {
            let sign = match line.mark {
                ChangeMark::Gone => '-',
                ChangeMark::New => '+',
                ChangeMark::Same => ' ',
            };
            format!("{sign} {}", line.text())
        })
        .collect();
    let fence = "`".repeat(
        texts
            .iter()
            .map(|text| longest_run(text))
            .max()
            .unwrap_or_default()
            .max(2)
            + 1,
    );
    let _ = writeln!(out, "\n{indent}{fence}diff");
    for text in texts.iter().take(MOST_LINES) {
        let _ = writeln!(out, "{indent}{text}");
    }
    if texts.len() > MOST_LINES {
        let _ = writeln!(
            out,
            "{indent}  … and {} more lines",
            texts.len() - MOST_LINES
        );
    }
    let _ = writeln!(out, "{indent}{fence}\n");
}

fn item(out: &mut String, entry: &ChangedEntry) {
    let own = entry.parts.iter().find(|part| part.label.is_empty());
    let word = match entry.sign {
        Sign::Added => " (new)",
        Sign::Removed => " (removed)",
        Sign::Replaced => " (replaced)",
        Sign::Changed | Sign::Kept => "",
    };
    let note = if entry.note.is_empty() {
        String::new()
    } else {
        format!(" {}", escaped(&entry.note))
    };
    let said = own
        .and_then(|own| sides(&own.wording))
        .map(|said| format!(" {said}"))
        .unwrap_or_default();
    let colon = if note.is_empty() && said.is_empty() {
        ""
    } else {
        ":"
    };
    let _ = writeln!(
        out,
        "- {}{word}{colon}{note}{said}",
        code(&entry.label, false)
    );
    if let Some(own) = own {
        fenced(out, own, "  ");
    }
    named(out, entry);
}

fn named(out: &mut String, entry: &ChangedEntry) {
    for part in entry.parts.iter().filter(|part| !part.label.is_empty()) {
        let said = sides(&part.wording)
            .map(|said| format!(": {said}"))
            .unwrap_or_default();
        let _ = writeln!(out, "  - {}{said}", code(&part.label, false));
        fenced(out, part, "    ");
    }
}

fn packages(out: &mut String, group: &EntryGroup) {
    let _ = writeln!(out, "| | package | |\n|---|---|---|");
    for entry in &group.entries {
        let note = escaped(&entry.note);
        let _ = writeln!(
            out,
            "| {} | {} | {note} |",
            entry.sign.word(),
            code(&entry.label, true)
        );
    }
    let with_fields: Vec<_> = group
        .entries
        .iter()
        .filter(|entry| !entry.parts.is_empty())
        .collect();
    if !with_fields.is_empty() {
        out.push('\n');
    }
    for entry in with_fields {
        let _ = writeln!(out, "- {}", code(&entry.label, false));
        named(out, entry);
    }
}

impl Difference {
    /// The whole as Markdown below a heading of one's own; ends with a line end.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        if !self.risks.is_empty() {
            let _ = writeln!(out, "### ⚠️ Needs a yes of its own\n");
            for risk in &self.risks {
                let _ = writeln!(
                    out,
                    "- **{}**: {}",
                    risk.kind.word(),
                    escaped(&risk.sentence)
                );
            }
            out.push('\n');
        }
        for group in &self.groups {
            let _ = writeln!(out, "### {}\n", escaped(&group.topic.title()));
            if group.topic == Topic::Packages {
                packages(&mut out, group);
            } else {
                for entry in &group.entries {
                    item(&mut out, entry);
                }
            }
            out.push('\n');
        }
        if self.is_empty() {
            let _ = writeln!(out, "No difference.");
        }
        // A fenced block brings its own empty line; lines inside of one are never empty.
        let mut out = out.replace("\n\n\n", "\n\n");
        let trimmed = out.trim_end().len();
        out.truncate(trimmed);
        out.push('\n');
        out
    }
}
