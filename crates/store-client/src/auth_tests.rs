//! Tests of `auth.rs`.

use super::*;
use bytes::Bytes;
use rstest::rstest;

#[rstest]
#[case(
    "AADSTS7000215: Invalid client secret provided. Ensure the secret is right.\r\nTrace ID: 1",
    "Invalid client secret provided"
)]
#[case(
    "AADSTS90002: Tenant 'nowhere.example' not found. Check it. Trace ID: 1",
    "Tenant 'nowhere.example' not found"
)]
#[case(
    "AADSTS90033: A transient error has occurred. Trace ID: 1 Correlation ID: 2",
    "A transient error has occurred"
)]
#[case("Something: else", "Something: else")]
#[case("", "")]
fn only_the_first_sentence_is_shown(#[case] description: &str, #[case] sentence: &str) {
    assert_eq!(first_sentence(description), sentence);
}

#[tokio::test]
async fn a_token_that_still_holds_outlives_a_failed_early_renewal() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let identity = Identity {
        login: format!("http://{free}").parse().unwrap(),
        tenant: "contoso.example".into(),
        client: "c".into(),
        credential: Credential::Secret(Arc::new(|| Ok(SecretString::from("s")))),
    };
    let tries = Arc::new(Mutex::new(0));
    let count = Arc::clone(&tries);
    let http = crate::http::http_client_for(&identity.login).unwrap();
    let auth = Arc::new(Auth::new(
        http,
        identity,
        Arc::new(move |_| *count.lock().unwrap() += 1),
        Waits::default(),
    ));
    let patience = Patience {
        back_off: Duration::from_millis(1),
        ..Patience::default()
    };
    assert!(matches!(
        auth.token(patience).await,
        Err(ApiError::Lost {
            was_sent: false,
            ..
        })
    ));
    assert_eq!(*tries.lock().unwrap(), SIGN_IN_ATTEMPTS);

    let now = Timestamp::now();
    let token = Token {
        text: Arc::new("t".into()),
        renew_at: now,
        expires: now + SignedDuration::from_mins(4),
    };
    auth.lock().token = Some(token);
    for _ in 0..2 {
        assert_eq!(auth.token(patience).await.unwrap().text(), "t");
    }
    // The second time nobody was asked.
    assert_eq!(*tries.lock().unwrap(), 2 * SIGN_IN_ATTEMPTS);
}

fn reply(status: u16, body: &str) -> Reply {
    Reply {
        status: StatusCode::from_u16(status).unwrap(),
        correlation: None,
        retry_after: None,
        leads_to: None,
        body: Ok(Bytes::copy_from_slice(body.as_bytes())),
    }
}

#[rstest]
#[case(r#"{"access_token":"t","expires_in":3599}"#, Some((3599, 3299)))]
#[case(r#"{"access_token":"t","expires_in":"3599"}"#, Some((3599, 3299)))]
#[case(r#"{"access_token":"t","expires_in":60}"#, Some((60, 54)))]
#[case(r#"{"access_token":"","expires_in":60}"#, None)]
#[case(r#"{"access_token":"t"}"#, None)]
#[case("<html>", None)]
fn a_token_says_how_long_it_holds(#[case] body: &str, #[case] seconds: Option<(i64, i64)>) {
    let at = Timestamp::UNIX_EPOCH;
    let token = read_token(&reply(200, body), at).ok();
    assert_eq!(
        token.map(|token| (token.expires.as_second(), token.renew_at.as_second())),
        seconds
    );
}

#[test]
fn a_refusal_names_code_advice_and_correlation_but_never_the_secret() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret CANARY provided. More.\r\nTrace ID: 1",
        "error_codes":[7000215],"correlation_id":"6a7b"}"#;
    let (error, is_busy) = read_refusal(&reply(401, body), "CANARY");
    assert!(!is_busy && !format!("{error} {error:?}").contains("CANARY"));
    assert_eq!(
        (error.code(), error.correlation()),
        (Some("AADSTS7000215"), Some("6a7b"))
    );
    assert!(
        error.to_string().contains("the secret's ID is pasted"),
        "{error}"
    );
    assert!(read_refusal(&reply(400, r#"{"error":"temporarily_unavailable"}"#), "x").1);
    for (status, code, part) in [
        (400, 9_999_999, "Flightdeck does not know this code"),
        (400, 53_003, "Conditional Access"),
        (503, 9_999_999, "Try again in a few minutes"),
        (500, 90_036, "Try again in a few minutes"),
    ] {
        let body = format!(
            r#"{{"error":"invalid_client","error_description":"AADSTS{code}: Odd.","error_codes":[{code}]}}"#
        );
        let told = read_refusal(&reply(status, &body), "x").0.to_string();
        assert!(
            told.contains(part) && !told.contains("client secret"),
            "{told}"
        );
    }
    let (page, _) = read_refusal(&reply(404, "<html>"), "x");
    assert!(
        page.to_string()
            .contains("the sign-in service answered 404 Not Found"),
        "{page}"
    );
}
