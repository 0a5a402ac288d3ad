//! A running blob host for the tests, and short ways to call it over real HTTP.

use crate::blobs::{BlobSettings, Blobs, Form};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use std::io::Read as _;
use std::time::Duration;
use tokio::net::TcpListener;

pub(super) const NEW: &str = "2023-11-03";
/// The documentation's form of a URL.
pub(super) const OLD: Form = Form {
    raw_plus: false,
    is_old: true,
};

/// A running blob host with one blob handed out.
pub(super) struct Host {
    pub blobs: Blobs,
    pub client: Client,
    pub address: String,
    pub blob: String,
    pub url: String,
}

impl Host {
    pub(super) async fn start() -> Self {
        Self::with(Form::default()).await
    }

    pub(super) async fn with(form: Form) -> Self {
        // A second installation is refused, and the first one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let blobs = Blobs::new(settings()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = blobs.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let issued = blobs.issue(&address, form);
        Self {
            blobs,
            client: Client::builder().no_proxy().build().unwrap(),
            address,
            blob: issued.blob,
            url: issued.url,
        }
    }

    pub(super) fn call(&self, method: Method, query: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{query}", self.url))
            .header("x-ms-version", NEW)
    }

    pub(super) async fn stage(&self, id: &str, body: impl Into<reqwest::Body>) -> Response {
        sized(self.call(Method::PUT, &block(id)), body)
            .send()
            .await
            .unwrap()
    }

    pub(super) async fn commit(&self, list: &str) -> Response {
        self.call(Method::PUT, "&comp=blocklist")
            .body(format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{list}</BlockList>"
            ))
            .send()
            .await
            .unwrap()
    }

    pub(super) async fn put(&self, body: impl Into<reqwest::Body>) -> Response {
        let request = self
            .call(Method::PUT, "")
            .header("x-ms-blob-type", "BlockBlob");
        sized(request, body).send().await.unwrap()
    }

    pub(super) async fn blocks(&self, kind: &str) -> String {
        let query = format!("&comp=blocklist&blocklisttype={kind}");
        let response = self.call(Method::GET, &query).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.text().await.unwrap()
    }

    pub(super) fn content(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.blobs
            .open(&self.blob)
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        bytes
    }
}

pub(super) fn settings() -> BlobSettings {
    BlobSettings {
        sas_lifetime: Duration::from_hours(24),
        base: None,
    }
}

/// The client library leaves the length of an empty body out, which Azure refuses.
pub(crate) fn sized(request: RequestBuilder, body: impl Into<reqwest::Body>) -> RequestBuilder {
    let body = body.into();
    match body.as_bytes() {
        Some([]) => request.header("content-length", "0").body(body),
        _ => request.body(body),
    }
}

pub(super) fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub(super) fn block(id: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(base64(id).as_bytes()).collect();
    format!("&comp=block&blockid={encoded}")
}

pub(super) fn latest(ids: &[&str]) -> String {
    let entries: Vec<String> = ids
        .iter()
        .map(|id| format!("<Latest>{}</Latest>", base64(id)))
        .collect();
    entries.concat()
}

pub(super) fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// Status and code of a refusal, the code the same in header and body.
pub(super) async fn refused(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let code = header(&response, "x-ms-error-code").to_owned();
    assert_eq!(header(&response, "content-type"), "application/xml");
    let request = header(&response, "x-ms-request-id").to_owned();
    // Not `text()`: that takes the byte order mark away.
    let body = String::from_utf8(response.bytes().await.unwrap().to_vec()).unwrap();
    assert!(
        body.starts_with("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>"),
        "{body}"
    );
    assert!(
        body.contains(&format!("<Code>{code}</Code><Message>")),
        "{body}"
    );
    assert!(
        body.contains(&format!("\nRequestId:{request}\nTime:20")),
        "{body}"
    );
    (status, code)
}

pub(super) async fn assert_refused(response: Response, status: u16, code: &str) {
    assert_eq!(refused(response).await, (status, code.to_owned()));
}
