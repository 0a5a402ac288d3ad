//! How a ZIP fits a document, as lines: what is expected, found, missing and why, what can be repaired. Used by picker and review.

use crate::{
    domain::{archive::Repair, check::Severity, fit::Fit, units},
    jobs::report::Examined,
    panes::{prepared::count, sheet::Sheet},
    ui::theme::Role,
};

/// What the JSON waits for, before a ZIP is looked at.
pub fn expected(sheet: &mut Sheet, names: &[String]) {
    if names.is_empty() {
        sheet.text("The JSON waits for no file: nothing would be uploaded.", Role::Text);
        sheet.text("Mark a new package or image as PendingUpload in the JSON, or let the picker add it.", Role::Muted);
        return;
    }
    sheet.text(&format!("The JSON waits for {}:", count(names.len(), "file", "files")), Role::Text);
    for name in names {
        sheet.text(&format!("· {name}"), Role::Text);
    }
}

/// The ZIP itself and every file that is right or wrong in it, what is wrong first, then what can be repaired with `key`.
pub fn fit(sheet: &mut Sheet, examined: &Examined, fit: &Fit, repairs: &[Repair], key: &str) {
    if let Some(broken) = &examined.broken {
        sheet.text(&format!("✗ {broken}"), Role::Danger);
        return;
    }
    let files = examined.archive.as_ref().map_or(0, |archive| archive.files.len());
    let facts = format!("{}, {}", units::bytes(examined.size), count(files, "file", "files"));
    match (fit.is_ok(), fit.matched.is_empty()) {
        (true, false) => sheet.text(&format!("✓ fits the JSON  ({facts})"), Role::Good),
        (true, true) => sheet.text(&format!("! the JSON waits for no file  ({facts})"), Role::Warning),
        (false, _) => sheet.text(&format!("✗ does not fit  ({facts})"), Role::Danger),
    }
    for fault in &fit.faults {
        sheet.text(&format!("✗ {}", fault.sentence()), Role::Danger);
    }
    for missing in &fit.missing {
        sheet.text(&format!("✗ {}", missing.sentence()), Role::Danger);
    }
    self::repairs(sheet, repairs, key);
    for name in &fit.matched {
        sheet.text(&format!("✓ {name}"), Role::Good);
    }
    for (severity, sentence) in fit.sentences() {
        if severity == Severity::Warning {
            sheet.text(&format!("! {sentence}"), Role::Warning);
        }
    }
}

/// What one key would change in the JSON.
fn repairs(sheet: &mut Sheet, repairs: &[Repair], key: &str) {
    if repairs.is_empty() {
        return;
    }
    sheet.text(&format!("{key} changes the JSON so that it fits:"), Role::Key);
    for repair in repairs {
        sheet.text(&format!("→ {}", repair.sentence), Role::Text);
    }
}
