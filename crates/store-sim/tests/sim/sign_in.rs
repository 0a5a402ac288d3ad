//! Both token endpoints, their errors in the order of the real ones, and what tokens are good for.

use crate::client::{Answer, CLIENT, Store, answer, http, slow};
use serde_json::Value;
use std::time::Duration;
use store_sim::SimOptions;

const V1: &str = "contoso.example/oauth2/token";
const V2: &str = "contoso.example/oauth2/v2.0/token";
const AUDIENCE: &str = "https://manage.devcenter.microsoft.com";

async fn ask(store: &Store, path: &str, form: &[(&str, &str)]) -> Answer {
    answer(
        store
            .http
            .post(format!("{}/{path}", store.sim.url()))
            .form(form),
    )
    .await
    .unwrap()
}

fn form<'a>(
    client: &'a str,
    secret: &'a str,
    audience: (&'a str, &'a str),
) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_secret", secret),
        audience,
    ]
}

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str, code: u64) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.body["error"], error);
    assert_eq!(answer.body["error_codes"], serde_json::json!([code]));
    assert!(
        answer.body["error_description"]
            .as_str()
            .unwrap()
            .starts_with(&format!("AADSTS{code}: "))
    );
    assert!(answer.body["trace_id"].is_string() && answer.body["correlation_id"].is_string());
}

#[tokio::test]
async fn the_two_endpoints_write_numbers_in_their_own_way() {
    let store = Store::still().await;
    let v1 = ask(
        &store,
        V1,
        &form(CLIENT, "demo-secret", ("resource", AUDIENCE)),
    )
    .await
    .is(200);
    assert_eq!(v1["expires_in"], "3600");
    assert!(v1["expires_on"].is_string() && v1["not_before"].is_string());
    assert_eq!(v1["resource"], AUDIENCE);
    let v2 = ask(
        &store,
        V2,
        &form(
            CLIENT,
            "demo-secret",
            ("scope", "https://manage.devcenter.microsoft.com/.default"),
        ),
    )
    .await
    .is(200);
    assert_eq!(v2["expires_in"], 3600);
    assert_eq!(v2["token_type"], "Bearer");
    assert_eq!(store.state().await["tokens"], 3);
}

#[tokio::test]
async fn mistakes_are_found_in_the_order_tenant_client_secret() {
    let store = Store::still().await;
    let resource = ("resource", AUDIENCE);
    refused(
        &ask(
            &store,
            "nowhere.example/oauth2/token",
            &form("who", "what", resource),
        )
        .await,
        400,
        "invalid_request",
        90_002,
    );
    refused(
        &ask(
            &store,
            "nonsense/oauth2/token",
            &form("who", "what", resource),
        )
        .await,
        400,
        "invalid_request",
        900_023,
    );
    refused(
        &ask(&store, V1, &form("who", "what", resource)).await,
        400,
        "unauthorized_client",
        700_016,
    );
    refused(
        &ask(&store, V1, &form(CLIENT, "what", resource)).await,
        401,
        "invalid_client",
        7_000_215,
    );
    refused(
        &ask(&store, V1, &form(CLIENT, "", resource)).await,
        401,
        "invalid_client",
        7_000_216,
    );
    refused(
        &ask(&store, V1, &[("client_id", CLIENT)]).await,
        400,
        "invalid_request",
        900_144,
    );
    refused(
        &ask(&store, V2, &form(CLIENT, "demo-secret", resource)).await,
        400,
        "invalid_request",
        901_002,
    );
    refused(
        &ask(
            &store,
            V2,
            &form(CLIENT, "demo-secret", ("scope", AUDIENCE)),
        )
        .await,
        400,
        "invalid_scope",
        70_011,
    );
    store
        .operator("switch", serde_json::json!({ "name": "secret_expired" }))
        .await;
    refused(
        &ask(&store, V1, &form(CLIENT, "demo-secret", resource)).await,
        401,
        "invalid_client",
        7_000_222,
    );
}

#[tokio::test]
async fn a_federated_credential_needs_no_secret() {
    let store = Store::still().await;
    let asked = |assertion: &'static str| {
        [
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT),
            ("scope", "https://manage.devcenter.microsoft.com/.default"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion),
        ]
    };
    ask(&store, V2, &asked("head.body.signature")).await.is(200);
    refused(
        &ask(&store, V2, &asked("nonsense")).await,
        401,
        "invalid_client",
        700_027,
    );
    store
        .operator("switch", serde_json::json!({ "name": "no_federation" }))
        .await;
    refused(
        &ask(&store, V2, &asked("head.body.signature")).await,
        401,
        "invalid_client",
        700_027,
    );
}

#[tokio::test]
async fn only_the_right_audience_opens_the_api() {
    let mut store = Store::still().await;
    for wrong in [
        "https://manage.devcenter.microsoft.com/",
        "https://graph.microsoft.com",
    ] {
        let token = ask(
            &store,
            V1,
            &form(CLIENT, "demo-secret", ("resource", wrong)),
        )
        .await
        .is(200);
        token["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut store.token);
        let reply = store.get("applications").await;
        assert!(reply.headers.contains_key("ms-correlationid"));
        assert_eq!(
            reply.is(401)["message"],
            "APIM: Unauthorized. Access token is missing or invalid."
        );
    }
    store.token.clear();
    store.get("applications").await.is(401);
}

#[tokio::test]
async fn a_token_ends_and_rights_can_be_lost() {
    let store = Store::start(SimOptions {
        token_lifetime: Duration::ZERO,
        ..slow()
    })
    .await;
    store.get("applications").await.is(401);

    let store = Store::still().await;
    store
        .operator("switch", serde_json::json!({ "name": "role_removed" }))
        .await;
    store.get("applications").await.empty(403);
    store
        .operator(
            "switch",
            serde_json::json!({ "name": "role_removed", "on": false }),
        )
        .await;
    store
        .operator("switch", serde_json::json!({ "name": "identity_unknown" }))
        .await;
    let body = store.get("applications").await.is(401);
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .starts_with("Identity cannot be authorized. CorrelationId: ")
    );
    store
        .operator(
            "switch",
            serde_json::json!({ "name": "identity_unknown", "on": false }),
        )
        .await;
    store
        .operator(
            "switch",
            serde_json::json!({ "name": "account_not_linked" }),
        )
        .await;
    store.get("applications").await.refused(
        503,
        "ServiceUnavailable",
        "Account service is experiencing issue",
    );
}

#[tokio::test]
async fn twenty_requests_a_minute_and_then_the_gateway_says_when() {
    let store = Store::start(SimOptions {
        rate_limit: Some(20),
        ..slow()
    })
    .await;
    for _ in 0..20 {
        store.get("applications?top=1").await.is(200);
    }
    let reply = store.get("applications?top=1").await;
    let wait: u64 = reply.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let body: Value = reply.is(429);
    assert_eq!(body["statusCode"], 429);
    assert_eq!(
        body["message"],
        format!("Rate limit is exceeded. Try again in {wait} seconds.")
    );
    // Sign-in and the operator are not counted.
    ask(
        &store,
        V1,
        &form(CLIENT, "demo-secret", ("resource", AUDIENCE)),
    )
    .await
    .is(200);
    let state = store.state().await;
    assert_eq!(
        (state["requests"].as_u64(), state["throttled"].as_u64()),
        (Some(21), Some(1))
    );
    drop(http());
}
