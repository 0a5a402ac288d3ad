//! What a draft that was read back lacks of what was sent. Builds on the one notion of sameness and allows, beyond it, what the
//! service is known to do when it stores an update. Knows no screen.

use super::change::is_any;
use super::{
    canonical::is_same,
    change::{ChangePlace, DocumentChange},
    marks::{Marks, is_kept, is_known},
    matching::{is_list_of_objects, pairs, shared_names},
};
use crate::{
    json::pointer::member,
    submission::SERVER_OWNED,
    value::{Date, date, is_empty},
};
use serde_json::Value;

/// What a draft that was read back lacks of what was sent: `before` is what was sent, `after` what is stored. `base` is the document
/// before our change, if known: fields that no schema knows and that we did not touch may change as the service likes.
pub fn not_stored(sent: &Value, stored: &Value, base: Option<&Value>) -> Vec<DocumentChange> {
    let mut changes = lacking(sent, stored, base);
    changes.retain(|change| !is_kept(&change.path));
    changes
}

/// Titles of app listings that were sent but not taken over: no fault of the draft, but worth a warning.
pub fn unchanged_titles(sent: &Value, stored: &Value) -> Vec<DocumentChange> {
    let mut changes = lacking(sent, stored, None);
    changes.retain(|change| is_kept(&change.path));
    changes
}

fn lacking(sent: &Value, stored: &Value, base: Option<&Value>) -> Vec<DocumentChange> {
    let mut changes = Vec::new();
    let (Some(object), true) = (sent.as_object(), stored.is_object()) else {
        return vec![ChangePlace::default().change(Some(sent), Some(stored))];
    };
    for (key, value) in object {
        if is_any(key, &SERVER_OWNED) || Marks::of(key).is_service_set() {
            continue;
        }
        let untouched = base
            .and_then(|base| member(base, key))
            .is_some_and(|(_, base)| is_same(key, base, value));
        if untouched && !is_known(key) {
            continue;
        }
        let stored = member(stored, key).map(|(_, value)| value);
        stored_as(
            key,
            Some(value),
            stored,
            &ChangePlace::default().member(key),
            &mut changes,
        );
    }
    changes
}

/// `name` is the member's own name; elements of lists have none.
fn stored_as(
    name: &str,
    sent: Option<&Value>,
    stored: Option<&Value>,
    place: &ChangePlace,
    changes: &mut Vec<DocumentChange>,
) {
    let removes = Marks::of(name).is_complete;
    match (sent, stored) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            for (new, old) in shared_names(left, right, |_, _| true) {
                let Some(key) = new.or(old) else { continue };
                let (sent, stored) = (
                    new.and_then(|key| left.get(key)),
                    old.and_then(|key| right.get(key)),
                );
                let is_ours = sent.is_some() || removes;
                // The service gives an id where none was sent.
                let is_new_id = is_any(key, &["id"]) && sent.is_none_or(is_empty);
                if is_ours && !Marks::of(key).is_service_set() && !is_new_id {
                    stored_as(key, sent, stored, &place.member(key), changes);
                }
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right)))
            if is_list_of_objects(left) && right.iter().all(Value::is_object) =>
        {
            for (new, old) in pairs(name, left, right) {
                let (sent, stored) = (
                    new.and_then(|index| left.get(index)),
                    old.and_then(|index| right.get(index)),
                );
                let Some((index, value)) = new.zip(sent).or(old.zip(stored)) else {
                    continue;
                };
                // A file to be deleted may be gone already; one that was not mentioned stays.
                let is_deleted = stored.is_none()
                    && member(value, "fileStatus")
                        .is_some_and(|(_, status)| status == "PendingDelete");
                if !is_deleted && (sent.is_some() || removes) {
                    stored_as("", sent, stored, &place.element(index, value), changes);
                }
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right)))
            if left.is_empty() && is_list_of_objects(right) && !removes => {}
        _ if is_stored(name, sent, stored) => {}
        _ => changes.push(place.change(sent, stored)),
    }
}

fn is_stored(name: &str, sent: Option<&Value>, stored: Option<&Value>) -> bool {
    let nothing = &Value::Null;
    if is_same(name, sent.unwrap_or(nothing), stored.unwrap_or(nothing)) {
        return true;
    }
    match (sent, stored) {
        // Fields that no schema knows may hold dates too.
        (Some(Value::String(sent)), Some(Value::String(stored))) => {
            date(sent) != Date::Invalid && date(sent) == date(stored)
        }
        (Some(_), Some(_)) => false,
        // What is missing on one side may be any kind of nothing on the other.
        (only, None) | (None, only) => only.is_none_or(|value| {
            is_empty(value) || *value == Value::Bool(false) || value.as_f64() == Some(0.0)
        }),
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

    fn sentences(changes: &[DocumentChange]) -> Vec<String> {
        changes.iter().map(DocumentChange::sentence).collect()
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
