//! Documents made by recipes: which packages come and go, which texts and values change, and what is refused.

use super::{recipe::Problem, *};
use crate::{
    family::Family,
    packages::rows::{ZipPackage, ZipPackages},
    target::Kind,
    texts::source::{FoundTexts, SourceText},
};
use rstest::rstest;
use serde_json::{Value, json};

fn package(id: &str, architecture: &str, version: &str, least: &str) -> Value {
    json!({"fileName": format!("{id}.msix"), "fileStatus": "Uploaded", "id": id, "version": version, "architecture": architecture,
        "targetDeviceFamilies": [format!("Windows.Desktop min version 10.0.{least}.0")]})
}

fn live() -> Value {
    json!({"Pricing": {"priceId": "Tier2", "trialPeriod": "NoFreeTrial"},
        "applicationPackages": [package("x64", "x64", "1.0.0.0", "17763"), package("arm", "ARM64", "1.0.0.0", "17763")],
        "listings": {
            "en-us": {"baseListing": {"title": "T", "releaseNotes": "old"}},
            "de-de": {"baseListing": {"title": "T", "releaseNotes": "alt"}},
            "ja-jp": {"baseListing": {"title": "T", "releaseNotes": ""}}}})
}

fn zip_packages(packages: &[(&str, &[&str], &str, &str)]) -> ZipPackages {
    let read = |(name, architectures, version, least): &(&str, &[&str], &str, &str)| {
        let family = format!("Windows.Desktop min version 10.0.{least}.0");
        let brought = ZipPackage {
            version: (*version).into(),
            architectures: architectures.iter().map(|&it| it.into()).collect(),
            families: vec![Family::read(&family).unwrap()],
            ..ZipPackage::default()
        };
        ((*name).to_owned(), brought)
    };
    packages.iter().map(read).collect()
}

fn composed(recipe: &Recipe) -> Composition {
    compose(Kind::App, &live(), recipe).unwrap()
}

fn statuses(document: &Value) -> Vec<(&str, &str)> {
    document["applicationPackages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (text_of(package, "fileName"), text_of(package, "fileStatus")))
        .collect()
}

#[rstest]
#[case::one_of_two("2.0.0.0", &["x64"], "17763", Replace::SameKind, &["PendingDelete", "Uploaded"])]
#[case::a_bundle_of_both("2.0.0.0", &["x64", "ARM64"], "17763", Replace::SameKind, &["PendingDelete", "PendingDelete"])]
#[case::somebody_is_left_with_the_old_one("2.0.0.0", &["x64"], "19041", Replace::SameKind, &["Uploaded", "Uploaded"])]
#[case::an_older_version_replaces_nothing("0.9.0.0", &["x64"], "17763", Replace::SameKind, &["Uploaded", "Uploaded"])]
#[case::the_same_version_replaces_nothing("1.0.0.0", &["x64"], "17763", Replace::SameKind, &["Uploaded", "Uploaded"])]
#[case::another_processor("2.0.0.0", &["x86"], "17763", Replace::SameKind, &["Uploaded", "Uploaded"])]
#[case::all("2.0.0.0", &["x64"], "17763", Replace::All, &["PendingDelete", "PendingDelete"])]
#[case::none("2.0.0.0", &["x64"], "17763", Replace::None, &["Uploaded", "Uploaded"])]
fn earlier_packages_go_when_all_their_customers_get_a_newer_one(
    #[case] version: &str,
    #[case] architectures: &[&str],
    #[case] least: &str,
    #[case] replace: Replace,
    #[case] earlier: &[&str],
) {
    let recipe = Recipe {
        packages: vec!["new.msix".into()],
        zip_packages: zip_packages(&[("new.msix", architectures, version, least)]),
        replace,
        ..Recipe::default()
    };
    let made = composed(&recipe);
    let expected = [
        ("x64.msix", earlier[0]),
        ("arm.msix", earlier[1]),
        ("new.msix", "PendingUpload"),
    ];
    assert_eq!(statuses(&made.document), expected);
    let replaced = made
        .steps
        .iter()
        .filter(|step| step.name() == "packageReplaced");
    let going = earlier.iter().filter(|status| **status == "PendingDelete");
    assert_eq!(replaced.count(), going.count());
    let is_spared = made.steps.contains(&Step::PackageSpared("x64.msix".into()));
    let is_same_kind = architectures.contains(&"x64") && replace == Replace::SameKind;
    assert_eq!(is_spared, is_same_kind && earlier[0] == "Uploaded");
}

#[test]
fn a_kept_draft_with_the_package_gets_it_once() {
    let recipe = Recipe {
        packages: vec!["new.msix".into()],
        zip_packages: zip_packages(&[("new.msix", &["x64"], "2.0.0.0", "17763")]),
        ..Recipe::default()
    };
    let once = composed(&recipe).document;
    let twice = compose(Kind::App, &once, &recipe).unwrap().document;
    assert_eq!(twice, once);
    // A newer attempt takes the place of the one that was never published.
    let newer = Recipe {
        packages: vec!["newer.msix".into()],
        zip_packages: zip_packages(&[
            ("new.msix", &["x64"], "2.0.0.0", "17763"),
            ("newer.msix", &["x64"], "2.1.0.0", "17763"),
        ]),
        ..Recipe::default()
    };
    let third = compose(Kind::App, &once, &newer).unwrap().document;
    let expected = [
        ("x64.msix", "PendingDelete"),
        ("arm.msix", "Uploaded"),
        ("newer.msix", "PendingUpload"),
    ];
    assert_eq!(statuses(&third), expected);
}

#[test]
fn keeping_some_counts_the_new_ones() {
    let recipe = Recipe {
        packages: vec!["new.msix".into()],
        zip_packages: zip_packages(&[("new.msix", &["x64"], "2.0.0.0", "17763")]),
        keep: Some(2),
        ..Recipe::default()
    };
    let kept = composed(&recipe);
    assert!(
        statuses(&kept.document)
            .iter()
            .all(|(_, status)| *status != "PendingDelete")
    );
    let kept = composed(&Recipe {
        keep: Some(1),
        ..recipe
    });
    assert_eq!(statuses(&kept.document)[0], ("x64.msix", "PendingDelete"));
}

fn piece(language: &str, text: &str) -> SourceText {
    SourceText {
        source: format!("{language}.txt"),
        language: language.into(),
        field: "releaseNotes",
        text: text.into(),
        rank: 0,
    }
}

fn notes(document: &Value) -> Vec<&str> {
    ["en-us", "de-de", "ja-jp"]
        .iter()
        .map(|language| {
            text_of(
                &document["listings"][language]["baseListing"],
                "releaseNotes",
            )
        })
        .collect()
}

#[test]
fn release_notes_come_from_files_and_the_default_for_the_rest() {
    let mut recipe = Recipe {
        texts: FoundTexts {
            pieces: vec![piece("de", "neu")],
            problems: Vec::new(),
        },
        ..Recipe::default()
    };
    let made = composed(&recipe);
    assert_eq!(notes(&made.document), ["old", "neu", ""]);
    assert_eq!(
        made.steps.last(),
        Some(&Step::NotesKept(vec!["en-us".into()]))
    );
    recipe.default_text = Some(("releaseNotes", "new".into()));
    let made = composed(&recipe);
    assert_eq!(notes(&made.document), ["new", "neu", "new"]);
    assert!(made.steps.iter().all(|step| step.name() == "textChanged"));

    recipe.texts.pieces.push(piece("fr-fr", "nouveau"));
    let problems = compose(Kind::App, &live(), &recipe).unwrap_err();
    assert!(
        matches!(&problems[..], [Problem::Text { sentence, .. }] if sentence.contains("no listing in fr-fr")),
        "{problems:?}"
    );
}

#[test]
fn values_are_set_by_any_spelling_and_have_the_last_word() {
    let set = |pointer: &str, value: Value| Assignment::Set {
        pointer: pointer.into(),
        value,
    };
    let remove = |pointer: &str| Assignment::Remove {
        pointer: pointer.into(),
    };
    let made = |assignments: Vec<Assignment>| {
        let recipe = Recipe {
            assignments,
            ..Recipe::default()
        };
        compose(Kind::App, &live(), &recipe)
    };
    let document = made(vec![
        Assignment::Merge(
            json!({"pricing": {"trialPeriod": null, "PriceId": "Tier3"}, "visibility": "Hidden"}),
        ),
        set("/pricing/priceid", json!("Tier4")),
        remove("/applicationPackages/0"),
    ]);
    let document = document.unwrap().document;
    assert_eq!(document["Pricing"], json!({"priceId": "Tier4"}));
    assert_eq!(
        (&document["visibility"], statuses(&document).len()),
        (&json!("Hidden"), 1)
    );
    for (assignment, why) in [
        (set("pricing/priceId", json!(1)), "no JSON pointer"),
        (set("/no/such", json!(1)), "has no /no/such"),
        (remove("/no"), "has no /no"),
        (Assignment::Merge(json!([1])), "JSON object"),
    ] {
        let problems = made(vec![assignment]).unwrap_err();
        assert!(problems[0].to_string().contains(why), "{problems:?}");
    }
}

#[test]
fn add_ons_have_no_packages() {
    let recipe = Recipe {
        packages: vec!["a.msix".into()],
        ..Recipe::default()
    };
    let problems = compose(Kind::AddOn, &json!({"listings": {}}), &recipe).unwrap_err();
    assert!(
        problems[0].to_string().contains("no packages"),
        "{problems:?}"
    );
}

fn text_of<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}
