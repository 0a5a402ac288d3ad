//! Blocks and block lists: how bytes become a blob.

use super::host::{Host, NEW, assert_refused, base64, header, latest, sized};
use futures::StreamExt as _;
use md5::{Digest as _, Md5};
use reqwest::{Method, StatusCode};

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
    assert_eq!(
        header(&response, "x-ms-content-crc64"),
        base64(0xae8b_1486_0a79_9888_u64.to_le_bytes())
    );
    let md5 = base64(Md5::digest("123456789"));
    assert_eq!(header(&response, "content-md5"), md5, "nobody asked for it");
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
        ("content-md5", &md5),
        ("x-ms-meta-origin", "test"),
        ("etag", header(&response, "etag")),
    ];
    for (name, value) in expected {
        assert_eq!(header(&head, name), value, "{name}");
    }
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
    let listed = |id, size| {
        format!(
            "<Block><Name>{}</Name><Size>{size}</Size></Block>",
            base64(id)
        )
    };
    assert!(
        staged.contains(&format!(
            "<UncommittedBlocks>{}{}{}</",
            listed("b1", 4),
            listed("b2", 4),
            listed("b3", 5)
        )),
        "{staged}"
    );
    assert!(!staged.contains("<CommittedBlocks>"));

    // b2 again, with other content: the later one counts.
    host.stage("b2", "zwei ").await;
    let response = host.commit(&latest(&["b3", "b1", "b2", "b1"])).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(host.content(), b"threeone zwei one ");
    let all = host.blocks("all").await;
    assert!(
        all.contains("<UncommittedBlocks></UncommittedBlocks>"),
        "{all}"
    );
    assert!(
        all.contains(&format!(
            "<CommittedBlocks>{}{}",
            listed("b3", 5),
            listed("b1", 4)
        )),
        "{all}"
    );
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

    for wrong in [
        entry("Committed", "c"),
        entry("Uncommitted", "b"),
        entry("Latest", "x"),
    ] {
        assert_refused(host.commit(&wrong).await, 400, "InvalidBlockList").await;
    }
    let list = [
        entry("Committed", "a"),
        entry("Uncommitted", "a"),
        entry("Latest", "a"),
        entry("Latest", "b"),
        entry("Latest", "c"),
    ];
    assert_eq!(
        host.commit(&list.concat()).await.status(),
        StatusCode::CREATED
    );
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
    let ranged = host
        .call(Method::GET, "")
        .header("x-ms-range", "bytes=0-9")
        .send()
        .await
        .unwrap();
    assert_refused(ranged, 416, "InvalidRange").await;
}

#[tokio::test]
async fn block_ids_are_base64_of_equal_length_and_at_most_64_bytes() {
    let host = Host::start().await;
    let put = |query: String| host.call(Method::PUT, &query).body("x").send();
    assert_refused(
        put("&comp=block".into()).await.unwrap(),
        400,
        "MissingRequiredQueryParameter",
    )
    .await;
    assert_refused(
        put("&comp=block&blockid=%21%21".into()).await.unwrap(),
        400,
        "InvalidQueryParameterValue",
    )
    .await;
    assert_refused(
        host.stage(&"x".repeat(65), "x").await,
        400,
        "InvalidQueryParameterValue",
    )
    .await;
    assert_eq!(
        host.stage(&"x".repeat(64), "x").await.status(),
        StatusCode::CREATED
    );
    assert_refused(host.stage("short", "x").await, 400, "InvalidBlobOrBlock").await;

    // Put Blob drops what is staged, and with it the length that ids must have.
    assert_eq!(host.put("").await.status(), StatusCode::CREATED);
    assert!(
        host.blocks("all")
            .await
            .contains("<UncommittedBlocks></UncommittedBlocks>")
    );
    assert_eq!(host.stage("short", "x").await.status(), StatusCode::CREATED);
    // As many letters of Base64, another number of bytes.
    assert_refused(host.stage("longer", "x").await, 400, "InvalidBlobOrBlock").await;
}

#[tokio::test]
async fn a_block_id_with_a_plus_needs_its_escape() {
    let host = Host::start().await;
    // Base64 of these bytes is "+/+/".
    let put = |query: &str| host.call(Method::PUT, query).body("x").send();
    assert_refused(
        put("&comp=block&blockid=+/+/").await.unwrap(),
        400,
        "InvalidQueryParameterValue",
    )
    .await;
    assert_eq!(
        put("&comp=block&blockid=%2B%2F%2B%2F")
            .await
            .unwrap()
            .status(),
        StatusCode::CREATED
    );
    assert!(
        host.blocks("uncommitted")
            .await
            .contains("<Name>+/+/</Name>")
    );
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

#[tokio::test]
async fn put_blob_needs_its_type() {
    let host = Host::start().await;
    let put = || host.call(Method::PUT, "").body("x");
    assert_refused(put().send().await.unwrap(), 400, "MissingRequiredHeader").await;
    let page = put().header("x-ms-blob-type", "PageBlob");
    assert_refused(page.send().await.unwrap(), 400, "InvalidHeaderValue").await;
}

/// Blocks side by side, each another pattern, and everything arrives as sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_blocks_arrive_whole() {
    let host = Host::start().await;
    let pattern =
        |index: u32| -> Vec<u8> { (0..3_000_001_u32).map(|at| (at ^ index) as u8).collect() };
    let ids: Vec<String> = (0..24).map(|index| format!("{index:04}")).collect();
    let staged = futures::stream::iter((0..24_u32).zip(&ids))
        .map(|(index, id)| host.stage(id, pattern(index)))
        .buffer_unordered(8)
        .map(|response| response.status())
        .collect::<Vec<_>>()
        .await;
    assert!(staged.iter().all(|status| *status == StatusCode::CREATED));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(
        host.commit(&latest(&ids)).await.status(),
        StatusCode::CREATED
    );
    let expected: Vec<u8> = (0..24).flat_map(pattern).collect();
    assert!(host.content() == expected);
    let fetched = host
        .call(Method::GET, "")
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
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

#[tokio::test]
async fn other_calls_are_refused_in_azures_words() {
    let host = Host::start().await;
    let unknown = host
        .call(Method::PUT, "&comp=snapshot")
        .send()
        .await
        .unwrap();
    assert_refused(unknown, 400, "InvalidQueryParameterValue").await;
    let post = host.call(Method::POST, "").body("x").send().await.unwrap();
    assert_refused(post, 405, "UnsupportedHttpVerb").await;
}
