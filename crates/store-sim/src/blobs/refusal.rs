//! What Azure answers when it refuses: status, code, sentence and the XML body around them.
//! Knows none of the rules that lead here.

use axum::http::StatusCode;
use std::fmt::Write as _;

/// One refusal. The code goes into `x-ms-error-code` and into the body.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub status: StatusCode,
    pub code: &'static str,
    message: &'static str,
    /// Further elements of the body: name and text.
    details: Vec<(&'static str, String)>,
    /// The blob's length, where a range goes beyond it.
    pub length: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            code,
            message,
            details: Vec::new(),
            length: None,
        }
    }

    pub(crate) fn bad_request(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn with(mut self, element: &'static str, text: impl Into<String>) -> Self {
        self.details.push((element, text.into()));
        self
    }

    pub(super) fn header(name: &str, value: &str) -> Self {
        Self::bad_request(
            "InvalidHeaderValue",
            "The value for one of the HTTP headers is not in the correct format.",
        )
        .with("HeaderName", name)
        .with("HeaderValue", value)
    }

    pub(crate) fn missing_header(name: &str) -> Self {
        Self::bad_request(
            "MissingRequiredHeader",
            "An HTTP header that's mandatory for this request is not specified.",
        )
        .with("HeaderName", name)
    }

    pub(crate) fn parameter(name: &str, value: &str, reason: &str) -> Self {
        Self::bad_request(
            "InvalidQueryParameterValue",
            "Value for one of the query parameters specified in the request URI is invalid.",
        )
        .with("QueryParameterName", name)
        .with("QueryParameterValue", value)
        .with("Reason", reason)
    }

    pub(crate) fn too_large(limit: u64) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestBodyTooLarge",
            "The request body is too large and exceeds the maximum permissible limit.",
        )
        .with("MaxLimit", limit.to_string())
    }

    pub(super) fn range(length: u64) -> Self {
        Self {
            length: Some(length),
            ..Self::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "InvalidRange",
                "The range specified is invalid for the current size of the resource.",
            )
        }
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "BlobNotFound",
            "The specified blob does not exist.",
        )
    }

    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalError",
            "The server encountered an internal error. Please retry the request.",
        )
    }

    /// The body, with Azure's byte order mark in front.
    pub(super) fn body(&self, request: &str, time: &str) -> String {
        let mut body = format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{}</Code><Message>{}\nRequestId:{request}\nTime:{time}</Message>",
            self.code, self.message
        );
        for (element, text) in &self.details {
            // Writing into a string cannot fail.
            let _ = write!(body, "<{element}>{}</{element}>", escape(text));
        }
        body.push_str("</Error>");
        body
    }
}

/// Text as XML content.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
