//! What the Store holds for a target and what a person has prepared for it, read together from the model: the document that is
//! edited and compared, the changes, and why something cannot be done now. Knows no screen and no key.

use super::{Model, WorkingCopy};
use crate::engine::preflight::{self, Refusal};
use crate::tasks::report::{Examined, TargetDetail};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use store_model::{
    archive::Fit,
    checked::Judged,
    diff::DocumentChange,
    json::document::{Document, Position, SyntaxError, pretty},
    packages::rows::{ZipPackages, zip_packages},
    product::PackageIdentity,
    remote::Remote,
    review_analysis::files_to_bring,
    rules::check::{Finding, Severity},
    status::{Status, StatusReport},
    submission::{Submission, put_body},
    target::{Kind, Target},
};

/// Where a shown or edited document comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The pending submission.
    Draft,
    /// The published submission.
    Live,
    /// Neither exists yet: a start for the first one.
    First,
}

/// A target with its documents and its working copy.
#[derive(Clone, Copy, Debug)]
pub struct Prepared<'a> {
    pub target: &'a Target,
    pub detail: &'a Arc<TargetDetail>,
    /// The edited text.
    pub text: Option<&'a str>,
    /// The submission that the text was made from.
    pub base: Option<&'a str>,
    /// The editable part of its document.
    pub base_body: Option<&'a Value>,
    /// What somebody else changed in the Store since.
    pub remote_changes: &'a [DocumentChange],
    pub zip: Option<&'a Path>,
    /// When the text was last kept on disk.
    pub kept: Option<Timestamp>,
}

impl<'a> Prepared<'a> {
    /// Nothing while the target has not been read.
    pub fn of(model: &'a Model, target: &'a Target) -> Option<Self> {
        let detail = model.details.get(target).and_then(Remote::value)?;
        let none = Self {
            target,
            detail,
            text: None,
            base: None,
            base_body: None,
            remote_changes: &[],
            zip: None,
            kept: None,
        };
        Some(match model.edits.get(target) {
            Some(WorkingCopy {
                text,
                base,
                body,
                remote_changes,
                zip,
                kept,
                ..
            }) => Self {
                text: text.as_deref(),
                base: base.as_deref(),
                base_body: body.as_deref(),
                remote_changes,
                zip: zip.as_deref(),
                kept: *kept,
                ..none
            },
            None => none,
        })
    }

    pub fn kind(&self) -> Kind {
        self.target.kind()
    }

    pub fn draft(&self) -> Option<&'a Submission> {
        self.detail.pending.as_ref()
    }

    pub fn live(&self) -> Option<&'a Submission> {
        self.detail.published.as_ref()
    }

    /// The document that the text is an edit of: the draft's if there is one, else the live one's.
    pub fn server(&self) -> Option<(&'a Submission, Origin)> {
        let draft = self.draft().map(|draft| (draft, Origin::Draft));
        draft.or_else(|| self.live().map(|live| (live, Origin::Live)))
    }

    pub fn origin(&self) -> Origin {
        self.server().map_or(Origin::First, |(_, origin)| origin)
    }

    /// The editable part of the server's document, or a start for a first submission; `None` where Partner Center has to begin.
    pub fn body(&self) -> Option<Value> {
        match self.server() {
            Some((submission, _)) => Some(put_body(self.kind(), &submission.document)),
            None => first_document(self.kind()),
        }
    }

    /// Where the Store has nothing yet: what a first submission begins as.
    pub fn first(&self) -> Option<Value> {
        self.server()
            .map_or_else(|| first_document(self.kind()), |_| None)
    }

    /// What the chosen ZIP brings, as far as it has been looked into.
    pub fn zip_packages(&self, model: &Model) -> ZipPackages {
        let examined = model
            .examined
            .value()
            .filter(|examined| Some(examined.zip.as_path()) == self.zip);
        examined
            .and_then(|examined| examined.archive.as_ref())
            .map(zip_packages)
            .unwrap_or_default()
    }

    /// Whether there is a body, without making it.
    pub fn has_body(&self) -> bool {
        self.server().is_some() || self.kind() != Kind::App
    }

    /// What the editor opens: the working copy, else the server's document.
    pub fn editable_text(&self) -> Option<String> {
        self.text
            .map(str::to_owned)
            .or_else(|| self.body().map(|body| pretty(&body)))
    }

    /// Whether the server's document is another one than the text was made from: by its content where that is known.
    pub fn is_base_gone(&self) -> bool {
        if self.text.is_some() && self.base_body.is_some() && self.server().is_some() {
            return !self.remote_changes.is_empty();
        }
        self.text.is_some()
            && self
                .base
                .is_some_and(|base| self.server().is_none_or(|(server, _)| server.id != base))
    }

    /// The last word about the pending submission.
    pub fn pending_report(&self, model: &Model) -> Option<StatusReport> {
        let draft = self.draft()?;
        let told = model
            .statuses
            .get(self.target)
            .map(|(report, _)| report.clone());
        Some(told.unwrap_or_else(|| draft.report()))
    }

    /// The page in Partner Center that fits what is pending, else the live submission.
    pub fn portal_url(&self) -> String {
        self.target
            .portal_url(self.server().map(|(submission, _)| submission.id.as_str()))
    }

    /// Why the draft can be neither changed nor replaced; `None` when it can, or when there is none.
    pub fn draft_fault(&self, model: &Model) -> Option<Refusal> {
        let status = self.pending_report(model)?.status;
        preflight::out_of_reach(self.target, self.draft()?, &status)
    }
}

/// A first submission of what needs none before it. An app's first one is made in Partner Center, with the age rating.
fn first_document(kind: Kind) -> Option<Value> {
    match kind {
        Kind::App => None,
        Kind::AddOn => Some(json!({
            "contentType": "NotSet",
            "keywords": [],
            "lifetime": "Forever",
            "listings": { "en-us": { "title": "", "description": "" } },
            "pricing": { "marketSpecificPricings": {}, "sales": [], "priceId": "NotAvailable" },
            "targetPublishMode": "Immediate",
            "tag": "",
            "visibility": "Public"
        })),
        Kind::Flight => Some(json!({
            "flightPackages": [],
            "packageDeliveryOptions": {
                "packageRollout": { "isPackageRollout": false, "packageRolloutPercentage": 0.0 },
                "isMandatoryUpdate": false,
                "mandatoryUpdateEffectiveDate": "1601-01-01T00:00:00.0000000Z"
            },
            "targetPublishMode": "Immediate",
            "targetPublishDate": "",
            "notesForCertification": ""
        })),
    }
}

/// A document judged: what it means against the server's. Costs a parse; made once per change, never while drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckVerdict {
    content: Content,
    /// Against the server's document, draft or live.
    pub changes: Vec<DocumentChange>,
    pub findings: Vec<Finding>,
    /// Where each finding stands in the text.
    places: Vec<Option<Position>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    /// An edited text; perhaps no JSON.
    Text(Arc<Document>),
    /// The server's document as it is.
    Value(Arc<Value>),
}

impl CheckVerdict {
    /// `now` tells which dates are too near.
    pub fn of_text(
        kind: Kind,
        text: impl Into<String>,
        body: Option<&Value>,
        now: Timestamp,
    ) -> Self {
        Self::of_judged(&Judged::of(kind, text, body, now))
    }

    pub fn of_judged(judged: &Judged) -> Self {
        let Judged {
            document,
            changes,
            findings,
            places,
        } = judged.clone();
        Self {
            content: Content::Text(document),
            changes,
            findings,
            places,
        }
    }

    /// The server's own document: no change, and not checked, since nobody is going to send it.
    pub fn unedited(body: impl Into<Arc<Value>>) -> Self {
        Self {
            content: Content::Value(body.into()),
            changes: Vec::new(),
            findings: Vec::new(),
            places: Vec::new(),
        }
    }

    /// The working copy judged, else the server's document.
    pub fn of(prepared: &Prepared, now: Timestamp) -> Option<Self> {
        let body = prepared.body();
        match prepared.text {
            Some(text) => Some(Self::of_text(prepared.kind(), text, body.as_ref(), now)),
            None => body.map(Self::unedited),
        }
    }

    pub fn value(&self) -> Option<&Value> {
        match &self.content {
            Content::Text(document) => document.value().ok(),
            Content::Value(value) => Some(value),
        }
    }

    /// The value to keep; `None` when the text does not parse.
    pub fn shared(&self) -> Option<Arc<Value>> {
        match &self.content {
            Content::Text(document) => document.shared(),
            Content::Value(value) => Some(Arc::clone(value)),
        }
    }

    pub fn error(&self) -> Option<&SyntaxError> {
        match &self.content {
            Content::Text(document) => document.value().err(),
            Content::Value(_) => None,
        }
    }

    /// Where the finding of that number stands in the text.
    pub fn at(&self, finding: usize) -> Option<Position> {
        self.places.get(finding).copied().flatten()
    }

    /// Where the value at a pointer stands in the text, or the nearest part above it.
    pub fn place(&self, pointer: &str) -> Option<Position> {
        match &self.content {
            Content::Text(document) => document.nearest_position(pointer),
            Content::Value(_) => None,
        }
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    /// How a chosen ZIP fits this document; `None` while either cannot be read.
    pub fn fit(&self, kind: Kind, examined: &Examined) -> Option<Fit> {
        examined.fit_to(kind, self.value()?)
    }

    /// The files that a ZIP must bring, once each.
    pub fn expected(&self, kind: Kind) -> Vec<String> {
        self.value()
            .map(|value| files_to_bring(kind, value))
            .unwrap_or_default()
    }
}

/// What the packages of a target must be called; of a flight, what those of its app are. `None` while no list tells.
pub fn package_identity(model: &Model, target: &Target) -> Option<PackageIdentity> {
    match target {
        Target::Flight { app, .. } => model.product(&Target::app(app))?.package_identity(),
        Target::App { .. } | Target::AddOn { .. } => model.product(target)?.package_identity(),
    }
}

/// `3 changes`, `1 change`, `no change`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}").replace("no changes", "no change"),
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

/// Who has to do something next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    You,
    Store,
    /// A person in Partner Center.
    Portal,
    Nobody,
}

/// What a state means, and who acts next (docs/store-api.md#submission-statuses). `mode` is the document's `targetPublishMode`.
pub fn meaning(status: &Status, mode: &str) -> (&'static str, Actor) {
    match status {
        Status::None => ("no state yet", Actor::Store),
        Status::Canceled => (
            "cancelled in Partner Center; create a new submission",
            Actor::You,
        ),
        Status::PendingCommit => ("a draft: nothing happens until it is committed", Actor::You),
        Status::CommitStarted => (
            "the Store unpacks and checks the files, usually for minutes",
            Actor::Store,
        ),
        Status::CommitFailed => (
            "the Store did not accept it; fix the errors below and publish again",
            Actor::You,
        ),
        Status::PreProcessing => (
            "the packages are being processed, usually for minutes",
            Actor::Store,
        ),
        Status::PreProcessingFailed => (
            "the packages could not be processed; fix them and publish again",
            Actor::You,
        ),
        Status::Certification => (
            "in review: usually hours, up to three business days",
            Actor::Store,
        ),
        Status::CertificationFailed => (
            "rejected in review; read the report, fix it and publish again",
            Actor::You,
        ),
        Status::Release => match mode {
            "Manual" => (
                "certified; waiting for “Publish now” in Partner Center",
                Actor::Portal,
            ),
            "SpecificDate" => ("certified; waiting for its date", Actor::Nobody),
            _ => ("certified, about to be published", Actor::Store),
        },
        Status::ReleaseFailed => ("the release failed; see Partner Center", Actor::Portal),
        Status::PendingPublication => ("about to be published", Actor::Store),
        Status::Publishing => (
            "being copied to the Store's servers; can no longer be stopped",
            Actor::Store,
        ),
        Status::Published => ("live", Actor::Nobody),
        Status::PublishFailed => ("publishing failed; see Partner Center", Actor::Portal),
        Status::Other(_) => ("a state unknown to this program", Actor::Portal),
    }
}
