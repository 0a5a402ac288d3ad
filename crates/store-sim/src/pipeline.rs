//! The pipeline from commit to publication. There are no timers: before every answer, each submission moves on to the stage that it
//! has reached by now.

use crate::clock::wire_date;
use crate::ingest;
use crate::json::{list, number, set, text};
use crate::stage::Stage;
use crate::store::{Environment, Product, Store, Submission, has_bundle_name};
use serde_json::{Value, json};
use std::time::Duration;

/// Moves every pending submission to the stage that it has reached by now.
pub(super) fn catch_up(store: &mut Store) {
    let now = store.env.clock.now();
    for product in store
        .products
        .values_mut()
        .filter(|product| product.pending.is_some())
    {
        advance(product, &mut store.env, now);
    }
}

/// Moves the pending submission through every stage that has ended by `now`.
fn advance(product: &mut Product, env: &mut Environment, now: Duration) {
    while let Some((at, stage)) = due(product, env, now) {
        enter(product, env, stage, at);
    }
}

/// The next stage and when it begins, when that is not in the future.
fn due(product: &Product, env: &Environment, now: Duration) -> Option<(Duration, Stage)> {
    let submission = product.pending()?;
    if submission.plan.stuck == Some(submission.stage) {
        return None;
    }
    let mut at = submission.since.checked_add(submission.stage.length()?)?;
    if submission.stage == Stage::Release && !submission.is_released {
        match text(&submission.document, "targetPublishMode") {
            "Manual" => return None,
            "SpecificDate" => {
                at = at.max(
                    env.clock
                        .moment(text(&submission.document, "targetPublishDate")),
                );
            }
            _ => {}
        }
    }
    if at > now {
        return None;
    }
    if submission.stage == Stage::CommitStarted && submission.plan.falls_back {
        return Some((at, Stage::PendingCommit));
    }
    if submission
        .plan
        .fails
        .as_ref()
        .is_some_and(|(stage, _)| *stage == submission.stage)
    {
        return submission.stage.failure().map(|stage| (at, stage));
    }
    let mut next = submission.stage.next()?;
    while submission.plan.skips.contains(&next) {
        next = next.next()?;
    }
    Some((at, next))
}

fn enter(product: &mut Product, env: &mut Environment, mut stage: Stage, at: Duration) {
    let leaves_commit = product
        .pending()
        .is_some_and(|pending| pending.stage == Stage::CommitStarted);
    if leaves_commit && stage != Stage::PendingCommit && stage != Stage::CommitFailed {
        let errors = ingest::process(product, env);
        if !errors.is_empty() {
            stage = Stage::CommitFailed;
        }
        if let Some(submission) = product.pending_mut() {
            for error in errors {
                submission.add_detail("errors", error);
            }
        }
    }
    let address = report_address(product);
    let Some(submission) = product.pending_mut() else {
        return;
    };
    if stage == Stage::PendingCommit {
        submission.plan.falls_back = false;
    }
    if let Some((_, error)) = submission
        .plan
        .fails
        .take_if(|(failing, _)| failing.failure() == Some(stage))
    {
        if stage == Stage::CertificationFailed {
            let report = json!({ "date": wire_date(env.clock.date(at)), "reportUrl": address });
            submission.add_detail("certificationReports", report);
        }
        if let Some(error) = error {
            submission.add_detail("errors", error);
        }
    }
    submission.stage = stage;
    submission.since = at;
    if stage == Stage::Published {
        publish(product, env, at);
    }
}

fn report_address(product: &Product) -> String {
    let app = product
        .app
        .as_deref()
        .filter(|_| product.kind == crate::seed::Kind::Flight)
        .unwrap_or(&product.id);
    let submission = product.pending.as_deref().unwrap_or_default();
    format!(
        "https://partner.microsoft.com/dashboard/products/{app}/submissions/{submission}/report"
    )
}

fn publish(product: &mut Product, env: &Environment, at: Duration) {
    let Some(id) = product.pending.take() else {
        return;
    };
    let finalized = product.finalized.clone();
    let list_name = product.packages();
    let Some(submission) = product.submissions.get_mut(&id) else {
        return;
    };
    submission.archive = submission.blob.take();
    let has_rollout = start_rollout(submission, finalized.as_deref());
    if !has_rollout {
        product.finalized = Some(id.clone());
    }
    let packages = list(&submission.document, list_name);
    product.has_bundle |= packages.iter().any(|entry| {
        product
            .uploaded
            .get(text(entry, "id"))
            .map_or_else(|| has_bundle_name(entry), |known| known.is_bundle)
    });
    product.published = Some(id);
    product.counts.publications += 1;
    if text(&product.resource, "firstPublishedDate").starts_with("1601-") {
        set(
            &mut product.resource,
            "firstPublishedDate",
            wire_date(env.clock.date(at)),
        );
    }
}

/// A rollout begins when it was asked for and there is something to fall back to.
fn start_rollout(submission: &mut Submission, fallback: Option<&str>) -> bool {
    let Some(rollout) = submission
        .document
        .pointer_mut("/packageDeliveryOptions/packageRollout")
    else {
        return false;
    };
    if rollout.get("isPackageRollout").and_then(Value::as_bool) != Some(true) {
        return false;
    }
    let Some(fallback) = fallback else {
        set(rollout, "isPackageRollout", false);
        set(rollout, "packageRolloutPercentage", number(0.0));
        return false;
    };
    set(rollout, "packageRolloutStatus", "PackageRolloutInProgress");
    set(rollout, "fallbackSubmissionId", fallback);
    true
}
