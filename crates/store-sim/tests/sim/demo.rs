//! The demo account and the sample files: whatever a person tries there must work as in the real Store.

use crate::client::{ADD_ON, APP, FLIGHT, Store, options};
use serde_json::{Value, json};
use std::fs;
use store_sim::{SimOptions, samples};

async fn all(store: &Store, first: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let page = store.get(&path).await.is(200);
        all.extend(page["value"].as_array().unwrap().clone());
        next = page
            .get("@nextLink")
            .map(|link| link.as_str().unwrap().to_owned());
    }
    all
}

/// The paths of all products that are free for a new submission, with the number of those that are not.
async fn free(store: &Store) -> Vec<String> {
    let mut free = Vec::new();
    for app in all(store, "applications?top=100").await {
        let path = format!("applications/{}", app["id"].as_str().unwrap());
        if store.get(&path).await.status == 409 {
            continue;
        }
        for flight in all(store, &format!("{path}/listflights")).await {
            if flight.get("pendingFlightSubmission").is_none() {
                free.push(format!(
                    "{path}/flights/{}",
                    flight["flightId"].as_str().unwrap()
                ));
            }
        }
        if app.get("pendingApplicationSubmission").is_none()
            && app.get("lastPublishedApplicationSubmission").is_some()
        {
            free.push(path);
        }
    }
    for add_on in all(store, "inappproducts").await {
        let is_live = add_on.get("lastPublishedInAppProductSubmission").is_some();
        if is_live && add_on.get("pendingInAppProductSubmission").is_none() {
            free.push(format!("inappproducts/{}", add_on["id"].as_str().unwrap()));
        }
    }
    free
}

#[tokio::test]
async fn whatever_is_free_can_be_released_again_as_it_is() {
    let store = Store::fast().await;
    let mut released = 0;
    for product in free(&store).await {
        let created = store.post(&format!("{product}/submissions"), None).await;
        if created.status == 409 {
            assert!(
                created.text.contains("rollout"),
                "{product}: {}",
                created.text
            );
            continue;
        }
        let document = created.is(201);
        let path = format!("{product}/submissions/{}", document["id"].as_str().unwrap());
        let reply = store.put(&path, &document).await;
        if document.pointer("/pricing/priceId") == Some(&json!("Base")) {
            reply.refused(400, "InvalidParameterValue", "'Base'");
            continue;
        }
        assert_eq!(reply.status, 200, "{product}: {}", reply.text);
        store.post(&format!("{path}/commit"), None).await.is(202);
        let status = store
            .until(&path, &["Published", "Release", "CommitFailed"])
            .await;
        assert_ne!(status["status"], "CommitFailed", "{product}: {status}");
        released += 1;
    }
    assert!(released >= 5, "only {released} products could be released");
}

#[tokio::test]
async fn drafts_of_the_demo_account_are_what_their_kind_says() {
    let store = Store::fast().await;
    let state = store.state().await;
    let (mut portal_made, mut own) = (0, 0);
    for (target, product) in state["products"].as_object().unwrap() {
        let Some(pending) = product["pending"].as_str() else {
            continue;
        };
        let submission = product["submissions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == pending)
            .unwrap();
        if submission["status"] != "PendingCommit" {
            continue;
        }
        let path = match target.split_once(':').unwrap() {
            ("app", id) => format!("applications/{id}"),
            ("addon", id) => format!("inappproducts/{id}"),
            (_, id) => format!("applications/{}", id.replace('/', "/flights/")),
        };
        let document = store
            .get(&format!("{path}/submissions/{pending}"))
            .await
            .is(200);
        let has_url = document["fileUploadUrl"]
            .as_str()
            .is_some_and(|url| url.starts_with(&store.sim.url()));
        assert_eq!(has_url, submission["portalMade"] == false, "{target}");
        if has_url { own += 1 } else { portal_made += 1 }
    }
    assert!(portal_made >= 1 && own >= 2, "{portal_made} {own}");
}

#[tokio::test]
async fn the_samples_fit_as_their_names_say() {
    let folder = tempfile::tempdir().unwrap();
    samples::write(folder.path()).unwrap();
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    for (product, json_file, zip_file, end) in [
        (
            APP,
            "notes-2.5.json",
            "northwind-notes-2.5-mistakes.zip",
            "CommitFailed",
        ),
        (APP, "notes-2.5.json", "broken.zip", "CommitFailed"),
        (
            APP,
            "notes-2.5.json",
            "northwind-notes-2.5.zip",
            "Published",
        ),
        (ADD_ON, "notes-pro.json", "notes-pro-icon.zip", "Published"),
        (
            FLIGHT,
            "insiders-2.5.json",
            "northwind-notes-2.5.zip",
            "Published",
        ),
    ] {
        let store = Store::start(SimOptions {
            speed: 500.0,
            ..options()
        })
        .await;
        let (draft, path) = store.draft(product).await;
        store
            .put(&path, &serde_json::from_slice(&read(json_file)).unwrap())
            .await
            .is(200);
        assert_eq!(store.upload(&draft, read(zip_file)).await, 201);
        store.post(&format!("{path}/commit"), None).await.is(202);
        let status = store.until(&path, &["Published", "CommitFailed"]).await;
        assert_eq!(status["status"], end, "{zip_file}: {status}");
    }
}
