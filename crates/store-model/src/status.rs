//! The Store's fifteen submission states as an open enumeration, with their explanations.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A submission's state (docs/store-api.md#submission-statuses); an unknown one is kept as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Status {
    None,
    Canceled,
    PendingCommit,
    CommitStarted,
    CommitFailed,
    PendingPublication,
    Publishing,
    Published,
    PublishFailed,
    PreProcessing,
    PreProcessingFailed,
    Certification,
    CertificationFailed,
    Release,
    ReleaseFailed,
    Other(String),
}

impl Status {
    const KNOWN: [(&'static str, Self); 15] = [
        ("None", Self::None),
        ("Canceled", Self::Canceled),
        ("PendingCommit", Self::PendingCommit),
        ("CommitStarted", Self::CommitStarted),
        ("CommitFailed", Self::CommitFailed),
        ("PendingPublication", Self::PendingPublication),
        ("Publishing", Self::Publishing),
        ("Published", Self::Published),
        ("PublishFailed", Self::PublishFailed),
        ("PreProcessing", Self::PreProcessing),
        ("PreProcessingFailed", Self::PreProcessingFailed),
        ("Certification", Self::Certification),
        ("CertificationFailed", Self::CertificationFailed),
        ("Release", Self::Release),
        ("ReleaseFailed", Self::ReleaseFailed),
    ];

    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(text) => text,
            known => Self::KNOWN
                .iter()
                .find(|(_, status)| status == known)
                .map_or("", |(text, _)| text),
        }
    }

    /// Ended badly: nobody but a person moves it on.
    pub fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::CommitFailed
                | Self::PreProcessingFailed
                | Self::CertificationFailed
                | Self::ReleaseFailed
                | Self::PublishFailed
                | Self::Canceled
        ) || matches!(self, Self::Other(text) if text.ends_with("Failed"))
    }

    /// Nothing more will happen by itself.
    fn is_final(&self) -> bool {
        *self == Self::Published || self.is_failure()
    }

    /// The service works on it: it can neither be changed nor deleted.
    pub fn is_in_progress(&self) -> bool {
        !self.is_final() && !matches!(self, Self::None | Self::PendingCommit)
    }
}

impl From<String> for Status {
    fn from(text: String) -> Self {
        match Self::KNOWN.into_iter().find(|(known, _)| *known == text) {
            Some((_, status)) => status,
            None => Self::Other(text),
        }
    }
}

impl From<&str> for Status {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Status> for String {
    fn from(status: Status) -> Self {
        status.as_str().to_owned()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An error or a warning of the service about a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub code: String,
    pub details: String,
}

/// A certification report that Partner Center shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificationReport {
    pub date: String,
    pub url: String,
}

/// A state with all that was said about it (docs/store-api.md#status-details); what was missing is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    pub status: Status,
    #[serde(default)]
    pub errors: Vec<Remark>,
    #[serde(default)]
    pub warnings: Vec<Remark>,
    #[serde(default)]
    pub reports: Vec<CertificationReport>,
}

impl StatusReport {
    /// Reads `{status, statusDetails}`, which a status reply and a whole submission both carry; never fails.
    pub fn read(value: &serde_json::Value) -> Self {
        let text = |value: &serde_json::Value, field: &str| {
            value
                .get(field)
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let list = |field: &str| {
            let details = value
                .get("statusDetails")
                .and_then(|details| details.get(field));
            details
                .and_then(serde_json::Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let remarks = |field: &str| {
            let read = |item: &serde_json::Value| Remark {
                code: text(item, "code"),
                details: text(item, "details"),
            };
            list(field)
                .iter()
                .map(read)
                .filter(|remark| *remark != Remark::default())
                .collect()
        };
        let reports = list("certificationReports")
            .into_iter()
            .map(|item| CertificationReport {
                date: text(&item, "date"),
                url: text(&item, "reportUrl"),
            });
        Self {
            status: match value.get("status").and_then(serde_json::Value::as_str) {
                Some(status) => status.into(),
                Option::None => Status::None,
            },
            errors: remarks("errors"),
            warnings: remarks("warnings"),
            reports: reports
                .filter(|report| *report != CertificationReport::default())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_state_keeps_its_text_even_an_unknown_one() {
        for (text, status) in Status::KNOWN {
            assert_eq!(
                (Status::from(text), status.as_str()),
                (status.clone(), text)
            );
        }
        assert_eq!(Status::from("Limbo").to_string(), "Limbo");
        assert!(Status::from("LimboFailed").is_failure() && Status::from("Limbo").is_in_progress());
    }

    #[test]
    fn details_may_be_missing_null_or_empty_objects() {
        let bare = StatusReport::read(&json!({"status": "CommitStarted"}));
        let null = StatusReport::read(&json!({"status": "CommitStarted", "statusDetails": null}));
        let empty = StatusReport::read(&json!({"status": "CommitStarted", "statusDetails":
            {"errors": null, "warnings": [], "certificationReports": [{}]}}));
        assert_eq!((&bare, &bare), (&null, &empty));
        let full = StatusReport::read(&json!({"status": "CommitFailed", "statusDetails":
            {"errors": [{"code": "MissingFiles", "details": "a.msix"}]}}));
        assert_eq!(
            full.errors,
            [Remark {
                code: "MissingFiles".into(),
                details: "a.msix".into()
            }]
        );
    }
}
