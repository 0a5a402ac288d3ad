//! Changes that need an explicit confirmation before they are sent: price, audience, rollout
//! (docs/rules.md#changes-that-ask-for-a-yes). Knows neither screen nor command line.

use crate::{
    json::pointer::{child, member},
    target::Kind,
    value::{brief, is_empty, numbers_equal},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a concern is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskKind {
    Price,
    BecomesFree,
    Visibility,
    Rollout,
}

impl RiskKind {
    /// The name of the command line's `--allow`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::BecomesFree => "becomes-free",
            Self::Visibility => "visibility",
            Self::Rollout => "rollout",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::BecomesFree => "becomes free",
            Self::Visibility => "visibility",
            Self::Rollout => "rollout",
        }
    }
}

/// A change for customers that must not happen by mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    pub kind: RiskKind,
    /// JSON pointer into what is sent; of the holder where the value is missing.
    pub pointer: String,
    pub sentence: String,
}

/// The value at a path of names (any case), and the pointer of it or of the nearest holder that exists.
fn at<'a>(document: &'a Value, path: &[&str]) -> (String, Option<&'a Value>) {
    let mut pointer = String::new();
    let mut value = document;
    for name in path {
        let Some((key, inner)) = member(value, name) else {
            return (pointer, None);
        };
        pointer = child(&pointer, key);
        value = inner;
    }
    (pointer, Some(value).filter(|value| !value.is_null()))
}

fn text<'a>(document: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(document, path)
        .1
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// Compares what will be sent with what customers have now; `live` is the published submission, if there is one.
pub fn risks(kind: Kind, live: Option<&Value>, sent: &Value) -> Vec<Risk> {
    let mut found = Vec::new();
    if kind != Kind::Flight {
        price(live, sent, &mut found);
        if let Some(live) = live {
            markets(live, sent, &mut found);
            visibility(live, sent, &mut found);
            trial(live, sent, &mut found);
        }
    }
    if kind.has_rollout() {
        rollout(live, sent, &mut found);
    }
    found
}

fn price(live: Option<&Value>, sent: &Value, found: &mut Vec<Risk>) {
    const PATH: [&str; 2] = ["pricing", "priceId"];
    let (pointer, _) = at(sent, &PATH);
    let was = live.and_then(|live| text(live, &PATH));
    let mut add = |kind, sentence| {
        found.push(Risk {
            kind,
            pointer: pointer.clone(),
            sentence,
        });
    };
    match (was, text(sent, &PATH)) {
        (_, None) => add(
            RiskKind::Price,
            "priceId is missing or null: the Store has made a paid product free because of that (Q14).".to_owned(),
        ),
        (_, Some(tier)) if tier.eq_ignore_ascii_case("Base") => {
            add(
                RiskKind::Price,
                "priceId is Base: the real price is managed in Partner Center, and the Store refuses this value (Q12)."
                    .to_owned(),
            );
        }
        (Some(was), Some(tier)) if was == tier => {}
        (Some(was), Some(tier)) if tier.eq_ignore_ascii_case("Free") => {
            add(RiskKind::BecomesFree, format!("The price goes from {was} to Free: customers will no longer pay."));
        }
        (Some(was), Some(tier)) => add(RiskKind::Price, format!("The price goes from {was} to {tier}.")),
        (None, Some(_)) => {}
    }
}

fn markets(live: &Value, sent: &Value, found: &mut Vec<Risk>) {
    const PATH: [&str; 2] = ["pricing", "marketSpecificPricings"];
    let (pointer, now) = at(sent, &PATH);
    let was = at(live, &PATH).1;
    let market_names = |value: Option<&Value>| -> Vec<String> {
        value
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(market, _)| market.to_uppercase())
            .collect()
    };
    let mut all = market_names(now);
    all.extend(market_names(was));
    all.sort();
    all.dedup();
    for market in all {
        let tier = |value: Option<&Value>| {
            value
                .and_then(|value| text(value, &[market.as_str()]))
                .map(str::to_owned)
        };
        let key = now
            .and_then(|now| member(now, &market))
            .map(|(key, _)| child(&pointer, key));
        let mut add = |kind, sentence| {
            found.push(Risk {
                kind,
                pointer: key.clone().unwrap_or_else(|| pointer.clone()),
                sentence,
            });
        };
        match (tier(was), tier(now)) {
            (was, now) if was == now => {}
            (_, Some(now)) if now == "NotAvailable" => {
                add(
                    RiskKind::Visibility,
                    format!("It is withdrawn from the market {market}."),
                );
            }
            (Some(was), now) if was == "NotAvailable" => {
                let price = now.unwrap_or_else(|| "the base price".to_owned());
                add(
                    RiskKind::Visibility,
                    format!("It becomes available in the market {market}, at {price}."),
                );
            }
            (was, Some(now)) if now == "Free" => {
                let was = was.unwrap_or_else(|| "the base price".to_owned());
                add(
                    RiskKind::BecomesFree,
                    format!("The price in the market {market} goes from {was} to Free."),
                );
            }
            (was, now) => {
                let side =
                    |tier: Option<String>| tier.unwrap_or_else(|| "the base price".to_owned());
                add(
                    RiskKind::Price,
                    format!(
                        "The price in the market {market} goes from {} to {}.",
                        side(was),
                        side(now)
                    ),
                );
            }
        }
    }
}

fn visibility(live: &Value, sent: &Value, found: &mut Vec<Risk>) {
    let (pointer, now) = at(sent, &["visibility"]);
    let was = at(live, &["visibility"]).1;
    if now == was || was.is_none_or(is_empty) {
        return;
    }
    let meaning = match now.and_then(Value::as_str) {
        Some("Public") => ": everybody can find it",
        Some("Private") => ": only who has the link can get it",
        Some("Hidden") => ": nobody new can get it",
        _ => "",
    };
    let sentence = format!(
        "The visibility goes from {} to {}{meaning}.",
        was.map(brief).unwrap_or_default(),
        now.map_or_else(|| "nothing".into(), brief)
    );
    found.push(Risk {
        kind: RiskKind::Visibility,
        pointer,
        sentence,
    });
}

fn trial(live: &Value, sent: &Value, found: &mut Vec<Risk>) {
    const PATH: [&str; 2] = ["pricing", "trialPeriod"];
    let (was, now) = (text(live, &PATH), text(sent, &PATH));
    if let (Some(was), Some(now)) = (was, now)
        && was != now
    {
        // A trial without an end gives the product away.
        let kind = if now == "TrialNeverExpires" {
            RiskKind::BecomesFree
        } else {
            RiskKind::Price
        };
        found.push(Risk {
            kind,
            pointer: at(sent, &PATH).0,
            sentence: format!("The free trial goes from {was} to {now}."),
        });
    }
}

fn rollout(live: Option<&Value>, sent: &Value, found: &mut Vec<Risk>) {
    const ON: [&str; 3] = [
        "packageDeliveryOptions",
        "packageRollout",
        "isPackageRollout",
    ];
    const PERCENT: [&str; 3] = [
        "packageDeliveryOptions",
        "packageRollout",
        "packageRolloutPercentage",
    ];
    const MANDATORY: [&str; 2] = ["packageDeliveryOptions", "isMandatoryUpdate"];
    let is_on = |document: &Value, path: &[&str]| at(document, path).1 == Some(&Value::Bool(true));
    if is_on(sent, &ON) {
        let percent = at(sent, &PERCENT).1.map_or_else(
            || "an unnamed share".to_owned(),
            |percent| format!("{percent} %"),
        );
        // "Only all of them" would be no sentence.
        let is_all = at(sent, &PERCENT)
            .1
            .and_then(Value::as_f64)
            .is_some_and(|percent| percent >= 100.0);
        let only = if is_all {
            percent.replacen(".0", "", 1)
        } else {
            format!("Only {percent}")
        };
        let same = live
            .and_then(|live| at(live, &PERCENT).1)
            .zip(at(sent, &PERCENT).1)
            .is_some_and(|pair| match pair {
                (Value::Number(was), Value::Number(now)) => numbers_equal(was, now),
                (was, now) => was == now,
            });
        let origin = match live {
            Some(live) if is_on(live, &ON) && same => {
                ": taken over from the published submission (Q27)"
            }
            Some(live) if is_on(live, &ON) => ": the published submission was rolled out as well",
            _ => "",
        };
        found.push(Risk {
            kind: RiskKind::Rollout,
            pointer: at(sent, &ON).0,
            sentence: format!(
                "{only} of the customers will get the new packages at first{origin}."
            ),
        });
    }
    if is_on(sent, &MANDATORY) && !live.is_some_and(|live| is_on(live, &MANDATORY)) {
        found.push(Risk {
            kind: RiskKind::Rollout,
            pointer: at(sent, &MANDATORY).0,
            sentence:
                "The update becomes mandatory: apps that ask will make their users install it."
                    .to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{examples, json::pointer::set};
    use rstest::rstest;
    use serde_json::json;

    #[test]
    fn an_update_that_changes_nothing_delicate_raises_nothing() {
        for (kind, document) in [
            (Kind::App, examples::app()),
            (Kind::AddOn, examples::add_on()),
        ] {
            assert_eq!(risks(kind, Some(&document), &document), []);
            assert_eq!(risks(kind, None, &document), []);
        }
    }

    #[rstest]
    #[case("/pricing/priceId", Value::Null, RiskKind::Price)]
    #[case("/pricing/priceId", json!("Base"), RiskKind::Price)]
    #[case("/pricing/priceId", json!("Tier1021"), RiskKind::Price)]
    #[case("/pricing/priceId", json!("Free"), RiskKind::BecomesFree)]
    #[case("/pricing/marketSpecificPricings/BR", json!("Free"), RiskKind::BecomesFree)]
    #[case("/pricing/marketSpecificPricings/BR", json!("Tier1016"), RiskKind::Price)]
    #[case("/pricing/marketSpecificPricings/BR", json!("NotAvailable"), RiskKind::Visibility)]
    #[case(
        "/pricing/marketSpecificPricings/LB",
        Value::Null,
        RiskKind::Visibility
    )]
    #[case("/pricing/trialPeriod", json!("TrialNeverExpires"), RiskKind::BecomesFree)]
    #[case("/visibility", json!("Hidden"), RiskKind::Visibility)]
    #[case("/packageDeliveryOptions/packageRollout/isPackageRollout", json!(true), RiskKind::Rollout)]
    #[case("/packageDeliveryOptions/isMandatoryUpdate", json!(true), RiskKind::Rollout)]
    fn one_change_is_one_concern(
        #[case] pointer: &str,
        #[case] value: Value,
        #[case] kind: RiskKind,
    ) {
        let live = examples::app();
        let mut sent = live.clone();
        assert!(set(&mut sent, pointer, value));
        let found = risks(Kind::App, Some(&live), &sent);
        assert_eq!(
            found
                .iter()
                .map(|risk| (risk.kind, risk.pointer.as_str()))
                .collect::<Vec<_>>(),
            [(kind, pointer)],
            "{found:?}"
        );
    }

    #[test]
    fn what_is_missing_or_inherited_counts_as_well() {
        let live = examples::flight();
        let inherited = risks(Kind::Flight, Some(&live), &live);
        assert!(
            matches!(inherited.as_slice(), [Risk { kind: RiskKind::Rollout, sentence, .. }] if sentence.contains("taken over")),
            "{inherited:?}"
        );
        assert_eq!(risks(Kind::App, None, &json!({}))[0].kind, RiskKind::Price);
        assert_eq!(
            risks(Kind::AddOn, None, &json!({"pricing": {"priceId": "Free"}})),
            []
        );
    }
}
