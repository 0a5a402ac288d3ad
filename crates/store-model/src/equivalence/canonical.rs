//! The canonical form of a document: bytes that are equal exactly when two documents mean the same to the Store. The hash is made
//! of them and the difference compares leaves by them, so an empty difference and an equal hash are one statement.

use super::{
    marks::Marks,
    matching::{Key, in_order, is_list_of_objects},
};
use crate::value::{Date, canonical_number, date, is_empty};
use serde_json::Value;

/// Whether a member counts as absent: `null`, empty, an unset date, an object of nothing, or what the service sets by itself.
pub(super) fn is_absent(name: &str, value: &Value) -> bool {
    let marks = Marks::of(name);
    marks.is_volatile
        || match value {
            Value::String(text) if marks.is_date => date(text) == Date::Unset,
            Value::Object(object) => object
                .iter()
                .all(|(inner, value)| !counts(marks, inner, value)),
            _ => is_empty(value),
        }
}

/// Whether a member of an object marked so counts. Where leaving out means removing, even an empty object is there.
pub(super) fn counts(parent: Marks, name: &str, value: &Value) -> bool {
    (parent.is_complete && value.is_object()) || !is_absent(name, value)
}

/// Whether two values of a member mean the same.
pub(crate) fn is_same(name: &str, left: &Value, right: &Value) -> bool {
    left == right || canonical(name, left) == canonical(name, right)
}

/// The canonical form of a member's value.
pub(super) fn canonical(name: &str, value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(
        name,
        if is_absent(name, value) {
            &Value::Null
        } else {
            value
        },
        &mut bytes,
    );
    bytes
}

/// Every value carries its kind and its length, so that no two documents have the same bytes.
fn write(name: &str, value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(b'n'),
        Value::Bool(true) => out.push(b't'),
        Value::Bool(false) => out.push(b'f'),
        Value::Number(number) => write_text(b'd', &canonical_number(number), out),
        Value::String(text) => write_string(Marks::of(name), text, out),
        Value::Array(array) => {
            write_length(b'[', array.len(), out);
            for index in list_order(name, array) {
                if let Some(value) = array.get(index) {
                    write("", value, out);
                }
            }
        }
        Value::Object(object) => {
            let marks = Marks::of(name);
            let members = in_order(object, |name, value| counts(marks, name, value));
            write_length(b'{', members.len(), out);
            for (lower, name, value) in members {
                write_text(b's', &lower, out);
                write(name, value, out);
            }
        }
    }
}

fn write_string(marks: Marks, text: &str, out: &mut Vec<u8>) {
    match date(text) {
        Date::At(at) if marks.is_date => return write_text(b'@', &at.to_string(), out),
        _ => {}
    }
    // The service has line ends of its own.
    let text = text.replace("\r\n", "\n");
    let text = if marks.is_path {
        text.replace('\\', "/")
    } else {
        text
    };
    write_text(b's', &text, out);
}

fn write_length(tag: u8, length: usize, out: &mut Vec<u8>) {
    out.push(tag);
    out.extend((length as u64).to_le_bytes());
}

pub(super) fn write_text(tag: u8, text: &str, out: &mut Vec<u8>) {
    write_length(tag, text.len(), out);
    out.extend(text.as_bytes());
}

/// A list's indexes in canonical order: as they stand, or by key where the order means nothing. Elements of one key keep their
/// order, as they do when lists are matched.
fn list_order(name: &str, array: &[Value]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..array.len()).collect();
    if Marks::of(name).is_keyed && is_list_of_objects(array) {
        order.sort_by_cached_key(|index| array.get(*index).map(Key::of));
    }
    order
}
