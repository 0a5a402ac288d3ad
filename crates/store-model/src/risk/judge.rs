//! Compares the fields of a submission with what customers have now. The table says which fields matter.

use super::{Risk, RiskKind};
use crate::{
    equivalence,
    finding::places,
    json::pointer::{child, member, names},
    packages::rows::ZipPackages,
    safe_text,
    target::Kind,
    units::counted,
    value::{Date, brief, date, is_empty, numbers_equal},
};
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeSet};

/// When a change of a field is felt.
#[derive(Clone, Copy)]
pub(super) enum Felt {
    /// Never, and why.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a reason is for readers, and for the test")
    )]
    No(&'static str),
    /// Whenever it means something else; the text names the field at the beginning of a sentence.
    Changed(RiskKind, &'static str),
    /// When it is turned off, emptied or left out.
    Lost(RiskKind, &'static str),
    /// By a judgement of its own.
    Own(fn(&mut Assessment<'_>)),
}

/// A decision about a field and what is below it; `*` is any element or member.
pub(super) struct RiskRow {
    pub(super) kinds: &'static [Kind],
    pub(super) path: &'static str,
    pub(super) felt: Felt,
}

impl RiskRow {
    pub(super) fn is_for(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// Two documents side by side, with the risks found so far.
pub(super) struct Assessment<'a> {
    pub(super) kind: Kind,
    /// What customers have now; nothing where nobody knows.
    pub(super) base: Option<&'a Value>,
    pub(super) sent: &'a Value,
    pub(super) zip_packages: &'a ZipPackages,
    pub(super) found: Vec<Risk>,
}

const PRICE: &[&str] = &["pricing", "priceId"];
const MARKETS: &[&str] = &["pricing", "marketSpecificPricings"];
const TRIAL: &[&str] = &["pricing", "trialPeriod"];
const MODE: &[&str] = &["targetPublishMode"];
const DATE: &[&str] = &["targetPublishDate"];
const MANDATORY: &[&str] = &["packageDeliveryOptions", "isMandatoryUpdate"];
const MANDATORY_DATE: &[&str] = &["packageDeliveryOptions", "mandatoryUpdateEffectiveDate"];
const ROLLOUT_ON: &[&str] = &[
    "packageDeliveryOptions",
    "packageRollout",
    "isPackageRollout",
];
const ROLLOUT_SHARE: &[&str] = &[
    "packageDeliveryOptions",
    "packageRollout",
    "packageRolloutPercentage",
];

/// The value at a path of names (any case), and the pointer of it or of the nearest holder that exists.
fn at<'a>(document: &'a Value, path: &[impl AsRef<str>]) -> (String, Option<&'a Value>) {
    let mut pointer = String::new();
    let mut value = document;
    for name in path {
        let name = name.as_ref();
        let element = || {
            let element = value.as_array()?.get(name.parse::<usize>().ok()?)?;
            Some((name, element))
        };
        let Some((key, inner)) = member(value, name).or_else(element) else {
            return (pointer, None);
        };
        pointer = child(&pointer, key);
        value = inner;
    }
    (pointer, Some(value).filter(|value| !value.is_null()))
}

fn text<'a>(document: &'a Value, path: &[&str]) -> Option<&'a str> {
    let text = at(document, path).1.and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}

fn is_on(document: &Value, path: &[&str]) -> bool {
    at(document, path).1 == Some(&Value::Bool(true))
}

/// Whether a value says no more than a missing one.
fn is_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(|value| is_empty(value) || *value == Value::Bool(false))
}

fn side(value: Option<&Value>) -> String {
    let value = value.filter(|value| !is_empty(value));
    value.map_or_else(|| "nothing".to_owned(), brief)
}

/// Whether two values mean the same; lists of words have no order.
fn means_the_same(name: &str, was: Option<&Value>, now: Option<&Value>) -> bool {
    if is_nothing(was) && is_nothing(now) {
        return true;
    }
    let words = |value: Option<&Value>| -> Option<BTreeSet<String>> {
        let words = value?.as_array()?.iter().map(Value::as_str);
        words.map(|word| word.map(str::to_owned)).collect()
    };
    match (words(was), words(now)) {
        (Some(was), Some(now)) => was == now,
        _ => equivalence::is_same(
            name,
            was.unwrap_or(&Value::Null),
            now.unwrap_or(&Value::Null),
        ),
    }
}

/// From when on a publish mode lets customers have it: not before a person says so, on a date, or at once.
enum Publishes {
    ByHand,
    On(Option<jiff::Timestamp>),
    AtOnce,
}

fn publishes(document: &Value) -> Publishes {
    match text(document, MODE) {
        Some("Manual") => Publishes::ByHand,
        Some("SpecificDate") => Publishes::On(instant(document, DATE)),
        _ => Publishes::AtOnce,
    }
}

fn instant(document: &Value, path: &[&str]) -> Option<jiff::Timestamp> {
    match date(text(document, path)?) {
        Date::At(at) => Some(at),
        Date::Unset | Date::Invalid => None,
    }
}

impl<'a> Assessment<'a> {
    pub(super) fn new(
        kind: Kind,
        base: Option<&'a Value>,
        sent: &'a Value,
        zip_packages: &'a ZipPackages,
    ) -> Self {
        let found = Vec::new();
        Self {
            kind,
            base,
            sent,
            zip_packages,
            found,
        }
    }

    /// The sentence quotes documents, and stays one line whatever stands there.
    pub(super) fn add(&mut self, kind: RiskKind, pointer: String, mut sentence: String) {
        if let Cow::Owned(safe) = safe_text::line(&sentence) {
            sentence = safe;
        }
        self.found.push(Risk {
            kind,
            pointer,
            sentence,
        });
    }

    pub(super) fn weigh(&mut self, row: &RiskRow) {
        /// Of a member's name and its value before and now.
        type IsFelt = fn(&str, Option<&Value>, Option<&Value>) -> bool;
        let (kind, label, is_felt): (_, _, IsFelt) = match row.felt {
            Felt::No(_) => return,
            Felt::Own(judge) => return judge(self),
            Felt::Changed(kind, label) => (kind, label, |name, was, now| {
                !means_the_same(name, was, now)
            }),
            Felt::Lost(kind, label) => (kind, label, |_, was, now| {
                !is_nothing(was) && is_nothing(now)
            }),
        };
        let Some(base) = self.base else { return };
        let mut changed: Vec<(String, String)> = Vec::new();
        for path in self.paths(base, row.path) {
            let (pointer, now) = at(self.sent, &path);
            let was = at(base, &path).1;
            if is_felt(path.last().map_or("", String::as_str), was, now) {
                // A member of a map is named; a place in a list says nothing to a reader.
                let member = path.iter().zip(row.path.split('/').skip(1));
                let member = member
                    .filter(|(name, wanted)| *wanted == "*" && name.parse::<usize>().is_err());
                let member = member.fold(String::new(), |all, (name, _)| all + " (" + name + ")");
                changed.push((
                    pointer,
                    format!("{label}{member}: {} before, {} now.", side(was), side(now)),
                ));
            }
        }
        // The same change in many languages is one question.
        if row.path.starts_with("/listings")
            && let [(_, sentence), rest @ ..] = changed.as_mut_slice()
            && !rest.is_empty()
        {
            let rest = rest.len();
            *sentence += &[" The same in ", &counted(rest, "other language"), "."].concat();
            changed.truncate(1);
        }
        for (pointer, sentence) in changed {
            match self.found.last_mut() {
                // What is missing with its holder is told of the holder.
                Some(last) if last.kind == kind && last.pointer == pointer => {
                    last.sentence.push(' ');
                    last.sentence.push_str(&safe_text::line(&sentence));
                }
                _ => self.add(kind, pointer, sentence),
            }
        }
    }

    /// The concrete places of a path in either document, once each. Languages that come or go are told as a whole.
    fn paths(&self, base: &Value, path: &str) -> Vec<Vec<String>> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let concrete = |document| {
            places(document, path)
                .into_iter()
                .map(|(pointer, _)| pointer)
        };
        for pointer in concrete(base).chain(concrete(self.sent)) {
            let path = names(&pointer);
            let is_listed = |document| at(document, path.get(..2).unwrap_or_default()).1.is_some();
            let is_language = pointer.to_ascii_lowercase().starts_with("/listings/");
            if seen.insert(pointer.to_lowercase())
                && !(is_language && !(is_listed(base) && is_listed(self.sent)))
            {
                found.push(path);
            }
        }
        found
    }

    pub(super) fn price(&mut self) {
        let pointer = at(self.sent, PRICE).0;
        let was = self.base.map(|base| text(base, PRICE));
        let (kind, sentence) = match (was, text(self.sent, PRICE)) {
            (_, None) => (
                RiskKind::Price,
                "priceId is missing or null: the Store has made a paid product free because of that.".to_owned(),
            ),
            (_, Some(tier)) if tier.eq_ignore_ascii_case("Base") => (
                RiskKind::Price,
                "priceId is Base: the real price is managed in Partner Center, and the Store refuses this value."
                    .to_owned(),
            ),
            (None, _) => return,
            (Some(Some(was)), Some(tier)) if was.eq_ignore_ascii_case(tier) => return,
            (Some(was), Some(tier)) => {
                let was = was.unwrap_or("one that the Store does not tell");
                if tier.eq_ignore_ascii_case("Free") {
                    (
                        RiskKind::BecomesFree,
                        format!("The price goes from {was} to Free: customers will no longer pay."),
                    )
                } else {
                    (RiskKind::Price, format!("The price goes from {was} to {tier}."))
                }
            }
        };
        self.add(kind, pointer, sentence);
    }

    pub(super) fn markets(&mut self) {
        const BASE: &str = "the base price";
        let Some(base) = self.base else { return };
        let (pointer, now) = at(self.sent, MARKETS);
        let was = at(base, MARKETS).1;
        let market_names = |value: Option<&'a Value>| {
            let members = value.and_then(Value::as_object).into_iter().flatten();
            members.map(|(market, _)| market.to_uppercase())
        };
        let all: BTreeSet<String> = market_names(now).chain(market_names(was)).collect();
        for market in all {
            // `Base` stands for the base price.
            let tier = |value: Option<&'a Value>| {
                let tier = value.and_then(|value| text(value, &[&market]));
                tier.filter(|tier| !tier.eq_ignore_ascii_case("Base"))
            };
            let key = now.and_then(|now| member(now, &market));
            let place = key.map_or_else(|| pointer.clone(), |(key, _)| child(&pointer, key));
            let (was, now) = (tier(was), tier(now));
            let (from, to) = (was.unwrap_or(BASE), now.unwrap_or(BASE));
            let (kind, sentence) = if was == now {
                continue;
            } else if now == Some("NotAvailable") {
                (
                    RiskKind::Visibility,
                    format!("It is withdrawn from the market {market}."),
                )
            } else if was == Some("NotAvailable") {
                (
                    RiskKind::Visibility,
                    format!("It becomes available in the market {market}, at {to}."),
                )
            } else {
                let kind = if to == "Free" {
                    RiskKind::BecomesFree
                } else {
                    RiskKind::Price
                };
                (
                    kind,
                    format!("The price in the market {market} goes from {from} to {to}."),
                )
            };
            self.add(kind, place, sentence);
        }
    }

    pub(super) fn trial(&mut self) {
        const NONE: &str = "NoFreeTrial";
        let Some(base) = self.base else { return };
        let (was, now) = (
            text(base, TRIAL).unwrap_or(NONE),
            text(self.sent, TRIAL).unwrap_or(NONE),
        );
        if was == now {
            return;
        }
        // A trial without an end gives the product away.
        let kind = if now == "TrialNeverExpires" {
            RiskKind::BecomesFree
        } else {
            RiskKind::Price
        };
        let pointer = at(self.sent, TRIAL).0;
        self.add(
            kind,
            pointer,
            format!("The free trial goes from {was} to {now}."),
        );
    }

    pub(super) fn visibility(&mut self) {
        let Some(base) = self.base else { return };
        let (pointer, now) = at(self.sent, &["visibility"]);
        let was = at(base, &["visibility"]).1;
        if means_the_same("visibility", was, now) {
            return;
        }
        let meaning = match now.and_then(Value::as_str) {
            Some("Public") => ": everybody can find it",
            Some("Private") => ": only who has the link can get it",
            Some("Hidden") => ": nobody new can get it",
            _ => "",
        };
        self.add(
            RiskKind::Visibility,
            pointer,
            format!(
                "The visibility goes from {} to {}{meaning}.",
                side(was),
                side(now)
            ),
        );
    }

    /// Languages that customers lose.
    pub(super) fn languages(&mut self) {
        let Some(base) = self.base else { return };
        let listed = |document: &'a Value| {
            let members = at(document, &["listings"]).1.and_then(Value::as_object);
            let members = members.into_iter().flatten();
            members.filter(|(_, listing)| !is_empty(listing))
        };
        let now: BTreeSet<String> = listed(self.sent)
            .map(|(language, _)| language.to_lowercase())
            .collect();
        let gone: Vec<&str> = listed(base)
            .map(|(language, _)| language.as_str())
            .filter(|language| !now.contains(&language.to_lowercase()))
            .collect();
        if !gone.is_empty() {
            let sentence = format!(
                "The listing in {} is removed: customers there see another language, or do not find it.",
                gone.join(", ")
            );
            self.add(
                RiskKind::Languages,
                at(self.sent, &["listings"]).0,
                sentence,
            );
        }
    }

    /// Whether it is published earlier, or without the person for whom it waited.
    pub(super) fn schedule(&mut self) {
        let Some(base) = self.base else { return };
        let pointer = at(self.sent, MODE).0;
        let (pointer, sentence) = match (publishes(base), publishes(self.sent)) {
            (Publishes::ByHand, Publishes::AtOnce) => (
                pointer,
                "It no longer waits for somebody to publish it: it goes live right after certification.",
            ),
            (Publishes::ByHand, Publishes::On(_)) => (
                pointer,
                "It no longer waits for somebody to publish it: it goes live on its date.",
            ),
            (Publishes::On(_), Publishes::AtOnce) => (
                pointer,
                "It no longer waits for a date: it goes live right after certification.",
            ),
            (Publishes::On(Some(was)), Publishes::On(now)) if now.is_none_or(|now| now < was) => (
                at(self.sent, DATE).0,
                "It goes live earlier than on the date so far.",
            ),
            _ => return,
        };
        self.add(RiskKind::Schedule, pointer, sentence.to_owned());
    }

    pub(super) fn rollout(&mut self) {
        let was_on = self.base.is_some_and(|base| is_on(base, ROLLOUT_ON));
        let (pointer, _) = at(self.sent, ROLLOUT_ON);
        if !is_on(self.sent, ROLLOUT_ON) {
            if was_on {
                let sentence = "All customers get the new packages at once: the published submission was rolled out step by step.";
                self.add(RiskKind::Rollout, pointer, sentence.to_owned());
            }
            return;
        }
        let share = at(self.sent, ROLLOUT_SHARE).1;
        let percent = share.map_or_else(|| "an unnamed share".to_owned(), |it| format!("{it} %"));
        // "Only all of them" would be no sentence.
        let is_all = share
            .and_then(Value::as_f64)
            .is_some_and(|percent| percent >= 100.0);
        let only = if is_all {
            percent.replacen(".0", "", 1)
        } else {
            format!("Only {percent}")
        };
        let before = self.base.and_then(|base| at(base, ROLLOUT_SHARE).1);
        let is_same = before.zip(share).is_some_and(|pair| match pair {
            (Value::Number(was), Value::Number(now)) => numbers_equal(was, now),
            (was, now) => was == now,
        });
        let origin = match (was_on, is_same) {
            (true, true) => ": taken over from the published submission",
            (true, false) => ": the published submission was rolled out as well",
            (false, _) => "",
        };
        let sentence =
            format!("{only} of the customers will get the new packages at first{origin}.");
        self.add(RiskKind::Rollout, pointer, sentence);
    }

    pub(super) fn mandatory(&mut self) {
        if !is_on(self.sent, MANDATORY) {
            return;
        }
        let was_on = self.base.is_some_and(|base| is_on(base, MANDATORY));
        let (was, now) = (
            self.base.and_then(|base| instant(base, MANDATORY_DATE)),
            instant(self.sent, MANDATORY_DATE),
        );
        let (path, sentence) = if !was_on {
            (
                MANDATORY,
                "The update becomes mandatory: apps that ask will make their users install it.",
            )
        } else if was.is_some_and(|was| now.is_none_or(|now| now < was)) {
            (
                MANDATORY_DATE,
                "The update becomes mandatory earlier than so far.",
            )
        } else {
            return;
        };
        let pointer = at(self.sent, path).0;
        self.add(RiskKind::Rollout, pointer, sentence.to_owned());
    }
}
