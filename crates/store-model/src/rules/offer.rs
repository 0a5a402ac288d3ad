//! Rules about what is offered to whom: price, markets, audience, device families, category, games (store-api.md §§ 3.4, 3.5,
//! 3.8, 3.13, 3.16).

use crate::rule_table as rule;
use crate::{
    finding::{Inspection, places},
    json::pointer::{child, member},
    limits,
    target::Kind,
    value::brief,
};
use serde_json::Value;

pub fn check(inspection: &mut Inspection<'_>) {
    price(inspection);
    match inspection.kind {
        Kind::App => {
            families(inspection);
            category(inspection);
            games(inspection);
        }
        Kind::AddOn => content(inspection),
        Kind::Flight => {}
    }
    audience(inspection);
}

/// A text of the document, and its pointer.
fn text<'a>(document: &'a Value, path: &str) -> Option<(String, &'a str)> {
    let (pointer, value) = places(document, path).into_iter().next()?;
    Some((pointer, value.as_str()?))
}

fn before<'a>(inspection: &Inspection<'a>, path: &str) -> Option<&'a str> {
    Some(text(inspection.base?, path)?.1)
}

fn price(inspection: &mut Inspection<'_>) {
    let pricing = member(inspection.document, "pricing").filter(|(_, pricing)| !pricing.is_null());
    let Some((key, pricing)) = pricing else {
        return inspection.report(
            "",
            rule::PRICE_MISSING,
            "The pricing is missing; the Store needs a priceId in every update.",
        );
    };
    let pointer = child("", key);
    if !pricing.is_object() {
        return;
    }
    let found = member(pricing, "priceId");
    let place = found.map_or_else(|| pointer.clone(), |(key, _)| child(&pointer, key));
    match found.map(|(_, value)| value) {
        None | Some(Value::Null) => {
            inspection.report(
                place,
                rule::PRICE_MISSING,
                "priceId is missing or null: that has made a paid product free. Write the tier, or Free.",
            );
        }
        Some(Value::String(tier)) => base_price(inspection, place, tier),
        Some(_) => {}
    }
    let trial = member(pricing, "trialPeriod").filter(|(_, value)| !value.is_null());
    match (inspection.kind, trial) {
        (Kind::AddOn, Some((key, _))) => {
            inspection.report(
                child(&pointer, key),
                rule::ADD_ON_WITH_TRIAL,
                "An add-on has no trialPeriod.",
            );
        }
        (_, Some((key, trial)))
            if *trial != "NoFreeTrial"
                && member(pricing, "priceId").is_some_and(|(_, tier)| tier == "Free") =>
        {
            inspection.report(
                child(&pointer, key),
                rule::FREE_APP_WITH_TRIAL,
                "The app is free: its free trial means nothing.",
            );
        }
        _ => {}
    }
    withdrawn(inspection);
}

fn base_price(inspection: &mut Inspection<'_>, place: String, tier: &str) {
    let was = before(inspection, "pricing/priceId");
    if tier == "NotAvailable" {
        let sentence =
            "The base price is NotAvailable: it is sold only in markets with a price of their own.";
        return inspection.report(place, rule::PRICE_NOT_AVAILABLE, sentence);
    }
    match was {
        Some(was) if tier == "Free" && !matches!(was, "Free" | "Base" | "NotAvailable") => {
            inspection.report(
                place,
                rule::PRICE_BECOMES_FREE,
                format!("The price goes from {was} to Free: customers will no longer pay."),
            );
        }
        Some("Free") if tier != "Free" && inspection.kind == Kind::AddOn => {
            let sentence =
                "A free add-on that gets a price has been seen to hang in CommitStarted for days.";
            inspection.report(place, rule::ADD_ON_BECOMES_PAID, sentence);
        }
        _ => {}
    }
}

/// Markets that lose the product, or that get it free where others pay.
fn withdrawn(inspection: &mut Inspection<'_>) {
    let base_price = text(inspection.document, "pricing/priceId").map(|(_, tier)| tier);
    for (pointer, value) in inspection.places("pricing/marketSpecificPricings/*") {
        let Some(tier) = value.as_str() else { continue };
        let was = inspection
            .base
            .and_then(|base| base.pointer(&pointer))
            .and_then(Value::as_str);
        if was == Some(tier) || inspection.base.is_none() {
            continue;
        }
        let market = pointer.rsplit('/').next().unwrap_or_default();
        if tier == "NotAvailable" {
            inspection.report(
                pointer.clone(),
                rule::MARKET_WITHDRAWN,
                format!("Nobody in the market {market} can get it any more."),
            );
        } else if tier == "Free" && base_price != Some("Free") {
            inspection.report(
                pointer.clone(),
                rule::MARKET_BECOMES_FREE,
                format!("It becomes free in the market {market}."),
            );
        }
    }
}

fn audience(inspection: &mut Inspection<'_>) {
    let Some((pointer, visibility)) = text(inspection.document, "visibility") else {
        return;
    };
    let was = before(inspection, "visibility").filter(|was| *was != visibility && *was != "NotSet");
    match (visibility, was) {
        ("NotSet", _) => inspection.report(
            pointer,
            rule::VISIBILITY_NOT_CHOSEN,
            "The visibility is not chosen yet (NotSet).",
        ),
        ("Hidden", Some(_)) => inspection.report(
            pointer,
            rule::VISIBILITY_HIDDEN,
            "Hidden: nobody new can get it any more.",
        ),
        ("Private", Some(_)) => inspection.report(
            pointer,
            rule::VISIBILITY_PRIVATE,
            "Private: only who has the link can still find it.",
        ),
        _ => {}
    }
}

fn families(inspection: &mut Inspection<'_>) {
    const FIELD: &str = "allowTargetFutureDeviceFamilies";
    let found = member(inspection.document, FIELD);
    let pointer = found.map_or_else(String::new, |(key, _)| child("", key));
    let families = found
        .map(|(_, value)| value)
        .filter(|value| value.is_object());
    if found.is_some_and(|(_, value)| !value.is_null()) && families.is_none() {
        return;
    }
    let is_set = |family: &str| {
        families
            .and_then(|families| member(families, family))
            .is_some_and(|(_, value)| !value.is_null())
    };
    let missing: Vec<&str> = limits::NEEDED_FAMILIES
        .iter()
        .copied()
        .filter(|family| !is_set(family))
        .collect();
    if !missing.is_empty() {
        inspection.report(
            pointer,
            rule::DEVICE_FAMILIES_INCOMPLETE,
            format!(
                "{FIELD} must say true or false for {} as well.",
                missing.join(", ")
            ),
        );
    }
}

fn category(inspection: &mut Inspection<'_>) {
    let Some((pointer, category)) = text(inspection.document, "applicationCategory") else {
        return;
    };
    if category == "NotSet" {
        return inspection.report(
            pointer,
            rule::CATEGORY_NOT_CHOSEN,
            "The category is not chosen yet (NotSet).",
        );
    }
    let is_game = |category: &str| category == "Games" || category.starts_with("Games_");
    let was = before(inspection, "applicationCategory")
        .filter(|was| *was != "NotSet" && is_game(was) != is_game(category));
    if let Some(was) = was {
        let sentence = format!(
            "The category goes from {was} to {category}: what is published cannot become a game, nor a game something else."
        );
        inspection.report(pointer, rule::CATEGORY_CROSSES_GAMES, sentence);
    }
}

/// How many play: numbers that contradict each other or what is switched on.
fn games(inspection: &mut Inspection<'_>) {
    for (pointer, options) in inspection.places("gamingOptions/*") {
        for (switch, least, most) in [
            (
                "isLocalMultiplayer",
                "localMultiplayerMinPlayers",
                "localMultiplayerMaxPlayers",
            ),
            (
                "isLocalCooperative",
                "localCooperativeMinPlayers",
                "localCooperativeMaxPlayers",
            ),
        ] {
            let value = |name: &str| member(options, name).filter(|(_, value)| !value.is_null());
            let is_on = value(switch).is_some_and(|(_, value)| *value == Value::Bool(true));
            let number =
                |name: &str| value(name).and_then(|(key, value)| Some((key, value.as_f64()?)));
            match (number(least), number(most)) {
                (Some((_, from)), Some((key, to))) if from > to => {
                    let sentence = format!("{least} is {from}, but {most} only {to}.");
                    inspection.report(child(&pointer, key), rule::PLAYER_COUNTS_REVERSED, sentence);
                }
                (Some((key, _)), _) | (_, Some((key, _))) if !is_on => {
                    inspection.report(
                        child(&pointer, key),
                        rule::PLAYER_COUNTS_UNUSED,
                        format!("The number of players counts only with {switch} true."),
                    );
                }
                (None, _) | (_, None) if is_on => {
                    let sentence = format!("{switch} is true, but {least} or {most} is missing.");
                    inspection.report(pointer.clone(), rule::PLAYER_COUNTS_MISSING, sentence);
                }
                _ => {}
            }
        }
    }
}

fn content(inspection: &mut Inspection<'_>) {
    match text(inspection.document, "contentType") {
        Some((pointer, "NotSet")) => inspection.report(
            pointer,
            rule::CONTENT_TYPE_NOT_CHOSEN,
            "contentType is NotSet, which an update refuses. Choose what the add-on sells; it cannot be guessed.",
        ),
        Some((pointer, kind)) if before(inspection, "contentType").is_some_and(|was| was != "NotSet" && was != kind) => {
            let was = before(inspection, "contentType").unwrap_or_default();
            inspection.report(pointer, rule::CONTENT_TYPE_CHANGED, format!("contentType goes from {was} to {}.", brief(&kind.into())));
        }
        None if places(inspection.document, "contentType").is_empty() => inspection.report("", rule::CONTENT_TYPE_MISSING, "contentType is missing."),
        _ => {}
    }
}
