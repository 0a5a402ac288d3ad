//! The rules in a table: one change of an example of the reference, and what the check must find.

use super::{
    check::*,
    examples,
    pointer::{child, remove, set},
    target::Kind,
};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

#[test]
fn the_reference_examples_give_no_false_alarm() {
    for (kind, document) in examples::all() {
        let errors: Vec<_> =
            check(kind, &document, None).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert_eq!(errors, [], "{document}");
    }
    assert_eq!(check(Kind::App, &examples::app(), Some(&examples::app())), []);
}

/// One change of an example, and the finding it must give: rule, severity, pointer.
#[rstest]
#[case("/listings", json!({}), "E11", Severity::Error, "/listings")]
#[case("/listings/xx-yy", json!({}), "E12", Severity::Error, "/listings/xx-yy")]
#[case("/listings/EN-US", json!({}), "§ 3.18", Severity::Error, "/listings/EN-US")]
#[case("/pricing", Value::Null, "E8", Severity::Error, "")]
#[case("/pricing/priceId", Value::Null, "Q14", Severity::Error, "/pricing/priceId")]
#[case("/pricing/priceId", json!("Base"), "E8", Severity::Error, "/pricing/priceId")]
#[case("/pricing/priceId", json!("Tier97"), "E8", Severity::Error, "/pricing/priceId")]
#[case("/pricing/priceId", json!("free"), "E8", Severity::Error, "/pricing/priceId")]
#[case("/pricing/marketSpecificPricings/de", json!("Free"), "§ 3.5", Severity::Error, "/pricing/marketSpecificPricings/de")]
#[case("/pricing/marketSpecificPricings/DE", json!("Cheap"), "E8", Severity::Error, "/pricing/marketSpecificPricings/DE")]
#[case("/allowTargetFutureDeviceFamilies", json!({"Desktop": true}), "E10", Severity::Error, "/allowTargetFutureDeviceFamilies")]
#[case("/allowTargetFutureDeviceFamilies/Core", json!(true), "E10", Severity::Error, "/allowTargetFutureDeviceFamilies/Core")]
#[case("/applicationPackages", json!([]), "E7", Severity::Error, "/applicationPackages")]
#[case("/applicationPackages/0/id", json!(""), "E7", Severity::Error, "/applicationPackages/0")]
#[case("/listings/en-us/baseListing/images/0/id", Value::Null, "E21", Severity::Error, "/listings/en-us/baseListing/images/0")]
#[case("/visibility", json!("public"), "Q32", Severity::Error, "/visibility")]
#[case("/visibility", json!("StopSelling"), "§ 3.4", Severity::Warning, "/visibility")]
#[case("/applicationCategory", json!("NotSet"), "§ 3.13", Severity::Warning, "/applicationCategory")]
#[case("/listings/en-us/baseListing/releaseNotes", json!("ü".repeat(1501)), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/releaseNotes")]
#[case("/listings/en-us/baseListing/keywords", json!(["a", "b", "c", "d", "e", "f", "g", "h"]), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/keywords")]
#[case("/listings/en-us/baseListing/keywords/0", json!("k".repeat(41)), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/keywords/0")]
#[case("/listings/en-us/baseListing/keywords", json!(["w w w w w w w w w w w w", "w w w w w w w w w w"]), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/keywords")]
#[case("/listings/en-us/baseListing/description", json!(" "), "§ 3.6", Severity::Error, "/listings/en-us/baseListing/description")]
#[case("/listings/de-de/baseListing/images", json!([]), "§ 3.7", Severity::Error, "/listings/de-de/baseListing/images")]
#[case("/listings/en-us/baseListing/images/0/imageType", json!("screenshot"), "Q32", Severity::Error, "/listings/en-us/baseListing/images/0/imageType")]
#[case("/listings/en-us/baseListing/title", json!("Notes 2"), "Q20", Severity::Warning, "/listings/en-us/baseListing/title")]
#[case("/gamingOptions/-", json!({}), "§ 3.8", Severity::Error, "/gamingOptions")]
#[case("/gamingOptions/0/localMultiplayerMinPlayers", json!(1), "§ 3.8", Severity::Error, "/gamingOptions/0/localMultiplayerMinPlayers")]
#[case("/trailers", json!(vec![json!({"videoFileName": "a.mp4"}); 16]), "§ 3.9", Severity::Error, "/trailers")]
#[case("/trailers/-", json!({"videoFileName": "a.mp4", "trailerAssets": {"en-us": {"imageList": []}}}), "§ 3.9", Severity::Error, "/trailers/0/trailerAssets/en-us")]
#[case("/packageDeliveryOptions/packageRollout/packageRolloutPercentage", json!(100.5), "§ 3.11", Severity::Error, "/packageDeliveryOptions/packageRollout/packageRolloutPercentage")]
#[case("/targetPublishMode", json!("SpecificDate"), "§ 3.4", Severity::Error, "/targetPublishDate")]
#[case("/targetPublishDate", json!("tomorrow"), "§ 3.4", Severity::Error, "/targetPublishDate")]
#[case("/automaticBackupEnabled", json!("yes"), "§ 3.4", Severity::Error, "/automaticBackupEnabled")]
#[case("/applicationPackages/-", json!({"fileName": "../a.msix", "fileStatus": "PendingUpload"}), "§ 4.9", Severity::Error, "/applicationPackages/1/fileName")]
#[case("/applicationPackages/-", json!({"fileName": "a.zip", "fileStatus": "PendingUpload"}), "§ 3.10", Severity::Error, "/applicationPackages/1/fileName")]
#[case("/applicationPackages/-", json!({"fileName": "a.msix", "fileStatus": "pendingupload"}), "Q32", Severity::Error, "/applicationPackages/1/fileStatus")]
#[case("/applicationPackages/-", json!({"fileName": "a.msix"}), "§ 3.12", Severity::Error, "/applicationPackages/1")]
#[case("/applicationPackages/-", json!({"fileName": "b.msix", "fileStatus": "PendingUpload", "version": "2.4.0.0", "architecture": "X64"}), "§ 3.10", Severity::Error, "/applicationPackages/1")]
#[case("/applicationPackages/-", json!({"fileName": "northwind.notes_2.4.0.0.msixbundle", "fileStatus": "PendingUpload"}), "§ 3.12", Severity::Warning, "/applicationPackages/1/fileName")]
#[case("/applicationPackages", json!(vec![json!({"fileName": "a.msix", "fileStatus": "Uploaded", "id": "2000000000071000001"}); 26]), "Q37", Severity::Warning, "/applicationPackages")]
fn what_is_wrong_with_an_app(
    #[case] pointer: &str,
    #[case] new: Value,
    #[case] rule: &str,
    #[case] severity: Severity,
    #[case] place: &str,
) {
    let base = examples::app();
    let mut document = base.clone();
    assert!(set(&mut document, pointer, new));
    let found = check(Kind::App, &document, Some(&base));
    let hit = found.iter().any(|finding| (finding.rule, finding.severity, finding.pointer.as_str()) == (rule, severity, place));
    assert!(hit, "{found:#?}");
    assert!(document.pointer(place).is_some() && found.is_sorted_by_key(|finding| finding.severity));
}

#[rstest]
#[case(Kind::AddOn, "/contentType", json!("NotSet"), "Q48", Severity::Error)]
#[case(Kind::AddOn, "/listings/en-us/title", json!(""), "§ 3.16", Severity::Error)]
#[case(Kind::AddOn, "/listings/en-us/description", json!("d".repeat(201)), "§ 3.16", Severity::Error)]
#[case(Kind::AddOn, "/keywords", json!(vec!["k"; 11]), "§ 3.16", Severity::Error)]
#[case(Kind::AddOn, "/targetPublishDate", json!(""), "§ 3.4", Severity::Error)]
#[case(Kind::AddOn, "/pricing/trialPeriod", json!("OneDay"), "§ 3.16", Severity::Warning)]
#[case(Kind::AddOn, "/tag", json!("t".repeat(3001)), "§ 3.16", Severity::Error)]
#[case(Kind::Flight, "/listings", json!({}), "§ 3.17", Severity::Warning)]
#[case(Kind::Flight, "/flightPackages/0/id", json!("7"), "E7", Severity::Error)]
#[case(Kind::Flight, "/flightPackages/0", json!(3), "§ 3.17", Severity::Error)]
fn what_is_wrong_with_the_others(
    #[case] kind: Kind,
    #[case] pointer: &str,
    #[case] new: Value,
    #[case] rule: &str,
    #[case] severity: Severity,
) {
    let base = if kind == Kind::AddOn { examples::add_on() } else { examples::flight() };
    let mut document = base.clone();
    assert!(set(&mut document, pointer, new));
    let found = check(kind, &document, Some(&base));
    assert!(found.iter().any(|finding| (finding.rule, finding.severity) == (rule, severity)), "{found:#?}");
}

#[test]
fn what_the_server_itself_holds_is_only_a_warning() {
    let mut base = examples::app();
    set(&mut base, "/listings/en-us/baseListing/shortTitle", json!("t".repeat(51)));
    set(&mut base, "/listings/de-de/baseListing/images", json!([]));
    let found = check(Kind::App, &base, Some(&base));
    assert_eq!(
        found.iter().map(|finding| finding.severity).collect::<Vec<_>>(),
        [Severity::Warning, Severity::Warning],
        "{found:#?}"
    );
}

#[test]
fn images_and_languages_left_out_are_told() {
    let base = examples::app();
    let mut document = base.clone();
    remove(&mut document, "/listings/en-us/baseListing/images/1");
    remove(&mut document, "/listings/de-de");
    let rules: Vec<_> =
        check(Kind::App, &document, Some(&base)).into_iter().map(|finding| (finding.rule, finding.severity)).collect();
    assert_eq!(rules, [("§ 3.15", Severity::Warning), ("Q19", Severity::Warning)]);
}

#[test]
fn property_names_count_in_any_case() {
    let found = check(
        Kind::AddOn,
        &json!({"Pricing": {"PriceId": "Base"}, "Listings": {"en-us": {"Title": "T"}}, "ContentType": "EMagazine"}),
        None,
    );
    assert_eq!(found.iter().map(|finding| finding.pointer.as_str()).collect::<Vec<_>>(), ["/Pricing/PriceId"], "{found:#?}");
}

#[rstest]
#[case("northwind.notes.pro", "Durable", 0)]
#[case("", "Durable", 1)]
#[case("a:b", "Consumable", 1)]
#[case("a", "durable", 1)]
fn new_add_ons(#[case] id: &str, #[case] product_type: &str, #[case] count: usize) {
    assert_eq!(check_new_add_on(id, product_type).len(), count);
}

fn pointers(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| pointers(value, &child(pointer, key), found)),
        Value::Array(array) => {
            array.iter().enumerate().for_each(|(index, value)| pointers(value, &child(pointer, index), found));
        }
        _ => {}
    }
    found.push(pointer.to_owned());
}

proptest! {
    #[test]
    fn no_mutation_panics(which in 0usize..7, place in any::<prop::sample::Index>(), new in 0usize..8, drop in any::<bool>()) {
        let (kind, base) = examples::all().swap_remove(which);
        let mut places = Vec::new();
        pointers(&base, "", &mut places);
        let pointer = place.get(&places).clone();
        let news = [json!(null), json!(true), json!(-1.5), json!(""), json!("ÿ\u{0}"), json!([]), json!({}), json!([[{"id": 3}], null])];
        let mut document = base.clone();
        if drop { remove(&mut document, &pointer); } else { set(&mut document, &pointer, news[new].clone()); }
        for finding in check(kind, &document, Some(&base)) {
            prop_assert!(!finding.sentence.is_empty() && (finding.pointer.is_empty() || finding.pointer.starts_with('/')));
        }
        let _ = check(kind, &base, Some(&document));
    }
}
