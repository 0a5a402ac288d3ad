//! Renews a run whose upload URL has expired: only a new draft has a new URL. The old draft is saved and deleted, its
//! document goes into the new one. What was approved for the first run holds for the second; deleting needs a confirmation.

use super::start::{self, StartError};
use crate::{
    engine::{
        machine::Run,
        operation::Operation,
        plan::{PendingPolicy, Plan},
        preflight::{self, Refusal},
        view::Cause,
        zip_source::ZipSource,
    },
    storage::Journal,
    tasks::{reporter::Reporter, services::Services},
};
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
    let (run, journal) = match start::open(services, id) {
        Ok((recovered, journal)) => (recovered.run, journal),
        Err(error) => return fail(id, &error, reporter).await,
    };
    match prepare(services, &run, is_confirmed).await {
        Ok(plan) => begin(services, plan, journal, reporter, cancel).await,
        Err(StartError::Refused(refusal)) => start::refuse(run, &refusal, reporter).await,
        Err(error) => fail(id, &error, reporter).await,
    }
}

async fn fail(id: &str, error: &StartError, reporter: &Reporter) {
    reporter
        .fail(format!("Run {id} cannot go on with another draft. {error}"))
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
    start::begin(services, operation, Some(older), reporter, cancel).await;
}

/// The plan of the new run: the old one's, with all that was approved for it, on the draft as the old run left it.
async fn prepare(services: &Services, run: &Run, is_confirmed: bool) -> Result<Plan, StartError> {
    if let Some(refusal) = start::ended(run) {
        return Err(refusal.into());
    }
    let id = run.view().id.clone();
    let (Some(plan), Some(draft)) = (run.plan(), run.draft()) else {
        return Err(Refusal::NothingToRenew { run: id }.into());
    };
    if matches!(plan.zip, Some(ZipSource::Uploaded { .. })) {
        return Err(Refusal::ZipOnlyAtTheStore {
            id: draft.id.clone(),
        }
        .into());
    }
    let mut plan = plan.clone();
    let id = draft.id.clone();
    let is_made_here = plan.pending != PendingPolicy::Keep;
    let why = if services.is_protected || plan.is_protected {
        Some(format!("Profile {} is protected", services.profile))
    } else {
        (!is_made_here).then(|| "This run did not make its draft".to_owned())
    };
    if let Some(why) = why.filter(|_| !is_confirmed) {
        return Err(Refusal::RenewalNeedsYes { id, why }.into());
    }
    let has_ended = run
        .view()
        .ending
        .as_ref()
        .is_some_and(|ending| ending.cause == Some(Cause::UrlEnded));
    if !has_ended {
        let fetched = services.store.submission(&plan.target, &id).await?;
        let ends = fetched
            .upload
            .as_ref()
            .map(store_client::blob::UploadUrl::expires);
        // By the service's clock: this machine's may be hours off, and what is still good would be deleted.
        let now = services.upload.waits.clock().now();
        // A URL that says nothing of its end is good until the service refuses it.
        if ends.is_ok_and(|end| end.is_none_or(|end| end > now)) {
            return Err(Refusal::UrlStillGood { id }.into());
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
