//! Who may: the signature in the URL, its rights and its end.

use super::host::{Host, OLD, assert_refused, block, header, latest, settings};
use crate::blobs::sas::{Denied, Key, Query};
use crate::blobs::{BlobSettings, Blobs, Form};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use std::time::Duration;

fn fields(url: &str) -> Vec<&str> {
    let (_, query) = url.split_once('?').unwrap();
    query
        .split('&')
        .map(|field| field.split_once('=').unwrap().0)
        .collect()
}

#[test]
fn urls_look_like_the_stores() {
    let blobs = Blobs::new(settings()).unwrap();
    let issued = blobs.issue("example.test:81", Form::default());
    let (address, query) = issued.url.split_once('?').unwrap();
    assert_eq!(
        address,
        format!("http://example.test:81/ingestion/{}", issued.blob)
    );
    assert_eq!(
        fields(&issued.url),
        [
            "skoid", "sktid", "skt", "ske", "sks", "skv", "sv", "se", "sr", "sp", "sig"
        ]
    );
    for part in [
        "&sks=b&skv=2024-05-04&sv=2024-05-04&se=20",
        "Z&sr=b&sp=rwl&sig=",
    ] {
        assert!(query.contains(part), "{query}");
    }
    assert!(query.ends_with("%3D"), "{query}");
    assert!(!query.contains(':'), "{query}");
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
    let signatures: Vec<String> = (0..100)
        .map(|_| blobs.issue("h", Form::default()).url)
        .collect();
    for sign in ["%2B", "%2F", "%3D"] {
        assert!(signatures.iter().any(|url| url.contains(sign)), "{sign}");
    }
    assert!(!signatures.iter().any(|url| url.contains('+')));
}

#[test]
fn old_urls_look_like_the_documentations_example() {
    let blobs = Blobs::new(settings()).unwrap();
    let url = blobs.issue("h", OLD).url;
    assert_eq!(fields(&url), ["sv", "sr", "sig", "se", "sp"]);
    let (_, query) = url.split_once('?').unwrap();
    assert!(query.starts_with("sv=2014-02-14&sr=b&sig="), "{query}");
    assert!(query.ends_with("Z&sp=rwl"), "{query}");
    assert_eq!(query.matches(':').count(), 2, "{query}");
}

#[test]
fn the_base_replaces_scheme_and_host() {
    let base = Some("https://blobs.example/".to_owned());
    let blobs = Blobs::new(BlobSettings { base, ..settings() }).unwrap();
    let issued = blobs.issue("127.0.0.1:1", Form::default());
    assert!(issued.url.starts_with(&format!(
        "https://blobs.example/ingestion/{}?skoid=",
        issued.blob
    )));
}

#[rstest]
#[case(false)]
#[case(true)]
#[tokio::test]
async fn a_raw_plus_must_be_sent_as_its_escape(#[case] is_old: bool) {
    let host = Host::with(Form {
        raw_plus: true,
        is_old,
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

#[rstest]
#[case(Form::default())]
#[case(OLD)]
#[tokio::test]
async fn only_the_signature_as_issued_opens_the_blob(#[case] form: Form) {
    let host = Host::with(form).await;
    let (path, query) = host.url.split_once('?').unwrap();
    let other = host.blobs.issue(&host.address, form);
    let other_query = other.url.split_once('?').unwrap().1;
    let later = query.replace("se=20", "se=21");
    let version = if form.is_old {
        "sv=2014-02-14"
    } else {
        "sv=2024-05-04"
    };
    for url in [
        format!("{path}?{other_query}"),
        format!("{path}?{later}"),
        format!("{path}?{}", query.replace("sp=rwl", "sp=rwdl")),
        format!("{path}?{}", query.replace(version, "sv=2015-04-05")),
        format!("{path}?{query}&rscc=none"),
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

#[rstest]
#[case(OLD, &[], 413)]
#[case(OLD, &[("x-ms-version", "2019-12-12")], 201)]
#[case(Form::default(), &[], 201)]
#[case(Form::default(), &[("x-ms-version", "2014-02-14")], 413)]
#[tokio::test]
async fn a_request_is_served_by_its_own_version_or_by_the_signatures(
    #[case] form: Form,
    #[case] headers: &[(&str, &str)],
    #[case] expected: u16,
) {
    let host = Host::with(form).await;
    let mut request = host
        .client
        .put(format!("{}{}", host.url, block("a")))
        .body(vec![7_u8; (4 << 20) + 1]);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    assert_eq!(request.send().await.unwrap().status().as_u16(), expected);
}

#[tokio::test]
async fn versions_that_never_were_are_refused() {
    let host = Host::start().await;
    host.put("x").await;
    let ask = |version: &'static str| {
        host.client
            .get(&host.url)
            .header("x-ms-version", version)
            .send()
    };
    for version in ["2099-01-01", "2024-05-05", "2024-5-4", "latest"] {
        assert_refused(ask(version).await.unwrap(), 400, "InvalidHeaderValue").await;
    }
    // The last one came after the list of known ones was written.
    for version in ["2009-09-19", "2024-05-04", "2026-10-07"] {
        assert_eq!(ask(version).await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn the_container_is_closed_and_says_so_as_azure_does() {
    let host = Host::start().await;
    let (path, query) = host.url.split_once('?').unwrap();
    let (container, _) = path.rsplit_once('/').unwrap();
    for slash in ["", "/"] {
        let list = format!("{container}{slash}?restype=container&comp=list");
        let response = host.client.get(&list).send().await.unwrap();
        assert_refused(response, 401, "NoAuthenticationInformation").await;
        let response = host
            .client
            .get(format!("{list}&{query}"))
            .send()
            .await
            .unwrap();
        assert_refused(response, 403, "AuthenticationFailed").await;
    }
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

#[tokio::test]
async fn a_refusal_tells_the_times_as_azure_writes_them() {
    let host = Host::start().await;
    let form = Form::default();
    let key = &host.blobs.shared.key;
    let ended = key.query_until(&host.blob, "rwl", "2020-01-05T01:02:03Z", form);
    let url = format!("http://{}/ingestion/{}?{ended}", host.address, host.blob);
    let text = host.client.get(url).send().await.unwrap();
    let text = text.text().await.unwrap();
    let detail = "<AuthenticationErrorDetail>Signed expiry time [Sun, 05 Jan 2020 01:02:03 GMT] has to be after signed start time [";
    assert!(text.contains(detail), "{text}");
}

#[rstest]
#[case(Form::default())]
#[case(OLD)]
fn time_ends_a_signature(#[case] form: Form) {
    let key = Key::random();
    let check = |query: String| key.check("blob", &Query::parse(&query)).map(str::to_owned);
    assert_eq!(
        check(key.query("blob", "rwl", Duration::from_mins(1), form)),
        Ok("rwl".to_owned())
    );
    let ended = key.query_until("blob", "rwl", "2020-01-01T00:00:00Z", form);
    assert!(matches!(check(ended), Err(Denied::Time { .. })));
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
    let query =
        host.blobs
            .shared
            .key
            .query(&host.blob, rights, Duration::from_mins(5), Form::default());
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
