//! Reading a blob back.

use super::host::{Host, assert_refused, header, latest};
use reqwest::{Method, StatusCode};
use std::io::{Read as _, Seek as _, SeekFrom};

#[tokio::test]
async fn a_blob_is_not_there_before_something_was_committed() {
    let host = Host::start().await;
    assert_refused(
        host.call(Method::GET, "").send().await.unwrap(),
        404,
        "BlobNotFound",
    )
    .await;
    assert_refused(
        host.call(Method::GET, "&comp=blocklist")
            .send()
            .await
            .unwrap(),
        404,
        "BlobNotFound",
    )
    .await;
    let head = host.call(Method::HEAD, "").send().await.unwrap();
    assert_eq!(head.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&head, "x-ms-error-code"), "BlobNotFound");
    host.stage("a", "x").await;
    assert_refused(
        host.call(Method::GET, "").send().await.unwrap(),
        404,
        "BlobNotFound",
    )
    .await;
    assert!(
        host.blocks("committed")
            .await
            .contains("<CommittedBlocks></CommittedBlocks>")
    );
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
        let response = host
            .call(Method::GET, "")
            .header(name, range)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), status, "{range}");
        assert_eq!(header(&response, "content-range"), content_range);
        assert_eq!(response.text().await.unwrap(), body);
    }
    let beyond = host
        .call(Method::GET, "")
        .header("range", "bytes=9-10")
        .send()
        .await
        .unwrap();
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
        host.call(Method::PUT, "")
            .header("x-ms-blob-type", "BlockBlob")
            .header(name, tag)
            .body("x")
            .send()
    };
    let first = put("if-none-match", "*".into()).await.unwrap();
    assert_eq!(first.status(), StatusCode::CREATED);
    let etag = header(&first, "etag").to_owned();
    assert_refused(
        put("if-none-match", "*".into()).await.unwrap(),
        409,
        "BlobAlreadyExists",
    )
    .await;
    assert_refused(
        put("if-match", "\"0x8OTHER\"".into()).await.unwrap(),
        412,
        "ConditionNotMet",
    )
    .await;
    let get = host
        .call(Method::GET, "")
        .header("if-none-match", &etag)
        .send()
        .await
        .unwrap();
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
