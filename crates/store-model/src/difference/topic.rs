//! Where a changed place belongs: which group, which file. Knows paths and no wording.

use super::part::Topic;
use crate::{diff::is_any, product::plain_text, target::Kind};

/// Parts of the offer and of the release, by the first name of a path.
const OFFER: [&str; 6] = [
    "pricing",
    "visibility",
    "enterpriseLicensing",
    "allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies",
    "allowTargetFutureDeviceFamilies",
    "lifetime",
];
const RELEASE: [&str; 3] = [
    "packageDeliveryOptions",
    "targetPublishMode",
    "targetPublishDate",
];

/// The group of a path, and how many of its names say no more than that.
pub(super) fn topic(kind: Kind, names: &[String]) -> (Topic, usize) {
    let Some(first) = names.first() else {
        return (Topic::Rest, 0);
    };
    if kind
        .packages_field()
        .is_some_and(|field| is_any(first, &[field]))
    {
        return (Topic::Packages, 1);
    }
    if is_any(first, &["listings"])
        && let [_, language, rest @ ..] = names
    {
        let skip = if rest
            .first()
            .is_some_and(|name| is_any(name, &["baseListing"]))
        {
            3
        } else {
            2
        };
        let is_image = rest
            .iter()
            .take(3)
            .any(|name| is_any(name, &["images", "icon"]));
        let language = plain_text(language);
        return if is_image {
            (Topic::Images(language), skip)
        } else {
            (Topic::Texts(language), skip)
        };
    }
    let topic = match first {
        first if is_any(first, &["pricing"]) && names.len() > 1 => return (Topic::Offer, 1),
        first if is_any(first, &OFFER) => Topic::Offer,
        first if is_any(first, &RELEASE) => {
            let is_rollout = names
                .get(1)
                .is_some_and(|name| is_any(name, &["packageRollout"]));
            return (
                Topic::Release,
                names
                    .len()
                    .saturating_sub(1)
                    .min(if is_rollout { 2 } else { 1 }),
            );
        }
        first if is_any(first, &["trailers"]) => Topic::Trailers,
        _ => Topic::Rest,
    };
    (topic, 0)
}

/// How many names lead to the file that a path is about: an element of a list of files, or an icon.
pub(super) fn file_depth(topic: &Topic, names: &[String]) -> Option<usize> {
    let at = |wanted: &str| {
        names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(wanted))
    };
    let depth = match topic {
        Topic::Packages => 2,
        Topic::Images(_) => at("images")
            .map(|at| at + 2)
            .or_else(|| at("icon").map(|at| at + 1))?,
        _ => return None,
    };
    (names.len() >= depth).then_some(depth)
}
