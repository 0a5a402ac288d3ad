//! One request and one answer on the wire: sending, bounded reading, and what an error body says.
//! It must not know tokens' life, budget or repetition.

use crate::{exchange::Watch, fault::Fault, retry::retry_after};
use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::Value;
use std::time::Duration;
use store_model::product::{field, plain_text};

/// No answer is larger: a submission with thirty languages has a few megabytes.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// As much of a foreign text as an error shows.
const LONGEST_MESSAGE: usize = 1_000;

/// An answer whose head came; the body may have failed.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) correlation: Option<String>,
    pub(super) retry_after: Option<Duration>,
    /// The host that a redirect names.
    pub(super) leads_to: Option<String>,
    pub(super) body: Result<Bytes, BodyFault>,
}

/// Why a body is not here.
#[derive(Clone, Debug)]
pub(super) enum BodyFault {
    Cut(String),
    TooLarge,
}

/// What an error body says, whatever its shape; texts are free of control characters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Refusal {
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) target: Option<String>,
    /// `activityId`, which some bodies carry (store-api.md Q34).
    pub(super) activity: Option<String>,
}

/// Sends a request and reads its answer; the watch learns status and correlation.
pub(super) async fn exchange(
    request: RequestBuilder,
    watch: &mut Watch<'_>,
) -> Result<Reply, Fault> {
    let mut response = request
        .send()
        .await
        .map_err(|error| Fault::of(&error, None))?;
    let status = response.status();
    let headers = response.headers();
    let correlation = headers
        .get("ms-correlationid")
        .and_then(|id| id.to_str().ok())
        .map(plain_text)
        .filter(|id| !id.is_empty());
    watch.answered(status.as_u16(), correlation.as_deref());
    let location = headers
        .get(header::LOCATION)
        .filter(|_| status.is_redirection())
        .and_then(|place| place.to_str().ok());
    let leads_to = location
        .and_then(|place| response.url().join(place).ok())
        .map(|url| url.host_str().unwrap_or_default().to_owned());
    let retry_after = retry_after(headers, Timestamp::now());

    let mut bytes = BytesMut::new();
    let body = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > LARGEST_BODY => {
                break Err(BodyFault::TooLarge);
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break Ok(bytes.freeze()),
            Err(error) => break Err(BodyFault::Cut(Fault::of(&error, None).reason)),
        }
    };
    Ok(Reply {
        status,
        correlation,
        retry_after,
        leads_to,
        body,
    })
}

impl BodyFault {
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Cut(reason) => format!("it broke off ({reason})"),
            Self::TooLarge => format!("it is larger than {} MiB", LARGEST_BODY / 1024 / 1024),
        }
    }
}

impl Reply {
    /// The refusal that an unsuccessful answer stands for.
    pub(super) fn refusal(&self) -> Refusal {
        if let Some(host) = &self.leads_to {
            return Refusal {
                message: format!("a redirect to {}", plain_text(host)),
                ..Refusal::default()
            };
        }
        self.body.as_deref().map(read_refusal).unwrap_or_default()
    }
}

/// Reads JSON, keeping the order of keys and the text of numbers.
pub(super) fn read_json(body: &[u8]) -> Result<Value, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.trim_ascii().is_empty() {
        return Err("it is empty".to_owned());
    }
    serde_json::from_slice(body).map_err(|error| {
        let is_cut = error.is_eof();
        if is_cut {
            "the JSON ends too early".to_owned()
        } else {
            format!(
                "it is no JSON (line {}, column {})",
                error.line(),
                error.column()
            )
        }
    })
}

/// Reads the API's own JSON, the gateway's JSON, a text, or nothing (store-api.md § 8.2).
fn read_refusal(body: &[u8]) -> Refusal {
    let Ok(json) = read_json(body) else {
        let text = String::from_utf8_lossy(body);
        let is_page = text.trim_start().starts_with('<');
        return Refusal {
            message: if is_page { String::new() } else { shown(&text) },
            ..Refusal::default()
        };
    };
    if let Some(text) = json.as_str() {
        return Refusal {
            message: shown(text),
            ..Refusal::default()
        };
    }
    let inner = field(&json, "error")
        .filter(|inner| inner.is_object())
        .unwrap_or(&json);
    let text = |name: &str| {
        field(inner, name)
            .and_then(Value::as_str)
            .map(shown)
            .filter(|text| !text.is_empty())
    };
    Refusal {
        code: text("code"),
        message: text("message").unwrap_or_default(),
        target: text("target"),
        activity: text("activityId"),
    }
}

/// A foreign text, fit for a terminal and for one line.
pub(super) fn shown(text: &str) -> String {
    let line = text
        .split(['\r', '\n', '\t'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    plain_text(&line).chars().take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        r#"{"code":"InvalidState","data":[],"message":"Create\u001b[2J failed","source":"Ingestion Api","target":"submission"}"#,
        Some("InvalidState"),
        "Create[2J failed",
        Some("submission")
    )]
    #[case(
        r#"{ "statusCode": 401, "message": "APIM: Unauthorized." }"#,
        None,
        "APIM: Unauthorized.",
        None
    )]
    #[case(
        r#"{"Message":"No HTTP resource was found"}"#,
        None,
        "No HTTP resource was found",
        None
    )]
    #[case("\"plain\"", None, "plain", None)]
    #[case("Service\r\nUnavailable\u{7}", None, "Service Unavailable", None)]
    #[case("<!DOCTYPE html><title>Length Required</title>", None, "", None)]
    #[case("", None, "", None)]
    #[case("[1]", None, "", None)]
    fn error_bodies_of_every_shape(
        #[case] body: &str,
        #[case] code: Option<&str>,
        #[case] message: &str,
        #[case] target: Option<&str>,
    ) {
        let read = read_refusal(body.as_bytes());
        assert_eq!(
            (
                read.code.as_deref(),
                read.message.as_str(),
                read.target.as_deref()
            ),
            (code, message, target)
        );
    }

    #[test]
    fn json_keeps_number_text_and_a_byte_order_mark_does_not_hurt() {
        let value =
            read_json("\u{feff}{\"b\":25.0,\"a\":12345678901234567890}".as_bytes()).unwrap();
        assert_eq!(value.to_string(), r#"{"b":25.0,"a":12345678901234567890}"#);
        assert_eq!(read_json(b" \n"), Err("it is empty".to_owned()));
        assert_eq!(
            read_json(b"{\"a\":"),
            Err("the JSON ends too early".to_owned())
        );
    }
}
