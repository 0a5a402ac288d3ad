//! The demo account: everything the specification promises of it is there, and every document keeps the rules that the
//! Store checks on an update.

use super::account::{demo, many};
use super::seed::{Account, Kind, ProductSeed};
use serde_json::Value;
use std::collections::HashSet;

/// Languages of the listings in `assets/demo`, from the list of supported ones.
const LANGUAGES: &str = "ar-sa cs-cz da-dk de-de el-gr en-gb en-us es-es es-mx fi-fi fr-ca fr-fr he-il hi-in hu-hu is-is it-it ja-jp \
    ko-kr nb-no nl-nl pl-pl pt-br pt-pt ro-ro sv-se th-th tr-tr uk-ua zh-hans";

fn product<'a>(account: &'a Account, id: &str) -> &'a ProductSeed {
    account.products.iter().find(|product| product.id == id).unwrap()
}

fn documents(account: &Account) -> impl Iterator<Item = (&ProductSeed, &Value)> {
    account.products.iter().flat_map(|product| {
        let pending = product.pending.as_ref().map(|pending| &pending.document);
        product.published.iter().chain(pending).map(move |document| (product, document))
    })
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_id(id: &str) -> bool {
    id.len() == 19 && id.bytes().all(|digit| digit.is_ascii_digit())
}

fn at_most(broken: &mut Vec<String>, field: &str, text: &str, limit: usize) {
    if text.chars().count() > limit {
        broken.push(format!("{field} is longer than {limit}"));
    }
}

fn one_of(broken: &mut Vec<String>, document: &Value, pointer: &str, values: &[&str]) {
    if !values.contains(&text(document, pointer)) {
        broken.push(format!("{pointer}: {:?}", document.pointer(pointer)));
    }
}

/// What an update with this document would be refused for.
fn broken_rules(kind: Kind, document: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    let out = &mut broken;
    if !is_id(text(document, "/id")) {
        out.push("id".to_owned());
    }
    one_of(out, document, "/targetPublishMode", &["Immediate", "Manual", "SpecificDate"]);
    if text(document, "/targetPublishMode") == "SpecificDate" && text(document, "/targetPublishDate") < "2025" {
        out.push("no date".to_owned());
    }
    if kind != Kind::Flight {
        one_of(out, document, "/visibility", &["Public", "Private", "Hidden"]);
        let tiers = document["pricing"]["marketSpecificPricings"].as_object().unwrap();
        for (market, tier) in tiers {
            let is_market = market.len() == 2 && market.bytes().all(|letter| letter.is_ascii_uppercase());
            if !is_market || !(is_tier(tier) || tier == "NotAvailable") {
                out.push(format!("price in {market}"));
            }
        }
        if !is_tier(&document["pricing"]["priceId"]) {
            out.push("priceId".to_owned());
        }
        let listings = document["listings"].as_object().unwrap();
        if listings.is_empty() {
            out.push("no listing".to_owned());
        }
        for (language, listing) in listings {
            if !LANGUAGES.split_whitespace().any(|known| known == language) {
                out.push(format!("language {language}"));
            }
            match kind {
                Kind::App => app_listing(out, &listing["baseListing"]),
                _ => add_on_listing(out, listing),
            }
        }
    }
    match kind {
        Kind::App => app_fields(out, document),
        Kind::AddOn => add_on_fields(out, document),
        Kind::Flight => {}
    }
    if kind != Kind::AddOn {
        let field = if kind == Kind::App { "/applicationPackages" } else { "/flightPackages" };
        packages(out, list(document, field));
        let percentage = document["packageDeliveryOptions"]["packageRollout"]["packageRolloutPercentage"].as_f64();
        if !percentage.is_some_and(|percentage| (0.0..=100.0).contains(&percentage)) {
            out.push("percentage".to_owned());
        }
    }
    broken
}

fn is_tier(tier: &Value) -> bool {
    let tier = tier.as_str().unwrap_or_default();
    let number = tier.strip_prefix("Tier").and_then(|number| number.parse::<u32>().ok());
    tier == "Free" || number.is_some_and(|number| (2..=96).contains(&number) || (1012..=1424).contains(&number))
}

fn app_fields(out: &mut Vec<String>, document: &Value) {
    let trials = ["NoFreeTrial", "OneDay", "TrialNeverExpires", "SevenDays", "FifteenDays", "ThirtyDays"];
    one_of(out, document, "/pricing/trialPeriod", &trials);
    one_of(out, document, "/enterpriseLicensing", &["None", "Online", "OnlineAndOffline"]);
    for family in ["Desktop", "Mobile", "Xbox", "Holographic"] {
        if !document["allowTargetFutureDeviceFamilies"][family].is_boolean() {
            out.push(format!("family {family}"));
        }
    }
    let preferences = ["Touch", "Keyboard", "Mouse", "Camera", "NfcHce", "Nfc", "BluetoothLE", "Telephony"];
    for preference in list(document, "/hardwarePreferences") {
        if !preferences.contains(&preference.as_str().unwrap()) {
            out.push(format!("hardware {preference}"));
        }
    }
    if list(document, "/gamingOptions").len() > 1 || list(document, "/trailers").len() > 15 {
        out.push("too many".to_owned());
    }
    for trailer in list(document, "/trailers") {
        for assets in trailer["trailerAssets"].as_object().unwrap().values() {
            if list(assets, "/imageList").len() != 1 {
                out.push("thumbnails".to_owned());
            }
        }
    }
}

fn add_on_fields(out: &mut Vec<String>, document: &Value) {
    one_of(out, document, "/contentType", &["OnlineDownload", "OnlineDataStorage"]);
    let lifetimes = ["Forever", "OneMonth", "ThreeMonths", "SixMonths", "OneYear"];
    one_of(out, document, "/lifetime", &lifetimes);
    if list(document, "/keywords").len() > 10 {
        out.push("keywords".to_owned());
    }
    at_most(out, "tag", text(document, "/tag"), 3000);
}

fn app_listing(out: &mut Vec<String>, listing: &Value) {
    if text(listing, "/description").is_empty() || text(listing, "/title").is_empty() {
        out.push("a listing without its texts".to_owned());
    }
    let limits = [
        ("/description", 10_000),
        ("/releaseNotes", 1500),
        ("/shortDescription", 1000),
        ("/shortTitle", 50),
        ("/copyrightAndTrademarkInfo", 200),
        ("/devStudio", 255),
    ];
    for (field, limit) in limits {
        at_most(out, field, text(listing, field), limit);
    }
    if list(listing, "/keywords").len() > 7 || list(listing, "/features").len() > 20 {
        out.push("too many keywords or features".to_owned());
    }
    let images = list(listing, "/images");
    if !images.iter().any(|image| image["imageType"].as_str().unwrap().ends_with("Screenshot")) {
        out.push("no screenshot".to_owned());
    }
    for image in images {
        if image["fileStatus"] == "Uploaded" && !is_id(text(image, "/id")) {
            out.push(format!("image without id: {image}"));
        }
    }
}

fn add_on_listing(out: &mut Vec<String>, listing: &Value) {
    if text(listing, "/title").is_empty() {
        out.push("no title".to_owned());
    }
    at_most(out, "title", text(listing, "/title"), 100);
    at_most(out, "description", text(listing, "/description"), 200);
    if let Some(icon) = listing.get("icon") {
        one_of(out, icon, "/fileStatus", &["Uploaded", "PendingUpload"]);
        if !text(icon, "/fileName").contains('/') {
            out.push("icon".to_owned());
        }
    }
}

fn packages(out: &mut Vec<String>, packages: &[Value]) {
    let mut seen = HashSet::new();
    for package in packages {
        one_of(out, package, "/fileStatus", &["Uploaded", "PendingUpload", "PendingDelete"]);
        one_of(out, package, "/minimumDirectXVersion", &["None"]);
        one_of(out, package, "/minimumSystemRam", &["None"]);
        let name = text(package, "/fileName");
        let endings = [".msix", ".msixbundle", ".msixupload", ".appx", ".appxbundle", ".appxupload"];
        if !endings.iter().any(|ending| name.ends_with(ending)) {
            out.push(format!("package {name}"));
        }
        if package["fileStatus"] == "PendingUpload" {
            if package.get("id").is_some() {
                out.push(format!("id of a new package {name}"));
            }
            continue;
        }
        let version: Vec<Option<u16>> = text(package, "/version").split('.').map(|part| part.parse().ok()).collect();
        if version.len() != 4 || version.contains(&None) || version[0] == Some(0) {
            out.push(format!("version of {name}"));
        }
        if !name.contains(text(package, "/version")) || !is_id(text(package, "/id")) {
            out.push(format!("facts of {name}"));
        }
        if !seen.insert((text(package, "/version"), text(package, "/architecture"))) {
            out.push(format!("twice the same version: {name}"));
        }
    }
}

#[test]
fn every_document_keeps_the_rules_of_an_update() {
    for account in [demo(), many(300)] {
        for (product, document) in documents(&account) {
            let broken = broken_rules(product.kind, document);
            assert!(broken.is_empty(), "{} {}: {broken:?}", product.id, document["id"]);
        }
    }
}

#[test]
fn ids_are_unique_and_of_the_right_form() {
    let account = many(2000);
    let mut ids = HashSet::new();
    for product in &account.products {
        assert!(ids.insert(product.id.clone()), "{}", product.id);
        if product.kind == Kind::Flight {
            assert!(product.id.parse::<uuid::Uuid>().is_ok());
        } else {
            let is_store_id = product.id.len() == 12
                && product.id.starts_with('9')
                && product.id.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
            assert!(is_store_id, "{}", product.id);
        }
        let owner = product.app.as_ref().unwrap_or(&product.id);
        assert_eq!(self::product(&account, owner).kind, Kind::App);
    }
    for (_, document) in documents(&account) {
        assert!(ids.insert(text(document, "/id").to_owned()), "{}", document["id"]);
    }
    // A draft repeats the files of the live document, so files are compared within the live ones.
    let live: Vec<&Value> = account.products.iter().filter_map(|product| product.published.as_ref()).collect();
    let files = live.iter().flat_map(|document| {
        let images = document["listings"].as_object().into_iter().flat_map(|listings| listings.values());
        let images = images.flat_map(|listing| list(listing, "/baseListing/images"));
        let packages = list(document, "/applicationPackages").iter().chain(list(document, "/flightPackages"));
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
    assert_eq!(app.resource["packageFamilyName"], "40417Northwind.Notes_q7w3e9r1t5y2u");
    assert!(app.pending.is_none() && !app.is_unsupported);
    let published = app.published.as_ref().unwrap();
    assert_eq!(published["status"], "Published");
    assert_eq!(list(published, "/applicationPackages").len(), 2);
    let languages: Vec<&String> = published["listings"].as_object().unwrap().keys().collect();
    assert_eq!(languages, ["en-us", "de-de"]);
    assert_eq!(text(published, "/listings/en-us/baseListing/images/0/id"), "1152922700002900001");
    assert_eq!(text(published, "/applicationPackages/0/id"), "2000000000071000001");

    let add_on = product(&account, "9NX0ADDONEX1");
    assert_eq!(add_on.resource["productId"], "northwind.notes.pro");
    assert!(add_on.published.is_some() && add_on.pending.is_none());
    let flight = product(&account, "5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915");
    assert_eq!(flight.resource["friendlyName"], "Insiders");
    assert_eq!(flight.app.as_deref(), Some("9NX0EXAMPLE1"));
    assert_eq!(flight.published.as_ref().unwrap()["flightId"], flight.id.as_str());
    assert!(flight.pending.is_none());

    assert_eq!(account.tenants[0], "contoso.example");
    assert_eq!(account.client_id, "0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40");
    assert_eq!(account.client_secret, "demo-secret");
    // The same in every run, but for dates that stand against the clock.
    let strip = |account: Account| account.products.into_iter().map(|product| (product.id, product.published)).collect::<Vec<_>>();
    assert_eq!(strip(demo()), strip(demo()));
}

#[test]
fn every_state_of_a_submission_is_shown() {
    let account = demo();
    let pending = |kind| {
        let of_kind = account.products.iter().filter(move |product| product.kind == kind);
        of_kind.filter_map(|product| Some((product, product.pending.as_ref()?)))
    };
    let states = [
        "PendingCommit", "CommitStarted", "CommitFailed", "PreProcessing", "PreProcessingFailed", "Certification",
        "CertificationFailed", "Release", "ReleaseFailed", "PendingPublication", "Publishing", "PublishFailed", "Canceled",
    ];
    let below: HashSet<&str> = pending(Kind::AddOn).chain(pending(Kind::Flight)).map(|(_, pending)| pending.status.as_str()).collect();
    for state in states {
        assert!(below.contains(state), "no add-on or flight in {state}");
    }
    for kind in [Kind::App, Kind::AddOn, Kind::Flight] {
        for (product, pending) in pending(kind) {
            assert_eq!(pending.document["status"], pending.status.as_str(), "{}", product.id);
            let errors = !list(&pending.document, "/statusDetails/errors").is_empty();
            let reports = !list(&pending.document, "/statusDetails/certificationReports").is_empty();
            assert_eq!(reports, pending.status == "CertificationFailed", "{}", product.id);
            assert_eq!(errors, pending.status.ends_with("Failed") && !reports, "{}", product.id);
            if pending.status == "Release" {
                assert_ne!(pending.document["targetPublishMode"], "Immediate", "{}", product.id);
            }
        }
    }
}

#[test]
fn the_promised_products_are_there() {
    let account = demo();
    let apps: Vec<&ProductSeed> = account.products.iter().filter(|product| product.kind == Kind::App).collect();
    assert!(apps.len() >= 12);
    let names: Vec<&str> = apps.iter().map(|app| text(&app.resource, "/primaryName")).collect();
    let has_name = |test: fn(char) -> bool| names.iter().any(|name| name.chars().any(test));
    assert!(has_name(|c| ('\u{3040}'..'\u{a000}').contains(&c)), "CJK");
    assert!(has_name(|c| ('\u{600}'..'\u{700}').contains(&c)), "right to left");
    assert!(has_name(|c| c >= '\u{1f300}'), "emoji");
    assert!(names.iter().any(|name| name.chars().count() > 60), "long");

    assert!(apps.iter().any(|app| app.is_unsupported));
    assert!(apps.iter().any(|app| app.pending.as_ref().is_some_and(|pending| pending.is_portal_made)));
    let never = apps.iter().find(|app| app.published.is_none()).unwrap();
    assert!(text(&never.resource, "/firstPublishedDate").starts_with("1601"));
    let live = |test: fn(&Value) -> bool| apps.iter().filter_map(|app| app.published.as_ref()).any(test);
    assert!(live(|document| document["listings"].as_object().unwrap().len() == 30));
    assert!(live(|document| {
        let rollout = &document["packageDeliveryOptions"]["packageRollout"];
        rollout["packageRolloutStatus"] == "PackageRolloutInProgress" && rollout["packageRolloutPercentage"].as_f64() == Some(5.0)
    }));
    assert!(live(|document| document["allowTargetFutureDeviceFamilies"].get("7").is_some()));
    // Numbers stay as they were written.
    assert!(live(|document| document.to_string().contains("\"ingestionRevision\":18446744073709551617,\"qualityScore\":25.0")));

    let icon = product(&account, "9NX0ADDONEX2").pending.as_ref().unwrap();
    assert!(icon.age.as_secs() >= 3 * 86_400 && !icon.is_portal_made && !icon.is_stuck);
    assert_eq!(text(&icon.document, "/listings/en-us/icon/fileStatus"), "PendingUpload");
    let is_flight_draft = |product: &&ProductSeed| {
        product.kind == Kind::Flight && product.pending.as_ref().is_some_and(|pending| pending.status == "PendingCommit" && !pending.is_portal_made)
    };
    assert!(account.products.iter().any(|product| is_flight_draft(&product)));
}

#[test]
fn no_date_is_left_as_a_placeholder() {
    let account = demo();
    for (_, document) in documents(&account) {
        assert!(!document.to_string().contains("\"now"), "{}", document["id"]);
    }
    let held = product(&account, "9NWEATHER7DY").pending.as_ref().unwrap();
    let date: jiff::Timestamp = text(&held.document, "/targetPublishDate").parse().unwrap();
    assert!(date > jiff::Timestamp::now());
}

#[test]
fn an_account_is_as_large_as_asked_and_its_names_differ() {
    let demo_apps = demo().products.iter().filter(|product| product.kind == Kind::App).count();
    for count in [0, 1, demo_apps, 40, 5200] {
        let account = many(count);
        let apps: Vec<&ProductSeed> = account.products.iter().filter(|product| product.kind == Kind::App).collect();
        assert_eq!(apps.len(), count);
        let names: HashSet<&str> = apps.iter().map(|app| text(&app.resource, "/primaryName")).collect();
        assert_eq!(names.len(), count);
        if count > 0 {
            assert_eq!(apps[0].id, "9NX0EXAMPLE1");
        }
        if count > 100 {
            assert!(apps[demo_apps..].iter().any(|app| app.pending.is_some()));
        }
    }
}
