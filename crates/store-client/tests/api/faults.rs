//! What happens when the service, the gateway or the network misbehaves.

use super::bench::{
    self, Bench, app, assert_no_secret, give_tokens, in_turn, raw_reply, raw_server,
};
use super::nobody::Nobody;
use rstest::rstest;
use serde_json::json;
use std::time::Duration;
use store_client::{ApiError, Patience, Priority};
use wiremock::{MockServer, ResponseTemplate};

pub(crate) const APP: &str = "applications/9NX0EXAMPLE1";
pub(crate) const COMMIT: &str = "applications/9NX0EXAMPLE1/submissions/1/commit";
pub(crate) const STATUS: &str = "applications/9NX0EXAMPLE1/submissions/1/status";

pub(crate) fn resource() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"id": "9NX0EXAMPLE1", "primaryName": "Notes"}))
}

pub(crate) fn committed() -> ResponseTemplate {
    ResponseTemplate::new(202).set_body_json(json!({"status": "CommitStarted"}))
}

fn too_many(seconds: u32) -> ResponseTemplate {
    let message = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
    ResponseTemplate::new(429).set_body_json(json!({"statusCode": 429, "message": message}))
}

#[tokio::test]
async fn too_many_requests_are_sent_again_after_the_pause_even_changes() {
    let bench = Bench::start().await;
    bench
        .on(
            "GET",
            APP,
            in_turn([too_many(90).insert_header("Retry-After", "0"), resource()]),
        )
        .await;
    bench
        .on(
            "POST",
            COMMIT,
            in_turn([too_many(0), too_many(0), committed()]),
        )
        .await;
    bench.store.product(&app()).await.unwrap();
    bench.store.commit(&app(), "1").await.unwrap();
    assert_eq!(bench.calls().await.len(), 5);
    assert_eq!(bench.log()[1].status, Some(429));
}

#[tokio::test]
async fn a_gateway_that_stays_closed_is_an_error_and_no_endless_loop() {
    let bench = Bench::start().await;
    bench.on("GET", APP, too_many(0)).await;
    let error = bench.store.product(&app()).await.unwrap_err();
    assert!(
        matches!(error, ApiError::Throttled { .. }) && !error.is_ambiguous(),
        "{error:?}"
    );
    assert_eq!(bench.calls().await.len(), 6);
}

#[tokio::test]
async fn a_pause_of_hours_is_told_at_once_holds_the_background_and_lets_people_try() {
    let bench = Bench::start().await;
    let quota = ResponseTemplate::new(429)
        .insert_header("Retry-After", "14400")
        .set_body_json(json!({"statusCode": 429, "message": "Out of call volume quota."}));
    bench
        .on("GET", APP, in_turn([quota.clone(), quota, resource()]))
        .await;
    bench.on("GET", STATUS, committed()).await;
    let background = bench.store.with_priority(Priority::Pending);
    for _ in 0..2 {
        let error = bench.store.product(&app()).await.unwrap_err().to_string();
        assert!(
            error.contains("429 Too Many Requests: Out of call volume quota, and asks to wait 4 h"),
            "{error}"
        );
        let error = background.status(&app(), "1").await.unwrap_err();
        assert!(
            matches!(error, ApiError::Throttled { said: Some(_), .. })
                && error
                    .to_string()
                    .contains("it was not sent, because 1 s ago"),
            "{error}"
        );
    }
    assert_eq!(bench.calls().await.len(), 2);
    // The third try is answered, which ends the pause for everybody.
    bench.store.product(&app()).await.unwrap();
    background.status(&app(), "1").await.unwrap();
}

#[tokio::test]
async fn a_service_that_is_down_for_hours_says_so_itself() {
    let bench = Bench::start().await;
    let down = ResponseTemplate::new(503)
        .insert_header("Retry-After", "7200")
        .set_body_string("Down for maintenance.");
    bench.on("GET", APP, down).await;
    let error = bench.store.product(&app()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("503 Service Unavailable: Down for maintenance. It asks to wait 2 h."),
        "{error}"
    );
    assert_eq!(bench.calls().await.len(), 1);
}

#[rstest]
#[case(500)]
#[case(502)]
#[case(503)]
#[case(504)]
#[tokio::test]
async fn trouble_repeats_reads_but_never_changes(#[case] status: u16) {
    let bench = Bench::start().await;
    let trouble = ResponseTemplate::new(status).insert_header("MS-CorrelationId", "0f1e2d3c");
    bench
        .on(
            "GET",
            APP,
            in_turn([
                trouble.clone(),
                trouble.clone(),
                trouble.clone(),
                resource(),
            ]),
        )
        .await;
    bench.store.product(&app()).await.unwrap();
    assert_eq!(bench.calls().await.len(), 4);
    bench.on("POST", COMMIT, trouble.clone()).await;
    let error = bench.store.commit(&app(), "1").await.unwrap_err();
    assert!(
        error.is_ambiguous() && error.status() == Some(status),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("look at the product again")
            && error.to_string().contains("0f1e2d3c"),
        "{error}"
    );
    assert_eq!(bench.calls().await.len(), 5);
    bench.on("GET", STATUS, trouble).await;
    let error = bench.store.status(&app(), "1").await.unwrap_err();
    assert!(!error.is_ambiguous(), "{error:?}");
    assert_eq!(bench.calls().await.len(), 9);
    assert_eq!(bench.log()[1].correlation.as_deref(), Some("0f1e2d3c"));
}

#[tokio::test]
async fn error_bodies_of_all_shapes_are_told() {
    let bench = Bench::start().await;
    let api = json!({"code": "InvalidOperation", "data": [], "details": [], "source": "Ingestion Api", "target": "applicationSubmission",
        "message": "Ingestion API can only update, delete, and commit submissions that are created through the API.\u{1b}[2J Please delete"});
    let gateway = json!({"statusCode": 400, "message": "Gateway says no"});
    let text = ResponseTemplate::new(411).set_body_string("Length\r\nRequired");
    let page =
        ResponseTemplate::new(403).set_body_raw("<html><body>Forbidden</body></html>", "text/html");
    let shapes = [
        (
            ResponseTemplate::new(400).set_body_json(api),
            Some("InvalidOperation"),
            "made or touched in Partner Center",
        ),
        (
            ResponseTemplate::new(400).set_body_json(gateway),
            None,
            "Gateway says no",
        ),
        (text, None, "Length Required"),
        (page, None, "403 Forbidden without saying why"),
        (
            ResponseTemplate::new(404),
            None,
            "404 Not Found without saying why",
        ),
    ];
    bench
        .on(
            "POST",
            COMMIT,
            in_turn(shapes.iter().map(|(reply, _, _)| reply.clone())),
        )
        .await;
    for (_, code, part) in shapes {
        let error = bench.store.commit(&app(), "1").await.unwrap_err();
        let told = error.to_string();
        assert!(
            told.starts_with("Could not commit submission 1 of app:9NX0EXAMPLE1")
                && told.contains(part),
            "{told}"
        );
        assert!(!told.contains(char::is_control), "{told:?}");
        assert_eq!((error.code(), error.is_ambiguous()), (code, false));
    }
    let activity = json!({"code": "InternalServerError", "message": "An internal server error occurred.", "activityId": "a-1"});
    bench
        .on(
            "POST",
            "applications/9B/submissions/1/commit",
            ResponseTemplate::new(500).set_body_json(activity),
        )
        .await;
    let error = bench
        .store
        .commit(&store_model::target::Target::app("9B"), "1")
        .await
        .unwrap_err();
    assert_eq!(error.correlation(), Some("a-1"));
    assert_eq!(
        bench.log().last().unwrap().correlation.as_deref(),
        Some("a-1")
    );
}

/// A Store behind raw bytes, signed in by a mock server.
async fn behind_raw_bytes(
    replies: Vec<Vec<u8>>,
) -> (
    store_client::Store,
    std::sync::Arc<std::sync::Mutex<Vec<String>>>,
    MockServer,
) {
    let login = MockServer::start().await;
    give_tokens(&login).await;
    let (address, requests) = raw_server(replies).await;
    let mut settings = bench::settings(&address, bench::secret(bench::SECRET));
    settings.login = login.uri().parse().unwrap();
    (bench::store_of(settings).0, requests, login)
}

fn cut() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"status\": \"Comm".to_vec()
}

#[tokio::test]
async fn a_cut_body_repeats_a_read_and_leaves_a_change_open() {
    let whole = raw_reply("200 OK", r#"{"status": "Certification"}"#);
    let (store, requests, _login) = behind_raw_bytes(vec![cut(), cut(), whole, cut()]).await;
    assert_eq!(
        store.status(&app(), "1").await.unwrap().status.as_str(),
        "Certification"
    );
    let error = store.commit(&app(), "1").await.unwrap_err();
    assert!(
        matches!(error, ApiError::Unreadable { .. }) && error.is_ambiguous(),
        "{error:?}"
    );
    assert!(error.to_string().contains("it broke off"), "{error}");
    assert_eq!(requests.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer_repeats_a_read_only() {
    let (store, requests, _login) = behind_raw_bytes(vec![
        Vec::new(),
        raw_reply("200 OK", r#"{"status": "Release"}"#),
        Vec::new(),
    ])
    .await;
    assert_eq!(
        store.status(&app(), "1").await.unwrap().status.as_str(),
        "Release"
    );
    let error = store.commit(&app(), "1").await.unwrap_err();
    assert!(
        matches!(error, ApiError::Lost { was_sent: true, .. }) && error.is_ambiguous(),
        "{error:?}"
    );
    assert_eq!(requests.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_post_without_a_body_says_length_zero_and_json() {
    let (store, requests, _login) = behind_raw_bytes(vec![raw_reply(
        "202 Accepted",
        r#"{"status": "CommitStarted"}"#,
    )])
    .await;
    store.commit(&app(), "1").await.unwrap();
    let request = requests.lock().unwrap()[0].to_lowercase();
    assert!(
        request.starts_with(
            "post /v1.0/my/applications/9nx0example1/submissions/1/commit http/1.1\r\n"
        ),
        "{request}"
    );
    for (line, count) in [
        ("\r\ncontent-length: 0\r\n", 1),
        ("\r\ncontent-type: application/json\r\n", 1),
        ("transfer-encoding", 0),
    ] {
        assert_eq!(request.matches(line).count(), count, "{line} in {request}");
    }
    assert!(request.ends_with("\r\n\r\n"), "{request}");
}

#[tokio::test]
async fn a_slow_answer_is_lost_and_a_change_is_left_open() {
    let bench = Bench::start().await;
    bench
        .on(
            "POST",
            COMMIT,
            committed().set_delay(Duration::from_hours(1)),
        )
        .await;
    bench.store.sign_in().await.unwrap();
    let store = bench.store.with_patience(Patience {
        change: Duration::from_secs(2),
        ..Patience::default()
    });
    let error = store.commit(&app(), "1").await.unwrap_err();
    assert!(
        matches!(error, ApiError::Lost { was_sent: true, .. }) && error.is_ambiguous(),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .contains("no complete answer came in time from http://127.0.0.1:"),
        "{error}"
    );
    assert_no_secret(&format!("{error:?}"));
    assert_eq!(bench.calls().await.len(), 1);
}

#[tokio::test]
async fn a_store_that_is_not_there_leaves_nothing_open() {
    let nobody = Nobody::new();
    let bench = Bench::with(|settings| {
        settings.store = format!("http://{}", nobody.address()).parse().unwrap();
    })
    .await;
    let error = bench.store.commit(&app(), "1").await.unwrap_err();
    assert!(
        matches!(
            error,
            ApiError::Lost {
                was_sent: false,
                ..
            }
        ) && !error.is_ambiguous(),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains(&format!(
            "the connection to http://{} failed: ",
            nobody.address()
        )) && !text.contains("/v1.0"),
        "{text}"
    );
    assert_eq!(bench.log().len(), 2);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_named_and_nothing_more() {
    let plain = MockServer::start().await;
    let address = plain.uri().replace("http://", "https://");
    let login = Bench::with(|settings| settings.login = address.parse().unwrap()).await;
    let store = Bench::with(|settings| settings.store = address.parse().unwrap()).await;
    for (error, tried) in [
        (
            login.store.sign_in().await.unwrap_err(),
            "Could not sign in",
        ),
        (
            store.store.product(&app()).await.unwrap_err(),
            "Could not read app:9NX0EXAMPLE1",
        ),
    ] {
        let text = error.to_string();
        assert!(
            text.starts_with(&format!("{tried}: the connection to {address} failed: ")),
            "{text}"
        );
        assert!(!text.contains("oauth2") && !text.contains("v1.0"), "{text}");
        assert_no_secret(&format!("{error:?}"));
    }
}
