//! How a ZIP fits a document, as lines: what is expected, found, missing and why, what can be repaired. Used by picker and review.

use super::text_panel::TextPanel;
use crate::{state::prepared::count, tasks::report::Examined};
use store_model::{
    archive::{
        ArchiveFile, Inside, central_directory::PictureFormat, fit::Fit, manifest::Manifest,
    },
    rules::check::Severity,
    units,
    zip_check::Repair,
};
use tui_kit::theme::Role;

/// What the JSON waits for, before a ZIP is looked at.
pub fn expected(panel: &mut TextPanel, names: &[String]) {
    if names.is_empty() {
        panel.text(
            "The JSON expects no file: nothing would be uploaded.",
            Role::Text,
        );
        panel.text(
            "Mark a new package or image as PendingUpload in the JSON, or let the ZIP picker add it.",
            Role::Muted,
        );
        return;
    }
    panel.text(
        &format!("The JSON expects {}:", count(names.len(), "file", "files")),
        Role::Text,
    );
    for name in names {
        panel.text(&format!("· {name}"), Role::Text);
    }
}

/// The ZIP itself and every file that is right or wrong in it, what is wrong first, then what can be repaired with `key`.
pub fn fit(panel: &mut TextPanel, examined: &Examined, fit: &Fit, repairs: &[Repair], key: &str) {
    if let Some(broken) = &examined.broken {
        panel.text(&format!("✗ {broken}"), Role::Danger);
        return;
    }
    let files = examined
        .archive
        .as_ref()
        .map_or(0, |archive| archive.files.len());
    let facts = format!(
        "{}, {}",
        units::bytes(examined.size),
        count(files, "file", "files")
    );
    match (fit.is_ok(), fit.matched.is_empty()) {
        (true, false) => panel.text(&format!("✓ fits the JSON  ({facts})"), Role::Good),
        (true, true) => panel.text(
            &format!("! the JSON expects no file  ({facts})"),
            Role::Warning,
        ),
        (false, _) => panel.text(&format!("✗ does not fit  ({facts})"), Role::Danger),
    }
    let findings = fit.findings();
    let of = |severity: Severity| {
        findings
            .iter()
            .filter(move |finding| finding.severity == severity)
    };
    for finding in of(Severity::Error) {
        panel.text(&format!("✗ {}", finding.sentence), Role::Danger);
    }
    let file = |name: &str| {
        examined
            .archive
            .iter()
            .flat_map(|archive| &archive.files)
            .find(|file| file.name == name)
    };
    if !repairs.is_empty() {
        panel.text(&format!("{key} repairs the JSON:"), Role::Key);
    }
    for repair in repairs {
        panel.text(&format!("→ {}", repair.kind), Role::Text);
        if let Some(file) = repair.file().and_then(file) {
            inside(panel, file);
        }
    }
    for name in &fit.matched {
        panel.text(&format!("✓ {name}"), Role::Good);
        if let Some(file) = file(name) {
            inside(panel, file);
        }
    }
    // What one key repairs needs no warning.
    let is_repaired = |file: &Option<String>| {
        let named = file.as_deref();
        named.is_some() && repairs.iter().any(|repair| repair.file() == named)
    };
    for finding in of(Severity::Warning).filter(|finding| !is_repaired(&finding.file)) {
        panel.text(&format!("! {}", finding.sentence), Role::Warning);
    }
    // The first note only says what the line at the top says too.
    for finding in fit
        .remarks
        .iter()
        .filter(|remark| remark.severity == Severity::Note)
    {
        panel.text(&format!("· {}", finding.sentence), Role::Muted);
    }
}

/// What was found inside of a file that the JSON waits for.
fn inside(panel: &mut TextPanel, file: &ArchiveFile) {
    match &file.inside {
        Inside::Packages(manifests) => {
            for manifest in manifests {
                panel.text(&format!("  {}", manifest.title()), Role::Text);
                let facts = [families(manifest), manifest.languages.join(" ")]
                    .into_iter()
                    .filter(|fact| !fact.is_empty());
                panel.text(
                    &format!("  {}", facts.collect::<Vec<_>>().join(" · ")),
                    Role::Muted,
                );
            }
        }
        Inside::Picture {
            format,
            width,
            height,
        } => {
            let format = match format {
                PictureFormat::Png => "PNG",
                PictureFormat::Jpeg => "JPEG",
            };
            panel.text(
                &format!("  {format}, {width}×{height}, {}", units::bytes(file.size)),
                Role::Muted,
            );
        }
        _ => {}
    }
}

/// `Windows.Desktop 10.0.17763.0`
fn families(manifest: &Manifest) -> String {
    manifest
        .families
        .iter()
        .map(|family| {
            let least = family.least.map(|least| format!(" {least}"));
            format!("{}{}", family.name, least.unwrap_or_default())
        })
        .collect::<Vec<_>>()
        .join(", ")
}
