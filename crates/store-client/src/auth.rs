//! Sign-in by client credentials (v2 form) and the token that all requests share. It must not know any call of the Store.

use crate::{
    endpoint::{check_endpoint, host_of},
    error::{ApiError, SecretFault, sign_in_advice, status_words},
    exchange::{Observe, Watch},
    retry::{Patience, SIGN_IN_ATTEMPTS, is_passing, throttle_pause},
    waits::Waits,
    wire::{self, Reply},
    words::shown,
};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store_model::product::field;
use tokio::{io::AsyncReadExt, time::Instant};
use url::Url;

/// The audience of every token: `docs/store-api.md#token-request`.
const SCOPE: &str = "https://manage.devcenter.microsoft.com/.default";

/// Renewed so early that a request never starts with a token that ends on its way.
const EARLY: SignedDuration = SignedDuration::from_mins(5);

/// When an early renewal failed, the token that still holds is used for so long before the next try.
const RENEWAL_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// A sign-in does not wait longer than this for a busy service before it tries again.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Where a client secret comes from; called on a blocking thread at every sign-in.
pub type SecretSource = Arc<dyn Fn() -> Result<SecretString, SecretFault> + Send + Sync>;

/// Why an answer of the sign-in service is no token.
#[derive(Debug, thiserror::Error)]
enum NoToken {
    #[error("{0}")]
    Body(String),
    #[error("it holds no access_token")]
    Missing,
    #[error("it does not say how long the token holds")]
    NoLifetime,
    #[error("the clock of this machine is wrong")]
    Clock,
}

/// What proves who we are.
#[derive(Clone)]
pub enum Credential {
    Secret(SecretSource),
    /// A file with a signed token of the pipeline; read again at every sign-in, because it is renewed.
    FederatedToken(PathBuf),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(_) => f.write_str("Secret(…)"),
            Self::FederatedToken(path) => f.debug_tuple("FederatedToken").field(path).finish(),
        }
    }
}

/// Who signs in where.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) login: Url,
    pub(super) tenant: String,
    pub(super) client: String,
    pub(super) credential: Credential,
}

/// A token and its time.
#[derive(Clone)]
pub(super) struct Token {
    text: Arc<SecretString>,
    renew_at: Timestamp,
    expires: Timestamp,
}

impl Token {
    pub(super) fn text(&self) -> &str {
        self.text.expose_secret()
    }
}

type SignIn = Shared<BoxFuture<'static, Result<Token, ApiError>>>;

/// The token of one account; one sign-in at a time, whoever asks.
pub(super) struct Auth {
    http: reqwest::Client,
    identity: Identity,
    observe: Observe,
    waits: Waits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// The sign-in under way. Weak: when everybody who waits has gone, it is gone too.
    under_way: Option<WeakShared<BoxFuture<'static, Result<Token, ApiError>>>>,
}

impl Auth {
    pub(super) fn new(
        http: reqwest::Client,
        identity: Identity,
        observe: Observe,
        waits: Waits,
    ) -> Self {
        Self {
            http,
            identity,
            observe,
            waits,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the present token ends.
    pub(super) fn expires(&self) -> Option<Timestamp> {
        self.lock().token.as_ref().map(|token| token.expires)
    }

    /// The token to use now: the present one, or a new one when it is about to end.
    pub(super) async fn token(self: &Arc<Self>, patience: Patience) -> Result<Token, ApiError> {
        let sign_in = {
            let now = Timestamp::now();
            let mut state = self.lock();
            if let Some(token) = state.token.as_ref().filter(|token| now < token.renew_at) {
                return Ok(token.clone());
            }
            self.join(&mut state, patience)
        };
        let error = match sign_in.await {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        // A sign-in service that is down does no harm while the present token holds.
        let now = Timestamp::now();
        let mut state = self.lock();
        match state.token.as_mut().filter(|token| now < token.expires) {
            Some(token) => {
                token.renew_at = token
                    .renew_at
                    .max(now.saturating_add(RENEWAL_PAUSE).unwrap_or(now));
                Ok(token.clone())
            }
            None => Err(error),
        }
    }

    /// Joins the sign-in under way or starts one.
    fn join(self: &Arc<Self>, state: &mut State, patience: Patience) -> SignIn {
        if let Some(sign_in) = state.under_way.as_ref().and_then(WeakShared::upgrade) {
            return sign_in;
        }
        let this = Arc::clone(self);
        let sign_in = async move {
            let result = this.sign_in(patience).await;
            let mut state = this.lock();
            state.under_way = None;
            if let Ok(token) = &result {
                state.token = Some(token.clone());
            }
            drop(state);
            result
        };
        let sign_in = sign_in.boxed().shared();
        state.under_way = sign_in.downgrade();
        sign_in
    }

    /// Forgets a token that the Store refused, unless it was replaced meanwhile.
    pub(super) fn forget(&self, refused: &Token) {
        let mut state = self.lock();
        if state
            .token
            .as_ref()
            .is_some_and(|token| Arc::ptr_eq(&token.text, &refused.text))
        {
            state.token = None;
        }
    }

    async fn sign_in(&self, patience: Patience) -> Result<Token, ApiError> {
        check_endpoint(&self.identity.login).map_err(|reason| ApiError::Endpoint {
            url: self.identity.login.origin().ascii_serialization().into(),
            reason,
        })?;
        let mut attempt = 1;
        loop {
            let proof = self.proof().await?;
            let at = Timestamp::now();
            let mut watch = Watch::start(&self.observe, "POST", "sign in");
            let wait = self.waits.answer(
                host_of(&self.identity.login),
                Instant::now(),
                patience.sign_in,
            );
            let answer = wire::exchange(
                self.request(&proof)?.timeout(patience.sign_in),
                &mut watch,
                &self.waits,
            )
            .await;
            drop(wait);
            let (error, pause) = match answer {
                Err(fault) => {
                    let error = ApiError::Lost {
                        call: "sign in".to_owned(),
                        reason: fault.reason,
                        trouble: fault.trouble,
                        was_sent: fault.was_sent,
                        changes: false,
                    };
                    let pause = patience.pause(attempt);
                    (error, (!fault.trouble.is_lasting()).then_some(pause))
                }
                Ok(reply) if reply.status.is_success() => match read_token(&reply, at) {
                    Ok(token) => {
                        watch.end(None);
                        return Ok(token);
                    }
                    Err(reason) => {
                        let correlation = reply.correlation;
                        (
                            ApiError::Unreadable {
                                call: "sign in".to_owned(),
                                reason: reason.to_string(),
                                correlation,
                                changes: false,
                            },
                            None,
                        )
                    }
                },
                Ok(reply) => {
                    let (error, is_busy) = read_refusal(&reply, proof.expose_secret());
                    let wait = match reply.status {
                        StatusCode::TOO_MANY_REQUESTS => {
                            throttle_pause(reply.retry_after, "").min(LONGEST_WAIT)
                        }
                        _ => reply
                            .retry_after
                            .unwrap_or_default()
                            .max(patience.pause(attempt)),
                    };
                    (error, (is_busy && wait <= LONGEST_WAIT).then_some(wait))
                }
            };
            watch.correlate(error.correlation());
            watch.end(Some(match &error {
                ApiError::SignIn { code, message, .. } => {
                    code.clone().unwrap_or_else(|| message.clone())
                }
                ApiError::Lost { reason, .. } | ApiError::Unreadable { reason, .. } => {
                    reason.clone()
                }
                other => other.to_string(),
            }));
            drop(watch);
            match pause.filter(|_| attempt < SIGN_IN_ATTEMPTS) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error),
            }
            attempt += 1;
        }
    }

    /// The secret or the federated token, fresh from its source.
    async fn proof(&self) -> Result<SecretString, ApiError> {
        let proof = match &self.identity.credential {
            Credential::Secret(source) => {
                let source = Arc::clone(source);
                // A password store may ask a person and take its time.
                let result = tokio::task::spawn_blocking(move || source()).await;
                result
                    .map_err(|_| ApiError::Secret(SecretFault::BrokenOff))?
                    .map_err(|fault| match fault {
                        // Part of a sentence, in one line.
                        SecretFault::Source(text) => SecretFault::Source(shown(&text)),
                        other => other,
                    })
                    .map_err(ApiError::Secret)?
            }
            Credential::FederatedToken(path) => {
                let text = read_token_file(path).await.map_err(|error| {
                    ApiError::Secret(SecretFault::Token {
                        path: path.clone(),
                        reason: error.to_string(),
                    })
                })?;
                SecretString::from(text.trim())
            }
        };
        if proof.expose_secret().is_empty() {
            Err(ApiError::Secret(SecretFault::Empty))
        } else {
            Ok(proof)
        }
    }

    fn request(&self, proof: &SecretString) -> Result<RequestBuilder, ApiError> {
        let identity = &self.identity;
        let wrong = |reason: &str| ApiError::Request {
            call: "sign in".to_owned(),
            reason: reason.to_owned(),
        };
        // The tenant is part of the path: a GUID or a domain name cannot change where it leads.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if !identity.tenant.chars().all(is_plain)
            || !identity
                .tenant
                .contains(|c: char| c.is_ascii_alphanumeric())
        {
            return Err(wrong(
                "the tenant id is neither a GUID nor a domain name; correct it in the profile",
            ));
        }
        let base = identity.login.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}/{}/oauth2/v2.0/token", identity.tenant));
        let url =
            url.map_err(|_| wrong("the login address cannot be used; correct it in the profile"))?;
        let proof = proof.expose_secret();
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", &identity.client),
            ("scope", SCOPE),
        ];
        match identity.credential {
            Credential::Secret(_) => form.push(("client_secret", proof)),
            Credential::FederatedToken(_) => {
                form.push((
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ));
                form.push(("client_assertion", proof));
            }
        }
        Ok(self.http.post(url).form(&form))
    }
}

fn read_token(reply: &Reply, at: Timestamp) -> Result<Token, NoToken> {
    let body = reply
        .body
        .as_deref()
        .map_err(|fault| NoToken::Body(fault.reason()))?;
    let json = wire::read_json(body).map_err(NoToken::Body)?;
    let text = field(&json, "access_token")
        .and_then(Value::as_str)
        .filter(|token| !token.is_empty());
    let text = text.ok_or(NoToken::Missing)?;
    // A number in v2 replies, a string in v1 replies.
    let seconds = match field(&json, "expires_in") {
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(number) => number.as_f64(),
        None => None,
    };
    let seconds = seconds
        .filter(|seconds: &f64| *seconds > 0.0)
        .ok_or(NoToken::NoLifetime)?;
    let life = SignedDuration::from_secs(seconds.min(86_400.0) as i64);
    let end = |time: SignedDuration| at.saturating_add(time).map_err(|_| NoToken::Clock);
    // A short-lived token (a simulator's) is used for most of its life as well.
    let early = EARLY.min(life / 10);
    Ok(Token {
        text: Arc::new(SecretString::from(text)),
        renew_at: end(life - early)?,
        expires: end(life)?,
    })
}

/// The error of a failed sign-in, and whether it passes by itself. The proof is cut out of whatever the answer says.
fn read_refusal(reply: &Reply, proof: &str) -> (ApiError, bool) {
    let json = reply
        .body
        .as_deref()
        .ok()
        .and_then(|body| wire::read_json(body).ok())
        .unwrap_or_default();
    let text = |name: &str| {
        field(&json, name)
            .and_then(Value::as_str)
            .map(|text| text.replace(proof, "…"))
            .unwrap_or_default()
    };
    let (error, description) = (text("error"), text("error_description"));
    let number = field(&json, "error_codes")
        .and_then(|codes| codes.get(0))
        .and_then(Value::as_u64);
    let number = number.or_else(|| {
        let digits = description
            .strip_prefix("AADSTS")?
            .split(|c: char| !c.is_ascii_digit())
            .next()?;
        digits.parse().ok()
    });
    let message = match first_sentence(&description) {
        sentence if !sentence.is_empty() => sentence,
        _ if reply.leads_to.is_some() => reply.refusal().message,
        _ => {
            let status = status_words(reply.status.as_u16());
            if error.is_empty() {
                format!("the sign-in service answered {status}")
            } else {
                format!("{} ({status})", shown(&error))
            }
        }
    };
    let is_busy = is_passing(reply.status)
        || reply.status == StatusCode::TOO_MANY_REQUESTS
        || error == "temporarily_unavailable"
        || matches!(number, Some(90_033 | 90_055));
    let correlation = Some(shown(&text("correlation_id")))
        .filter(|id| !id.is_empty())
        .or_else(|| reply.correlation.clone());
    // A failure on Microsoft's side, whatever number comes with it.
    let advice = if is_busy {
        sign_in_advice(None, "temporarily_unavailable")
    } else {
        sign_in_advice(number, &error)
    };
    (
        ApiError::SignIn {
            code: number.map(|number| format!("AADSTS{number}")),
            message,
            advice,
            correlation,
        },
        is_busy,
    )
}

/// The token that the pipeline keeps in a file. A token has some kilobytes; what is longer, or never ends, is none.
async fn read_token_file(path: &Path) -> io::Result<String> {
    const LONGEST: u64 = 64 * 1024;
    if !tokio::fs::metadata(path).await?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let file = tokio::fs::File::open(path).await?;
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text).await?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::other("it is too long for a token"));
    }
    Ok(text)
}

/// `AADSTS7000215: Invalid client secret provided. Ensure …` → `Invalid client secret provided.`
fn first_sentence(description: &str) -> String {
    let line = description.lines().next().unwrap_or_default();
    let line = match line.split_once(": ") {
        Some((code, rest)) if code.starts_with("AADSTS") => rest,
        _ => line,
    };
    let line = line.split(" Trace ID:").next().unwrap_or_default().trim();
    shown(
        line.split_once(". ")
            .map_or(line, |(sentence, _)| sentence)
            .trim_end_matches('.'),
    )
}

#[cfg(test)]
#[path = "auth_tests.rs"]
mod tests;
