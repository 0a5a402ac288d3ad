//! Who may call, and how often: tokens given out by sign-in, the gateway's check of them, the limit of requests a minute.

use crate::errors::{self, Reply};
use crate::scenario::Switches;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The one audience that the API accepts: without a slash at the end.
const AUDIENCE: &str = "https://manage.devcenter.microsoft.com";
const WINDOW: Duration = Duration::from_mins(1);

pub(super) struct Access {
    pub tenants: Vec<String>,
    pub client_id: String,
    pub client_secret: String,
    pub lifetime: Duration,
    pub limit: Option<u32>,
    /// Tokens given out.
    pub issued: u64,
    /// Store requests that came in, refused ones included.
    pub requests: u64,
    /// Of them, those refused by the rate limit.
    pub throttled: u64,
    tokens: HashMap<String, Token>,
    recent: VecDeque<Instant>,
}

struct Token {
    ends: Instant,
    audience: String,
}

impl Access {
    pub(super) fn new(
        tenants: Vec<String>,
        client_id: String,
        client_secret: String,
        lifetime: Duration,
        limit: Option<u32>,
    ) -> Self {
        Self {
            tenants,
            client_id,
            client_secret,
            lifetime,
            limit,
            issued: 0,
            requests: 0,
            throttled: 0,
            tokens: HashMap::new(),
            recent: VecDeque::new(),
        }
    }

    /// A new token. It looks like a JWT and says nothing.
    pub(super) fn issue(&mut self, audience: &str) -> String {
        let now = Instant::now();
        self.tokens.retain(|_, token| token.ends > now);
        let (left, right) = (Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let token = format!("eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.{left}{right}.c2ltdWxhdGVk");
        self.tokens.insert(
            token.clone(),
            Token {
                ends: now + self.lifetime,
                audience: audience.to_owned(),
            },
        );
        self.issued += 1;
        token
    }

    /// Everything issued so far is worth nothing any more.
    pub(super) fn revoke(&mut self) {
        self.tokens.clear();
    }

    /// The gateway: `Some` is the refusal. Only calls that get past the token count against the limit.
    pub(super) fn refuse(
        &mut self,
        authorization: Option<&str>,
        switches: &Switches,
        correlation: &str,
    ) -> Option<Reply> {
        self.requests += 1;
        let now = Instant::now();
        let token = authorization.and_then(|header| {
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let is_good = token
            .and_then(|token| self.tokens.get(token))
            .is_some_and(|token| token.ends > now && token.audience == AUDIENCE);
        if !is_good {
            return Some(errors::no_token());
        }
        if let Some(wait) = self.wait(now) {
            self.throttled += 1;
            return Some(errors::rate_limited(wait));
        }
        if switches.identity_unknown {
            Some(errors::unknown_identity(correlation))
        } else if switches.role_removed {
            Some(Reply::empty(403))
        } else if switches.account_not_linked {
            Some(errors::account_not_linked())
        } else {
            None
        }
    }

    /// Seconds until a request is free again, or `None` when this one is let in and counted.
    fn wait(&mut self, now: Instant) -> Option<u64> {
        let limit = usize::try_from(self.limit?).unwrap_or(usize::MAX);
        while self
            .recent
            .front()
            .is_some_and(|first| now.duration_since(*first) >= WINDOW)
        {
            self.recent.pop_front();
        }
        if self.recent.len() < limit {
            self.recent.push_back(now);
            return None;
        }
        let passed = self
            .recent
            .front()
            .map_or(Duration::ZERO, |first| now.duration_since(*first));
        Some(WINDOW.saturating_sub(passed).as_secs() + 1)
    }
}
