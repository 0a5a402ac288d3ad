//! A document against the schema of its kind: types, values, lengths, counts, names. A validator of the few keywords that our
//! schemas use; it reads names of fields in any case, as the service does. Knows no rule that needs more than one place.

use super::{
    rule::Rule,
    schema::{FieldShape, SchemaPlace},
    table as rule,
    trail::Trail,
};
use crate::{
    finding::{Inspection, Severity},
    value::{Date, brief, date},
};
use serde_json::{Map, Number, Value};

/// Values of an enumeration that a sentence lists; nobody reads more.
const LISTED: usize = 12;

pub fn check(inspection: &mut Inspection<'_>) {
    let place = SchemaPlace::root(inspection.kind);
    walk(inspection, place, &Trail::ROOT, inspection.document);
}

fn walk(inspection: &mut Inspection<'_>, place: SchemaPlace, trail: &Trail<'_>, value: &Value) {
    if !has_type(place, value) {
        return wrong_type(inspection, place, trail, value);
    }
    let spot = Spot {
        place,
        trail,
        value,
    };
    match value {
        Value::String(text) => check_text(inspection, spot, text),
        Value::Number(number) => check_range(inspection, spot, number),
        Value::Array(items) => {
            if let Some(most) = place.limit("maxItems").filter(|most| items.len() > *most) {
                let (name, count) = (spot.name(), items.len());
                let is = if most == 1 { "is" } else { "are" };
                let sentence = format!("{name} has {count} entries; at most {most} {is} allowed.");
                spot.limit(inspection, rule::TOO_MANY_ENTRIES, sentence);
            }
            let Some(inner) = place.step("-") else { return };
            for (index, item) in items.iter().enumerate() {
                walk(inspection, inner, &trail.item(index), item);
            }
        }
        Value::Object(object) => check_members(inspection, place, trail, object),
        Value::Null | Value::Bool(_) => {}
    }
}

fn check_members(
    inspection: &mut Inspection<'_>,
    place: SchemaPlace,
    trail: &Trail<'_>,
    object: &Map<String, Value>,
) {
    let names = place.member_names();
    for (key, value) in object {
        let Some(inner) = place.step(key) else {
            continue;
        };
        // Of two spellings of a field the exact one counts, else the first.
        if !inner.is_member && inner.name != key {
            let first = object.keys().find(|other| other.eq_ignore_ascii_case(key));
            if object.contains_key(inner.name) || first != Some(key) {
                continue;
            }
        }
        let trail = trail.member(key);
        let spelled = if inner.is_member { key } else { inner.name };
        if let Some(names) = names.filter(|names| !allows(*names, spelled)) {
            member_name(inspection, names, trail.pointer(), key);
        }
        walk(inspection, inner, &trail, value);
    }
}

fn has_type(place: SchemaPlace, value: &Value) -> bool {
    let is = |name: &str| match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
        Value::Number(number) => name == "number" || name == "integer" && is_whole(number),
    };
    let mut types = place.types().peekable();
    types.peek().is_none() || types.any(is)
}

fn is_whole(number: &Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

/// Whether a text is one of the values, or has the form, that a part of a schema asks for.
fn allows(place: SchemaPlace, text: &str) -> bool {
    match place.text("format") {
        Some("store-date") => date(text) != Date::Invalid,
        Some("market") => text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        Some("device-family") => {
            const FAMILIES: [&str; 5] = ["Desktop", "Mobile", "Holographic", "Xbox", "Team"];
            FAMILIES.contains(&text)
                || !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => place.lists(text),
    }
}

fn name(place: SchemaPlace, trail: &Trail<'_>) -> String {
    if place.is_member {
        trail.name().to_owned()
    } else if place.is_item {
        format!("An entry of {}", place.name)
    } else {
        place.name.to_owned()
    }
}

fn wrong_type(
    inspection: &mut Inspection<'_>,
    place: SchemaPlace,
    trail: &Trail<'_>,
    value: &Value,
) {
    let (one, several) = wanted(place);
    let found = type_of(value);
    let sentence = if place.is_item {
        format!("{} holds {several}; this is {found}.", place.name)
    } else {
        format!("{} must be {one}; this is {found}.", name(place, trail))
    };
    inspection.report(trail.pointer(), rule::WRONG_TYPE, sentence);
}

/// A value, what the schema says of it, and the way to it.
#[derive(Clone, Copy)]
struct Spot<'a> {
    place: SchemaPlace,
    trail: &'a Trail<'a>,
    value: &'a Value,
}

impl Spot<'_> {
    fn name(&self) -> String {
        name(self.place, self.trail)
    }

    /// Reports a limit, which is only a warning where the server's copy breaks it too.
    fn limit(&self, inspection: &mut Inspection<'_>, rule: Rule, sentence: String) {
        let pointer = self.trail.pointer();
        let severity = if self.place.text("x-severity") == Some("warning") {
            Severity::Warning
        } else {
            inspection.severity_of(&pointer, self.value)
        };
        inspection.report_as(severity, pointer, rule, sentence);
    }
}

fn check_text(inspection: &mut Inspection<'_>, spot: Spot<'_>, text: &str) {
    let Spot {
        place,
        trail,
        value,
    } = spot;
    if let Some(most) = place.limit("maxLength").filter(|most| text.len() > *most) {
        let count = text.chars().count();
        if count > most {
            let name = spot.name();
            let sentence = format!("{name} has {count} characters; at most {most} are allowed.");
            spot.limit(inspection, rule::TEXT_TOO_LONG, sentence);
        }
    }
    if place.refused() == Some(text) {
        let sentence = place.text("x-sentence-not").unwrap_or_default();
        let rule = place.rule("x-rule-not").unwrap_or(rule::SCHEMA_BREACH);
        inspection.report(trail.pointer(), rule, sentence);
    } else if !allows(place, text) {
        if place.shape() == FieldShape::Date {
            let name = spot.name();
            let sentence = format!("{name} is no date; write it like 2026-03-01T06:00:00Z.");
            spot.limit(inspection, rule::DATE_MALFORMED, sentence);
        } else {
            word(inspection, place, trail.pointer(), value, text);
        }
    }
}

fn check_range(inspection: &mut Inspection<'_>, spot: Spot<'_>, number: &Number) {
    let bound = |keyword: &str| spot.place.get(keyword).and_then(Value::as_f64);
    let (Some(least), Some(most), Some(number)) =
        (bound("minimum"), bound("maximum"), number.as_f64())
    else {
        return;
    };
    if !(least..=most).contains(&number) {
        let (name, value) = (spot.name(), spot.value);
        let sentence = format!("{name} is {value}; {least} to {most} is allowed.");
        spot.limit(inspection, rule::NUMBER_OUT_OF_RANGE, sentence);
    }
}

/// A value that an enumeration lacks. Most enumerations are open: the service may know more than its documentation.
fn word(
    inspection: &mut Inspection<'_>,
    place: SchemaPlace,
    pointer: String,
    value: &Value,
    text: &str,
) {
    let is_closed = place.text("x-severity") == Some("error");
    if let Some(exact) = place
        .values()
        .find(|known| known.eq_ignore_ascii_case(text))
    {
        return inspection.report(
            pointer,
            rule::VALUE_CASE,
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
    let sentence = own_sentence(place, &brief(value)).unwrap_or_else(|| {
        let known: Vec<&str> = place.values().collect();
        let list = if known.len() <= LISTED {
            format!(": {}", known.join(", "))
        } else {
            String::new()
        };
        format!("{} is not among the known values{list}.", brief(value))
    });
    let rule = place.rule("x-rule").unwrap_or(rule::VALUE_UNKNOWN);
    inspection.report_as(severity, pointer, rule, sentence);
}

/// A member's name that a map may not have.
fn member_name(inspection: &mut Inspection<'_>, place: SchemaPlace, pointer: String, key: &str) {
    if let Some(exact) = place.values().find(|known| known.eq_ignore_ascii_case(key)) {
        return inspection.report(
            pointer,
            rule::KEY_CASE,
            format!("The Store writes {exact}."),
        );
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
    let sentence =
        own_sentence(place, key).unwrap_or_else(|| format!("{key} is not allowed here."));
    let rule = place.rule("x-rule").unwrap_or(rule::SCHEMA_BREACH);
    inspection.report_as(severity, pointer, rule, sentence);
}

/// The schema's own sentence about a value that breaks it.
fn own_sentence(place: SchemaPlace, value: &str) -> Option<String> {
    Some(place.text("x-sentence")?.replace("{value}", value))
}

/// What must stand at a place, as one and as several.
fn wanted(place: SchemaPlace) -> (&'static str, &'static str) {
    match place.shape() {
        FieldShape::Text | FieldShape::Choice => ("a text", "texts"),
        FieldShape::Date => ("a date in a text", "dates in texts"),
        FieldShape::Bool => ("true or false", "true or false"),
        FieldShape::Number if place.types().any(|name| name == "integer") => {
            ("a whole number", "whole numbers")
        }
        FieldShape::Number => ("a number", "numbers"),
        FieldShape::List => match place.step("-").map(|item| wanted(item).1) {
            Some("texts") => ("a list of texts", "lists of texts"),
            _ => ("a list of objects", "lists of objects"),
        },
        FieldShape::Map | FieldShape::Object => ("an object", "objects"),
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
    use crate::target::Kind;
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
