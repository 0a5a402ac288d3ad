//! What an update of a submission is refused for, as a list of sentences: the rules that the demo account's documents keep.
//! For tests.

use crate::seed::Kind;
use serde_json::Value;
use std::collections::HashSet;

/// Languages of the listings in `assets/demo`, from the list of supported ones.
const LANGUAGES: &str = "ar-sa cs-cz da-dk de-de el-gr en-gb en-us es-es es-mx fi-fi fr-ca fr-fr he-il hi-in hu-hu is-is it-it ja-jp \
    ko-kr nb-no nl-nl pl-pl pt-br pt-pt ro-ro sv-se th-th tr-tr uk-ua zh-hans";

pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

pub(crate) fn is_id(id: &str) -> bool {
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
pub(crate) fn broken_rules(kind: Kind, document: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    let out = &mut broken;
    if !is_id(text(document, "/id")) {
        out.push("id".to_owned());
    }
    one_of(
        out,
        document,
        "/targetPublishMode",
        &["Immediate", "Manual", "SpecificDate"],
    );
    if text(document, "/targetPublishMode") == "SpecificDate"
        && text(document, "/targetPublishDate") < "2025"
    {
        out.push("no date".to_owned());
    }
    if kind != Kind::Flight {
        one_of(
            out,
            document,
            "/visibility",
            &["Public", "Private", "Hidden"],
        );
        let tiers = document["pricing"]["marketSpecificPricings"]
            .as_object()
            .unwrap();
        for (market, tier) in tiers {
            let is_market =
                market.len() == 2 && market.bytes().all(|letter| letter.is_ascii_uppercase());
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
        let field = if kind == Kind::App {
            "/applicationPackages"
        } else {
            "/flightPackages"
        };
        packages(out, list(document, field));
        let percentage =
            document["packageDeliveryOptions"]["packageRollout"]["packageRolloutPercentage"]
                .as_f64();
        if !percentage.is_some_and(|percentage| (0.0..=100.0).contains(&percentage)) {
            out.push("percentage".to_owned());
        }
    }
    broken
}

fn is_tier(tier: &Value) -> bool {
    let tier = tier.as_str().unwrap_or_default();
    let number = tier
        .strip_prefix("Tier")
        .and_then(|number| number.parse::<u32>().ok());
    tier == "Free"
        || number
            .is_some_and(|number| (2..=96).contains(&number) || (1012..=1424).contains(&number))
}

fn app_fields(out: &mut Vec<String>, document: &Value) {
    let trials = [
        "NoFreeTrial",
        "OneDay",
        "TrialNeverExpires",
        "SevenDays",
        "FifteenDays",
        "ThirtyDays",
    ];
    one_of(out, document, "/pricing/trialPeriod", &trials);
    one_of(
        out,
        document,
        "/enterpriseLicensing",
        &["None", "Online", "OnlineAndOffline"],
    );
    for family in ["Desktop", "Mobile", "Xbox", "Holographic"] {
        if !document["allowTargetFutureDeviceFamilies"][family].is_boolean() {
            out.push(format!("family {family}"));
        }
    }
    let preferences = [
        "Touch",
        "Keyboard",
        "Mouse",
        "Camera",
        "NfcHce",
        "Nfc",
        "BluetoothLE",
        "Telephony",
    ];
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
    one_of(
        out,
        document,
        "/contentType",
        &["OnlineDownload", "OnlineDataStorage"],
    );
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
    if !images
        .iter()
        .any(|image| image["imageType"].as_str().unwrap().ends_with("Screenshot"))
    {
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
        one_of(
            out,
            package,
            "/fileStatus",
            &["Uploaded", "PendingUpload", "PendingDelete"],
        );
        one_of(out, package, "/minimumDirectXVersion", &["None"]);
        one_of(out, package, "/minimumSystemRam", &["None"]);
        let name = text(package, "/fileName");
        let endings = [
            ".msix",
            ".msixbundle",
            ".msixupload",
            ".appx",
            ".appxbundle",
            ".appxupload",
        ];
        if !endings.iter().any(|ending| name.ends_with(ending)) {
            out.push(format!("package {name}"));
        }
        if package["fileStatus"] == "PendingUpload" {
            if package.get("id").is_some() {
                out.push(format!("id of a new package {name}"));
            }
            continue;
        }
        let version: Vec<Option<u16>> = text(package, "/version")
            .split('.')
            .map(|part| part.parse().ok())
            .collect();
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
