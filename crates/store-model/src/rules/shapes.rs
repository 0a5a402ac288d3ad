//! A document against the schema of its kind: types, values, lengths, counts, names. The validator finds what is wrong;
//! the sentences are made here. Knows no rule that needs more than one place.

use super::schema::{self, Place, Shape};
use crate::{
    finding::{Inspection, Severity},
    json::pointer::{child, member, names},
    target::Kind,
    value::{Date, brief, date},
};
use jsonschema::{Retrieve, Uri, ValidationError, Validator, error::ValidationErrorKind as Breach};
use serde_json::{Map, Value};
use std::{borrow::Cow, error::Error, sync::LazyLock};

/// Values of an enumeration that a sentence lists; more would not be read.
const LISTED: usize = 12;

static APP: LazyLock<Option<Validator>> = LazyLock::new(|| validator(Kind::App));
static ADD_ON: LazyLock<Option<Validator>> = LazyLock::new(|| validator(Kind::AddOn));
static FLIGHT: LazyLock<Option<Validator>> = LazyLock::new(|| validator(Kind::Flight));

/// Gives the validator the file that the schemas share, and nothing else: no schema comes from a network.
struct Shipped;

impl Retrieve for Shipped {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        schema::resource(uri.as_str())
            .cloned()
            .ok_or_else(|| format!("no schema {uri} is shipped").into())
    }
}

/// Costs a few milliseconds: made once for each kind. Never `None` in what is shipped; a test builds all three.
fn validator(kind: Kind) -> Option<Validator> {
    let options = jsonschema::options()
        .with_base_uri("flightdeck:/schemas/submission.schema.json")
        .with_retriever(Shipped)
        .with_format("store-date", |text: &str| date(text) != Date::Invalid)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false);
    options.build(schema::schema(kind)).ok()
}

pub fn check(inspection: &mut Inspection<'_>) {
    let kind = inspection.kind;
    let validator = match kind {
        Kind::App => &*APP,
        Kind::AddOn => &*ADD_ON,
        Kind::Flight => &*FLIGHT,
    };
    let Some(validator) = validator else { return };
    let spelt = spelt(Place::root(kind), inspection.document);
    for error in validator.iter_errors(&spelt) {
        let pointer = error.instance_path().as_str();
        let Some(place) = schema::place(kind, pointer) else {
            continue;
        };
        let pointer = match &spelt {
            Cow::Borrowed(_) => pointer.to_owned(),
            Cow::Owned(_) => as_written(inspection.document, pointer),
        };
        breach(inspection, place, pointer, &error);
    }
}

/// The document with its members' names as the schema spells them, since the service reads them in any case (store-api.md
/// Q32) and a schema does not. A copy only where a name differs.
fn spelt(place: Place, value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Object(object) if !is_spelt(place, value) => {
            let member = |(name, value): (&String, &Value)| {
                let inner = place.step(name);
                let known = inner
                    .filter(|inner| !inner.is_member)
                    .map(|inner| inner.name);
                let name = known
                    .filter(|known| !object.contains_key(*known))
                    .unwrap_or(name);
                (
                    name.to_owned(),
                    inner.map_or_else(|| value.clone(), |inner| spelt(inner, value).into_owned()),
                )
            };
            // Of two other spellings the first counts, as everywhere.
            let mut copy = Map::new();
            for (name, value) in object.iter().map(member) {
                copy.entry(name).or_insert(value);
            }
            Cow::Owned(Value::Object(copy))
        }
        Value::Array(array) if !is_spelt(place, value) => {
            let item = |item: &Value| {
                place
                    .step("-")
                    .map_or_else(|| item.clone(), |inner| spelt(inner, item).into_owned())
            };
            Cow::Owned(array.iter().map(item).collect())
        }
        _ => Cow::Borrowed(value),
    }
}

fn is_spelt(place: Place, value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().all(|(name, value)| match place.step(name) {
            None => true,
            Some(inner) => (inner.is_member || inner.name == name) && is_spelt(inner, value),
        }),
        Value::Array(array) => {
            let inner = if array.iter().any(|item| item.is_object() || item.is_array()) {
                place.step("-")
            } else {
                None
            };
            inner.is_none_or(|inner| array.iter().all(|item| is_spelt(inner, item)))
        }
        _ => true,
    }
}

/// The pointer in the document itself.
fn as_written(document: &Value, pointer: &str) -> String {
    let mut at = Some(document);
    names(pointer)
        .into_iter()
        .fold(String::new(), |written, name| {
            let found = at.and_then(|value| member(value, &name));
            let written = child(&written, found.map_or(name.as_str(), |(key, _)| key));
            at = match at {
                Some(Value::Array(array)) => name
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| array.get(index)),
                _ => found.map(|(_, value)| value),
            };
            written
        })
}

/// Tells what one error of the validator means.
fn breach(
    inspection: &mut Inspection<'_>,
    place: Place,
    pointer: String,
    error: &ValidationError<'_>,
) {
    let value = error.instance();
    let name = if place.is_member {
        names(&pointer).pop().unwrap_or_default()
    } else if place.is_item {
        format!("An entry of {}", place.name)
    } else {
        place.name.to_owned()
    };
    let sentence = match error.kind() {
        Breach::PropertyNames { error } => {
            let Some(place) = place.member_names() else {
                return;
            };
            let Some(key) = error.instance().as_str().map(str::to_owned) else {
                return;
            };
            return member_name(inspection, place, child(&pointer, &key), &key);
        }
        Breach::Enum { .. } => return word(inspection, place, pointer, value),
        Breach::Type { .. } if place.is_item => {
            format!(
                "{} holds {}; this is {}.",
                place.name,
                wanted(place).1,
                type_of(value)
            )
        }
        Breach::Type { .. } if place.name.is_empty() => return,
        Breach::Type { .. } => format!(
            "{name} must be {}; this is {}.",
            wanted(place).0,
            type_of(value)
        ),
        Breach::MaxLength { limit } => {
            let count = value.as_str().map_or(0, |text| text.chars().count());
            format!("{name} has {count} characters; at most {limit} are allowed.")
        }
        Breach::MaxItems { limit } => {
            let count = value.as_array().map_or(0, Vec::len);
            let is = if *limit == 1 { "is" } else { "are" };
            format!("{name} has {count} entries; at most {limit} {is} allowed.")
        }
        Breach::Minimum { .. } | Breach::Maximum { .. } => {
            let limit = |keyword: &str| {
                place
                    .get(keyword)
                    .map(ToString::to_string)
                    .unwrap_or_default()
            };
            format!(
                "{name} is {value}; {} to {} is allowed.",
                limit("minimum"),
                limit("maximum")
            )
        }
        Breach::Format { .. } => format!("{name} is no date; write it like 2026-03-01T06:00:00Z."),
        Breach::Not { .. } => place.text("x-sentence-not").unwrap_or_default().to_owned(),
        other => format!(
            "{name} breaks the rule “{}” of its schema.",
            other.keyword()
        ),
    };
    let severity = match error.kind() {
        Breach::Type { .. } | Breach::Not { .. } => Severity::Error,
        _ => as_bad_as(place).unwrap_or_else(|| inspection.severity_of(&pointer, value)),
    };
    // What the service refuses in so many words has a number of its own.
    let rule = if matches!(error.kind(), Breach::Not { .. }) {
        place.text("x-rule-not").unwrap_or(place.rule)
    } else {
        place.rule
    };
    inspection.add(severity, pointer, rule, sentence);
}

fn as_bad_as(place: Place) -> Option<Severity> {
    (place.text("x-severity")? == "warning").then_some(Severity::Warning)
}

/// A word that an enumeration does not have. Most are open: the service may know more of them than its documentation.
fn word(inspection: &mut Inspection<'_>, place: Place, pointer: String, value: &Value) {
    // What is no text is told as a wrong type.
    let Some(text) = value.as_str() else { return };
    let is_closed = place.text("x-severity") == Some("error");
    if let Some(exact) = place
        .values()
        .find(|known| known.eq_ignore_ascii_case(text))
    {
        let rule = if is_closed { place.rule } else { "Q32" };
        return inspection.error(
            pointer,
            rule,
            format!(
                "Write {exact} instead of {}: the Store distinguishes upper and lower case here.",
                brief(value)
            ),
        );
    }
    let severity = if is_closed {
        inspection.severity_of(&pointer, value)
    } else {
        Severity::Warning
    };
    let sentence = said(place, &brief(value)).unwrap_or_else(|| {
        let known: Vec<&str> = place.values().collect();
        let list = if known.len() <= LISTED {
            format!(": {}", known.join(", "))
        } else {
            String::new()
        };
        format!("{} is not among the known values{list}.", brief(value))
    });
    inspection.add(severity, pointer, place.rule, sentence);
}

/// A member's name that a map may not have.
fn member_name(inspection: &mut Inspection<'_>, place: Place, pointer: String, key: &str) {
    if let Some(exact) = place.values().find(|known| known.eq_ignore_ascii_case(key)) {
        return inspection.note(pointer, "§ 3.18", format!("The Store writes {exact}."));
    }
    let is_open = place.get("enum").is_some() && place.text("x-severity").is_none();
    let is_on_server = inspection
        .base
        .is_some_and(|base| base.pointer(&pointer).is_some());
    let severity = if is_open || is_on_server {
        Severity::Warning
    } else {
        Severity::Error
    };
    let sentence = said(place, key).unwrap_or_else(|| format!("{key} is not allowed here."));
    inspection.add(severity, pointer, place.rule, sentence);
}

/// The schema's own sentence about a value that breaks it.
fn said(place: Place, value: &str) -> Option<String> {
    Some(place.text("x-sentence")?.replace("{value}", value))
}

/// What must stand at a place, as one and as several.
fn wanted(place: Place) -> (&'static str, &'static str) {
    match place.shape() {
        Shape::Text | Shape::Choice => ("a text", "texts"),
        Shape::Date => ("a date in a text", "dates in texts"),
        Shape::Bool => ("true or false", "true or false"),
        Shape::Number if place.types().any(|name| name == "integer") => {
            ("a whole number", "whole numbers")
        }
        Shape::Number => ("a number", "numbers"),
        Shape::List => match place.step("-").map(|item| wanted(item).1) {
            Some("texts") => ("a list of texts", "lists of texts"),
            _ => ("a list of objects", "lists of objects"),
        },
        Shape::Map | Shape::Object => ("an object", "objects"),
    }
}

/// A value's type, for a sentence.
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn found(
        kind: Kind,
        document: &Value,
        base: Option<&Value>,
    ) -> Vec<(String, Severity, String)> {
        let mut inspection = Inspection {
            kind,
            document,
            base,
            now: None,
            found: Vec::new(),
        };
        check(&mut inspection);
        inspection
            .found
            .into_iter()
            .map(|finding| (finding.pointer, finding.severity, finding.sentence))
            .collect()
    }

    #[test]
    fn all_three_schemas_are_built_from_what_is_shipped() {
        for kind in [Kind::App, Kind::AddOn, Kind::Flight] {
            let meta = jsonschema::meta::validate(schema::schema(kind));
            assert!(
                meta.is_ok() && validator(kind).is_some(),
                "{kind:?} {meta:?}"
            );
        }
        assert!(
            Shipped
                .retrieve(&jsonschema::uri::from_str("https://example.com/x.json").unwrap())
                .is_err()
        );
    }

    #[rstest]
    #[case(json!({"visibility": 3}), "/visibility", Severity::Error, "visibility must be a text; this is a number.")]
    #[case(json!({"visibility": "public"}), "/visibility", Severity::Error, "Write Public instead of \"public\": the Store distinguishes upper and lower case here.")]
    #[case(json!({"visibility": "Shy"}), "/visibility", Severity::Warning, "\"Shy\" is not among the known values: Public, Private, Hidden, NotSet.")]
    #[case(json!({"Visibility": "Shy"}), "/Visibility", Severity::Warning, "\"Shy\" is not among the known values: Public, Private, Hidden, NotSet.")]
    #[case(json!({"trailers": {}}), "/trailers", Severity::Error, "trailers must be a list of objects; this is an object.")]
    #[case(json!({"trailers": [3]}), "/trailers/0", Severity::Error, "trailers holds objects; this is a number.")]
    #[case(json!({"gamingOptions": [{}, {}]}), "/gamingOptions", Severity::Error, "gamingOptions has 2 entries; at most 1 is allowed.")]
    #[case(json!({"gamingOptions": [{"LocalMultiplayerMinPlayers": 2.5}]}), "/gamingOptions/0/LocalMultiplayerMinPlayers", Severity::Error, "localMultiplayerMinPlayers must be a whole number; this is a number.")]
    #[case(json!({"gamingOptions": [{"localMultiplayerMinPlayers": 12_345_678_901_234_567_890_u64}]}), "/gamingOptions/0/localMultiplayerMinPlayers", Severity::Error, "localMultiplayerMinPlayers is 12345678901234567890; 2 to 1000 is allowed.")]
    #[case(json!({"listings": {"en-us": null}}), "/listings/en-us", Severity::Error, "en-us must be an object; this is null.")]
    #[case(json!({"listings": {"En-us": {}}}), "/listings/En-us", Severity::Note, "The Store writes en-us.")]
    #[case(json!({"listings": {"a/b": {}}}), "/listings/a~1b", Severity::Error, "a/b is no language of the Store; the codes look like en-us or de-de.")]
    #[case(json!({"listings": {"de-de": {"platformOverrides": {"Windows95": {}}}}}), "/listings/de-de/platformOverrides/Windows95", Severity::Warning, "Windows95 is no known platform of platformOverrides.")]
    #[case(json!({"Listings": {"de-de": {"BaseListing": {"Features": [null]}}}}), "/Listings/de-de/BaseListing/Features/0", Severity::Error, "features holds texts; this is null.")]
    #[case(json!({"pricing": {"priceId": "Tier9"}, "Pricing": {"PriceId": 3}, "targetPublishDate": "soon"}), "/targetPublishDate", Severity::Error, "targetPublishDate is no date; write it like 2026-03-01T06:00:00Z.")]
    #[case(json!({"pricing": {"priceId": "free"}}), "/pricing/priceId", Severity::Error, "Write Free instead of \"free\": the Store distinguishes upper and lower case here.")]
    #[case(json!({"pricing": {"priceId": "Tier97"}}), "/pricing/priceId", Severity::Error, "\"Tier97\" is no price tier: Free, Tier2 … Tier96, Tier1012 … Tier1424.")]
    #[case(json!({"pricing": {"marketSpecificPricings": {"DE": null}}}), "/pricing/marketSpecificPricings/DE", Severity::Error, "DE must be a text; this is null.")]
    #[case(json!({"notesForCertification": "n".repeat(2001)}), "/notesForCertification", Severity::Warning, "notesForCertification has 2001 characters; at most 2000 are allowed.")]
    fn one_breach_gives_one_sentence(
        #[case] document: Value,
        #[case] pointer: &str,
        #[case] severity: Severity,
        #[case] sentence: &str,
    ) {
        assert_eq!(
            found(Kind::App, &document, None),
            [(pointer.to_owned(), severity, sentence.to_owned())]
        );
    }

    #[test]
    fn nothing_counts_as_absent_and_unknown_fields_are_nobodys_business() {
        let document = json!({
            "pricing": null, "visibility": null, "trailers": null, "listings": null, "gamingOptions": [{"genres": null, "new": [1]}],
            "tomorrow": {"Visibility": 3}, "packageDeliveryOptions": {"packageRollout": null}, "applicationPackages": [{"id": null}]
        });
        assert_eq!(found(Kind::App, &document, None), []);
    }

    #[test]
    fn what_the_server_itself_has_is_a_warning_where_it_may_stay() {
        let document = json!({"listings": {"xx-yy": {"baseListing": {"shortTitle": "t".repeat(51)}}}, "pricing": {"priceId": "Tier2000"}});
        let severities: Vec<_> = found(Kind::App, &document, Some(&document))
            .into_iter()
            .map(|found| found.1)
            .collect();
        assert_eq!(severities, [Severity::Warning; 3]);
        let base = json!({"pricing": {"priceId": "Base"}});
        assert_eq!(
            found(Kind::App, &base, Some(&base))
                .first()
                .map(|found| found.1),
            Some(Severity::Error)
        );
    }
}
