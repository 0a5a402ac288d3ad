//! Requests that a service refuses, or answers in a way of its own, one after the other.

use crate::recorder::{Notes, Recorder};
use reqwest::{Client, Method};

/// A name, method, the query's end, headers, body.
type Asked = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

const BLOB: (&str, &str) = ("x-ms-blob-type", "BlockBlob");
const VERSION: (&str, &str) = ("x-ms-version", "2023-11-03");

/// Ids are `b1`, `b2`, and one of another length that is spelled in as many letters.
const REQUESTS: &[Asked] = &[
    ("nothing there", "HEAD", "", &[VERSION], ""),
    ("nothing there", "GET", "", &[VERSION], ""),
    (
        "nothing there",
        "GET",
        "&comp=blocklist&blocklisttype=all",
        &[VERSION],
        "",
    ),
    (
        "block",
        "PUT",
        "&comp=block&blockid=YjE%3D",
        &[VERSION],
        "first",
    ),
    (
        "block",
        "PUT",
        "&comp=block&blockid=YjI%3D",
        &[VERSION],
        "second",
    ),
    (
        "other id length",
        "PUT",
        "&comp=block&blockid=YjEx",
        &[VERSION],
        "third",
    ),
    (
        "id not in Base64",
        "PUT",
        "&comp=block&blockid=%21%21",
        &[VERSION],
        "x",
    ),
    ("no id", "PUT", "&comp=block", &[VERSION], "x"),
    (
        "empty block",
        "PUT",
        "&comp=block&blockid=YjE%3D",
        &[VERSION],
        "",
    ),
    (
        "wrong MD5",
        "PUT",
        "&comp=block&blockid=YjE%3D",
        &[VERSION, ("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")],
        "first",
    ),
    (
        "right MD5",
        "PUT",
        "&comp=block&blockid=YjE%3D",
        &[VERSION, ("content-md5", "iwTV43ddKY54RV78XKQE1Q==")],
        "first",
    ),
    (
        "list",
        "GET",
        "&comp=blocklist&blocklisttype=uncommitted",
        &[VERSION],
        "",
    ),
    (
        "wrong kind of list",
        "GET",
        "&comp=blocklist&blocklisttype=some",
        &[VERSION],
        "",
    ),
    (
        "unknown block",
        "PUT",
        "&comp=blocklist",
        &[VERSION],
        "<BlockList><Latest>YjM=</Latest></BlockList>",
    ),
    ("no XML", "PUT", "&comp=blocklist", &[VERSION], "hello"),
    (
        "commit",
        "PUT",
        "&comp=blocklist",
        &[VERSION, ("x-ms-blob-content-type", "application/zip")],
        "<BlockList><Latest>YjE=</Latest><Latest>YjI=</Latest></BlockList>",
    ),
    ("properties after blocks", "HEAD", "", &[VERSION], ""),
    ("all", "GET", "", &[VERSION], ""),
    (
        "part",
        "GET",
        "",
        &[VERSION, ("x-ms-range", "bytes=2-4")],
        "",
    ),
    (
        "beyond",
        "GET",
        "",
        &[VERSION, ("x-ms-range", "bytes=200-400")],
        "",
    ),
    (
        "there already",
        "PUT",
        "",
        &[VERSION, BLOB, ("if-none-match", "*")],
        "x",
    ),
    (
        "another tag",
        "PUT",
        "",
        &[VERSION, BLOB, ("if-match", "\"0x8D000000000000\"")],
        "x",
    ),
    ("no blob type", "PUT", "", &[VERSION], "x"),
    ("whole", "PUT", "", &[VERSION, BLOB], "whole"),
    ("properties after whole", "HEAD", "", &[VERSION], ""),
    ("delete without the right", "DELETE", "", &[VERSION], ""),
    (
        "version of the future",
        "HEAD",
        "",
        &[("x-ms-version", "2099-01-01")],
        "",
    ),
    (
        "a token",
        "HEAD",
        "",
        &[VERSION, ("authorization", "Bearer x")],
        "",
    ),
    ("altered", "HEAD", "&sp=rwdl", &[VERSION], ""),
    ("other comp", "GET", "&comp=nothing", &[VERSION], ""),
];

/// Plays all requests, and gives the answers by the requests' names.
pub(crate) async fn play(http: &Client, recorder: &Recorder, url: &str) -> Notes {
    let url = recorder.through(url);
    let mut all = Notes::new();
    for (name, method, query, headers, body) in REQUESTS {
        // What comes twice counts as it comes first; altered is what is there.
        let url = match *query {
            "&sp=rwdl" => url.replace("sp=rwl", "sp=rwdl"),
            query => format!("{url}{query}"),
        };
        send(http, method, &url, headers, body).await;
        note(&mut all, name, recorder);
    }
    let (place, query) = url.split_once('?').unwrap();
    let (container, _) = place.rsplit_once('/').unwrap();
    let list = format!("{container}?restype=container&comp=list");
    send(http, "GET", &format!("{list}&{query}"), &[VERSION], "").await;
    note(&mut all, "container", recorder);
    send(http, "GET", &list, &[VERSION], "").await;
    note(&mut all, "container without signature", recorder);
    send(http, "GET", place, &[VERSION], "").await;
    note(&mut all, "no signature", recorder);
    all
}

async fn send(
    http: &Client,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &'static str,
) {
    let mut request = http.request(method.parse::<Method>().unwrap(), url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_empty() && method == "PUT" {
        request = request.header("content-length", 0);
    }
    request.body(body).send().await.unwrap();
}

fn note(all: &mut Notes, name: &str, recorder: &Recorder) {
    for (answer, headers) in recorder.take_notes() {
        all.insert(format!("({name}) {answer}"), headers);
    }
}
