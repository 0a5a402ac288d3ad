//! One call of the Store as data: method, path, body, and its name for people. It must not know how it is sent.

use crate::{error::ApiError, retry::Patience};
use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;

/// A call to be sent.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// Below `/v1.0/my/`, with its query.
    pub(super) path: String,
    pub(super) body: Option<Bytes>,
    /// What it does, to be read after "could not".
    pub(super) words: String,
    pub(super) limit: Limit,
    /// Whether success comes with JSON.
    pub(super) has_answer: bool,
}

/// Which time limit a call has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    Create,
    Call,
}

impl Call {
    /// A call without a body. Fails when an id in the path could make it another path.
    pub(super) fn new(method: Method, path: String, mut words: String) -> Result<Self, ApiError> {
        // Ids and names in it come from people and files.
        words.retain(|c| !c.is_control());
        let ids = path.split('?').next().unwrap_or_default();
        let is_safe = |part: &str| {
            part.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
                && part.contains(|c: char| c.is_ascii_alphanumeric())
        };
        if !ids.split('/').all(is_safe) {
            return Err(ApiError::Request {
                call: words,
                reason: "an id is empty or has characters that no id of the Store has".into(),
            });
        }
        let has_answer = method != Method::DELETE;
        Ok(Self {
            method,
            path,
            body: None,
            words,
            limit: Limit::Call,
            has_answer,
        })
    }

    pub(super) fn get(path: String, words: String) -> Result<Self, ApiError> {
        Self::new(Method::GET, path, words)
    }

    pub(super) fn post(path: String, words: String) -> Result<Self, ApiError> {
        Self::new(Method::POST, path, words)
    }

    pub(super) fn with_json(mut self, body: &Value) -> Result<Self, ApiError> {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = Some(bytes.into()),
            Err(error) => {
                return Err(ApiError::Request {
                    call: self.words,
                    reason: format!("the JSON cannot be written: {error}"),
                });
            }
        }
        Ok(self)
    }

    pub(super) fn with_limit(self, limit: Limit) -> Self {
        Self { limit, ..self }
    }

    /// How long it may take.
    pub(super) fn limit(&self, patience: Patience) -> Duration {
        match self.limit {
            Limit::Create => patience.create,
            Limit::Call if self.changes() => patience.change,
            Limit::Call => patience.read,
        }
    }

    pub(super) fn changes(&self) -> bool {
        self.method != Method::GET
    }

    /// The error of an answer that was a success and makes no sense.
    pub(super) fn unreadable(
        &self,
        reason: impl Into<String>,
        correlation: Option<String>,
    ) -> ApiError {
        ApiError::Unreadable {
            call: self.words.clone(),
            reason: reason.into(),
            correlation,
            changes: self.changes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("applications/9NX0EXAMPLE1/submissions/1152921505690000177", true)]
    #[case("applications?skip=0&top=100", true)]
    #[case("applications/9NX0EXAMPLE1/submissions/", false)]
    #[case("applications/../inappproducts", false)]
    #[case("applications/a%2Fb", false)]
    #[case("applications/a b", false)]
    fn ids_cannot_change_the_path(#[case] path: &str, #[case] is_safe: bool) {
        assert_eq!(Call::get(path.to_owned(), "x".to_owned()).is_ok(), is_safe);
    }
}
