//! Single changes of a document: which question they raise, and at which place.

use super::{
    tests::{found, package, two},
    *,
};
use crate::{
    examples,
    json::pointer::{remove, set},
};
use rstest::rstest;
use serde_json::json;

#[test]
fn an_update_that_changes_nothing_delicate_raises_nothing() {
    for (kind, document) in [
        (Kind::App, examples::app()),
        (Kind::AddOn, examples::add_on()),
    ] {
        assert_eq!(found(kind, &document, &document), []);
        assert_eq!(risks(kind, None, &document, &ZipPackages::new()), []);
    }
}

#[rstest]
#[case("/pricing/priceId", Value::Null, RiskKind::Price)]
#[case("/pricing/priceId", json!("Base"), RiskKind::Price)]
#[case("/pricing/marketSpecificPricings/BR", json!("Free"), RiskKind::BecomesFree)]
#[case("/pricing/marketSpecificPricings/BR", json!("NotAvailable"), RiskKind::Visibility)]
#[case(
    "/pricing/marketSpecificPricings/LB",
    Value::Null,
    RiskKind::Visibility
)]
#[case("/visibility", json!("Hidden"), RiskKind::Visibility)]
#[case("/packageDeliveryOptions/packageRollout/isPackageRollout", json!(true), RiskKind::Rollout)]
#[case("/packageDeliveryOptions/isMandatoryUpdate", json!(true), RiskKind::Rollout)]
fn one_change_is_one_risk_at_its_place(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] kind: RiskKind,
) {
    let live = examples::app();
    let mut sent = live.clone();
    assert!(set(&mut sent, pointer, value));
    let found = found(Kind::App, &live, &sent);
    let places: Vec<_> = found
        .iter()
        .map(|risk| (risk.kind, risk.pointer.as_str()))
        .collect();
    assert_eq!(places, [(kind, pointer)], "{found:?}");
}

#[test]
fn what_is_missing_or_inherited_counts_as_well() {
    let mut live = examples::flight();
    live["flightPackages"] = two("Uploaded");
    let inherited = found(Kind::Flight, &live, &live);
    assert!(
        matches!(inherited.as_slice(), [Risk { kind: RiskKind::Rollout, sentence, .. }] if sentence.contains("taken over")),
        "{inherited:?}"
    );
    let mut all_at_once = live.clone();
    remove(&mut all_at_once, "/packageDeliveryOptions/packageRollout");
    let ended = found(Kind::Flight, &live, &all_at_once);
    assert!(
        matches!(ended.as_slice(), [Risk { kind: RiskKind::Rollout, sentence, .. }] if sentence.starts_with("All customers")),
        "{ended:?}"
    );
    let nothing = |kind, sent| risks(kind, None, &sent, &ZipPackages::new());
    assert_eq!(nothing(Kind::App, json!({}))[0].kind, RiskKind::Price);
    assert_eq!(
        nothing(Kind::AddOn, json!({"pricing": {"priceId": "Free"}})),
        []
    );
}

#[rstest]
#[case(json!({}))]
#[case(json!({"pricing": {"priceId": null}}))]
#[case(json!({"pricing": {"priceId": ""}}))]
fn a_price_that_the_store_does_not_tell_is_not_the_same_price(#[case] live: Value) {
    for (tier, kind) in [("Free", RiskKind::BecomesFree), ("Tier2", RiskKind::Price)] {
        let sent = json!({"pricing": {"priceId": tier}});
        let found = found(Kind::AddOn, &live, &sent);
        assert!(
            matches!(found.as_slice(), [risk] if risk.kind == kind),
            "{found:?}"
        );
    }
}

#[test]
fn a_mandatory_update_that_comes_earlier_is_told() {
    let options =
        |date: &str| json!({"isMandatoryUpdate": true, "mandatoryUpdateEffectiveDate": date});
    let mut live = examples::app();
    live["packageDeliveryOptions"] = options("2026-05-02T06:00:00Z");
    let sent = |date: &str| {
        let mut sent = live.clone();
        sent["packageDeliveryOptions"] = options(date);
        found(Kind::App, &live, &sent).len()
    };
    let dates = [
        "2026-05-01T06:00:00Z",
        "",
        "2026-05-02T06:00:00Z",
        "2026-06-01T06:00:00Z",
    ];
    assert_eq!(dates.map(sent), [1, 1, 0, 0]);
}

#[test]
fn many_languages_with_one_change_are_one_question() {
    let mut live = examples::app();
    for language in ["en-us", "de-de"] {
        live["listings"][language]["baseListing"]["licenseTerms"] = json!("Mine.");
    }
    let found = found(Kind::App, &live, &examples::app());
    assert!(
        matches!(found.as_slice(), [risk] if risk.sentence.ends_with("The same in 1 other language.")),
        "{found:?}"
    );
}

/// Coverage is judged with the packages of the ZIP: a bundle is for all its processors, and what nobody has read may be for anybody.
#[test]
fn a_bundle_serves_its_processors_and_no_others() {
    let live = json!({"pricing": {"priceId": "Free"}, "applicationPackages": [package("Uploaded", "x86")]});
    let mut sent = json!({"pricing": {"priceId": "Free"}, "applicationPackages": [package("PendingDelete", "x86"),
        {"fileName": "n.msixbundle", "fileStatus": "PendingUpload"}]});
    let bundle = |architectures: &[&str]| {
        let zip_packages = crate::packages::rows::ZipPackage {
            version: "9.9.0.0".into(),
            architectures: architectures.iter().map(|it| (*it).to_owned()).collect(),
            ..Default::default()
        };
        ZipPackages::from([("n.msixbundle".to_owned(), zip_packages)])
    };
    let lost = |sent: &Value, zip_packages: &ZipPackages| -> Vec<String> {
        let risks = risks(Kind::App, Some(&live), sent, zip_packages);
        risks.into_iter().map(|risk| risk.sentence).collect()
    };
    assert_eq!(
        lost(&sent, &bundle(&["x64", "ARM64"])),
        ["Nobody new gets it any more on: x86."]
    );
    assert_eq!(lost(&sent, &bundle(&["x64", "x86"])), Vec::<String>::new());
    assert_eq!(lost(&sent, &ZipPackages::new()), Vec::<String>::new());
    sent["applicationPackages"][0]["fileStatus"] = json!("Uploaded");
    assert_eq!(
        lost(&sent, &bundle(&["x64", "ARM64"])),
        Vec::<String>::new()
    );
}

#[test]
fn an_allowance_is_a_change_or_a_rule_that_is_not_certain() {
    for kind in RiskKind::ALL {
        assert_eq!(kind.name().parse(), Ok(Allowance::Risk(*kind)));
        // Journals hold the same words.
        assert_eq!(serde_json::to_value(kind).unwrap(), json!(kind.name()));
        let allowance = Allowance::from(*kind);
        assert_eq!(
            serde_json::from_value::<Allowance>(json!(kind.name())).unwrap(),
            allowance
        );
    }
    let finding: Allowance = "finding:zip-overlap".parse().unwrap();
    assert_eq!(finding.to_string(), "finding:zip-overlap");
    for (wrong, part) in [
        ("prices", "price, becomes-free"),
        ("finding:nothing", "no rule of the check"),
        ("finding:price-missing", "for certain"),
    ] {
        let said = wrong.parse::<Allowance>().unwrap_err().to_string();
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn the_page_has_the_same_kinds() {
    let page = include_str!("../../../../docs/rules.md");
    let table = page.split("| Name | What it covers |").nth(1).unwrap();
    let names: Vec<_> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(
        names,
        RiskKind::ALL
            .iter()
            .map(|kind| kind.name())
            .collect::<Vec<_>>()
    );
}
