//! What happens to the uploaded ZIP when a commit is processed: every `PendingUpload` file must be in it, packages must be this app's,
//! and then the service gives the new files their ids and facts.

use crate::errors::{detail, failure};
use crate::json::{list, members, remove, set, text};
use crate::manifest::Manifest;
use crate::package::{self, Fingerprint};
use crate::package_rules;
use crate::seed::Kind;
use crate::store::{Environment, Ids, Product, Uploaded, has_bundle_name};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

/// Checks the pending submission's files and takes them in. Returns the errors of a failed commit; nothing is taken in then.
pub(super) fn process(product: &mut Product, env: &mut Environment) -> Vec<Value> {
    let mut errors = Vec::new();
    if product.kind == Kind::App && !product.has_age_rating {
        errors.push(failure("InvalidMicrosoftAgeRating", None));
    }
    if let Some(refusal) = env
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
    let mut packages = HashMap::new();
    errors.extend(check_files(product, env, &mut packages));
    if errors.is_empty() {
        errors.extend(check_set(product, &packages));
    }
    if errors.is_empty() {
        accept(product, &packages, &mut env.ids);
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
            && product.identity.reserved.contains(text(base, "title"))
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
    env: &Environment,
    packages: &mut HashMap<String, NewPackage>,
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
        .and_then(|blob| env.blobs.open(blob))
    else {
        return vec![missing(&wanted)];
    };
    let unreadable = |why: String| {
        vec![detail(
            "InvalidArchive",
            &format!("The archive could not be opened: {why}"),
        )]
    };
    let mut archive = match package::open(file) {
        Ok(archive) => archive,
        Err(why) => return unreadable(why),
    };
    let mut fingerprints = HashMap::new();
    let mut absent = Vec::new();
    for name in wanted {
        if !archive.names.contains(&name) {
            absent.push(name);
            continue;
        }
        match archive.check(&name) {
            Ok(fingerprint) => drop(fingerprints.insert(name, fingerprint)),
            Err(why) => return unreadable(format!("{name}: {why}")),
        }
    }
    let mut errors = if absent.is_empty() {
        Vec::new()
    } else {
        vec![missing(&absent)]
    };
    for entry in list(&submission.document, product.packages())
        .iter()
        .filter(|entry| text(entry, "fileStatus") == "PendingUpload")
    {
        let name = slashed(text(entry, "fileName"));
        let Some(fingerprint) = fingerprints.get(&name) else {
            continue;
        };
        match archive.package(&name) {
            Err(why) => errors.push(rejected(&name, &why)),
            Ok(package) => {
                let problems = package_rules::problems(&name, &package, product);
                errors.extend(problems.iter().map(|why| rejected(&name, why)));
                let manifest = package.manifest;
                let known = Uploaded {
                    fingerprint: *fingerprint,
                    is_bundle: manifest.is_bundle,
                };
                packages.insert(name, NewPackage { manifest, known });
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
    let why = why.trim_end_matches('.');
    detail("PackageValidationFailed", &format!("{name}: {why}."))
}

/// Whether the packages can live together, and with what was released before.
fn check_set(product: &Product, packages: &HashMap<String, NewPackage>) -> Vec<Value> {
    let Some(submission) = product.pending() else {
        return Vec::new();
    };
    let mut errors = Vec::new();
    let mut has_bundle = false;
    let mut seen: Vec<(FullName, Option<Fingerprint>)> = Vec::new();
    for entry in list(&submission.document, product.packages()) {
        let name = slashed(text(entry, "fileName"));
        let (full_name, fingerprint) = match text(entry, "fileStatus") {
            "PendingDelete" => continue,
            "PendingUpload" => {
                let Some(arrived) = packages.get(&name) else {
                    continue;
                };
                (
                    FullName::of(&arrived.manifest),
                    Some(arrived.known.fingerprint),
                )
            }
            _ => {
                let known = product.uploaded.get(text(entry, "id"));
                (
                    FullName::kept(entry, known),
                    known.map(|known| known.fingerprint),
                )
            }
        };
        has_bundle |= full_name.is_bundle();
        // The same file twice is one package; of what was not uploaded here, the contents are not known.
        let is_other = |(other, sum): &(FullName, Option<Fingerprint>)| {
            *other == full_name && (sum.is_none() || *sum != fingerprint)
        };
        if seen.iter().any(is_other) {
            let why =
                format!("another package with other contents has the same full name, {full_name}");
            errors.push(rejected(&name, &why));
        }
        seen.push((full_name, fingerprint));
    }
    if product.kind == Kind::App && product.has_bundle && !has_bundle {
        let why = "Subsequent submissions must continue to contain a Windows 10 .msixbundle or .appxbundle.";
        errors.push(detail("PackageValidationFailed", why));
    }
    errors
}

/// A package as it came in the ZIP.
struct NewPackage {
    manifest: Manifest,
    known: Uploaded,
}

/// What tells a package from the product's others.
#[derive(PartialEq, Eq)]
struct FullName {
    version: String,
    /// `~` for bundles, whatever is inside.
    architecture: String,
    resource: String,
}

impl FullName {
    fn of(manifest: &Manifest) -> Self {
        Self::new(
            &manifest.version,
            &manifest.architecture,
            manifest.is_bundle,
            &manifest.resource_id,
        )
    }

    /// Of a package that stays.
    fn kept(entry: &Value, known: Option<&Uploaded>) -> Self {
        let is_bundle = known.map_or_else(|| has_bundle_name(entry), |known| known.is_bundle);
        let (version, architecture) = (text(entry, "version"), text(entry, "architecture"));
        Self::new(version, architecture, is_bundle, "")
    }

    fn new(version: &str, architecture: &str, is_bundle: bool, resource: &str) -> Self {
        Self {
            version: version.to_owned(),
            architecture: if is_bundle {
                "~".to_owned()
            } else {
                architecture.to_lowercase()
            },
            resource: resource.to_lowercase(),
        }
    }

    fn is_bundle(&self) -> bool {
        self.architecture == "~"
    }
}

impl fmt::Display for FullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (version, architecture) = (&self.version, &self.architecture);
        write!(f, "{version}_{architecture}_{}", self.resource)
    }
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

fn accept(product: &mut Product, packages: &HashMap<String, NewPackage>, ids: &mut Ids) {
    let (kind, list) = (product.kind, product.packages());
    let Some(document) = product
        .pending
        .as_ref()
        .and_then(|id| product.submissions.get_mut(id))
        .map(|submission| &mut submission.document)
    else {
        return;
    };
    let entries = document.get_mut(list).and_then(Value::as_array_mut);
    for entry in entries
        .into_iter()
        .flatten()
        .filter(|entry| text(entry, "fileStatus") == "PendingUpload")
    {
        let id = ids.package();
        set(entry, "fileStatus", "Uploaded");
        set(entry, "id", id.as_str());
        if let Some(arrived) = packages.get(&slashed(text(entry, "fileName"))) {
            fill(entry, &arrived.manifest, kind);
            product.uploaded.insert(id, arrived.known);
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

fn fill(entry: &mut Value, found: &Manifest, kind: Kind) {
    set(entry, "version", found.version.as_str());
    set(entry, "architecture", found.architecture.as_str());
    set(entry, "languages", found.languages.clone());
    set(entry, "capabilities", found.capabilities.clone());
    // The API lists no device families for the packages of a flight.
    if kind != Kind::Flight {
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
