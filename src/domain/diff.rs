//! What differs between two documents, by path; and what a draft that was read back lacks of what was sent.
//! Arrays of objects are matched by id, file name, position. Knows no screen.

use super::{
    pointer::{child, member, names},
    product::plain_text,
    submission::SERVER_OWNED,
    value::{Date, brief, date, is_empty, numbers_equal},
};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A place where two documents differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// JSON pointer: into the later document, into the earlier one for what is gone.
    pub path: String,
    /// The same place for people: names, with list elements called by their file.
    pub place: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Change {
    /// For people: `listings › en-us › releaseNotes: "Faster start." → "Tabs."`; long texts are cut.
    pub fn sentence(&self) -> String {
        let place = &self.place;
        match (&self.before, &self.after) {
            (None, Some(after)) => format!("{place}: new, {}", brief(after)),
            (Some(before), None) => format!("{place}: gone, was {}", brief(before)),
            (before, after) => {
                let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), brief);
                format!("{place}: {} → {}", side(before), side(after))
            }
        }
    }
}

/// A place on the way down, in its two forms.
#[derive(Clone, Default)]
struct Place {
    pointer: String,
    names: Vec<String>,
}

impl Place {
    fn member(&self, key: &str) -> Self {
        self.below(key, plain_text(key))
    }

    fn element(&self, index: usize, value: &Value) -> Self {
        let name = file_name(value).map_or_else(|| (index + 1).to_string(), plain_text);
        self.below(&index.to_string(), name)
    }

    fn below(&self, key: &str, name: String) -> Self {
        let names = self.names.iter().cloned().chain([name]).collect();
        Self { pointer: child(&self.pointer, key), names }
    }

    fn change(&self, before: Option<&Value>, after: Option<&Value>) -> Change {
        Change { path: self.pointer.clone(), place: self.names.join(" › "), before: before.cloned(), after: after.cloned() }
    }
}

fn file_name(value: &Value) -> Option<&str> {
    let name = member(value, "fileName").or_else(|| member(value, "videoFileName"));
    name.and_then(|(_, name)| name.as_str()).filter(|name| !name.is_empty())
}

fn id(value: &Value) -> Option<&str> {
    member(value, "id").and_then(|(_, id)| id.as_str()).filter(|id| !id.is_empty())
}

fn is_list_of_objects(array: &[Value]) -> bool {
    !array.is_empty() && array.iter().all(Value::is_object)
}

/// Pairs the elements of two lists of objects: by id, then by file name, then those with neither by position.
fn pairs(before: &[Value], after: &[Value]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut partner: Vec<Option<usize>> = vec![None; after.len()];
    let mut is_taken = vec![false; before.len()];
    let mut by_key = |key: &dyn Fn(&Value) -> Option<String>, may_pair: &dyn Fn(&Value, &Value) -> bool| {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, value) in before.iter().enumerate().rev() {
            if let Some(key) = key(value).filter(|_| is_taken.get(index) == Some(&false)) {
                places.entry(key).or_default().push(index);
            }
        }
        for (value, partner) in after.iter().zip(&mut partner) {
            if partner.is_some() {
                continue;
            }
            let Some(indexes) = key(value).and_then(|key| places.get_mut(&key)) else { continue };
            let found = indexes.iter().rposition(|index| before.get(*index).is_some_and(|before| may_pair(before, value)));
            if let Some(index) = found.map(|at| indexes.remove(at)) {
                *partner = Some(index);
                if let Some(taken) = is_taken.get_mut(index) {
                    *taken = true;
                }
            }
        }
    };
    by_key(&|value| id(value).map(str::to_owned), &|_, _| true);
    // Two different ids are two different things, whatever their files are called.
    by_key(&|value| file_name(value).map(|name| name.replace('\\', "/")), &|left, right| {
        id(left).is_none() || id(right).is_none()
    });
    let nameless = |value: &Value| (id(value).is_none() && file_name(value).is_none()).then(String::new);
    by_key(&nameless, &|_, _| true);
    let kept = partner.iter().enumerate().map(|(after, before)| (*before, Some(after)));
    let gone = is_taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(index, _)| (Some(index), None));
    kept.chain(gone).collect()
}

/// Keys of both objects that mean the same, the later one's order first; a key's case does not count (Q32).
fn shared_keys<'a>(before: &'a Map<String, Value>, after: &'a Map<String, Value>) -> Vec<(Option<&'a str>, Option<&'a str>)> {
    let is_lone = |key: &String, other: &Map<String, Value>| !other.contains_key(key);
    let mut lone: HashMap<String, &str> =
        before.keys().filter(|key| is_lone(key, after)).map(|key| (key.to_lowercase(), key.as_str())).collect();
    let mut keys: Vec<_> = after
        .keys()
        .map(|key| {
            let partner = if is_lone(key, before) { lone.remove(&key.to_lowercase()) } else { Some(key.as_str()) };
            (partner, Some(key.as_str()))
        })
        .collect();
    let gone = before.keys().filter(|key| is_lone(key, after) && lone.get(&key.to_lowercase()) == Some(&key.as_str()));
    keys.extend(gone.map(|key| (Some(key.as_str()), None)));
    keys
}

/// All differences, in the later document's order, then what is gone. `null` is the same as absent, 25 as 25.0.
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(before, after, &Place::default(), &mut changes);
    changes
}

fn walk(before: &Value, after: &Value, place: &Place, changes: &mut Vec<Change>) {
    match (before, after) {
        (Value::Object(left), Value::Object(right)) => {
            for (old, new) in shared_keys(left, right) {
                let (old_value, new_value) = (old.and_then(|key| left.get(key)), new.and_then(|key| right.get(key)));
                let Some(key) = new.or(old) else { continue };
                compare(old_value, new_value, || place.member(key), changes);
            }
        }
        (Value::Array(left), Value::Array(right)) if is_list_of_objects(left) && is_list_of_objects(right) => {
            for (old, new) in pairs(left, right) {
                let (old_value, new_value) = (old.and_then(|index| left.get(index)), new.and_then(|index| right.get(index)));
                let Some((index, value)) = new.zip(new_value).or(old.zip(old_value)) else { continue };
                compare(old_value, new_value, || place.element(index, value), changes);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.is_empty() && is_list_of_objects(right) => {
            changes.extend(right.iter().enumerate().map(|(index, value)| place.element(index, value).change(None, Some(value))));
        }
        (Value::Array(left), Value::Array(right)) if right.is_empty() && is_list_of_objects(left) => {
            changes.extend(left.iter().enumerate().map(|(index, value)| place.element(index, value).change(Some(value), None)));
        }
        _ if equal(before, after) => {}
        _ => changes.push(place.change(Some(before), Some(after))),
    }
}

fn compare(before: Option<&Value>, after: Option<&Value>, place: impl FnOnce() -> Place, changes: &mut Vec<Change>) {
    match (before, after) {
        // Most of a document is unchanged: no place is named for it.
        (Some(before), Some(after)) if before == after => {}
        (Some(before), Some(after)) => walk(before, after, &place(), changes),
        (None, None | Some(Value::Null)) | (Some(Value::Null), None) => {}
        (before, after) => changes.push(place().change(before, after)),
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers_equal(left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        _ => left == right,
    }
}

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
const KNOWN: [&str; 27] = [
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
    "fileUploadUrl",
];

fn is_any(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A title of an app's listing; the service accepts a new one and keeps the old (Q20).
fn is_app_title(path: &str) -> bool {
    let names = names(path);
    names.len() > 3
        && names.first().is_some_and(|name| is_any(name, &["listings"]))
        && names.last().is_some_and(|name| is_any(name, &["title"]))
}

/// What a draft that was read back lacks of what was sent (product.md § 6.3): `before` is what was sent, `after` what is stored.
/// Leaves out what the service changes by itself. `base` is the document before our change, if known: unknown fields that we did
/// not touch may change as the service likes.
pub fn not_stored(sent: &Value, stored: &Value, base: Option<&Value>) -> Vec<Change> {
    lacking(sent, stored, base).into_iter().filter(|change| !is_app_title(&change.path)).collect()
}

/// Titles of app listings that were sent but not taken over: no fault of the draft, but worth a word (Q20).
pub fn unchanged_titles(sent: &Value, stored: &Value) -> Vec<Change> {
    lacking(sent, stored, None).into_iter().filter(|change| is_app_title(&change.path)).collect()
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
        let untouched = base.and_then(|base| member(base, key)).is_some_and(|(_, base)| diff(base, value).is_empty());
        if untouched && !is_any(key, &KNOWN) {
            continue;
        }
        stored_as(Some(value), member(stored, key).map(|(_, value)| value), &Place::default().member(key), &mut changes);
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

fn stored_as(sent: Option<&Value>, stored: Option<&Value>, place: &Place, changes: &mut Vec<Change>) {
    match (sent, stored) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let removes = loses_what_is_left_out(place);
            for (new, old) in shared_keys(left, right) {
                let Some(key) = new.or(old) else { continue };
                let (sent, stored) = (new.and_then(|key| left.get(key)), old.and_then(|key| right.get(key)));
                let is_ours = sent.is_some() || removes;
                if is_ours && !is_any(key, &SERVICE_SET) && !is_any(key, &OBSOLETE) && !is_new_id(key, sent) {
                    stored_as(sent, stored, &place.member(key), changes);
                }
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right)))
            if is_list_of_objects(left) && (right.is_empty() || is_list_of_objects(right)) =>
        {
            for (new, old) in pairs(left, right) {
                let (sent, stored) = (new.and_then(|index| left.get(index)), old.and_then(|index| right.get(index)));
                let Some((index, value)) = new.zip(sent).or(old.zip(stored)) else { continue };
                // A file to be deleted may be gone already; one that was not mentioned stays by rule (§ 3.12).
                let is_deleted =
                    stored.is_none() && member(value, "fileStatus").is_some_and(|(_, status)| status == "PendingDelete");
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
    let is_default = |value: &Value| is_empty(value) || *value == Value::Bool(false) || value.as_f64() == Some(0.0);
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
    use crate::domain::{
        examples,
        pointer::{remove, set},
    };
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    fn sentences(changes: &[Change]) -> Vec<String> {
        changes.iter().map(Change::sentence).collect()
    }

    #[test]
    fn an_update_reads_like_what_it_does() {
        let changes = sentences(&diff(&examples::app(), &examples::app_update()));
        for wanted in [
            "listings › en-us › releaseNotes: \"Faster start.\" → \"Tabs.\"",
            "applicationPackages › Northwind.Notes_2.4.0.0.msixbundle › fileStatus: \"Uploaded\" → \"PendingDelete\"",
            "applicationPackages › Northwind.Notes_2.5.0.0.msixbundle: new, Northwind.Notes_2.5.0.0.msixbundle",
            "listings › de-de: gone, was {2 fields}",
            "trailers › trailers/tabs.mp4: new, trailers/tabs.mp4",
            "pricing › priceId: \"Tier1020\" → \"Free\"",
        ] {
            assert!(changes.iter().any(|sentence| sentence.replace(" › baseListing", "") == wanted), "{wanted}\n{changes:#?}");
        }
        assert!(!changes.iter().any(|sentence| sentence.contains("tile.png")), "{changes:#?}");
    }

    #[rstest]
    #[case(json!({"a": 1, "b": null}), json!({"a": 1}))]
    #[case(json!({"PriceId": "Free", "x": 1}), json!({"x": 1, "priceId": "Free"}))]
    #[case(json!([{"id": "1", "v": 1}, {"id": "2", "v": 2}]), json!([{"id": "2", "v": 2}, {"v": 1, "id": "1"}]))]
    fn what_does_not_differ(#[case] before: Value, #[case] after: Value) {
        assert_eq!(diff(&before, &after), []);
    }

    #[test]
    fn numbers_differ_by_value_and_lists_of_texts_as_a_whole() {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let (before, after) = (
            parse(r#"{"p": 25, "n": 12345678901234567890, "k": ["a"]}"#),
            parse(r#"{"p": 25.0, "n": 12345678901234567891, "k": ["a", "b"]}"#),
        );
        let changes = diff(&before, &after);
        assert_eq!(sentences(&changes), ["n: 12345678901234567890 → 12345678901234567891", "k: [\"a\"] → [\"a\",\"b\"]"]);
        assert_eq!(changes[1].path, "/k");
    }

    #[test]
    fn elements_are_matched_by_id_then_name_then_position() {
        let before = json!({"l": [{"id": "1", "fileName": "a"}, {"id": "2", "fileName": "b"}, {"x": 1}]});
        let after = json!({"l": [{"fileName": "b", "new": true}, {"id": "1", "fileName": "renamed"}, {"x": 2}, {"id": "3", "fileName": "a"}]});
        let changes = diff(&before, &after);
        let paths: Vec<_> =
            changes.iter().map(|change| (change.path.as_str(), change.before.is_some(), change.after.is_some())).collect();
        assert_eq!(
            paths,
            [
                ("/l/0/new", false, true),
                ("/l/0/id", true, false),
                ("/l/1/fileName", true, true),
                ("/l/2/x", true, true),
                ("/l/3", false, true)
            ]
        );
    }

    #[test]
    fn long_texts_are_cut() {
        let change = diff(&json!({"d": "a".repeat(500)}), &json!({"d": "b\nb"})).remove(0);
        assert!(change.sentence().chars().count() < 90 && change.sentence().ends_with("\"b b\""), "{}", change.sentence());
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
            ("/packageDeliveryOptions/packageRollout/packageRolloutStatus", json!("PackageRolloutNotStarted")),
            ("/packageDeliveryOptions/packageRollout/packageRolloutPercentage", serde_json::from_str("10").unwrap()),
            ("/trailers/0/id", json!("77")),
            ("/trailers/0/trailerAssets/en-us/imageList/0/id", json!("78")),
            ("/listings/en-us/baseListing/licenseTerms", Value::Null),
            ("/listings/en-us/baseListing/images/1/id", json!("1152922700002900009")),
            ("/listings/en-us/baseListing/images/3/description", json!("")),
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
        assert_eq!(sentences(&not_stored(&sent, &stored(&sent), Some(&examples::app()))), Vec::<String>::new());
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
                && lacking.iter().all(|change| change.path.starts_with(pointer) || pointer.starts_with(&change.path)),
            "{lacking:#?}"
        );
    }

    #[test]
    fn a_zombie_draft_is_found_and_a_title_told_apart() {
        let sent = examples::app_update();
        assert!(not_stored(&sent, &examples::app(), Some(&examples::app())).len() > 10);
        let mut kept = stored(&sent);
        set(&mut kept, "/listings/en-us/baseListing/title", json!("Old name"));
        assert_eq!(not_stored(&sent, &kept, None), []);
        assert_eq!(
            sentences(&unchanged_titles(&sent, &kept)),
            ["listings › en-us › baseListing › title: \"Northwind Notes\" → \"Old name\""]
        );
        let add_on = examples::add_on();
        let mut other = add_on.clone();
        set(&mut other, "/listings/en-us/title", json!("Old name"));
        assert_eq!((not_stored(&add_on, &other, None).len(), unchanged_titles(&add_on, &other).len()), (1, 0));
    }

    #[test]
    fn dates_line_ends_and_deleted_files_may_look_different() {
        let sent = json!({"targetPublishDate": "2026-03-01T06:00:00Z", "notesForCertification": "a\r\nb",
            "flightPackages": [{"id": "1", "fileName": "a", "fileStatus": "PendingDelete"}, {"fileName": "d\\b.msix", "fileStatus": "PendingUpload"}]});
        let stored = json!({"targetPublishDate": "2026-03-01T06:00:00.0000000Z", "notesForCertification": "a\nb",
            "flightPackages": [{"fileName": "d/b.msix", "fileStatus": "PendingUpload", "id": "2"}]});
        assert_eq!(not_stored(&sent, &stored, None), []);
        assert_eq!(not_stored(&json!({"seenAt": 1}), &json!({"seenAt": 2}), Some(&json!({"seenAt": 1}))), []);
        assert_eq!(not_stored(&json!({"seenAt": 1}), &json!({"seenAt": 2}), Some(&json!({"seenAt": 0}))).len(), 1);
        assert_eq!(not_stored(&json!({"a": 1}), &json!(null), None).len(), 1);
    }

    proptest! {
        #[test]
        fn a_document_never_differs_from_itself_and_one_change_is_one_change(which in 0usize..7, text in "[a-z]{3,9}") {
            let (_, document) = examples::all().swap_remove(which);
            prop_assert_eq!(diff(&document, &document), []);
            let mut changed = document.clone();
            set(&mut changed, "/targetPublishMode", Value::from(text));
            let changes = diff(&document, &changed);
            prop_assert_eq!(changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>(), ["/targetPublishMode"]);
        }
    }
}
