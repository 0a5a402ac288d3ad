//! A blob service in memory, with the rules of the real one that an upload depends on, and scripted faults.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::blob::plan::BlobPatience;
use crate::blob::{Hooks, run::upload_within};
use crate::blob::{Source, UploadError, UploadEvent, UploadSettings, UploadUrl, Uploaded};

/// Stands in every test's signature: must never show.
pub(super) const CANARY: &str = "c4n4rY";

/// What a scripted request gets instead of its answer.
pub(super) enum Fault {
    /// Status, error code, further headers; the body of the request is not read.
    Answer(u16, &'static str, Vec<(&'static str, String)>),
    /// The work is done, the answer breaks off.
    Cut,
    /// No answer ever.
    Silent,
}

/// `block 3`, `list`, `commit`, `head`, `clear`; and the request's query.
pub(super) struct Call {
    pub(super) name: String,
    pub(super) query: String,
    pub(super) length: u64,
}

type Script = Box<dyn FnMut(&Call, &mut Store) -> Option<Fault> + Send>;

/// What the service holds.
#[derive(Default)]
pub(super) struct Store {
    pub(super) staged: BTreeMap<String, Vec<u8>>,
    pub(super) blob: Option<Vec<u8>>,
    pub(super) modified: String,
    pub(super) content_type: String,
    pub(super) calls: Vec<String>,
}

struct Inner {
    store: Mutex<Store>,
    script: Mutex<Script>,
    running: AtomicUsize,
    most: AtomicUsize,
}

/// A running service and a file to send to it.
pub(super) struct Fake {
    inner: Arc<Inner>,
    pub(super) url: UploadUrl,
    pub(super) port: u16,
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) settings: UploadSettings,
    pub(super) patience: BlobPatience,
    pub(super) cancel: CancellationToken,
    pub(super) known: Vec<u32>,
    pub(super) events: Arc<Mutex<Vec<UploadEvent>>>,
    _folder: tempfile::TempDir,
}

impl Fake {
    /// A file of `size` bytes in blocks of `block_size`, and a service that follows `script`.
    pub(super) async fn start(
        size: usize,
        block_size: u64,
        script: impl FnMut(&Call, &mut Store) -> Option<Fault> + Send + 'static,
    ) -> Self {
        let inner = Arc::new(Inner {
            store: Mutex::default(),
            script: Mutex::new(Box::new(script)),
            running: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await });

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.zip");
        let bytes: Vec<u8> = (0..size).map(|at| (at * 31 + at / 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        Self {
            inner,
            url: url(port, &format!("sv=2021-08-06&sig={CANARY}%3D&sp=rwl")),
            port,
            path,
            bytes,
            settings: UploadSettings {
                block_size: Some(block_size),
                ..UploadSettings::default()
            },
            patience: BlobPatience {
                backoff: Duration::from_millis(1),
                longest: Duration::from_millis(5),
                ..BlobPatience::default()
            },
            cancel: CancellationToken::new(),
            known: Vec::new(),
            events: Arc::default(),
            _folder: folder,
        }
    }

    pub(super) async fn upload(&self) -> Result<Uploaded, UploadError> {
        self.observed(|_| ()).await
    }

    /// Uploads, shows every event to `see`, and checks that nothing shows the signature.
    pub(super) async fn observed(
        &self,
        see: impl Fn(&UploadEvent) + Send + Sync,
    ) -> Result<Uploaded, UploadError> {
        let http = crate::http::http_client().unwrap();
        let observe = |event: UploadEvent| {
            assert!(!format!("{event:?}").contains(CANARY), "{event:?}");
            see(&event);
            self.events.lock().unwrap().push(event);
        };
        let known = self.known.clone();
        let source = Arc::new(Source::open(&self.path).unwrap());
        let result = upload_within(
            &self.patience,
            &http,
            &self.url,
            source,
            &self.settings,
            known,
            Hooks::new(&observe, &self.cancel),
        )
        .await;
        if let Err(error) = &result {
            let mut shown = format!("{error} {error:?} {error:#?}");
            let mut cause = std::error::Error::source(error);
            while let Some(error) = cause {
                let _ = write!(shown, "{error} {error:?}");
                cause = error.source();
            }
            assert!(
                !shown.contains(CANARY) && !shown.contains("sig="),
                "{shown}"
            );
        }
        result
    }

    pub(super) fn store(&self) -> std::sync::MutexGuard<'_, Store> {
        self.inner.store.lock().unwrap()
    }

    /// How often each request came, in order of name.
    pub(super) fn counted(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in &self.store().calls {
            *counts.entry(call.clone()).or_default() += 1;
        }
        counts
    }

    pub(super) fn count(&self, name: &str) -> usize {
        self.counted()
            .iter()
            .filter(|(call, _)| call.starts_with(name))
            .map(|(_, count)| count)
            .sum()
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.inner.most.load(Ordering::SeqCst)
    }

    pub(super) fn assert_arrived(&self) {
        let store = self.store();
        assert!(
            store.blob.as_ref() == Some(&self.bytes),
            "the blob differs from the file"
        );
        assert_eq!(store.content_type, "application/zip");
    }
}

pub(super) fn url(port: u16, query: &str) -> UploadUrl {
    UploadUrl::parse(&format!("http://127.0.0.1:{port}/ingest/package?{query}")).unwrap()
}

/// A line in front of the service that resets its first `broken` connections after some bytes.
pub(super) async fn breaking_line(to: u16, broken: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for number in 0.. {
            let (mut near, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                if number < broken {
                    // Closing with unread bytes makes the system send a reset.
                    let mut some = [0; 100];
                    let _ = tokio::io::AsyncReadExt::read(&mut near, &mut some).await;
                    return;
                }
                let mut far = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    port
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response<Body> {
    let now = inner.running.fetch_add(1, Ordering::SeqCst) + 1;
    inner.most.fetch_max(now, Ordering::SeqCst);
    let response = serve(&inner, request).await;
    inner.running.fetch_sub(1, Ordering::SeqCst);
    response
}

async fn serve(inner: &Inner, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let length = head
        .headers
        .get("content-length")
        .map_or(0, |value| value.to_str().unwrap().parse().unwrap());
    assert_eq!(head.headers["x-ms-version"], "2023-11-03");
    assert!(
        head.headers["user-agent"]
            .to_str()
            .unwrap()
            .starts_with("flightdeck/")
    );
    let id = fields
        .get("blockid")
        .map(|id| String::from_utf8(STANDARD.decode(id).unwrap()).unwrap());
    let name = match (
        head.method.as_str(),
        fields.get("comp").map(String::as_str),
        &id,
    ) {
        ("PUT", Some("block"), Some(id)) => format!("block {}", id[9..].parse::<u32>().unwrap()),
        ("PUT", Some("blocklist"), _) => "commit".to_owned(),
        ("GET", Some("blocklist"), _) => "list".to_owned(),
        ("HEAD", None, _) => "head".to_owned(),
        ("PUT", None, _) => "clear".to_owned(),
        other => panic!("unknown request {other:?}"),
    };
    let fault = {
        let mut store = inner.store.lock().unwrap();
        store.calls.push(name.clone());
        (inner.script.lock().unwrap())(
            &Call {
                name: name.clone(),
                query: query.clone(),
                length,
            },
            &mut store,
        )
    };
    match fault {
        Some(Fault::Answer(status, code, headers)) => {
            return refusal(status, code, &headers, &query);
        }
        Some(Fault::Silent) => std::future::pending().await,
        Some(Fault::Cut) | None => {}
    }
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default()
        .to_vec();
    if bytes.len() as u64 != length {
        return refusal(400, "IncompleteBody", &[], &query);
    }
    let response = act(
        &mut inner.store.lock().unwrap(),
        name.split(' ').next().unwrap(),
        id,
        &head.headers,
        bytes,
    );
    if matches!(fault, Some(Fault::Cut)) {
        let broken = futures::stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("cut"))]);
        return Response::builder()
            .status(201)
            .header("content-length", 9)
            .body(Body::from_stream(broken))
            .unwrap();
    }
    response
}

fn act(
    store: &mut Store,
    name: &str,
    id: Option<String>,
    headers: &HeaderMap,
    bytes: Vec<u8>,
) -> Response<Body> {
    let ok = |status: u16, body: String| {
        Response::builder()
            .status(status)
            .body(Body::from(body))
            .unwrap()
    };
    match name {
        "block" => {
            if let Some(sent) = headers.get("x-ms-content-crc64") {
                let mut crc = crc64fast_nvme::Digest::new();
                crc.write(&bytes);
                if STANDARD.decode(sent).unwrap() != crc.sum64().to_le_bytes() {
                    return refusal(400, "Crc64Mismatch", &[], "");
                }
            }
            store.staged.insert(id.unwrap(), bytes);
            ok(201, String::new())
        }
        "commit" => {
            let xml = String::from_utf8(bytes).unwrap();
            let ids = xml
                .split("<Latest>")
                .skip(1)
                .map(|rest| rest.split_once("</Latest>").unwrap().0);
            let mut blob = Vec::new();
            for id in ids {
                match store
                    .staged
                    .get(std::str::from_utf8(&STANDARD.decode(id).unwrap()).unwrap())
                {
                    Some(block) => blob.extend_from_slice(block),
                    None => return refusal(400, "InvalidBlockList", &[], ""),
                }
            }
            store.blob = Some(blob);
            store.modified = http_now();
            store.content_type = headers["x-ms-blob-content-type"]
                .to_str()
                .unwrap()
                .to_owned();
            ok(201, String::new())
        }
        "list" => {
            let mut xml = String::from(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><CommittedBlocks /><UncommittedBlocks>",
            );
            for (id, bytes) in &store.staged {
                let _ = write!(
                    xml,
                    "<Block><Name>{}</Name><Size>{}</Size></Block>",
                    STANDARD.encode(id),
                    bytes.len()
                );
            }
            xml.push_str("</UncommittedBlocks></BlockList>");
            ok(200, xml)
        }
        "clear" => {
            assert_eq!(headers["x-ms-blob-type"], "BlockBlob");
            store.staged.clear();
            store.blob = Some(Vec::new());
            store.modified = http_now();
            ok(201, String::new())
        }
        _ => match &store.blob {
            Some(blob) => Response::builder()
                .header("content-length", blob.len())
                .header("last-modified", &store.modified)
                .body(Body::empty())
                .unwrap(),
            None => refusal(404, "BlobNotFound", &[], ""),
        },
    }
}

/// The service's error shape, echoing the query as badly as any server could.
fn refusal(
    status: u16,
    code: &str,
    headers: &[(&'static str, String)],
    query: &str,
) -> Response<Body> {
    let xml = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>said of {query}\nTime:now</Message></Error>"
    );
    let mut response = Response::builder()
        .status(status)
        .header("x-ms-request-id", "req-7")
        .header("x-ms-error-code", code);
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(xml)).unwrap()
}

fn http_now() -> String {
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&jiff::Timestamp::now())
        .unwrap()
}
