//! What is known of the document that the tree shows: what was changed, what the check found, what the schema says of a place.
//! Reads only; knows no screen.

use serde_json::{Map, Value, json};
use std::sync::Arc;
use store_model::{
    diff::DocumentChange,
    finding::{Finding, Severity},
    json::pointer::{child, parent},
    rules::schema::{FieldShape, Hint, hint},
    target::Kind,
};

/// The document as it stands, with what was said of it at the last pause.
#[derive(Clone, Copy)]
pub struct VisibleTree<'a> {
    pub kind: Kind,
    pub value: &'a Arc<Value>,
    /// Against the server's copy.
    pub changes: &'a [DocumentChange],
    pub findings: &'a [Finding],
}

/// How a place differs from the server's copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowMark {
    New,
    Changed,
    /// Something below it is changed, new or gone.
    Inside,
}

/// Whether a place is the other one or stands below it.
fn is_within(place: &str, holder: &str) -> bool {
    place
        .strip_prefix(holder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl<'a> VisibleTree<'a> {
    pub fn hint(&self, pointer: &str) -> Option<Hint> {
        hint(self.kind, pointer)
    }

    /// The change at this very place, or of what it came with.
    pub fn change(&self, pointer: &str) -> Option<&'a DocumentChange> {
        self.changes.iter().find(|change| {
            change.path == pointer
                || change.before.is_none()
                    && change.after.is_some()
                    && is_within(pointer, &change.path)
        })
    }

    pub fn mark(&self, pointer: &str) -> Option<RowMark> {
        match self.change(pointer) {
            Some(change) if change.after.is_none() => Some(RowMark::Inside),
            Some(change) if change.before.is_none() => Some(RowMark::New),
            Some(_) => Some(RowMark::Changed),
            None => self
                .changes
                .iter()
                .any(|change| is_within(&change.path, pointer))
                .then_some(RowMark::Inside),
        }
    }

    /// What the check found at this very place.
    pub fn found(&self, pointer: &str) -> impl Iterator<Item = &'a Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.pointer == pointer)
    }

    /// The worst that the check found here or below.
    pub fn worst(&self, pointer: &str) -> Option<Severity> {
        self.findings
            .iter()
            .filter(|finding| is_within(&finding.pointer, pointer))
            .map(|finding| finding.severity)
            .min()
    }

    /// How a place is edited: as the schema says, else as its value is.
    pub fn shape(&self, pointer: &str) -> FieldShape {
        let told = self.hint(pointer).map(|hint| hint.shape);
        match (self.value.pointer(pointer), told) {
            (Some(Value::Array(_)), _) => FieldShape::List,
            (Some(Value::Object(_)), Some(shape @ (FieldShape::Map | FieldShape::Object))) => shape,
            (Some(Value::Object(_)), _) => FieldShape::Object,
            // A value of another type than the schema's is repaired by what the schema wants.
            (_, Some(shape)) => shape,
            (Some(Value::Bool(_)), None) => FieldShape::Bool,
            (Some(Value::Number(_)), None) => FieldShape::Number,
            (_, None) => FieldShape::Text,
        }
    }

    /// Why a place cannot be changed.
    pub fn fault(&self, pointer: &str) -> Option<String> {
        let name = parent(pointer).map_or_else(|| "the document".to_owned(), |(_, name)| name);
        self.hint(pointer)
            .filter(|hint| hint.is_read_only)
            .map(|_| format!("{name} is written by the Store: it is shown here, but not sent."))
    }

    /// Where an entry is added when the cursor is on a place: into it, if it is a list or a map or lies open; else beside it.
    pub fn holder(&self, pointer: &str, is_open: bool) -> String {
        let takes = match self.value.pointer(pointer) {
            Some(Value::Array(_)) => true,
            Some(Value::Object(object)) => {
                is_open || object.is_empty() || self.shape(pointer) == FieldShape::Map
            }
            _ => false,
        };
        if takes {
            pointer.to_owned()
        } else {
            parent(pointer).map_or_else(String::new, |(above, _)| above.to_owned())
        }
    }

    /// What a new entry of this list, map or object is edited as, and begins as.
    pub fn fresh(&self, holder: &str, name: &str) -> (FieldShape, Value) {
        let place = child(holder, name);
        let of_holder = self
            .hint(holder)
            .filter(|hint| matches!(hint.shape, FieldShape::List | FieldShape::Map))
            .and_then(|hint| hint.fresh);
        let of_place = || self.hint(&place).and_then(|hint| hint.fresh);
        let of_sibling = || {
            let sibling = match self.value.pointer(holder)? {
                Value::Array(array) => array.last(),
                Value::Object(object) => object.values().next_back(),
                _ => None,
            };
            sibling.map(emptied)
        };
        let told = self.hint(&place).map(|hint| hint.shape);
        let value = of_holder
            .or_else(of_place)
            .or_else(of_sibling)
            .unwrap_or_else(|| beginning(told.unwrap_or(FieldShape::Text)));
        let shape = told.unwrap_or(match &value {
            Value::Array(_) => FieldShape::List,
            Value::Object(_) => FieldShape::Object,
            Value::Bool(_) => FieldShape::Bool,
            Value::Number(_) => FieldShape::Number,
            Value::Null | Value::String(_) => FieldShape::Text,
        });
        (shape, value)
    }
}

/// The first place at which two documents differ; of something that is gone, what held it.
pub fn first_difference(before: &Value, after: &Value) -> Option<String> {
    let differing = |pointer: &str| before.pointer(pointer) != after.pointer(pointer);
    if !differing("") {
        return None;
    }
    let mut pointer = String::new();
    loop {
        let inner = match (before.pointer(&pointer), after.pointer(&pointer)) {
            (Some(Value::Object(_)), Some(Value::Object(after))) => after
                .keys()
                .map(|key| child(&pointer, key))
                .find(|place| differing(place)),
            (Some(Value::Array(_)), Some(Value::Array(after))) => (0..after.len())
                .map(|index| child(&pointer, index))
                .find(|place| differing(place)),
            _ => None,
        };
        match inner {
            Some(inner) => pointer = inner,
            None => return Some(pointer),
        }
    }
}

/// The same members, with nothing in them.
fn emptied(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), emptied(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(_) => json!([]),
        Value::String(_) => json!(""),
        Value::Number(_) => json!(0),
        Value::Bool(_) => json!(false),
        Value::Null => Value::Null,
    }
}

fn beginning(shape: FieldShape) -> Value {
    match shape {
        FieldShape::Text | FieldShape::Date | FieldShape::Choice => json!(""),
        FieldShape::Number => json!(0),
        FieldShape::Bool => json!(false),
        FieldShape::List => json!([]),
        FieldShape::Map | FieldShape::Object => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use store_model::diff::diff;

    fn document() -> Value {
        json!({
            "visibility": "Public",
            "status": "PendingCommit",
            "listings": {"en-us": {"baseListing": {"title": "Notes", "keywords": ["a"]}}},
            "applicationPackages": [{"fileName": "a.msix", "unknown": 3}],
            "strange": {"x": 1}
        })
    }

    fn with<T>(read: impl FnOnce(&VisibleTree) -> T) -> T {
        let before = document();
        let mut after = document();
        after["visibility"] = json!("Private");
        after["listings"]["de-de"] = json!({"baseListing": {"title": "Notizen"}});
        after["strange"] = json!({});
        let changes = diff(&before, &after);
        read(&VisibleTree {
            kind: Kind::App,
            value: &Arc::new(after),
            changes: &changes,
            findings: &[],
        })
    }

    #[rstest]
    #[case("/visibility", Some(RowMark::Changed))]
    #[case("/listings", Some(RowMark::Inside))]
    #[case("/listings/de-de/baseListing/title", Some(RowMark::New))]
    #[case("/listings/en-us", None)]
    #[case("/strange", Some(RowMark::Inside))]
    fn what_differs_is_marked(#[case] pointer: &str, #[case] expected: Option<RowMark>) {
        assert_eq!(with(|visible| visible.mark(pointer)), expected);
    }

    #[rstest]
    #[case::leaf_beside(
        "/listings/en-us/baseListing/title",
        false,
        "/listings/en-us/baseListing"
    )]
    #[case::map("/listings", false, "/listings")]
    #[case::closed_entry("/listings/en-us", false, "/listings")]
    #[case::open_object("/listings/en-us/baseListing", true, "/listings/en-us/baseListing")]
    #[case::list("/applicationPackages", false, "/applicationPackages")]
    #[case::closed_element("/applicationPackages/0", false, "/applicationPackages")]
    #[case::empty("/strange", false, "/strange")]
    #[case::top("/visibility", false, "")]
    fn an_entry_is_added_where_one_would_expect(
        #[case] pointer: &str,
        #[case] is_open: bool,
        #[case] expected: &str,
    ) {
        assert_eq!(with(|visible| visible.holder(pointer, is_open)), expected);
    }

    #[rstest]
    #[case(json!({"a": [1, {"b": 2}]}), json!({"a": [1, {"b": 3}]}), Some("/a/1/b"))]
    #[case(json!({"a": {"x": 1, "y": 2}}), json!({"a": {"x": 1}}), Some("/a"))]
    #[case(json!({"a": {"x": 1}}), json!({"a": {"x": 1, "y": 2}}), Some("/a/y"))]
    #[case(json!([1, 2, 3]), json!([1, 3]), Some("/1"))]
    #[case(json!(1), json!(1), None)]
    fn the_first_difference(
        #[case] before: Value,
        #[case] after: Value,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(first_difference(&before, &after).as_deref(), expected);
    }

    #[test]
    fn what_the_schema_does_not_know_begins_like_its_neighbour() {
        with(|visible| {
            assert_eq!(
                visible.shape("/applicationPackages/0/unknown"),
                FieldShape::Number
            );
            assert_eq!(
                visible.fresh("/strange", "y"),
                (FieldShape::Text, json!(""))
            );
            assert_eq!(
                emptied(&json!({"a": 1, "b": {"c": "x"}, "d": [1]})),
                json!({"a": 0, "b": {"c": ""}, "d": []})
            );
            assert_eq!(visible.shape("/visibility"), FieldShape::Choice);
            assert!(visible.fault("/status").is_some() && visible.fault("/visibility").is_none());
        });
    }
}
