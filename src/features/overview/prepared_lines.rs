//! The overview of what a person has prepared for a target, and the keys that lead on.

use crate::{screen::action::Action, tasks::report::Examined};
use crate::{
    screen::{
        pane::{Context, Possible},
        status_badge::{at, since},
        target_actions::possible,
        text_panel::TextPanel,
    },
    state::prepared::{CheckVerdict, Origin, Prepared, count},
};
use store_model::archive::fit::Fit;
use store_model::{
    rules::check::Severity,
    status::{Status, StatusReport},
    submission::Submission,
    units,
};
use tui_kit::theme::Role;

pub(super) fn working_copy(
    panel: &mut TextPanel,
    cx: &Context,
    prepared: &Prepared,
    verdict: Option<&CheckVerdict>,
) {
    let against = if prepared.origin() == Origin::Draft {
        "the draft"
    } else {
        "live"
    };
    match (prepared.text, verdict) {
        (None, _) | (_, None) => panel.row("edited", "nothing yet", Role::Muted),
        (Some(_), Some(verdict)) if let Some(error) = verdict.error() => {
            panel.row("edited", &format!("✗ invalid JSON: {error}"), Role::Danger);
            panel.more(
                "It is saved, but cannot be published like this.",
                Role::Text,
            );
        }
        (Some(_), Some(verdict)) => {
            let changes = count(verdict.changes.len(), "change", "changes");
            let (text, role) = match prepared.server() {
                Some(_) => (format!("✎ {changes} compared with {against}"), Role::Info),
                None => ("✎ a first submission".to_owned(), Role::Info),
            };
            panel.row("edited", &text, role);
            let (errors, warnings) = (
                verdict.count(Severity::Error),
                verdict.count(Severity::Warning),
            );
            if errors > 0 {
                let found = verdict
                    .findings
                    .iter()
                    .find(|finding| finding.severity == Severity::Error);
                panel.row(
                    "check",
                    &format!("✗ {}", count(errors, "error", "errors")),
                    Role::Danger,
                );
                panel.more(
                    found.map_or("", |finding| finding.sentence.as_str()),
                    Role::Text,
                );
            } else if warnings > 0 {
                panel.row(
                    "check",
                    &format!("! {}", count(warnings, "warning", "warnings")),
                    Role::Warning,
                );
            } else {
                panel.row("check", "✓ nothing found", Role::Good);
            }
        }
    }
    if let Some(kept) = prepared.kept.filter(|_| prepared.text.is_some()) {
        let age = units::age(since(kept, cx.now));
        let age = if age == "now" {
            "just now".to_owned()
        } else {
            format!("{age} ago")
        };
        panel.more(
            &format!("kept on disk {age}, {}", at(kept, cx.zone)),
            Role::Muted,
        );
    }
    if let Some(first) = prepared.remote_changes.first() {
        let places = count(prepared.remote_changes.len(), "place", "places");
        let key = cx.key(Action::Merge);
        panel.more(
            &format!("! Somebody else has changed {places} in the Store since: {key} merges."),
            Role::Warning,
        );
        panel.more(&format!("{}: {}", first.place, first.sides(60)), Role::Text);
    } else if prepared.is_base_gone() {
        let base = prepared.base.unwrap_or_default();
        panel.more(
            &format!("! The Store's document has changed since: this was written on submission {base}. Check it before you publish."),
            Role::Warning,
        );
    }
    match prepared.zip {
        None => {
            let waits = verdict
                .map(|verdict| verdict.expected(prepared.kind()).len())
                .unwrap_or_default();
            let text = if waits > 0 {
                format!(
                    "! none chosen; the JSON expects {}",
                    count(waits, "file", "files")
                )
            } else {
                "none".into()
            };
            panel.row(
                "ZIP",
                &text,
                if waits > 0 {
                    Role::Warning
                } else {
                    Role::Muted
                },
            );
        }
        Some(zip) => {
            let name = zip
                .file_name()
                .map_or_else(|| zip.to_string_lossy(), |name| name.to_string_lossy());
            panel.row("ZIP", &name, Role::Info);
            let examined = cx
                .model
                .examined
                .value()
                .filter(|examined| examined.zip == zip);
            match (examined, verdict) {
                (
                    Some(Examined {
                        broken: Some(broken),
                        ..
                    }),
                    _,
                ) => panel.more(&format!("✗ {broken}"), Role::Danger),
                (Some(examined), Some(verdict)) => {
                    let (word, role) =
                        fit_word(&verdict.fit(prepared.kind(), examined).unwrap_or_default());
                    panel.more(&format!("{word}, {}", units::bytes(examined.size)), role);
                }
                _ => panel.more("not examined yet", Role::Muted),
            }
        }
    }
}

pub(super) fn next_keys(
    panel: &mut TextPanel,
    cx: &Context,
    prepared: &Prepared,
    report: Option<&StatusReport>,
) {
    let mut keys: Vec<(String, &str)> = Vec::new();
    // What cannot be done now is no way on: the line of keys below the screen has it, dimmed.
    let mut add = |action: Action, what: &'static str| {
        if matches!(possible(action, cx), Possible::Yes) {
            keys.push((cx.key(action), what));
        }
    };
    let is_busy = report.is_some_and(|report| report.status.is_in_progress());
    if is_busy {
        add(Action::Follow, "follow to the end");
    }
    if !prepared.remote_changes.is_empty() {
        add(Action::Merge, "merge");
    }
    add(
        Action::Edit,
        if prepared.text.is_some() {
            "continue editing"
        } else {
            "edit the JSON"
        },
    );
    if prepared.has_body() {
        add(
            Action::PickZip,
            if prepared.zip.is_some() {
                "another ZIP"
            } else {
                "pick a ZIP"
            },
        );
    }
    if prepared.draft_fault(cx.model).is_none() {
        add(Action::Publish, "review and publish");
    }
    if prepared.text.is_some() {
        add(Action::DiscardEdit, "discard the edit");
    }
    if report.is_some_and(|report| {
        report.status == Status::PendingCommit || report.status == Status::CommitFailed
    }) && !prepared.draft().is_some_and(Submission::is_portal_made)
    {
        add(Action::DeleteDraft, "delete the draft");
    }
    add(Action::OpenPortal, "Partner Center");
    panel.keys("next", &keys);
}

/// How a chosen ZIP fits, in a few words.
pub(super) fn fit_word(fit: &Fit) -> (String, Role) {
    let faults = count(fit.wrongs(), "fault", "faults");
    match (fit.missing.len(), fit.matched.len()) {
        (0, _) if fit.wrongs() > 0 => (format!("✗ {faults} of the ZIP"), Role::Danger),
        (missing, _) if fit.wrongs() > 0 => (
            format!(
                "✗ {} missing, {faults} of the ZIP",
                count(missing, "file is", "files are")
            ),
            Role::Danger,
        ),
        (0, 0) => ("! the JSON expects no file".to_owned(), Role::Warning),
        (0, matched) => (
            format!("✓ fits: {}", count(matched, "file", "files")),
            Role::Good,
        ),
        (missing, _) => (
            format!("✗ {} missing", count(missing, "file is", "files are")),
            Role::Danger,
        ),
    }
}
