//! Sign-in, the shared token, and where secrets may not go.

use super::bench::{self, Bench, SECRET, SIGN_IN, app, assert_no_secret, in_turn};
use futures::future::join_all;
use serde_json::json;
use std::sync::Arc;
use store_client::{ApiError, Credential, EndpointError};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

fn resource() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"id": "9NX0EXAMPLE1", "primaryName": "Notes"}))
}

fn gateway_401() -> ResponseTemplate {
    let body = json!({"statusCode": 401, "message": "APIM: Unauthorized. Access token is missing or invalid."});
    ResponseTemplate::new(401).set_body_json(body)
}

#[tokio::test]
async fn twenty_requests_at_once_sign_in_once() {
    let bench = Bench::start().await;
    for number in 0..20 {
        bench
            .on("GET", &format!("applications/9A{number}"), resource())
            .await;
    }
    let targets: Vec<_> = (0..20)
        .map(|number| store_model::target::Target::app(format!("9A{number}")))
        .collect();
    let results = join_all(targets.iter().map(|target| bench.store.product(target))).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!((bench.sign_ins().await, bench.calls().await.len()), (1, 20));

    let form = String::from_utf8(bench.requests().await[0].body.clone()).unwrap();
    let pairs: Vec<_> = form.split('&').collect();
    assert!(
        pairs.contains(&"client_secret=CANARY-secret%2B%2F%3D%7E"),
        "{form}"
    );
    assert!(
        pairs.contains(&"scope=https%3A%2F%2Fmanage.devcenter.microsoft.com%2F.default"),
        "{form}"
    );
    let life = bench
        .store
        .token_expires()
        .unwrap()
        .duration_since(jiff::Timestamp::now())
        .as_secs();
    assert!((3500..=3599).contains(&life), "{life}");
    assert_eq!(bench.log()[0].path, "sign in");
}

#[tokio::test]
async fn a_401_renews_once_and_repeats_once_even_a_change() {
    let bench = Bench::start().await;
    let commit = ResponseTemplate::new(202).set_body_json(json!({"status": "CommitStarted"}));
    bench
        .on(
            "POST",
            "applications/9NX0EXAMPLE1/submissions/1/commit",
            in_turn([gateway_401(), commit]),
        )
        .await;
    bench.store.commit(&app(), "1").await.unwrap();
    assert_eq!((bench.sign_ins().await, bench.calls().await.len()), (2, 2));
    let tokens: Vec<_> = bench
        .requests()
        .await
        .iter()
        .filter_map(|request| request.headers.get("authorization").cloned())
        .collect();
    assert_eq!(tokens, ["Bearer CANARY-token-1", "Bearer CANARY-token-2"]);

    bench
        .on("GET", "applications/9NX0EXAMPLE1", gateway_401())
        .await;
    let error = bench.store.product(&app()).await.unwrap_err();
    assert_eq!((error.status(), error.is_ambiguous()), (Some(401), false));
    assert_eq!((bench.sign_ins().await, bench.calls().await.len()), (3, 4));
}

#[tokio::test]
async fn many_requests_that_meet_a_401_together_renew_once() {
    let bench = Bench::start().await;
    let is_old = |request: &wiremock::Request| {
        request.headers["authorization"]
            .to_str()
            .unwrap()
            .ends_with("-1")
    };
    let targets: Vec<_> = (0..8)
        .map(|number| store_model::target::Target::app(format!("9A{number}")))
        .collect();
    for target in &targets {
        bench
            .on_if("GET", &target.path(), is_old, gateway_401())
            .await;
        bench.on("GET", &target.path(), resource()).await;
    }
    let results = join_all(targets.iter().map(|target| bench.store.product(target))).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(bench.sign_ins().await, 2);
}

#[tokio::test]
async fn a_wrong_secret_is_told_once_and_costs_no_request() {
    let server = MockServer::start().await;
    let body = json!({"error": "invalid_client", "error_codes": [7_000_215], "correlation_id": "6a7b8c9d",
        "error_description": "AADSTS7000215: Invalid client secret provided. Ensure the secret is right.\r\nTrace ID: 1"});
    Mock::given(method("POST"))
        .and(path(SIGN_IN))
        .respond_with(ResponseTemplate::new(401).set_body_json(body))
        .mount(&server)
        .await;
    let mut settings = bench::settings(&server.uri(), bench::secret(SECRET));
    settings.login = settings.store.clone();
    let (store, log) = bench::store_of(settings);
    let target = app();
    let errors = join_all((0..5).map(|_| store.product(&target))).await;
    for error in errors {
        let error = error.unwrap_err();
        assert!(
            matches!(&error, ApiError::SignIn { code: Some(code), .. } if code == "AADSTS7000215"),
            "{error:?}"
        );
        assert_eq!(error.correlation(), Some("6a7b8c9d"));
        assert_no_secret(&format!("{error} {error:?}"));
    }
    assert_eq!(
        (
            server.received_requests().await.unwrap().len(),
            store.budget().used
        ),
        (1, 0)
    );
    assert_eq!(
        log.lock().unwrap()[0].error.as_deref(),
        Some("AADSTS7000215")
    );
}

#[tokio::test]
async fn a_busy_sign_in_service_is_asked_again() {
    let server = MockServer::start().await;
    let token = ResponseTemplate::new(200)
        .set_body_json(json!({"access_token": "CANARY", "expires_in": "3599"}));
    let busy = ResponseTemplate::new(400)
        .set_body_json(json!({"error": "temporarily_unavailable", "error_codes": [90033]}));
    let replies = in_turn([ResponseTemplate::new(503), busy, token]);
    Mock::given(method("POST"))
        .and(path(SIGN_IN))
        .respond_with(replies)
        .mount(&server)
        .await;
    let mut settings = bench::settings("https://store.example", bench::secret(SECRET));
    settings.login = server.uri().parse().unwrap();
    let (store, _) = bench::store_of(settings);
    store.sign_in().await.unwrap();
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_sends_nothing() {
    let credential = Credential::Secret(Arc::new(|| {
        Err(store_client::SecretFault::Source(
            "CONTOSO_STORE_SECRET is not set".to_owned(),
        ))
    }));
    let bench = Bench::with(|settings| settings.credential = credential).await;
    let error = bench.store.sign_in().await.unwrap_err();
    assert!(
        error.is_sign_in()
            && error
                .to_string()
                .contains("CONTOSO_STORE_SECRET is not set"),
        "{error}"
    );
    let empty = Bench::with(|settings| settings.credential = bench::secret("")).await;
    assert!(matches!(
        empty.store.sign_in().await,
        Err(ApiError::Secret(_))
    ));
    assert_eq!(
        (bench.requests().await.len(), empty.requests().await.len()),
        (0, 0)
    );
}

#[tokio::test]
async fn a_federated_token_is_read_again_at_every_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "CANARY-first\n").unwrap();
    let bench = Bench::with(|settings| settings.credential = bench::federated(&file)).await;
    bench.store.sign_in().await.unwrap();
    std::fs::write(&file, "CANARY-second").unwrap();
    bench
        .on(
            "GET",
            "applications/9NX0EXAMPLE1",
            in_turn([gateway_401(), resource()]),
        )
        .await;
    bench.store.product(&app()).await.unwrap();
    let forms: Vec<_> = bench
        .requests()
        .await
        .into_iter()
        .filter(|request| request.url.path() == SIGN_IN)
        .collect();
    for (request, token) in forms.iter().zip(["CANARY-first", "CANARY-second"]) {
        let form = String::from_utf8(request.body.clone()).unwrap();
        assert!(
            form.contains(&format!("client_assertion={token}")) && !form.contains("client_secret"),
            "{form}"
        );
    }
    assert_eq!(forms.len(), 2);
    bench.log();
}

#[tokio::test]
async fn plain_http_goes_nowhere_but_home() {
    let (store, log) = bench::store_of(bench::settings(
        "http://store.example",
        bench::secret(SECRET),
    ));
    let error = store.product(&app()).await.unwrap_err();
    assert!(
        matches!(
            &error,
            ApiError::Endpoint {
                reason: EndpointError::Plain { .. },
                ..
            }
        ),
        "{error:?}"
    );
    let mut settings = bench::settings("https://store.example", bench::secret(SECRET));
    settings.login = "http://login.example".parse().unwrap();
    let (store, login_log) = bench::store_of(settings);
    let error = store.sign_in().await.unwrap_err();
    assert!(
        error.to_string().contains("http://login.example"),
        "{error}"
    );
    assert!(log.lock().unwrap().is_empty() && login_log.lock().unwrap().is_empty());
}

#[tokio::test]
async fn neither_token_nor_secret_follows_a_redirect() {
    let elsewhere = MockServer::start().await;
    Mock::given(|_: &wiremock::Request| true)
        .respond_with(resource())
        .mount(&elsewhere)
        .await;
    let leads = |status: u16| {
        ResponseTemplate::new(status)
            .insert_header("Location", format!("{}/x?a=b", elsewhere.uri()))
    };
    let bench = Bench::start().await;
    bench
        .on("GET", "applications/9NX0EXAMPLE1", leads(302))
        .await;
    let error = bench.store.product(&app()).await.unwrap_err();
    assert!(
        error.status() == Some(302) && error.to_string().contains("a redirect to 127.0.0.1"),
        "{error}"
    );

    let login = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(leads(307))
        .mount(&login)
        .await;
    let mut settings = bench::settings("https://store.example", bench::secret(SECRET));
    settings.login = login.uri().parse().unwrap();
    let error = bench::store_of(settings).0.sign_in().await.unwrap_err();
    assert!(
        error.to_string().contains("a redirect to 127.0.0.1"),
        "{error}"
    );
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}
