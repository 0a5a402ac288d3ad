//! Takes up a run whose upload URL has ended: only another draft brings another URL. The old draft is saved and deleted, its
//! document goes into the new one. What was approved for the first run holds for the second; what is deleted needs a yes.

use super::{
    drive::{self, Stop},
    journal,
    reporter::Reporter,
    services::Services,
};
use crate::{
    engine::{
        machine::Run,
        operation::Operation,
        plan::{PendingPolicy, Plan},
        preflight::{self, Refusal},
        view::Cause,
    },
    storage::Journal,
};
use jiff::Timestamp;
use store_model::submission::put_body;
use tokio_util::sync::CancellationToken;

/// Begins another run in place of the interrupted one, which ends as soon as the new one changes something: a renewal that is
/// refused leaves it as it was. `is_confirmed`: a person said yes to deleting the draft.
pub async fn run(
    services: &Services,
    id: &str,
    is_confirmed: bool,
    reporter: &Reporter,
    cancel: &CancellationToken,
) {
    let opened = services.home.runs().open(id);
    let read = opened
        .map_err(|error| error.to_string())
        .and_then(|(lines, journal)| Ok((journal::read(lines, &services.profile)?.run, journal)));
    let (run, journal) = match read {
        Ok(read) => read,
        Err(message) => {
            fail(id, message, reporter).await;
            return;
        }
    };
    match prepare(services, &run, is_confirmed).await {
        Ok(plan) => begin(services, plan, journal, reporter, cancel).await,
        Err(Stop::Refused(refusal)) => drive::refuse(run, &refusal, reporter).await,
        Err(Stop::Failed(message)) => fail(id, message, reporter).await,
    }
}

async fn fail(id: &str, message: String, reporter: &Reporter) {
    reporter
        .fail(format!(
            "Run {id} cannot go on with another draft. {message}"
        ))
        .await;
}

async fn begin(
    services: &Services,
    plan: Plan,
    older: Journal,
    reporter: &Reporter,
    cancel: &CancellationToken,
) {
    let operation = Operation::Publish(Box::new(plan));
    drive::begin(services, operation, Some(older), reporter, cancel).await;
}

/// The plan of the new run: the old one's, with all that was approved for it, on the draft as the old run left it.
async fn prepare(services: &Services, run: &Run, is_confirmed: bool) -> Result<Plan, Stop> {
    if let Some(refusal) = drive::ended(run) {
        return Err(Stop::Refused(refusal));
    }
    let id = run.view().id.clone();
    let (Some(plan), Some(draft)) = (run.plan(), run.draft()) else {
        return Err(Stop::Refused(Refusal::NothingToRenew { run: id }));
    };
    let mut plan = plan.clone();
    let id = draft.id.clone();
    let is_made_here = plan.pending != PendingPolicy::Keep;
    let why = if services.is_protected || plan.is_protected {
        Some(format!("Profile {} is protected", services.profile))
    } else {
        (!is_made_here).then(|| "This run did not make its draft".to_owned())
    };
    if let Some(why) = why.filter(|_| !is_confirmed) {
        return Err(Stop::Refused(Refusal::RenewalNeedsYes { id, why }));
    }
    let has_ended = run
        .view()
        .ending
        .as_ref()
        .is_some_and(|ending| ending.cause == Some(Cause::UrlEnded));
    if !has_ended {
        let fetched = services.store.submission(&plan.target, &id).await;
        let fetched = fetched.map_err(|error| Stop::Failed(error.to_string()))?;
        let ends = fetched
            .upload
            .as_ref()
            .map(store_client::blob::UploadUrl::expires);
        // A URL that says nothing of its end is good until the service refuses it.
        if ends.is_ok_and(|end| end.is_none_or(|end| end > Timestamp::now())) {
            return Err(Stop::Refused(Refusal::UrlStillGood { id }));
        }
    }
    let body = put_body(plan.target.kind(), &draft.document);
    plan.expect = preflight::restated(&plan, run.live(), Some(draft));
    if plan.document.is_none() {
        // The run was to commit the draft as it stood: that is what the new one has to hold.
        plan.document = Some(body.clone());
    }
    // Whatever somebody else has put into the draft since is not deleted with it.
    plan.base = Some(body);
    plan.pending = PendingPolicy::Replace;
    plan.draft_seen = Some(id);
    plan.is_confirmed |= is_confirmed;
    Ok(plan)
}
