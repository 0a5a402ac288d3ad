//! The offline check: what the service would refuse or a person hardly means, as far as it can be known without a request.
//! Calls the schemas and the rules beyond them; holds none but those of a new add-on.

use super::{
    fields, files, listings, offer, packages, schedule, schema, shapes, table as rule, trailers,
};
pub use crate::finding::{Finding, Severity};
use crate::{
    finding::Inspection, json::pointer::child, limits, submission::SERVER_OWNED, target::Kind,
    value::brief,
};
use jiff::Timestamp;
use serde_json::Value;

/// Checks a document; `base` is what is on the server (the draft, else what is published). The worst findings come first,
/// equals in the order of their rules.
pub fn check(kind: Kind, document: &Value, base: Option<&Value>) -> Vec<Finding> {
    inspect(Inspection {
        kind,
        document,
        base,
        now: None,
        found: Vec::new(),
    })
}

/// The same for a document that is to be sent at this time: dates too near are found as well.
pub fn check_at(
    kind: Kind,
    document: &Value,
    base: Option<&Value>,
    now: Timestamp,
) -> Vec<Finding> {
    inspect(Inspection {
        kind,
        document,
        base,
        now: Some(now),
        found: Vec::new(),
    })
}

/// Only what depends on the time at which a document is sent, whether or not anything of it changes.
pub fn check_dates(kind: Kind, document: &Value, now: Timestamp) -> Vec<Finding> {
    let mut inspection = Inspection {
        kind,
        document,
        base: None,
        now: Some(now),
        found: Vec::new(),
    };
    schedule::ahead(&mut inspection);
    inspection.found
}

fn inspect(mut inspection: Inspection<'_>) -> Vec<Finding> {
    let kind = inspection.kind;
    if !inspection.document.is_object() {
        let what = shapes::type_of(inspection.document);
        inspection.report(
            "",
            rule::DOCUMENT_NOT_AN_OBJECT,
            format!("A submission is a JSON object; this is {what}."),
        );
        return inspection.found;
    }
    shapes::check(&mut inspection);
    if kind == Kind::Flight {
        flight_fields(&mut inspection);
    } else {
        listings::check(&mut inspection);
        offer::check(&mut inspection);
    }
    if kind == Kind::App {
        trailers::check(&mut inspection);
    }
    files::check(&mut inspection);
    packages::check(&mut inspection);
    schedule::check(&mut inspection);
    fields::check(&mut inspection);
    let mut found = inspection.found;
    if let Some(base) = inspection.base
        && found.iter().any(Finding::can_be_allowed)
    {
        let on_server = inspect(Inspection {
            document: base,
            base: None,
            found: Vec::new(),
            ..inspection
        });
        for finding in &mut found {
            finding.settle(&on_server);
        }
    }
    found.sort_by_key(|finding| finding.severity);
    for finding in found
        .iter_mut()
        .filter(|finding| !finding.pointer.is_empty())
    {
        // A rule may speak of what only the server has, or of a name in another case: what holds it is here.
        while inspection.document.pointer(&finding.pointer).is_none() {
            let holder = finding.pointer.rfind('/').unwrap_or_default();
            finding.pointer.truncate(holder);
        }
        finding.help = schema::place(kind, &finding.pointer).map_or("", schema::SchemaPlace::help);
    }
    found
}

/// What is wrong with the answers for a new add-on (store-api.md § 2.4); pointers are into the create body.
pub fn check_new_add_on(product_id: &str, product_type: &str) -> Vec<Finding> {
    let body = serde_json::json!({"productId": product_id, "productType": product_type});
    let mut inspection = Inspection {
        kind: Kind::AddOn,
        document: &body,
        base: None,
        now: None,
        found: Vec::new(),
    };
    let length = product_id.chars().count();
    if length == 0 || length > limits::PRODUCT_ID {
        inspection.report(
            "/productId",
            rule::PRODUCT_ID_LENGTH,
            format!(
                "The product id needs 1 to {} characters; this has {length}.",
                limits::PRODUCT_ID
            ),
        );
    }
    if let Some(refused) = product_id
        .chars()
        .find(|c| limits::PRODUCT_ID_REFUSED.contains(c) || c.is_control())
    {
        inspection.report(
            "/productId",
            rule::PRODUCT_ID_CHARACTER,
            format!("The product id must not contain {refused:?}."),
        );
    }
    if !limits::PRODUCT_TYPES.contains(&product_type) {
        let known = limits::PRODUCT_TYPES.join(", ");
        let is_case = limits::PRODUCT_TYPES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(product_type));
        let severity = if is_case {
            Severity::Error
        } else {
            Severity::Warning
        };
        let sentence = format!(
            "{} is not among the known values: {known}.",
            brief(&product_type.into())
        );
        inspection.report_as(
            severity,
            "/productType",
            rule::PRODUCT_TYPE_UNKNOWN,
            sentence,
        );
    }
    inspection.found
}

fn flight_fields(inspection: &mut Inspection<'_>) {
    let Some((object, fields)) = inspection
        .document
        .as_object()
        .zip(inspection.kind.put_fields())
    else {
        return;
    };
    for key in object.keys() {
        let is_known = |known: &&str| known.eq_ignore_ascii_case(key);
        if !fields.iter().any(is_known)
            && !SERVER_OWNED.iter().any(is_known)
            && !is_known(&"flightId")
        {
            inspection.report(
                child("", key),
                rule::FLIGHT_FIELD_UNKNOWN,
                format!("{key} is no field of a flight's submission; it will not be sent."),
            );
        }
    }
}
