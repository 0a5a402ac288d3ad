//! What happens to the uploaded ZIP when a commit is processed: every `PendingUpload` file must be in it, packages must be this app's,
//! and then the service gives the new files their ids and facts. Knows no states.

use crate::errors::{detail, failure};
use crate::inspect::{self, PackageFacts};
use crate::json::{list, members, remove, set, text};
use crate::seed::Kind;
use crate::store::{Ids, Product, Works};
use serde_json::Value;
use std::collections::HashMap;

/// Checks the pending submission's files and takes them in. Returns the errors of a failed commit; nothing is taken in then.
pub(super) fn take_in(product: &mut Product, works: &mut Works) -> Vec<Value> {
    let mut errors = Vec::new();
    if product.kind == Kind::App && !product.has_age_rating {
        errors.push(failure("InvalidMicrosoftAgeRating", None));
    }
    if let Some(refusal) = works
        .switches
        .late_validation
        .then(|| late(product))
        .flatten()
    {
        errors.push(refusal);
    }
    if product.kind == Kind::App && has_incomplete_listing(product) {
        errors.push(failure("InvalidState", None));
    }
    let mut facts = HashMap::new();
    errors.extend(check_files(product, works, &mut facts));
    if errors.is_empty() {
        errors.extend(check_twins(product, &facts));
    }
    let list_name = product.packages();
    if let Some(submission) = product.pending_mut().filter(|_| errors.is_empty()) {
        accept(&mut submission.document, &facts, list_name, &mut works.ids);
    }
    errors
}

/// What the PUT would have refused, when the scenario moves validation to the commit.
fn late(product: &Product) -> Option<Value> {
    let document = &product.pending()?.document;
    let reply = crate::validation::content(product.kind, document).err()?;
    Some(detail(
        "InvalidParameterValue",
        text(&reply.body?, "message"),
    ))
}

/// Every language needs a description, a reserved name and a screenshot. Partner Center says which is missing, the API only that
/// something is wrong.
fn has_incomplete_listing(product: &Product) -> bool {
    let is_complete = |base: &Value| {
        !text(base, "description").is_empty()
            && product.reserved.contains(text(base, "title"))
            && list(base, "images").iter().any(|image| {
                text(image, "imageType").ends_with("Screenshot")
                    && text(image, "fileStatus") != "PendingDelete"
            })
    };
    product.pending().is_some_and(|pending| {
        members(&pending.document, "listings")
            .any(|(_, listing)| !listing.get("baseListing").is_some_and(is_complete))
    })
}

fn check_files(
    product: &Product,
    works: &Works,
    facts: &mut HashMap<String, PackageFacts>,
) -> Vec<Value> {
    let Some(submission) = product.pending() else {
        return Vec::new();
    };
    let mut wanted = Vec::new();
    pending_files(&submission.document, &mut wanted);
    trailer_files(&submission.document, &mut wanted);
    if wanted.is_empty() {
        return Vec::new();
    }
    let Some(file) = submission
        .blob
        .as_deref()
        .and_then(|blob| works.blobs.open(blob))
    else {
        return vec![missing(&wanted)];
    };
    let mut archive = match inspect::archive(file) {
        Ok(archive) => archive,
        Err(why) => {
            return vec![detail(
                "InvalidArchive",
                &format!("The archive could not be opened: {why}"),
            )];
        }
    };
    let absent: Vec<String> = wanted
        .into_iter()
        .filter(|name| !archive.names.contains(name))
        .collect();
    let mut errors = if absent.is_empty() {
        Vec::new()
    } else {
        vec![missing(&absent)]
    };
    for package in list(&submission.document, product.packages())
        .iter()
        .filter(|entry| text(entry, "fileStatus") == "PendingUpload")
    {
        let name = slashed(text(package, "fileName"));
        if absent.contains(&name) {
            continue;
        }
        match archive.package(&name) {
            None => errors.push(rejected(&name, "it is not an app package")),
            Some(found) if found.identity != product.identity => {
                errors.push(rejected(&name, "the package identity does not match"));
            }
            Some(found) => {
                facts.insert(name, found);
            }
        }
    }
    errors
}

fn missing(names: &[String]) -> Value {
    detail(
        "MissingFiles",
        &format!(
            "The following files were not found in the archive: {}",
            names.join(", ")
        ),
    )
}

fn rejected(name: &str, why: &str) -> Value {
    detail("PackageValidationFailed", &format!("{name}: {why}."))
}

/// Two packages of one version and architecture cannot live side by side.
fn check_twins(product: &Product, facts: &HashMap<String, PackageFacts>) -> Option<Value> {
    let mut seen: Vec<(String, String)> = Vec::new();
    for entry in list(&product.pending()?.document, product.packages()) {
        let name = slashed(text(entry, "fileName"));
        let pair = match text(entry, "fileStatus") {
            "PendingDelete" => continue,
            "PendingUpload" => {
                let found = facts.get(&name)?;
                (
                    found.version.clone(),
                    found.architecture.clone().unwrap_or_default(),
                )
            }
            _ => (
                text(entry, "version").to_owned(),
                text(entry, "architecture").to_owned(),
            ),
        };
        if !pair.0.is_empty()
            && seen.iter().any(|(version, architecture)| {
                *version == pair.0 && architecture.eq_ignore_ascii_case(&pair.1)
            })
        {
            return Some(rejected(
                &name,
                &format!(
                    "another package has the same version {} and architecture {}",
                    pair.0, pair.1
                ),
            ));
        }
        seen.push(pair);
    }
    None
}

/// File names in JSON may be written with backslashes; in the ZIP they are not.
fn slashed(name: &str) -> String {
    name.replace('\\', "/")
}

/// Packages, images and icons that say so themselves.
fn pending_files(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if text(value, "fileStatus") == "PendingUpload" {
                names.push(slashed(text(value, "fileName")));
            }
            members
                .values()
                .for_each(|member| pending_files(member, names));
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| pending_files(element, names)),
        _ => {}
    }
}

/// Trailers have no file status: what has no id is new.
fn trailer_files(document: &Value, names: &mut Vec<String>) {
    for trailer in list(document, "trailers") {
        if text(trailer, "id").is_empty() {
            names.push(slashed(text(trailer, "videoFileName")));
        }
        for asset in trailer
            .get("trailerAssets")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|assets| assets.values())
        {
            names.extend(
                list(asset, "imageList")
                    .iter()
                    .filter(|image| text(image, "id").is_empty())
                    .map(|image| slashed(text(image, "fileName"))),
            );
        }
    }
}

fn accept(
    document: &mut Value,
    facts: &HashMap<String, PackageFacts>,
    packages: &str,
    ids: &mut Ids,
) {
    let is_flight = packages == "flightPackages";
    let entries = document.get_mut(packages).and_then(Value::as_array_mut);
    for entry in entries
        .into_iter()
        .flatten()
        .filter(|entry| text(entry, "fileStatus") == "PendingUpload")
    {
        set(entry, "fileStatus", "Uploaded");
        set(entry, "id", ids.package());
        if let Some(found) = facts.get(&slashed(text(entry, "fileName"))) {
            fill(entry, found, is_flight);
        }
    }
    settle_files(document, ids, true);
    for trailer in document
        .get_mut("trailers")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if text(trailer, "id").is_empty() {
            set(trailer, "id", ids.image());
            set(trailer, "videoFileId", ids.image());
        }
        for asset in trailer
            .get_mut("trailerAssets")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flat_map(|assets| assets.values_mut())
        {
            for image in asset
                .get_mut("imageList")
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                if text(image, "id").is_empty() {
                    set(image, "id", ids.image());
                }
            }
        }
    }
}

fn fill(entry: &mut Value, found: &PackageFacts, is_flight: bool) {
    set(entry, "version", found.version.as_str());
    if let Some(architecture) = &found.architecture {
        set(entry, "architecture", architecture.as_str());
    }
    set(entry, "languages", found.languages.clone());
    set(entry, "capabilities", found.capabilities.clone());
    if !is_flight {
        set(entry, "targetPlatform", "Windows10");
        set(entry, "targetDeviceFamilies", found.families.clone());
    }
}

/// `PendingUpload` becomes `Uploaded` with an id (icons have none), `PendingDelete` vanishes.
fn settle_files(value: &mut Value, ids: &mut Ids, has_id: bool) {
    if text(value, "fileStatus") == "PendingUpload" {
        set(value, "fileStatus", "Uploaded");
        if has_id {
            set(value, "id", ids.image());
        }
    }
    if value
        .get("icon")
        .is_some_and(|icon| text(icon, "fileStatus") == "PendingDelete")
    {
        remove(value, "icon");
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                settle_files(member, ids, name != "icon");
            }
        }
        Value::Array(elements) => {
            elements.retain(|element| text(element, "fileStatus") != "PendingDelete");
            for element in elements {
                settle_files(element, ids, true);
            }
        }
        _ => {}
    }
}
