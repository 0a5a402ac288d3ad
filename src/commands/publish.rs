//! `publish`: a whole release.

use super::{
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
    },
};
use store_model::fingerprint::Fingerprint;

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
    let document = args.json.as_deref().map(read_value).transpose()?;
    let plan = Plan {
        target: args.target.clone(),
        name: args.target.to_string(),
        document,
        zip: args.zip.clone(),
        pending: match args.pending {
            Pending::Fail => PendingPolicy::Fail,
            Pending::Keep => PendingPolicy::Keep,
            Pending::Replace => PendingPolicy::Replace,
        },
        draft_seen: None,
        expect: args.expect.clone(),
        base: None,
        allow: args.allow.clone(),
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
