//! The four calls of a gradual package rollout.

use crate::call::{Call, Key, Verb};
use crate::drafts::no_rollout;
use crate::errors::{Reply, bad_value, refusal};
use crate::json::{number, set, text};
use crate::store::{Product, Store};

const PLACE: &str = "/packageDeliveryOptions/packageRollout";

pub(super) fn answer(store: &mut Store, key: &Key, call: &Call) -> Reply {
    let id = call.submission.clone().unwrap_or_default();
    if let Some(refusal) = store.missing(key, &id) {
        return refusal;
    }
    let Some(product) = store.products.get_mut(key) else {
        return Reply::empty(404);
    };
    if call.verb == Verb::GetRollout {
        let rollout = product
            .submissions
            .get(&id)
            .and_then(|submission| submission.document.pointer(PLACE))
            .cloned();
        return Reply::new(200, rollout.unwrap_or_else(no_rollout));
    }
    change(product, &id, call)
}

fn change(product: &mut Product, id: &str, call: &Call) -> Reply {
    let is_published = product.published.as_deref() == Some(id);
    let Some(rollout) = product
        .submissions
        .get_mut(id)
        .and_then(|submission| submission.document.pointer_mut(PLACE))
        .filter(|_| is_published)
    else {
        return refusal(
            409,
            "InvalidState",
            Some("submissionId"),
            "The submission is not published or has no package rollout.",
        );
    };
    if text(rollout, "packageRolloutStatus") != "PackageRolloutInProgress" {
        return refusal(
            409,
            "InvalidState",
            Some("packageRollout"),
            "The package rollout of the submission is not in progress.",
        );
    }
    match call.verb {
        Verb::SetRollout => {
            let percentage = call
                .parameter("percentage")
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|value| (0.0..=100.0).contains(value));
            let Some(percentage) = percentage else {
                return bad_value(
                    "percentage",
                    "The percentage must be a number from 0 to 100.",
                );
            };
            set(rollout, "packageRolloutPercentage", number(percentage));
        }
        Verb::HaltRollout => {
            set(rollout, "packageRolloutPercentage", number(0.0));
            set(rollout, "packageRolloutStatus", "PackageRolloutStopped");
        }
        _ => {
            set(rollout, "packageRolloutPercentage", number(100.0));
            set(rollout, "packageRolloutStatus", "PackageRolloutComplete");
        }
    }
    let reply = Reply::new(200, rollout.clone());
    if call.verb == Verb::FinalizeRollout {
        product.finalized = Some(id.to_owned());
    }
    reply
}
