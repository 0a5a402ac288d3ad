//! One notion of sameness: over spellings that mean the same and over real changes of the example documents, difference, hash,
//! merge and read-back agree.

use super::{
    canonical::canonical,
    diff::{diff, not_stored},
    fingerprint::{Fingerprint, ZipPart},
    marks::Marks,
    merge::{Merge, remote_changes},
};
use crate::{
    difference::Difference,
    examples,
    json::pointer::child,
    packages::rows::ZipPackages,
    submission::{Submission, put_body},
    target::{Kind, Target},
    value::{Date, date},
};
use proptest::{prelude::*, sample::Index};
use serde_json::{Map, Value, json};

/// Choices taken one after the other, so that one run of choices spells a whole document.
struct Choices<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Choices<'_> {
    fn next(&mut self, below: usize) -> usize {
        let byte = self.bytes[self.at % self.bytes.len()];
        self.at += 1;
        usize::from(byte) % below
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            let other = self.next(at + 1);
            list.swap(at, other);
        }
    }
}

/// The same document as another tool, or the service, would write it.
fn respelled(name: &str, value: &Value, choices: &mut Choices<'_>) -> Value {
    match value {
        Value::Object(object) => {
            let mut members: Vec<(String, Value)> = object
                .iter()
                .map(|(key, value)| {
                    let spelled = match choices.next(4) {
                        0 => key.to_uppercase(),
                        1 => key.to_lowercase(),
                        _ => key.clone(),
                    };
                    (spelled, respelled(key, value, choices))
                })
                .filter(|(key, value)| !value.is_null() || key.len() % 2 == 0)
                .collect();
            if choices.next(3) == 0 {
                let nothing = [json!(null), json!(""), json!([])];
                members.push(("unknownMember".to_owned(), nothing[choices.next(3)].clone()));
            }
            choices.shuffle(&mut members);
            Value::Object(members.into_iter().collect())
        }
        Value::Array(array) => {
            let mut array: Vec<Value> = array
                .iter()
                .map(|value| respelled("", value, choices))
                .collect();
            let is_named = |value: &Value| {
                value.as_object().is_some_and(|object| {
                    object.iter().any(|(key, value)| {
                        ["id", "filename", "videofilename"].contains(&key.to_lowercase().as_str())
                            && value.as_str().is_some_and(|text| !text.is_empty())
                    })
                })
            };
            // Elements of one id or file stay in their order; the examples have none.
            if Marks::of(name).is_keyed && array.iter().all(is_named) {
                choices.shuffle(&mut array);
            }
            Value::Array(array)
        }
        Value::Number(number) => {
            let text = number.to_string();
            let other = if text.contains(['.', 'e']) {
                format!("{text}0")
            } else {
                format!("{text}.0")
            };
            let spelling = [text.clone(), format!("{text}e0"), other];
            serde_json::from_str(&spelling[choices.next(3)]).unwrap()
        }
        Value::String(text) => match date(text) {
            Date::At(at) if Marks::of(name).is_date => {
                let spelling = [
                    at.to_string(),
                    at.strftime("%FT%T.0000000Z").to_string(),
                    at.strftime("%FT%T").to_string(),
                ];
                json!(spelling[choices.next(3)])
            }
            Date::Unset if Marks::of(name).is_date => {
                [json!(""), json!(null), json!("1601-01-01T00:00:00Z")][choices.next(3)].clone()
            }
            _ if text.is_empty() => [json!(""), json!(null)][choices.next(2)].clone(),
            _ if Marks::of(name).is_path && choices.next(2) == 0 => json!(text.replace('/', "\\")),
            _ => json!(text.replace('\n', ["\n", "\r\n"][choices.next(2)])),
        },
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

fn target(kind: Kind) -> Target {
    match kind {
        Kind::App => Target::app("9NX0EXAMPLE1"),
        Kind::AddOn => Target::add_on("9NX0EXAMPLE2"),
        Kind::Flight => Target::flight("9NX0EXAMPLE1", "f"),
    }
}

/// The hash with the documents as the Store's part and as the document.
fn hash(kind: Kind, document: &Value) -> Fingerprint {
    let stored = Submission {
        id: "1".to_owned(),
        document: document.clone(),
    };
    Fingerprint::of(
        &target(kind),
        Some(&stored),
        Some(&stored),
        document,
        ZipPart::None,
    )
}

/// Pointers of all values below the root.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let mut below = |key: String, value: &Value| {
        let pointer = child(pointer, key);
        found.push(pointer.clone());
        places(value, &pointer, found);
    };
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(key, value)| below(key.clone(), value)),
        Value::Array(array) => array
            .iter()
            .enumerate()
            .for_each(|(at, value)| below(at.to_string(), value)),
        _ => {}
    }
}

/// Two documents that may or may not be the same, from a few names and values that are easily taken for each other.
fn tricky() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            json!(null),
            json!(""),
            json!([]),
            json!({}),
            json!(false),
            json!(0),
            json!("a"),
            json!("2026-03-01"),
            json!("1601-01-01T00:00:00Z"),
            json!("2026-03-01T00:00:00Z"),
            json!("PendingUpload"),
            json!("Uploaded"),
            json!("a\\b"),
            json!("a/b"),
            json!("a\r\nb"),
            json!("a\nb"),
        ]),
        Just(serde_json::from_str("0.0").unwrap()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop::sample::select(vec![
            "a",
            "A",
            "id",
            "ID",
            "fileName",
            "filename",
            "fileStatus",
            "icon",
            "applicationPackages",
            "flightPackages",
            "videoFileName",
            "images",
            "Images",
            "listings",
            "trailers",
            "version",
            "targetPublishDate",
            "TargetPublishDate",
            "marketSpecificPricings",
            "aB",
            "AB",
            "ab",
        ]);
        let object = prop::collection::vec((name, inner.clone()), 0..4).prop_map(|members| {
            Value::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect::<Map<_, _>>(),
            )
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec(object.clone(), 0..4).prop_map(Value::Array),
            object
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_spelling_is_the_same_document(which in 0usize..8, bytes in prop::collection::vec(any::<u8>(), 8..200)) {
        let (kind, document) = examples::all().swap_remove(which);
        let document = put_body(kind, &document);
        let other = respelled("", &document, &mut Choices { bytes: &bytes, at: 0 });
        prop_assert_eq!(diff(&document, &other), []);
        prop_assert_eq!(diff(&other, &document), []);
        prop_assert_eq!(hash(kind, &document), hash(kind, &other));
        prop_assert!(Difference::between(kind, Some(&document), &other, &ZipPackages::new()).is_empty());
        prop_assert_eq!(not_stored(&document, &other, None), []);
        prop_assert_eq!(not_stored(&other, &document, None), []);
        for (base, mine, theirs) in [(&document, &document, &other), (&document, &other, &document), (&other, &document, &other)] {
            let merge = Merge::of(base, mine, theirs);
            prop_assert!(merge.conflicts.is_empty() && merge.is_nothing(), "{:?}", merge);
        }
        prop_assert_eq!(remote_changes(&document, Some(&document), &other), []);
    }

    #[test]
    fn a_change_is_a_difference_and_another_hash(
        which in 0usize..8, at in any::<Index>(), value in prop_oneof![Just(json!("changed")), Just(json!(17)), Just(json!({"x": 1}))],
    ) {
        let (kind, document) = examples::all().swap_remove(which);
        let document = put_body(kind, &document);
        let mut found = Vec::new();
        places(&document, "", &mut found);
        let pointer = at.get(&found);
        let mut changed = document.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        let is_volatile = crate::json::pointer::names(pointer).iter().any(|name| Marks::of(name).is_volatile);
        prop_assert_eq!(diff(&document, &changed).is_empty(), is_volatile, "{}", pointer);
        prop_assert_eq!(hash(kind, &document) == hash(kind, &changed), is_volatile, "{}", pointer);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_difference_is_the_same_form(left in tricky(), right in tricky()) {
        for (left, right) in [(&left, &right), (&right, &left), (&left, &left)] {
            prop_assert_eq!(diff(left, right).is_empty(), canonical("", left) == canonical("", right));
        }
    }

    /// Of what an update sends, in every place of each kind: files that were taken in and ids that were given are no exception.
    #[test]
    fn nothing_is_told_exactly_where_the_hash_is_the_same(
        kind in prop::sample::select(vec![Kind::App, Kind::AddOn, Kind::Flight]), left in tricky(), right in tricky(),
    ) {
        for (left, right) in [(&left, &right), (&right, &left), (&left, &left)] {
            let difference = Difference::between(kind, Some(left), right, &ZipPackages::new());
            prop_assert_eq!(difference.is_empty(), hash(kind, left) == hash(kind, right), "{:?}", difference);
        }
    }
}

#[test]
fn the_marks_are_where_the_service_needs_them() {
    for (name, is) in [
        (
            "APPLICATIONPACKAGES",
            Marks::of("applicationPackages").is_keyed,
        ),
        ("flightPackages", Marks::of("flightpackages").is_keyed),
        ("version", Marks::of("version").is_volatile),
        ("targetPublishDate", Marks::of("targetPublishDate").is_date),
        (
            "trailers",
            Marks::of("trailers").is_complete && Marks::of("trailers").is_keyed,
        ),
        ("sales", Marks::of("sales").is_obsolete),
    ] {
        assert!(is, "{name}");
    }
    assert_eq!(Marks::of("description"), Marks::default());
}
