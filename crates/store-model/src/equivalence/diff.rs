//! The difference of two documents, place by place. It is empty exactly when both have the same canonical form.

pub use super::change::is_any;
use super::{
    canonical::{counts, is_same},
    change::ChangePlace,
    marks::Marks,
    matching::{pairs, shared_names},
};
pub use super::{
    change::DocumentChange,
    stored::{not_stored, unchanged_titles},
};
use crate::json::pointer::member_of;
use serde_json::{Map, Value};

/// All differences, in the later document's order, then what is gone. Server-owned fields such as `status` count as well: compare
/// the bodies of updates to leave them out.
pub fn diff(before: &Value, after: &Value) -> Vec<DocumentChange> {
    let mut changes = Vec::new();
    walk("", before, after, &ChangePlace::default(), &mut changes);
    changes
}

/// `name` is the member's own name; elements of lists have none.
fn walk(
    name: &str,
    before: &Value,
    after: &Value,
    place: &ChangePlace,
    changes: &mut Vec<DocumentChange>,
) {
    match (before, after) {
        (Value::Object(left), Value::Object(right)) => {
            let marks = Marks::of(name);
            for (old, new) in shared_names(left, right, |name, value| counts(marks, name, value)) {
                let Some(key) = new.or(old) else { continue };
                // `""` and `[]` count as absent; what differs from them still reads better with them on the other side.
                let side = |object, key: Option<&str>, other| match key {
                    Some(key) => Map::get(object, key),
                    None => member_of(object, other)
                        .map(|(_, value)| value)
                        .filter(|value| !counts(marks, other, value)),
                };
                let is_one_sided = old.is_none() || new.is_none();
                let (old, new) = (side(left, old, key), side(right, new, key));
                let found = changes.len();
                compare(key, old, new, || place.member(key), changes);
                if is_one_sided && changes.len() == found {
                    changes.push(place.member(key).change(old, new));
                }
            }
        }
        // A list that is new or gone is told element by element.
        (Value::Array(left), Value::Array(right))
            if [left, right].into_iter().flatten().all(Value::is_object) =>
        {
            for (old, new) in pairs(name, left, right) {
                let (old_value, new_value) = (
                    old.and_then(|at| left.get(at)),
                    new.and_then(|at| right.get(at)),
                );
                if let Some((at, value)) = new.zip(new_value).or(old.zip(old_value)) {
                    compare(
                        "",
                        old_value,
                        new_value,
                        || place.element(at, value),
                        changes,
                    );
                }
            }
        }
        _ if is_same(name, before, after) => {}
        _ => changes.push(place.change(Some(before), Some(after))),
    }
}

/// Most of a document is unchanged, so a place is made only where it is needed.
fn compare(
    name: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    place: impl FnOnce() -> ChangePlace,
    changes: &mut Vec<DocumentChange>,
) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(before), Some(after)) => walk(name, before, after, &place(), changes),
        (before, after) => changes.push(place().change(before, after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{examples, json::pointer::set};
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    fn sentences(changes: &[DocumentChange]) -> Vec<String> {
        changes.iter().map(DocumentChange::sentence).collect()
    }

    #[test]
    fn an_update_reads_like_what_it_does() {
        let changes = sentences(&diff(&examples::app(), &examples::app_update()));
        for wanted in [
            "listings › en-us › releaseNotes: \"Faster start.\" → \"Tabs.\"",
            "applicationPackages › Northwind.Notes_2.4.0.0.msixbundle › fileStatus: \"Uploaded\" → \"PendingDelete\"",
            "applicationPackages › Northwind.Notes_2.5.0.0.msixbundle: new, Northwind.Notes_2.5.0.0.msixbundle",
            "listings › de-de: gone, was {2 fields}",
            "trailers › trailers/tabs.mp4: new, trailers/tabs.mp4",
            "pricing › priceId: \"Tier1020\" → \"Free\"",
        ] {
            assert!(
                changes
                    .iter()
                    .any(|sentence| sentence.replace(" › baseListing", "") == wanted),
                "{wanted}\n{changes:#?}"
            );
        }
        assert!(
            !changes.iter().any(|sentence| sentence.contains("tile.png")),
            "{changes:#?}"
        );
    }

    #[rstest]
    #[case(json!({"a": 1, "b": null}), json!({"a": 1}))]
    #[case(json!({"a": "", "b": [], "c": {}}), json!({"a": null}))]
    #[case(json!({"targetPublishDate": ""}), json!({"targetPublishDate": "1601-01-01T00:00:00Z"}))]
    #[case(json!({"PriceId": "Free", "x": 1}), json!({"x": 1, "priceId": "Free"}))]
    #[case(json!({"pricing": {"isAdvancedPricingModel": true}}), json!({"pricing": {"isAdvancedPricingModel": false}}))]
    #[case(json!({"images": [{"id": "1", "v": 1}, {"id": "2", "v": 2}]}), json!({"images": [{"id": "2", "v": 2}, {"v": 1, "id": "1"}]}))]
    fn what_does_not_differ(#[case] before: Value, #[case] after: Value) {
        assert_eq!(diff(&before, &after), []);
    }

    #[test]
    fn numbers_differ_by_value_and_lists_of_texts_as_a_whole() {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let (before, after) = (
            parse(r#"{"p": 25, "n": 12345678901234567890, "k": ["a"]}"#),
            parse(r#"{"p": 25.0, "n": 12345678901234567891, "k": ["a", "b"]}"#),
        );
        let changes = diff(&before, &after);
        assert_eq!(
            sentences(&changes),
            [
                "n: 12345678901234567890 → 12345678901234567891",
                "k: [\"a\"] → [\"a\",\"b\"]"
            ]
        );
        assert_eq!(changes[1].path, "/k");
    }

    #[test]
    fn elements_are_matched_by_id_then_name_then_position() {
        let before = json!({"images": [{"id": "1", "fileName": "a"}, {"id": "2", "fileName": "b"}, {"x": 1}]});
        let after = json!({"images": [{"fileName": "b", "new": true}, {"id": "1", "fileName": "renamed"}, {"x": 2}, {"id": "3", "fileName": "a"}]});
        let changes = diff(&before, &after);
        let paths: Vec<_> = changes
            .iter()
            .map(|change| {
                (
                    change.path.as_str(),
                    change.before.is_some(),
                    change.after.is_some(),
                )
            })
            .collect();
        assert_eq!(
            paths,
            [
                ("/images/0/new", false, true),
                ("/images/0/id", true, false),
                ("/images/1/fileName", true, true),
                ("/images/2/x", true, true),
                ("/images/3", false, true)
            ]
        );
    }

    #[test]
    fn a_signed_url_does_not_travel_on() {
        let changes = diff(
            &json!({"fileUploadUrl": "https://x/?sig=CANARY"}),
            &json!({"fileUploadUrl": "https://x/?sig=CANARY2"}),
        );
        assert!(!format!("{changes:?}").contains("CANARY") && changes.len() == 1);
    }

    #[test]
    fn long_texts_are_cut() {
        let change = diff(&json!({"d": "a".repeat(500)}), &json!({"d": "b\nb"})).remove(0);
        assert!(
            change.sentence().chars().count() < 90 && change.sentence().ends_with("\"b b\""),
            "{}",
            change.sentence()
        );
    }

    #[test]
    fn both_sides_are_seen_in_little_room() {
        let change = diff(
            &json!({"d": "a".repeat(500)}),
            &json!({"d": "b".repeat(500)}),
        )
        .remove(0);
        assert_eq!(change.sides(8), "\"aaaaa…\" → \"bbbbb…\"");
        assert_eq!(
            diff(&json!({"d": "abc"}), &json!({"d": 1}))
                .remove(0)
                .sides(8),
            "\"abc\" → 1"
        );
    }

    proptest! {
        #[test]
        fn a_document_never_differs_from_itself_and_one_change_is_one_change(which in 0usize..8, text in "[a-z]{3,9}") {
            let (_, document) = examples::all().swap_remove(which);
            prop_assert_eq!(diff(&document, &document), []);
            let mut changed = document.clone();
            set(&mut changed, "/targetPublishMode", Value::from(text));
            let changes = diff(&document, &changed);
            prop_assert_eq!(changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>(), ["/targetPublishMode"]);
        }
    }
}
