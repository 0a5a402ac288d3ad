//! The listener: one address for sign-in, Store and blobs. It checks tokens, applies faults, and gives every reply its correlation id.

use crate::access::Access;
use crate::account;
use crate::blobs::{BlobSettings, Blobs};
use crate::call::{Call, StoreRequest, Verb};
use crate::clock::Clock;
use crate::connection::{Connection, Connections};
use crate::errors::Reply;
use crate::faults::Faults;
use crate::hostile;
use crate::operator;
use crate::options::SimOptions;
use crate::scenario::{Effect, Rule};
use crate::service::Service;
use crate::store::{Environment, Ids, Store};
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt as _, stream};
use serde_json::Value;
use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

/// Bytes of a request body. Submission documents are far smaller.
const BODY_LIMIT: usize = 64 << 20;

/// A running simulator. It ends with [`Sim::stop`], or when it is dropped.
pub struct Sim {
    address: SocketAddr,
    closed: DropGuard,
    served: JoinHandle<()>,
    /// Lives as long as anybody may still write a blob to disk.
    storage: Weak<dyn Any + Send + Sync>,
    blobs: Blobs,
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sim")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// How long to wait for writes to disk that are under way, and how often to look.
const LAST_WRITES: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(5);

impl Sim {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The committed content of a blob; `/_sim/state` names the blobs.
    pub fn uploaded(&self, blob: &str) -> Option<impl io::Read + use<>> {
        self.blobs.open(blob)
    }

    /// Ends the listener and every connection, and removes the blobs from the disk.
    pub async fn stop(self) {
        drop(self.blobs);
        drop(self.closed);
        // An error would mean that the task was aborted: it is over either way.
        let _ = self.served.await;
        let gone = async {
            while self.storage.strong_count() > 0 {
                tokio::time::sleep(LOOK).await;
            }
        };
        let _ = tokio::time::timeout(LAST_WRITES, gone).await;
    }
}

struct Shared {
    service: Mutex<Service>,
    blobs: Blobs,
    latency: Duration,
    /// Wakes every request that is held back.
    released: Notify,
}

impl Shared {
    /// Waits as the rule says, or until there is another scenario.
    async fn hold(&self, rule: &Rule) {
        tokio::select! {
            () = tokio::time::sleep(rule.pause()) => {}
            () = self.released.notified() => {}
        }
    }

    fn service(&self) -> MutexGuard<'_, Service> {
        // A panic elsewhere leaves plain data behind, never half a lock's worth of invariants.
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts a simulator.
///
/// # Errors
///
/// When the address cannot be listened on, or there is no temporary folder for blobs.
pub async fn start(options: SimOptions) -> io::Result<Sim> {
    let account = account::of(&options);
    let blobs = Blobs::new(BlobSettings {
        sas_lifetime: options.sas_lifetime,
        base: options.upload_url.clone(),
    })?;
    let env = Environment {
        clock: Clock::new(options.speed),
        blobs: blobs.clone(),
        switches: options.scenario.switches.clone(),
        ids: Ids::default(),
    };
    let service = Service {
        store: Store::new(&account, env),
        access: Access::new(
            account.tenants,
            account.client_id,
            account.client_secret,
            options.token_lifetime,
            options.rate_limit,
        ),
        faults: Faults::new(&options.scenario),
    };
    let shared = Arc::new(Shared {
        service: Mutex::new(service),
        blobs: blobs.clone(),
        latency: options.latency,
        released: Notify::new(),
    });
    let kept = blobs.clone();
    let closed = CancellationToken::new();
    let lines = Connections {
        listener: TcpListener::bind(options.listen).await?,
        closed: closed.clone(),
    };
    let address = lines.listener.local_addr()?;
    let storage = blobs.storage();
    let router = blobs
        .router()
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(middleware::from_fn_with_state(shared, serve))
        .into_make_service_with_connect_info::<Connection>();
    let end = closed.clone();
    let served = tokio::spawn(async move {
        // Not a graceful shutdown: a test that stops the Store wants it gone. The connections see the same token.
        tokio::select! {
            () = end.cancelled() => {}
            _ = async { axum::serve(lines, router).await } => {}
        }
    });
    Ok(Sim {
        address,
        closed: closed.drop_guard(),
        served,
        blobs: kept,
        storage,
    })
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let call = Call::read(request.method(), request.uri());
    if call.verb == Verb::Operator {
        let body = axum::body::to_bytes(request.into_body(), BODY_LIMIT)
            .await
            .unwrap_or_default();
        let reply = operator::answer(&mut shared.service(), shared.blobs.received(), &call, &body);
        if call.method == Method::PUT {
            shared.released.notify_waiters();
        }
        return respond(&reply, None);
    }
    let correlation = Uuid::new_v4().to_string();
    let connection = request
        .extensions()
        .get::<ConnectInfo<Connection>>()
        .map(|info| info.0.clone())
        .unwrap_or_default();
    if !call.verb.is_blob() && !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    if call.verb.is_store() {
        let authorization = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let mut service = shared.service();
        let Service { access, store, .. } = &mut *service;
        if let Some(refusal) = access.refuse(authorization, &store.env.switches, &correlation) {
            return respond(&refusal, Some(&correlation));
        }
    }
    let rules = shared.service().faults.trigger(&call);
    for rule in &rules {
        match rule.effect {
            Effect::Delay => shared.hold(rule).await,
            Effect::Reset => return cut(&connection),
            Effect::Answer => {
                drain(request).await;
                return fault_answer(rule, &correlation);
            }
            Effect::Operator => {
                let reply = operator::act_before(&mut shared.service(), rule, &call);
                // A scenario that asks for something impossible must be noticed.
                if !reply.is_success() {
                    drain(request).await;
                    return respond(&reply, Some(&correlation));
                }
            }
            _ => {}
        }
    }
    let response = if call.verb.is_blob() {
        shared.service().apply_to_blob(&call, &rules);
        next.run(request).await
    } else {
        ask(Arc::clone(&shared), call, request, &rules, &correlation).await
    };
    after(&shared, response, &rules, &connection, &correlation).await
}

/// Applies the faults that come after the work.
async fn after(
    shared: &Shared,
    mut response: Response,
    rules: &[Rule],
    connection: &Connection,
    correlation: &str,
) -> Response {
    for rule in rules {
        match rule.effect {
            Effect::DelayAfter => shared.hold(rule).await,
            Effect::LostReply => return cut(connection),
            Effect::AnswerAfter => return fault_answer(rule, correlation),
            Effect::CutBody => return cut_body(response).await,
            Effect::AddHeaders => add_headers(rule, &mut response),
            _ => {}
        }
    }
    response
}

/// Sign-in and Store calls: read the body, then do the work where blocking is allowed, for a ZIP may have to be read.
async fn ask(
    shared: Arc<Shared>,
    call: Call,
    request: Request,
    rules: &[Rule],
    correlation: &str,
) -> Response {
    let (parts, body) = request.into_parts();
    let has_length = parts.headers.contains_key(header::CONTENT_LENGTH)
        || parts.headers.contains_key(header::TRANSFER_ENCODING);
    if parts.method == "POST" && !has_length {
        return (
            StatusCode::LENGTH_REQUIRED,
            [(header::CONTENT_TYPE, "text/html")],
            "<h2>Length Required</h2>",
        )
            .into_response();
    }
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let is_hostile = rules.iter().any(|rule| rule.effect == Effect::Hostile);
    let asked = StoreRequest {
        host: host(&parts.headers),
        is_json: is_json(&parts.headers),
        call,
        body: if is_hostile {
            hostile::clean(&body)
        } else {
            body.into()
        },
    };
    let plan = rules.to_vec();
    let reply = tokio::task::spawn_blocking(move || shared.service().answer(&asked, &plan)).await;
    let mut reply = reply.unwrap_or_else(|_| crate::errors::internal_error());
    if let Some(body) = &mut reply.body {
        for rule in rules {
            rule.distort(body);
        }
    }
    respond(&reply, Some(correlation))
}

fn host(headers: &HeaderMap) -> String {
    headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("127.0.0.1")
        .to_owned()
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"))
}

/// Reads a body that is not needed: a client that is still sending would see a broken connection instead of the answer.
async fn drain(request: Request) {
    let mut body = request.into_body().into_data_stream();
    while let Some(Ok(_)) = body.next().await {}
}

/// Breaks the connection: the response that is returned never leaves the machine.
fn cut(connection: &Connection) -> Response {
    connection.cut();
    Response::new(Body::empty())
}

/// Promises the whole body, sends half of it, and breaks the connection.
async fn cut_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, BODY_LIMIT)
        .await
        .unwrap_or_default();
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    let sent = stream::once(async { Ok::<Bytes, io::Error>(half) });
    let broken = stream::once(async {
        // Being asked to wait is what makes the connection send what it has; without it the head would never leave.
        tokio::task::yield_now().await;
        Err(io::ErrorKind::ConnectionReset.into())
    });
    Response::from_parts(parts, Body::from_stream(sent.chain(broken)))
}

fn fault_answer(rule: &Rule, correlation: &str) -> Response {
    let mut response = respond(&rule.reply(), Some(correlation));
    add_headers(rule, &mut response);
    response
}

fn add_headers(rule: &Rule, response: &mut Response) {
    for (name, value) in &rule.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}

fn respond(reply: &Reply, correlation: Option<&str>) -> Response {
    let body = match &reply.body {
        None => Body::empty(),
        Some(Value::String(text)) => Body::from(text.clone()),
        Some(value) => Body::from(value.to_string()),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let kind = match &reply.body {
        None => None,
        Some(Value::String(_)) => Some("text/html; charset=utf-8"),
        Some(_) => Some("application/json; charset=utf-8"),
    };
    if let Some(kind) = kind {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if let Some(Ok(correlation)) = correlation.map(HeaderValue::from_str) {
        headers.insert("MS-CorrelationId", correlation);
    }
    if let Some(seconds) = reply.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
