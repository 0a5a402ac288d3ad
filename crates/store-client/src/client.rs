//! The client of the Store: every request passes here, with its token, its place in the budget and its repetitions.
//! It must not know what a call means; `calls.rs` and `lists.rs` do.

use crate::{
    auth::{Auth, Credential, Identity},
    budget::{Budget, BudgetView, Urgency},
    call::Call,
    coalesce::Reads,
    endpoint::{check_endpoint, host_of},
    error::ApiError,
    exchange::{Observe, Watch},
    fault::{ClientFault, Trouble},
    ledger::Ledger,
    minute::{PATIENCE, Pause, Priority},
    retry::{
        Patience, READ_ATTEMPTS, SILENT_ATTEMPTS, THROTTLE_ATTEMPTS, is_passing, throttle_pause,
    },
    waits::{Waiting, Waits},
    wire::{self, Reply},
    words::time_words,
};
use futures::FutureExt;
use jiff::Timestamp;
use reqwest::{
    StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use serde_json::Value;
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::Instant;
use url::Url;

/// The Store allows about this many requests a minute and tenant: `docs/store-api.md#requests-per-minute`.
pub const REQUESTS_PER_MINUTE: u32 = 20;

/// Which account, and where it is.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// The sign-in service: `https://login.microsoftonline.com`.
    pub login: Url,
    /// The Store: `https://manage.devcenter.microsoft.com`, without `/v1.0/my/`.
    pub store: Url,
    /// A GUID or a domain name.
    pub tenant: String,
    /// The client id of the Entra application.
    pub client: String,
    pub credential: Credential,
    /// The local budget; [`REQUESTS_PER_MINUTE`] unless the account is known to have another.
    pub requests_per_minute: u32,
}

/// The Store of one account. Cheap to clone: token, budget and reads in flight are shared by all clones.
///
/// Every call may be dropped at any time. A changing call that is dropped may still have taken effect.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    pub(super) priority: Priority,
    patience: Patience,
}

struct Shared {
    http: reqwest::Client,
    store: Url,
    auth: Arc<Auth>,
    budget: Budget,
    reads: Reads,
    waits: Waits,
    observe: Observe,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = self.shared.store.origin().ascii_serialization();
        f.debug_struct("Store")
            .field("store", &store)
            .field("priority", &self.priority)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Makes the client of an account; sends nothing. `http` must not follow redirects (see `http_client`);
    /// `observe` is called with every request and must return at once.
    ///
    /// Addresses that [`check_endpoint`] refuses make every call fail with [`ApiError::Endpoint`].
    pub fn new(http: reqwest::Client, settings: StoreSettings, observe: Observe) -> Self {
        Self::with_ledger(http, settings, observe, None)
    }

    /// The same for an account whose budget is shared with other processes through a ledger.
    pub fn with_ledger(
        http: reqwest::Client,
        settings: StoreSettings,
        observe: Observe,
        ledger: Option<Arc<dyn Ledger>>,
    ) -> Self {
        let StoreSettings {
            login,
            store,
            tenant,
            client,
            credential,
            requests_per_minute,
        } = settings;
        let identity = Identity {
            login,
            tenant,
            client,
            credential,
        };
        let waits = Waits::default();
        let auth = Arc::new(Auth::new(
            http.clone(),
            identity,
            Arc::clone(&observe),
            waits.clone(),
        ));
        let budget = Budget::new(requests_per_minute).with_ledger(ledger);
        let shared = Arc::new(Shared {
            http,
            store,
            auth,
            budget,
            reads: Reads::default(),
            waits,
            observe,
        });
        Self {
            shared,
            priority: Priority::Person,
            patience: Patience::default(),
        }
    }

    /// The same Store for calls of another priority; [`Priority::Person`] to begin with.
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self {
            priority,
            ..self.clone()
        }
    }

    /// The same Store with other time limits.
    #[must_use]
    pub fn with_patience(&self, patience: Patience) -> Self {
        Self {
            patience,
            ..self.clone()
        }
    }

    /// Makes sure that there is a token that holds for a while.
    pub async fn sign_in(&self) -> Result<(), ApiError> {
        self.shared.auth.token(self.patience).await.map(drop)
    }

    /// When the present token ends.
    pub fn token_expires(&self) -> Option<Timestamp> {
        self.shared.auth.expires()
    }

    /// How much of the minute is used, and what waits.
    pub fn budget(&self) -> BudgetView {
        self.shared.budget.view()
    }

    /// What this Store's requests wait for; uploads note theirs here as well ([`UploadSettings`](crate::blob::UploadSettings)).
    pub fn waits(&self) -> Waits {
        self.shared.waits.clone()
    }

    /// Tells of every wait of more than 5 s, again and again while it lasts. Never ends; for one caller at a time.
    pub async fn tell_waits(&self, tell: impl FnMut(Waiting)) {
        let hold = || self.shared.budget.view().hold;
        self.shared.waits.tell(hold, tell).await;
    }

    /// Reads JSON; equal reads in flight share one request.
    pub(super) async fn read(&self, call: Result<Call, ApiError>) -> Result<Value, ApiError> {
        let call = call?;
        let this = self.clone();
        let path = call.path.clone();
        let read = self
            .shared
            .reads
            .join(&path, self.priority, &self.shared.budget, |urgency| {
                async move {
                    let reply = this.send(&call, &urgency).await?;
                    json_of(&call, reply).map(Arc::new)
                }
                .boxed()
            });
        // The last one to read takes the document itself instead of a copy.
        read.await.map(Arc::unwrap_or_clone)
    }

    /// Changes something; the answer's JSON is [`Value::Null`] where the service sends none.
    pub(super) async fn change(&self, call: Result<Call, ApiError>) -> Result<Value, ApiError> {
        let call = call?;
        let _change = self.shared.reads.change();
        let reply = self.send(&call, &Urgency::new(self.priority)).await?;
        if call.has_answer {
            json_of(&call, reply)
        } else {
            Ok(Value::Null)
        }
    }

    /// Sends until there is an answer that counts. Success is checked; the body is not.
    async fn send(&self, call: &Call, urgency: &Arc<Urgency>) -> Result<Reply, ApiError> {
        let Shared {
            store,
            auth,
            budget,
            ..
        } = &*self.shared;
        check_endpoint(store).map_err(|reason| ApiError::Endpoint {
            url: store.origin().ascii_serialization().into(),
            reason,
        })?;
        let (mut attempt, mut throttled, mut is_renewed) = (1, 0, false);
        loop {
            // A sign-in that fails must not cost a slot; the one after the wait is the one that is used.
            auth.token(self.patience).await?;
            let turn = (self.priority <= Priority::Selected).then(|| self.shared.waits.turn());
            let ticket =
                budget
                    .take(urgency)
                    .await
                    .map_err(|Pause { left, said }| ApiError::Throttled {
                        call: call.words.clone(),
                        message: String::new(),
                        retry_after: left,
                        said: Some(said),
                    })?;
            drop(turn);
            let token = auth.token(self.patience).await?;
            let may_repeat = !call.changes() && attempt < READ_ATTEMPTS;

            let reply = match self.exchange(call, token.text()).await {
                Ok(reply) => reply,
                Err(fault) => {
                    if fault.was_sent {
                        budget.retreat(Duration::ZERO);
                    } else {
                        budget.missed(ticket).await;
                    }
                    let is_worth_it = match fault.trouble {
                        Trouble::Silent => attempt < SILENT_ATTEMPTS,
                        trouble => !trouble.is_lasting(),
                    };
                    if may_repeat && is_worth_it {
                        tokio::time::sleep(self.patience.pause(attempt)).await;
                        attempt += 1;
                        continue;
                    }
                    let ClientFault {
                        trouble,
                        reason,
                        was_sent,
                    } = fault;
                    return Err(ApiError::Lost {
                        call: call.words.clone(),
                        reason,
                        trouble,
                        was_sent,
                        changes: call.changes(),
                    });
                }
            };
            if is_passing(reply.status) {
                budget.retreat(reply.retry_after.unwrap_or_default());
            } else if reply.status != StatusCode::TOO_MANY_REQUESTS {
                budget.answered(ticket).await;
            }
            match reply.status {
                status if status.is_success() => match &reply.body {
                    Err(wire::BodyFault::Cut(_)) if may_repeat => {
                        tokio::time::sleep(self.patience.pause(attempt)).await;
                        attempt += 1;
                    }
                    _ => return Ok(reply),
                },
                StatusCode::UNAUTHORIZED if !is_renewed => {
                    // Nothing was changed by a call that was not let in, so any call may be repeated.
                    auth.forget(&token);
                    is_renewed = true;
                }
                StatusCode::TOO_MANY_REQUESTS => {
                    // Neither was anything changed here: the gateway did not pass the call on.
                    let message = reply.refusal().message;
                    let pause = throttle_pause(reply.retry_after, &message);
                    budget.block(pause).await;
                    throttled += 1;
                    if throttled >= THROTTLE_ATTEMPTS || pause > PATIENCE {
                        return Err(ApiError::Throttled {
                            call: call.words.clone(),
                            message,
                            retry_after: pause,
                            said: None,
                        });
                    }
                }
                status
                    if is_passing(status)
                        && may_repeat
                        && reply.retry_after.is_none_or(|pause| pause <= PATIENCE) =>
                {
                    let pause = reply.retry_after.unwrap_or_default();
                    tokio::time::sleep(pause.max(self.patience.pause(attempt))).await;
                    attempt += 1;
                }
                _ => return Err(refusal_of(call, &reply)),
            }
        }
    }

    /// One request and its answer.
    async fn exchange(&self, call: &Call, token: &str) -> Result<Reply, ClientFault> {
        let Shared {
            http,
            store,
            observe,
            waits,
            ..
        } = &*self.shared;
        let mut watch = Watch::start(observe, call.method.as_str(), &call.path);
        let url = format!(
            "{}/v1.0/my/{}",
            store.as_str().trim_end_matches('/'),
            call.path
        );
        let limit = call.limit(self.patience);
        let _wait = waits.answer(host_of(store), Instant::now(), limit);
        let mut request = http
            .request(call.method.clone(), url)
            .bearer_auth(token)
            .timeout(limit);
        if let Some(body) = &call.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        } else if call.method == reqwest::Method::POST {
            // Without the length some gateways answer 411, without the type the Store refuses; a body it would not take:
            // `docs/store-api.md#requests-without-a-body`.
            request = request
                .header(CONTENT_TYPE, "application/json")
                .header(CONTENT_LENGTH, HeaderValue::from(0));
        }
        let result = wire::exchange(request, &mut watch, waits).await;
        let error = match &result {
            Err(fault) => Some(fault.reason.clone()),
            Ok(reply) if !reply.status.is_success() => {
                let refusal = reply.refusal();
                watch.correlate(refusal.activity.as_deref());
                Some(refusal.code.unwrap_or(refusal.message)).filter(|text| !text.is_empty())
            }
            Ok(reply) => reply.body.as_ref().err().map(wire::BodyFault::reason),
        };
        watch.end(error);
        result
    }
}

fn json_of(call: &Call, reply: Reply) -> Result<Value, ApiError> {
    let correlation = reply.correlation;
    let body = reply.body.map_err(|fault| fault.reason());
    body.and_then(|body| wire::read_json(&body))
        .map_err(|reason| call.unreadable(reason, correlation))
}

fn refusal_of(call: &Call, reply: &Reply) -> ApiError {
    let refusal = reply.refusal();
    let mut message = refusal.message;
    if let Some(pause) = reply.retry_after.filter(|_| is_passing(reply.status)) {
        let dot = if message.is_empty() { "" } else { ". " };
        message = format!(
            "{}{dot}It asks to wait {}",
            message.trim_end_matches('.'),
            time_words(pause)
        );
    }
    ApiError::Refused {
        call: call.words.clone(),
        status: reply.status.as_u16(),
        code: refusal.code,
        message,
        target: refusal.target.map(Into::into),
        correlation: reply.correlation.clone().or(refusal.activity),
        changes: call.changes(),
    }
}
