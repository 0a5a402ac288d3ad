//! Rules that hold for every field alike: what only the Store writes, what it ignores, what was left out of the server's copy,
//! what stands there twice, what no text should hold. Knows no single field but those that only the service writes.

use super::{
    garbled::garbled,
    schema::{FieldShape, SchemaPlace},
    table as rule,
    trail::Trail,
};
use crate::{
    finding::Inspection,
    json::pointer::{child, member},
    signed_url::REDACTED,
    submission::SERVER_OWNED,
    target::Kind,
    value::{is_empty, numbers_equal},
};
use serde_json::{Map, Value};
use std::collections::HashMap;

pub fn check(inspection: &mut Inspection<'_>) {
    let (document, base) = (inspection.document, inspection.base);
    walk(
        inspection,
        SchemaPlace::root(inspection.kind),
        &Trail::ROOT,
        document,
        base,
    );
    if inspection.kind == Kind::AddOn
        && let Some((key, _)) = SERVER_OWNED.iter().find_map(|name| member(document, name))
    {
        let sentence = format!(
            "{key} is written by the Store. An add-on's update that holds it is refused, so it is not sent."
        );
        inspection.report(child("", key), rule::ADD_ON_READ_ONLY_FIELD, sentence);
    }
}

fn are_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers_equal(left, right),
        _ => left == right || (is_empty(left) && is_empty(right)),
    }
}

fn walk(
    inspection: &mut Inspection<'_>,
    place: SchemaPlace,
    trail: &Trail<'_>,
    value: &Value,
    base: Option<&Value>,
) {
    if place.is_read_only {
        if base.is_some_and(|base| !are_equal(base, value)) && place.name != "id" {
            inspection.report(
                trail.pointer(),
                rule::READ_ONLY_FIELD_CHANGED,
                format!(
                    "Only the Store writes {}; what stands here is ignored.",
                    place.name
                ),
            );
        }
        return;
    }
    if place.is_obsolete {
        if !is_empty(value) && base.is_none_or(|base| !are_equal(base, value)) {
            inspection.report(
                trail.pointer(),
                rule::OBSOLETE_FIELD_SET,
                format!(
                    "The Store ignores {}; it is edited in Partner Center.",
                    place.name
                ),
            );
        }
        return;
    }
    match value {
        Value::String(text) => {
            if has_controls(text) && base.is_none_or(|base| base != value) {
                inspection.report(
                    trail.pointer(),
                    rule::CONTROL_CHARACTERS,
                    format!(
                        "{} holds control characters, which customers may see as boxes.",
                        place.name
                    ),
                );
            }
            if base.is_none_or(|base| base != value)
                && let Some((piece, was)) = garbled(text)
            {
                inspection.report(
                    trail.pointer(),
                    rule::TEXT_GARBLED,
                    format!(
                        "{} looks garbled: “{piece}” was most likely “{was}” in a file that was read in the wrong encoding.",
                        place.name
                    ),
                );
            }
            if text.contains(REDACTED) {
                inspection.report(
                    trail.pointer(),
                    rule::SIGNED_URL_LEFT_OUT,
                    format!(
                        "{} lacks a signed URL: Flightdeck put a placeholder in its place.",
                        place.name
                    ),
                );
            }
            units(inspection, place, trail, text);
        }
        Value::Object(object) => {
            if place.shape() == FieldShape::Object {
                left_out(inspection, place, trail, object, base);
            }
            for (name, value) in object {
                let Some(inner) = place.step(name) else {
                    continue;
                };
                let trail = trail.member(name);
                if !inner.is_member && inner.name != name && object.contains_key(inner.name) {
                    let sentence =
                        format!("{name} and {} are the same field to the Store.", inner.name);
                    inspection.report(trail.pointer(), rule::FIELD_NAMED_TWICE, sentence);
                }
                let base = base
                    .and_then(|base| member(base, name))
                    .map(|(_, base)| base);
                walk(inspection, inner, &trail, value, base);
            }
        }
        Value::Array(items) => {
            let Some(inner) = place.step("-") else { return };
            let before = base
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let by_id: HashMap<&str, &Value> = before
                .iter()
                .filter_map(|item| Some((id(item)?, item)))
                .collect();
            for (index, item) in items.iter().enumerate() {
                // What has no id has only its place.
                let at_place = || before.get(index).filter(|before| id(before).is_none());
                let base = id(item).map_or_else(at_place, |id| by_id.get(id).copied());
                walk(inspection, inner, &trail.item(index), item, base);
            }
        }
        _ => {}
    }
}

/// Other control characters than the ends of lines and tabs. In blocks without a way out of them, which the compiler turns into
/// a few instructions: this looks at every byte of the document.
fn has_controls(text: &str) -> bool {
    let is_control =
        |byte: u8| byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t') || byte == 0x7f;
    text.as_bytes().chunks(64).any(|block| {
        block
            .iter()
            .fold(false, |found, byte| found | is_control(*byte))
    })
}

/// The Store says “characters”, and its platform counts an emoji as two of them. Where only that makes a text too long it may
/// be refused.
fn units(inspection: &mut Inspection<'_>, place: SchemaPlace, trail: &Trail<'_>, text: &str) {
    // Few texts are worth the look: UTF-16 has never more units than UTF-8 has bytes.
    const SHORT: usize = 20;
    if text.len() < SHORT || text.is_ascii() {
        return;
    }
    let Some(most) = place.limit("maxLength") else {
        return;
    };
    let units = if text.len() > most {
        text.encode_utf16().count()
    } else {
        0
    };
    if units > most && text.chars().count() <= most {
        let sentence = format!(
            "{} has {units} characters as the Store may count them, an emoji as two; {most} are allowed.",
            place.name
        );
        inspection.report(trail.pointer(), rule::TEXT_TOO_LONG_IN_UTF16, sentence);
    }
}

fn id(item: &Value) -> Option<&str> {
    member(item, "id")?.1.as_str().filter(|id| !id.is_empty())
}

/// An update replaces everything: what the server's copy has and this one has not will be empty.
fn left_out(
    inspection: &mut Inspection<'_>,
    place: SchemaPlace,
    trail: &Trail<'_>,
    object: &Map<String, Value>,
    base: Option<&Value>,
) {
    let is_there = |name: &str| {
        let exact = object.get(name);
        let any = || {
            object
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        };
        exact.or_else(any).is_some_and(|value| !value.is_null())
    };
    for (name, value) in base.and_then(Value::as_object).into_iter().flatten() {
        let is_files_own = name.eq_ignore_ascii_case("id") || *value == Value::Bool(false);
        // Nearly everything is there: the schema is asked about what is not.
        if is_empty(value) || is_there(name) || is_files_own {
            continue;
        }
        let inner = place.step(name);
        if inner.is_some_and(|inner| inner.is_read_only || inner.is_obsolete) {
            continue;
        }
        let pointer = trail.pointer();
        // What has a rule of its own was told already.
        if inspection.found.iter().any(|finding| {
            finding.pointer.starts_with(&pointer) && finding.sentence.contains(name.as_str())
        }) {
            continue;
        }
        let sentence = format!(
            "{name} is on the server, but not here: an update replaces everything, so it will be empty."
        );
        inspection.report(pointer, rule::FIELD_LEFT_OUT, sentence);
    }
}
