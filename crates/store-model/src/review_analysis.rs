//! All that a review shows of two documents: changes, risks to confirm, findings, the hash of both. Costs
//! several walks over large documents. Knows no screen and nobody's answers.

use crate::{
    archive::fit::zip_path,
    checked::Judged,
    difference::Difference,
    fingerprint::{Fingerprint, ZipPart},
    json::document::SyntaxError,
    package::expected,
    packages::rows::ZipPackages,
    risk::{Risk, RiskKind, risks},
    rules::{
        check::{Finding, Severity, check_at},
        rule::Rule,
        table as rule,
    },
    submission::{Submission, put_body},
    target::{Kind, Target},
};
use jiff::Timestamp;
use serde_json::Value;
use std::{collections::HashSet, sync::Arc};

/// What the Store holds for a target, and what is to be published in its place.
#[derive(Clone, Copy, Debug)]
pub struct ReviewInput<'a> {
    pub target: &'a Target,
    pub live: Option<&'a Submission>,
    pub draft: Option<&'a Submission>,
    /// Where the Store has neither: what a first submission begins as.
    pub first: Option<&'a Value>,
    /// The edited text; without one the Store's own document is published.
    pub text: Option<&'a str>,
    /// What the chosen ZIP brings.
    pub zip_packages: &'a ZipPackages,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReviewAnalysis {
    /// The edited text judged.
    pub judged: Option<Judged>,
    /// The document as it would be published; nothing when the text is broken, or where there is none.
    pub value: Option<Arc<Value>>,
    /// Against what customers have now, else against the draft.
    pub difference: Arc<Difference>,
    /// Of what the Store holds and of the document; the ZIP is left open.
    pub hash: Option<Fingerprint>,
    pub risks: Vec<Risk>,
    /// The files that a ZIP must bring, once each.
    pub expected: Vec<String>,
    /// What the check finds, but for warnings that say of a changed place what its concern says already.
    pub findings: Vec<Finding>,
}

impl ReviewAnalysis {
    /// `now` tells which dates are too near.
    pub fn of(documents: ReviewInput, now: Timestamp) -> Self {
        let ReviewInput {
            target,
            live,
            draft,
            first,
            text,
            zip_packages,
        } = documents;
        let kind = target.kind();
        let editable = |submission: &Submission| put_body(kind, &submission.document);
        let body = draft
            .or(live)
            .map(editable)
            .or_else(|| first.cloned())
            .map(Arc::new);
        let judged = text.map(|text| Judged::of(kind, text, body.as_deref(), now));
        let value = match &judged {
            Some(judged) => judged.document.shared(),
            None => body.clone(),
        };
        let live_body = if draft.is_some() {
            live.map(editable).map(Arc::new)
        } else {
            live.and(body.clone())
        };
        let before = live_body.as_deref().or(body.as_deref());
        // What a first submission begins as is nothing that customers have.
        let has = live_body.as_deref().or(draft.and(body.as_deref()));
        let analyze = |value: &Arc<Value>| {
            let difference = before
                .map(|before| Difference::between(kind, Some(before), value, zip_packages))
                .unwrap_or_default();
            // An edited text was checked when it was judged; what the Store has is not.
            let findings = match &judged {
                Some(judged) => judged.findings.clone(),
                None => check_at(kind, value, body.as_deref(), now),
            };
            let hash = Fingerprint::of(target, live, draft, value, ZipPart::Open);
            let risks = risks(kind, has, value, zip_packages);
            (difference, findings, hash, risks)
        };
        let (difference, mut findings, hash, risks) = match value.as_ref().map(analyze) {
            Some((difference, findings, hash, risks)) => (difference, findings, Some(hash), risks),
            None => (Difference::default(), Vec::new(), None, Vec::new()),
        };
        findings.retain(|finding| !risks.iter().any(|risk| says_the_same(risk, finding)));
        let expected = value
            .as_deref()
            .map(|value| files_to_bring(kind, value))
            .unwrap_or_default();
        Self {
            judged,
            value,
            difference: Arc::new(difference),
            hash,
            risks,
            expected,
            findings,
        }
    }

    /// Why the edited text is no document.
    pub fn error(&self) -> Option<&SyntaxError> {
        self.judged
            .as_ref()
            .and_then(|judged| judged.document.value().err())
    }
}

/// The files of a document that a ZIP must bring, by their path in it, once each.
pub fn files_to_bring(kind: Kind, document: &Value) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = expected(kind, document)
        .into_iter()
        .map(|entry| zip_path(&entry.file_name));
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// Rules that warn of what customers lose, or get for nothing: of an audience, of a price.
const FOR_CUSTOMERS: [Rule; 6] = [
    rule::PRICE_BECOMES_FREE,
    rule::MARKET_BECOMES_FREE,
    rule::MARKET_WITHDRAWN,
    rule::VISIBILITY_NOT_CHOSEN,
    rule::VISIBILITY_HIDDEN,
    rule::VISIBILITY_PRIVATE,
];

/// Whether a warning tells of the very change that a concern asks about.
fn says_the_same(risk: &Risk, finding: &Finding) -> bool {
    matches!(risk.kind, RiskKind::BecomesFree | RiskKind::Visibility)
        && finding.severity == Severity::Warning
        && finding.pointer == risk.pointer
        && FOR_CUSTOMERS.contains(&finding.rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn analysis(after: &Value) -> ReviewAnalysis {
        let pricing = json!({"priceId": "Tier1016", "marketSpecificPricings": {}, "trialPeriod": "NoFreeTrial"});
        let live = Submission {
            id: "1".into(),
            document: json!({"visibility": "Public", "pricing": pricing}),
        };
        let (target, text) = (Target::app("9NX0EXAMPLE1"), after.to_string());
        let documents = ReviewInput {
            target: &target,
            live: Some(&live),
            draft: None,
            first: None,
            text: Some(&text),
            zip_packages: &ZipPackages::new(),
        };
        ReviewAnalysis::of(documents, "2026-02-03T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_change_for_customers_is_told_once() {
        let free = json!({"visibility": "Hidden", "pricing": {"priceId": "Free", "marketSpecificPricings": {"BR": "NotAvailable"}}});
        let found = analysis(&free);
        assert_eq!(found.risks.len(), 3, "{:#?}", found.risks);
        let of_them = |finding: &&Finding| {
            found
                .risks
                .iter()
                .any(|risk| risk.pointer == finding.pointer)
        };
        assert_eq!(
            found.findings.iter().filter(of_them).collect::<Vec<_>>(),
            Vec::<&Finding>::new()
        );
        let judged = found.judged.unwrap();
        assert_eq!(
            judged.findings.len(),
            found.findings.len() + 3,
            "the check itself says all of it"
        );
        // What a price alone does not say stays.
        let unsold =
            analysis(&json!({"visibility": "Public", "pricing": {"priceId": "NotAvailable"}}));
        assert!(
            unsold
                .risks
                .iter()
                .any(|risk| risk.pointer == "/pricing/priceId")
        );
        assert!(
            unsold
                .findings
                .iter()
                .any(|finding| finding.pointer == "/pricing/priceId"),
            "{:#?}",
            unsold.findings
        );
    }

    #[test]
    fn what_is_not_edited_is_compared_as_it_is_and_a_broken_text_with_nothing() {
        let (target, now) = (
            Target::app("9NX0EXAMPLE1"),
            "2026-02-03T12:00:00Z".parse().unwrap(),
        );
        let submission = |id: &str, name: &str| Submission {
            id: id.into(),
            document: json!({"id": id, "notes": name}),
        };
        let (live, draft) = (submission("1", "old"), submission("2", "new"));
        let documents = ReviewInput {
            target: &target,
            live: Some(&live),
            draft: Some(&draft),
            first: None,
            text: None,
            zip_packages: &ZipPackages::new(),
        };
        let unedited = ReviewAnalysis::of(documents, now);
        assert_eq!(unedited.value.as_deref(), Some(&json!({"notes": "new"})));
        assert!(
            unedited.judged.is_none() && unedited.difference.len() == 1 && unedited.hash.is_some()
        );
        let broken = ReviewAnalysis::of(
            ReviewInput {
                text: Some("{"),
                ..documents
            },
            now,
        );
        assert!(broken.value.is_none() && broken.difference.is_empty() && broken.hash.is_none());
        assert!(
            broken
                .judged
                .is_some_and(|judged| judged.document.value().is_err())
        );
    }
}
