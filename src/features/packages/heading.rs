//! The heading above the packages, and its short form for the overview. Decides nothing.

use super::list::{PackageList, chosen_fit, nothing_left, unnamed};
use super::table::lost_role;
use crate::{
    screen::{action::Action, documents::Documents, pane::Context, text_panel::TextPanel},
    state::prepared::count,
};
use ratatui::{Frame, layout::Rect, text::Line};
use store_model::{
    packages::rows::{Disposition, PackageRow},
    target::Kind,
};
use tui_kit::{text::fit, theme::Role};

/// Who gets what today, and once this is published.
pub(super) fn preview(cx: &Context, list: &PackageList, width: usize) -> Vec<Line<'static>> {
    let mut panel = TextPanel::new(cx.theme, width);
    if list.preview.is_empty() {
        return Vec::new();
    }
    panel.text("Who gets what, today → once this is published", Role::Title);
    let version = |place: Option<usize>| {
        place
            .and_then(|place| list.rows.get(place))
            .map(PackageRow::version_text)
    };
    for coverage in &list.preview {
        let (text, role) = match (version(coverage.before), version(coverage.after)) {
            (Some(before), Some(_)) if coverage.before == coverage.after => {
                (format!("{before}, as today"), Role::Text)
            }
            (Some(before), Some(after)) => {
                let is_older = coverage
                    .after
                    .and_then(|place| list.rows.get(place))
                    .map(|row| row.version)
                    < coverage
                        .before
                        .and_then(|place| list.rows.get(place))
                        .map(|row| row.version);
                (
                    format!(
                        "{before} → {after}{}",
                        if is_older { ", OLDER" } else { "" }
                    ),
                    if is_older { Role::Warning } else { Role::Good },
                )
            }
            (Some(before), None) => (
                format!("{before} → {}", nothing_left(list.kind)),
                lost_role(list.kind),
            ),
            (None, after) => (
                format!("nothing → {}", after.unwrap_or_default()),
                Role::Good,
            ),
        };
        panel.text(&format!("{}: {text}", coverage.customers), role);
    }
    panel.into_lines()
}

/// What is to be said above the table.
pub(super) fn head(cx: &Context, documents: &Documents, list: &PackageList) -> Vec<(String, Role)> {
    let mut lines = Vec::new();
    let comparison = list
        .comparison()
        .map(|text| format!(" · {text}"))
        .unwrap_or_default();
    lines.push((format!(" {}{comparison}", list.summary()), Role::Title));
    lines.extend(
        list.warnings
            .iter()
            .map(|warning| (format!(" ! {warning}"), Role::Warning)),
    );
    let left: Vec<String> = list.left_without().map(ToString::to_string).collect();
    if !left.is_empty()
        && list.kind != Kind::Flight
        && list.rows.iter().any(|row| row.disposition.stays())
    {
        lines.push((
            format!(" ✗ left without a package: {}", left.join("; ")),
            Role::Danger,
        ));
    }
    let prepared = cx.prepared();
    let Some(prepared) = prepared else {
        return lines;
    };
    let pending = list
        .rows
        .iter()
        .filter(|row| row.disposition == Disposition::New)
        .count();
    let key = cx.key(Action::PickZip);
    match prepared.zip {
        None if pending > 0 => {
            lines.push((
                format!(
                    " ! {} must come in a ZIP: {key} picks it",
                    count(pending, "package", "packages")
                ),
                Role::Warning,
            ));
        }
        None => {}
        Some(zip) => {
            let name = zip
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            let fit = documents
                .verdict(cx)
                .and_then(|verdict| chosen_fit(&prepared, &verdict, cx));
            lines.extend(
                fit.map(|fit| {
                    let unnamed = unnamed(&fit, &list.rows);
                    let is_lacking = |row: &&PackageRow| {
                        row.disposition == Disposition::New
                            && fit
                                .missing
                                .iter()
                                .any(|missing| missing.pointer == row.pointer)
                    };
                    let lacking = list.rows.iter().filter(is_lacking).count();
                    match (lacking, unnamed.as_slice()) {
                        (0, []) => (format!(" ✓ {name} contains every new package"), Role::Good),
                        (0, [one]) => (
                            format!(
                                " ! the ZIP also has {}: {} adds it",
                                one.name,
                                cx.key(Action::AddPart)
                            ),
                            Role::Info,
                        ),
                        (0, more) => (
                            format!(
                                " ! the ZIP has {} more packages: {} adds one",
                                more.len(),
                                cx.key(Action::AddPart)
                            ),
                            Role::Info,
                        ),
                        (lacking, _) => (
                            format!(
                                " ✗ {name} lacks {}: {key} shows why",
                                count(lacking, "new package", "new packages")
                            ),
                            Role::Danger,
                        ),
                    }
                })
                .filter(|(text, _)| pending > 0 || !text.starts_with(" ✓")),
            );
        }
    }
    lines
}

/// One line, cut to the room.
pub(super) fn line(frame: &mut Frame, area: Rect, cx: &Context, text: &str, role: Role) {
    let shown = fit(text, usize::from(area.width)).into_owned();
    frame.render_widget(Line::styled(shown, cx.theme.style(role)), area);
}
