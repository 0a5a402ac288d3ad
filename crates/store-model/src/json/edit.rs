//! Changes of single places of a document, carried out on its text and on its value alike: what an edit does not name keeps
//! its very bytes. Knows no rule of the Store and no screen.

use super::{
    document::pretty,
    pointer::{self, child, remove, set},
    scan::{self, Entry},
};
use serde_json::{Value, json};
use std::{collections::HashSet, ops::Range};

/// A change of one place of the document.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Replaces the value, or adds it as a new last member of an existing object.
    Set { pointer: String, value: Value },
    /// Appends to the array at the pointer, which is made if there is none, or if it is null.
    Append { pointer: String, value: Value },
    /// Puts a new element before the one at the pointer.
    Insert { pointer: String, value: Value },
    /// Takes a member or an element out.
    Remove { pointer: String },
}

/// An edit that names no place of the document, or a text that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document has no place {0:?} that could be changed so")]
pub struct NoSuchPlace(pub String);

impl Edit {
    pub fn pointer(&self) -> &str {
        match self {
            Self::Set { pointer, .. }
            | Self::Append { pointer, .. }
            | Self::Insert { pointer, .. }
            | Self::Remove { pointer } => pointer,
        }
    }

    fn nowhere(&self) -> NoSuchPlace {
        NoSuchPlace(self.pointer().to_owned())
    }
}

/// Carries the edits out on a value, one after the other. On an error those before the faulty one are done.
pub fn apply_to_value(document: &mut Value, edits: &[Edit]) -> Result<(), NoSuchPlace> {
    for edit in edits {
        let is_done = match edit {
            Edit::Set { pointer, value } => set(document, pointer, value.clone()),
            Edit::Append { pointer, value } => {
                if document.pointer(pointer).is_none_or(Value::is_null) {
                    set(document, pointer, json!([]));
                }
                let is_array = document.pointer(pointer).is_some_and(Value::is_array);
                is_array && set(document, &child(pointer, "-"), value.clone())
            }
            Edit::Insert { pointer, value } => insert(document, pointer, value.clone()),
            Edit::Remove { pointer } => remove(document, pointer).is_some(),
        };
        if !is_done {
            return Err(edit.nowhere());
        }
    }
    Ok(())
}

fn insert(document: &mut Value, pointer: &str, value: Value) -> bool {
    let Some((parent, name)) = pointer::parent(pointer) else {
        return false;
    };
    match (document.pointer_mut(parent), name.parse::<usize>()) {
        (Some(Value::Array(array)), Ok(index)) if index <= array.len() => {
            array.insert(index, value);
            true
        }
        _ => false,
    }
}

/// Carries the edits out on a text, one after the other; gives the new text. All bytes outside of the touched places stay.
pub fn apply_to_text(text: &str, edits: &[Edit]) -> Result<String, NoSuchPlace> {
    let (mut text, left) =
        set_many(text, edits).unwrap_or_else(|| (text.to_owned(), edits.iter().collect()));
    for edit in left {
        let (range, new) = splice(&text, edit).ok_or_else(|| edit.nowhere())?;
        text.replace_range(range, &new);
    }
    Ok(text)
}

/// Sets many places that exist in one pass over the text; gives the edits that are left to do. `None` where the order of the
/// edits may count: where one is no `Set`, or lies inside of another's place.
fn set_many<'a>(text: &str, edits: &'a [Edit]) -> Option<(String, Vec<&'a Edit>)> {
    let mut sets = Vec::with_capacity(edits.len());
    for edit in edits {
        let Edit::Set { pointer, value } = edit else {
            return None;
        };
        sets.push((pointer.as_str(), value));
    }
    let mut pointers: Vec<&str> = sets.iter().map(|(pointer, _)| *pointer).collect();
    pointers.sort_unstable();
    // What lies inside of a place need not stand right behind it: `/a`, `/a-b`, `/a/c`.
    let names: HashSet<&str> = pointers.iter().copied().collect();
    let has_outer = |pointer: &str| {
        pointer
            .match_indices('/')
            .any(|(at, _)| pointer.get(..at).is_some_and(|outer| names.contains(outer)))
    };
    if edits.len() < 2
        || names.len() < pointers.len()
        || pointers.iter().any(|pointer| has_outer(pointer))
    {
        return None;
    }
    let found = scan::find_all(text, &pointers);
    let (there, left): (Vec<_>, Vec<_>) = edits
        .iter()
        .zip(sets)
        .partition(|(_, (pointer, _))| found.contains_key(*pointer));
    let mut new: Vec<_> = there
        .into_iter()
        .filter_map(|(_, (pointer, value))| {
            Some((scan::value_at(text, *found.get(pointer)?), value))
        })
        .collect();
    new.sort_unstable_by_key(|(range, _)| range.start);
    let mut whole = String::with_capacity(text.len());
    let mut at = 0;
    for (range, value) in new {
        whole.push_str(text.get(at..range.start)?);
        whole.push_str(&written(text, range.start, value));
        at = range.end;
    }
    whole.push_str(text.get(at..)?);
    Some((whole, left.into_iter().map(|(edit, _)| edit).collect()))
}

/// The bytes that an edit replaces, and what with.
fn splice(text: &str, edit: &Edit) -> Option<(Range<usize>, String)> {
    match edit {
        Edit::Set { pointer, value } => set_in(text, pointer, value),
        Edit::Append { pointer, value } => match scan::find(text, pointer) {
            Some(range) if text.get(range.clone()) != Some("null") => add(text, range, None, value),
            _ => set_in(text, pointer, &json!([value])),
        },
        Edit::Insert { pointer, value } => {
            let (parent, name) = pointer::parent(pointer)?;
            let array = scan::find(text, parent)?;
            let index: usize = name.parse().ok()?;
            let entries: Vec<Entry<'_>> = scan::entries(text, array.start)?.collect();
            match entries.get(index) {
                Some(next) if next.key.is_none() => {
                    let start = next.start;
                    let new = written(text, start, value);
                    let between = if own_line(text, start) {
                        format!(",\n{}", indent_at(text, start))
                    } else {
                        ", ".to_owned()
                    };
                    Some((start..start, new + &between))
                }
                None if index == entries.len() => add(text, array, None, value),
                _ => None,
            }
        }
        Edit::Remove { pointer } => {
            let (parent, name) = pointer::parent(pointer)?;
            let container = scan::find(text, parent)?;
            let entries: Vec<Entry<'_>> = scan::entries(text, container.start)?.collect();
            let index = entries
                .iter()
                .enumerate()
                .position(|(index, entry)| entry.is(index, &name))?;
            let entry = entries.get(index)?;
            let before = index.checked_sub(1).and_then(|before| entries.get(before));
            let range = match (before, entries.get(index + 1)) {
                (Some(before), _) => before.value.end..entry.value.end,
                (None, Some(after)) => entry.start..after.start,
                (None, None) => container.start + 1..container.end - 1,
            };
            Some((range, String::new()))
        }
    }
}

fn set_in(text: &str, pointer: &str, value: &Value) -> Option<(Range<usize>, String)> {
    if let Some(range) = scan::find(text, pointer) {
        let new = written(text, range.start, value);
        return Some((range, new));
    }
    let (parent, name) = pointer::parent(pointer)?;
    let container = scan::find(text, parent)?;
    match text.as_bytes().get(container.start)? {
        b'{' => add(text, container, Some(&name), value),
        b'[' if name == "-"
            || name == scan::entries(text, container.start)?.count().to_string() =>
        {
            add(text, container, None, value)
        }
        _ => None,
    }
}

/// Adds a last member (with a key) or element to the container that takes these bytes.
fn add(
    text: &str,
    container: Range<usize>,
    key: Option<&str>,
    value: &Value,
) -> Option<(Range<usize>, String)> {
    let is_object = text.as_bytes().get(container.start) == Some(&b'{');
    let mut entries = scan::entries(text, container.start)?;
    if is_object != key.is_some() {
        return None;
    }
    let key = key.map_or_else(String::new, |key| format!("{}: ", Value::from(key)));
    let indent = indent_at(text, container.start);
    let Some(first) = entries.next() else {
        let inside = container.start + 1..container.end - 1;
        if !text.contains('\n') {
            return Some((inside, key + &value.to_string()));
        }
        let deeper = format!("{indent}{INDENT}");
        return Some((
            inside,
            format!("\n{deeper}{key}{}\n{indent}", indented(value, &deeper)),
        ));
    };
    let last = entries.last();
    let (start, end) = last.map_or((first.start, first.value.end), |last| {
        (last.start, last.value.end)
    });
    let new = if own_line(text, start) {
        let indent = indent_at(text, start);
        format!(",\n{indent}{key}{}", indented(value, indent))
    } else {
        format!(", {key}{value}")
    };
    Some((end..end, new))
}

/// As documents are written everywhere here.
const INDENT: &str = "  ";

/// The white space that the line of a byte begins with.
fn indent_at(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let line = text
        .get(before.rfind('\n').map_or(0, |newline| newline + 1)..)
        .unwrap_or_default();
    let end = line.find(|c| c != ' ' && c != '\t').unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}

/// Whether only white space stands before a byte in its line.
fn own_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before.rfind('\n').is_some_and(|newline| {
        before
            .get(newline..)
            .is_some_and(|space| space.trim().is_empty())
    })
}

/// A value as it is written where the value at a byte stands: over lines where its surroundings are.
fn written(text: &str, at: usize, value: &Value) -> String {
    if text.contains('\n') {
        indented(value, indent_at(text, at))
    } else {
        value.to_string()
    }
}

fn indented(value: &Value, indent: &str) -> String {
    pretty(value).replace('\n', &format!("\n{indent}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn set(pointer: &str, value: Value) -> Edit {
        Edit::Set {
            pointer: pointer.into(),
            value,
        }
    }

    fn append(pointer: &str, value: Value) -> Edit {
        Edit::Append {
            pointer: pointer.into(),
            value,
        }
    }

    fn insert(pointer: &str, value: Value) -> Edit {
        Edit::Insert {
            pointer: pointer.into(),
            value,
        }
    }

    fn remove(pointer: &str) -> Edit {
        Edit::Remove {
            pointer: pointer.into(),
        }
    }

    #[rstest]
    #[case::leaf(set("/a", json!("x")), "{\n  \"a\": 1.0,\n  \"b\" : [ 1,2 ]\n}", "{\n  \"a\": \"x\",\n  \"b\" : [ 1,2 ]\n}")]
    #[case::member(set("/c", json!([1])), "{\n  \"a\": 1.0\n}", "{\n  \"a\": 1.0,\n  \"c\": [\n    1\n  ]\n}")]
    #[case::first_member(set("/a/x", json!(1)), "{\n  \"a\": {}\n}", "{\n  \"a\": {\n    \"x\": 1\n  }\n}")]
    #[case::compact(set("/a/x", json!({"k": 1})), "{\"a\":{\"y\":0}}", "{\"a\":{\"y\":0, \"x\": {\"k\":1}}}")]
    #[case::append_inline(append("/b", json!(3)), "{\n  \"b\" : [ 1,2 ]\n}", "{\n  \"b\" : [ 1,2, 3 ]\n}")]
    #[case::append_to_none(append("/b", json!(3)), "{\"b\":null}", "{\"b\":[3]}")]
    #[case::insert(insert("/0", json!(0)), "[\n  1,\n  2\n]", "[\n  0,\n  1,\n  2\n]")]
    #[case::insert_last(insert("/2", json!(3)), "[\n  1,\n  2\n]", "[\n  1,\n  2,\n  3\n]")]
    #[case::remove_first(remove("/a"), "{\n  \"a\": 1,\n  \"b\": 2\n}", "{\n  \"b\": 2\n}")]
    #[case::remove_last(remove("/b"), "{\n  \"a\": 1,\n  \"b\": 2\n}", "{\n  \"a\": 1\n}")]
    #[case::remove_only(remove("/a"), "{\n  \"a\": 1\n}", "{}")]
    fn text_keeps_its_shape(#[case] edit: Edit, #[case] before: &str, #[case] after: &str) {
        assert_eq!(apply_to_text(before, &[edit]).unwrap(), after);
    }

    #[test]
    fn what_is_not_there_is_an_error_and_nothing_else() {
        for edit in [
            set("/z/y", json!(1)),
            remove("/z"),
            insert("/a", json!(1)),
            append("/a", json!(1)),
            insert("/l/9", json!(1)),
        ] {
            let text = "{\"a\": 1, \"l\": []}";
            assert_eq!(
                apply_to_text(text, std::slice::from_ref(&edit)),
                Err(edit.nowhere())
            );
            let mut value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(
                apply_to_value(&mut value, std::slice::from_ref(&edit)),
                Err(edit.nowhere())
            );
            assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let number = proptest::sample::select(vec!["25.0", "0.10", "12345678901234567890", "3"]);
        let leaf = prop_oneof![
            Just(Value::Null),
            number.prop_map(|text| serde_json::from_str(text).unwrap()),
            "[a-z\"\\\\\\n{},ü]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-c/~]{0,2}", inner), 0..4)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(object) => object
                .iter()
                .for_each(|(key, value)| pointers(value, &child(at, key), found)),
            Value::Array(array) => array
                .iter()
                .enumerate()
                .for_each(|(index, value)| pointers(value, &child(at, index), found)),
            _ => {}
        }
    }

    proptest! {
        /// Many places set at once make the text that they make one after the other.
        #[test]
        fn many_at_once_are_one_after_the_other(value in any_value(), new in any_value(), picks in prop::collection::vec(any::<prop::sample::Index>(), 2..6), compact: bool) {
            let mut found = Vec::new();
            pointers(&value, "", &mut found);
            let edits: Vec<Edit> = picks.iter().map(|pick| set(pick.get::<String>(&found).as_str(), new.clone())).collect();
            let text = if compact { value.to_string() } else { pretty(&value) };
            if let Some((at_once, left)) = set_many(&text, &edits) {
                prop_assert!(left.is_empty());
                let one_by_one = edits.iter().try_fold(text, |text, edit| apply_to_text(&text, std::slice::from_ref(edit)));
                prop_assert_eq!(Ok(at_once), one_by_one);
            }
        }

        /// Text and value agree after any edit, and what stands beside the edited place keeps its very bytes.
        #[test]
        fn text_and_value_stay_one(value in any_value(), new in any_value(), pick in any::<prop::sample::Index>(), verb in 0..5, compact: bool) {
            let mut found = Vec::new();
            pointers(&value, "", &mut found);
            let pointer = pick.get(&found).clone();
            let edit = match verb {
                0 => Edit::Set { pointer, value: new },
                1 => Edit::Set { pointer: child(&pointer, "new"), value: new },
                2 => Edit::Append { pointer, value: new },
                3 => Edit::Insert { pointer, value: new },
                _ => Edit::Remove { pointer },
            };
            let text = if compact { value.to_string() } else { pretty(&value) };
            let mut changed = value.clone();
            let on_value = apply_to_value(&mut changed, std::slice::from_ref(&edit));
            let on_text = apply_to_text(&text, std::slice::from_ref(&edit));
            prop_assert_eq!(on_value.is_ok(), on_text.is_ok(), "{:?} {:?}", on_value, on_text);
            if let Ok(on_text) = on_text {
                let again: Value = serde_json::from_str(&on_text).unwrap();
                prop_assert_eq!(again.to_string(), changed.to_string());
                let touched = pointer::parent(edit.pointer()).map_or("", |(parent, _)| parent);
                for other in found.iter().filter(|other| !touched.starts_with(other.as_str()) && !other.starts_with(touched)) {
                    let bytes = |text: &str| scan::find(text, other).and_then(|range| text.get(range).map(str::to_owned));
                    prop_assert_eq!(bytes(&text), bytes(&on_text));
                }
            }
        }
    }
}
