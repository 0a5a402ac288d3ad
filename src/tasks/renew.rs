//! Takes up a run whose upload URL has ended: only another draft brings another URL. The old draft is saved and deleted, its
//! document goes into the new one. A person has said yes to that.

use super::{drive, journal, report::Report, reporter::Reporter, services::Services};
use crate::engine::{
    entry::Entry,
    operation::Operation,
    plan::{PendingPolicy, Plan},
    view::Outcome,
};
use jiff::Timestamp;
use store_model::submission::put_body;
use tokio_util::sync::CancellationToken;

/// Ends the interrupted run for good and begins another one in its stead.
pub async fn run(services: &Services, id: &str, reporter: &Reporter, cancel: &CancellationToken) {
    match prepare(services, id, reporter).await {
        Ok(plan) => {
            drive::run(
                services,
                Operation::Publish(Box::new(plan)),
                reporter,
                cancel,
            )
            .await;
        }
        Err(message) => {
            reporter
                .fail(format!(
                    "Run {id} cannot go on with another draft. {message}"
                ))
                .await;
        }
    }
}

/// The errand of the new run. From now on nobody can go on with the old one: its draft is about to go.
async fn prepare(services: &Services, id: &str, reporter: &Reporter) -> Result<Plan, String> {
    let (lines, mut journal) = services
        .home
        .runs()
        .open(id)
        .map_err(|error| error.to_string())?;
    let run = journal::read(lines, &services.profile)?.run;
    let (Operation::Publish(plan), Some(draft)) = (&run.header().operation, &run.view().submission)
    else {
        return Err("It has no draft that could be replaced.".to_owned());
    };
    let mut plan = plan.as_ref().clone();
    if plan.document.is_none() {
        // The run was to commit the draft as it stood: that is what the new one has to hold.
        let fetched = services
            .store
            .submission(&plan.target, draft)
            .await
            .map_err(|error| error.to_string())?;
        plan.document = Some(put_body(plan.target.kind(), &fetched.submission.document));
    }
    plan.pending = PendingPolicy::Replace;
    plan.draft_seen = Some(draft.clone());
    // The first run has held the draft against what was seen and approved; it is that run's own since.
    (plan.base, plan.expect) = (None, None);
    let ended = Entry::Ended {
        at: Timestamp::now(),
        outcome: Outcome::Cancelled,
        is_resumable: false,
    };
    let line = serde_json::to_value(&ended).map_err(|error| error.to_string())?;
    journal.append(&line).map_err(|error| error.to_string())?;
    reporter.send(Report::Renewed { run: id.to_owned() }).await;
    Ok(plan)
}
