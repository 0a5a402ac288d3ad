//! What a PUT stores: the client's document, with the members that only the service may change put back.

use crate::clock::UNSET_DATE;
use crate::drafts::{delivery, no_rollout};
use crate::json::{list, set, text};
use crate::seed::Kind;
use serde_json::{Value, json};

/// The members of a package that only the service writes.
const PACKAGE_FACTS: [&str; 6] = [
    "version",
    "architecture",
    "targetPlatform",
    "languages",
    "capabilities",
    "targetDeviceFamilies",
];

/// The stored document: a full replacement of `old` by `sent`, save what a client cannot change.
pub(super) fn stored(kind: Kind, mut sent: Value, old: &Value) -> Value {
    for name in ["id", "friendlyName", "flightId"] {
        if let Some(value) = old.get(name) {
            set(&mut sent, name, value.clone());
        }
    }
    for (name, value) in defaults(kind) {
        if sent.get(name).is_none() {
            set(&mut sent, name, value);
        }
    }
    if let Some(pricing) = sent.get_mut("pricing") {
        // The flag is false after every update, whatever it was before; sales are obsolete and always empty.
        set(pricing, "isAdvancedPricingModel", false);
        set(pricing, "sales", json!([]));
    }
    keep_packages(&mut sent, old);
    keep_rollout(&mut sent, old);
    keep_listings(kind, &mut sent, old);
    sent
}

/// What a member becomes when it is left out.
fn defaults(kind: Kind) -> Vec<(&'static str, Value)> {
    let mut defaults = vec![
        ("targetPublishMode", json!("Immediate")),
        ("targetPublishDate", json!(UNSET_DATE)),
    ];
    match kind {
        Kind::App => {
            for name in [
                "hardwarePreferences",
                "gamingOptions",
                "applicationPackages",
                "trailers",
            ] {
                defaults.push((name, json!([])));
            }
            for name in [
                "automaticBackupEnabled",
                "canInstallOnRemovableMedia",
                "isGameDvrEnabled",
                "hasExternalInAppProducts",
                "meetAccessibilityGuidelines",
                "allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies",
            ] {
                defaults.push((name, json!(false)));
            }
            defaults.extend([
                ("applicationCategory", json!("NotSet")),
                ("visibility", json!("NotSet")),
                ("notesForCertification", json!("")),
                ("enterpriseLicensing", json!("None")),
                ("packageDeliveryOptions", delivery()),
            ]);
        }
        Kind::AddOn => defaults.extend([
            ("keywords", json!([])),
            ("lifetime", json!("Forever")),
            ("tag", json!("")),
            ("visibility", json!("NotSet")),
        ]),
        Kind::Flight => {
            defaults.extend([
                ("flightPackages", json!([])),
                ("notesForCertification", json!("")),
                ("packageDeliveryOptions", delivery()),
            ]);
        }
    }
    defaults
}

fn keep_packages(sent: &mut Value, old: &Value) {
    for name in ["applicationPackages", "flightPackages"] {
        for entry in sent
            .get_mut(name)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let id = text(entry, "id").to_owned();
            let known = list(old, name)
                .iter()
                .find(|known| !id.is_empty() && text(known, "id") == id);
            for needless in ["minimumDirectXVersion", "minimumSystemRam"] {
                if text(entry, needless).is_empty() {
                    set(entry, needless, "None");
                }
            }
            for fact in PACKAGE_FACTS {
                if let Some(value) = known.and_then(|known| known.get(fact)) {
                    set(entry, fact, value.clone());
                }
            }
        }
    }
}

fn keep_rollout(sent: &mut Value, old: &Value) {
    const PLACE: &str = "/packageDeliveryOptions/packageRollout";
    let none = no_rollout();
    let before = old.pointer(PLACE).unwrap_or(&none);
    if let Some(rollout) = sent
        .pointer_mut(PLACE)
        .filter(|rollout| rollout.is_object())
    {
        for name in ["packageRolloutStatus", "fallbackSubmissionId"] {
            if let Some(value) = before.get(name) {
                set(rollout, name, value.clone());
            }
        }
    }
}

fn keep_listings(kind: Kind, sent: &mut Value, old: &Value) {
    let Some(listings) = sent.get_mut("listings").and_then(Value::as_object_mut) else {
        return;
    };
    for (code, listing) in listings {
        let before = old
            .get("listings")
            .and_then(Value::as_object)
            .and_then(|old| {
                old.iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(code))
                    .map(|(_, listing)| listing)
            });
        let Some(before) = before else { continue };
        if kind == Kind::App {
            keep_base(listing.get_mut("baseListing"), before.get("baseListing"));
        }
    }
}

/// The title is chosen in Partner Center, and images stay until they are marked for deletion.
fn keep_base(sent: Option<&mut Value>, before: Option<&Value>) {
    let (Some(sent), Some(before)) = (sent, before) else {
        return;
    };
    if let Some(title) = before.get("title") {
        set(sent, "title", title.clone());
    }
    let missing: Vec<Value> = list(before, "images")
        .iter()
        .filter(|image| {
            !text(image, "id").is_empty() && text(image, "fileStatus") != "PendingUpload"
        })
        .filter(|image| {
            !list(sent, "images")
                .iter()
                .any(|other| text(other, "id") == text(image, "id"))
        })
        .cloned()
        .collect();
    if missing.is_empty() {
        return;
    }
    let mut images = take_images(sent);
    images.extend(missing);
    set(sent, "images", images);
}

/// Takes the images out; their place in the listing stays.
fn take_images(value: &mut Value) -> Vec<Value> {
    if let Some(Value::Array(images)) = value.get_mut("images").map(Value::take) {
        images
    } else {
        Vec::new()
    }
}
