//! A finding: severity, place, sentence, rule; and the inspection that collects findings. Knows no single rule.

pub use crate::rule::Severity;
use crate::{
    json::pointer::{child, member},
    rule::{Certainty, Rule},
    safe_text,
    target::Kind,
};
use jiff::Timestamp;
use serde_json::Value;

/// Something that a rule found in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// JSON pointer of the place; of what should hold it where something is missing.
    pub pointer: String,
    pub severity: Severity,
    /// What is wrong and what to do, for people.
    pub sentence: String,
    pub rule: Rule,
    /// What the place is for, in one sentence; empty where no schema speaks of it.
    pub help: &'static str,
    /// The file of the ZIP that it is about.
    pub file: Option<String>,
}

/// A document under inspection, with what has been found so far.
pub struct Inspection<'a> {
    pub kind: Kind,
    pub document: &'a Value,
    /// What is on the server.
    pub base: Option<&'a Value>,
    /// Without it nothing is said about how far ahead a date is.
    pub now: Option<Timestamp>,
    pub found: Vec<Finding>,
}

impl Finding {
    pub fn new(pointer: impl Into<String>, rule: Rule, sentence: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            severity: rule.severity(),
            // It quotes the document, and stays one line whatever stands there.
            sentence: safe_text::line(&sentence.into()).into_owned(),
            rule,
            help: "",
            file: None,
        }
    }

    /// The same, about a file of the ZIP.
    #[must_use]
    pub fn of_file(mut self, name: &str) -> Self {
        self.file = Some(name.to_owned());
        self
    }
}

impl Finding {
    /// Whether it keeps a release back: an error does, and what may be refused does until somebody allows it. Notes never do.
    pub fn holds_back(&self) -> bool {
        self.severity == Severity::Error || self.may_be_refused()
    }

    fn may_be_refused(&self) -> bool {
        self.severity == Severity::Warning && self.rule.certainty == Certainty::MayBeRefused
    }

    /// Whether a person can say that it is to be sent all the same. What is certain cannot be allowed.
    pub fn can_be_allowed(&self) -> bool {
        self.holds_back() && !self.rule.certainty.is_certain()
    }

    /// What the Store has taken before, in the same place and the same words, needs no yes.
    pub(crate) fn settle(&mut self, on_server: &[Self]) {
        let is_same = |other: &Self| {
            (other.rule, &other.pointer, &other.sentence)
                == (self.rule, &self.pointer, &self.sentence)
        };
        if self.may_be_refused() && on_server.iter().any(is_same) {
            self.severity = Severity::Note;
        }
    }
}

impl<'a> Inspection<'a> {
    /// Adds a finding as severe as its rule.
    pub fn report(&mut self, pointer: impl Into<String>, rule: Rule, sentence: impl Into<String>) {
        self.found.push(Finding::new(pointer, rule, sentence));
    }

    pub fn report_as(
        &mut self,
        severity: Severity,
        pointer: impl Into<String>,
        rule: Rule,
        sentence: impl Into<String>,
    ) {
        self.found.push(Finding {
            severity,
            ..Finding::new(pointer, rule, sentence)
        });
    }

    /// A limit that the server's own copy breaks at the same place in the same way is evidently no reason to refuse.
    pub fn severity_of(&self, pointer: &str, value: &Value) -> Severity {
        let is_on_server = self.base.and_then(|base| base.pointer(pointer)) == Some(value);
        if is_on_server {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    /// The places that a path of names means in the document; `*` stands for every member or element. Nulls are left out.
    pub fn places(&self, path: &str) -> Vec<(String, &'a Value)> {
        places(self.document, path)
    }
}

/// The places that a path of names means; `*` stands for every member or element. Nulls are left out.
pub fn places<'a>(root: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    let mut found = vec![(String::new(), root)];
    for name in path.split('/').filter(|name| !name.is_empty()) {
        found = found
            .into_iter()
            .flat_map(|(pointer, value)| -> Vec<(String, &'a Value)> {
                match (name, value) {
                    ("*", Value::Object(object)) => object
                        .iter()
                        .map(|(key, value)| (child(&pointer, key), value))
                        .collect(),
                    ("*", Value::Array(array)) => array
                        .iter()
                        .enumerate()
                        .map(|(index, value)| (child(&pointer, index), value))
                        .collect(),
                    _ => member(value, name)
                        .map(|(key, value)| (child(&pointer, key), value))
                        .into_iter()
                        .collect(),
                }
            })
            .filter(|(_, value)| !value.is_null())
            .collect();
    }
    found
}
