//! Stands between a client and a blob service, notes what is said, and can refuse one block.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

const LARGEST: usize = 256 << 20;
/// What belongs to the connection, not to the answer.
const CONNECTION: [&str; 5] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "transfer-encoding",
];

/// What kind of request got what kind of answer: header names, in order, of each kind of request and status.
pub(crate) type Notes = BTreeMap<String, String>;

#[derive(Clone)]
pub(crate) struct Recorder {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    /// Scheme and host of the service.
    target: Mutex<String>,
    http: reqwest::Client,
    notes: Mutex<Notes>,
    /// Put Blocks to let through before one is refused; below zero for all.
    before_refusal: AtomicI64,
}

impl Recorder {
    pub(crate) async fn start(http: &reqwest::Client) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target: Mutex::default(),
            http: http.clone(),
            notes: Mutex::default(),
            before_refusal: AtomicI64::new(-1),
        });
        let router = Router::new()
            .fallback(forward)
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// Sends everything to this service from now on.
    pub(crate) fn point_at(&self, url: &str) {
        url.clone_into(&mut self.shared.target.lock().unwrap());
    }

    /// The URL of the service as a URL of the recorder.
    pub(crate) fn through(&self, url: &str) -> String {
        let target = self.shared.target.lock().unwrap().clone();
        url.replace(&target, &format!("http://{}", self.address))
    }

    pub(crate) fn refuse_block_after(&self, count: i64) {
        self.shared.before_refusal.store(count, Ordering::SeqCst);
    }

    pub(crate) fn take_notes(&self) -> Notes {
        std::mem::take(&mut self.shared.notes.lock().unwrap())
    }
}

async fn forward(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let operation = operation(parts.method.as_str(), &parts.uri);
    if operation == "PUT block" && shared.before_refusal.load(Ordering::SeqCst) >= 0 {
        let left = shared.before_refusal.fetch_sub(1, Ordering::SeqCst);
        if left <= 0 {
            return (StatusCode::FORBIDDEN, [("x-ms-error-code", "Refused")], "").into_response();
        }
    }
    let target = shared.target.lock().unwrap().clone();
    let url = format!("{target}{}", parts.uri);
    let mut headers = parts.headers;
    headers.remove("host");
    let answer = shared
        .http
        .request(parts.method, url)
        .headers(headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let (key, note) = note(&operation, status, &headers);
    shared.notes.lock().unwrap().insert(key, note);
    let bytes: Bytes = answer.bytes().await.unwrap();
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    for (name, value) in &headers {
        if name != "transfer-encoding" && name != "connection" {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

/// `PUT blob`, `PUT block`, `GET blocklist`, `HEAD blob`, `GET container list`, …
fn operation(method: &str, uri: &Uri) -> String {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let named = |name: &str| query.iter().find(|(key, _)| key == name);
    let what = [named("restype"), named("comp")]
        .into_iter()
        .flatten()
        .map(|(_, value)| value.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let what = if what.is_empty() { "blob" } else { &what };
    format!("{method} {what}")
}

/// The kind of answer, and what it carries.
fn note(operation: &str, status: StatusCode, headers: &HeaderMap) -> (String, String) {
    let code = headers
        .get("x-ms-error-code")
        .and_then(|code| code.to_str().ok())
        .unwrap_or_default();
    let mut names: Vec<&str> = headers
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| !CONNECTION.contains(name))
        .collect();
    names.sort_unstable();
    let key = format!("{operation}: {} {code}", status.as_u16());
    (key.trim_end().to_owned(), names.join(" "))
}
