//! `publish`: a whole release.

use super::{
    compose,
    context::{CommandContext, read_value},
    exit::{Exit, Failure},
    operation::{Work, carry_out},
    printer::Printer,
};
use crate::{
    cli::{Pending, PublishArgs, Rollout, Wait},
    engine::{
        operation::Operation,
        plan::{ExistingRollout, PendingPolicy, Plan, WaitFor},
        preflight::Refusal,
        zip_source::ZipSource,
    },
};
use serde_json::Value;
use std::path::PathBuf;
use store_model::{fingerprint::Fingerprint, submission::put_body};

pub(super) async fn publish(
    mut context: CommandContext,
    args: &PublishArgs,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    context.may_change()?;
    if context.profile.protected && !args.yes {
        let profile = context.profile.name.clone();
        return Err(Refusal::Protected { profile }.into());
    }
    if args.zip.is_some() && args.expect.as_ref().is_some_and(Fingerprint::is_open) {
        return Err(Failure::usage(
            "This hash leaves the ZIP open, so it approves none: take the one of flightdeck diff with --zip.",
        ));
    }
    let mut document = args.json.as_deref().map(read_value).transpose()?;
    let mut zip = args.zip.clone().map(absolute);
    let mut allow = args.allow.clone();
    let (mut draft_seen, mut base) = (None, None);
    if !args.compose.is_empty() {
        let kind = args.target.kind();
        if document.is_none() {
            let detail = context.target(&args.target).await?;
            let keeps = args.pending == Pending::Keep;
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
        pending: match args.pending {
            Pending::Fail => PendingPolicy::Fail,
            Pending::Keep => PendingPolicy::Keep,
            Pending::Replace => PendingPolicy::Replace,
        },
        draft_seen,
        expect: args.expect.clone(),
        base,
        allow,
        wait: match args.wait {
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
    carry_out(
        &mut context,
        Work::Begin(Operation::Publish(Box::new(plan))),
        args.timeout,
        printer,
    )
    .await
}

/// A run may be resumed from another folder.
fn absolute(zip: PathBuf) -> ZipSource {
    std::path::absolute(&zip).unwrap_or(zip).into()
}
