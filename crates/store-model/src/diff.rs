//! What differs between two documents; and what a draft that was read back lacks of what was sent, knowing what the service
//! changes by itself. Knows no screen.

pub use crate::compare::{Change, diff};
use crate::{
    compare::{Place, equal, is_list_of_objects, pairs, shared_keys},
    json::pointer::{member, names},
    submission::SERVER_OWNED,
    value::{Date, date, is_empty},
};
use serde_json::Value;

/// What the service sets itself, wherever it stands: it may differ from what was sent.
const SERVICE_SET: [&str; 12] = [
    "isAdvancedPricingModel",
    "sales",
    "version",
    "architecture",
    "languages",
    "capabilities",
    "targetDeviceFamilies",
    "targetPlatform",
    "packageRolloutStatus",
    "fallbackSubmissionId",
    "videoFileId",
    "flightId",
];
/// Obsolete fields of a listing: a PUT does not touch them (store-api.md § 3.6).
const OBSOLETE: [&str; 3] = ["privacyPolicy", "supportContact", "websiteUrl"];
/// Top-level fields whose meaning is known; another one may be the service's own.
const KNOWN: [&str; 26] = [
    "applicationCategory",
    "pricing",
    "visibility",
    "targetPublishMode",
    "targetPublishDate",
    "listings",
    "hardwarePreferences",
    "automaticBackupEnabled",
    "canInstallOnRemovableMedia",
    "isGameDvrEnabled",
    "gamingOptions",
    "hasExternalInAppProducts",
    "meetAccessibilityGuidelines",
    "notesForCertification",
    "applicationPackages",
    "packageDeliveryOptions",
    "enterpriseLicensing",
    "allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies",
    "allowTargetFutureDeviceFamilies",
    "trailers",
    "isSeekEnabled",
    "contentType",
    "keywords",
    "lifetime",
    "tag",
    "flightPackages",
];

/// Whether the service sets a member of this name itself: what changes there is nobody's change.
pub fn is_service_set(name: &str) -> bool {
    is_any(name, &SERVICE_SET)
}

/// Whether a name is among these, in any case.
pub fn is_any(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A title of an app's listing; the service accepts a new one and keeps the old (Q20).
fn is_app_title(path: &str) -> bool {
    let names = names(path);
    names.len() > 3
        && names
            .first()
            .is_some_and(|name| is_any(name, &["listings"]))
        && names.last().is_some_and(|name| is_any(name, &["title"]))
}

/// What a draft that was read back lacks of what was sent (product.md § 6.3): `before` is what was sent, `after` what is stored.
/// Leaves out what the service changes by itself. `base` is the document before our change, if known: unknown fields that we did
/// not touch may change as the service likes.
pub fn not_stored(sent: &Value, stored: &Value, base: Option<&Value>) -> Vec<Change> {
    lacking(sent, stored, base)
        .into_iter()
        .filter(|change| !is_app_title(&change.path))
        .collect()
}

/// Titles of app listings that were sent but not taken over: no fault of the draft, but worth a word (Q20).
pub fn unchanged_titles(sent: &Value, stored: &Value) -> Vec<Change> {
    lacking(sent, stored, None)
        .into_iter()
        .filter(|change| is_app_title(&change.path))
        .collect()
}

fn lacking(sent: &Value, stored: &Value, base: Option<&Value>) -> Vec<Change> {
    let mut changes = Vec::new();
    let (Some(object), true) = (sent.as_object(), stored.is_object()) else {
        return vec![Place::default().change(Some(sent), Some(stored))];
    };
    for (key, value) in object {
        if is_any(key, &SERVER_OWNED) || is_any(key, &SERVICE_SET) {
            continue;
        }
        let untouched = base
            .and_then(|base| member(base, key))
            .is_some_and(|(_, base)| diff(base, value).is_empty());
        if untouched && !is_any(key, &KNOWN) {
            continue;
        }
        stored_as(
            Some(value),
            member(stored, key).map(|(_, value)| value),
            &Place::default().member(key),
            &mut changes,
        );
    }
    changes
}

/// Collections from which leaving something out takes it away; elsewhere the service may keep what was not sent.
fn loses_what_is_left_out(place: &Place) -> bool {
    match place.names.as_slice() {
        [only] => is_any(only, &["listings", "trailers"]),
        [.., last] => is_any(last, &["marketSpecificPricings"]),
        [] => false,
    }
}

fn stored_as(
    sent: Option<&Value>,
    stored: Option<&Value>,
    place: &Place,
    changes: &mut Vec<Change>,
) {
    match (sent, stored) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let removes = loses_what_is_left_out(place);
            for (new, old) in shared_keys(left, right) {
                let Some(key) = new.or(old) else { continue };
                let (sent, stored) = (
                    new.and_then(|key| left.get(key)),
                    old.and_then(|key| right.get(key)),
                );
                let is_ours = sent.is_some() || removes;
                if is_ours
                    && !is_any(key, &SERVICE_SET)
                    && !is_any(key, &OBSOLETE)
                    && !is_new_id(key, sent)
                {
                    stored_as(sent, stored, &place.member(key), changes);
                }
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right)))
            if is_list_of_objects(left) && (right.is_empty() || is_list_of_objects(right)) =>
        {
            for (new, old) in pairs(left, right) {
                let (sent, stored) = (
                    new.and_then(|index| left.get(index)),
                    old.and_then(|index| right.get(index)),
                );
                let Some((index, value)) = new.zip(sent).or(old.zip(stored)) else {
                    continue;
                };
                // A file to be deleted may be gone already; one that was not mentioned stays by rule (§ 3.12).
                let is_deleted = stored.is_none()
                    && member(value, "fileStatus")
                        .is_some_and(|(_, status)| status == "PendingDelete");
                if !is_deleted && (sent.is_some() || loses_what_is_left_out(place)) {
                    stored_as(sent, stored, &place.element(index, value), changes);
                }
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right)))
            if left.is_empty() && is_list_of_objects(right) && !loses_what_is_left_out(place) => {}
        _ if means_the_same(sent, stored) => {}
        _ => changes.push(place.change(sent, stored)),
    }
}

/// An id that was not sent, or was empty: the service gives one.
fn is_new_id(key: &str, sent: Option<&Value>) -> bool {
    is_any(key, &["id"]) && sent.is_none_or(is_empty)
}

fn means_the_same(sent: Option<&Value>, stored: Option<&Value>) -> bool {
    // What was not sent, or sent empty, may be stored as any kind of nothing.
    let is_default = |value: &Value| {
        is_empty(value) || *value == Value::Bool(false) || value.as_f64() == Some(0.0)
    };
    match (sent, stored) {
        (Some(Value::String(sent)), Some(Value::String(stored))) => {
            let text = |text: &str| text.replace("\r\n", "\n").replace('\\', "/");
            let same_date = match (date(sent), date(stored)) {
                (Date::Invalid, _) | (_, Date::Invalid) => false,
                (sent, stored) => sent == stored,
            };
            same_date || text(sent) == text(stored)
        }
        (Some(Value::String(sent)), None | Some(Value::Null)) => date(sent) == Date::Unset,
        (None | Some(Value::Null), Some(Value::String(stored))) => date(stored) == Date::Unset,
        (Some(sent), Some(stored)) => equal(sent, stored) || (is_empty(sent) && is_empty(stored)),
        (Some(only), None) | (None, Some(only)) => is_default(only),
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        examples,
        json::pointer::{remove, set},
    };
    use rstest::rstest;
    use serde_json::json;

    fn sentences(changes: &[Change]) -> Vec<String> {
        changes.iter().map(Change::sentence).collect()
    }

    /// What the service makes of an update that it stored well.
    fn stored(sent: &Value) -> Value {
        let mut stored = sent.clone();
        let changes = [
            ("/id", json!("1152921505690000177")),
            ("/status", json!("PendingCommit")),
            ("/fileUploadUrl", json!("https://x")),
            ("/pricing/isAdvancedPricingModel", json!(false)),
            ("/pricing/sales", json!([])),
            ("/targetPublishDate", json!("1601-01-01T00:00:00.0000000Z")),
            ("/applicationPackages/1/id", json!("")),
            ("/applicationPackages/1/version", json!("")),
            ("/applicationPackages/1/languages", json!([])),
            (
                "/packageDeliveryOptions/packageRollout/packageRolloutStatus",
                json!("PackageRolloutNotStarted"),
            ),
            (
                "/packageDeliveryOptions/packageRollout/packageRolloutPercentage",
                serde_json::from_str("10").unwrap(),
            ),
            ("/trailers/0/id", json!("77")),
            (
                "/trailers/0/trailerAssets/en-us/imageList/0/id",
                json!("78"),
            ),
            ("/listings/en-us/baseListing/licenseTerms", Value::Null),
            (
                "/listings/en-us/baseListing/images/1/id",
                json!("1152922700002900009"),
            ),
            (
                "/listings/en-us/baseListing/images/3/description",
                json!(""),
            ),
            ("/allowTargetFutureDeviceFamilies/7", json!(false)),
        ];
        for (pointer, value) in changes {
            assert!(set(&mut stored, pointer, value), "{pointer}");
        }
        remove(&mut stored, "/gamingOptions");
        remove(&mut stored, "/automaticBackupEnabled");
        stored
    }

    #[test]
    fn what_the_service_changes_by_itself_is_no_loss() {
        for (_, document) in examples::all() {
            assert_eq!(not_stored(&document, &document, None), []);
        }
        let sent = examples::app_update();
        assert_eq!(
            sentences(&not_stored(&sent, &stored(&sent), Some(&examples::app()))),
            Vec::<String>::new()
        );
    }

    #[rstest]
    #[case("/listings/en-us/baseListing/releaseNotes", json!("Faster start."))]
    #[case("/pricing/priceId", json!("Base"))]
    #[case("/visibility", Value::Null)]
    #[case("/applicationPackages", json!([]))]
    #[case("/applicationPackages/0/fileStatus", json!("Uploaded"))]
    #[case("/listings/en-us/baseListing/images/3/fileName", json!("other.png"))]
    #[case("/listings/de-de", json!({"baseListing": {"description": "still here"}}))]
    #[case("/pricing/marketSpecificPricings/BR", json!("Tier1015"))]
    #[case("/packageDeliveryOptions/packageRollout/isPackageRollout", json!(false))]
    #[case("/packageDeliveryOptions", Value::Null)]
    #[case("/meetAccessibilityGuidelines", json!(false))]
    #[case("/trailers", json!([]))]
    fn what_was_not_stored_is_found(#[case] pointer: &str, #[case] value: Value) {
        let sent = examples::app_update();
        let mut stored = stored(&sent);
        assert!(set(&mut stored, pointer, value));
        let lacking = not_stored(&sent, &stored, Some(&examples::app()));
        assert!(
            !lacking.is_empty()
                && lacking
                    .iter()
                    .all(|change| change.path.starts_with(pointer)
                        || pointer.starts_with(&change.path)),
            "{lacking:#?}"
        );
    }

    #[test]
    fn a_zombie_draft_is_found_and_a_title_told_apart() {
        let sent = examples::app_update();
        assert!(not_stored(&sent, &examples::app(), Some(&examples::app())).len() > 10);
        let mut kept = stored(&sent);
        set(
            &mut kept,
            "/listings/en-us/baseListing/title",
            json!("Old name"),
        );
        assert_eq!(not_stored(&sent, &kept, None), []);
        assert_eq!(
            sentences(&unchanged_titles(&sent, &kept)),
            ["listings › en-us › baseListing › title: \"Northwind Notes\" → \"Old name\""]
        );
        let add_on = examples::add_on();
        let mut other = add_on.clone();
        set(&mut other, "/listings/en-us/title", json!("Old name"));
        assert_eq!(
            (
                not_stored(&add_on, &other, None).len(),
                unchanged_titles(&add_on, &other).len()
            ),
            (1, 0)
        );
    }

    #[test]
    fn dates_line_ends_and_deleted_files_may_look_different() {
        let sent = json!({"targetPublishDate": "2026-03-01T06:00:00Z", "notesForCertification": "a\r\nb",
            "flightPackages": [{"id": "1", "fileName": "a", "fileStatus": "PendingDelete"}, {"fileName": "d\\b.msix", "fileStatus": "PendingUpload"}]});
        let stored = json!({"targetPublishDate": "2026-03-01T06:00:00.0000000Z", "notesForCertification": "a\nb",
            "flightPackages": [{"fileName": "d/b.msix", "fileStatus": "PendingUpload", "id": "2"}]});
        assert_eq!(not_stored(&sent, &stored, None), []);
        assert_eq!(
            not_stored(
                &json!({"seenAt": 1}),
                &json!({"seenAt": 2}),
                Some(&json!({"seenAt": 1}))
            ),
            []
        );
        assert_eq!(
            not_stored(
                &json!({"seenAt": 1}),
                &json!({"seenAt": 2}),
                Some(&json!({"seenAt": 0}))
            )
            .len(),
            1
        );
        assert_eq!(not_stored(&json!({"a": 1}), &json!(null), None).len(), 1);
    }
}
