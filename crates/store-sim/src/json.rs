//! Small ways into a `serde_json` document. Missing members read as empty: a submission's document is whatever a client sent.

use serde_json::{Map, Number, Value};

pub(super) type Object = Map<String, Value>;

/// The text of a member, or "".
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The elements of an array member, or none.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The members of an object member, or none.
pub(super) fn members<'a>(
    value: &'a Value,
    name: &str,
) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
    value
        .get(name)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

/// Replaces a member in its place, or appends it.
pub(super) fn set(value: &mut Value, name: &str, member: impl Into<Value>) {
    if let Some(object) = value.as_object_mut() {
        object.insert(name.to_owned(), member.into());
    }
}

/// Replaces a member in its place, or puts it before the others.
pub(super) fn set_first(value: &mut Value, name: &str, member: impl Into<Value>) {
    if let Some(object) = value.as_object_mut() {
        if object.contains_key(name) {
            object.insert(name.to_owned(), member.into());
        } else {
            object.shift_insert(0, name.to_owned(), member.into());
        }
    }
}

/// Takes a member away without disturbing the order of the others.
pub(super) fn remove(value: &mut Value, name: &str) -> Option<Value> {
    value.as_object_mut()?.shift_remove(name)
}

/// A number that keeps its fraction on the wire (`25.0`).
pub(super) fn number(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
