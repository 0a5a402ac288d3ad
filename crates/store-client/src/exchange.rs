//! What the activity pane and the log learn about each request. It must not hold a token, a secret, a body or a signed URL.

use jiff::Timestamp;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// One request and its answer, with texts that may be shown and kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// When the request was sent.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path below `/v1.0/my/` with its query; a request for a token is `sign in`.
    pub path: String,
    /// `None` when no answer came.
    pub status: Option<u16>,
    /// Until the whole answer was here.
    pub elapsed: Duration,
    /// `MS-CorrelationId`, which support asks for.
    pub correlation: Option<String>,
    /// Why it failed, in a few words.
    pub error: Option<String>,
}

/// Called with every exchange.
pub type Observe = Arc<dyn Fn(Exchange) + Send + Sync>;

/// Fills in an [`Exchange`] and hands it over when dropped, so that a request that was given up is reported as well.
pub(crate) struct Watch<'a> {
    observe: &'a Observe,
    started: Instant,
    exchange: Exchange,
}

impl<'a> Watch<'a> {
    pub(crate) fn start(observe: &'a Observe, method: &str, path: &str) -> Self {
        let exchange = Exchange {
            at: Timestamp::now(),
            method: method.to_owned(),
            path: path.to_owned(),
            status: None,
            elapsed: Duration::ZERO,
            correlation: None,
            error: Some("given up before the answer came".to_owned()),
        };
        Self {
            observe,
            started: Instant::now(),
            exchange,
        }
    }

    /// The head of the answer is here.
    pub(crate) fn answered(&mut self, status: u16, correlation: Option<&str>) {
        self.exchange.status = Some(status);
        self.exchange.correlation = correlation.map(str::to_owned);
    }

    /// The exchange is over; `error` says why it failed.
    pub(crate) fn end(&mut self, error: Option<String>) {
        self.exchange.error = error;
    }

    /// An id that only the body gave.
    pub(crate) fn correlate(&mut self, correlation: Option<&str>) {
        if self.exchange.correlation.is_none() {
            self.exchange.correlation = correlation.map(str::to_owned);
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.exchange.elapsed = self.started.elapsed();
        (self.observe)(self.exchange.clone());
    }
}
