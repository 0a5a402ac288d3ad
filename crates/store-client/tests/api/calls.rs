//! The calls: paths, bodies, and what is made of the answers.

use super::bench::{Bench, app, assert_no_secret};
use serde_json::{Value, json};
use store_client::{ApiError, NewAddOn, NewFlight, Rollout, blob::UploadUrlError};
use store_model::target::Target;
use wiremock::ResponseTemplate;

const DRAFTS: &str = "applications/9NX0EXAMPLE1/submissions";
const SAS: &str = "https://blobs.example/ingestion/1?sv=2014-02-14&sr=b&sig=CANARY%2B&se=2026-02-04T09:20:00Z&sp=rwl";

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn flight() -> Target {
    Target::flight("9NX0EXAMPLE1", "5f0c2a7e")
}

#[tokio::test]
async fn an_app_draft_is_made_by_the_short_reply_and_then_read() {
    let bench = Bench::start().await;
    let short = json!({"id": "77", "status": "PendingCommit", "fileUploadUrl": SAS});
    bench
        .on(
            "POST",
            DRAFTS,
            ResponseTemplate::new(201).set_body_json(&short),
        )
        .await;
    let full = json!({"id": "77", "status": "PendingCommit", "fileUploadUrl": SAS, "listings": {"en-us": {}}});
    bench.on("GET", &format!("{DRAFTS}/77"), ok(&full)).await;
    let draft = bench.store.create_submission(&app()).await.unwrap();
    assert!(draft.submission.document.get("listings").is_some() && draft.upload.is_ok());
    assert_no_secret(&format!("{draft:?}"));
    assert_eq!(
        bench.calls().await,
        [
            format!("POST {DRAFTS}?isMinimalResponse=true"),
            format!("GET {DRAFTS}/77")
        ]
    );
    bench.log();
}

#[tokio::test]
async fn a_draft_that_was_made_but_not_read_is_left_open() {
    let bench = Bench::start().await;
    bench
        .on(
            "POST",
            DRAFTS,
            ResponseTemplate::new(201).set_body_json(json!({"id": "77"})),
        )
        .await;
    bench
        .on("GET", &format!("{DRAFTS}/77"), ResponseTemplate::new(404))
        .await;
    let error = bench.store.create_submission(&app()).await.unwrap_err();
    assert!(
        error.is_ambiguous()
            && !error.is_not_found()
            && error.to_string().contains("draft 77 was made"),
        "{error}"
    );
}

#[tokio::test]
async fn flight_and_add_on_drafts_come_whole() {
    let bench = Bench::start().await;
    let reply = ResponseTemplate::new(201)
        .set_body_json(json!({"id": "78", "fileUploadUrl": SAS, "status": "PendingCommit"}));
    bench
        .on(
            "POST",
            "applications/9NX0EXAMPLE1/flights/5f0c2a7e/submissions",
            reply.clone(),
        )
        .await;
    bench
        .on("POST", "inappproducts/9NX0ADDONEX1/submissions", reply)
        .await;
    for target in [flight(), Target::add_on("9NX0ADDONEX1")] {
        assert_eq!(
            bench
                .store
                .create_submission(&target)
                .await
                .unwrap()
                .submission
                .id,
            "78"
        );
    }
    assert_eq!(bench.calls().await.len(), 2);
}

#[tokio::test]
async fn an_update_keeps_unknown_fields_their_order_and_number_text() {
    let bench = Bench::start().await;
    let text = r#"{"id":"77","zeta":25.0,"status":"PendingCommit","alpha":12345678901234567890,"fileUploadUrl":"URL","new":{"ü":[0.10,null]}}"#;
    let reply =
        ResponseTemplate::new(200).set_body_raw(text.replace("URL", SAS), "application/json");
    bench
        .on("GET", &format!("{DRAFTS}/77"), reply.clone())
        .await;
    bench.on("PUT", &format!("{DRAFTS}/77"), reply).await;
    let draft = bench.store.submission(&app(), "77").await.unwrap();
    let stored = bench
        .store
        .update_submission(&app(), "77", &draft.submission.document)
        .await
        .unwrap();
    assert_eq!(stored.submission, draft.submission);
    let request = bench.requests().await.pop().unwrap();
    let sent = String::from_utf8(request.body).unwrap();
    assert_eq!(
        sent,
        r#"{"zeta":25.0,"alpha":12345678901234567890,"new":{"ü":[0.10,null]}}"#
    );
    assert_eq!(request.headers["content-type"], "application/json");
    assert_no_secret(&format!("{draft:?} {stored:?}"));
    bench.log();
}

#[tokio::test]
async fn a_submission_without_an_upload_url_is_no_error() {
    let bench = Bench::start().await;
    bench
        .on(
            "GET",
            &format!("{DRAFTS}/77"),
            ok(&json!({"id": "77", "status": "PendingCommit"})),
        )
        .await;
    bench
        .on(
            "GET",
            &format!("{DRAFTS}/78"),
            ok(&json!({"id": "78", "fileUploadUrl": "https://blobs.example/x?CANARY"})),
        )
        .await;
    let portal = bench.store.submission(&app(), "77").await.unwrap();
    assert_eq!(portal.upload.unwrap_err(), UploadUrlError::None);
    assert!(portal.submission.is_portal_made());
    let odd = bench.store.submission(&app(), "78").await.unwrap();
    assert!(odd.submission.has_upload_url());
    assert_no_secret(&format!("{odd:?}"));
    assert_eq!(odd.upload.unwrap_err(), UploadUrlError::NoSignature);
}

#[tokio::test]
async fn deleting_sends_no_body_and_tells_what_is_gone() {
    let bench = Bench::start().await;
    bench
        .on(
            "DELETE",
            &format!("{DRAFTS}/77"),
            ResponseTemplate::new(204),
        )
        .await;
    bench
        .on(
            "DELETE",
            "applications/9NX0EXAMPLE1/flights/5f0c2a7e",
            ResponseTemplate::new(204),
        )
        .await;
    bench.store.delete_submission(&app(), "77").await.unwrap();
    bench.store.delete_product(&flight()).await.unwrap();
    assert!(
        bench
            .store
            .delete_submission(&app(), "78")
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(matches!(
        bench.store.delete_product(&app()).await,
        Err(ApiError::Request { .. })
    ));
    assert!(matches!(
        bench.store.delete_submission(&app(), "").await,
        Err(ApiError::Request { .. })
    ));
    assert!(matches!(
        bench.store.delete_submission(&app(), "..").await,
        Err(ApiError::Request { .. })
    ));
    assert_eq!(bench.calls().await.len(), 3);
}

#[tokio::test]
async fn a_status_without_a_state_is_not_taken_for_one() {
    let bench = Bench::start().await;
    bench
        .on(
            "GET",
            &format!("{DRAFTS}/77/status"),
            ok(&json!({"statusDetails": null})),
        )
        .await;
    bench
        .on(
            "POST",
            &format!("{DRAFTS}/77/commit"),
            ResponseTemplate::new(202),
        )
        .await;
    assert!(matches!(
        bench.store.status(&app(), "77").await,
        Err(ApiError::Unreadable { changes: false, .. })
    ));
    assert!(
        bench
            .store
            .commit(&app(), "77")
            .await
            .unwrap_err()
            .is_ambiguous()
    );
}

#[tokio::test]
async fn new_add_ons_and_flights_send_what_was_given() {
    let bench = Bench::start().await;
    let add_on = json!({"id": "9B", "productId": "pro", "productType": "Durable"});
    bench
        .on(
            "POST",
            "inappproducts",
            ResponseTemplate::new(201).set_body_json(add_on),
        )
        .await;
    bench
        .on(
            "POST",
            "applications/9A/flights",
            ResponseTemplate::new(201).set_body_json(json!({"flightId": "f", "friendlyName": "R"})),
        )
        .await;
    let new = NewAddOn {
        app: "9A".into(),
        product_id: "pro".into(),
        product_type: "Durable".into(),
    };
    let made = bench.store.create_add_on(&new).await.unwrap();
    assert_eq!(
        (made.target, made.app.as_deref()),
        (Target::add_on("9B"), Some("9A"))
    );
    let mut new = NewFlight {
        app: "9A".into(),
        name: None,
        groups: vec!["11".into()],
        rank_higher_than: None,
    };
    bench.store.create_flight(&new).await.unwrap();
    (new.name, new.rank_higher_than) = (Some("Ring 1".into()), Some("Insiders".into()));
    let made = bench.store.create_flight(&new).await.unwrap();
    assert_eq!(made.target, Target::flight("9A", "f"));
    let bodies = bench
        .requests()
        .await
        .into_iter()
        .skip(1)
        .map(|request| String::from_utf8(request.body).unwrap());
    let expected = [
        r#"{"applicationIds":["9A"],"productId":"pro","productType":"Durable"}"#,
        r#"{"groupIds":["11"]}"#,
        r#"{"groupIds":["11"],"friendlyName":"Ring 1","rankHigherThan":"Insiders"}"#,
    ];
    assert_eq!(bodies.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn rollouts_are_read_set_halted_and_finalized() {
    let bench = Bench::start().await;
    let place = "applications/9NX0EXAMPLE1/flights/5f0c2a7e/submissions/77";
    let reply = |percentage: f64, status: &str| {
        ok(
            &json!({"isPackageRollout": true, "packageRolloutPercentage": percentage, "packageRolloutStatus": status, "fallbackSubmissionId": "70"}),
        )
    };
    let none = json!({"isPackageRollout": false, "packageRolloutPercentage": 0.0, "packageRolloutStatus": "PackageRolloutNotStarted", "fallbackSubmissionId": "0"});
    bench
        .on("GET", &format!("{place}/packagerollout"), ok(&none))
        .await;
    bench
        .on(
            "POST",
            &format!("{place}/updatepackagerolloutpercentage"),
            reply(12.5, "PackageRolloutInProgress"),
        )
        .await;
    bench
        .on(
            "POST",
            &format!("{place}/haltpackagerollout"),
            reply(0.0, "PackageRolloutStopped"),
        )
        .await;
    bench
        .on(
            "POST",
            &format!("{place}/finalizepackagerollout"),
            reply(100.0, "PackageRolloutComplete"),
        )
        .await;
    let (store, target) = (&bench.store, flight());
    let read = store.rollout(&target, "77").await.unwrap();
    let expected = Rollout {
        is_rollout: false,
        percentage: 0.0,
        status: "PackageRolloutNotStarted".into(),
        fallback: None,
    };
    assert_eq!(read, expected);
    let set = store.set_rollout(&target, "77", 12.5).await.unwrap();
    assert_eq!(
        (set.percentage.to_string().as_str(), set.fallback.as_deref()),
        ("12.5", Some("70"))
    );
    store.set_rollout(&target, "77", 25.0).await.unwrap();
    assert_eq!(
        store.halt_rollout(&target, "77").await.unwrap().status,
        "PackageRolloutStopped"
    );
    assert_eq!(
        store.finalize_rollout(&target, "77").await.unwrap().status,
        "PackageRolloutComplete"
    );
    for percentage in [-1.0, 100.5, f64::NAN] {
        assert!(matches!(
            store.set_rollout(&target, "77", percentage).await,
            Err(ApiError::Request { .. })
        ));
    }
    assert!(matches!(
        store.rollout(&Target::add_on("9B"), "77").await,
        Err(ApiError::Request { .. })
    ));
    let calls = bench.calls().await;
    assert_eq!(
        calls[1..3],
        [12.5, 25.0]
            .map(|value| format!("POST {place}/updatepackagerolloutpercentage?percentage={value}"))
    );
    assert_eq!(calls.len(), 5);
}
