//! Faults: each effect once, seen by a plain client, and how often a rule strikes.

use crate::client::{APP, FLIGHT, IDENTITY, Store, msix, new_package, options, scenario, zip};
use reqwest::Method;
use serde_json::json;
use store_sim::{Scenario, SimOptions};

#[test]
fn a_scenario_file_says_what_is_wrong_with_it() {
    for (text, words) in [
        ("[[fault]]\ncall = 'creat'\neffect = 'reset'", "`creat`"),
        ("[[fault]]\ncall = 'create'\neffect = 'explode'", "explode"),
        ("[[fault]]\ncall = 'create'\neffect = 'answer'", "`status`"),
        (
            "[[fault]]\ncall = 'commit'\neffect = 'stuck'\nstage = 'Limbo'",
            "`Limbo`",
        ),
        (
            "[[fault]]\ncall = 'commit'\neffect = 'reset'\nnth = 0",
            "count from 1",
        ),
        ("[switches]\nwrong = true", "wrong"),
        (
            "[[fault]]\ncall = 'commit'\neffect = 'operator'",
            "`action`",
        ),
        (
            "[[fault]]\ncall = 'commit'\neffect = 'reset'\naction = 'approve'",
            "`action`",
        ),
    ] {
        let error = Scenario::parse(text).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    for name in Scenario::names() {
        assert!(Scenario::named(name).is_some(), "{name}");
    }
    assert!(Scenario::named("nothing").is_none());
}

#[tokio::test]
async fn a_lost_reply_leaves_the_work_done() {
    let store = Store::start(SimOptions {
        scenario: Scenario::named("lost-reply").unwrap(),
        ..options()
    })
    .await;
    let error = store
        .send(Method::POST, &format!("{APP}/submissions"), None)
        .await
        .err()
        .unwrap();
    assert!(!error.is_timeout() && error.status().is_none(), "{error:?}");
    let id = store.get(APP).await.is(200)["pendingApplicationSubmission"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("{APP}/submissions/{id}");
    let mut document = store.get(&path).await.is(200);
    document["notesForCertification"] = json!("stored all the same");
    assert!(
        store
            .send(Method::PUT, &path, Some(&document))
            .await
            .is_err()
    );
    assert_eq!(
        store.get(&path).await.is(200)["notesForCertification"],
        "stored all the same"
    );
    assert!(
        store
            .send(Method::POST, &format!("{path}/commit"), None)
            .await
            .is_err()
    );
    store.until(&path, &["Published"]).await;
    let counts = store.product("app:9NX0EXAMPLE1").await;
    assert_eq!(
        (&counts["creates"], &counts["commits"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn a_reset_leaves_nothing_done_and_a_cut_body_half_an_answer() {
    let store = Store::start(scenario(
        "[[fault]]\ncall = 'create'\nnth = 1\neffect = 'reset'\n[[fault]]\ncall = 'get-app'\nnth = 2\neffect = 'cut-body'",
    ))
    .await;
    assert!(
        store
            .send(Method::POST, &format!("{APP}/submissions"), None)
            .await
            .is_err()
    );
    assert!(
        store
            .get(APP)
            .await
            .is(200)
            .get("pendingApplicationSubmission")
            .is_none()
    );
    let error = store.send(Method::GET, APP, None).await.err().unwrap();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    store.get(APP).await.is(200);
}

#[tokio::test]
async fn an_answer_can_hide_a_success() {
    let store = Store::start(SimOptions {
        scenario: Scenario::named("hidden-success").unwrap(),
        ..options()
    })
    .await;
    store
        .post(&format!("{APP}/submissions"), None)
        .await
        .refused(503, "InvalidOperation", "exponential backoff");
    store
        .post(&format!("{APP}/submissions"), None)
        .await
        .refused(409, "InvalidState", "Conflict");
}

#[tokio::test]
async fn answers_are_played_as_written_and_counted() {
    let store = Store::start(scenario(
        "[[fault]]\ncall = 'GET /v1.0/my/applications/*'\nevery = 2\ntimes = 1\neffect = 'answer'\nstatus = 429\nretry_after = 7\n\
         [[fault]]\ncall = 'list-apps'\neffect = 'answer'\nstatus = 502\nbody = '<html>bad gateway</html>'\nheaders = { X-Test = 'yes' }\n\
         [[fault]]\ncall = 'get-flight'\neffect = 'answer'\nstatus = 500",
    ))
    .await;
    store.get(APP).await.is(200);
    let reply = store.get(APP).await;
    assert_eq!(reply.headers["retry-after"], "7");
    assert_eq!(
        reply.is(429)["message"],
        "Rate limit is exceeded. Try again in 7 seconds."
    );
    for _ in 0..4 {
        store.get(APP).await.is(200);
    }
    let reply = store.get("applications").await;
    assert_eq!(
        (reply.status, reply.text.as_str()),
        (502, "<html>bad gateway</html>")
    );
    assert_eq!(reply.headers["x-test"], "yes");
    assert_eq!(
        store.get(FLIGHT).await.is(500)["innererror"]["code"],
        "UnknownInternalFailure"
    );
}

#[tokio::test]
async fn chance_is_the_same_for_the_same_seed() {
    let mut played = Vec::new();
    for _ in 0..2 {
        let store = Store::start(scenario(
            "seed = 5\n[[fault]]\ncall = 'get-app'\nchance = 0.3\neffect = 'answer'\nstatus = 503",
        ))
        .await;
        let mut line = String::new();
        for _ in 0..40 {
            line.push(if store.get(APP).await.status == 503 {
                '5'
            } else {
                '2'
            });
        }
        played.push(line);
    }
    assert_eq!(played[0], played[1]);
    let struck = played[0].matches('5').count();
    assert!((4..25).contains(&struck), "{}", played[0]);
}

#[tokio::test]
async fn a_zombie_says_yes_and_stores_nothing() {
    let store = Store::start(SimOptions {
        scenario: Scenario::named("zombie").unwrap(),
        ..options()
    })
    .await;
    let (mut draft, path) = store.draft(APP).await;
    draft["notesForCertification"] = json!("never stored");
    assert_eq!(
        store.put(&path, &draft).await.is(200)["notesForCertification"],
        "never stored"
    );
    assert_ne!(
        store.get(&path).await.is(200)["notesForCertification"],
        "never stored"
    );
    store.delete(&path).await.empty(204);
    let (mut draft, path) = store.draft(APP).await;
    draft["notesForCertification"] = json!("stored");
    store.put(&path, &draft).await.is(200);
    assert_eq!(
        store.get(&path).await.is(200)["notesForCertification"],
        "stored"
    );
}

#[tokio::test]
async fn submissions_end_as_the_scenario_says() {
    let fault = |rest: &str| format!("[[fault]]\ncall = 'commit'\n{rest}");
    for (rest, end, code) in [
        (
            "effect = 'fail'\ncode = 'InvalidState'",
            "CommitFailed",
            Some("InvalidState"),
        ),
        (
            "effect = 'fail'\ncode = 'InvalidParameterValue'",
            "CommitFailed",
            Some("InvalidParameterValue"),
        ),
        (
            "effect = 'fail'\ncode = 'IsInternalError'",
            "CommitFailed",
            Some("IsInternalError"),
        ),
        (
            "effect = 'fail'\nstage = 'PreProcessing'",
            "PreProcessingFailed",
            Some("ServiceError"),
        ),
        (
            "effect = 'fail'\nstage = 'Certification'",
            "CertificationFailed",
            None,
        ),
        (
            "effect = 'fail'\nstage = 'Publishing'",
            "PublishFailed",
            Some("ServiceError"),
        ),
        ("effect = 'fall-back'", "PendingCommit", None),
        ("effect = 'skip'", "Published", None),
    ] {
        let store = Store::start(scenario(&fault(rest))).await;
        let (_, path) = store.draft(APP).await;
        store.post(&format!("{path}/commit"), None).await.is(202);
        let status = store.until(&path, &[end]).await;
        let errors = status["statusDetails"]["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        assert_eq!(
            errors.first().and_then(|error| error["code"].as_str()),
            code,
            "{rest}: {status}"
        );
    }
}

#[tokio::test]
async fn a_stuck_submission_stays() {
    let store = Store::start(SimOptions {
        scenario: Scenario::named("stuck").unwrap(),
        speed: 1e7,
        ..options()
    })
    .await;
    let (_, path) = store.draft(APP).await;
    store.post(&format!("{path}/commit"), None).await.is(202);
    assert_eq!(
        store.get(&format!("{path}/status")).await.is(200)["status"],
        "CommitStarted"
    );
    store
        .operator("unstick", json!({ "product": "app:9NX0EXAMPLE1" }))
        .await;
    store.until(&path, &["Published"]).await;
}

#[tokio::test]
async fn uploads_end_and_lose_what_they_had() {
    let store = Store::start(SimOptions {
        speed: 1.0,
        ..scenario("[[fault]]\ncall = 'put-blob'\nnth = 2\neffect = 'expire-upload'")
    })
    .await;
    let (draft, _) = store.draft(APP).await;
    let bytes = zip(&[("a.msix", msix(IDENTITY, "9.0.0.0"))]);
    assert_eq!(store.upload(&draft, bytes.clone()).await, 201);
    assert_eq!(store.upload(&draft, bytes).await, 403);
    assert!(store.state().await["receivedBytes"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn answers_can_be_strange() {
    let store = Store::start(scenario(
        "[[fault]]\ncall = 'status'\neffect = 'unknown-enum'\nvalue = 'Teleporting'\n\
         [[fault]]\ncall = 'get'\neffect = 'unknown-field'\nfield = 'novelty'\nvalue = '{\"a\":1}'\n\
         [[fault]]\ncall = 'get-app'\neffect = 'control-characters'",
    ))
    .await;
    let (_, path) = store.draft(APP).await;
    assert_eq!(
        store.get(&format!("{path}/status")).await.is(200)["status"],
        "Teleporting"
    );
    assert_eq!(store.get(&path).await.is(200)["novelty"], json!({ "a": 1 }));
    assert!(
        store.get(APP).await.is(200)["primaryName"]
            .as_str()
            .unwrap()
            .contains('\u{1b}')
    );
}

#[tokio::test]
async fn a_running_simulator_takes_a_new_scenario() {
    let store = Store::fast().await;
    store
        .play("[[fault]]\ncall = 'any'\neffect = 'answer'\nstatus = 503")
        .await;
    store.get(APP).await.is(503);
    store.play("").await;
    let (mut draft, path) = store.draft(APP).await;
    draft["applicationPackages"]
        .as_array_mut()
        .unwrap()
        .push(new_package("a.msix"));
    store.put(&path, &draft).await.is(200);
    store.sim.stop().await;
}

#[tokio::test]
async fn blocks_can_fail_one_by_one_and_get_lost() {
    let store = Store::start(scenario(
        "[[fault]]\ncall = 'put-block'\nnth = 1\neffect = 'answer'\nstatus = 503\n\
         [[fault]]\ncall = 'put-block'\nnth = 2\neffect = 'reset'\n\
         [[fault]]\ncall = 'put-block-list'\nnth = 1\neffect = 'lose-blocks'",
    ))
    .await;
    let (draft, _) = store.draft(APP).await;
    let url = draft["fileUploadUrl"].as_str().unwrap().replace('+', "%2B");
    let block = || {
        store
            .http
            .put(format!("{url}&comp=block&blockid=YWFhYQ%3D%3D"))
            .body("some bytes")
            .send()
    };
    let list = || {
        let body = "<?xml version=\"1.0\"?><BlockList><Latest>YWFhYQ==</Latest></BlockList>";
        store
            .http
            .put(format!("{url}&comp=blocklist"))
            .body(body)
            .send()
    };
    assert_eq!(block().await.unwrap().status(), 503);
    assert!(block().await.is_err());
    assert_eq!(block().await.unwrap().status(), 201);
    assert_eq!(
        list().await.unwrap().status(),
        400,
        "the staged block is gone"
    );
    assert_eq!(block().await.unwrap().status(), 201);
    assert_eq!(list().await.unwrap().status(), 201);
    assert_eq!(
        store
            .http
            .get(&url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        "some bytes"
    );
}

#[tokio::test]
async fn faults_can_be_for_one_product_and_take_their_time() {
    let store = Store::start(scenario(
        "[[fault]]\ncall = 'create'\nproduct = '5F0C2A7E-6b1d-4c3e-9a84-0d2f61b7c915'\neffect = 'answer'\nstatus = 500\n\
         [[fault]]\ncall = 'get-addon'\nproduct = 'addon:9NX0ADDONEX1'\neffect = 'answer'\nstatus = 500\n\
         [[fault]]\ncall = 'create'\neffect = 'delay'\nmilliseconds = 1\n\
         [[fault]]\ncall = 'sign-in'\neffect = 'answer'\nstatus = 503\nbody = '{\"error\":\"temporarily_unavailable\"}'\ntimes = 0",
    ))
    .await;
    store
        .post(&format!("{FLIGHT}/submissions"), None)
        .await
        .is(500);
    store.get("inappproducts/9NX0ADDONEX1").await.is(500);
    store.get("inappproducts/9NX0ADDONEX2").await.is(200);
    store
        .post(&format!("{APP}/submissions"), None)
        .await
        .is(201);
    let answered = store.state().await;
    assert_eq!(
        (
            &answered["answered"]["create"],
            &answered["succeeded"]["create"]
        ),
        (&json!(1), &json!(1)),
        "a fault's answer is not the Store's"
    );
}

#[tokio::test]
async fn somebody_else_acts_right_before_a_call() {
    let store = Store::start(scenario(
        r#"
        [[fault]]
        call = "store"
        nth = 4
        effect = "operator"
        action = "change-draft"
        body = '{"product": "app:9NX0EXAMPLE1", "field": "/pricing/priceId", "value": "Free"}'
        [[fault]]
        call = "commit"
        nth = 1
        effect = "operator"
        action = "touch-draft"
        [[fault]]
        call = "delete"
        effect = "operator"
        action = "change-draft"
        body = '{"field": "/no/such/place", "value": 1}'
        "#,
    ))
    .await;
    let (draft, path) = store.draft(APP).await;
    assert_ne!(draft["pricing"]["priceId"], "Free");
    store.put(&path, &draft).await.is(200);
    assert_eq!(
        store.get(&path).await.is(200)["pricing"]["priceId"],
        draft["pricing"]["priceId"]
    );
    // The fourth request.
    assert_eq!(store.get(&path).await.is(200)["pricing"]["priceId"], "Free");
    store.post(&format!("{path}/commit"), None).await.refused(
        400,
        "InvalidOperation",
        "created through the API",
    );
    let answer = store.delete(&path).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("/no/such/place"), "{}", answer.text);
}

#[tokio::test]
async fn documents_are_changed_at_any_place() {
    let store = Store::still().await;
    let (draft, path) = store.draft(APP).await;
    let changes = [
        json!({ "field": "/listings/en-us/baseListing/keywords/-", "value": "added" }),
        json!({ "field": "/visibility", "value": "Private" }),
        json!({ "field": "/listings/de-de" }),
        json!({ "field": "/applicationPackages/0" }),
    ];
    for mut change in changes {
        change["product"] = json!("app:9NX0EXAMPLE1");
        store.operator("change-draft", change).await;
    }
    let seen = store.get(&path).await.is(200);
    let keywords = seen["listings"]["en-us"]["baseListing"]["keywords"]
        .as_array()
        .unwrap();
    assert_eq!(keywords.last(), Some(&json!("added")));
    assert_eq!(seen["visibility"], "Private");
    assert!(draft["listings"].get("de-de").is_some());
    assert!(seen["listings"].get("de-de").is_none());
    assert_eq!(
        seen["applicationPackages"].as_array().unwrap().len() + 1,
        draft["applicationPackages"].as_array().unwrap().len()
    );
    store
        .operator(
            "change-live",
            json!({ "product": "app:9NX0EXAMPLE1", "field": "/pricing/priceId", "value": "Free" }),
        )
        .await;
    store.delete(&path).await.empty(204);
    let (next, _) = store.draft(APP).await;
    assert_eq!(next["pricing"]["priceId"], "Free");
}

#[tokio::test]
async fn a_hostile_store_can_be_worked_with() {
    let store = Store::start(SimOptions {
        scenario: Scenario::named("hostile").unwrap(),
        ..options()
    })
    .await;
    let (draft, path) = store.draft(APP).await;
    let title = draft["listings"]["en-us"]["baseListing"]["title"]
        .as_str()
        .unwrap();
    for part in ["\u{1b}]52;", "\u{9b}", "\r\n##vso[", "\u{202e}", "\u{2066}"] {
        assert!(title.contains(part), "{title:?}");
    }
    // Sent back as it came, it is stored as it was: reading twice does not mark twice.
    let stored = store.put(&path, &draft).await.is(200);
    assert_eq!(stored["listings"], draft["listings"]);
    store.post(&format!("{path}/commit"), None).await.is(202);
    store.until(&path, &["Published"]).await;
    store.play("").await;
    let live = store.get(&path).await.is(200);
    assert_eq!(
        live["listings"]["en-us"]["baseListing"]["title"],
        "Northwind Notes"
    );
}
