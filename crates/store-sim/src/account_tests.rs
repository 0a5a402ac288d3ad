//! The demo account: everything the specification promises of it is there, and every document keeps the rules that the
//! Store checks on an update.

use crate::account::{demo, of};
use crate::options::SimOptions;
use crate::scenario::Switches;
use crate::seed::{Account, Kind, ProductSeed};
use crate::validation;
use serde_json::Value;
use std::collections::HashSet;

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let member = value.pointer(pointer).and_then(Value::as_str);
    member.unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let member = value.pointer(pointer).and_then(Value::as_array);
    member.map_or(&[], Vec::as_slice)
}

fn product<'a>(account: &'a Account, id: &str) -> &'a ProductSeed {
    account
        .products
        .iter()
        .find(|product| product.id == id)
        .unwrap()
}

fn documents(account: &Account) -> impl Iterator<Item = (&ProductSeed, &Value)> {
    account.products.iter().flat_map(|product| {
        let pending = product.pending.as_ref().map(|pending| &pending.document);
        product
            .published
            .iter()
            .chain(pending)
            .map(move |document| (product, document))
    })
}

fn generated(apps: usize) -> Account {
    of(&SimOptions {
        apps: Some(apps),
        ..SimOptions::default()
    })
}

#[test]
fn every_document_keeps_the_rules_of_an_update() {
    for account in [demo(), generated(300)] {
        for (product, document) in documents(&account) {
            let checked =
                validation::update(product.kind, document, document, &Switches::default());
            assert!(checked.is_ok(), "{}: {:?}", product.id, checked.err());
            let listings = document["listings"].as_object();
            for (language, listing) in listings.into_iter().flatten() {
                if product.kind == Kind::App {
                    assert!(!text(listing, "/baseListing/title").is_empty());
                    assert!(!text(listing, "/baseListing/description").is_empty());
                    let images = list(listing, "/baseListing/images").iter();
                    let mut kinds = images.map(|image| image["imageType"].as_str().unwrap());
                    assert!(kinds.any(|kind| kind == "Screenshot"), "{language}");
                }
            }
        }
    }
}

#[test]
fn ids_are_unique_and_of_the_right_form() {
    let account = of(&SimOptions {
        apps: Some(2000),
        add_ons: 500,
        drafts: Some(40),
        ..SimOptions::default()
    });
    let pending = account
        .products
        .iter()
        .filter(|product| product.kind != Kind::Flight && product.pending.is_some());
    assert_eq!(pending.count(), 40);
    let mut ids = HashSet::new();
    for product in &account.products {
        assert!(ids.insert(product.id.clone()), "{}", product.id);
        if product.kind == Kind::Flight {
            assert!(product.id.parse::<uuid::Uuid>().is_ok());
        } else {
            let is_store_id = product.id.len() == 12
                && product.id.starts_with('9')
                && product
                    .id
                    .bytes()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
            assert!(is_store_id, "{}", product.id);
        }
        let owner = product.app.as_ref().unwrap_or(&product.id);
        assert_eq!(self::product(&account, owner).kind, Kind::App);
    }
    for (_, document) in documents(&account) {
        assert!(
            ids.insert(text(document, "/id").to_owned()),
            "{}",
            document["id"]
        );
    }
    // A draft repeats the files of the live document, so files are compared within the live ones.
    let live: Vec<&Value> = account
        .products
        .iter()
        .filter_map(|product| product.published.as_ref())
        .collect();
    let files = live.iter().flat_map(|document| {
        let images = document["listings"]
            .as_object()
            .into_iter()
            .flat_map(|listings| listings.values());
        let images = images.flat_map(|listing| list(listing, "/baseListing/images"));
        let packages = list(document, "/applicationPackages")
            .iter()
            .chain(list(document, "/flightPackages"));
        images.chain(packages)
    });
    for file in files {
        assert!(ids.insert(text(file, "/id").to_owned()), "{file}");
    }
}

#[test]
fn what_scripts_rely_on_is_stable() {
    let account = demo();
    let app = product(&account, "9NX0EXAMPLE1");
    assert_eq!(app.resource["primaryName"], "Northwind Notes");
    assert_eq!(app.resource["packageIdentityName"], "40417Northwind.Notes");
    assert_eq!(
        app.resource["packageFamilyName"],
        "40417Northwind.Notes_q7w3e9r1t5y2u"
    );
    assert!(app.pending.is_none() && !app.is_unsupported);
    let published = app.published.as_ref().unwrap();
    assert_eq!(published["status"], "Published");
    assert_eq!(list(published, "/applicationPackages").len(), 2);
    let languages: Vec<&String> = published["listings"].as_object().unwrap().keys().collect();
    assert_eq!(languages, ["en-us", "de-de"]);
    assert_eq!(
        text(published, "/listings/en-us/baseListing/images/0/id"),
        "1152922700002900001"
    );
    assert_eq!(
        text(published, "/applicationPackages/0/id"),
        "2000000000071000001"
    );

    let add_on = product(&account, "9NX0ADDONEX1");
    assert_eq!(add_on.resource["productId"], "northwind.notes.pro");
    assert!(add_on.published.is_some() && add_on.pending.is_none());
    let flight = product(&account, "5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915");
    assert_eq!(flight.resource["friendlyName"], "Insiders");
    assert_eq!(flight.app.as_deref(), Some("9NX0EXAMPLE1"));
    assert_eq!(
        flight.published.as_ref().unwrap()["flightId"],
        flight.id.as_str()
    );
    assert!(flight.pending.is_none());

    assert_eq!(account.tenants[0], "contoso.example");
    assert_eq!(account.client_id, "0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40");
    assert_eq!(account.client_secret, "demo-secret");
    // The same in every run, but for dates that stand against the clock.
    let strip = |account: Account| {
        account
            .products
            .into_iter()
            .map(|product| (product.id, product.published))
            .collect::<Vec<_>>()
    };
    assert_eq!(strip(demo()), strip(demo()));
}

#[test]
fn every_state_of_a_submission_is_shown() {
    let account = demo();
    let pending = |kind| {
        let of_kind = account
            .products
            .iter()
            .filter(move |product| product.kind == kind);
        of_kind.filter_map(|product| Some((product, product.pending.as_ref()?)))
    };
    let states = [
        "PendingCommit",
        "CommitStarted",
        "CommitFailed",
        "PreProcessing",
        "PreProcessingFailed",
        "Certification",
        "CertificationFailed",
        "Release",
        "ReleaseFailed",
        "PendingPublication",
        "Publishing",
        "PublishFailed",
        "Canceled",
    ];
    let below: HashSet<&str> = pending(Kind::AddOn)
        .chain(pending(Kind::Flight))
        .map(|(_, pending)| pending.status.as_str())
        .collect();
    for state in states {
        assert!(below.contains(state), "no add-on or flight in {state}");
    }
    for kind in [Kind::App, Kind::AddOn, Kind::Flight] {
        for (product, pending) in pending(kind) {
            assert_eq!(
                pending.document["status"],
                pending.status.as_str(),
                "{}",
                product.id
            );
            let errors = !list(&pending.document, "/statusDetails/errors").is_empty();
            let reports =
                !list(&pending.document, "/statusDetails/certificationReports").is_empty();
            assert_eq!(
                reports,
                pending.status == "CertificationFailed",
                "{}",
                product.id
            );
            assert_eq!(
                errors,
                pending.status.ends_with("Failed") && !reports,
                "{}",
                product.id
            );
            if pending.status == "Release" {
                assert_ne!(
                    pending.document["targetPublishMode"], "Immediate",
                    "{}",
                    product.id
                );
            }
        }
    }
}

#[test]
fn the_promised_products_are_there() {
    let account = demo();
    let apps: Vec<&ProductSeed> = account
        .products
        .iter()
        .filter(|product| product.kind == Kind::App)
        .collect();
    assert!(apps.len() >= 12);
    let names: Vec<&str> = apps
        .iter()
        .map(|app| text(&app.resource, "/primaryName"))
        .collect();
    let has_name = |test: fn(char) -> bool| names.iter().any(|name| name.chars().any(test));
    assert!(has_name(|c| ('\u{3040}'..'\u{a000}').contains(&c)), "CJK");
    assert!(
        has_name(|c| ('\u{600}'..'\u{700}').contains(&c)),
        "right to left"
    );
    assert!(has_name(|c| c >= '\u{1f300}'), "emoji");
    assert!(names.iter().any(|name| name.chars().count() > 60), "long");

    assert!(apps.iter().any(|app| app.is_unsupported));
    assert!(apps.iter().any(|app| {
        app.pending
            .as_ref()
            .is_some_and(|pending| pending.is_portal_made)
    }));
    let never = apps.iter().find(|app| app.published.is_none()).unwrap();
    assert!(text(&never.resource, "/firstPublishedDate").starts_with("1601"));
    let live = |test: fn(&Value) -> bool| {
        apps.iter()
            .filter_map(|app| app.published.as_ref())
            .any(test)
    };
    assert!(live(|document| document["listings"]
        .as_object()
        .unwrap()
        .len()
        == 30));
    assert!(live(|document| {
        let rollout = &document["packageDeliveryOptions"]["packageRollout"];
        rollout["packageRolloutStatus"] == "PackageRolloutInProgress"
            && rollout["packageRolloutPercentage"].as_f64() == Some(5.0)
    }));
    assert!(live(|document| document["allowTargetFutureDeviceFamilies"]
        .get("7")
        .is_some()));
    // Numbers stay as they were written.
    assert!(live(|document| document.to_string().contains(
        "\"ingestionRevision\":18446744073709551617,\"qualityScore\":25.0"
    )));

    let icon = product(&account, "9NX0ADDONEX2").pending.as_ref().unwrap();
    assert!(!icon.is_portal_made && !icon.is_stuck);
    assert_eq!(
        text(&icon.document, "/listings/en-us/icon/fileStatus"),
        "PendingUpload"
    );
    let is_flight_draft = |product: &&ProductSeed| {
        product.kind == Kind::Flight
            && product
                .pending
                .as_ref()
                .is_some_and(|pending| pending.status == "PendingCommit" && !pending.is_portal_made)
    };
    assert!(
        account
            .products
            .iter()
            .any(|product| is_flight_draft(&product))
    );
}

#[test]
fn no_date_is_left_as_a_placeholder() {
    let account = demo();
    for (_, document) in documents(&account) {
        assert!(
            !document.to_string().contains("\"now"),
            "{}",
            document["id"]
        );
    }
    let held = product(&account, "9NWEATHER7DY").pending.as_ref().unwrap();
    let date: jiff::Timestamp = text(&held.document, "/targetPublishDate").parse().unwrap();
    assert!(date > jiff::Timestamp::now());
}

#[test]
fn an_account_is_as_large_as_asked_and_its_names_differ() {
    let demo_apps = demo()
        .products
        .iter()
        .filter(|product| product.kind == Kind::App)
        .count();
    for count in [0, 1, demo_apps, 40, 5200] {
        let account = generated(count);
        let apps: Vec<&ProductSeed> = account
            .products
            .iter()
            .filter(|product| product.kind == Kind::App)
            .collect();
        assert_eq!(apps.len(), count);
        let names: HashSet<&str> = apps
            .iter()
            .map(|app| text(&app.resource, "/primaryName"))
            .collect();
        assert_eq!(names.len(), count);
        if count > 0 {
            assert_eq!(apps[0].id, "9NX0EXAMPLE1");
        }
        if count > 100 {
            assert!(apps[demo_apps..].iter().any(|app| app.pending.is_some()));
        }
    }
}
