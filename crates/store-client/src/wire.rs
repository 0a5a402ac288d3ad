//! One request and one answer on the wire: sending, bounded reading, and what an error body says.
//! It must not know tokens' life, budget or repetition.

use crate::{exchange::Watch, fault::ClientFault, retry::retry_after, waits::Waits, words::shown};
use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::Value;
use std::time::Duration;
use store_model::product::{field, plain_text};

/// No answer is larger: a submission with thirty languages has a few megabytes.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// Nor holds it more values: the largest documents have some ten thousand, and a number of one digit takes a hundred bytes of
/// memory.
const MOST_VALUES: usize = 500_000;

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
    /// `activityId`, which some bodies carry: `docs/store-api.md#correlation-ids`.
    pub(super) activity: Option<String>,
}

/// Sends a request and reads its answer; the watch learns status and correlation, and the clocks are compared.
pub(super) async fn exchange(
    request: RequestBuilder,
    watch: &mut Watch<'_>,
    waits: &Waits,
) -> Result<Reply, ClientFault> {
    let mut response = request
        .send()
        .await
        .map_err(|error| ClientFault::of(&error, None))?;
    let status = response.status();
    let headers = response.headers();
    waits.hear(headers);
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
            Err(error) => break Err(BodyFault::Cut(ClientFault::of(&error, None).reason)),
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
    /// The refusal in an unsuccessful answer.
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
    if count_values(body) > MOST_VALUES {
        return Err(format!("it holds more than {MOST_VALUES} values"));
    }
    let read = serde_json::from_slice(body);
    read.or_else(|error: serde_json::Error| {
        // Half of a surrogate pair, or a byte that is no UTF-8, spoils one text and must not spoil the whole answer.
        let whole = whole_characters(body).ok_or(error)?;
        tracing::warn!("an answer holds broken characters, shown as \u{fffd}");
        serde_json::from_str(&whole)
    })
    .map_err(|error: serde_json::Error| {
        if error.is_eof() {
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

/// The most values that JSON can have by its punctuation, texts left out.
fn count_values(body: &[u8]) -> usize {
    let (mut count, mut is_text, mut is_escaped) = (1, false, false);
    for byte in body {
        if is_text {
            is_text = is_escaped || *byte != b'"';
            is_escaped = !is_escaped && *byte == b'\\';
        } else {
            is_text = *byte == b'"';
            count += usize::from(matches!(byte, b',' | b'[' | b'{'));
        }
    }
    count
}

/// The same JSON with U+FFFD in place of each half of a surrogate pair and of bytes that are no UTF-8; `None` when it has neither.
fn whole_characters(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let unit = |rest: &str| {
        let digits = rest.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut whole = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let (taken, written) = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (12, None),
            (Some(0xd800..=0xdfff), _) => (6, Some("\\ufffd")),
            // The character after the backslash is part of it, a backslash above all.
            _ => (1 + escape.chars().nth(1).map_or(0, char::len_utf8), None),
        };
        let (escape, after) = escape.split_at_checked(taken)?;
        whole.push_str(written.unwrap_or(escape));
        rest = after;
    }
    whole.push_str(rest);
    (whole.as_bytes() != body).then_some(whole)
}

/// Reads the API's own JSON, the gateway's JSON, a text, or nothing: `docs/store-api.md#error-bodies`.
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

    #[rstest]
    #[case(r#"{"a":"\ud83d"}"#, "\u{fffd}")]
    #[case(r#"{"a":"\udc00 x"}"#, "\u{fffd} x")]
    #[case(r#"{"a":"\ud83d\ud83d\ude00"}"#, "\u{fffd}😀")]
    #[case(r#"{"a":"\\ud83d"}"#, "\\ud83d")]
    #[case(r#"{"a":"\\\ud83d"}"#, "\\\u{fffd}")]
    #[case(r#"{"a":"\ud83dü\ude00"}"#, "\u{fffd}ü\u{fffd}")]
    fn half_a_character_does_not_spoil_an_answer(#[case] json: &str, #[case] text: &str) {
        assert_eq!(read_json(json.as_bytes()).unwrap()["a"], text);
    }

    #[test]
    fn bytes_that_are_no_utf_8_do_not_spoil_an_answer_and_nonsense_stays_nonsense() {
        assert_eq!(read_json(b"{\"a\":\"x\xff\"}").unwrap()["a"], "x\u{fffd}");
        assert!(read_json(b"{\"a\": \\ud83d}").is_err());
        assert!(read_json(b"\xff").is_err() && read_json(b"\"\\").is_err());
    }

    #[test]
    fn an_answer_of_numbers_alone_is_refused_before_it_is_read() {
        let many = format!("[{}1]", "1,".repeat(MOST_VALUES));
        assert_eq!(
            read_json(many.as_bytes()),
            Err("it holds more than 500000 values".to_owned())
        );
        assert_eq!(count_values(br#"{"a,[\"{":[1,2],"b":"\\","c":{}}"#), 7);
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
