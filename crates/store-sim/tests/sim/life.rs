//! A submission's clean life, from create to published, for apps, add-ons and flights; and the ways in which it ends otherwise.

use crate::client::{
    ADD_ON, APP, FLIGHT, IDENTITY, Store, msix, new_package, options, scenario, zip,
};
use serde_json::{Value, json};
use store_sim::{Scenario, SimOptions};

const NEW: &str = "Northwind.Notes_9.1.0.0.msix";

fn with_package(mut document: Value, list: &str) -> Value {
    document[list]
        .as_array_mut()
        .unwrap()
        .push(new_package(NEW));
    document
}

pub(crate) fn new_zip() -> Vec<u8> {
    zip(&[(NEW, msix(IDENTITY, "9.1.0.0"))])
}

fn published(product: &str) -> &'static str {
    if product.starts_with("inapp") {
        "lastPublishedInAppProductSubmission"
    } else if product.contains("flights") {
        "lastPublishedFlightSubmission"
    } else {
        "lastPublishedApplicationSubmission"
    }
}

#[tokio::test]
async fn an_app_is_published_with_a_new_package_and_a_new_picture() {
    let store = Store::fast().await;
    let before = store.get(APP).await.is(200);
    let (draft, path) = store.draft(APP).await;
    assert_eq!(draft["status"], "PendingCommit");
    assert_eq!(
        draft["statusDetails"]["warnings"][0]["code"],
        "SalesUnsupportedWarning"
    );
    let old = draft["applicationPackages"][1]["id"].clone();
    let mut edited = with_package(draft.clone(), "applicationPackages");
    edited["applicationPackages"][1]["fileStatus"] = json!("PendingDelete");
    edited["listings"]["en-us"]["baseListing"]["images"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "fileName": "en-us\\new.png", "fileStatus": "PendingUpload", "imageType": "Screenshot" }));
    store.put(&path, &edited).await.is(200);
    let files = zip(&[
        (NEW, msix(IDENTITY, "9.1.0.0")),
        ("en-us/new.png", b"a picture".to_vec()),
    ]);
    assert_eq!(store.upload(&draft, files).await, 201);
    assert_eq!(
        store.post(&format!("{path}/commit"), None).await.is(202),
        json!({ "status": "CommitStarted" })
    );
    let first = store.get(&format!("{path}/status")).await.is(200);
    assert_eq!(first["statusDetails"]["errors"], json!([]));
    let status = store.until(&path, &["Published"]).await;
    assert_eq!(status["statusDetails"]["errors"], json!([]));

    let live = store.get(&path).await.is(200);
    assert!(live.get("fileUploadUrl").is_none());
    let packages = live["applicationPackages"].as_array().unwrap();
    assert!(
        packages.iter().all(|package| package["id"] != old),
        "what was to be deleted is gone"
    );
    let new = packages
        .iter()
        .find(|package| package["fileName"] == NEW)
        .unwrap();
    assert_eq!(new["fileStatus"], "Uploaded");
    assert!(
        new["id"].as_str().unwrap().starts_with("2000000000"),
        "{new}"
    );
    assert_eq!(
        (&new["version"], &new["architecture"]),
        (&json!("9.1.0.0"), &json!("x64"))
    );
    assert_eq!(
        new["targetDeviceFamilies"],
        json!(["Windows.Desktop min version 10.0.17763.0"])
    );
    let image = live["listings"]["en-us"]["baseListing"]["images"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(
        (
            image["fileStatus"].as_str(),
            image["id"].as_str().unwrap().len()
        ),
        (Some("Uploaded"), 19)
    );

    let after = store.get(APP).await.is(200);
    assert_eq!(after[published(APP)]["id"], draft["id"]);
    assert!(after.get("pendingApplicationSubmission").is_none());
    assert_eq!(after["firstPublishedDate"], before["firstPublishedDate"]);
    let counts = store.product("app:9NX0EXAMPLE1").await;
    assert_eq!(
        (
            &counts["creates"],
            &counts["updates"],
            &counts["commits"],
            &counts["publications"]
        ),
        (&json!(1), &json!(1), &json!(1), &json!(1))
    );
    // The next draft is a copy of what is live now.
    let (next, _) = store.draft(APP).await;
    assert_eq!(next["applicationPackages"], live["applicationPackages"]);
    assert_ne!(next["friendlyName"], live["friendlyName"]);
}

#[tokio::test]
async fn an_add_on_is_published_with_its_icon() {
    let store = Store::fast().await;
    let (draft, path) = store.draft(ADD_ON).await;
    let mut edited = draft.clone();
    edited["listings"]["en-us"]["icon"] =
        json!({ "fileName": "icons/new.png", "fileStatus": "PendingUpload" });
    edited["tag"] = json!("spring");
    store.put(&path, &edited).await.is(200);
    assert_eq!(
        store
            .upload(&draft, zip(&[("icons/new.png", b"png".to_vec())]))
            .await,
        201
    );
    store.post(&format!("{path}/commit"), None).await.is(202);
    store.until(&path, &["Published"]).await;
    let live = store.get(&path).await.is(200);
    assert_eq!(
        live["listings"]["en-us"]["icon"],
        json!({ "fileName": "icons/new.png", "fileStatus": "Uploaded" })
    );
    assert_eq!(live["tag"], "spring");
    assert_eq!(
        store.get(ADD_ON).await.is(200)[published(ADD_ON)]["id"],
        draft["id"]
    );
}

#[tokio::test]
async fn a_flight_is_published() {
    let store = Store::fast().await;
    let (draft, path) = store.draft(FLIGHT).await;
    assert_eq!(draft["flightId"], "5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915");
    store
        .put(&path, &with_package(draft.clone(), "flightPackages"))
        .await
        .is(200);
    store.upload(&draft, new_zip()).await;
    store.post(&format!("{path}/commit"), None).await.is(202);
    store.until(&path, &["Published"]).await;
    let live = store.get(&path).await.is(200);
    let new = live["flightPackages"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(new["version"], "9.1.0.0");
    assert!(
        new.get("targetDeviceFamilies").is_none(),
        "flights do not list them"
    );
    assert_eq!(
        store.get(FLIGHT).await.is(200)[published(FLIGHT)]["id"],
        draft["id"]
    );
}

#[tokio::test]
async fn every_state_is_passed_in_its_order() {
    const ORDER: [&str; 7] = [
        "CommitStarted",
        "PreProcessing",
        "Certification",
        "Release",
        "PendingPublication",
        "Publishing",
        "Published",
    ];
    let store = Store::start(SimOptions {
        speed: 10.0,
        ..options()
    })
    .await;
    let (_, path) = store.draft(APP).await;
    store.post(&format!("{path}/commit"), None).await.is(202);
    let mut seen: Vec<String> = Vec::new();
    while seen.last().is_none_or(|last| last != "Published") {
        let status = store.get(&format!("{path}/status")).await.is(200)["status"]
            .as_str()
            .unwrap()
            .to_owned();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
    }
    // A busy machine may look too seldom to see them all; none may come out of turn, and the ends are certain.
    let places: Vec<usize> = seen
        .iter()
        .map(|state| ORDER.iter().position(|known| known == state).unwrap())
        .collect();
    assert!(places.is_sorted(), "{seen:?}");
    assert_eq!(
        (seen.first().unwrap().as_str(), seen.len() > 3),
        ("CommitStarted", true),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_new_add_on_and_a_new_flight_live_from_birth_to_publication() {
    let store = Store::fast().await;
    let asked = json!({ "applicationIds": ["9NX0EXAMPLE1"], "productId": "notes.themes", "productType": "Durable" });
    let add_on = store.post("inappproducts", Some(&asked)).await.is(201);
    assert!(add_on.get("pendingInAppProductSubmission").is_none());
    let product = format!("inappproducts/{}", add_on["id"].as_str().unwrap());
    let (fresh, path) = store.draft(&product).await;
    assert_eq!(
        (&fresh["contentType"], &fresh["listings"]),
        (&json!("NotSet"), &json!({}))
    );
    let body = json!({
        "contentType": "OnlineDownload", "keywords": [], "lifetime": "Forever",
        "listings": { "en-us": { "title": "Themes", "description": "More colours." } },
        "pricing": { "marketSpecificPricings": {}, "sales": [], "priceId": "Tier1012" }, "targetPublishMode": "Immediate", "visibility": "Public"
    });
    store.put(&path, &body).await.is(200);
    store.post(&format!("{path}/commit"), None).await.is(202);
    store.until(&path, &["Published"]).await;
    // A create can bring the definition along; one that is refused leaves no draft behind.
    let create = format!("{product}/submissions");
    let empty = store.post(&create, Some(&json!({}))).await;
    empty.refused(400, "InvalidParameterValue", "1 or more");
    let mut second = body.clone();
    second["tag"] = json!("defined");
    let defined = store.post(&create, Some(&second)).await.is(201);
    assert_eq!(defined["tag"], "defined");

    let asked = json!({ "friendlyName": "Beta ring", "groupIds": [1_152_921_504_607_100_001_u64], "rankHigherThan": "Insiders" });
    let flight = store
        .post(&format!("{APP}/flights"), Some(&asked))
        .await
        .is(201);
    assert_eq!(flight["groupIds"], json!(["1152921504607100001"]));
    let product = format!("{APP}/flights/{}", flight["flightId"].as_str().unwrap());
    let path = format!(
        "{product}/submissions/{}",
        flight["pendingFlightSubmission"]["id"].as_str().unwrap()
    );
    let first = store.get(&path).await.is(200);
    store
        .put(&path, &with_package(first.clone(), "flightPackages"))
        .await
        .is(200);
    assert_eq!(store.upload(&first, new_zip()).await, 201);
    store.post(&format!("{path}/commit"), None).await.is(202);
    store.until(&path, &["Published"]).await;
    // Who ranked directly above Insiders now ranks above the new one.
    let ring = store
        .get(&format!(
            "{APP}/flights/c81e94d0-3b52-47a6-8f1d-5e6072a9b4c3"
        ))
        .await
        .is(200);
    assert_eq!(ring["rankHigherThan"], "Beta ring");
}

#[tokio::test]
async fn a_first_app_needs_its_age_rating() {
    let store = Store::fast().await;
    let app = store
        .operator("reserve-app", json!({ "name": "Northwind New" }))
        .await;
    let product = format!("applications/{}", app["id"].as_str().unwrap());
    assert_eq!(app["firstPublishedDate"], "1601-01-01T00:00:00Z");
    let identity = app["packageIdentityName"].as_str().unwrap();
    let shot =
        json!({ "fileName": "shot.png", "fileStatus": "PendingUpload", "imageType": "Screenshot" });
    let body = json!({
        "applicationCategory": "Productivity", "visibility": "Public",
        "pricing": { "trialPeriod": "NoFreeTrial", "marketSpecificPricings": {}, "sales": [], "priceId": "Free" },
        "listings": { "en-us": { "baseListing": { "description": "New.", "title": "Northwind New", "images": [shot] } } },
        "applicationPackages": [new_package(NEW)],
        "allowTargetFutureDeviceFamilies": { "Desktop": true, "Mobile": false, "Xbox": false, "Holographic": false }
    });
    for (rated, end) in [(false, "CommitFailed"), (true, "Published")] {
        if rated {
            store
                .operator(
                    "answer-age-rating",
                    json!({ "product": format!("app:{}", app["id"].as_str().unwrap()) }),
                )
                .await;
        }
        let (draft, path) = store.draft(&product).await;
        assert_eq!(
            (&draft["applicationCategory"], &draft["applicationPackages"]),
            (&json!("NotSet"), &json!([]))
        );
        store.put(&path, &body).await.is(200);
        store
            .upload(
                &draft,
                zip(&[
                    (NEW, msix(identity, "1.0.0.0")),
                    ("shot.png", b"a picture".to_vec()),
                ]),
            )
            .await;
        store.post(&format!("{path}/commit"), None).await.is(202);
        let status = store.until(&path, &["Published", "CommitFailed"]).await;
        assert_eq!(status["status"], end, "{status}");
        if !rated {
            assert_eq!(
                status["statusDetails"]["errors"][0]["code"],
                "InvalidMicrosoftAgeRating"
            );
            store.delete(&path).await.empty(204);
        }
    }
    assert!(
        !store.get(&product).await.is(200)["firstPublishedDate"]
            .as_str()
            .unwrap()
            .starts_with("1601")
    );
}

#[tokio::test]
async fn a_held_submission_waits_for_a_person_or_a_date() {
    let store = Store::fast().await;
    let (mut draft, path) = store.draft(APP).await;
    draft["targetPublishMode"] = json!("Manual");
    store.put(&path, &draft).await.is(200);
    store.post(&format!("{path}/commit"), None).await.is(202);
    store.until(&path, &["Release"]).await;
    store
        .operator("publish-now", json!({ "product": "app:9NX0EXAMPLE1" }))
        .await;
    store.until(&path, &["Published"]).await;

    let (mut draft, path) = store.draft(ADD_ON).await;
    draft["targetPublishMode"] = json!("SpecificDate");
    draft["targetPublishDate"] = json!("2999-01-01T00:00:00Z");
    store.put(&path, &draft).await.is(200);
    store.post(&format!("{path}/commit"), None).await.is(202);
    store.until(&path, &["Release"]).await;
    assert_eq!(
        store.get(&format!("{path}/status")).await.is(200)["status"],
        "Release"
    );
}

#[tokio::test]
async fn certification_rejects_approves_and_is_cancelled_by_people() {
    let store = Store::start(SimOptions {
        scenario: Scenario::parse(
            "[[fault]]\ncall = 'commit'\neffect = 'stuck'\nstage = 'Certification'",
        )
        .unwrap(),
        ..options()
    })
    .await;
    let product = json!({ "product": "app:9NX0EXAMPLE1" });
    for (action, end) in [
        ("reject", "CertificationFailed"),
        ("cancel", "Canceled"),
        ("approve", "Published"),
    ] {
        let (_, path) = store.draft(APP).await;
        store.post(&format!("{path}/commit"), None).await.is(202);
        store.until(&path, &["Certification"]).await;
        store
            .delete(&path)
            .await
            .refused(409, "InvalidState", "cannot be deleted");
        store.operator(action, product.clone()).await;
        let status = store.until(&path, &[end]).await;
        if end == "CertificationFailed" {
            assert!(
                status["statusDetails"]["certificationReports"][0]["reportUrl"]
                    .as_str()
                    .unwrap()
                    .starts_with("https://partner.microsoft.com/")
            );
        }
        if end != "Published" {
            store.delete(&path).await.empty(204);
        }
    }
}

#[tokio::test]
async fn the_first_status_can_come_without_details() {
    let store = Store::start(scenario("[switches]\nbare_first_status = true")).await;
    let (_, path) = store.draft(APP).await;
    store.post(&format!("{path}/commit"), None).await.is(202);
    for has_details in [false, true] {
        let status = store.get(&format!("{path}/status")).await.is(200);
        assert_eq!(status.get("statusDetails").is_some(), has_details);
    }
}

#[tokio::test]
async fn a_stopped_simulator_is_gone_for_open_connections_too() {
    let store = Store::fast().await;
    store.get(APP).await.is(200);
    let url = format!("{}/_sim/state", store.sim.url());
    store.sim.stop().await;
    assert!(store.http.get(url).send().await.is_err());
}

#[tokio::test]
async fn a_date_in_the_store_s_own_time_is_reached() {
    let store = Store::start(SimOptions {
        speed: 1e6,
        ..options()
    })
    .await;
    let (mut draft, path) = store.draft(APP).await;
    let day = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(40);
    draft["targetPublishMode"] = json!("SpecificDate");
    draft["targetPublishDate"] = json!(day.to_string());
    store.put(&path, &draft).await.is(200);
    store.post(&format!("{path}/commit"), None).await.is(202);
    store.until(&path, &["Release", "Published"]).await;
    store.until(&path, &["Published"]).await;
}
