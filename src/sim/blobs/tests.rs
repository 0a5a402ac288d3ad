//! The blob calls over real HTTP, one test a rule.

use super::sas::{Key, Query};
use super::{BlobSettings, Blobs};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use futures::StreamExt as _;
use md5::{Digest as _, Md5};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use rstest::rstest;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const NEW: &str = "2023-11-03";

/// A running blob host with one blob handed out.
struct Host {
    blobs: Blobs,
    client: Client,
    address: String,
    blob: String,
    url: String,
}

impl Host {
    async fn start() -> Self {
        Self::with(settings()).await
    }

    async fn with(settings: BlobSettings) -> Self {
        // A second installation is refused, and the first one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let blobs = Blobs::new(settings).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = blobs.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let issued = blobs.issue(&address);
        Self {
            blobs,
            client: Client::builder().no_proxy().build().unwrap(),
            address,
            blob: issued.blob,
            url: issued.url,
        }
    }

    fn call(&self, method: Method, query: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{query}", self.url))
            .header("x-ms-version", NEW)
    }

    async fn stage(&self, id: &str, body: impl Into<reqwest::Body>) -> Response {
        sized(self.call(Method::PUT, &block(id)), body).send().await.unwrap()
    }

    async fn commit(&self, list: &str) -> Response {
        self.call(Method::PUT, "&comp=blocklist")
            .body(format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{list}</BlockList>"))
            .send()
            .await
            .unwrap()
    }

    async fn put(&self, body: impl Into<reqwest::Body>) -> Response {
        let request = self.call(Method::PUT, "").header("x-ms-blob-type", "BlockBlob");
        sized(request, body)
            .send()
            .await
            .unwrap()
    }

    async fn blocks(&self, kind: &str) -> String {
        let query = format!("&comp=blocklist&blocklisttype={kind}");
        let response = self.call(Method::GET, &query).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.text().await.unwrap()
    }

    fn content(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.blobs.open(&self.blob).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }
}

fn settings() -> BlobSettings {
    BlobSettings {
        sas_lifetime: Duration::from_hours(24),
        raw_plus: false,
        base: None,
    }
}

/// The client library leaves the length of an empty body out, which Azure refuses.
fn sized(request: RequestBuilder, body: impl Into<reqwest::Body>) -> RequestBuilder {
    let body = body.into();
    match body.as_bytes() {
        Some([]) => request.header("content-length", "0").body(body),
        _ => request.body(body),
    }
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(bytes)
}

fn block(id: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(base64(id).as_bytes()).collect();
    format!("&comp=block&blockid={encoded}")
}

fn latest(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("<Latest>{}</Latest>", base64(id))).collect()
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Status and code of a refusal, the code the same in header and body.
async fn refused(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let code = header(&response, "x-ms-error-code").to_owned();
    assert_eq!(header(&response, "content-type"), "application/xml");
    let request = header(&response, "x-ms-request-id").to_owned();
    // Not `text()`: that takes the byte order mark away.
    let body = String::from_utf8(response.bytes().await.unwrap().to_vec()).unwrap();
    assert!(body.starts_with("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>"), "{body}");
    assert!(body.contains(&format!("<Code>{code}</Code><Message>")), "{body}");
    assert!(body.contains(&format!("\nRequestId:{request}\nTime:20")), "{body}");
    (status, code)
}

async fn assert_refused(response: Response, status: u16, code: &str) {
    assert_eq!(refused(response).await, (status, code.to_owned()));
}

#[tokio::test]
async fn one_put_makes_the_blob_and_answers_as_azure_does() {
    let host = Host::start().await;
    assert_eq!(host.blobs.length(&host.blob), None);
    let response = host
        .call(Method::PUT, "")
        .header("x-ms-blob-type", "BlockBlob")
        .header("content-type", "application/zip")
        .header("x-ms-client-request-id", "mine-1")
        .header("x-ms-meta-origin", "test")
        .body("123456789")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    // The check value of CRC-64/NVME, little endian.
    assert_eq!(header(&response, "x-ms-content-crc64"), base64(0xae8b_1486_0a79_9888_u64.to_le_bytes()));
    assert_eq!(header(&response, "content-md5"), "", "nobody asked for it");
    assert_eq!(header(&response, "x-ms-version"), NEW);
    assert_eq!(header(&response, "x-ms-client-request-id"), "mine-1");
    assert_eq!(header(&response, "x-ms-request-server-encrypted"), "true");
    for name in ["x-ms-request-id", "date", "etag", "last-modified"] {
        assert!(!header(&response, name).is_empty(), "{name}");
    }
    assert!(header(&response, "etag").starts_with("\"0x8"));
    assert!(header(&response, "last-modified").ends_with(" GMT"));
    assert_eq!(host.content(), b"123456789");
    assert_eq!(host.blobs.length(&host.blob), Some(9));
    assert_eq!(host.blobs.received(), 9);

    let head = host.call(Method::HEAD, "").send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    let expected = [
        ("content-length", "9"),
        ("content-type", "application/zip"),
        ("x-ms-blob-type", "BlockBlob"),
        ("accept-ranges", "bytes"),
        ("x-ms-meta-origin", "test"),
        ("etag", header(&response, "etag")),
    ];
    for (name, value) in expected {
        assert_eq!(header(&head, name), value, "{name}");
    }
}

#[tokio::test]
async fn a_blob_is_not_there_before_something_was_committed() {
    let host = Host::start().await;
    assert_refused(host.call(Method::GET, "").send().await.unwrap(), 404, "BlobNotFound").await;
    assert_refused(host.call(Method::GET, "&comp=blocklist").send().await.unwrap(), 404, "BlobNotFound").await;
    let head = host.call(Method::HEAD, "").send().await.unwrap();
    assert_eq!(head.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&head, "x-ms-error-code"), "BlobNotFound");
    host.stage("a", "x").await;
    assert_refused(host.call(Method::GET, "").send().await.unwrap(), 404, "BlobNotFound").await;
    assert!(host.blocks("committed").await.contains("<CommittedBlocks></CommittedBlocks>"));
}

#[tokio::test]
async fn blocks_become_the_blob_in_the_order_of_the_list() {
    let host = Host::start().await;
    for (id, body) in [("b1", "one "), ("b2", "two "), ("b3", "three")] {
        let response = host.stage(id, body).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(header(&response, "etag"), "", "nothing is committed yet");
    }
    let staged = host.blocks("uncommitted").await;
    let listed = |id, size| format!("<Block><Name>{}</Name><Size>{size}</Size></Block>", base64(id));
    assert!(staged.contains(&format!("<UncommittedBlocks>{}{}{}</", listed("b1", 4), listed("b2", 4), listed("b3", 5))), "{staged}");
    assert!(!staged.contains("<CommittedBlocks>"));

    // b2 again, with other content: the later one counts.
    host.stage("b2", "zwei ").await;
    let response = host.commit(&latest(&["b3", "b1", "b2", "b1"])).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(host.content(), b"threeone zwei one ");
    let all = host.blocks("all").await;
    assert!(all.contains("<UncommittedBlocks></UncommittedBlocks>"), "{all}");
    assert!(all.contains(&format!("<CommittedBlocks>{}{}", listed("b3", 5), listed("b1", 4))), "{all}");
}

#[tokio::test]
async fn the_list_says_where_each_block_is_looked_for() {
    let host = Host::start().await;
    host.stage("a", "old a ").await;
    host.stage("b", "old b ").await;
    host.commit(&latest(&["a", "b"])).await;
    host.stage("a", "new a ").await;
    host.stage("c", "new c").await;
    let entry = |source: &str, id| format!("<{source}>{}</{source}>", base64(id));

    for wrong in [entry("Committed", "c"), entry("Uncommitted", "b"), entry("Latest", "x")] {
        assert_refused(host.commit(&wrong).await, 400, "InvalidBlockList").await;
    }
    let list = [
        entry("Committed", "a"),
        entry("Uncommitted", "a"),
        entry("Latest", "a"),
        entry("Latest", "b"),
        entry("Latest", "c"),
    ];
    assert_eq!(host.commit(&list.concat()).await.status(), StatusCode::CREATED);
    assert_eq!(host.content(), b"old a new a new a old b new c");
}

#[tokio::test]
async fn a_body_that_is_no_block_list_is_refused() {
    let host = Host::start().await;
    for body in ["", "{}", "<BlockList><Newest>YQ==</Newest></BlockList>"] {
        let request = sized(host.call(Method::PUT, "&comp=blocklist"), body);
        assert_refused(request.send().await.unwrap(), 400, "InvalidXmlDocument").await;
    }
}

#[tokio::test]
async fn an_empty_list_makes_an_empty_blob() {
    let host = Host::start().await;
    assert_eq!(host.commit("").await.status(), StatusCode::CREATED);
    assert_eq!(host.blobs.length(&host.blob), Some(0));
    let response = host.call(Method::GET, "").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.bytes().await.unwrap().is_empty());
    let ranged = host.call(Method::GET, "").header("x-ms-range", "bytes=0-9").send().await.unwrap();
    assert_refused(ranged, 416, "InvalidRange").await;
}

#[tokio::test]
async fn block_ids_are_base64_of_equal_length_and_at_most_64_bytes() {
    let host = Host::start().await;
    let put = |query: String| host.call(Method::PUT, &query).body("x").send();
    assert_refused(put("&comp=block".into()).await.unwrap(), 400, "MissingRequiredQueryParameter").await;
    assert_refused(put("&comp=block&blockid=%21%21".into()).await.unwrap(), 400, "InvalidQueryParameterValue").await;
    assert_refused(host.stage(&"x".repeat(65), "x").await, 400, "InvalidQueryParameterValue").await;
    assert_eq!(host.stage(&"x".repeat(64), "x").await.status(), StatusCode::CREATED);
    assert_refused(host.stage("short", "x").await, 400, "InvalidBlobOrBlock").await;

    // Put Blob drops what is staged, and with it the length that ids must have.
    assert_eq!(host.put("").await.status(), StatusCode::CREATED);
    assert!(host.blocks("all").await.contains("<UncommittedBlocks></UncommittedBlocks>"));
    assert_eq!(host.stage("short", "x").await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_block_id_with_a_plus_needs_its_escape() {
    let host = Host::start().await;
    // Base64 of these bytes is "+/+/".
    let put = |query: &str| host.call(Method::PUT, query).body("x").send();
    assert_refused(put("&comp=block&blockid=+/+/").await.unwrap(), 400, "InvalidQueryParameterValue").await;
    assert_eq!(put("&comp=block&blockid=%2B%2F%2B%2F").await.unwrap().status(), StatusCode::CREATED);
    assert!(host.blocks("uncommitted").await.contains("<Name>+/+/</Name>"));
}

#[tokio::test]
async fn an_empty_block_is_refused() {
    let host = Host::start().await;
    assert_refused(host.stage("a", "").await, 400, "InvalidHeaderValue").await;
}

#[tokio::test]
async fn forgotten_blocks_cannot_be_committed() {
    let host = Host::start().await;
    host.stage("a", "x").await;
    host.blobs.forget_blocks(&host.blob);
    assert_refused(host.commit(&latest(&["a"])).await, 400, "InvalidBlockList").await;
}

#[rstest]
#[case::right_md5("content-md5", base64(Md5::digest("body")), None)]
#[case::wrong_md5("content-md5", base64(Md5::digest("other")), Some("Md5Mismatch"))]
#[case::no_md5("content-md5", "nonsense".to_owned(), Some("InvalidMd5"))]
#[case::right_crc("x-ms-content-crc64", crc64("body"), None)]
#[case::wrong_crc("x-ms-content-crc64", crc64("other"), Some("Crc64Mismatch"))]
#[case::big_endian_crc("x-ms-content-crc64", big_endian_crc64("body"), Some("Crc64Mismatch"))]
#[case::no_crc("x-ms-content-crc64", "AAAA".to_owned(), Some("InvalidHeaderValue"))]
#[tokio::test]
async fn checksums_are_compared(#[case] name: &str, #[case] value: String, #[case] code: Option<&str>) {
    let host = Host::start().await;
    for query in ["".to_owned(), block("a")] {
        let request = host.call(Method::PUT, &query).header("x-ms-blob-type", "BlockBlob");
        let response = request.header(name, &value).body("body").send().await.unwrap();
        match code {
            Some(code) => assert_refused(response, 400, code).await,
            None => {
                assert_eq!(response.status(), StatusCode::CREATED);
                assert_eq!(header(&response, name), value, "echoed");
            }
        }
    }
    if code.is_some() {
        assert_eq!(host.blobs.length(&host.blob), None, "nothing of a refused body stays");
        assert_refused(host.call(Method::GET, "&comp=blocklist").send().await.unwrap(), 404, "BlobNotFound").await;
    }
}

fn crc64(text: &str) -> String {
    base64(crc64_of(text).to_le_bytes())
}

fn big_endian_crc64(text: &str) -> String {
    base64(crc64_of(text).to_be_bytes())
}

fn crc64_of(text: &str) -> u64 {
    let mut digest = crc64fast_nvme::Digest::new();
    digest.write(text.as_bytes());
    digest.sum64()
}

#[tokio::test]
async fn a_block_list_is_checked_like_any_body() {
    let host = Host::start().await;
    host.stage("a", "x").await;
    let list = format!("<BlockList>{}</BlockList>", latest(&["a"]));
    let put = |sum: String| host.call(Method::PUT, "&comp=blocklist").header("content-md5", sum).body(list.clone()).send();
    assert_refused(put(base64(Md5::digest("other"))).await.unwrap(), 400, "Md5Mismatch").await;
    assert_eq!(put(base64(Md5::digest(&list))).await.unwrap().status(), StatusCode::CREATED);
}

#[tokio::test]
async fn old_service_versions_know_no_crc64_and_nobody_takes_both_sums() {
    let host = Host::start().await;
    let put = |version: &str| {
        host.client
            .put(&host.url)
            .header("x-ms-version", version)
            .header("x-ms-blob-type", "BlockBlob")
            .header("x-ms-content-crc64", crc64("body"))
            .body("body")
    };
    assert_refused(put("2018-11-09").send().await.unwrap(), 400, "UnsupportedHeader").await;
    let both = put(NEW).header("content-md5", base64(Md5::digest("body")));
    assert_refused(both.send().await.unwrap(), 400, "InvalidInput").await;
    assert_refused(put("latest").send().await.unwrap(), 400, "InvalidHeaderValue").await;
}

const MIB: u64 = 1 << 20;

#[rstest]
#[case::block_without_version(None, true, 4 * MIB)]
#[case::block_before_2016(Some("2015-12-11"), true, 4 * MIB)]
#[case::block_2016(Some("2016-05-31"), true, 100 * MIB)]
#[case::block_before_2019(Some("2019-07-07"), true, 100 * MIB)]
#[case::block_2019(Some("2019-12-12"), true, 4000 * MIB)]
#[case::blob_without_version(None, false, 64 * MIB)]
#[case::blob_2016(Some("2016-05-31"), false, 256 * MIB)]
#[case::blob_2019(Some("2019-12-12"), false, 5000 * MIB)]
#[tokio::test]
async fn the_service_version_limits_sizes(#[case] version: Option<&str>, #[case] is_block: bool, #[case] limit: u64) {
    let host = Host::start().await;
    let query = if is_block { block("a") } else { String::new() };
    let path = host.url.split_once(&host.address).unwrap().1;
    let version = version.map_or(String::new(), |version| format!("x-ms-version: {version}\r\n"));
    // Announced only: whoever expects 100 is answered before a byte of the body was sent.
    for (length, is_allowed) in [(limit, true), (limit + 1, false)] {
        let mut stream = TcpStream::connect(&host.address).await.unwrap();
        let request = format!(
            "PUT {path}{query} HTTP/1.1\r\nHost: {}\r\n{version}x-ms-blob-type: BlockBlob\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n",
            host.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = first_line(&mut stream).await;
        let expected = if is_allowed { "HTTP/1.1 100 Continue" } else { "HTTP/1.1 413 Payload Too Large" };
        assert_eq!(answer, expected, "{length}");
    }
}

async fn first_line(stream: &mut TcpStream) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

#[tokio::test]
async fn the_answer_to_a_body_that_is_too_large_arrives() {
    let host = Host::start().await;
    // 5 MiB against 4 MiB, sent in full by a client that does not ask first.
    let request = host.client.put(format!("{}{}", host.url, block("a"))).body(vec![7; 5 << 20]);
    assert_refused(request.send().await.unwrap(), 413, "RequestBodyTooLarge").await;
}

#[tokio::test]
async fn a_body_needs_a_length_and_must_keep_it() {
    let host = Host::start().await;
    let chunked = reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>("body")]));
    assert_refused(host.put(chunked).await, 411, "MissingContentLengthHeader").await;

    let path = host.url.split_once(&host.address).unwrap().1;
    let mut stream = TcpStream::connect(&host.address).await.unwrap();
    let request = format!(
        "PUT {path} HTTP/1.1\r\nHost: {}\r\nx-ms-blob-type: BlockBlob\r\nContent-Length: 100\r\n\r\nonly this",
        host.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    // Whatever the server says, or does not say, to half a request: it has taken nothing.
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert_eq!(host.blobs.length(&host.blob), None);
    assert!(!answer.starts_with(b"HTTP/1.1 201"));
}

#[tokio::test]
async fn put_blob_needs_its_type() {
    let host = Host::start().await;
    let put = || host.call(Method::PUT, "").body("x");
    assert_refused(put().send().await.unwrap(), 400, "MissingRequiredHeader").await;
    let page = put().header("x-ms-blob-type", "PageBlob");
    assert_refused(page.send().await.unwrap(), 400, "InvalidHeaderValue").await;
}

#[tokio::test]
async fn ranges_are_read_across_blocks() {
    let host = Host::start().await;
    for (id, body) in [("1", "abc"), ("2", "defg"), ("3", "hi")] {
        host.stage(id, body).await;
    }
    host.commit(&latest(&["1", "2", "3"])).await;
    for (name, range, status, content_range, body) in [
        ("range", "bytes=0-0", 206, "bytes 0-0/9", "a"),
        ("range", "bytes=2-7", 206, "bytes 2-7/9", "cdefgh"),
        ("x-ms-range", "bytes=7-", 206, "bytes 7-8/9", "hi"),
        ("x-ms-range", "bytes=3-500", 206, "bytes 3-8/9", "defghi"),
        ("range", "nonsense", 200, "", "abcdefghi"),
    ] {
        let response = host.call(Method::GET, "").header(name, range).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{range}");
        assert_eq!(header(&response, "content-range"), content_range);
        assert_eq!(response.text().await.unwrap(), body);
    }
    let beyond = host.call(Method::GET, "").header("range", "bytes=9-10").send().await.unwrap();
    assert_refused(beyond, 416, "InvalidRange").await;

    let mut file = host.blobs.open(&host.blob).unwrap();
    let mut tail = String::new();
    assert_eq!(file.seek(SeekFrom::End(-3)).unwrap(), 6);
    file.read_to_string(&mut tail).unwrap();
    assert_eq!(tail, "ghi");
    assert!(file.seek(SeekFrom::Current(-20)).is_err());
}

#[tokio::test]
async fn conditions_are_kept() {
    let host = Host::start().await;
    let put = |name: &'static str, tag: String| {
        host.call(Method::PUT, "").header("x-ms-blob-type", "BlockBlob").header(name, tag).body("x").send()
    };
    let first = put("if-none-match", "*".into()).await.unwrap();
    assert_eq!(first.status(), StatusCode::CREATED);
    let etag = header(&first, "etag").to_owned();
    assert_refused(put("if-none-match", "*".into()).await.unwrap(), 409, "BlobAlreadyExists").await;
    assert_refused(put("if-match", "\"0x8OTHER\"".into()).await.unwrap(), 412, "ConditionNotMet").await;
    let get = host.call(Method::GET, "").header("if-none-match", &etag).send().await.unwrap();
    assert_eq!(get.status(), StatusCode::NOT_MODIFIED);
    let second = put("if-match", etag.clone()).await.unwrap();
    assert_eq!(second.status(), StatusCode::CREATED);
    assert_ne!(header(&second, "etag"), etag);
}

#[tokio::test]
async fn a_reader_keeps_what_it_opened_when_the_blob_is_replaced() {
    let host = Host::start().await;
    host.put("first").await;
    let mut opened = host.blobs.open(&host.blob).unwrap();
    host.put("second").await;
    let mut text = String::new();
    opened.read_to_string(&mut text).unwrap();
    assert_eq!(text, "first");
    assert_eq!(host.content(), b"second");
}

#[test]
fn urls_look_like_the_stores() {
    let blobs = Blobs::new(settings()).unwrap();
    let issued = blobs.issue("example.test:81");
    let (address, query) = issued.url.split_once('?').unwrap();
    assert_eq!(address, format!("http://example.test:81/ingestion/{}", issued.blob));
    let fields: Vec<&str> = query.split('&').map(|field| field.split_once('=').unwrap().0).collect();
    assert_eq!(fields, ["sv", "sr", "sig", "se", "sp"]);
    assert!(query.starts_with("sv=2014-02-14&sr=b&sig=") && query.ends_with("Z&sp=rwl"), "the query");
    assert_eq!(blobs.url(&issued.blob, "example.test:81").unwrap(), issued.url);
    assert!(blobs.url(&issued.blob, "other:1").unwrap().starts_with("http://other:1/ingestion/"));
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
    assert!(issued.url.starts_with(&format!("https://blobs.example/ingestion/{}?sv=", issued.blob)));
}

#[tokio::test]
async fn a_raw_plus_must_be_sent_as_its_escape() {
    let host = Host::with(BlobSettings { raw_plus: true, ..settings() }).await;
    assert!(host.url.contains('+'));
    let put = |url: String| {
        let request = host.client.put(url).header("x-ms-blob-type", "BlockBlob").body("x");
        request.send()
    };
    for spelling in ["+", "%20", " "] {
        let response = put(host.url.replace('+', spelling)).await.unwrap();
        assert_refused(response, 403, "AuthenticationFailed").await;
    }
    assert_eq!(put(host.url.replace('+', "%2B")).await.unwrap().status(), StatusCode::CREATED);
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
    let request = host.call(Method::PUT, "").header("x-ms-blob-type", "BlockBlob").body("x");
    assert_refused(request.bearer_auth("token").send().await.unwrap(), 400, "InvalidAuthenticationInfo").await;
    assert_eq!(host.blobs.length(&host.blob), None);
}

#[tokio::test]
async fn an_expired_url_is_refused_for_every_call() {
    let host = Host::start().await;
    host.put("x").await;
    host.blobs.expire(&host.blob);
    assert_refused(host.put("y").await, 403, "AuthenticationFailed").await;
    assert_refused(host.stage("a", "y").await, 403, "AuthenticationFailed").await;
    assert_refused(host.call(Method::GET, "").send().await.unwrap(), 403, "AuthenticationFailed").await;
    assert_eq!(host.content(), b"x");
}

#[test]
fn time_ends_a_signature() {
    let key = Key::random();
    let check = |query: String| key.check("blob", &Query::parse(&query)).map(str::to_owned);
    assert_eq!(check(key.query("blob", "rwl", Duration::from_mins(1), false)), Ok("rwl".to_owned()));
    let ended = key.query_until("blob", "rwl", "2020-01-01T00:00:00Z", false);
    assert!(matches!(check(ended), Err(super::sas::Denied::Expired { .. })));
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
    let query = host.blobs.shared.key.query(&host.blob, rights, Duration::from_mins(5), false);
    let url = format!("http://{}/ingestion/{}?{query}", host.address, host.blob);
    let list = format!("<BlockList>{}</BlockList>", latest(&["a"]));
    let calls = [
        host.client.put(format!("{url}{}", block("a"))).body("x"),
        host.client.get(format!("{url}&comp=blocklist&blocklisttype=uncommitted")),
        host.client.put(format!("{url}&comp=blocklist")).body(list),
        host.client.head(&url),
    ];
    for (call, expected) in calls.into_iter().zip(expected) {
        let response = call.send().await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{rights}");
        if expected == 403 {
            assert_eq!(header(&response, "x-ms-error-code"), "AuthorizationPermissionMismatch");
        }
    }
    let delete = host.client.delete(&url).send().await.unwrap();
    assert_refused(delete, 403, "AuthorizationPermissionMismatch").await;
}

#[tokio::test]
async fn other_calls_are_refused_in_azures_words() {
    let host = Host::start().await;
    let unknown = host.call(Method::PUT, "&comp=snapshot").send().await.unwrap();
    assert_refused(unknown, 400, "InvalidQueryParameterValue").await;
    let post = host.call(Method::POST, "").body("x").send().await.unwrap();
    assert_refused(post, 405, "UnsupportedHttpVerb").await;
}

/// Blocks side by side, each another pattern, and everything arrives as sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_blocks_arrive_whole() {
    let host = Host::start().await;
    let pattern = |index: u32| -> Vec<u8> { (0..3_000_001_u32).map(|at| (at ^ index) as u8).collect() };
    let ids: Vec<String> = (0..24).map(|index| format!("{index:04}")).collect();
    let staged = futures::stream::iter((0..24_u32).zip(&ids))
        .map(|(index, id)| host.stage(id, pattern(index)))
        .buffer_unordered(8)
        .map(|response| response.status())
        .collect::<Vec<_>>()
        .await;
    assert!(staged.iter().all(|status| *status == StatusCode::CREATED));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(host.commit(&latest(&ids)).await.status(), StatusCode::CREATED);
    let expected: Vec<u8> = (0..24).flat_map(pattern).collect();
    assert!(host.content() == expected);
    let fetched = host.call(Method::GET, "").send().await.unwrap().bytes().await.unwrap();
    assert!(fetched == expected);
}

#[tokio::test]
async fn files_go_when_their_blocks_go() {
    let host = Host::start().await;
    host.stage("a", "x").await;
    host.stage("b", "y").await;
    host.commit(&latest(&["a"])).await;
    host.put("z").await;
    let folder = host.blobs.shared.spool.folder().to_owned();
    // They are removed on another thread.
    while std::fs::read_dir(&folder).unwrap().count() > 1 {
        tokio::task::yield_now().await;
    }
    drop(host);
}
