//! Rules about what is offered: price, markets, device families, kind of content (store-api.md §§ 3.4, 3.5, 3.16).

use super::{
    finding::Inspection,
    limits,
    pointer::{child, member},
    target::Kind,
    value::brief,
};
use serde_json::Value;

pub fn check(inspection: &mut Inspection<'_>) {
    price(inspection);
    match inspection.kind {
        Kind::App => {
            families(inspection);
            if let Some((pointer, _)) = unchosen(inspection, "applicationCategory") {
                inspection.warning(pointer, "§ 3.13", "The category is not chosen yet (NotSet).");
            }
        }
        Kind::AddOn => content(inspection),
        Kind::Flight => {}
    }
    if let Some((pointer, _)) = unchosen(inspection, "visibility") {
        inspection.warning(pointer, "§ 3.4", "The visibility is not chosen yet (NotSet).");
    }
}

/// A top-level enumeration that still says `NotSet`.
fn unchosen<'a>(inspection: &Inspection<'a>, name: &str) -> Option<(String, &'a Value)> {
    inspection.places(name).into_iter().find(|(_, value)| *value == "NotSet")
}

fn price(inspection: &mut Inspection<'_>) {
    let pricing = member(inspection.document, "pricing").filter(|(_, pricing)| !pricing.is_null());
    let Some((key, pricing)) = pricing else {
        return inspection.error("", "E8", "The pricing is missing; the Store needs a priceId in every update.");
    };
    let pointer = child("", key);
    if !pricing.is_object() {
        return;
    }
    let found = member(pricing, "priceId");
    let place = found.map_or_else(|| pointer.clone(), |(key, _)| child(&pointer, key));
    match found.map(|(_, value)| value) {
        None | Some(Value::Null) => {
            inspection.error(place, "Q14", "priceId is missing or null: that has made a paid product free. Write the tier, or Free.");
        }
        Some(Value::String(tier)) if tier.eq_ignore_ascii_case("Base") => inspection.error(
            place,
            "E8",
            "The Store refuses the priceId Base, although it hands it out: this product's price is managed in Partner Center. Write the tier that is meant.",
        ),
        Some(value) => tier(inspection, place, value),
    }
    if let Some((key, Value::Object(markets))) = member(pricing, "marketSpecificPricings") {
        let pointer = child(&pointer, key);
        for (market, value) in markets {
            let place = child(&pointer, market);
            if market.len() != 2 || !market.bytes().all(|byte| byte.is_ascii_uppercase()) {
                inspection.error(place.clone(), "§ 3.5", format!("{market} is no market: two capital letters, such as DE."));
            }
            tier(inspection, place, value);
        }
    }
    if let Some((key, _)) = member(pricing, "trialPeriod").filter(|(_, value)| inspection.kind == Kind::AddOn && !value.is_null())
    {
        inspection.warning(child(&pointer, key), "§ 3.16", "An add-on has no trialPeriod.");
    }
    if let Some((key, _)) = member(pricing, "sales").filter(|(_, value)| value.as_array().is_some_and(|sales| !sales.is_empty()))
    {
        inspection.note(child(&pointer, key), "§ 3.5", "sales are ignored; they are edited in Partner Center.");
    }
}

fn tier(inspection: &mut Inspection<'_>, pointer: String, value: &Value) {
    let Some(tier) = value.as_str() else {
        return inspection.error(pointer, "E8", "A price is a text such as Free or Tier1012.");
    };
    if limits::is_tier(tier) {
        return;
    }
    // The Store names the tiers it knows only in the refusal (Q49), so a wrong case is all that can be put right here.
    let named = limits::NAMED_TIERS.iter().find(|known| known.eq_ignore_ascii_case(tier)).map(|known| (*known).to_owned());
    let numbered = tier
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("tier"))
        .map(|_| format!("Tier{}", tier.get(4..).unwrap_or_default()));
    let right = named.or(numbered).filter(|tier| limits::is_tier(tier));
    let hint = right.map_or_else(|| "Free, Tier2 … Tier96, Tier1012 … Tier1424".to_owned(), |right| format!("write {right}"));
    inspection.error(pointer, "E8", format!("{} is no price tier: {hint}.", brief(value)));
}

fn families(inspection: &mut Inspection<'_>) {
    const FIELD: &str = "allowTargetFutureDeviceFamilies";
    let found = member(inspection.document, FIELD);
    let pointer = found.map_or_else(String::new, |(key, _)| child("", key));
    let families = found.and_then(|(_, value)| value.as_object()).cloned().unwrap_or_default();
    let is_set = |family: &str| families.iter().any(|(key, value)| key.eq_ignore_ascii_case(family) && value.is_boolean());
    let missing: Vec<&str> = limits::NEEDED_FAMILIES.iter().copied().filter(|family| !is_set(family)).collect();
    if !missing.is_empty() {
        inspection.error(pointer.clone(), "E10", format!("{FIELD} must say true or false for {} as well.", missing.join(", ")));
    }
    for (family, value) in &families {
        let place = child(&pointer, family);
        let is_known = limits::FAMILIES.iter().any(|known| known.eq_ignore_ascii_case(family));
        // The service itself hands out keys such as "7".
        let is_odd = family.bytes().all(|byte| byte.is_ascii_digit());
        if !is_known && !is_odd {
            inspection.error(place, "E10", format!("{family} is no device family: {}.", limits::FAMILIES.join(", ")));
        } else if !value.is_boolean() && !limits::NEEDED_FAMILIES.iter().any(|known| known.eq_ignore_ascii_case(family)) {
            inspection.error(place, "§ 3.4", format!("{family} must be true or false."));
        }
    }
}

fn content(inspection: &mut Inspection<'_>) {
    if let Some((pointer, _)) = unchosen(inspection, "contentType") {
        inspection.error(
            pointer,
            "Q48",
            "contentType is NotSet, which an update refuses. Choose what the add-on sells; it cannot be guessed.",
        );
    } else if member(inspection.document, "contentType").is_none_or(|(_, value)| value.is_null()) {
        inspection.warning("", "Q48", "contentType is missing.");
    }
}
