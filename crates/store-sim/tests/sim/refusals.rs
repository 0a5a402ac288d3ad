//! Every refusal of the error catalogue that a client can bring about, with the texts as they were reported.

use crate::client::{ADD_ON, APP, FLIGHT, Store, answer, new_package, scenario};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const BAD: &str = "InvalidParameterValue";

#[tokio::test]
async fn there_is_only_one_pending_submission() {
    let store = Store::still().await;
    store.draft(APP).await;
    store
        .post(&format!("{APP}/submissions"), None)
        .await
        .refused(
            409,
            "InvalidState",
            "status code Conflict, reason phrase Conflict",
        );
    store.draft(ADD_ON).await;
    store
        .post(&format!("{ADD_ON}/submissions"), None)
        .await
        .refused(409, "InvalidState", "already has an in-progress submission");
}

#[tokio::test]
async fn a_committed_submission_is_out_of_reach() {
    let store = Store::still().await;
    let (draft, path) = store.draft(FLIGHT).await;
    store.post(&format!("{path}/commit"), None).await.is(202);
    store
        .put(&path, &draft)
        .await
        .refused(409, "InvalidState", "CommitStarted");
    store
        .post(&format!("{path}/commit"), None)
        .await
        .refused(409, "InvalidState", "CommitStarted");
    store.delete(&path).await.refused(
        409,
        "InvalidState",
        "Submission in its current state cannot be deleted",
    );
    store
        .delete(FLIGHT)
        .await
        .refused(409, "InvalidState", "cannot be deleted");
}

#[tokio::test]
async fn a_published_submission_cannot_be_deleted() {
    let store = Store::still().await;
    let id = store.get(APP).await.is(200)["lastPublishedApplicationSubmission"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    store
        .delete(&format!("{APP}/submissions/{id}"))
        .await
        .refused(409, "InvalidState", "cannot be deleted");
    store
        .get(&format!("{ADD_ON}/submissions/{id}"))
        .await
        .refused(409, "InvalidState", "does not belong");
}

#[tokio::test]
async fn a_draft_of_partner_center_can_only_be_looked_at() {
    let store = Store::still().await;
    for touched in [false, true] {
        let product = json!({ "product": "app:9NX0EXAMPLE1" });
        if touched {
            store.draft(APP).await;
            store.operator("touch-draft", product.clone()).await;
        } else {
            store.operator("portal-draft", product.clone()).await;
        }
        let id = store.get(APP).await.is(200)["pendingApplicationSubmission"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!("{APP}/submissions/{id}");
        let document = store.get(&path).await.is(200);
        assert!(document.get("fileUploadUrl").is_none());
        let words =
            "can only update, delete, and commit submissions that are created through the API";
        store
            .put(&path, &document)
            .await
            .refused(400, "InvalidOperation", words);
        store
            .delete(&path)
            .await
            .refused(400, "InvalidOperation", words);
        store
            .post(&format!("{path}/commit"), None)
            .await
            .refused(400, "InvalidOperation", words);
        store
            .post(&format!("{APP}/submissions"), None)
            .await
            .refused(409, "InvalidState", "Conflict");
        store.operator("delete-draft", product).await;
    }
}

#[tokio::test]
async fn an_unsupported_product_is_in_the_list_and_nowhere_else() {
    let store = Store::still().await;
    store
        .operator("unsupported", json!({ "product": "app:9NX0EXAMPLE1" }))
        .await;
    let list = store.get("applications?top=100").await.is(200);
    assert!(
        list["value"]
            .as_array()
            .unwrap()
            .iter()
            .any(|app| app["id"] == "9NX0EXAMPLE1")
    );
    for path in [APP, &format!("{APP}/listflights"), FLIGHT] {
        store.get(path).await.refused(
            409,
            "InvalidState",
            "uses features that are not supported by the submission API",
        );
    }
    store
        .post(&format!("{APP}/submissions"), None)
        .await
        .refused(409, "InvalidState", "not supported");
}

#[tokio::test]
async fn a_flight_without_its_first_submission_is_lost() {
    let store = Store::still().await;
    let flight = store
        .post(
            &format!("{APP}/flights"),
            Some(&json!({ "friendlyName": "Lost" })),
        )
        .await
        .is(201);
    assert_eq!(
        flight["rankHigherThan"], "Ring 1",
        "no rank given: above all others"
    );
    let product = format!("{APP}/flights/{}", flight["flightId"].as_str().unwrap());
    let first = flight["pendingFlightSubmission"]["id"].as_str().unwrap();
    store
        .delete(&format!("{product}/submissions/{first}"))
        .await
        .empty(204);
    store
        .post(&format!("{product}/submissions"), None)
        .await
        .empty(404);
    store.delete(&product).await.empty(204);
    store
        .get(&product)
        .await
        .refused(404, "ResourceNotFound", "not found");
    store
        .post(
            &format!("{APP}/flights"),
            Some(&json!({ "friendlyName": "Insiders" })),
        )
        .await
        .refused(409, "InvalidState", "already exists");
    let nobody = json!({ "friendlyName": "New", "rankHigherThan": "Nobody" });
    store
        .post(&format!("{APP}/flights"), Some(&nobody))
        .await
        .refused(400, BAD, "Nobody");
    // The documentation's way: no submission is born with the flight, and one can be created.
    store
        .operator("switch", json!({ "name": "flights_without_draft" }))
        .await;
    let flight = store
        .post(
            &format!("{APP}/flights"),
            Some(&json!({ "friendlyName": "By the book" })),
        )
        .await
        .is(201);
    assert!(flight.get("pendingFlightSubmission").is_none());
    store
        .draft(&format!(
            "{APP}/flights/{}",
            flight["flightId"].as_str().unwrap()
        ))
        .await;
}

#[tokio::test]
async fn add_ons_are_made_and_deleted_by_the_rules() {
    let store = Store::still().await;
    let ask = |product: &str, kind: &str| json!({ "applicationIds": ["9NX0EXAMPLE1"], "productId": product, "productType": kind });
    let made = store
        .post("inappproducts", Some(&ask("notes.once", "Consumable")))
        .await
        .is(201);
    store
        .post("inappproducts", Some(&ask("notes.once", "Consumable")))
        .await
        .refused(409, "InvalidState", "already in use");
    store
        .post("inappproducts", Some(&ask("a:b", "Durable")))
        .await
        .refused(400, BAD, "none of");
    store
        .post("inappproducts", Some(&ask(&"x".repeat(101), "Durable")))
        .await
        .refused(400, BAD, "1 to 100");
    store
        .post("inappproducts", Some(&ask("notes.sub", "Subscription")))
        .await
        .refused(400, BAD, "Subscription");
    store
        .post(
            "inappproducts",
            Some(&json!({ "productId": "x", "productType": "Durable" })),
        )
        .await
        .refused(400, BAD, "one application");
    let path = format!("inappproducts/{}", made["id"].as_str().unwrap());
    store.delete(&path).await.empty(204);
    store
        .delete(&path)
        .await
        .refused(404, "ResourceNotFound", "not found");
    store
        .delete(ADD_ON)
        .await
        .refused(409, "InvalidState", "cannot be deleted");
}

/// Makes one change to the draft and sends it.
async fn put(
    store: &Store,
    path: &str,
    draft: &Value,
    place: &str,
    value: Value,
) -> crate::client::Answer {
    let mut edited = draft.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = edited.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(_) => *parent.pointer_mut(&format!("/{name}")).unwrap() = value,
        _ => parent[name] = value,
    }
    store.put(path, &edited).await
}

#[tokio::test]
async fn an_app_update_is_checked() {
    let store = Store::still().await;
    let (draft, path) = store.draft(APP).await;
    let long = |count: usize| json!("x".repeat(count));
    let base = "/listings/en-us/baseListing";
    let families = json!({ "Desktop": true, "Mobile": false });
    let strange = json!({ "Desktop": true, "Mobile": false, "Xbox": false, "Holographic": false, "Core": true });
    let cases: Vec<(String, Value, &str, &str)> = vec![
        (
            "/listings".into(),
            json!({}),
            "appListings",
            "The size of AppListings must be 1 or more",
        ),
        (
            "/listings".into(),
            json!({ "xx-yy": {}, "en-us": {}, "qq": {} }),
            "appListings",
            "Language codes: xx-yy|qq not supported",
        ),
        (
            "/pricing/priceId".into(),
            json!("Base"),
            "pricing",
            "'Base' is not a valid PriceId for base price.",
        ),
        (
            "/pricing/priceId".into(),
            json!("Tier1"),
            "pricing",
            "Valid values",
        ),
        (
            "/pricing/priceId".into(),
            Value::Null,
            "pricing",
            "You must select a valid base price",
        ),
        (
            "/pricing/marketSpecificPricings".into(),
            json!({ "de": "Free" }),
            "marketSpecificPricings",
            "de",
        ),
        (
            "/pricing/marketSpecificPricings".into(),
            json!({ "DE": "free" }),
            "pricing",
            "free",
        ),
        (
            "/allowTargetFutureDeviceFamilies".into(),
            families,
            "allowTargetFutureDeviceFamilies",
            "[Desktop, Mobile, Xbox, Holographic]",
        ),
        (
            "/allowTargetFutureDeviceFamilies".into(),
            strange,
            "allowTargetFutureDeviceFamilies",
            "Core",
        ),
        (
            "/applicationPackages".into(),
            json!([]),
            "packages",
            "The following packages are missing in your update: ",
        ),
        (
            "/applicationPackages/0/fileStatus".into(),
            json!("PendingUpload"),
            "packages",
            "missing in your update: 2000000000071000001",
        ),
        (
            format!("{base}/images/0/id"),
            json!(""),
            "images",
            "should contain Id",
        ),
        (
            format!("{base}/images/0/imageType"),
            json!("screenshot"),
            "imageType",
            "screenshot",
        ),
        (
            "/applicationPackages/0/fileStatus".into(),
            json!("uploaded"),
            "fileStatus",
            "uploaded",
        ),
        (
            "/visibility".into(),
            json!("public"),
            "visibility",
            "public",
        ),
        (
            "/applicationCategory".into(),
            json!("Games_Chess"),
            "applicationCategory",
            "'Games_Chess' is not a valid 'ApplicationCategory' value",
        ),
        (
            "/targetPublishMode".into(),
            json!("Later"),
            "targetPublishMode",
            "Later",
        ),
        (
            "/targetPublishMode".into(),
            json!("SpecificDate"),
            "targetPublishDate",
            "needs a date",
        ),
        (
            "/hardwarePreferences".into(),
            json!(["Pen"]),
            "hardwarePreferences",
            "Pen",
        ),
        (
            "/pricing/trialPeriod".into(),
            json!("Forever"),
            "trialPeriod",
            "Forever",
        ),
        (
            format!("{base}/description"),
            long(10_001),
            "description",
            "10000",
        ),
        (
            format!("{base}/releaseNotes"),
            long(1501),
            "releaseNotes",
            "1500",
        ),
        (
            format!("{base}/keywords"),
            json!(["a", "b", "c", "d", "e", "f", "g", "h"]),
            "keywords",
            "The size of Keywords must be 7 or less",
        ),
        (
            format!("{base}/keywords"),
            json!(["x".repeat(31)]),
            "keyword",
            "The length of Keyword must be 30 or less",
        ),
        (
            format!("{base}/features"),
            json!([long(201)]),
            "feature",
            "The length of Feature must be 200 or less",
        ),
        (
            "/gamingOptions".into(),
            json!([{}, {}]),
            "gamingOptions",
            "only one",
        ),
        (
            "/trailers".into(),
            json!([{ "videoFileName": "a.mp4", "trailerAssets": { "en-us": { "imageList": [] } } }]),
            "imageList",
            "exactly one",
        ),
        (
            "/packageDeliveryOptions/packageRollout/packageRolloutPercentage".into(),
            json!(100.5),
            "packageRolloutPercentage",
            "0 to 100",
        ),
    ];
    for (place, value, target, words) in cases {
        let reply = put(&store, &path, &draft, &place, value.clone()).await;
        assert_eq!(
            reply.body["target"], target,
            "{place} {value}: {}",
            reply.text
        );
        reply.refused(400, BAD, words);
    }
    let untouched = store.get(&path).await.is(200);
    assert_eq!(untouched, draft, "nothing refused was stored");
    let request = store
        .http
        .put(format!("{}/v1.0/my/{path}", store.sim.url()))
        .bearer_auth(&store.token)
        .body("{\"a\": ");
    answer(request)
        .await
        .unwrap()
        .refused(400, BAD, "not valid JSON");
}

#[tokio::test]
async fn add_on_and_flight_updates_are_checked() {
    let store = Store::still().await;
    let (draft, path) = store.draft(ADD_ON).await;
    for (place, value, words) in [
        ("/contentType", json!("NotSet"), "NotSet"),
        ("/lifetime", json!("Always"), "Always"),
        ("/keywords", json!(["x".repeat(31)]), "Keyword must be 30"),
        ("/listings", json!({}), "1 or more"),
        ("/pricing/priceId", json!("Base"), "'Base'"),
        ("/listings/en-us/title", json!("x".repeat(101)), "100"),
        ("/tag", json!("x".repeat(3001)), "3000"),
    ] {
        put(&store, &path, &draft, place, value)
            .await
            .refused(400, BAD, words);
    }
    let (draft, path) = store.draft(FLIGHT).await;
    put(&store, &path, &draft, "/flightPackages", json!([]))
        .await
        .refused(400, BAD, "missing in your update");
    let mut package = new_package("a.msix");
    package["minimumSystemRam"] = json!("Memory4GB");
    let mut packages = draft["flightPackages"].clone();
    packages.as_array_mut().unwrap().push(package);
    put(&store, &path, &draft, "/flightPackages", packages)
        .await
        .refused(400, BAD, "Memory4GB");
}

#[tokio::test]
async fn switches_move_what_is_refused() {
    let store = Store::start(scenario(
        "[switches]\nlate_validation = true\nstrict_bodies = true\nrefuse_echo = true",
    ))
    .await;
    store
        .post(&format!("{APP}/submissions"), None)
        .await
        .empty(415);
    store
        .post(&format!("{APP}/submissions"), Some(&json!({})))
        .await
        .refused(400, BAD, "not valid");
    store
        .operator("switch", json!({ "name": "strict_bodies", "on": false }))
        .await;
    let (draft, path) = store.draft(APP).await;
    put(&store, &path, &draft, "/visibility", json!("public"))
        .await
        .is(200);
    store.post(&format!("{path}/commit"), None).await.is(202);
    let status = store.until(&path, &["CommitFailed", "Published"]).await;
    assert_eq!(status["statusDetails"]["errors"][0]["code"], BAD);
    let (draft, path) = store.draft(ADD_ON).await;
    store
        .put(&path, &draft)
        .await
        .refused(400, BAD, "read-only");
}

#[tokio::test]
async fn a_price_of_the_new_model_reads_as_base() {
    let store = Store::still().await;
    store
        .operator("base-price", json!({ "product": "app:9NX0EXAMPLE1" }))
        .await;
    let (draft, path) = store.draft(APP).await;
    assert_eq!(draft["pricing"]["priceId"], "Base");
    store.put(&path, &draft).await.refused(400, BAD, "'Base'");
}

#[tokio::test]
async fn a_post_without_length_is_refused() {
    let store = Store::still().await;
    let mut line = tokio::net::TcpStream::connect(store.sim.address())
        .await
        .unwrap();
    let head = format!(
        "POST /v1.0/my/{APP}/submissions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        store.token
    );
    line.write_all(head.as_bytes()).await.unwrap();
    let mut reply = String::new();
    line.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 411 "), "{reply}");
    let _ = store.send(Method::GET, APP, None).await.unwrap().is(200);
}
