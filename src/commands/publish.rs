//! `publish`: a whole release.

use super::{
    compose,
    context::{CommandContext, read_value},
    diff,
    event::Event,
    exit::{Exit, Failure},
    operation::{Work, carry_out},
    printer::Printer,
};
use crate::{
    cli::{Pending, PublishArgs, Rollout, Wait},
    engine::{
        call::RunEvent,
        driver::outcome,
        operation::Operation,
        plan::{ExistingRollout, PendingPolicy, Plan, WaitFor},
        preflight::{self, Refusal},
        zip_source::ZipSource,
    },
    tasks::load,
};
use jiff::Timestamp;
use serde_json::Value;
use std::path::PathBuf;
use store_client::{Priority, blob};
use store_model::{fingerprint::Fingerprint, package, submission::put_body, target::Target};

pub(super) async fn publish(
    mut context: CommandContext,
    args: &PublishArgs,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    context.may_change()?;
    if args.zip.is_some() && args.expect.as_ref().is_some_and(Fingerprint::is_open) {
        return Err(Failure::usage(
            "This hash leaves the ZIP open, so it approves none: take the one of flightdeck diff with --zip.",
        ));
    }
    let mut document = args.json.as_deref().map(read_value).transpose()?;
    let mut zip = args.zip.clone().map(absolute);
    let mut allow = args.allow.clone();
    let is_as_it_is = document.is_none() && args.compose.is_empty();
    let pending = args.pending.unwrap_or(if is_as_it_is {
        Pending::Keep
    } else {
        Pending::Fail
    });
    if is_as_it_is && zip.is_none() && pending == Pending::Keep {
        zip = uploaded_earlier(&context, &args.target).await?;
    }
    let (mut draft_seen, mut base) = (None, None);
    if !args.compose.is_empty() {
        let kind = args.target.kind();
        if document.is_none() {
            let detail = context.target(&args.target).await?;
            let keeps = pending == Pending::Keep;
            let server = detail.pending.as_ref().filter(|_| keeps);
            let server = server.or(detail.published.as_ref()).ok_or_else(|| {
                Failure::usage(format!(
                    "{} was never published, so there is no document to change: give one with --json.",
                    args.target
                ))
            })?;
            document = Some(server.document.clone());
            base = Some(put_body(kind, &server.document));
            draft_seen = detail.pending.as_ref().map(|draft| draft.id.clone());
        }
        let from = document.as_ref().unwrap_or(&Value::Null);
        let about = (Some(&args.target), kind);
        let composed = compose::run(about, from, &args.compose, args.zip.as_deref(), printer)?;
        document = Some(composed.document);
        zip = composed.zip;
        allow.extend(composed.allow);
    }
    let plan = Plan {
        target: args.target.clone(),
        name: args.target.to_string(),
        document,
        zip,
        pending: match pending {
            Pending::Fail => PendingPolicy::Fail,
            Pending::Keep => PendingPolicy::Keep,
            Pending::Replace => PendingPolicy::Replace,
        },
        draft_seen,
        expect: args.expect.clone(),
        base,
        allow,
        wait: match args.wait {
            _ if args.no_commit => WaitFor::Draft,
            Wait::Committed => WaitFor::Committed,
            Wait::Published => WaitFor::Published,
            Wait::None => WaitFor::None,
        },
        existing_rollout: match args.existing_rollout {
            Rollout::Fail => ExistingRollout::Fail,
            Rollout::Finalize => ExistingRollout::Finalize,
            Rollout::Halt => ExistingRollout::Halt,
        },
        is_confirmed: args.yes,
        is_protected: context.profile.protected,
    };
    if plan.is_protected && plan.needs_confirmation() && !plan.is_confirmed && !args.dry_run {
        let profile = context.profile.name.clone();
        return Err(Refusal::Protected { profile }.into());
    }
    if args.dry_run {
        return try_out(&mut context, args, &plan, printer).await;
    }
    carry_out(
        &mut context,
        Work::Begin(Operation::Publish(Box::new(plan))),
        args.timeout,
        printer,
    )
    .await
}

/// Prints the review: what would change, what the run would refuse or warn of, and how the ZIP fits. Sends nothing.
async fn try_out(
    context: &mut CommandContext,
    args: &PublishArgs,
    plan: &Plan,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let target = &plan.target;
    let detail = context.target(target).await?;
    let (pending, live) = (detail.pending.as_ref(), detail.published.as_ref());
    let kept = pending.filter(|_| plan.pending == PendingPolicy::Keep);
    let document = plan
        .document
        .as_ref()
        .or(kept.or(live).map(|submission| &submission.document));
    let settled = preflight::preflight(plan, pending, live, Timestamp::now());
    let Some(document) = document else {
        return Err(settled.err().map_or_else(
            || Failure::refused(format!("{target} has nothing to publish.")),
            Into::into,
        ));
    };
    let sides = diff::Sides {
        target,
        json: args.json.as_deref(),
        zip: args.zip.as_deref(),
        compose: &args.compose,
    };
    diff::show(
        context,
        &sides,
        &detail,
        (document, plan.zip.as_ref()),
        None,
        printer,
    )
    .await?;
    let mut warnings = settled?.warnings;
    let zip = plan
        .zip
        .clone()
        .filter(|zip| !matches!(zip, ZipSource::Uploaded { .. }));
    if let Some(zip) = zip {
        let store = context.services.store.with_priority(Priority::Person);
        let identity = load::package_identity(&store, &detail.product).await?;
        let examined =
            outcome::examine(target, zip, document.clone(), identity, None, &plan.allow).await;
        match examined {
            Ok(RunEvent::Examined { problems, .. }) if !problems.is_empty() => {
                return Err(Refusal::ZipDoesNotFit(problems).into());
            }
            Ok(RunEvent::Examined { warnings: more, .. }) => warnings.extend(more),
            Ok(_) => {}
            Err(failure) => return Err(Failure::new(Exit::Failed, failure.message)),
        }
    }
    for message in &warnings {
        let event = Event::Warning {
            target: Some(target),
            message,
            requests: None,
        };
        printer.either(&event, || format!("warning: {message}"));
    }
    printer.chatter("This was a dry run: nothing was sent.");
    Ok(Exit::Done)
}

/// A run may be resumed from another folder.
fn absolute(zip: PathBuf) -> ZipSource {
    std::path::absolute(&zip).unwrap_or(zip).into()
}

/// The ZIP that stands at the draft's upload URL already, where the draft waits for files.
async fn uploaded_earlier(
    context: &CommandContext,
    target: &Target,
) -> Result<Option<ZipSource>, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    let product = store.product(target).await?;
    let Some(id) = &product.pending else {
        return Ok(None);
    };
    let draft = store.submission(target, id).await?;
    if package::expected(target.kind(), &draft.submission.document).is_empty() {
        return Ok(None);
    }
    let Ok(url) = &draft.upload else {
        return Ok(None);
    };
    let etag = blob::etag(&context.services.http, url).await;
    Ok(etag.map(|etag| ZipSource::Uploaded { etag }))
}
