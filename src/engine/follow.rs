//! Judges the polled status of a committed submission: still running, or how it ended. Pure.

use super::{plan::WaitFor, view::Outcome};
use serde_json::Value;
use store_model::status::{Status, StatusReport};

/// What follows from a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    GoesOn,
    /// How it ended, as a message.
    Ended(Outcome, String),
    /// Why it failed and what to do.
    Failed(String),
}

/// Judges one poll. Skipped states are fine; `CommitStarted` to `PendingCommit` is a failure of the service. `publish_mode` is the
/// `targetPublishMode` of what was committed; `was_committed` tells a submission that fell back from a draft that nobody committed.
pub(super) fn judge(
    report: &StatusReport,
    publish_mode: Option<&str>,
    wait: WaitFor,
    was_committed: bool,
    id: &str,
    portal: &str,
) -> Verdict {
    match &report.status {
        Status::Published => {
            Verdict::Ended(Outcome::Published, format!("Submission {id} is published."))
        }
        Status::PendingCommit if !was_committed => Verdict::Ended(
            Outcome::Refused,
            format!(
                "Submission {id} is a draft that nobody has committed: there is nothing to follow yet. See {portal}"
            ),
        ),
        Status::PendingCommit => Verdict::Failed(format!(
            "Submission {id} fell back to PendingCommit: the service failed while it took the commit. \
             Commit it again (publish with the draft kept), or look at it in Partner Center: {portal}"
        )),
        status if status.is_failure() => Verdict::Failed(failure(report, id, portal)),
        Status::Release if publish_mode == Some("Manual") => {
            let message = format!(
                "Submission {id} is certified and waits for \"Publish now\" in Partner Center: {portal}"
            );
            Verdict::Ended(Outcome::Waiting, message)
        }
        Status::Release if publish_mode == Some("SpecificDate") => Verdict::Ended(
            Outcome::Waiting,
            format!("Submission {id} is certified and waits for its publish date."),
        ),
        Status::CommitStarted | Status::None => Verdict::GoesOn,
        status if wait == WaitFor::Committed => Verdict::Ended(
            Outcome::Committed,
            format!("Submission {id} is committed and in {status}."),
        ),
        _ => Verdict::GoesOn,
    }
}

fn failure(report: &StatusReport, id: &str, portal: &str) -> String {
    let errors = report
        .errors
        .iter()
        .map(|error| format!("{}: {}", error.code, error.details));
    let reports = report
        .reports
        .iter()
        .map(|report| format!("certification report: {}", report.url));
    let first = format!("Submission {id} ended in {}.", report.status);
    let lines: Vec<_> = [first]
        .into_iter()
        .chain(errors)
        .chain(reports)
        .chain([format!("Partner Center: {portal}")])
        .collect();
    lines.join("\n  ")
}

/// How a submission that is certified goes public, as its document says.
pub(super) fn publish_mode(document: &Value) -> Option<String> {
    document
        .get("targetPublishMode")
        .and_then(Value::as_str)
        .map(str::to_owned)
}
