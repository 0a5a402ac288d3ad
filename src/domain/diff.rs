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
