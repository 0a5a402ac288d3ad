//! The packages that a ZIP brings, and what has been found of them. Knows no rule.

use crate::archive::{
    central_directory::{ArchiveFile, Inside},
    manifest::Manifest,
};
use crate::{
    finding::{Finding, Severity},
    package::PackageFacts,
    product::plain_text,
    rule::Rule,
    target::Kind,
};
use serde_json::Value;
use std::collections::HashSet;

/// A package that the ZIP brings.
pub(super) struct New<'a> {
    pub(super) name: &'a str,
    /// The document's entry for it, if there is one.
    pub(super) pointer: String,
    pub(super) file: &'a ArchiveFile,
}

impl New<'_> {
    pub(super) fn manifests(&self) -> &[Manifest] {
        match &self.file.inside {
            Inside::Packages(manifests) => manifests,
            _ => &[],
        }
    }
}

pub(super) struct Check<'a> {
    pub(super) kind: Kind,
    pub(super) document: &'a Value,
    pub(super) old: Vec<PackageFacts>,
    pub(super) found: Vec<Finding>,
    /// Many packages in one upload file may have the same fault.
    pub(super) said: HashSet<(&'static str, String)>,
}

impl Check<'_> {
    /// Names in a ZIP come from strangers, and a terminal would obey some of them.
    pub(super) fn say(&mut self, severity: Severity, pointer: &str, rule: Rule, sentence: &str) {
        if !self.said.insert((rule.name, sentence.to_owned())) {
            return;
        }
        self.found.push(Finding {
            severity,
            ..Finding::new(pointer, rule, plain_text(sentence))
        });
    }

    /// As severe as the rule.
    pub(super) fn report(&mut self, file: &New, rule: Rule, sentence: &str) {
        self.say(rule.severity(), &file.pointer, rule, sentence);
    }
}
