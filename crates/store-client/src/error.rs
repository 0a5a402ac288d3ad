//! Errors of a call. Their messages say what was tried, what came back and what to do next.
//! It must not know how a request is sent; it never holds a secret.

use crate::{endpoint::EndpointError, fault::Trouble, words::time_words};
use reqwest::StatusCode;
use std::time::Duration;
use store_model::explain::{self, PortalNeed};
use thiserror::Error;

/// Why there is nothing to sign in with. Names places, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    /// In the words of whoever keeps the secret.
    #[error("{0}")]
    Source(String),
    #[error("the program or file that gives it broke off")]
    BrokenOff,
    #[error("the federated token file {} cannot be read: {reason}", path.display())]
    Token {
        path: std::path::PathBuf,
        reason: String,
    },
    #[error("it is empty")]
    Empty,
}

/// A call that did not do what it should.
///
/// `call` is what was tried, to be read after "could not": `commit submission 1 of app:9NX0EXAMPLE1`.
/// `changes` says that the call changes something on the server. `Debug` and `Display` may be shown and logged.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ApiError {
    /// The identity platform gave no token.
    #[error("Could not sign in: {}. {advice}{}", told(code.as_deref(), message), reference(correlation.as_deref()))]
    SignIn {
        /// `AADSTS…`, when the answer named one.
        code: Option<String>,
        /// The first sentence of the answer.
        message: String,
        /// What to do.
        advice: &'static str,
        correlation: Option<String>,
    },
    /// The Store answered, and the answer is no.
    #[error(
        "Could not {call}: the Store answered {}{}.{}{}",
        status_words(*status),
        explained(code.as_deref(), message),
        advised(refusal_advice(*status, code.as_deref(), message, *changes)),
        reference(correlation.as_deref())
    )]
    Refused {
        call: String,
        status: u16,
        /// The API's own code, such as `InvalidState`.
        code: Option<String>,
        /// The Store's own words; empty when it gave none.
        message: String,
        /// The field or object that the Store complains of.
        target: Option<Box<str>>,
        correlation: Option<String>,
        changes: bool,
    },
    /// Too many requests for the account; nothing happened on the server.
    #[error(
        "Could not {call}: {}. Try again then; another tool or pipeline of the account may be using its requests.",
        throttled(message, *retry_after, *said)
    )]
    Throttled {
        call: String,
        /// The Store's own words; empty when it gave none, or when this request was not sent.
        message: String,
        /// How long the pause that the service asked for still lasts.
        retry_after: Duration,
        /// How long ago it asked, on an earlier request; this one was not sent. `None` when it answered this one.
        said: Option<Duration>,
    },
    /// No answer: the connection failed or it took too long.
    #[error("Could not {call}: {reason}. {}", lost_advice(*trouble, *was_sent, *changes))]
    Lost {
        call: String,
        reason: String,
        /// Which part of the way failed.
        trouble: Trouble,
        /// The request may have reached the service.
        was_sent: bool,
        changes: bool,
    },
    /// The Store said yes, but what it sent cannot be understood.
    #[error(
        "Could not {call}: the answer of the Store cannot be read: {reason}. {}{}",
        if *changes { "It may have taken effect: look at the product again before repeating it." } else { "Try again; if it stays so, a proxy may stand in between." },
        reference(correlation.as_deref())
    )]
    Unreadable {
        call: String,
        reason: String,
        correlation: Option<String>,
        changes: bool,
    },
    /// The source of the client secret (variable, command, file) failed.
    #[error(
        "Could not sign in: no client secret: {0}. Check where the profile takes its secret from."
    )]
    Secret(SecretFault),
    /// The request was not sent, because it makes no sense.
    #[error("Could not {call}: {reason}. Nothing was sent.")]
    Request { call: String, reason: String },
    /// The configured address must not be used.
    #[error(
        "The address {url} cannot be used: {reason}. Correct it under endpoints in the profile."
    )]
    Endpoint {
        url: Box<str>,
        reason: EndpointError,
    },
}

impl ApiError {
    /// What only Partner Center can do about it.
    pub fn portal_need(&self) -> PortalNeed {
        match self {
            Self::Refused {
                status,
                code,
                message,
                ..
            } => explain::portal_need(*status, code.as_deref(), message),
            _ => PortalNeed::None,
        }
    }

    /// Whether a changing call may have taken effect although it failed: the server has to be asked before it is repeated.
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Lost {
                was_sent, changes, ..
            } => *was_sent && *changes,
            Self::Refused {
                status, changes, ..
            } => *changes && *status >= 500,
            Self::Unreadable { changes, .. } => *changes,
            _ => false,
        }
    }

    /// The same refusal of a list, where no other list is there either.
    pub(crate) fn nothing_there(mut self) -> Self {
        if let Self::Refused { message, .. } = &mut self {
            "there is no list at this address".clone_into(message);
        }
        self
    }

    /// Whether asking for less at once may help: the service broke over the answer, or sent more than is read.
    pub(crate) fn may_be_too_large(&self) -> bool {
        match self {
            Self::Unreadable { .. } => true,
            Self::Refused { status, .. } => *status >= 500,
            Self::Lost {
                trouble, was_sent, ..
            } => *was_sent && *trouble == Trouble::Silent,
            _ => false,
        }
    }

    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// The HTTP status of an answer that was a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Throttled { .. } => Some(429),
            _ => None,
        }
    }

    /// The id that support asks for.
    pub fn correlation(&self) -> Option<&str> {
        match self {
            Self::SignIn { correlation, .. }
            | Self::Refused { correlation, .. }
            | Self::Unreadable { correlation, .. } => correlation.as_deref(),
            _ => None,
        }
    }

    /// The service's own code: `InvalidState`, `AADSTS7000215`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::SignIn { code, .. } | Self::Refused { code, .. } => code.as_deref(),
            _ => None,
        }
    }

    /// What a person can do about a refusal, when something is known to help.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::SignIn { advice, .. } => Some(advice),
            Self::Refused {
                status,
                code,
                message,
                changes,
                ..
            } => refusal_advice(*status, code.as_deref(), message, *changes),
            _ => None,
        }
    }

    /// Whether signing in is what failed.
    pub fn is_sign_in(&self) -> bool {
        matches!(self, Self::SignIn { .. } | Self::Secret(_))
    }
}

/// `409 Conflict`.
pub(crate) fn status_words(status: u16) -> String {
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

fn refusal_advice(
    status: u16,
    code: Option<&str>,
    message: &str,
    changes: bool,
) -> Option<&'static str> {
    // A server failure may hide a change that was made; that matters more than why the server failed.
    if changes && status >= 500 {
        return Some(OPEN);
    }
    explain::advice(status, code, message)
}

/// What to do about a failed sign-in, by the number in `AADSTS…`, else by the OAuth `error`. What is unknown is called so: sending a
/// person to settings that are right costs an afternoon.
pub(crate) fn sign_in_advice(number: Option<u64>, error: &str) -> &'static str {
    let known = match number {
        Some(number) => explain::advice(0, Some(&format!("AADSTS{number}")), ""),
        None => explain::advice(0, Some(error), ""),
    };
    known.unwrap_or(if number.is_none() && error.is_empty() {
        "This is no answer of Microsoft's sign-in: check the address (login, below endpoints) and what stands between, such as a proxy."
    } else {
        "Flightdeck does not know this code; https://login.microsoftonline.com/error explains it."
    })
}

fn told(code: Option<&str>, message: &str) -> String {
    let message = message.trim_end_matches('.');
    match code {
        Some(code) => format!("{message} ({code})"),
        None => message.to_owned(),
    }
}

fn explained(code: Option<&str>, message: &str) -> String {
    let message = message.trim_end_matches('.');
    match (code, message) {
        (None, "") => " without saying why".to_owned(),
        (None, message) => format!(": {message}"),
        (Some(code), "") => format!(" ({code})"),
        (Some(code), message) => format!(" ({code}): {message}"),
    }
}

fn advised(advice: Option<&str>) -> String {
    advice
        .map(|advice| format!(" {advice}"))
        .unwrap_or_default()
}

fn reference(correlation: Option<&str>) -> String {
    correlation
        .map(|id| format!(" [correlation id {id}]"))
        .unwrap_or_default()
}

fn throttled(message: &str, left: Duration, said: Option<Duration>) -> String {
    let left = time_words(left);
    match said {
        Some(said) => format!(
            "it was not sent, because {} ago the Store answered {} and asked for a pause, of which {left} are left",
            time_words(said),
            status_words(429)
        ),
        None => format!(
            "the Store answered {}{}, and asks to wait {left}",
            status_words(429),
            explained(None, message)
        ),
    }
}

/// What to do when nobody knows whether a change was made.
const OPEN: &str =
    "It may have taken effect all the same: look at the product again before repeating it.";

fn lost_advice(trouble: Trouble, was_sent: bool, changes: bool) -> String {
    let advice = trouble.advice();
    match (was_sent, changes) {
        (true, true) => OPEN.to_owned(),
        (false, true) => format!("Nothing was sent. {advice}."),
        (_, false) => format!("{advice}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: Option<&str>, message: &str, changes: bool) -> ApiError {
        ApiError::Refused {
            call: "create a draft of app:9NX0EXAMPLE1".into(),
            status,
            code: code.map(str::to_owned),
            message: message.into(),
            target: None,
            correlation: Some("0f1e".into()),
            changes,
        }
    }

    #[test]
    fn an_error_says_what_was_tried_what_came_back_and_what_to_do() {
        let error = refused(
            409,
            Some("InvalidState"),
            "Create submission failed, status code Conflict, reason phrase Conflict",
            true,
        );
        assert_eq!(
            error.to_string(),
            "Could not create a draft of app:9NX0EXAMPLE1: the Store answered 409 Conflict (InvalidState): Create submission \
             failed, status code Conflict, reason phrase Conflict. A submission is under way already: keep it, or delete it \
             first. [correlation id 0f1e]"
        );
        let empty = refused(403, None, "", false).to_string();
        assert!(
            empty.contains("403 Forbidden without saying why") && empty.contains("Store ID"),
            "{empty}"
        );
        let throttled = |message: &str, hours, said| {
            ApiError::Throttled {
                call: "list the apps".into(),
                message: message.into(),
                retry_after: Duration::from_hours(hours),
                said,
            }
            .to_string()
        };
        assert_eq!(
            throttled("Quota exceeded.", 4, None),
            "Could not list the apps: the Store answered 429 Too Many Requests: Quota exceeded, and asks to wait 4 h. \
             Try again then; another tool or pipeline of the account may be using its requests."
        );
        let earlier = throttled("", 4, Some(Duration::from_mins(3)));
        assert!(
            earlier.contains("it was not sent, because 3 min ago the Store answered 429 Too Many Requests and asked for a pause, of which 4 h are left"),
            "{earlier}"
        );
    }

    #[test]
    fn only_a_change_that_may_have_happened_is_ambiguous() {
        let lost = |was_sent, changes| {
            ApiError::Lost {
                call: "x".into(),
                reason: "y".into(),
                trouble: Trouble::Network,
                was_sent,
                changes,
            }
            .is_ambiguous()
        };
        assert_eq!(
            [lost(true, true), lost(false, true), lost(true, false)],
            [true, false, false]
        );
        assert!(refused(503, None, "", true).is_ambiguous());
        assert!(
            !refused(503, None, "", false).is_ambiguous()
                && !refused(409, None, "", true).is_ambiguous()
        );
        assert!(
            !ApiError::Throttled {
                call: "x".into(),
                message: String::new(),
                retry_after: Duration::ZERO,
                said: None,
            }
            .is_ambiguous()
        );
    }

    #[test]
    fn an_error_stays_small_enough_to_return() {
        assert!(size_of::<ApiError>() <= 128);
    }
}
