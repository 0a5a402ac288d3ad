//! Lists and resources: paging in its written forms, references, spelling.

use crate::client::{APP, Store, slow};
use serde_json::{Value, json};
use store_sim::SimOptions;

async fn pages(store: &Store, first: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let page = store.get(&path).await.is(200);
        all.extend(page["value"].as_array().unwrap().clone());
        next = page
            .get("@nextLink")
            .map(|link| link.as_str().unwrap().to_owned());
        if next.is_none() {
            assert_eq!(page["totalCount"].as_u64().unwrap(), all.len() as u64);
        }
    }
    all
}

#[tokio::test]
async fn applications_come_ten_at_a_time_unless_asked_otherwise() {
    let store = Store::start(SimOptions {
        apps: Some(37),
        ..slow()
    })
    .await;
    let first = store.get("applications").await.is(200);
    assert_eq!(first["value"].as_array().unwrap().len(), 10);
    assert_eq!(first["@nextLink"], "applications?skip=10&top=10");
    assert_eq!(first["totalCount"], 37);
    assert_eq!(pages(&store, "applications").await.len(), 37);
    assert_eq!(
        store.get("applications?top=100").await.is(200)["value"]
            .as_array()
            .unwrap()
            .len(),
        37
    );
    let last = store.get("applications?skip=36&top=2").await.is(200);
    assert!(last.get("@nextLink").is_none());
    assert_eq!(
        store.get("APPLICATIONS?Skip=400").await.is(200)["value"],
        json!([])
    );
    store
        .get("applications?top=many")
        .await
        .refused(400, "InvalidParameterValue", "paging");
}

#[tokio::test]
async fn five_thousand_apps_can_be_read_to_the_end() {
    let store = Store::start(SimOptions {
        apps: Some(5000),
        ..slow()
    })
    .await;
    assert_eq!(pages(&store, "applications?top=100").await.len(), 5000);
}

#[tokio::test]
async fn the_other_lists_put_a_slash_before_the_query() {
    let store = Store::still().await;
    let page = store.get("inappproducts?top=1").await.is(200);
    assert_eq!(page["@nextLink"], "inappproducts/?skip=1&top=1");
    assert!(page["value"][0]["productId"].is_string());
    let add_ons = store
        .get(&format!("{APP}/listinappproducts?top=1"))
        .await
        .is(200);
    assert!(add_ons["value"][0]["inAppProductId"].is_string());
    if let Some(link) = add_ons.get("@nextLink") {
        assert_eq!(
            link,
            "applications/9NX0EXAMPLE1/listinappproducts/?skip=1&top=1"
        );
    }
    let all = pages(&store, &format!("{APP}/listinappproducts?top=1")).await;
    assert!(
        all.contains(&json!({ "inAppProductId": "9NX0ADDONEX1" })),
        "{all:?}"
    );
    let flights = pages(&store, &format!("{APP}/listflights?top=1")).await;
    let flight = flights
        .iter()
        .find(|flight| flight["flightId"] == "5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915")
        .unwrap();
    let location = flight["lastPublishedFlightSubmission"]["resourceLocation"]
        .as_str()
        .unwrap();
    assert!(
        location.starts_with("flights/5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915/submissions/"),
        "{location}"
    );
}

#[tokio::test]
async fn one_application_is_spelled_differently_from_the_list() {
    let store = Store::still().await;
    let list = pages(&store, "applications").await;
    let listed = list.iter().find(|app| app["id"] == "9NX0EXAMPLE1").unwrap();
    assert!(
        listed["packageFamilyName"].is_string()
            && listed.get("hasAdvancedListingPermission").is_none()
    );
    let reply = store.get("Applications/9nx0example1").await;
    assert_eq!(
        reply.headers["content-type"],
        "application/json; charset=utf-8"
    );
    assert!(reply.headers.contains_key("ms-correlationid"));
    let app = reply.is(200);
    assert!(app["PackageFamilyName"].is_string() && app.get("packageFamilyName").is_none());
    assert!(app.get("pendingApplicationSubmission").is_none());
    let last = &app["lastPublishedApplicationSubmission"];
    assert_eq!(
        last["resourceLocation"],
        format!(
            "applications/9NX0EXAMPLE1/submissions/{}",
            last["id"].as_str().unwrap()
        )
    );
}

#[tokio::test]
async fn what_is_not_there() {
    let store = Store::still().await;
    store.get("applications/9NNOTMINE001").await.empty(403);
    store
        .get("applications/40417Northwind.Notes")
        .await
        .empty(404);
    store
        .get("inappproducts/9NNOTMINE001")
        .await
        .refused(404, "ResourceNotFound", "not found");
    store
        .get(&format!(
            "{APP}/flights/00000000-0000-4000-8000-000000000000"
        ))
        .await
        .refused(404, "ResourceNotFound", "not found");
    store.get(&format!("{APP}/submissions/1")).await.refused(
        404,
        "ResourceNotFound",
        "Submission not found",
    );
    store.get("nonsense").await.empty(404);
}
