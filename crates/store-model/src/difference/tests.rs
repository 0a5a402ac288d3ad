//! The grouped difference on the example documents and on mutations of them.

use super::*;
use crate::packages::rows::{ZipPackage, ZipPackages};
use crate::{
    diff::diff,
    examples,
    json::pointer::{child, set},
    submission::is_put_field,
    target::Kind,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _};

fn text(difference: &Difference) -> String {
    let mut out = String::new();
    for group in &difference.groups {
        out += &group.topic.title();
        out.push('\n');
        for row in group.entries.iter().flat_map(rows) {
            let _ = writeln!(
                out,
                "  {}{} {}",
                "  ".repeat(row.depth),
                row.sign,
                row.text()
            );
        }
    }
    out
}

/// The leaves below a place, as pointers; an empty value is none.
fn leaves(pointer: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            object
                .iter()
                .for_each(|(key, value)| leaves(&child(pointer, key), value, found));
        }
        Value::Array(array) if array.iter().any(Value::is_object) => {
            array
                .iter()
                .enumerate()
                .for_each(|(index, value)| leaves(&child(pointer, index), value, found));
        }
        value if crate::value::is_empty(value) => {}
        _ => found.push(pointer.to_owned()),
    }
}

/// How often each changed leaf is part of an entry. A leaf is named by its side and its place.
fn covered(
    changes: impl Iterator<Item = crate::diff::DocumentChange>,
) -> BTreeMap<(bool, String), usize> {
    let mut counts = BTreeMap::new();
    for change in changes {
        let (is_new, value) = match (&change.before, &change.after) {
            (Some(_), Some(_)) => (true, None),
            (None, value) => (true, value.as_ref()),
            (value, None) => (false, value.as_ref()),
        };
        let mut found = Vec::new();
        match value {
            Some(value) => leaves(&change.path, value, &mut found),
            None => found.push(change.path.clone()),
        }
        for leaf in found {
            *counts.entry((is_new, leaf)).or_insert(0) += 1;
        }
    }
    counts
}

fn assert_complete(kind: Kind, before: &Value, after: &Value) {
    let difference = Difference::between(kind, Some(before), after, &ZipPackages::new());
    let of_entries = difference
        .groups
        .iter()
        .flat_map(|group| &group.entries)
        .flat_map(|entry| entry.changes.clone());
    let grouped = covered(of_entries);
    let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let all = covered(
        diff(before, after)
            .into_iter()
            .filter(|change| is_put_field(kind, &first(&change.path))),
    );
    // Two leaves may have one name: of an element that is gone, and gone from the element that has its place now.
    for (leaf, count) in &all {
        let found = grouped.get(leaf).copied().unwrap_or_default();
        assert_eq!(found, *count, "{leaf:?}");
    }
    assert!(
        grouped.keys().all(|leaf| all.contains_key(leaf)),
        "{grouped:?}\n{all:?}"
    );
    for entry in difference.groups.iter().flat_map(|group| &group.entries) {
        assert!(
            after.pointer(&entry.pointer).is_some(),
            "{} leads nowhere",
            entry.pointer
        );
    }
}

#[test]
fn an_update_is_told_as_a_reviewer_reads_it() {
    insta::assert_snapshot!(
        "update",
        text(&Difference::between(
            Kind::App,
            Some(&examples::app()),
            &examples::app_update(),
            &ZipPackages::new()
        ))
    );
    assert_complete(Kind::App, &examples::app(), &examples::app_update());
}

#[test]
fn the_update_as_markdown_and_as_objects() {
    let difference = Difference::between(
        Kind::App,
        Some(&examples::app()),
        &examples::app_update(),
        &ZipPackages::new(),
    );
    insta::assert_snapshot!("update_markdown", difference.markdown());
    let objects: Vec<_> = difference
        .objects()
        .map(|object| object.to_string())
        .collect();
    insta::assert_snapshot!("update_objects", objects.join("\n"));
}

#[test]
fn packages_are_added_removed_replaced_and_kept() {
    let package = |name: &str, id: Option<&str>, status: &str| json!({"fileName": name, "id": id, "fileStatus": status});
    let before = json!({"flightPackages": [
        package("a_1.0.0.0_x64.msix", Some("1"), "Uploaded"), package("a_1.0.0.0_x86.msix", Some("2"), "Uploaded"),
        package("b_1.0.0.0.msix", Some("3"), "Uploaded"), package("c.msix", Some("4"), "Uploaded"), package("d.msix", Some("5"), "Uploaded")]});
    let after = json!({"flightPackages": [
        package("a_1.0.0.0_x64.msix", Some("1"), "PendingDelete"), package("a_1.0.0.0_x86.msix", Some("2"), "PendingDelete"),
        package("b_1.0.0.0.msix", Some("3"), "PendingDelete"), package("c.msix", Some("4"), "Uploaded"),
        package("d.msix", None, "PendingUpload"),
        package("a_2.0.0.0_x86.msix", None, "PendingUpload"), package("a_2.0.0.0_x64.msix", None, "PendingUpload"),
        package("e.msix", None, "PendingUpload")]});
    let zip_packages = ZipPackage {
        version: "7.0.0.0".into(),
        architectures: vec!["neutral".into()],
        ..ZipPackage::default()
    };
    let zip_packages = ZipPackages::from([("e.msix".to_owned(), zip_packages)]);
    let difference = Difference::between(Kind::Flight, Some(&before), &after, &zip_packages);
    let [group] = difference.groups.as_slice() else {
        panic!("{difference:?}")
    };
    let told: Vec<_> = group
        .entries
        .iter()
        .map(|entry| (entry.sign, entry.label.as_str(), entry.note.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Sign::Removed, "b_1.0.0.0.msix", "1.0.0.0"),
            (Sign::Replaced, "d.msix", "new upload of the same name"),
            (
                Sign::Replaced,
                "a_2.0.0.0_x86.msix",
                "1.0.0.0 → 2.0.0.0, x86, in place of a_1.0.0.0_x86.msix"
            ),
            (
                Sign::Replaced,
                "a_2.0.0.0_x64.msix",
                "1.0.0.0 → 2.0.0.0, x64, in place of a_1.0.0.0_x64.msix"
            ),
            (Sign::Added, "e.msix", "7.0.0.0, neutral, new upload"),
            (Sign::Kept, "c.msix", ""),
        ]
    );
    assert_eq!((difference.len(), group.len()), (5, 5));
}

#[test]
fn what_the_service_writes_is_nobodys_change() {
    let sent = json!({"listings": {"id": {"baseListing": {"title": "T"}}}, "pricing": {"isAdvancedPricingModel": true},
        "applicationPackages": [{"fileName": "a.msix", "fileStatus": "Uploaded", "id": "9"}]});
    let stored = json!({"id": "7", "status": "PendingCommit", "fileUploadUrl": "x", "friendlyName": "Submission 7",
        "listings": {"id": {"baseListing": {"title": "T"}}},
        "applicationPackages": [{"fileName": "a.msix", "fileStatus": "Uploaded", "id": "9", "version": "1.0.0.0", "architecture": "x64"}],
        "pricing": {"isAdvancedPricingModel": false},
        "packageDeliveryOptions": {"packageRollout": {"packageRolloutStatus": "PackageRolloutNotStarted", "fallbackSubmissionId": "0"}}});
    assert_eq!(
        Difference::between(Kind::App, Some(&sent), &stored, &ZipPackages::new()).groups,
        []
    );
}

/// A document that waits for a file and one that has it are not one document: the first needs a ZIP.
#[test]
fn a_file_that_the_store_took_in_is_told_as_such() {
    let files = |status: &str, id: Option<&str>| {
        json!({"listings": {"id": {"baseListing": {"images": [{"fileName": "i.png", "fileStatus": status, "id": id}]}}},
            "trailers": [{"videoFileName": "t.mp4", "id": id}],
            "applicationPackages": [{"fileName": "a.msix", "fileStatus": status, "id": id}]})
    };
    let difference = Difference::between(
        Kind::App,
        Some(&files("PendingUpload", None)),
        &files("Uploaded", Some("9")),
        &ZipPackages::new(),
    );
    let entries: Vec<_> = difference
        .groups
        .iter()
        .flat_map(|group| &group.entries)
        .collect();
    let notes: Vec<_> = entries
        .iter()
        .map(|entry| (entry.label.as_str(), entry.note.as_str()))
        .collect();
    assert_eq!(
        notes,
        [
            ("a.msix", "taken in by the Store"),
            ("i.png", "taken in by the Store"),
            ("trailers › t.mp4 › id", "")
        ]
    );
}

#[test]
fn languages_come_and_go_and_a_first_submission_is_all_new() {
    let mut after = examples::app();
    let english = after["listings"]["en-us"].clone();
    after["listings"]
        .as_object_mut()
        .unwrap()
        .shift_remove("de-de");
    assert!(set(&mut after, "/listings/id", english));
    let difference = Difference::between(
        Kind::App,
        Some(&examples::app()),
        &after,
        &ZipPackages::new(),
    );
    let titles: Vec<_> = difference
        .groups
        .iter()
        .map(|group| group.topic.title())
        .collect();
    assert_eq!(titles, ["Texts, id", "Texts, de-de", "Images, id"]);
    assert_complete(Kind::App, &examples::app(), &after);
    for (kind, document) in examples::all() {
        let difference = Difference::between(kind, None, &document, &ZipPackages::new());
        assert!(
            difference
                .groups
                .iter()
                .flat_map(|group| &group.entries)
                .all(|entry| entry.sign == Sign::Added),
            "{difference:?}"
        );
        assert_complete(kind, &json!({}), &document);
    }
}

#[test]
fn nothing_in_a_text_leaves_its_place_in_markdown() {
    let nasty = "```\n| a | <script>alert(1)</script> | `b` ``c`` @everyone #1\n# Heading\n[x](y)";
    let mut after = examples::app();
    assert!(set(
        &mut after,
        "/listings/en-us/baseListing/description",
        json!(nasty)
    ));
    assert!(set(
        &mut after,
        "/listings/en-us/baseListing/shortTitle",
        json!("`|<b>")
    ));
    assert!(set(&mut after, "/visibility", json!("<img src=x>|`@all`")));
    assert!(set(
        &mut after,
        "/applicationPackages/0/fileName",
        json!("a|`<b>`.msix")
    ));
    let markdown = Difference::between(
        Kind::App,
        Some(&examples::app()),
        &after,
        &ZipPackages::new(),
    )
    .markdown();
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        let bare = line.trim_start();
        let ticks: String = bare.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if bare == open => fence = None,
            Some(_) => {}
            None if bare.ends_with("diff") && ticks.len() > 2 => fence = Some(ticks),
            None => {
                assert!(!line.starts_with("# "), "{line}");
                // Outside of code spans no HTML.
                if !line.contains('`') {
                    assert!(!line.contains("<img") && !line.contains("@all"), "{line}");
                }
                let row = line
                    .starts_with('|')
                    .then(|| line.replace("\\|", "").matches('|').count());
                assert!(row.is_none_or(|pipes| pipes == 4), "{line}");
            }
        }
    }
    assert!(
        fence.is_none() && markdown.contains("````diff"),
        "{markdown}"
    );
}

#[test]
fn no_rendering_holds_a_signed_url() {
    let url = "https://x.blob.core.windows.net/c/b?sv=1&sig=CANARY";
    let mut after = examples::app();
    for (pointer, value) in [
        ("/notesForCertification", json!(format!("see {url}"))),
        ("/visibility", json!(url)),
        (
            "/x",
            json!({"fileUploadUrl": "CANARY", "deep": [{"fileUploadUrl": "CANARY", "u": url}]}),
        ),
        ("/fileUploadUrl", json!(url)),
        (
            "/listings/en-us/baseListing/images/0/description",
            json!(url),
        ),
        ("/applicationPackages/0/fileName", json!(url)),
    ] {
        set(&mut after, pointer, value);
    }
    for (before, after) in [(examples::app(), after.clone()), (after, examples::app())] {
        let difference = Difference::between(Kind::App, Some(&before), &after, &ZipPackages::new());
        let objects: String = difference
            .objects()
            .map(|object| object.to_string())
            .collect();
        for rendering in [text(&difference), difference.markdown(), objects] {
            assert!(
                !rendering.contains("CANARY") && rendering.contains("not shown"),
                "{rendering}"
            );
        }
    }
}

/// Every leaf of a document: where mutations can be made.
fn places(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    leaves("", document, &mut found);
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_document_does_not_differ_from_itself(which in 0usize..7) {
        let (kind, document) = examples::all().swap_remove(which);
        prop_assert!(Difference::between(kind, Some(&document), &document, &ZipPackages::new()).is_empty());
    }

    #[test]
    fn every_changed_leaf_is_in_exactly_one_group(
        which in 0usize..7,
        other in 0usize..7,
        mutations in prop::collection::vec((any::<prop::sample::Index>(), 0u8..6), 1..12),
    ) {
        let (kind, before) = examples::all().swap_remove(which);
        // Sometimes a whole other document of the kind, mutated.
        let after = examples::all().into_iter().nth(other).filter(|(of, _)| *of == kind).map_or_else(|| before.clone(), |(_, after)| after);
        let mut after = after;
        for (at, how) in mutations {
            let places = places(&after);
            if places.is_empty() {
                break;
            }
            let place = at.get(&places).clone();
            let value = match how {
                0 => json!("another text"),
                1 => json!("PendingDelete"),
                2 => json!(null),
                3 => json!(12.5),
                4 => json!("a long text that goes on\nfor two lines, and is long enough to be compared word by word"),
                _ => {
                    crate::json::pointer::remove(&mut after, &place);
                    continue;
                }
            };
            set(&mut after, &place, value);
        }
        assert_complete(kind, &before, &after);
        assert_complete(kind, &after, &before);
        let difference = Difference::between(kind, Some(&before), &after, &ZipPackages::new());
        prop_assert!(!difference.markdown().is_empty() && difference.objects().count() >= difference.len());
    }
}
