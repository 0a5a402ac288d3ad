//! A submission as it was fetched: the raw document with the signed URL taken out, and a few readings of it.

use crate::{
    diff::is_any,
    json::pointer::member,
    product::field,
    signed_url::{REDACTED, redact_value},
    status::{Status, StatusReport},
    target::Kind,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What only the service writes; a PUT that echoes them may be refused (docs/store-api.md#fields-the-store-owns).
pub const SERVER_OWNED: [&str; 5] = [
    "id",
    "status",
    "statusDetails",
    "fileUploadUrl",
    "friendlyName",
];

/// A submission's document. `fileUploadUrl`, if it had one, reads [`REDACTED`]: the URL itself is a secret and travels apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    pub id: String,
    pub document: Value,
}

impl Submission {
    /// Takes a document with its secret URL out; gives both. A signed URL is taken out of every other place as well.
    pub fn split(mut document: Value) -> (Self, Option<String>) {
        let key = member(&document, "fileUploadUrl").map(|(key, _)| key.to_owned());
        let url = key
            .and_then(|key| document.get_mut(key))
            .filter(|url| url.is_string())
            .map(|url| std::mem::replace(url, REDACTED.into()));
        redact_value(&mut document);
        let id = field(&document, "id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let url = url.and_then(|url| {
            url.as_str()
                .filter(|url| !url.is_empty())
                .map(str::to_owned)
        });
        (Self { id, document }, url)
    }

    pub fn report(&self) -> StatusReport {
        StatusReport::read(&self.document)
    }

    pub fn status(&self) -> Status {
        self.report().status
    }

    /// Whether the service gave it an upload URL. A draft without one was made or touched in Partner Center
    /// (docs/store-api.md#draft-made-in-partner-center).
    pub fn has_upload_url(&self) -> bool {
        field(&self.document, "fileUploadUrl").is_some()
    }

    pub fn is_portal_made(&self) -> bool {
        self.status() == Status::PendingCommit && !self.has_upload_url()
    }
}

/// Whether a top-level field is part of a PUT of this kind; the service reads its name in any case.
pub fn is_put_field(kind: Kind, name: &str) -> bool {
    match kind.put_fields() {
        Some(fields) => is_any(name, fields),
        None => !is_any(name, &SERVER_OWNED),
    }
}

/// The body of a PUT: the document without what only the service writes, and only the fields that this kind takes. Order is kept.
pub fn put_body(kind: Kind, document: &Value) -> Value {
    match document.as_object() {
        Some(object) => {
            let kept: Map<_, _> = object
                .iter()
                .filter(|(name, _)| is_put_field(kind, name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            Value::Object(kept)
        }
        None => document.clone(),
    }
}

/// The kind that a document without a target belongs to, by what only one kind has.
pub fn kind_of(document: &Value) -> Kind {
    let has = |name: &str| member(document, name).is_some();
    let listings = || member(document, "listings")?.1.as_object().map(Map::values);
    if has("flightPackages") {
        Kind::Flight
    } else if has("applicationPackages")
        || has("applicationCategory")
        || listings().is_some_and(|mut all| all.any(|one| member(one, "baseListing").is_some()))
    {
        Kind::App
    } else {
        Kind::AddOn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_signed_url_never_stays_in_the_document() {
        let (submission, url) = Submission::split(
            json!({"id": "1", "status": "PendingCommit", "fileUploadUrl": "https://x/y?sig=CANARY"}),
        );
        assert!(!format!("{submission:?}").contains("CANARY") && url.is_some());
        assert!(submission.has_upload_url() && !submission.is_portal_made());
        let (portal, url) =
            Submission::split(json!({"id": "1", "status": "PendingCommit", "fileUploadUrl": null}));
        assert!(portal.is_portal_made() && url.is_none());
        let (other, url) =
            Submission::split(json!({"id": "1", "FileUploadURL": "https://x/y?sig=CANARY",
            "statusDetails": {"errors": [{"details": "see https://h/z?SIG=CANARY"}]}}));
        assert!(!format!("{other:?}").contains("CANARY") && url.is_some());
    }

    #[test]
    fn a_put_body_keeps_unknown_fields_their_order_and_number_text() {
        let text =
            r#"{"id":"1","z":25.0,"a":12345678901234567890,"status":"None","unknown":{"ü":0.10}}"#;
        let body = put_body(Kind::App, &serde_json::from_str(text).unwrap());
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"z":25.0,"a":12345678901234567890,"unknown":{"ü":0.10}}"#
        );
        let flight = put_body(
            Kind::Flight,
            &json!({"flightId": "f", "targetPublishDate": "", "flightPackages": []}),
        );
        assert_eq!(
            flight,
            json!({"targetPublishDate": "", "flightPackages": []})
        );
    }
}
