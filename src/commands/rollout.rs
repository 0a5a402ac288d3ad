//! `rollout`: how far a gradual rollout is, and moving it.

use super::{
    context::CommandContext,
    event::Event,
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::{
    cli::RolloutMove,
    engine::driver::rollout::{self, Move},
    tasks::sightings,
};
use store_client::Priority;
use store_model::target::Target;

pub(super) async fn run(
    context: CommandContext,
    target: &Target,
    wanted: Option<&RolloutMove>,
    yes: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    let product = store.product(target).await?;
    let Some(id) = &product.published else {
        return Err(Failure::refused(format!(
            "{target} ({}) is not published: nothing is rolled out.",
            product.name
        )));
    };
    let to = match wanted {
        None | Some(RolloutMove::Get) => None,
        Some(RolloutMove::Set { percent }) => Some((
            Move::Set(*percent),
            format!("give submission {id} to {percent} % of the customers"),
        )),
        Some(RolloutMove::Halt) => Some((
            Move::Halt,
            format!("take submission {id} back from everybody who has it"),
        )),
        Some(RolloutMove::Finalize) => {
            Some((Move::Finalize, format!("give submission {id} to everybody")))
        }
    };
    let rollout_now = match to {
        None => store.rollout(target, id).await?,
        Some((to, words)) => {
            context.may_change()?;
            // A percentage can be changed again; the other two cannot.
            let needs_yes = context.profile.protected || !matches!(to, Move::Set(_));
            if needs_yes && !yes {
                return Err(Failure::refused(format!(
                    "This would {words} ({}). Add --yes.",
                    product.name
                )));
            }
            rollout::shift(&context.services, target, id, to).await?
        }
    };
    let look = rollout::sighting(target, id, &rollout_now);
    sightings::keep(&context.services, vec![look]).await;
    if printer.is_json() {
        printer.event(&Event::Rollout {
            target,
            submission_id: id,
            is_package_rollout: rollout_now.is_rollout,
            package_rollout_percentage: rollout_now.percentage,
            package_rollout_status: &rollout_now.status,
            fallback_submission_id: rollout_now.fallback.as_deref(),
        });
    } else if rollout_now.is_rollout {
        let others = rollout_now
            .fallback
            .as_ref()
            .map(|id| format!("; the others get submission {id}"))
            .unwrap_or_default();
        printer.line(format!(
            "{target}  {} % of the customers get submission {id}{others}  ({})",
            rollout_now.percentage, rollout_now.status
        ));
    } else {
        printer.line(format!(
            "{target}  submission {id} is not rolled out gradually: all customers get it."
        ));
    }
    Ok(Exit::Done)
}
