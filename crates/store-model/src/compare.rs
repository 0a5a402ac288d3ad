//! How two documents are compared: places, matched list elements, equal values. `diff` is its use.
//! Arrays of objects are matched by id, file name, position. Knows no screen.

use crate::{
    json::pointer::{child, member},
    product::plain_text,
    submission::{REDACTED, is_signed_url},
    value::{Date, brief, date, is_empty, numbers_equal},
};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A place where two documents differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// JSON pointer: into the later document, into the earlier one for what is gone.
    pub path: String,
    /// The same place for people: names, with list elements called by their file.
    pub place: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Change {
    /// What changes without the place: `"Faster start." → "Tabs."`. Each side has at most `most` letters.
    pub fn sides(&self, most: usize) -> String {
        let cut = |value: &Value| {
            let text = brief(value);
            // A quoted text keeps its end mark, so that one sees that it is a text.
            match (text.chars().count() > most, text.strip_suffix('"')) {
                (true, Some(_)) => format!(
                    "{}…\"",
                    text.chars()
                        .take(most.saturating_sub(2))
                        .collect::<String>()
                ),
                (true, None) => format!(
                    "{}…",
                    text.chars()
                        .take(most.saturating_sub(1))
                        .collect::<String>()
                ),
                (false, _) => text,
            }
        };
        match (&self.before, &self.after) {
            (None, Some(after)) => format!("new, {}", cut(after)),
            (Some(before), None) => format!("gone, was {}", cut(before)),
            (before, after) => {
                let side = |value: &Option<Value>| {
                    value.as_ref().map_or_else(|| "nothing".to_owned(), cut)
                };
                format!("{} → {}", side(before), side(after))
            }
        }
    }

    /// For people: `listings › en-us › releaseNotes: "Faster start." → "Tabs."`; long texts are cut.
    pub fn sentence(&self) -> String {
        format!("{}: {}", self.place, self.sides(usize::MAX))
    }
}

/// A place on the way down, in its two forms: for programs and for people.
#[derive(Clone, Default)]
pub struct Place {
    pub pointer: String,
    pub names: Vec<String>,
}

impl Place {
    pub fn member(&self, key: &str) -> Self {
        self.below(key, plain_text(key))
    }

    pub fn element(&self, index: usize, value: &Value) -> Self {
        let name = file_name(value).map_or_else(|| (index + 1).to_string(), plain_text);
        self.below(&index.to_string(), name)
    }

    fn below(&self, key: &str, name: String) -> Self {
        let names = self.names.iter().cloned().chain([name]).collect();
        Self {
            pointer: child(&self.pointer, key),
            names,
        }
    }

    pub fn change(&self, before: Option<&Value>, after: Option<&Value>) -> Change {
        // A signed URL must not travel on in a difference; submissions come without it, texts of people may not.
        let name = self.names.last().map_or("", String::as_str);
        let side = |value: Option<&Value>| {
            value.map(|value| {
                if is_signed_url(name, value) {
                    REDACTED.into()
                } else {
                    value.clone()
                }
            })
        };
        Change {
            path: self.pointer.clone(),
            place: self.names.join(" › "),
            before: side(before),
            after: side(after),
        }
    }
}

/// The file that an element is about: a package, an image, a trailer.
pub fn file_name(value: &Value) -> Option<&str> {
    let name = member(value, "fileName").or_else(|| member(value, "videoFileName"));
    name.and_then(|(_, name)| name.as_str())
        .filter(|name| !name.is_empty())
}

fn id(value: &Value) -> Option<&str> {
    member(value, "id")
        .and_then(|(_, id)| id.as_str())
        .filter(|id| !id.is_empty())
}

/// An element that can be told from the others wherever it stands.
pub fn is_named(value: &Value) -> bool {
    id(value).or(file_name(value)).is_some()
}

pub fn is_list_of_objects(array: &[Value]) -> bool {
    !array.is_empty() && array.iter().all(Value::is_object)
}

/// Pairs the elements of two lists of objects: by id, then by file name, then those with neither by position.
pub fn pairs(before: &[Value], after: &[Value]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut partner: Vec<Option<usize>> = vec![None; after.len()];
    let mut is_taken = vec![false; before.len()];
    let mut by_key = |key: &dyn Fn(&Value) -> Option<String>,
                      may_pair: &dyn Fn(&Value, &Value) -> bool| {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, value) in before.iter().enumerate().rev() {
            if let Some(key) = key(value).filter(|_| is_taken.get(index) == Some(&false)) {
                places.entry(key).or_default().push(index);
            }
        }
        for (value, partner) in after.iter().zip(&mut partner) {
            if partner.is_some() {
                continue;
            }
            let Some(indexes) = key(value).and_then(|key| places.get_mut(&key)) else {
                continue;
            };
            let found = indexes.iter().rposition(|index| {
                before
                    .get(*index)
                    .is_some_and(|before| may_pair(before, value))
            });
            if let Some(index) = found.map(|at| indexes.remove(at)) {
                *partner = Some(index);
                if let Some(taken) = is_taken.get_mut(index) {
                    *taken = true;
                }
            }
        }
    };
    by_key(&|value| id(value).map(str::to_owned), &|_, _| true);
    // Two different ids are two different things, whatever their files are called.
    by_key(
        &|value| file_name(value).map(|name| name.replace('\\', "/")),
        &|left, right| id(left).is_none() || id(right).is_none(),
    );
    let nameless = |value: &Value| (!is_named(value)).then(String::new);
    by_key(&nameless, &|_, _| true);
    let kept = partner
        .iter()
        .enumerate()
        .map(|(after, before)| (*before, Some(after)));
    let gone = is_taken
        .iter()
        .enumerate()
        .filter(|(_, taken)| !**taken)
        .map(|(index, _)| (Some(index), None));
    kept.chain(gone).collect()
}

/// Keys of both objects that mean the same, the later one's order first; a key's case does not count (Q32).
pub fn shared_keys<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> Vec<(Option<&'a str>, Option<&'a str>)> {
    let is_lone = |key: &String, other: &Map<String, Value>| !other.contains_key(key);
    let mut lone: HashMap<String, &str> = before
        .keys()
        .filter(|key| is_lone(key, after))
        .map(|key| (key.to_lowercase(), key.as_str()))
        .collect();
    let mut keys: Vec<_> = after
        .keys()
        .map(|key| {
            let partner = if is_lone(key, before) {
                lone.remove(&key.to_lowercase())
            } else {
                Some(key.as_str())
            };
            (partner, Some(key.as_str()))
        })
        .collect();
    let gone = before
        .keys()
        .filter(|key| is_lone(key, after) && lone.get(&key.to_lowercase()) == Some(&key.as_str()));
    keys.extend(gone.map(|key| (Some(key.as_str()), None)));
    keys
}

/// Read-only, and turned off by the service with any PUT, even of what it gave itself: nobody's change (Q13).
const FLIPPED: &str = "isAdvancedPricingModel";

/// All differences, in the later document's order, then what is gone. `null` and empty are the same as absent, 25 as 25.0,
/// a date as the same date in another spelling; a flag that the service turns by itself does not count. The server's own fields
/// count as well: compare PUT bodies to leave them out.
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(before, after, &Place::default(), &mut changes);
    changes
}

fn walk(before: &Value, after: &Value, place: &Place, changes: &mut Vec<Change>) {
    match (before, after) {
        (Value::Object(left), Value::Object(right)) => {
            for (old, new) in shared_keys(left, right) {
                let (old_value, new_value) = (
                    old.and_then(|key| left.get(key)),
                    new.and_then(|key| right.get(key)),
                );
                let Some(key) = new.or(old).filter(|key| !key.eq_ignore_ascii_case(FLIPPED)) else {
                    continue;
                };
                compare(old_value, new_value, || place.member(key), changes);
            }
        }
        (Value::Array(left), Value::Array(right))
            if is_list_of_objects(left) && is_list_of_objects(right) =>
        {
            for (old, new) in pairs(left, right) {
                let (old_value, new_value) = (
                    old.and_then(|index| left.get(index)),
                    new.and_then(|index| right.get(index)),
                );
                let Some((index, value)) = new.zip(new_value).or(old.zip(old_value)) else {
                    continue;
                };
                compare(
                    old_value,
                    new_value,
                    || place.element(index, value),
                    changes,
                );
            }
        }
        (Value::Array(left), Value::Array(right))
            if left.is_empty() && is_list_of_objects(right) =>
        {
            changes.extend(
                right
                    .iter()
                    .enumerate()
                    .map(|(index, value)| place.element(index, value).change(None, Some(value))),
            );
        }
        (Value::Array(left), Value::Array(right))
            if right.is_empty() && is_list_of_objects(left) =>
        {
            changes.extend(
                left.iter()
                    .enumerate()
                    .map(|(index, value)| place.element(index, value).change(Some(value), None)),
            );
        }
        _ if equal(before, after) || is_same_date(place, before, after) => {}
        _ => changes.push(place.change(Some(before), Some(after))),
    }
}

fn compare(
    before: Option<&Value>,
    after: Option<&Value>,
    place: impl FnOnce() -> Place,
    changes: &mut Vec<Change>,
) {
    match (before, after) {
        // Most of a document is unchanged: no place is named for it.
        (Some(before), Some(after)) if before == after || (is_empty(before) && is_empty(after)) => {
        }
        (Some(before), Some(after)) => walk(before, after, &place(), changes),
        (None, None) => {}
        (Some(only), None) | (None, Some(only)) if is_empty(only) => {}
        (before, after) => changes.push(place().change(before, after)),
    }
}

/// The service writes one date in several spellings (Q22).
fn is_same_date(place: &Place, before: &Value, after: &Value) -> bool {
    let is_date = place
        .names
        .last()
        .is_some_and(|name| name.ends_with("Date"));
    let dates = before
        .as_str()
        .zip(after.as_str())
        .filter(|_| is_date)
        .map(|(before, after)| (date(before), date(after)));
    dates.is_some_and(|(before, after)| before == after && before != Date::Invalid)
}

pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers_equal(left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(left, right))
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{examples, json::pointer::set};
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    fn sentences(changes: &[Change]) -> Vec<String> {
        changes.iter().map(Change::sentence).collect()
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
    #[case(json!([{"id": "1", "v": 1}, {"id": "2", "v": 2}]), json!([{"id": "2", "v": 2}, {"v": 1, "id": "1"}]))]
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
        let before =
            json!({"l": [{"id": "1", "fileName": "a"}, {"id": "2", "fileName": "b"}, {"x": 1}]});
        let after = json!({"l": [{"fileName": "b", "new": true}, {"id": "1", "fileName": "renamed"}, {"x": 2}, {"id": "3", "fileName": "a"}]});
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
                ("/l/0/new", false, true),
                ("/l/0/id", true, false),
                ("/l/1/fileName", true, true),
                ("/l/2/x", true, true),
                ("/l/3", false, true)
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
