//! Tests of `schema.rs`.

use super::*;
use crate::{examples, json::pointer::child, package::new_package};
use rstest::rstest;

const KINDS: [Kind; 3] = [Kind::App, Kind::AddOn, Kind::Flight];

#[rstest]
#[case(Kind::App, "", FieldShape::Object)]
#[case(Kind::App, "/visibility", FieldShape::Choice)]
#[case(Kind::App, "/Visibility", FieldShape::Choice)]
#[case(Kind::App, "/pricing/priceId", FieldShape::Choice)]
#[case(Kind::App, "/pricing/trialPeriod", FieldShape::Choice)]
#[case(Kind::App, "/pricing/marketSpecificPricings/DE", FieldShape::Choice)]
#[case(Kind::App, "/targetPublishDate", FieldShape::Date)]
#[case(Kind::App, "/listings", FieldShape::Map)]
#[case(Kind::App, "/listings/zz-zz/baseListing/keywords", FieldShape::List)]
#[case(Kind::App, "/listings/zz-zz/baseListing/keywords/-", FieldShape::Text)]
#[case(
    Kind::App,
    "/LISTINGS/en-us/BaseListing/Images/0/imageType",
    FieldShape::Choice
)]
#[case(
    Kind::App,
    "/listings/en-us/platformOverrides/Windows81/title",
    FieldShape::Text
)]
#[case(
    Kind::App,
    "/applicationPackages/99/minimumSystemRam",
    FieldShape::Choice
)]
#[case(
    Kind::App,
    "/packageDeliveryOptions/packageRollout/packageRolloutPercentage",
    FieldShape::Number
)]
#[case(Kind::App, "/allowTargetFutureDeviceFamilies", FieldShape::Map)]
#[case(Kind::App, "/allowTargetFutureDeviceFamilies/7", FieldShape::Bool)]
#[case(
    Kind::App,
    "/trailers/0/trailerAssets/en-us/imageList/0",
    FieldShape::Object
)]
#[case(
    Kind::App,
    "/gamingOptions/0/localMultiplayerMinPlayers",
    FieldShape::Number
)]
#[case(Kind::AddOn, "/listings/en-us/icon/fileStatus", FieldShape::Choice)]
#[case(Kind::Flight, "/flightPackages/0", FieldShape::Object)]
fn each_place_has_its_shape(#[case] kind: Kind, #[case] pointer: &str, #[case] shape: FieldShape) {
    assert_eq!(hint(kind, pointer).unwrap().shape, shape);
}

#[test]
fn what_no_schema_knows_has_no_hint() {
    for pointer in [
        "/unknown",
        "/listings/en-us/x",
        "/visibility/x",
        "/keywords/x",
        "x",
        "/applicationPackages/x",
    ] {
        assert_eq!(hint(Kind::App, pointer), None, "{pointer}");
    }
    assert_eq!(
        (
            hint(Kind::Flight, "/listings"),
            hint(Kind::AddOn, "/pricing/trialPeriod")
        ),
        (None, None)
    );
}

#[test]
fn a_hint_says_what_may_stand_there() {
    let at = |pointer: &str| hint(Kind::App, pointer).unwrap();
    assert_eq!(
        at("/listings/en-us/baseListing/releaseNotes").most,
        Some(1500)
    );
    assert_eq!(at("/listings/en-us/baseListing/keywords").most, Some(7));
    assert_eq!(at("/trailers").most, Some(15));
    assert_eq!(
        at("/targetPublishMode").choices,
        ["Immediate", "Manual", "SpecificDate"]
    );
    assert!(
        at("/pricing/marketSpecificPricings/DE")
            .choices
            .contains(&"Base".to_owned())
    );
    assert!(
        !at("/pricing/priceId").choices.contains(&"Base".to_owned()),
        "the service refuses it there"
    );
    assert!(at("/listings").choices.contains(&"de-de".to_owned()));
    assert!(
        at("/listings/en-us/baseListing")
            .choices
            .contains(&"devStudio".to_owned())
    );
    let package = at("/applicationPackages/0").choices;
    assert_eq!(
        package,
        [
            "fileName",
            "fileStatus",
            "minimumDirectXVersion",
            "minimumSystemRam"
        ]
    );
    assert!(
        at("/statusDetails/errors/0/code").is_read_only
            && at("/applicationPackages/0/id").is_read_only
    );
    assert!(
        at("/pricing/sales").is_obsolete && at("/listings/de/baseListing/websiteUrl").is_obsolete
    );
    assert!(!at("/listings").is_read_only && !at("/listings").is_obsolete);
}

#[rstest]
#[case(Kind::App, "/applicationPackages", new_package(""))]
#[case(Kind::Flight, "/flightPackages", new_package(""))]
#[case(Kind::App, "/listings/en-us/baseListing/images", json!({"fileName": "", "fileStatus": "PendingUpload", "description": "", "imageType": "Screenshot"}))]
#[case(Kind::App, "/pricing/marketSpecificPricings", json!("NotAvailable"))]
#[case(Kind::App, "/allowTargetFutureDeviceFamilies", json!(false))]
#[case(Kind::App, "/hardwarePreferences", json!("Touch"))]
#[case(Kind::App, "/listings/en-us/baseListing/keywords", json!(""))]
#[case(Kind::App, "/visibility", json!("Public"))]
#[case(Kind::AddOn, "/listings", json!({"title": "", "description": ""}))]
#[case(Kind::AddOn, "/pricing/priceId", json!("NotAvailable"))]
fn new_items_and_members_begin_as(#[case] kind: Kind, #[case] pointer: &str, #[case] fresh: Value) {
    assert_eq!(hint(kind, pointer).unwrap().fresh, Some(fresh));
}

/// Goes through all parts of the three schemas: each has its sentence, and what is new fits the schema that made it.
#[test]
fn every_part_has_one_sentence_and_a_fitting_beginning() {
    fn walk(place: SchemaPlace, path: &str) {
        let hint = place.hint();
        assert!(
            hint.help.ends_with('.') && hint.help.matches(". ").count() == 0,
            "{path}: {:?}",
            hint.help
        );
        for part in [Some(place), place.member_names()].into_iter().flatten() {
            for mark in ["x-rule", "x-rule-not"] {
                let is_known = part.text(mark).is_none() || part.rule(mark).is_some();
                assert!(is_known, "{path}: {mark} names no rule");
            }
        }
        if let Some(Value::Object(fresh)) = place.fresh() {
            for (name, _) in fresh {
                assert!(
                    place.step(&name).is_some_and(|member| !member.is_read_only),
                    "{path}: {name} begins there"
                );
            }
        }
        for (name, node) in place.properties() {
            walk(place.at(node, Some(name)), &child(path, name));
        }
        for inner in ["items", "additionalProperties"] {
            if let Some(node) = place.get(inner) {
                walk(place.at(node, None), &child(path, "-"));
            }
        }
    }
    for kind in KINDS {
        walk(SchemaPlace::root(kind), kind.word());
    }
    assert!(languages().count() > 300 && languages().all(|code| code == code.to_lowercase()));
}

/// Every field of the reference's own examples stands in a schema.
#[test]
fn the_schemas_know_each_field_of_the_examples() {
    fn walk(kind: Kind, value: &Value, pointer: &str) {
        assert!(hint(kind, pointer).is_some(), "{kind:?} {pointer}");
        match value {
            Value::Object(object) => object
                .iter()
                .for_each(|(name, value)| walk(kind, value, &child(pointer, name))),
            Value::Array(array) => array
                .iter()
                .enumerate()
                .for_each(|(at, value)| walk(kind, value, &child(pointer, at))),
            _ => {}
        }
    }
    for (kind, document) in examples::all() {
        walk(kind, &document, "");
    }
}
