//! Merges of the example documents.

use super::*;
use crate::{
    examples,
    json::{
        document::pretty,
        edit::{apply_to_text, apply_to_value},
        pointer::{remove, set},
    },
};
use proptest::prelude::*;
use serde_json::json;

fn merged(merge: &Merge, mine: &Value, sides: &[Side]) -> Value {
    let edits = merge.edits(sides);
    let mut value = mine.clone();
    apply_to_value(&mut value, &edits).unwrap();
    let text = apply_to_text(&pretty(mine), &edits).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    value
}

fn changed(pointers: &[(&str, Value)]) -> Value {
    let mut document = examples::app();
    for (pointer, value) in pointers {
        assert!(set(&mut document, pointer, value.clone()), "{pointer}");
    }
    document
}

const NOTES: &str = "/listings/en-us/baseListing/releaseNotes";

#[test]
fn changes_of_different_places_come_together_and_the_bytes_around_them_stay() {
    let base = examples::app();
    let mine = changed(&[(NOTES, json!("Tabs."))]);
    let mut theirs = changed(&[
        ("/pricing/priceId", json!("Tier1030")),
        ("/listings/fr-fr", json!({"baseListing": {}})),
    ]);
    set(
        &mut theirs,
        "/listings/fr-fr/baseListing/description",
        json!("Des notes."),
    );
    let merge = Merge::of(&base, &mine, &theirs);
    assert_eq!((merge.conflicts.len(), merge.taken()), (0, 2));
    let both = merged(&merge, &mine, &[]);
    for (pointer, value) in [
        (NOTES, "Tabs."),
        ("/pricing/priceId", "Tier1030"),
        ("/listings/fr-fr/baseListing/description", "Des notes."),
    ] {
        assert_eq!(both.pointer(pointer), Some(&json!(value)), "{pointer}");
    }
    let text = format!(
        "{}\n\n",
        mine.to_string().replace("\"Tabs.\"", "  \"Tabs.\" ")
    );
    let text = apply_to_text(&text, &merge.edits(&[])).unwrap();
    assert!(
        text.contains("  \"Tabs.\" ") && text.ends_with("}\n\n"),
        "{text}"
    );
}

#[test]
fn one_place_changed_by_both_is_a_conflict_that_is_decided_by_a_word() {
    let (mine, theirs) = (
        changed(&[(NOTES, json!("Tabs."))]),
        changed(&[(NOTES, json!("Trees."))]),
    );
    let merge = Merge::of(&examples::app(), &mine, &theirs);
    let [conflict] = merge.conflicts.as_slice() else {
        panic!("{merge:?}")
    };
    assert_eq!(
        (
            conflict.pointer.as_str(),
            conflict.mine.clone(),
            conflict.theirs.clone()
        ),
        (NOTES, Some(json!("Tabs.")), Some(json!("Trees.")))
    );
    assert_eq!(conflict.base, examples::app().pointer(NOTES).cloned());
    assert_eq!(
        (
            merged(&merge, &mine, &[]),
            merged(&merge, &mine, &[Side::Theirs])
        ),
        (mine.clone(), theirs)
    );
    // The same change twice is none.
    assert!(Merge::of(&examples::app(), &mine, &mine).is_nothing());
}

#[test]
fn packages_are_merged_by_name_and_places_do_not_slip() {
    let package = |id: &str, name: &str, ram: &str| json!({"id": id, "fileName": name, "minimumSystemRam": ram});
    let list = |packages: Vec<Value>| json!({ "applicationPackages": packages });
    let base = list(vec![
        package("1", "a", "None"),
        package("2", "b", "None"),
        package("3", "c", "None"),
    ]);
    // Mine drops the first and changes the last; they drop the second, change the first and add one at the front.
    let mine = list(vec![
        package("2", "b", "None"),
        package("3", "c", "Memory2GB"),
    ]);
    let theirs = list(vec![
        package("9", "z", "None"),
        package("1", "a", "Memory1GB"),
        package("3", "c", "None"),
    ]);
    let merge = Merge::of(&base, &mine, &theirs);
    let names = |value: &Value| -> Vec<String> {
        let packages = value["applicationPackages"].as_array().unwrap();
        packages
            .iter()
            .map(|package| format!("{} {}", package["fileName"], package["minimumSystemRam"]))
            .collect()
    };
    assert_eq!(
        names(&merged(&merge, &mine, &[])),
        ["\"c\" \"Memory2GB\"", "\"z\" \"None\""]
    );
    let [conflict] = merge.conflicts.as_slice() else {
        panic!("{merge:?}")
    };
    assert_eq!(
        (conflict.mine.is_none(), conflict.place.as_str()),
        (true, "applicationPackages › a")
    );
    assert_eq!(
        names(&merged(&merge, &mine, &[Side::Theirs])),
        [
            "\"c\" \"Memory2GB\"",
            "\"a\" \"Memory1GB\"",
            "\"z\" \"None\""
        ]
    );
}

#[test]
fn lists_without_names_are_one_value_when_their_length_changes() {
    let list = |keywords: Value| json!({ "keywords": keywords });
    let base = list(json!(["a", "b"]));
    let merge = Merge::of(&base, &list(json!(["a", "x"])), &list(json!(["y", "b"])));
    assert_eq!(
        merged(&merge, &list(json!(["a", "x"])), &[]),
        list(json!(["y", "x"]))
    );
    let merge = Merge::of(
        &base,
        &list(json!(["a", "x"])),
        &list(json!(["a", "b", "c"])),
    );
    assert_eq!(
        merge
            .conflicts
            .first()
            .map(|conflict| conflict.pointer.as_str()),
        Some("/keywords")
    );
}

#[test]
fn what_the_service_sets_is_nobodys_change() {
    let base = examples::app();
    let mut now = base.clone();
    for (pointer, value) in [
        ("/pricing/isAdvancedPricingModel", json!(false)),
        (
            "/packageDeliveryOptions/packageRollout/packageRolloutStatus",
            json!("PackageRolloutInProgress"),
        ),
    ] {
        set(&mut now, pointer, value);
    }
    assert_eq!(remote_changes(&base, None, &now), []);
    set(&mut now, NOTES, json!("Trees."));
    assert_eq!(remote_changes(&base, None, &now).len(), 1);
    assert_eq!(remote_changes(&base, Some(&base), &now).len(), 1);
    // What they changed is what I am about to send.
    assert_eq!(
        remote_changes(&base, Some(&changed(&[(NOTES, json!("Trees."))])), &now),
        []
    );
    remove(&mut now, "/listings/en-us");
    assert_eq!(remote_changes(&base, None, &now).len(), 1);
}

#[test]
fn an_id_that_the_service_gave_is_taken_over_without_a_word() {
    let with = |id: Option<&str>| {
        let mut image = json!({"fileName": "new.png", "fileStatus": "PendingUpload"});
        if let Some(id) = id {
            set(&mut image, "/id", json!(id));
        }
        json!({ "images": [image] })
    };
    let merge = Merge::of(&json!({"images": []}), &with(None), &with(Some("77")));
    assert!(merge.is_nothing());
    assert_eq!(merged(&merge, &with(None), &[]), with(Some("77")));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        proptest::sample::select(vec!["25.0", "3"])
            .prop_map(|text| serde_json::from_str(text).unwrap()),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let named = prop::collection::vec(("[1-4]", inner.clone()), 0..4).prop_map(|items| {
            let mut seen = std::collections::BTreeSet::new();
            let items = items.into_iter().filter(|(id, _)| seen.insert(id.clone()));
            items
                .map(|(id, value)| json!({"id": id, "value": value}))
                .collect::<Value>()
        });
        prop_oneof![
            named,
            prop::collection::vec("[a-c]", 0..4).prop_map(Value::from),
            // As everywhere in submissions, no list lies directly in a list.
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|list| list.into_iter().map(|item| json!({"v": item})).collect()),
            prop::collection::vec(("[a-d]", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn any_document() -> impl Strategy<Value = Value> {
    prop::collection::vec(("[a-d]", any_value()), 0..5)
        .prop_map(|pairs| Value::Object(pairs.into_iter().collect()))
}

proptest! {
    #[test]
    fn nothing_of_theirs_leaves_mine(base in any_document(), mine in any_document()) {
        let merge = Merge::of(&base, &mine, &base);
        prop_assert!(merge.conflicts.is_empty());
        prop_assert_eq!(merged(&merge, &mine, &[]), mine);
    }

    #[test]
    fn nothing_of_mine_gives_theirs(base in any_document(), theirs in any_document()) {
        let merge = Merge::of(&base, &base, &theirs);
        prop_assert!(merge.conflicts.is_empty(), "{:?}", merge);
        let both = merged(&merge, &base, &[]);
        prop_assert!(is_same("", Some(&both), Some(&theirs)), "{} for {}", both, theirs);
    }

    /// Any three documents, any decisions: every edit finds its place, and deciding all for them leaves nothing open.
    #[test]
    fn every_edit_finds_its_place(base in any_document(), mine in any_document(), theirs in any_document(), sides in prop::collection::vec(any::<bool>(), 8)) {
        let merge = Merge::of(&base, &mine, &theirs);
        let sides: Vec<_> = sides.into_iter().map(|theirs| if theirs { Side::Theirs } else { Side::Mine }).collect();
        merged(&merge, &mine, &sides);
        let own = merged(&merge, &mine, &[]);
        for conflict in &merge.conflicts {
            prop_assert!(conflict.mine.is_some() || conflict.theirs.is_some());
        }
        prop_assert!(is_same("", Some(&own), Some(&mine)) || !merge.is_nothing());
    }

    /// Who merges whose changes makes no difference where nobody touched what the other did.
    #[test]
    fn changes_of_different_members_commute(base in any_document(), left in any_value(), right in any_value()) {
        let (mut mine, mut theirs) = (base.clone(), base.clone());
        set(&mut mine, "/left", left);
        set(&mut theirs, "/a", right);
        let (one, other) = (Merge::of(&base, &mine, &theirs), Merge::of(&base, &theirs, &mine));
        prop_assert!(one.conflicts.is_empty() && other.conflicts.is_empty());
        let (one, other) = (merged(&one, &mine, &[]), merged(&other, &theirs, &[]));
        prop_assert!(is_same("", Some(&one), Some(&other)), "{} and {}", one, other);
    }
}
