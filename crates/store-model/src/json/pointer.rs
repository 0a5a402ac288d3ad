//! JSON pointers (RFC 6901) into a submission's document: building, reading and changing one place of it.
//! Knows nothing of the Store.

use serde_json::{Map, Value};

/// The pointer of a member or element below `pointer`; `~` and `/` in the name are escaped.
pub fn child(pointer: &str, name: impl std::fmt::Display) -> String {
    let name = name.to_string();
    if name.contains(['~', '/']) {
        format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{pointer}/{name}")
    }
}

/// The names that a pointer passes, unescaped. The root's pointer has none.
pub fn names(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|name| name.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// The pointer of what holds this place, and the place's own name; `None` for the root.
pub fn parent(pointer: &str) -> Option<(&str, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    Some((parent, name.replace("~1", "/").replace("~0", "~")))
}

/// A member by name, exact or else in another case: the service reads property names in any case (docs/store-api.md#property-names-and-enumeration-values).
pub fn member<'a>(value: &'a Value, name: &str) -> Option<(&'a str, &'a Value)> {
    member_of(value.as_object()?, name)
}

/// The same of an object's members.
pub fn member_of<'a>(object: &'a Map<String, Value>, name: &str) -> Option<(&'a str, &'a Value)> {
    let exact = object.get_key_value(name);
    exact
        .or_else(|| {
            object
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
        })
        .map(|(key, value)| (key.as_str(), value))
}

/// The pointer of a member of `value`, which stands at `pointer`: spelled as it is there, as asked for where it is new.
pub fn spelled(value: &Value, pointer: &str, name: &str) -> String {
    child(pointer, member(value, name).map_or(name, |(key, _)| key))
}

/// Replaces the value at a place; nothing else changes. The last name may be a new member of an existing object, or `-`
/// (or the length) of an existing array to append. `false`, and nothing changed, where there is no such place.
pub fn set(value: &mut Value, pointer: &str, new: Value) -> bool {
    if let Some(place) = value.pointer_mut(pointer) {
        *place = new;
        return true;
    }
    let Some((parent, name)) = parent(pointer) else {
        return false;
    };
    match value.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.insert(name, new);
            true
        }
        Some(Value::Array(array)) if name == "-" || name == array.len().to_string() => {
            array.push(new);
            true
        }
        _ => false,
    }
}

/// Takes a member or element out; the order of the others stays. `None` where there is no such place.
pub fn remove(value: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, name) = parent(pointer)?;
    match value.pointer_mut(parent)? {
        // `remove` would move the last member into the gap.
        Value::Object(object) => object.shift_remove(&name),
        Value::Array(array) => name
            .parse()
            .ok()
            .filter(|index| *index < array.len())
            .map(|index| array.remove(index)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_with_slash_and_tilde_survive() {
        let pointer = child(&child("", "a/b"), "m~n");
        assert_eq!(
            (pointer.as_str(), names(&pointer)),
            ("/a~1b/m~0n", vec!["a/b".to_owned(), "m~n".to_owned()])
        );
        assert_eq!(
            json!({"a/b": {"m~n": 1}}).pointer(&pointer),
            Some(&json!(1))
        );
        assert_eq!(names(""), Vec::<String>::new());
    }

    #[test]
    fn set_changes_one_place_or_nothing() {
        let mut value = json!({"z": 1, "a": {"list": [1, 2]}});
        assert!(
            set(&mut value, "/a/list/0", json!(9))
                && set(&mut value, "/a/list/-", json!(3))
                && set(&mut value, "/a/new", json!(true))
        );
        assert_eq!(
            value.to_string(),
            r#"{"z":1,"a":{"list":[9,2,3],"new":true}}"#
        );
        let before = value.clone();
        for nowhere in ["/b/c", "/a/list/7", "/z/x", "z"] {
            assert!(!set(&mut value, nowhere, json!(0)), "{nowhere}");
        }
        assert_eq!(value, before);
    }

    #[test]
    fn remove_keeps_the_order_of_the_rest() {
        let mut value = json!({"z": 1, "y": 2, "x": [1, 2, 3]});
        assert_eq!(
            (
                remove(&mut value, "/z"),
                remove(&mut value, "/x/1"),
                remove(&mut value, "/x/9")
            ),
            (Some(json!(1)), Some(json!(2)), None)
        );
        assert_eq!(value.to_string(), r#"{"y":2,"x":[1,3]}"#);
    }
}
