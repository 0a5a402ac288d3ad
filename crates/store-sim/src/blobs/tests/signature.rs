//! Who may: the signature in the URL, its rights and its end.

use super::host::{Host, assert_refused, block, header, latest, settings};
use crate::blobs::sas::{Denied, Key, Query};
use crate::blobs::{BlobSettings, Blobs};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use std::time::Duration;

#[test]
fn urls_look_like_the_stores() {
    let blobs = Blobs::new(settings()).unwrap();
    let issued = blobs.issue("example.test:81");
    let (address, query) = issued.url.split_once('?').unwrap();
    assert_eq!(
        address,
        format!("http://example.test:81/ingestion/{}", issued.blob)
    );
    let fields: Vec<&str> = query
        .split('&')
        .map(|field| field.split_once('=').unwrap().0)
        .collect();
    assert_eq!(fields, ["sv", "sr", "sig", "se", "sp"]);
    assert!(
        query.starts_with("sv=2014-02-14&sr=b&sig=") && query.ends_with("Z&sp=rwl"),
        "the query"
    );
    assert_eq!(
        blobs.url(&issued.blob, "example.test:81").unwrap(),
        issued.url
    );
    assert!(
        blobs
            .url(&issued.blob, "other:1")
            .unwrap()
            .starts_with("http://other:1/ingestion/")
    );
    assert!(blobs.url("unknown", "other:1").is_none());

    // Every sign that base64 has comes up: 64 characters in a hundred signatures.
    let signatures: Vec<String> = (0..100).map(|_| blobs.issue("h").url).collect();
    for sign in ["%2B", "%2F", "%3D"] {
        assert!(signatures.iter().any(|url| url.contains(sign)), "{sign}");
    }
    assert!(!signatures.iter().any(|url| url.contains('+')));
}

#[test]
fn the_base_replaces_scheme_and_host() {
    let base = Some("https://blobs.example/".to_owned());
    let blobs = Blobs::new(BlobSettings { base, ..settings() }).unwrap();
    let issued = blobs.issue("127.0.0.1:1");
    assert!(issued.url.starts_with(&format!(
        "https://blobs.example/ingestion/{}?sv=",
        issued.blob
    )));
}

#[tokio::test]
async fn a_raw_plus_must_be_sent_as_its_escape() {
    let host = Host::with(BlobSettings {
        raw_plus: true,
        ..settings()
    })
    .await;
    assert!(host.url.contains('+'));
    let put = |url: String| {
        let request = host
            .client
            .put(url)
            .header("x-ms-blob-type", "BlockBlob")
            .body("x");
        request.send()
    };
    for spelling in ["+", "%20", " "] {
        let response = put(host.url.replace('+', spelling)).await.unwrap();
        assert_refused(response, 403, "AuthenticationFailed").await;
    }
    assert_eq!(
        put(host.url.replace('+', "%2B")).await.unwrap().status(),
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn only_the_signature_as_issued_opens_the_blob() {
    let host = Host::start().await;
    let (path, query) = host.url.split_once('?').unwrap();
    let other = host.blobs.issue(&host.address);
    let other_query = other.url.split_once('?').unwrap().1;
    let later = query.replace("&se=20", "&se=21");
    for url in [
        format!("{path}?{other_query}"),
        format!("{path}?{later}"),
        format!("{path}?{}", query.replace("sp=rwl", "sp=rwdl")),
        format!("{path}?{}", query.replace("sv=2014-02-14", "sv=2015-04-05")),
        format!("{path}?{query}&si=policy"),
        format!("{path}?{}", query.replace("sr=b", "sr=c")),
    ] {
        for method in [Method::GET, Method::PUT] {
            let response = host.client.request(method, &url).send().await.unwrap();
            assert_refused(response, 403, "AuthenticationFailed").await;
        }
    }
    let response = host.client.get(path).send().await.unwrap();
    assert_refused(response, 401, "NoAuthenticationInformation").await;
}

#[tokio::test]
async fn a_token_beside_the_signature_is_refused() {
    let host = Host::start().await;
    let request = host
        .call(Method::PUT, "")
        .header("x-ms-blob-type", "BlockBlob")
        .body("x");
    assert_refused(
        request.bearer_auth("token").send().await.unwrap(),
        400,
        "InvalidAuthenticationInfo",
    )
    .await;
    assert_eq!(host.blobs.length(&host.blob), None);
}

#[tokio::test]
async fn an_expired_url_is_refused_for_every_call() {
    let host = Host::start().await;
    host.put("x").await;
    host.blobs.expire(&host.blob);
    assert_refused(host.put("y").await, 403, "AuthenticationFailed").await;
    assert_refused(host.stage("a", "y").await, 403, "AuthenticationFailed").await;
    assert_refused(
        host.call(Method::GET, "").send().await.unwrap(),
        403,
        "AuthenticationFailed",
    )
    .await;
    assert_eq!(host.content(), b"x");
}

#[test]
fn time_ends_a_signature() {
    let key = Key::random();
    let check = |query: String| key.check("blob", &Query::parse(&query)).map(str::to_owned);
    assert_eq!(
        check(key.query("blob", "rwl", Duration::from_mins(1), false)),
        Ok("rwl".to_owned())
    );
    let ended = key.query_until("blob", "rwl", "2020-01-01T00:00:00Z", false);
    assert!(matches!(check(ended), Err(Denied::Expired { .. })));
}

#[rstest]
#[case("w", [201, 403, 201, 403])]
#[case("r", [403, 404, 403, 404])]
#[case("cw", [201, 403, 201, 403])]
#[case("c", [201, 403, 201, 403])]
#[case("rwl", [201, 200, 201, 200])]
#[tokio::test]
async fn rights_are_kept(#[case] rights: &str, #[case] expected: [u16; 4]) {
    let host = Host::start().await;
    let query = host
        .blobs
        .shared
        .key
        .query(&host.blob, rights, Duration::from_mins(5), false);
    let url = format!("http://{}/ingestion/{}?{query}", host.address, host.blob);
    let list = format!("<BlockList>{}</BlockList>", latest(&["a"]));
    let calls = [
        host.client.put(format!("{url}{}", block("a"))).body("x"),
        host.client
            .get(format!("{url}&comp=blocklist&blocklisttype=uncommitted")),
        host.client.put(format!("{url}&comp=blocklist")).body(list),
        host.client.head(&url),
    ];
    for (call, expected) in calls.into_iter().zip(expected) {
        let response = call.send().await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{rights}");
        if expected == 403 {
            assert_eq!(
                header(&response, "x-ms-error-code"),
                "AuthorizationPermissionMismatch"
            );
        }
    }
    let delete = host.client.delete(&url).send().await.unwrap();
    assert_refused(delete, 403, "AuthorizationPermissionMismatch").await;
}
