//! A text judged as a whole: what it parses to, what it changes, what the check finds, and where. Knows no rule itself.

use crate::{
    diff::{DocumentChange, diff},
    json::document::{Document, Position},
    rules::check::{Finding, check_at},
    target::Kind,
};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The text; perhaps no JSON.
    pub document: Arc<Document>,
    /// Against the server's document, draft or live.
    pub changes: Vec<DocumentChange>,
    pub findings: Vec<Finding>,
    /// Where each finding stands in the text.
    pub places: Vec<Option<Position>>,
}

impl Judged {
    /// Costs a parse and several walks over the text; `body` is the server's document, as far as it can be edited; `now` tells which
    /// dates are too near.
    pub fn of(kind: Kind, text: impl Into<String>, body: Option<&Value>, now: Timestamp) -> Self {
        let document = Document::parse(text);
        let (changes, findings) = match document.value() {
            Ok(value) => (
                body.map(|body| diff(body, value)).unwrap_or_default(),
                check_at(kind, value, body, now),
            ),
            Err(_) => (Vec::new(), Vec::new()),
        };
        let pointers: Vec<&str> = findings
            .iter()
            .map(|finding| finding.pointer.as_str())
            .collect();
        let places = document.nearest_positions(&pointers);
        Self {
            document: Arc::new(document),
            changes,
            findings,
            places,
        }
    }
}
