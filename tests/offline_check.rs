//! The service's refusals of an update (docs/store-api.md#error-bodies), row by row: the offline check finds each of them
//! before it is sent, with pointer and position, and the simulator refuses the very same document over real HTTP.
#![cfg(feature = "sim")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

#[expect(dead_code, reason = "the tests of the simulator use the rest of it")]
#[path = "../crates/store-sim/tests/sim/client.rs"]
mod client;

use client::{ADD_ON, APP, FLIGHT, Store, scenario};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store_model::{
    json::document::{Document, pretty},
    rules::check::{Severity, check},
    submission::put_body,
    target::Kind,
};

const BAD: &str = "InvalidParameterValue";

/// One refusal, and the change that provokes it.
struct Row {
    /// `E8`, or the line of § 8.3.
    group: &'static str,
    kind: Kind,
    /// The place that is changed, and what is put there; nothing takes it away.
    place: String,
    value: Option<Value>,
    /// What the service answers.
    target: &'static str,
    words: &'static str,
    /// Where the check points, and which rule it names.
    pointer: String,
    rule: &'static str,
    severity: Severity,
    /// Whether a service that validates late lets it pass until the commit.
    is_late: bool,
}

fn row(
    group: &'static str,
    rule: &'static str,
    kind: Kind,
    place: &str,
    value: Option<Value>,
    target: &'static str,
    words: &'static str,
) -> Row {
    let is_late = group == "values" || group == "lengths";
    let pointer = place.to_owned();
    Row {
        group,
        kind,
        place: place.to_owned(),
        value,
        target,
        words,
        pointer,
        rule,
        severity: Severity::Error,
        is_late,
    }
}

impl Row {
    /// The finding stands at another place than the change.
    fn at(self, pointer: &str) -> Self {
        Self {
            pointer: pointer.to_owned(),
            ..self
        }
    }

    /// The check can only suspect it: the enumerations are open.
    fn suspected(self) -> Self {
        Self {
            severity: Severity::Warning,
            ..self
        }
    }

    fn early(self) -> Self {
        Self {
            is_late: false,
            ..self
        }
    }
}

fn x(count: usize) -> Value {
    "x".repeat(count).into()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn table() -> Vec<Row> {
    use Kind::{AddOn, App, Flight};
    const BASE: &str = "/listings/en-us/baseListing";
    const PERCENTAGE: &str = "/packageDeliveryOptions/packageRollout/packageRolloutPercentage";
    let base = |name: &str| format!("{BASE}/{name}");
    let families = json!({"Desktop": true, "Mobile": false});
    let core = json!({"Desktop": true, "Mobile": false, "Xbox": false, "Holographic": false, "Core": true});
    let two_codes = json!({"xx-yy": {}, "qq": {}});
    let trailer = |images: Value| {
        Some(
            json!([{"videoFileName": "a.mp4", "trailerAssets": {"en-us": {"title": "T", "imageList": images}}}]),
        )
    };
    let shots = vec![
        json!({"fileName": "n.png", "fileStatus": "PendingUpload", "imageType": "MobileScreenshot"});
        9
    ];
    vec![
        row(
            "packages",
            "package-left-out",
            App,
            "/applicationPackages",
            Some(json!([])),
            "packages",
            "The following packages are missing in your update: ",
        ),
        row(
            "packages",
            "package-left-out",
            Flight,
            "/flightPackages",
            Some(json!([])),
            "packages",
            "Please keep all file entries for existing packages.",
        ),
        row(
            "packages",
            "package-id-missing",
            App,
            "/applicationPackages/0/id",
            Some(json!("")),
            "packages",
            "missing in your update",
        )
        .at("/applicationPackages/0"),
        row(
            "prices",
            "price-base",
            App,
            "/pricing/priceId",
            Some(json!("Base")),
            "pricing",
            "'Base' is not a valid PriceId for base price.",
        ),
        row(
            "prices",
            "price-base",
            AddOn,
            "/pricing/priceId",
            Some(json!("Base")),
            "pricing",
            "'Base' is not a valid PriceId for base price.",
        ),
        row(
            "prices",
            "price-tier-unknown",
            App,
            "/pricing/priceId",
            Some(json!("Tier1")),
            "pricing",
            "'Tier1' is not a valid PriceId",
        ),
        row(
            "prices",
            "value-case",
            App,
            "/pricing/priceId",
            Some(json!("free")),
            "pricing",
            "'free' is not a valid PriceId",
        ),
        row(
            "prices",
            "price-tier-unknown",
            App,
            "/pricing/marketSpecificPricings",
            Some(json!({"DE": "Cheap"})),
            "pricing",
            "'Cheap'",
        )
        .at("/pricing/marketSpecificPricings/DE"),
        row(
            "markets",
            "market-unknown",
            App,
            "/pricing/marketSpecificPricings",
            Some(json!({"de": "Free"})),
            "marketSpecificPricings",
            "'de'",
        )
        .at("/pricing/marketSpecificPricings/de"),
        row(
            "no price",
            "price-missing",
            App,
            "/pricing/priceId",
            Some(Value::Null),
            "pricing",
            "You must select a valid base price",
        ),
        row(
            "no price",
            "price-missing",
            AddOn,
            "/pricing/priceId",
            None,
            "pricing",
            "You must select a valid base price",
        )
        .at("/pricing"),
        row(
            "no price",
            "price-missing",
            App,
            "/pricing",
            None,
            "pricing",
            "You must select a valid base price",
        )
        .at(""),
        row(
            "families",
            "device-families-incomplete",
            App,
            "/allowTargetFutureDeviceFamilies",
            Some(families),
            "allowTargetFutureDeviceFamilies",
            "[Desktop, Mobile, Xbox, Holographic]",
        ),
        row(
            "families",
            "device-families-incomplete",
            App,
            "/allowTargetFutureDeviceFamilies",
            Some(json!({})),
            "allowTargetFutureDeviceFamilies",
            "needs to be initialized",
        ),
        row(
            "families",
            "device-family-unknown",
            App,
            "/allowTargetFutureDeviceFamilies",
            Some(core),
            "allowTargetFutureDeviceFamilies",
            "Core",
        )
        .at("/allowTargetFutureDeviceFamilies/Core"),
        row(
            "listings",
            "listings-missing",
            App,
            "/listings",
            Some(json!({})),
            "appListings",
            "The size of AppListings must be 1 or more",
        ),
        row(
            "listings",
            "listings-missing",
            AddOn,
            "/listings",
            None,
            "listings",
            "The size of Listings must be 1 or more",
        )
        .at(""),
        row(
            "languages",
            "language-unknown",
            App,
            "/listings",
            Some(two_codes),
            "appListings",
            "Language codes: xx-yy|qq not supported",
        )
        .at("/listings/qq"),
        row(
            "languages",
            "language-unknown",
            AddOn,
            "/listings/tlh",
            Some(json!({"title": "T"})),
            "appListings",
            "Language codes: tlh not supported",
        ),
        row(
            "images",
            "image-id-missing",
            App,
            &base("images/0/id"),
            None,
            "images",
            "should contain Id",
        )
        .at(&base("images/0")),
        // § 8.3: values, exact in case.
        row(
            "values",
            "value-case",
            App,
            "/visibility",
            Some(json!("public")),
            "visibility",
            "'public'",
        ),
        row(
            "values",
            "value-unknown",
            App,
            "/visibility",
            Some(json!("Shy")),
            "visibility",
            "'Shy'",
        )
        .suspected(),
        row(
            "values",
            "value-case",
            App,
            "/applicationCategory",
            Some(json!("games")),
            "applicationCategory",
            "'games'",
        ),
        row(
            "values",
            "value-case",
            App,
            "/targetPublishMode",
            Some(json!("manual")),
            "targetPublishMode",
            "'manual'",
        ),
        row(
            "values",
            "value-case",
            App,
            "/enterpriseLicensing",
            Some(json!("online")),
            "enterpriseLicensing",
            "'online'",
        ),
        row(
            "values",
            "value-case",
            App,
            "/hardwarePreferences",
            Some(json!(["touch"])),
            "hardwarePreferences",
            "'touch'",
        )
        .at("/hardwarePreferences/0"),
        row(
            "values",
            "value-case",
            App,
            "/pricing/trialPeriod",
            Some(json!("oneDay")),
            "trialPeriod",
            "'oneDay'",
        ),
        row(
            "values",
            "value-case",
            App,
            "/gamingOptions",
            Some(json!([{"kinectDataForExternal": "enabled"}])),
            "kinectDataForExternal",
            "'enabled'",
        )
        .at("/gamingOptions/0/kinectDataForExternal"),
        row(
            "values",
            "value-case",
            App,
            &base("images/0/imageType"),
            Some(json!("screenshot")),
            "imageType",
            "'screenshot'",
        )
        .early(),
        row(
            "values",
            "value-case",
            App,
            "/applicationPackages/0/fileStatus",
            Some(json!("uploaded")),
            "fileStatus",
            "'uploaded'",
        )
        .early(),
        row(
            "values",
            "value-case",
            App,
            "/applicationPackages/0/minimumSystemRam",
            Some(json!("none")),
            "minimumSystemRam",
            "'none'",
        )
        .early(),
        row(
            "values",
            "content-type-not-chosen",
            AddOn,
            "/contentType",
            Some(json!("NotSet")),
            "contentType",
            "'NotSet'",
        ),
        row(
            "values",
            "value-case",
            AddOn,
            "/lifetime",
            Some(json!("forever")),
            "lifetime",
            "'forever'",
        ),
        row(
            "values",
            "value-case",
            Flight,
            "/flightPackages/0/minimumDirectXVersion",
            Some(json!("none")),
            "minimumDirectXVersion",
            "'none'",
        )
        .early(),
        row(
            "types",
            "wrong-type",
            App,
            "/automaticBackupEnabled",
            Some(json!("yes")),
            "automaticBackupEnabled",
            "true or false",
        ),
        row(
            "types",
            "wrong-type",
            App,
            &base("keywords"),
            Some(json!("a, b")),
            "keywords",
            "an array",
        ),
        row(
            "types",
            "wrong-type",
            AddOn,
            "/pricing",
            Some(json!([])),
            "pricing",
            "an object",
        ),
        // § 8.3: lengths and counts.
        row(
            "lengths",
            "text-too-long",
            App,
            &base("description"),
            Some(x(10_001)),
            "description",
            "10000",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("licenseTerms"),
            Some(x(10_001)),
            "licenseTerms",
            "10000",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("releaseNotes"),
            Some(x(1501)),
            "releaseNotes",
            "1500",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("shortDescription"),
            Some(x(1001)),
            "shortDescription",
            "1000",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("shortTitle"),
            Some(x(51)),
            "shortTitle",
            "50",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("sortTitle"),
            Some(x(256)),
            "sortTitle",
            "255",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("voiceTitle"),
            Some(x(256)),
            "voiceTitle",
            "255",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("devStudio"),
            Some(x(256)),
            "devStudio",
            "255",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("copyrightAndTrademarkInfo"),
            Some(x(201)),
            "copyrightAndTrademarkInfo",
            "200",
        ),
        row(
            "lengths",
            "too-many-entries",
            App,
            &base("keywords"),
            Some(json!(vec!["k"; 8])),
            "keywords",
            "The size of Keywords must be 7 or less",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("keywords"),
            Some(json!(["x".repeat(31)])),
            "keyword",
            "The length of Keyword must be 30 or less",
        )
        .at(&base("keywords/0")),
        row(
            "lengths",
            "too-many-keyword-words",
            App,
            &base("keywords"),
            Some(json!(["w ".repeat(12), "w ".repeat(10)])),
            "keywords",
            "21 words",
        ),
        row(
            "lengths",
            "too-many-entries",
            App,
            &base("features"),
            Some(json!(vec!["f"; 21])),
            "features",
            "The size of Features must be 20 or less",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("features"),
            Some(json!(["x".repeat(201)])),
            "feature",
            "The length of Feature must be 200 or less",
        )
        .at(&base("features/0")),
        row(
            "lengths",
            "too-many-entries",
            App,
            &base("minimumHardware"),
            Some(json!(vec!["h"; 12])),
            "minimumHardware",
            "The size of MinimumHardware must be 11 or less",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("recommendedHardware"),
            Some(json!(["x".repeat(201)])),
            "recommendedHardware",
            "200",
        )
        .at(&base("recommendedHardware/0")),
        row(
            "lengths",
            "text-too-long",
            App,
            &base("images/0/description"),
            Some(x(201)),
            "description",
            "200",
        ),
        row(
            "lengths",
            "too-many-screenshots",
            App,
            &base("images"),
            Some(json!(shots)),
            "images",
            "MobileScreenshot",
        ),
        row(
            "lengths",
            "text-too-long",
            App,
            "/notesForCertification",
            Some(x(2001)),
            "notesForCertification",
            "2000",
        )
        .suspected(),
        row(
            "lengths",
            "text-too-long",
            Flight,
            "/notesForCertification",
            Some(x(2001)),
            "notesForCertification",
            "2000",
        )
        .suspected(),
        row(
            "lengths",
            "text-too-long",
            AddOn,
            "/tag",
            Some(x(3001)),
            "tag",
            "3000",
        ),
        row(
            "lengths",
            "too-many-entries",
            AddOn,
            "/keywords",
            Some(json!(vec!["k"; 11])),
            "keywords",
            "The size of Keywords must be 10 or less",
        ),
        row(
            "lengths",
            "text-too-long",
            AddOn,
            "/keywords",
            Some(json!(["x".repeat(31)])),
            "keyword",
            "The length of Keyword must be 30 or less",
        )
        .at("/keywords/0"),
        row(
            "lengths",
            "text-too-long",
            AddOn,
            "/listings/en-us/title",
            Some(x(101)),
            "title",
            "100",
        ),
        row(
            "lengths",
            "title-missing",
            AddOn,
            "/listings/en-us/title",
            Some(json!("")),
            "title",
            "needs a title",
        ),
        row(
            "lengths",
            "text-too-long",
            AddOn,
            "/listings/en-us/description",
            Some(x(201)),
            "description",
            "200",
        ),
        row(
            "lengths",
            "too-many-entries",
            App,
            "/gamingOptions",
            Some(json!([{}, {}])),
            "gamingOptions",
            "only one",
        ),
        row(
            "lengths",
            "number-out-of-range",
            App,
            "/gamingOptions",
            Some(json!([{"localMultiplayerMinPlayers": 1}])),
            "localMultiplayerMinPlayers",
            "2 to 1000",
        )
        .at("/gamingOptions/0/localMultiplayerMinPlayers"),
        row(
            "lengths",
            "too-many-entries",
            App,
            "/trailers",
            Some(json!(vec![json!({"videoFileName": "a.mp4"}); 16])),
            "trailers",
            "at most 15",
        ),
        row(
            "lengths",
            "trailer-thumbnail-missing",
            App,
            "/trailers",
            trailer(json!([])),
            "imageList",
            "exactly one",
        )
        .at("/trailers/0/trailerAssets/en-us"),
        row(
            "lengths",
            "too-many-entries",
            App,
            "/trailers",
            trailer(json!([{"fileName": "a.png"}, {"fileName": "b.png"}])),
            "imageList",
            "exactly one",
        )
        .at("/trailers/0/trailerAssets/en-us/imageList"),
        row(
            "lengths",
            "number-out-of-range",
            App,
            PERCENTAGE,
            Some(json!(100.5)),
            "packageRolloutPercentage",
            "0 to 100",
        ),
        row(
            "lengths",
            "number-out-of-range",
            Flight,
            PERCENTAGE,
            Some(json!(-1)),
            "packageRolloutPercentage",
            "0 to 100",
        ),
        row(
            "lengths",
            "publish-date-missing",
            App,
            "/targetPublishMode",
            Some(json!("SpecificDate")),
            "targetPublishDate",
            "needs a date",
        )
        .at("/targetPublishDate"),
        row(
            "lengths",
            "date-malformed",
            AddOn,
            "/targetPublishDate",
            Some(json!("tomorrow")),
            "targetPublishDate",
            "'tomorrow' is not a date",
        ),
    ]
}

fn product(kind: Kind) -> &'static str {
    match kind {
        Kind::App => APP,
        Kind::AddOn => ADD_ON,
        Kind::Flight => FLIGHT,
    }
}

fn changed(base: &Value, row: &Row) -> Value {
    let mut document = base.clone();
    let (parent, name) = row.place.rsplit_once('/').unwrap();
    match (document.pointer_mut(parent).unwrap(), &row.value) {
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value.clone(),
        (Value::Object(object), Some(value)) => drop(object.insert(name.to_owned(), value.clone())),
        (Value::Object(object), None) => drop(object.shift_remove(name)),
        (other, _) => panic!("{} leads into {other}", row.place),
    }
    document
}

/// The check finds the row's mistake, at its pointer, and the text has something at the place it names.
fn found(row: &Row, base: &Value, changed: &Value) {
    let document = Document::parse(pretty(changed));
    let findings = check(row.kind, document.value().unwrap(), Some(base));
    let hit = findings.iter().find(|finding| {
        finding.pointer == row.pointer
            && finding.severity == row.severity
            && finding.rule.name == row.rule
    });
    let hit = hit.unwrap_or_else(|| panic!("{} {}: {findings:#?}", row.group, row.place));
    let position = document.positions(&[&hit.pointer])[0]
        .unwrap_or_else(|| panic!("{} has no position", hit.pointer));
    let line = document.text().lines().nth(position.line - 1).unwrap();
    let value = document
        .value()
        .unwrap()
        .pointer(&hit.pointer)
        .unwrap()
        .to_string();
    let at_place: String = line.chars().skip(position.column - 1).take(1).collect();
    assert!(value.starts_with(&at_place), "{}: {line}", hit.pointer);
    if let Some(name) = hit
        .pointer
        .rsplit('/')
        .next()
        .filter(|name| !name.is_empty() && name.parse::<usize>().is_err())
    {
        assert!(line.contains(name), "{}: {line}", hit.pointer);
    }
}

#[tokio::test]
async fn every_refusal_of_an_update_is_found_before_it_is_sent() {
    let store = Store::still().await;
    let mut drafts = BTreeMap::new();
    for kind in [Kind::App, Kind::AddOn, Kind::Flight] {
        let (draft, path) = store.draft(product(kind)).await;
        drafts.insert(kind, (put_body(kind, &draft), path));
    }
    for (kind, (base, path)) in &drafts {
        let errors: Vec<_> = check(*kind, base, Some(base))
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        assert_eq!(errors, [], "the draft itself is right");
        store.put(path, base).await.is(200);
    }
    let table = table();
    for group in [
        "packages",
        "prices",
        "no price",
        "families",
        "listings",
        "languages",
        "images",
        "values",
        "lengths",
    ] {
        assert!(
            table.iter().any(|row| row.group == group),
            "{group} stands in the table"
        );
    }
    for row in table {
        let (base, path) = &drafts[&row.kind];
        let changed = changed(base, &row);
        found(&row, base, &changed);
        let reply = store.put(path, &changed).await;
        assert_eq!(
            reply.body["target"], row.target,
            "{} {}: {}",
            row.group, row.place, reply.text
        );
        reply.refused(400, BAD, row.words);
    }
}

#[tokio::test]
async fn a_service_that_validates_late_fails_the_commit_instead() {
    let store = Store::start(scenario("[switches]\nlate_validation = true")).await;
    for row in table() {
        let (draft, path) = store.draft(product(row.kind)).await;
        let changed = changed(&put_body(row.kind, &draft), &row);
        let reply = store.put(&path, &changed).await;
        if !row.is_late {
            reply.refused(400, BAD, row.words);
            store.delete(&path).await.empty(204);
            continue;
        }
        reply.is(200);
        store.post(&format!("{path}/commit"), None).await.is(202);
        let status = store.until(&path, &["CommitFailed", "Published"]).await;
        let error = &status["statusDetails"]["errors"][0];
        assert_eq!(error["code"], BAD, "{} {}: {status}", row.group, row.place);
        assert!(
            error["details"].as_str().unwrap().contains(row.words),
            "{} {}: {status}",
            row.group,
            row.place
        );
        store.delete(&path).await.empty(204);
    }
}
