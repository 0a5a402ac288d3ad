//! The rules in a table: one change of an example of the reference, and what the check must find.

use super::check::*;
use crate::{
    examples,
    json::pointer::{remove, set},
    target::Kind,
};
use rstest::rstest;
use serde_json::{Value, json};

#[test]
fn the_reference_examples_give_no_false_alarm() {
    for (kind, document) in examples::all() {
        let loud = |base| -> Vec<Finding> {
            check(kind, &document, base)
                .into_iter()
                .filter(|finding| finding.severity != Severity::Note)
                .collect()
        };
        assert_eq!(loud(None), [], "{document}");
        // § 5.9 has a rollout, which the next submission inherits: true.
        let rules: Vec<_> = loud(Some(&document))
            .into_iter()
            .map(|finding| finding.rule.name)
            .collect();
        let is_rolled_out = document
            .pointer("/packageDeliveryOptions/packageRollout/isPackageRollout")
            == Some(&json!(true));
        assert_eq!(
            rules,
            if is_rolled_out {
                vec!["rollout-inherited"]
            } else {
                vec![]
            },
            "{document}"
        );
    }
    assert_eq!(
        check(Kind::App, &examples::app(), Some(&examples::app())),
        []
    );
    // § 5.7 as an update of § 5.6: the language that goes is told, and that the price becomes free.
    let update = check(Kind::App, &examples::app_update(), Some(&examples::app()));
    let told: Vec<_> = update
        .iter()
        .filter(|finding| finding.severity != Severity::Note)
        .map(|finding| finding.rule.name)
        .collect();
    assert_eq!(
        told,
        ["language-removed", "price-becomes-free"],
        "{update:#?}"
    );
}

/// One change of an example, and the finding it must give: rule, severity, pointer.
#[rstest]
#[case("/listings", json!({}), "listings-missing", Severity::Error, "/listings")]
#[case("/listings/xx-yy", json!({}), "language-unknown", Severity::Error, "/listings/xx-yy")]
#[case("/listings/EN-US", json!({}), "language-twice", Severity::Error, "/listings/EN-US")]
#[case("/pricing", Value::Null, "price-missing", Severity::Error, "")]
#[case(
    "/pricing/priceId",
    Value::Null,
    "price-missing",
    Severity::Error,
    "/pricing/priceId"
)]
#[case("/pricing/priceId", json!("Base"), "price-base", Severity::Error, "/pricing/priceId")]
#[case("/pricing/priceId", json!("Tier97"), "price-tier-unknown", Severity::Error, "/pricing/priceId")]
#[case("/pricing/priceId", json!("free"), "value-case", Severity::Error, "/pricing/priceId")]
#[case("/pricing/marketSpecificPricings/de", json!("Free"), "market-unknown", Severity::Error, "/pricing/marketSpecificPricings/de")]
#[case("/pricing/marketSpecificPricings/DE", json!("Cheap"), "price-tier-unknown", Severity::Error, "/pricing/marketSpecificPricings/DE")]
#[case("/allowTargetFutureDeviceFamilies", json!({"Desktop": true}), "device-families-incomplete", Severity::Error, "/allowTargetFutureDeviceFamilies")]
#[case("/allowTargetFutureDeviceFamilies/Core", json!(true), "device-family-unknown", Severity::Error, "/allowTargetFutureDeviceFamilies/Core")]
#[case("/applicationPackages", json!([]), "package-left-out", Severity::Error, "/applicationPackages")]
#[case("/applicationPackages/0/id", json!(""), "package-id-missing", Severity::Error, "/applicationPackages/0")]
#[case(
    "/listings/en-us/baseListing/images/0/id",
    Value::Null,
    "image-id-missing",
    Severity::Error,
    "/listings/en-us/baseListing/images/0"
)]
#[case("/visibility", json!("public"), "value-case", Severity::Error, "/visibility")]
#[case("/visibility", json!("StopSelling"), "value-unknown", Severity::Warning, "/visibility")]
#[case("/applicationCategory", json!("NotSet"), "category-not-chosen", Severity::Warning, "/applicationCategory")]
#[case("/listings/en-us/baseListing/releaseNotes", json!("ü".repeat(1501)), "text-too-long", Severity::Error, "/listings/en-us/baseListing/releaseNotes")]
#[case("/listings/en-us/baseListing/keywords", json!(["a", "b", "c", "d", "e", "f", "g", "h"]), "too-many-entries", Severity::Error, "/listings/en-us/baseListing/keywords")]
#[case("/listings/en-us/baseListing/keywords/0", json!("k".repeat(31)), "text-too-long", Severity::Error, "/listings/en-us/baseListing/keywords/0")]
#[case("/listings/en-us/baseListing/keywords", json!(["w w w w w w w w w w w w", "w w w w w w w w w w"]), "too-many-keyword-words", Severity::Error, "/listings/en-us/baseListing/keywords")]
#[case("/listings/en-us/baseListing/description", json!(" "), "description-missing", Severity::Error, "/listings/en-us/baseListing/description")]
#[case("/listings/de-de/baseListing/images", json!([]), "screenshot-missing", Severity::Error, "/listings/de-de/baseListing/images")]
#[case("/listings/en-us/baseListing/images/0/imageType", json!("screenshot"), "value-case", Severity::Error, "/listings/en-us/baseListing/images/0/imageType")]
#[case("/listings/en-us/baseListing/title", json!("Notes 2"), "title-not-applied", Severity::Warning, "/listings/en-us/baseListing/title")]
#[case("/gamingOptions/-", json!({}), "too-many-entries", Severity::Error, "/gamingOptions")]
#[case("/gamingOptions/0/localMultiplayerMinPlayers", json!(1), "number-out-of-range", Severity::Error, "/gamingOptions/0/localMultiplayerMinPlayers")]
#[case("/trailers", json!(vec![json!({"videoFileName": "a.mp4"}); 16]), "too-many-entries", Severity::Error, "/trailers")]
#[case("/trailers/-", json!({"videoFileName": "a.mp4", "trailerAssets": {"en-us": {"imageList": []}}}), "trailer-thumbnail-missing", Severity::Error, "/trailers/0/trailerAssets/en-us")]
#[case("/packageDeliveryOptions/packageRollout/packageRolloutPercentage", json!(100.5), "number-out-of-range", Severity::Error, "/packageDeliveryOptions/packageRollout/packageRolloutPercentage")]
#[case("/targetPublishMode", json!("SpecificDate"), "publish-date-missing", Severity::Error, "/targetPublishDate")]
#[case("/targetPublishDate", json!("tomorrow"), "date-malformed", Severity::Error, "/targetPublishDate")]
#[case("/automaticBackupEnabled", json!("yes"), "wrong-type", Severity::Error, "/automaticBackupEnabled")]
#[case("/applicationPackages/-", json!({"fileName": "../a.msix", "fileStatus": "PendingUpload"}), "file-name-unsafe", Severity::Error, "/applicationPackages/1/fileName")]
#[case("/applicationPackages/-", json!({"fileName": "a.zip", "fileStatus": "PendingUpload"}), "package-file-type", Severity::Error, "/applicationPackages/1/fileName")]
#[case("/applicationPackages/-", json!({"fileName": "a.msix", "fileStatus": "pendingupload"}), "value-case", Severity::Error, "/applicationPackages/1/fileStatus")]
#[case("/applicationPackages/-", json!({"fileName": "a.msix"}), "file-status-missing", Severity::Error, "/applicationPackages/1")]
#[case("/applicationPackages/-", json!({"fileName": "b.msix", "fileStatus": "PendingUpload", "version": "2.4.0.0", "architecture": "X64"}), "package-version-twice", Severity::Warning, "/applicationPackages/1")]
#[case("/applicationPackages/-", json!({"fileName": "northwind.notes_2.4.0.0.msixbundle", "fileStatus": "PendingUpload"}), "package-name-reused", Severity::Warning, "/applicationPackages/1/fileName")]
#[case("/applicationPackages", json!(vec![json!({"fileName": "a.msix", "fileStatus": "Uploaded", "id": "2000000000071000001"}); 26]), "too-many-packages", Severity::Warning, "/applicationPackages")]
#[case("/listings/en-us/baseListing/shortTitle", json!("\u{1F600}".repeat(26)), "text-too-long-in-utf16", Severity::Warning, "/listings/en-us/baseListing/shortTitle")]
#[case("/visibility", json!("Hidden"), "visibility-hidden", Severity::Warning, "/visibility")]
#[case("/visibility", json!("Private"), "visibility-private", Severity::Warning, "/visibility")]
#[case("/visibility", json!("NotSet"), "visibility-not-chosen", Severity::Warning, "/visibility")]
#[case("/pricing/priceId", json!("Free"), "price-becomes-free", Severity::Warning, "/pricing/priceId")]
#[case("/pricing/priceId", json!("NotAvailable"), "price-not-available", Severity::Warning, "/pricing/priceId")]
#[case("/pricing/marketSpecificPricings/DE", json!("NotAvailable"), "market-withdrawn", Severity::Warning, "/pricing/marketSpecificPricings/DE")]
#[case("/pricing/marketSpecificPricings/BR", json!("Free"), "market-becomes-free", Severity::Warning, "/pricing/marketSpecificPricings/BR")]
#[case("/pricing/trialPeriod", json!("Weekend"), "value-unknown", Severity::Warning, "/pricing/trialPeriod")]
#[case("/pricing/isAdvancedPricingModel", json!(false), "read-only-field-changed", Severity::Note, "/pricing/isAdvancedPricingModel")]
#[case("/pricing/sales", json!([{"name": "Spring"}]), "obsolete-field-set", Severity::Note, "/pricing/sales")]
#[case("/pricing/Sales", json!([]), "field-named-twice", Severity::Error, "/pricing/Sales")]
#[case("/pricing", json!({"priceId": "Tier1020"}), "field-left-out", Severity::Warning, "/pricing")]
#[case("/applicationCategory", json!("Games_Word"), "category-crosses-games", Severity::Warning, "/applicationCategory")]
#[case("/applicationCategory", json!("productivity"), "value-case", Severity::Error, "/applicationCategory")]
#[case("/hardwarePreferences/-", json!("Pen"), "value-unknown", Severity::Warning, "/hardwarePreferences/2")]
#[case("/gamingOptions/0/isLocalMultiplayer", json!(true), "player-counts-missing", Severity::Warning, "/gamingOptions/0")]
#[case("/gamingOptions/0/localCooperativeMaxPlayers", json!(4), "player-counts-unused", Severity::Note, "/gamingOptions/0/localCooperativeMaxPlayers")]
#[case("/gamingOptions/0", json!({"isLocalMultiplayer": true, "localMultiplayerMinPlayers": 4, "localMultiplayerMaxPlayers": 2}), "player-counts-reversed", Severity::Error, "/gamingOptions/0/localMultiplayerMaxPlayers")]
#[case("/gamingOptions/0/kinectDataForExternal", json!("On"), "value-unknown", Severity::Warning, "/gamingOptions/0/kinectDataForExternal")]
#[case("/gamingOptions/0", json!({"genres": ["Games_Word"]}), "field-left-out", Severity::Warning, "/gamingOptions/0")]
#[case("/allowTargetFutureDeviceFamilies/Desktop", json!("yes"), "wrong-type", Severity::Error, "/allowTargetFutureDeviceFamilies/Desktop")]
#[case(
    "/allowTargetFutureDeviceFamilies/Xbox",
    Value::Null,
    "device-families-incomplete",
    Severity::Error,
    "/allowTargetFutureDeviceFamilies"
)]
#[case(
    "/listings/en-us/baseListing",
    Value::Null,
    "base-listing-missing",
    Severity::Error,
    "/listings/en-us"
)]
#[case("/listings/en-us", json!(3), "wrong-type", Severity::Error, "/listings/en-us")]
#[case("/listings/fr-fr", json!({"baseListing": {"description": "d", "images": [{"fileName": "a.png", "fileStatus": "PendingUpload", "imageType": "Screenshot"}]}}), "language-added", Severity::Note, "/listings/fr-fr")]
#[case("/listings/en-us/baseListing/releaseNotes", json!(crate::signed_url::REDACTED), "signed-url-left-out", Severity::Error, "/listings/en-us/baseListing/releaseNotes")]
#[case("/listings/en-us/baseListing/releaseNotes", json!("F\u{c3}\u{bc}r"), "text-garbled", Severity::Warning, "/listings/en-us/baseListing/releaseNotes")]
#[case("/listings/en-us/baseListing/releaseNotes", json!("bell\u{7}"), "control-characters", Severity::Warning, "/listings/en-us/baseListing/releaseNotes")]
#[case("/listings/en-us/baseListing/websiteUrl", json!("https://example.com"), "obsolete-field-set", Severity::Note, "/listings/en-us/baseListing/websiteUrl")]
#[case(
    "/listings/en-us/baseListing/features",
    Value::Null,
    "field-left-out",
    Severity::Warning,
    "/listings/en-us/baseListing"
)]
#[case(
    "/listings/en-us/baseListing/images/0/description",
    Value::Null,
    "field-left-out",
    Severity::Warning,
    "/listings/en-us/baseListing/images/0"
)]
#[case("/listings/en-us/baseListing/images/0/description", json!("d".repeat(201)), "text-too-long", Severity::Error, "/listings/en-us/baseListing/images/0/description")]
#[case("/listings/en-us/baseListing/images/-", json!({"fileName": "n.png", "fileStatus": "PendingUpload"}), "image-type-missing", Severity::Error, "/listings/en-us/baseListing/images/2")]
#[case("/listings/en-us/baseListing/images/-", json!({"fileName": "n.png", "fileStatus": "PendingUpload", "imageType": "WideIcon358X173"}), "image-type-historical", Severity::Warning, "/listings/en-us/baseListing/images/2")]
#[case("/listings/en-us/baseListing/images/-", json!({"fileName": "n.gif", "fileStatus": "PendingUpload", "imageType": "Icon"}), "image-not-png", Severity::Warning, "/listings/en-us/baseListing/images/2/fileName")]
#[case("/listings/en-us/baseListing/images/-", json!({"fileName": "en-us/MAIN.png", "fileStatus": "PendingUpload", "imageType": "Screenshot"}), "image-name-reused", Severity::Warning, "/listings/en-us/baseListing/images/2/fileName")]
#[case("/listings/en-us/baseListing/images", json!(vec![json!({"fileName": "n.png", "fileStatus": "PendingUpload", "imageType": "Screenshot"}); 11]), "too-many-screenshots", Severity::Error, "/listings/en-us/baseListing/images")]
#[case("/listings/de-de/platformOverrides/Windows95", json!({}), "platform-unknown", Severity::Warning, "/listings/de-de/platformOverrides/Windows95")]
#[case("/trailers/-", json!({"videoFileName": "a.mp4"}), "trailer-empty", Severity::Warning, "/trailers/0")]
#[case("/trailers/-", json!({"videoFileName": "a.avi", "trailerAssets": {"en-us": {"imageList": [{"fileName": "a.png"}]}}}), "trailer-file-type", Severity::Warning, "/trailers/0/videoFileName")]
#[case("/trailers/-", json!({"videoFileName": "a.mp4", "trailerAssets": {"fr-fr": {"imageList": [{"fileName": "a.png"}]}}}), "trailer-language-without-listing", Severity::Warning, "/trailers/0/trailerAssets/fr-fr")]
#[case("/trailers/-", json!({"videoFileName": "a.mp4", "trailerAssets": {"xx": {"imageList": [{"fileName": "a.png"}]}}}), "language-unknown", Severity::Error, "/trailers/0/trailerAssets/xx")]
#[case("/trailers/-", json!({"videoFileName": "a.mp4", "trailerAssets": {"en-us": {"imageList": [{"fileName": "a.png"}, {"fileName": "b.png"}]}}}), "too-many-entries", Severity::Error, "/trailers/0/trailerAssets/en-us/imageList")]
#[case("/trailers/-", json!({"videoFileName": "a.mp4", "trailerAssets": {"en-us": {"title": "t".repeat(256), "imageList": [{"fileName": "a.png"}]}}}), "text-too-long", Severity::Error, "/trailers/0/trailerAssets/en-us/title")]
#[case(
    "/packageDeliveryOptions/packageRollout",
    Value::Null,
    "rollout-not-stated",
    Severity::Note,
    "/packageDeliveryOptions"
)]
#[case("/packageDeliveryOptions/packageRollout", json!({"isPackageRollout": true}), "rollout-percentage-missing", Severity::Error, "/packageDeliveryOptions/packageRollout")]
#[case("/packageDeliveryOptions/packageRollout/isPackageRollout", json!(true), "rollout-to-nobody", Severity::Warning, "/packageDeliveryOptions/packageRollout/packageRolloutPercentage")]
#[case("/packageDeliveryOptions/packageRollout", json!({"isPackageRollout": true, "packageRolloutPercentage": 5}), "rollout-without-new-package", Severity::Note, "/packageDeliveryOptions/packageRollout")]
#[case("/packageDeliveryOptions/packageRollout/packageRolloutPercentage", json!(5), "rollout-percentage-unused", Severity::Note, "/packageDeliveryOptions/packageRollout/packageRolloutPercentage")]
#[case("/packageDeliveryOptions/packageRollout/packageRolloutPercentage", json!("5"), "wrong-type", Severity::Error, "/packageDeliveryOptions/packageRollout/packageRolloutPercentage")]
#[case("/packageDeliveryOptions/packageRollout/fallbackSubmissionId", json!("7"), "read-only-field-changed", Severity::Note, "/packageDeliveryOptions/packageRollout/fallbackSubmissionId")]
#[case("/packageDeliveryOptions/isMandatoryUpdate", json!(true), "mandatory-date-missing", Severity::Warning, "/packageDeliveryOptions/mandatoryUpdateEffectiveDate")]
#[case("/packageDeliveryOptions/mandatoryUpdateEffectiveDate", json!("2026-03-01T06:00:00Z"), "mandatory-date-unused", Severity::Note, "/packageDeliveryOptions/mandatoryUpdateEffectiveDate")]
#[case(
    "/targetPublishMode",
    Value::Null,
    "publish-mode-missing",
    Severity::Warning,
    ""
)]
#[case("/targetPublishMode", json!("immediate"), "value-case", Severity::Error, "/targetPublishMode")]
#[case("/targetPublishDate", json!("2026-03-01T06:00:00Z"), "publish-date-unused", Severity::Note, "/targetPublishDate")]
#[case("/notesForCertification", json!("n".repeat(2001)), "text-too-long", Severity::Warning, "/notesForCertification")]
#[case(
    "/notesForCertification",
    Value::Null,
    "field-left-out",
    Severity::Warning,
    ""
)]
#[case("/applicationPackages/0/fileName", json!("Other.msixbundle"), "package-renamed", Severity::Warning, "/applicationPackages/0/fileName")]
#[case("/applicationPackages/0/version", json!("9.0.0.0"), "read-only-field-changed", Severity::Note, "/applicationPackages/0/version")]
#[case("/applicationPackages/0/fileStatus", json!("PendingUpload"), "existing-package-as-new", Severity::Error, "/applicationPackages/0/id")]
#[case("/applicationPackages/0/fileStatus", json!("PendingDelete"), "no-package-left", Severity::Warning, "/applicationPackages")]
#[case(
    "/applicationPackages/0/minimumSystemRam",
    Value::Null,
    "package-minimums-missing",
    Severity::Warning,
    "/applicationPackages/0"
)]
#[case("/applicationPackages/0/languages", json!(["en-US", "fr-FR", "de"]), "package-language-without-listing", Severity::Warning, "/listings")]
#[case("/applicationPackages/-", json!({"fileName": "old.msix", "fileStatus": "Uploaded"}), "package-id-missing", Severity::Error, "/applicationPackages/1")]
#[case("/applicationPackages/-", json!({"fileName": "x.msix", "fileStatus": "Uploaded", "id": "2000000000071000001"}), "package-id-twice", Severity::Error, "/applicationPackages/1/id")]
#[case("/applicationPackages/-", json!({"fileName": "x.msix", "fileStatus": "Uploaded", "id": "7"}), "package-id-unknown", Severity::Warning, "/applicationPackages/1/id")]
#[case("/applicationPackages/-", json!({"fileName": "n.msix", "fileStatus": "Uploaded", "id": "7", "version": "2.5.0.0", "architecture": "x64", "targetDeviceFamilies": ["Windows.Desktop min version 10.0.17763.0"]}), "package-superseded", Severity::Note, "/applicationPackages/0")]
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
    let hit = found.iter().any(|finding| {
        (
            finding.rule.name,
            finding.severity,
            finding.pointer.as_str(),
        ) == (rule, severity, place)
    });
    assert!(hit, "{found:#?}");
    assert!(
        document.pointer(place).is_some() && found.is_sorted_by_key(|finding| finding.severity)
    );
}

#[rstest]
#[case(Kind::AddOn, "/contentType", json!("NotSet"), "content-type-not-chosen", Severity::Error)]
#[case(Kind::AddOn, "/listings/en-us/title", json!(""), "title-missing", Severity::Error)]
#[case(Kind::AddOn, "/listings/en-us/description", json!("d".repeat(201)), "text-too-long", Severity::Error)]
#[case(Kind::AddOn, "/keywords", json!(vec!["k"; 11]), "too-many-entries", Severity::Error)]
#[case(Kind::AddOn, "/targetPublishDate", json!(""), "publish-date-missing", Severity::Error)]
#[case(Kind::AddOn, "/pricing/trialPeriod", json!("OneDay"), "add-on-with-trial", Severity::Warning)]
#[case(Kind::AddOn, "/tag", json!("t".repeat(3001)), "text-too-long", Severity::Error)]
#[case(
    Kind::AddOn,
    "/contentType",
    Value::Null,
    "content-type-missing",
    Severity::Warning
)]
#[case(Kind::AddOn, "/contentType", json!("EMagazine"), "content-type-changed", Severity::Warning)]
#[case(Kind::AddOn, "/lifetime", json!("Always"), "value-unknown", Severity::Warning)]
#[case(Kind::AddOn, "/listings/en-us/icon/fileStatus", json!("uploaded"), "value-case", Severity::Error)]
#[case(
    Kind::AddOn,
    "/listings/en-us/icon",
    Value::Null,
    "field-left-out",
    Severity::Warning
)]
#[case(Kind::AddOn, "/tag", json!("x"), "add-on-read-only-field", Severity::Note)]
#[case(Kind::AddOn, "/pricing/priceId", json!("Free"), "price-becomes-free", Severity::Warning)]
#[case(Kind::Flight, "/packageDeliveryOptions/isMandatoryUpdate", json!(true), "mandatory-date-missing", Severity::Warning)]
#[case(Kind::Flight, "/targetPublishMode", json!("Manual"), "rollout-inherited", Severity::Warning)]
#[case(Kind::Flight, "/flightPackages/1/fileName", json!("Northwind.Notes_2.5.0.0.msix"), "package-name-reused", Severity::Warning)]
#[case(Kind::Flight, "/listings", json!({}), "flight-field-unknown", Severity::Warning)]
#[case(Kind::Flight, "/flightPackages/0/id", json!("7"), "package-left-out", Severity::Error)]
#[case(Kind::Flight, "/flightPackages/0", json!(3), "wrong-type", Severity::Error)]
fn what_is_wrong_with_the_others(
    #[case] kind: Kind,
    #[case] pointer: &str,
    #[case] new: Value,
    #[case] rule: &str,
    #[case] severity: Severity,
) {
    let base = if kind == Kind::AddOn {
        examples::add_on()
    } else {
        examples::flight()
    };
    let mut document = base.clone();
    assert!(set(&mut document, pointer, new));
    let found = check(kind, &document, Some(&base));
    assert!(
        found
            .iter()
            .any(|finding| (finding.rule.name, finding.severity) == (rule, severity)),
        "{found:#?}"
    );
}

/// One change that must not be told under this rule at this place, for it means nothing wrong.
#[rstest]
#[case("/pricing/priceId", json!("Tier2"), "price-becomes-free", "/pricing/priceId")]
#[case("/pricing/priceId", json!("Tier1424"), "price-tier-unknown", "/pricing/priceId")]
#[case("/pricing/marketSpecificPricings/DE", json!("Base"), "price-tier-unknown", "/pricing/marketSpecificPricings/DE")]
#[case("/pricing/marketSpecificPricings/LB", json!("NotAvailable"), "market-withdrawn", "/pricing/marketSpecificPricings/LB")]
#[case("/pricing/trialPeriod", json!("ThirtyDays"), "value-unknown", "/pricing/trialPeriod")]
#[case("/visibility", json!("Public"), "visibility-hidden", "/visibility")]
#[case("/applicationCategory", json!("Business_CRM"), "category-crosses-games", "/applicationCategory")]
#[case("/allowTargetFutureDeviceFamilies/7", json!(true), "device-family-unknown", "/allowTargetFutureDeviceFamilies/7")]
#[case("/allowTargetFutureDeviceFamilies/Xbox", json!(true), "device-families-incomplete", "/allowTargetFutureDeviceFamilies")]
#[case("/listings/de-at", json!({"baseListing": {"description": "d"}}), "language-unknown", "/listings/de-at")]
#[case("/listings/en-us/baseListing/releaseNotes", json!("ü".repeat(1500)), "text-too-long", "/listings/en-us/baseListing/releaseNotes")]
#[case("/listings/en-us/baseListing/releaseNotes", json!("two\nlines\tof \u{1F600}"), "control-characters", "/listings/en-us/baseListing/releaseNotes")]
#[case("/listings/en-us/baseListing/websiteUrl", json!(""), "obsolete-field-set", "/listings/en-us/baseListing/websiteUrl")]
#[case(
    "/listings/en-us/baseListing/shortTitle",
    Value::Null,
    "field-left-out",
    "/listings/en-us/baseListing"
)]
#[case("/listings/en-us/baseListing/images/-", json!({"fileName": "en-us/new.PNG", "fileStatus": "PendingUpload", "imageType": "Icon"}), "image-not-png", "/listings/en-us/baseListing/images/2/fileName")]
#[case("/listings/en-us/baseListing/images/1/fileStatus", json!("PendingDelete"), "screenshot-missing", "/listings/en-us/baseListing/images")]
#[case("/gamingOptions/0", json!({"isLocalMultiplayer": true, "localMultiplayerMinPlayers": 2, "localMultiplayerMaxPlayers": 2}), "player-counts-reversed", "/gamingOptions/0/localMultiplayerMaxPlayers")]
#[case("/trailers/-", json!({"videoFileName": "T\\a.MOV", "trailerAssets": {"en-us": {"imageList": [{"fileName": "a.png"}]}}}), "trailer-file-type", "/trailers/0/videoFileName")]
#[case("/packageDeliveryOptions/packageRollout/fallbackSubmissionId", json!("0"), "read-only-field-changed", "/packageDeliveryOptions/packageRollout/fallbackSubmissionId")]
#[case("/packageDeliveryOptions/mandatoryUpdateEffectiveDate", json!(""), "mandatory-date-unused", "/packageDeliveryOptions/mandatoryUpdateEffectiveDate")]
#[case("/targetPublishDate", json!(""), "publish-date-unused", "/targetPublishDate")]
#[case("/applicationPackages/0/languages", json!(["en-GB", "de-CH"]), "package-language-without-listing", "/listings")]
#[case("/applicationPackages/-", json!({"fileName": "n.msix", "fileStatus": "PendingUpload", "id": ""}), "new-file-has-id", "/applicationPackages/1")]
#[case("/applicationPackages/-", json!({"fileName": "n.msix", "fileStatus": "Uploaded", "id": "7", "version": "2.5.0.0", "architecture": "ARM64", "targetDeviceFamilies": ["Windows.Desktop min version 10.0.17763.0"]}), "package-superseded", "/applicationPackages/0")]
#[case("/applicationPackages/-", json!({"fileName": "n.msix", "fileStatus": "Uploaded", "id": "7", "version": "2.5.0.0", "architecture": "x64", "targetDeviceFamilies": ["Windows.Desktop min version 10.0.22000.0"]}), "package-superseded", "/applicationPackages/0")]
#[case("/unheardOf", json!({"any": ["thing"]}), "field-left-out", "/unheardOf")]
fn what_is_right_is_not_told(
    #[case] pointer: &str,
    #[case] new: Value,
    #[case] rule: &str,
    #[case] place: &str,
) {
    let base = examples::app();
    let mut document = base.clone();
    assert!(set(&mut document, pointer, new));
    let found = check(Kind::App, &document, Some(&base));
    let hit = found
        .iter()
        .find(|finding| finding.rule.name == rule && finding.pointer == place);
    assert_eq!(hit, None);
}

#[rstest]
#[case("2026-03-01T06:00:00Z", Some("targetPublishDate is in the past."))]
#[case(
    "2026-03-02T06:00:00Z",
    Some("targetPublishDate is only 18 hours ahead; the Store wants at least 24.")
)]
#[case("2026-03-02T12:00:00.0000000Z", None)]
fn a_day_of_publication_must_be_ahead(#[case] day: &str, #[case] sentence: Option<&str>) {
    let mut document = examples::add_on();
    set(&mut document, "/targetPublishDate", day.into());
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let found = check_at(Kind::AddOn, &document, None, now);
    let told = found
        .iter()
        .find(|finding| finding.rule.name.starts_with("publish-date"))
        .map(|finding| finding.sentence.as_str());
    assert_eq!(told, sentence);
    let unknown = check(Kind::AddOn, &document, None);
    assert_eq!(
        unknown
            .iter()
            .find(|finding| finding.rule.name.starts_with("publish-date")),
        None,
        "without a clock nobody knows"
    );
}

#[test]
fn rules_that_need_another_server_copy() {
    let rules = |kind, document: &Value, base: &Value| -> Vec<(&str, Severity)> {
        check(kind, document, Some(base))
            .into_iter()
            .map(|finding| (finding.rule.name, finding.severity))
            .collect()
    };
    // A trailer that is left out goes.
    let mut base = examples::app();
    set(
        &mut base,
        "/trailers/-",
        json!({"id": "9", "videoFileId": "8", "videoFileName": "t.mp4", "trailerAssets": {"en-us": {"imageList": [{"id": "5", "fileName": "t.png"}]}}}),
    );
    assert_eq!(
        rules(Kind::App, &examples::app(), &base),
        [("trailer-left-out", Severity::Warning)]
    );
    assert_eq!(rules(Kind::App, &base, &base), []);
    // A free add-on gets a price.
    let mut base = examples::add_on();
    set(&mut base, "/pricing/priceId", json!("Free"));
    assert!(
        rules(Kind::AddOn, &examples::add_on(), &base)
            .contains(&("add-on-becomes-paid", Severity::Warning))
    );
    // Unknown fields of the server must come back to it.
    let mut base = examples::flight();
    set(&mut base, "/newSwitch", json!(["on"]));
    assert!(
        rules(Kind::Flight, &examples::flight(), &base)
            .contains(&("field-left-out", Severity::Warning))
    );
}

#[test]
fn findings_carry_the_help_of_their_place() {
    let mut document = examples::app();
    set(&mut document, "/visibility", json!("public"));
    let found = check(Kind::App, &document, None);
    assert!(
        found
            .iter()
            .any(|finding| finding.help.starts_with("Who can get it: Public")),
        "{found:#?}"
    );
}

#[test]
fn what_the_server_itself_holds_is_only_a_warning() {
    let mut base = examples::app();
    set(
        &mut base,
        "/listings/en-us/baseListing/shortTitle",
        json!("t".repeat(51)),
    );
    set(&mut base, "/listings/de-de/baseListing/images", json!([]));
    let found = check(Kind::App, &base, Some(&base));
    assert_eq!(
        found
            .iter()
            .map(|finding| finding.severity)
            .collect::<Vec<_>>(),
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
    let rules: Vec<_> = check(Kind::App, &document, Some(&base))
        .into_iter()
        .map(|finding| (finding.rule.name, finding.severity))
        .collect();
    // The language is told twice: it goes, and the package still speaks it.
    assert_eq!(
        rules,
        [
            ("language-removed", Severity::Warning),
            ("image-left-out", Severity::Warning),
            ("package-language-without-listing", Severity::Warning)
        ]
    );
}

#[test]
fn property_names_count_in_any_case() {
    let found = check(
        Kind::AddOn,
        &json!({"Pricing": {"PriceId": "Base"}, "Listings": {"en-us": {"Title": "T"}}, "ContentType": "EMagazine", "TargetPublishMode": "Immediate"}),
        None,
    );
    assert_eq!(
        found
            .iter()
            .map(|finding| finding.pointer.as_str())
            .collect::<Vec<_>>(),
        ["/Pricing/PriceId"],
        "{found:#?}"
    );
}

#[rstest]
#[case("northwind.notes.pro", "Durable", 0)]
#[case("", "Durable", 1)]
#[case("a:b", "Consumable", 1)]
#[case("a", "durable", 1)]
fn new_add_ons(#[case] id: &str, #[case] product_type: &str, #[case] count: usize) {
    assert_eq!(check_new_add_on(id, product_type).len(), count);
}

/// How long a large document takes: `cargo test --lib -- --ignored large --nocapture`. The bar of 100 ms is for the optimised
/// program; `benches/screen.rs` measures that.
#[test]
#[ignore = "measures"]
fn large_documents_are_checked_in_passing() {
    let mut document = examples::app();
    let listing = document["listings"]["en-us"].clone();
    for code in super::schema::languages() {
        let mut listing = listing.clone();
        listing["baseListing"]["description"] = "Ein recht langer Text. ".repeat(430).into();
        listing["baseListing"]["licenseTerms"] = "Und noch einer, für alle. ".repeat(280).into();
        document["listings"][code] = listing;
    }
    let text = document.to_string();
    let timed = |what: &str, work: &dyn Fn() -> usize| {
        let start = std::time::Instant::now();
        let count = work();
        println!("{what}: {:?}, {count}", start.elapsed());
    };
    println!("{} bytes", text.len());
    let mut base = document.clone();
    set(&mut base, "/visibility", json!("Private"));
    let _ = check(Kind::App, &examples::app(), None);
    timed("parse", &|| {
        serde_json::from_str::<Value>(&text)
            .unwrap()
            .as_object()
            .unwrap()
            .len()
    });
    timed("check", &|| check(Kind::App, &document, Some(&base)).len());
    timed("check alone", &|| check(Kind::App, &document, None).len());
}
