//! What stands against publishing, in sentences. Knows no screen; the review shows the first of them.

use super::preview::Preview;
use crate::{
    engine::{plan::PendingPolicy, preflight::Refusal},
    screen::pane::Context,
    state::prepared::count,
    tasks::report::Examined,
};
use store_model::{
    archive::fit::Fit, json::document::SyntaxError, rules::check::Severity, target::Target,
};

/// Everything that stands against publishing, the most basic first. Empty means go. `typed_name` is what was typed on a protected
/// profile.
pub fn blockers(
    cx: &Context,
    target: &Target,
    preview: &Preview,
    examined: Option<&Examined>,
    fit: Option<&Fit>,
    typed_name: &str,
) -> Vec<String> {
    let profile = &cx.model.profile;
    if profile.is_read_only {
        let profile = profile.name.clone();
        return vec![Refusal::ReadOnly { profile }.to_string()];
    }
    if cx
        .model
        .runs
        .iter()
        .any(|row| row.view.target == *target && row.is_active())
    {
        return vec![Refusal::ActiveRun.to_string()];
    }
    if let Some(fault) = &preview.fault {
        return vec![fault.clone()];
    }
    if let Some(SyntaxError {
        line,
        column,
        message,
    }) = preview.analysis.error()
    {
        return vec![format!(
            "The edited text is not valid JSON: line {line}, column {column}: {message}."
        )];
    }
    if preview.is_nothing() {
        return vec!["Nothing changed and nothing to upload.".into()];
    }
    let mut found = Vec::new();
    if preview.draft.is_some() && preview.policy == PendingPolicy::Fail {
        found.push("Choose what to do with the draft.".to_owned());
    }
    let errors = preview.count(Severity::Error);
    if errors > 0 {
        found.push(format!(
            "The check found {} in the document.",
            count(errors, "error", "errors")
        ));
    }
    // A ZIP that is wrong in itself stands for a mistake, also when no file of it is wanted yet.
    if !preview.analysis.expected.is_empty() || preview.zip.is_some() {
        match (&preview.zip, examined, fit) {
            (None, ..) => found.push(format!(
                "The JSON expects {}, and no ZIP is chosen.",
                count(preview.analysis.expected.len(), "file", "files")
            )),
            (
                _,
                Some(Examined {
                    broken: Some(broken),
                    ..
                }),
                _,
            ) => found.push(format!("The ZIP cannot be used: {broken}.")),
            (_, Some(_), Some(fit)) if !fit.is_ok() => {
                found.push("The ZIP does not fit the JSON.".to_owned());
            }
            (_, Some(_), _) => {}
            (_, None, _) => match cx.model.examined.error() {
                Some(error) => found.push(format!("The ZIP could not be examined: {error}")),
                None => found.push("The ZIP is still being examined.".to_owned()),
            },
        }
    }
    let open = preview
        .questions
        .iter()
        .filter(|question| !question.is_allowed)
        .count();
    if open > 0 {
        found.push(format!(
            "Confirm {} above.",
            count(open, "change", "changes")
        ));
    }
    let typed = typed_name.trim();
    let is_typed = typed == preview.name.trim() || typed.eq_ignore_ascii_case(target.id());
    if profile.is_protected && !is_typed {
        found.push("Type the product's name or its Store id.".to_owned());
    }
    found
}
