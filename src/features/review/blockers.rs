//! What blocks publishing. Knows no screen; the review shows the first blocker.

use super::preview::Preview;
use crate::{
    engine::{
        plan::{ExistingRollout, PendingPolicy},
        preflight::Refusal,
    },
    screen::pane::Context,
    state::{is_confirmed, prepared::count},
    tasks::report::Examined,
};
use store_model::{
    archive::fit::Fit,
    json::document::SyntaxError,
    rules::check::{Finding, Severity},
    target::Target,
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
) -> Vec<Refusal> {
    let profile = &cx.model.profile;
    if profile.is_read_only {
        let profile = profile.name.clone();
        return vec![Refusal::ReadOnly { profile }];
    }
    if cx
        .model
        .runs
        .iter()
        .any(|row| row.view.target == *target && row.is_active())
    {
        return vec![Refusal::ActiveRun];
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
        return vec![Refusal::InvalidJson {
            line: *line,
            column: *column,
            message: message.clone(),
        }];
    }
    if preview.is_nothing() {
        return vec![Refusal::NothingToSend];
    }
    let mut found = Vec::new();
    if preview.draft.is_some() && preview.policy == PendingPolicy::Fail {
        found.push(Refusal::ChoiceOpen);
    }
    if preview.must_end_rollout() && preview.rollout == ExistingRollout::Fail {
        found.push(Refusal::RolloutChoiceOpen);
    }
    let is_error =
        |finding: &&Finding| finding.severity == Severity::Error && !finding.can_be_allowed();
    let errors = preview.analysis.findings.iter().filter(is_error).count();
    if errors > 0 {
        let count = count(errors, "error", "errors");
        found.push(Refusal::ErrorsFound { count });
    }
    // A ZIP that is wrong in itself stands for a mistake, also when no file of it is wanted yet.
    if !preview.analysis.expected.is_empty() || preview.zip.is_some() {
        match (&preview.zip, examined, fit) {
            (None, ..) => found.push(Refusal::NoZipChosen {
                count: count(preview.analysis.expected.len(), "file", "files"),
            }),
            (
                _,
                Some(Examined {
                    broken: Some(broken),
                    ..
                }),
                _,
            ) => found.push(Refusal::ZipUnusable {
                why: broken.clone(),
            }),
            (_, Some(_), Some(fit)) if fit.findings().iter().any(|it| is_error(&it)) => {
                found.push(Refusal::ZipMisfit);
            }
            (_, Some(_), _) => {}
            (_, None, _) => match cx.model.examined.error() {
                Some(error) => found.push(Refusal::ZipNotExamined { why: error.clone() }),
                None => found.push(Refusal::ZipBeingExamined),
            },
        }
    }
    let doubts = preview.doubts(fit);
    let open = doubts.iter().filter(|doubt| !preview.is_allowed(doubt));
    let open = open.count();
    if open > 0 {
        found.push(Refusal::FindingsUnconfirmed {
            count: count(open, "finding", "findings"),
        });
    }
    let open = preview
        .questions
        .iter()
        .filter(|question| !question.is_allowed)
        .count();
    if open > 0 {
        found.push(Refusal::RisksUnconfirmed {
            count: count(open, "change", "changes"),
        });
    }
    let words = profile.confirmations(&preview.name, target);
    if !is_confirmed(typed_name, &words) {
        found.push(Refusal::NameNotTyped);
    }
    found
}
