//! A mock server with a sign-in, a Store that talks to it, and a record of what the Store says about it.

use secrecy::SecretString;
use serde_json::json;
use std::{
    collections::VecDeque,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use store_client::{Credential, Exchange, Patience, Store, StoreSettings, http::http_client_for};
use store_model::target::Target;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{
    Match, Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{method, path},
};

pub(crate) const SECRET: &str = "CANARY-secret+/=~";
pub(crate) const TENANT: &str = "contoso.example";
pub(crate) const SIGN_IN: &str = "/contoso.example/oauth2/v2.0/token";

pub(crate) type Log = Arc<Mutex<Vec<Exchange>>>;

pub(crate) fn app() -> Target {
    Target::app("9NX0EXAMPLE1")
}

pub(crate) fn secret(text: &'static str) -> Credential {
    Credential::Secret(Arc::new(move || Ok(SecretString::from(text))))
}

pub(crate) fn federated(path: &Path) -> Credential {
    Credential::FederatedToken(path.to_owned())
}

pub(crate) fn settings(url: &str, credential: Credential) -> StoreSettings {
    let url = url.parse().unwrap();
    StoreSettings {
        login: "http://127.0.0.1:9".parse().unwrap(),
        store: url,
        tenant: TENANT.into(),
        client: "0b6f1c52".into(),
        credential,
        requests_per_minute: 1000,
    }
}

/// A Store whose reads come back at once after a fault, and the record of its exchanges.
pub(crate) fn store_of(settings: StoreSettings) -> (Store, Log) {
    let log = Log::default();
    let writer = Arc::clone(&log);
    // All servers of these tests are on this machine, whatever the address under test is.
    let http = http_client_for(&"http://127.0.0.1".parse().unwrap()).unwrap();
    let store = Store::new(
        http,
        settings,
        Arc::new(move |exchange| writer.lock().unwrap().push(exchange)),
    );
    let quick = Patience {
        back_off: Duration::from_millis(1),
        ..Patience::default()
    };
    (store.with_patience(quick), log)
}

/// Gives a new token each time.
struct Tokens(AtomicUsize);

impl Respond for Tokens {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": format!("CANARY-token-{number}")});
        // Slow enough that requests at the same time would each want one of their own.
        ResponseTemplate::new(200)
            .set_body_json(body)
            .set_delay(Duration::from_millis(30))
    }
}

pub(crate) async fn give_tokens(server: &MockServer) {
    Mock::given(method("POST"))
        .and(path(SIGN_IN))
        .respond_with(Tokens(AtomicUsize::new(0)))
        .mount(server)
        .await;
}

/// Answers in turn; the last one stays.
pub(crate) struct InTurn(Mutex<VecDeque<ResponseTemplate>>);

pub(crate) fn in_turn(replies: impl IntoIterator<Item = ResponseTemplate>) -> InTurn {
    InTurn(Mutex::new(replies.into_iter().collect()))
}

impl Respond for InTurn {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let mut replies = self.0.lock().unwrap();
        if replies.len() > 1 {
            replies.pop_front().unwrap()
        } else {
            replies[0].clone()
        }
    }
}

pub(crate) struct Bench {
    pub server: MockServer,
    pub store: Store,
    log: Log,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut StoreSettings)) -> Self {
        let server = MockServer::start().await;
        give_tokens(&server).await;
        let mut settings = settings(&server.uri(), secret(SECRET));
        settings.login = settings.store.clone();
        change(&mut settings);
        let (store, log) = store_of(settings);
        Self { server, store, log }
    }

    /// Answers one method and path below `/v1.0/my/`.
    pub(crate) async fn on(&self, verb: &str, place: &str, reply: impl Respond + 'static) {
        self.on_if(verb, place, |_: &Request| true, reply).await;
    }

    pub(crate) async fn on_if(
        &self,
        verb: &str,
        place: &str,
        matcher: impl Match + 'static,
        reply: impl Respond + 'static,
    ) {
        Mock::given(method(verb))
            .and(path(format!("/v1.0/my/{place}")))
            .and(matcher)
            .respond_with(reply)
            .mount(&self.server)
            .await;
    }

    /// The requests to the Store, as `GET applications?skip=0&top=100`.
    pub(crate) async fn calls(&self) -> Vec<String> {
        let line = |request: &Request| {
            let query = request
                .url
                .query()
                .map(|query| format!("?{query}"))
                .unwrap_or_default();
            Some(format!(
                "{} {}{query}",
                request.method,
                request.url.path().strip_prefix("/v1.0/my/")?
            ))
        };
        self.requests().await.iter().filter_map(line).collect()
    }

    pub(crate) async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }

    pub(crate) async fn sign_ins(&self) -> usize {
        self.requests()
            .await
            .iter()
            .filter(|request| request.url.path() == SIGN_IN)
            .count()
    }

    /// What the Store told about its requests; none may hold a secret.
    pub(crate) fn log(&self) -> Vec<Exchange> {
        let log = self.log.lock().unwrap().clone();
        assert_no_secret(&format!("{log:?} {:?}", self.store));
        log
    }
}

pub(crate) fn assert_no_secret(text: &str) {
    assert!(!text.contains("CANARY"), "a secret is shown: {text}");
}

/// Waits until something holds, and fails when it never will.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    let wait = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(3), wait)
        .await
        .unwrap();
}

/// A server of raw bytes: one reply a connection, in turn, then it closes. Gives its address and the requests as they came.
pub(crate) async fn raw_server(replies: Vec<Vec<u8>>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        for reply in replies {
            let (mut stream, _) = listener.accept().await.unwrap();
            let text = read_request(&mut stream).await;
            seen.lock().unwrap().push(text);
            stream.write_all(&reply).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (address, requests)
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse::<usize>()
                    .ok()
            });
            if body.len() >= length.unwrap_or_default() {
                return text;
            }
        }
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.unwrap();
        if count == 0 {
            return text;
        }
        bytes.extend_from_slice(&part[..count]);
    }
}

pub(crate) fn raw_reply(head: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {head}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
