//! How the Packages tab looks: the table, and all that is known of the selected package. Decides nothing.

use super::list::{PackageList, nothing_left};
use crate::screen::{pane::Context, status_badge::of_severity, text_panel::TextPanel};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};
use store_model::{
    finding::{Finding, Severity},
    packages::rows::{Disposition, FactSource, Family, PackageMark, PackageRow},
    target::Kind,
};
use tui_kit::{
    list::Cursor,
    table::{Size, row as cells, widths},
    text::width,
    theme::Role,
};

/// Columns from left to right: sign, file, version, architecture, families, languages, state.
const HEADINGS: [&str; 7] = ["", "File", "Version", "For", "Families", "Lang", "State"];
/// Below this many columns the families stand only with the selected package; so do the languages below the other.
const FAMILIES_FROM: u16 = 60;
const LANGUAGES_FROM: u16 = 74;
/// From here on there is room for the state in the service's word.
const WIDE: u16 = 96;

/// Each column as wide as what stands in it; the file gets the rest.
fn sizes(texts: &[[String; 7]], room: u16) -> [Size; 7] {
    let needs = |column: usize| {
        let of = |row: &[String; 7]| row.get(column).map_or(0, |text| width(text));
        let heading = HEADINGS.get(column).map_or(0, |heading| heading.len());
        texts
            .iter()
            .map(of)
            .max()
            .unwrap_or_default()
            .max(heading)
            .min(MOST_WIDE) as u16
    };
    let has_any = |column: usize| {
        texts.iter().any(|row| {
            row.get(column)
                .is_some_and(|text| text != NONE && !text.is_empty())
        })
    };
    // An empty column says nothing: the Store lists no families for flights.
    let from = |column: usize, least: u16| Size::From {
        room: least,
        width: if has_any(column) { needs(column) } else { 0 },
    };
    // The state stands beside the rest, not at the far end of a wide screen.
    let all: u16 = (1..HEADINGS.len()).map(&needs).sum::<u16>() + HEADINGS.len() as u16;
    let file = if room >= all {
        Size::Fixed(needs(1))
    } else {
        Size::Fill(needs(1).min(12))
    };
    [
        Size::Fixed(1),
        file,
        Size::Fixed(needs(2)),
        Size::Fixed(needs(3)),
        from(4, FAMILIES_FROM),
        from(5, LANGUAGES_FROM),
        Size::Fixed(needs(6)),
    ]
}

/// No cell makes a column wider than this, but the file's.
const MOST_WIDE: usize = 72;
/// Nothing to say.
const NONE: &str = "–";

fn disposition_role(disposition: Disposition) -> Role {
    match disposition {
        Disposition::New => Role::Good,
        Disposition::Kept => Role::Text,
        Disposition::Going | Disposition::Missing => Role::Danger,
    }
}

/// `Desktop ≥ 17763`; the first three numbers of Windows are the same since years.
fn family(family: &Family) -> String {
    let Some(least) = family.least else {
        return family.short().to_owned();
    };
    let least = least.to_string();
    let least = least
        .strip_prefix("10.0.")
        .map_or(least.as_str(), |rest| rest.trim_end_matches(".0"));
    format!("{} ≥{}", family.short(), least)
}

fn families(row: &PackageRow) -> String {
    match row.families.as_slice() {
        [] => NONE.to_owned(),
        [only] => family(only),
        [first, rest @ ..] => format!("{} +{}", family(first), rest.len()),
    }
}

/// A guess bears a question mark.
fn guessed(row: &PackageRow, text: String) -> String {
    match (row.source, text.is_empty()) {
        (_, true) => "?".to_owned(),
        (FactSource::Name, false) => format!("{text}?"),
        _ => text,
    }
}

fn state(row: &PackageRow, is_wide: bool) -> String {
    let word = row.disposition.word();
    if is_wide {
        format!("{word}, {}", row.status)
    } else {
        word.to_owned()
    }
}

fn texts(row: &PackageRow, is_wide: bool) -> [String; 7] {
    let languages = if row.languages.is_empty() {
        NONE.to_owned()
    } else {
        row.languages.len().to_string()
    };
    [
        String::new(),
        row.file_name.clone(),
        guessed(row, row.version_text()),
        guessed(row, row.architecture.clone()),
        families(row),
        languages,
        state(row, is_wide),
    ]
}

/// The sign before a row: what is wrong comes before what differs.
fn sign(
    list: &PackageList,
    index: usize,
    row: &PackageRow,
    findings: &[&Finding],
) -> (&'static str, Role) {
    let marks = list.marks.get(index).map_or(&[][..], Vec::as_slice);
    let is_error = marks.iter().any(PackageMark::is_error)
        || findings
            .iter()
            .any(|finding| finding.severity == Severity::Error);
    if is_error {
        ("✗", Role::Danger)
    } else if !marks.is_empty()
        || findings
            .iter()
            .any(|finding| finding.severity == Severity::Warning)
    {
        ("!", Role::Warning)
    } else {
        (list.against(row).sign(), disposition_role(row.disposition))
    }
}

/// The findings about a package, those about a part of it too.
pub fn findings_of<'a>(findings: &'a [Finding], row: &PackageRow) -> Vec<&'a Finding> {
    let is_inside =
        |pointer: &str| pointer == row.pointer || pointer.starts_with(&format!("{}/", row.pointer));
    findings
        .iter()
        .filter(|finding| row.disposition != Disposition::Missing && is_inside(&finding.pointer))
        .collect()
}

/// Draws headings and the rows in view; gives where the rows stand.
pub fn draw_table(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    list: &PackageList,
    findings: &[Finding],
    cursor: &Cursor,
) -> Rect {
    let style = |role| cx.theme.style(role);
    let is_wide = area.width >= WIDE;
    let texts: Vec<[String; 7]> = list.rows.iter().map(|row| texts(row, is_wide)).collect();
    let widths = widths(&sizes(&texts, area.width), area.width);
    let [heading, body] = ratatui::layout::Layout::vertical([
        ratatui::layout::Constraint::Length(1),
        ratatui::layout::Constraint::Min(0),
    ])
    .areas(area);
    frame.render_widget(
        Line::styled(cells(&HEADINGS, &widths), style(Role::Muted)),
        heading,
    );
    let window = cursor.window(usize::from(body.height), list.rows.len());
    for (index, place) in window.zip(body.rows()) {
        let Some(row) = list.rows.get(index) else {
            continue;
        };
        let findings = findings_of(findings, row);
        let (sign, sign_role) = sign(list, index, row, &findings);
        let Some(texts) = texts.get(index) else {
            continue;
        };
        let texts = [sign]
            .into_iter()
            .chain(texts.iter().skip(1).map(String::as_str));
        let texts: Vec<&str> = texts.collect();
        let is_current = index == cursor.index();
        let line = cells(&texts, &widths);
        if is_current {
            frame.render_widget(Line::raw(line), place);
            tui_kit::row::select(frame, place, cx.theme, cx.is_focused);
            continue;
        }
        // The sign and the state in their colours, what goes dimmed between them.
        let state_width = usize::from(widths.last().copied().unwrap_or_default());
        let count = line.chars().count();
        let head: String = line.chars().take(1).collect();
        let tail: String = line
            .chars()
            .skip(count.saturating_sub(state_width))
            .collect();
        let middle: String = line
            .chars()
            .take(count.saturating_sub(state_width))
            .skip(1)
            .collect();
        let middle_role = if row.disposition.stays() {
            Role::Text
        } else {
            Role::Muted
        };
        frame.render_widget(
            Line::from(vec![
                Span::styled(head, style(sign_role)),
                Span::styled(middle, style(middle_role)),
                Span::styled(tail, style(disposition_role(row.disposition))),
            ]),
            place,
        );
    }
    body
}

pub(super) fn lost_role(kind: Kind) -> Role {
    if kind == Kind::Flight {
        Role::Warning
    } else {
        Role::Danger
    }
}

fn joined(texts: &[String]) -> String {
    if texts.is_empty() {
        "none named".to_owned()
    } else {
        texts.join(", ")
    }
}

/// All that is known of one package.
pub fn panel(
    cx: &Context,
    list: &PackageList,
    index: usize,
    findings: &[Finding],
    width: usize,
) -> Vec<Line<'static>> {
    let mut panel = TextPanel::new(cx.theme, width);
    let Some(row) = list.rows.get(index) else {
        return Vec::new();
    };
    let findings = findings_of(findings, row);
    for mark in list.marks.get(index).into_iter().flatten() {
        let (sign, role) = if mark.is_error() {
            ("✗", Role::Danger)
        } else {
            ("!", Role::Warning)
        };
        panel.text(&format!("{sign} {}", mark.sentence()), role);
    }
    for finding in findings {
        let (sign, role) = of_severity(finding.severity);
        panel.text(&format!("{sign} {}", finding.sentence), role);
    }
    who(&mut panel, list, index, row);
    panel.row("file", &row.file_name, Role::Text);
    match row.source {
        FactSource::Zip => {
            let is = format!(
                "{} for {}, according to its manifest",
                row.version_text(),
                row.architecture
            );
            panel.row("is", &is, Role::Text);
        }
        FactSource::Name => {
            let is = format!("{} {}", row.version_text(), row.architecture);
            panel.row(
                "is",
                &format!("{}: judging by its name only", is.trim_end()),
                Role::Muted,
            );
        }
        FactSource::Store | FactSource::Nobody => {}
    }
    let families: Vec<String> = row
        .families
        .iter()
        .map(|family| match family.least {
            Some(least) => format!("{} from {least}", family.short()),
            None => family.short().to_owned(),
        })
        .collect();
    match list.kind {
        Kind::Flight if families.is_empty() => {
            panel.row("families", "the Store lists none for flights", Role::Muted);
        }
        _ if row.disposition != Disposition::New || !families.is_empty() => {
            panel.row("families", &joined(&families), Role::Text);
        }
        _ => {}
    }
    if row.disposition != Disposition::New || row.source == FactSource::Zip {
        let count = if row.languages.len() > 1 {
            format!("{}: ", row.languages.len())
        } else {
            String::new()
        };
        panel.row(
            "languages",
            &format!("{count}{}", joined(&row.languages)),
            Role::Text,
        );
        panel.row("uses", &joined(&row.capabilities), Role::Text);
    }
    if let Some(id) = &row.id {
        panel.row("id", id, Role::Text);
    }
    panel.row(
        "status",
        &format!("{} · {}", row.status, meaning(row)),
        Role::Text,
    );
    panel.row("place", &row.pointer, Role::Muted);
    panel.into_lines()
}

fn meaning(row: &PackageRow) -> &'static str {
    match row.disposition {
        Disposition::New => "must be in the ZIP",
        Disposition::Kept => "on the server, stays",
        Disposition::Going => "removed when this is committed",
        Disposition::Missing => "live, but not in the document",
    }
}

/// Who gets it, or who loses it.
fn who(panel: &mut TextPanel, list: &PackageList, index: usize, row: &PackageRow) {
    if row.disposition.stays() {
        let customers = list.customers(index);
        for (at, customers) in customers.iter().enumerate() {
            panel.row(
                if at == 0 { "goes to" } else { "" },
                &customers.to_string(),
                Role::Good,
            );
        }
        // That a newer one takes them all is said as a mark.
        let is_said = list.marks.get(index).is_some_and(|marks| {
            marks
                .iter()
                .any(|mark| matches!(mark, PackageMark::Superseded { .. }))
        });
        if customers.is_empty() && row.is_known() && !is_said {
            panel.row(
                "goes to",
                "nobody: another one takes precedence",
                Role::Warning,
            );
        }
        return;
    }
    if row.disposition == Disposition::Missing {
        return;
    }
    let served = list.loses(index);
    if served.is_empty() {
        panel.row(
            "today",
            "nobody gets it: another one is newer for everybody",
            Role::Muted,
        );
    }
    for (at, served) in served.iter().enumerate() {
        let (text, role) = match &served.instead {
            Some(instead) => {
                let version = instead
                    .version
                    .map(|version| version.to_string())
                    .unwrap_or_default();
                (
                    format!("{} → {version}, {}", served.customers, instead.file_name),
                    Role::Text,
                )
            }
            None => (
                format!("{} → {}", served.customers, nothing_left(list.kind)),
                lost_role(list.kind),
            ),
        };
        panel.row(if at == 0 { "customers" } else { "" }, &text, role);
    }
}
