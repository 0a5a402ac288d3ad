//! A thousand mutations of the reference's example documents (docs/store-api.md): none makes the check, the hints or the
//! difference panic, and a change through `json/edit.rs` leaves the very bytes of all that it does not name.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};
use store_model::{
    diff::diff,
    json::{
        document::Document,
        edit::{Edit, apply_to_text, apply_to_value},
        pointer::{child, parent},
    },
    rules::{
        check::{check, check_at},
        schema::hint,
    },
    target::Kind,
};

const EXAMPLES: [(Kind, &str); 8] = [
    (Kind::App, include_str!("documents/app-get.json")),
    (Kind::App, include_str!("documents/app-put-full.json")),
    (Kind::App, include_str!("documents/app-put-game.json")),
    (Kind::App, include_str!("documents/app-put-least.json")),
    (Kind::AddOn, include_str!("documents/add-on-get.json")),
    (Kind::AddOn, include_str!("documents/add-on-put-least.json")),
    (Kind::Flight, include_str!("documents/flight-get.json")),
    (
        Kind::Flight,
        include_str!("documents/flight-put-least.json"),
    ),
];

fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    found.push(pointer.to_owned());
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(key, value)| places(value, &child(pointer, key), found)),
        Value::Array(array) => array
            .iter()
            .enumerate()
            .for_each(|(at, value)| places(value, &child(pointer, at), found)),
        _ => {}
    }
}

fn all_places(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    places(value, "", &mut found);
    found
}

/// What a hand, a script or another tool might do to a place.
#[derive(Clone, Debug)]
enum Mutation {
    Drop,
    Replace(Value),
    /// A value of another place of the same document.
    Transplant(Index),
    Duplicate,
    Rename(String),
}

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![
            "-1.5",
            "0",
            "1e400",
            "12345678901234567890",
            "100.5",
            "-0.0"
        ])
        .prop_map(|text| serde_json::from_str(text).unwrap()),
        prop::sample::select(vec![
            "",
            " ",
            "Base",
            "public",
            "PendingUpload",
            "pendingdelete",
            "../x",
            "en-US",
            "\u{0}\u{1F600}",
            "1601-01-01"
        ])
        .prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[{"id": 3}], null, "x"])),
        Just(json!({"": {"/": {"~": [{}]}}})),
    ]
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        Just(Mutation::Drop),
        odd_value().prop_map(Mutation::Replace),
        any::<Index>().prop_map(Mutation::Transplant),
        Just(Mutation::Duplicate),
        prop_oneof![
            Just("UPPER".to_owned()),
            Just("en-US".to_owned()),
            "[a-zA-Z/~ü-]{0,8}"
        ]
        .prop_map(Mutation::Rename),
    ]
}

/// The mutation as edits; none where it means nothing there.
fn edits(mutation: &Mutation, document: &Value, pointer: &str) -> Vec<Edit> {
    let set = |pointer: String, value: Value| Edit::Set { pointer, value };
    let here = document.pointer(pointer).unwrap();
    let holder =
        parent(pointer).map(|(holder, name)| (holder, name, document.pointer(holder).unwrap()));
    match (mutation, holder) {
        (Mutation::Replace(value), _) => vec![set(pointer.to_owned(), value.clone())],
        (Mutation::Transplant(from), _) => {
            let places = all_places(document);
            vec![set(
                pointer.to_owned(),
                document
                    .pointer(&places[from.index(places.len())])
                    .unwrap()
                    .clone(),
            )]
        }
        (_, None) | (Mutation::Rename(_), Some((_, _, Value::Array(_)))) => Vec::new(),
        (Mutation::Drop, Some(_)) => vec![Edit::Remove {
            pointer: pointer.to_owned(),
        }],
        (Mutation::Duplicate, Some((holder, _, Value::Array(_)))) => {
            vec![
                Edit::Append {
                    pointer: holder.to_owned(),
                    value: here.clone(),
                },
                Edit::Insert {
                    pointer: pointer.to_owned(),
                    value: here.clone(),
                },
            ]
        }
        (Mutation::Duplicate, Some((holder, name, _))) => {
            vec![set(child(holder, format!("{name}2")), here.clone())]
        }
        (Mutation::Rename(new), Some((holder, name, _))) => {
            let new = if new == "UPPER" {
                name.to_uppercase()
            } else {
                new.clone()
            };
            vec![
                Edit::Remove {
                    pointer: pointer.to_owned(),
                },
                set(child(holder, new), here.clone()),
            ]
        }
    }
}

/// The text of each leaf as it stands in the document, number digits and escapes included.
fn leaves(text: &str) -> Vec<(String, String)> {
    let document = Document::parse(text);
    let value = document.value().unwrap();
    let leaves: Vec<String> = all_places(value)
        .into_iter()
        .filter(|pointer| {
            !matches!(
                value.pointer(pointer).unwrap(),
                Value::Object(_) | Value::Array(_)
            )
        })
        .collect();
    let pointers: Vec<&str> = leaves.iter().map(String::as_str).collect();
    let lines: Vec<&str> = text.split('\n').collect();
    let raw = |(pointer, place): (&String, Option<_>)| {
        let place: store_model::json::document::Position = Option::unwrap(place);
        let start = lines[..place.line - 1]
            .iter()
            .map(|line| line.len() + 1)
            .sum::<usize>();
        let start = start
            + lines[place.line - 1]
                .chars()
                .take(place.column - 1)
                .map(char::len_utf8)
                .sum::<usize>();
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        values.next().unwrap().unwrap();
        (
            pointer.clone(),
            text[start..start + values.byte_offset()].to_owned(),
        )
    };
    leaves
        .iter()
        .zip(document.positions(&pointers))
        .map(raw)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_no_other_leaf_moves(
        which in 0..EXAMPLES.len(),
        mutations in prop::collection::vec((any::<Index>(), mutation()), 1..4),
        wild in "[a-z0-9/~-]{0,30}",
    ) {
        let (kind, example) = EXAMPLES[which];
        let base: Value = serde_json::from_str(example).unwrap();
        let (mut text, mut value) = (example.to_owned(), base.clone());
        for (at, mutation) in &mutations {
            let places = all_places(&value);
            let pointer = at.get(&places);
            for edit in edits(mutation, &value, pointer) {
                let before = leaves(&text);
                text = apply_to_text(&text, std::slice::from_ref(&edit)).unwrap();
                apply_to_value(&mut value, std::slice::from_ref(&edit)).unwrap();
                if Document::parse(text.as_str()).value().is_err() {
                    // The renamed key is a sibling's in another case: such a text is refused before anything is done with it.
                    return Ok(());
                }
                // What comes after an element of a list moves up or down with it: that list is the touched place then.
                let touched = match &edit {
                    Edit::Set { pointer, .. } | Edit::Append { pointer, .. } => pointer.as_str(),
                    Edit::Insert { pointer, .. } | Edit::Remove { pointer } => parent(pointer).unwrap().0,
                };
                let after: std::collections::HashMap<_, _> = leaves(&text).into_iter().collect();
                let is_below = |pointer: &str| pointer.strip_prefix(touched).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                for (pointer, raw) in before.iter().filter(|(pointer, _)| !is_below(pointer)) {
                    prop_assert_eq!(after.get(pointer), Some(raw), "{}", pointer);
                }
            }
        }
        let document = Document::parse(text);
        // A new name may be one that is there already: the text then says so, and nothing is lost without a word.
        if let Ok(parsed) = document.value() {
            prop_assert_eq!(parsed.to_string(), value.to_string());
        }
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        for finding in check(kind, &value, Some(&base)).into_iter().chain(check_at(kind, &value, None, now)) {
            let place = if finding.pointer.is_empty() { Some(&value) } else { value.pointer(&finding.pointer) };
            prop_assert!(place.is_some() && !finding.sentence.is_empty(), "{:?}", finding);
            prop_assert!(store_model::rule_table::all().any(|rule| rule == finding.rule), "{:?}", finding);
            let _ = document.nearest_position(&finding.pointer);
        }
        let _ = check(kind, &base, Some(&value));
        for other in [Kind::App, Kind::AddOn, Kind::Flight] {
            let _ = check(other, &value, Some(&base));
            for pointer in all_places(&value).iter().chain([&wild, &format!("/{wild}"), &format!("/listings/{wild}")]) {
                let _ = hint(other, pointer);
            }
        }
        let _ = (diff(&base, &value), diff(&value, &base));
    }
}
