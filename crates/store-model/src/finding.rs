//! How something wrong is told: severity, place, sentence, rule; and the inspection that collects it. Knows no rule itself.

pub use crate::rule::Severity;
use crate::{
    json::pointer::{child, member},
    rule::Rule,
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
