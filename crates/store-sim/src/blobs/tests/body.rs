//! Bodies: their sums, their lengths, their limits.

use super::host::{Host, NEW, OLD, assert_refused, base64, block, header, latest};
use md5::{Digest as _, Md5};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[rstest]
#[case::right_md5("content-md5", base64(Md5::digest("body")), None)]
#[case::wrong_md5("content-md5", base64(Md5::digest("other")), Some("Md5Mismatch"))]
#[case::no_md5("content-md5", "nonsense".to_owned(), Some("InvalidMd5"))]
#[case::right_crc("x-ms-content-crc64", crc64("body"), None)]
#[case::wrong_crc("x-ms-content-crc64", crc64("other"), Some("Crc64Mismatch"))]
#[case::big_endian_crc("x-ms-content-crc64", big_endian_crc64("body"), Some("Crc64Mismatch"))]
#[case::no_crc("x-ms-content-crc64", "AAAA".to_owned(), Some("InvalidHeaderValue"))]
#[tokio::test]
async fn checksums_are_compared(
    #[case] name: &str,
    #[case] value: String,
    #[case] code: Option<&str>,
) {
    let host = Host::start().await;
    for query in [String::new(), block("a")] {
        let request = host
            .call(Method::PUT, &query)
            .header("x-ms-blob-type", "BlockBlob");
        let response = request
            .header(name, &value)
            .body("body")
            .send()
            .await
            .unwrap();
        if let Some(code) = code {
            assert_refused(response, 400, code).await;
        } else {
            assert_eq!(response.status(), StatusCode::CREATED);
            assert_eq!(header(&response, name), value, "echoed");
        }
    }
    if code.is_some() {
        assert_eq!(
            host.blobs.length(&host.blob),
            None,
            "nothing of a refused body stays"
        );
        assert_refused(
            host.call(Method::GET, "&comp=blocklist")
                .send()
                .await
                .unwrap(),
            404,
            "BlobNotFound",
        )
        .await;
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
    let put = |sum: String| {
        host.call(Method::PUT, "&comp=blocklist")
            .header("content-md5", sum)
            .body(list.clone())
            .send()
    };
    assert_refused(
        put(base64(Md5::digest("other"))).await.unwrap(),
        400,
        "Md5Mismatch",
    )
    .await;
    assert_eq!(
        put(base64(Md5::digest(&list))).await.unwrap().status(),
        StatusCode::CREATED
    );
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
    assert_refused(
        put("2018-11-09").send().await.unwrap(),
        400,
        "UnsupportedHeader",
    )
    .await;
    let both = put(NEW).header("content-md5", base64(Md5::digest("body")));
    assert_refused(both.send().await.unwrap(), 400, "InvalidInput").await;
    assert_refused(
        put("latest").send().await.unwrap(),
        400,
        "InvalidHeaderValue",
    )
    .await;
}

const MIB: u64 = 1 << 20;

#[rstest]
#[case::block_of_an_old_url(None, true, 4 * MIB)]
#[case::block_before_2016(Some("2015-12-11"), true, 4 * MIB)]
#[case::block_2016(Some("2016-05-31"), true, 100 * MIB)]
#[case::block_before_2019(Some("2019-07-07"), true, 100 * MIB)]
#[case::block_2019(Some("2019-12-12"), true, 4000 * MIB)]
#[case::blob_of_an_old_url(None, false, 64 * MIB)]
#[case::blob_2016(Some("2016-05-31"), false, 256 * MIB)]
#[case::blob_2019(Some("2019-12-12"), false, 5000 * MIB)]
#[tokio::test]
async fn the_service_version_limits_sizes(
    #[case] version: Option<&str>,
    #[case] is_block: bool,
    #[case] limit: u64,
) {
    let host = Host::with(OLD).await;
    let query = if is_block { block("a") } else { String::new() };
    let path = host.url.split_once(&host.address).unwrap().1;
    let version = version.map_or(String::new(), |version| {
        format!("x-ms-version: {version}\r\n")
    });
    // BodyHeaders only: whoever expects 100 is answered before a byte of the body was sent.
    for (length, is_allowed) in [(limit, true), (limit + 1, false)] {
        let mut stream = TcpStream::connect(&host.address).await.unwrap();
        let request = format!(
            "PUT {path}{query} HTTP/1.1\r\nHost: {}\r\n{version}x-ms-blob-type: BlockBlob\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n",
            host.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = first_line(&mut stream).await;
        let expected = if is_allowed {
            "HTTP/1.1 100 Continue"
        } else {
            "HTTP/1.1 413 Payload Too Large"
        };
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
    let host = Host::with(OLD).await;
    // 5 MiB against 4 MiB, sent in full by a client that does not ask first.
    let request = host
        .client
        .put(format!("{}{}", host.url, block("a")))
        .body(vec![7; 5 << 20]);
    assert_refused(request.send().await.unwrap(), 413, "RequestBodyTooLarge").await;
}

#[tokio::test]
async fn a_body_needs_a_length_and_must_keep_it() {
    let host = Host::start().await;
    let chunked =
        reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>("body")]));
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
