//! What the packages of a ZIP say of themselves, held against the document and the product: what the Store will refuse, and whom
//! a new package leaves behind. Reads manifests that are there already; opens nothing.

use super::package_check::{Check, New};
use super::package_families::is_rival;
use super::{
    central_directory::{Archive, Inside, Method},
    fault::DEFLATE64,
    fit::{Fit, is_package, zip_path},
    manifest::{Manifest, version},
};
use crate::{
    finding::{Finding, Severity},
    json::pointer::member,
    package::{FileStatus, PackageFacts, packages},
    packages::rows::cargo,
    product::PackageIdentity,
    rule_table as rule,
    target::Kind,
    units::listed,
    version::Version,
};
use serde_json::Value;

/// Values named in one sentence; more would be a list that nobody reads.
const MOST_NAMED: usize = 8;

/// What is to be said about the ZIP's new packages; `fit` is how the names fit, `identity` what the product is called, if known.
pub(super) fn remarks(
    kind: Kind,
    document: &Value,
    archive: &Archive,
    fit: &Fit,
    identity: Option<&PackageIdentity>,
) -> Vec<Finding> {
    let all = packages(kind, document);
    let new = news(archive, fit, &all);
    let old = all
        .into_iter()
        .filter(|package| package.status != FileStatus::PendingUpload)
        .collect();
    let mut check = Check {
        kind,
        document,
        old,
        found: Vec::new(),
    };
    for file in &new {
        check.unread(file);
        for manifest in file.manifests() {
            check.gaps(file, manifest);
            check.version_number(file, manifest);
            check.identity(file, manifest, identity);
            check.against_old(file, manifest);
            check.languages(file, manifest);
            check.capabilities(file, manifest);
        }
    }
    check.twice(&new, fit);
    check.customers(&cargo(archive));
    for file in archive
        .files
        .iter()
        .filter(|file| file.method == Method::Other(DEFLATE64) && fit.matched.contains(&file.name))
    {
        let sentence = format!(
            "{} is packed with Deflate64, which not everything reads; stored or deflated is safe.",
            file.name
        );
        check.say(Severity::Warning, "", rule::ZIP_DEFLATE64, &sentence);
    }
    check.found
}

/// The packages of the ZIP that the document waits for, or that it could be made to wait for.
fn news<'a>(archive: &'a Archive, fit: &Fit, all: &[PackageFacts]) -> Vec<New<'a>> {
    let is_new = |file: &&super::central_directory::ArchiveFile| {
        is_package(&file.name)
            && (fit.matched.contains(&file.name)
                || fit.missing.iter().any(|missing| {
                    missing
                        .near
                        .as_ref()
                        .is_some_and(|near| near.name == file.name)
                })
                || fit
                    .extra
                    .iter()
                    .any(|extra| extra.name == file.name && !extra.is_known))
    };
    let pointer = |name: &str| {
        let near = fit
            .missing
            .iter()
            .find(|missing| missing.near.as_ref().is_some_and(|near| near.name == name));
        let entry = || {
            all.iter().find(|entry| {
                entry.status == FileStatus::PendingUpload && zip_path(&entry.file_name) == name
            })
        };
        near.map(|missing| missing.pointer.clone())
            .or_else(|| Some(entry()?.pointer.clone()))
            .unwrap_or_default()
    };
    let new = archive.files.iter().filter(is_new);
    new.map(|file| New {
        name: &file.name,
        pointer: pointer(&file.name),
        inside: &file.inside,
    })
    .collect()
}

impl Check<'_> {
    fn unread(&mut self, file: &New) {
        match file.inside {
            Inside::Broken(why) => {
                let sentence = format!("{} cannot be read as a package: {why}.", file.name);
                self.say(
                    Severity::Error,
                    &file.pointer,
                    rule::PACKAGE_UNREADABLE,
                    &sentence,
                );
            }
            Inside::Skipped(why) => {
                self.say(
                    Severity::Note,
                    &file.pointer,
                    rule::PACKAGE_NOT_INSPECTED,
                    &format!("The manifest of {} was not read: {why}.", file.name),
                );
            }
            _ => {}
        }
    }

    fn gaps(&mut self, file: &New, manifest: &Manifest) {
        for gap in manifest.gaps.iter().take(MOST_NAMED) {
            self.say(
                Severity::Warning,
                &file.pointer,
                rule::BUNDLE_INCOMPLETE,
                &format!("{}: {gap}.", file.name),
            );
        }
    }

    fn version_number(&mut self, file: &New, manifest: &Manifest) {
        let (name, text) = (file.name, &manifest.version);
        match version(text) {
            None | Some(Version([0, ..])) => {
                let sentence = format!(
                    "{name} has the version {text}: the Store takes four parts up to 65535, the first not 0."
                );
                self.say(
                    Severity::Error,
                    &file.pointer,
                    rule::PACKAGE_VERSION_INVALID,
                    &sentence,
                );
            }
            Some(Version([.., last])) if last != 0 => {
                // The Store keeps the fourth part for itself; for desktop programs it has let others pass.
                let is_uwp = !manifest.is_full_trust();
                let severity = if is_uwp {
                    Severity::Error
                } else {
                    Severity::Warning
                };
                let sentence = format!(
                    "{name} has the version {text}: the fourth part belongs to the Store and must be 0."
                );
                self.say(
                    severity,
                    &file.pointer,
                    rule::PACKAGE_VERSION_FOURTH_PART,
                    &sentence,
                );
            }
            Some(_) => {}
        }
    }

    pub(super) fn identity(
        &mut self,
        file: &New,
        manifest: &Manifest,
        identity: Option<&PackageIdentity>,
    ) {
        let Some(identity) = identity else { return };
        let name = file.name;
        if !identity.name.is_empty() && manifest.name != identity.name {
            let sentence = format!(
                "{name} is the package {}, but this product's packages are called {}.",
                manifest.name, identity.name
            );
            self.say(
                Severity::Error,
                &file.pointer,
                rule::PACKAGE_IDENTITY_MISMATCH,
                &sentence,
            );
        } else if !identity.publisher.is_empty() && manifest.publisher != identity.publisher {
            let sentence = format!(
                "{name} is by the publisher {}, but this account's is {}.",
                manifest.publisher, identity.publisher
            );
            self.say(
                Severity::Error,
                &file.pointer,
                rule::PACKAGE_PUBLISHER_MISMATCH,
                &sentence,
            );
        }
    }

    /// Same version as one that is there, or an older one than customers have.
    fn against_old(&mut self, file: &New, manifest: &Manifest) {
        let Some(new) = version(&manifest.version) else {
            return;
        };
        for architecture in &manifest.architectures {
            let rivals: Vec<&PackageFacts> = self
                .old
                .iter()
                .filter(|old| is_rival(&old.architecture, architecture, &manifest.architectures))
                .collect();
            let same = rivals.iter().find(|old| version(&old.version) == Some(new));
            let newest = rivals
                .iter()
                .filter_map(|old| Some((version(&old.version)?, *old)))
                .max_by_key(|(version, _)| *version);
            let said = if let Some(old) = same {
                // Flights do not tell the architecture, and one to be deleted may be out of the way.
                let is_sure =
                    old.status != FileStatus::PendingDelete && !old.architecture.is_empty();
                let (severity, why) = if is_sure {
                    (
                        Severity::Error,
                        "the Store refuses the same version a second time",
                    )
                } else {
                    (
                        Severity::Warning,
                        "the Store may refuse the same version a second time",
                    )
                };
                Some((
                    severity,
                    rule::PACKAGE_VERSION_TWICE,
                    format!(
                        "{} is {} for {architecture}, as {} is: {why}.",
                        file.name, manifest.version, old.file_name
                    ),
                ))
            } else if let Some((newest, old)) = newest.filter(|(newest, _)| *newest > new) {
                let sentence = format!(
                    "{} brings {} for {architecture}, but {} is {newest}: whoever has that one never gets the older one.",
                    file.name, manifest.version, old.file_name
                );
                Some((Severity::Warning, rule::PACKAGE_OLDER_THAN_LIVE, sentence))
            } else {
                None
            };
            if let Some((severity, rule, sentence)) = said {
                self.say(severity, &file.pointer, rule, &sentence);
                // One word for a bundle; its architectures share the version.
                return;
            }
        }
    }

    /// Languages that a package speaks and that have no listing.
    fn languages(&mut self, file: &New, manifest: &Manifest) {
        if self.kind != Kind::App {
            return;
        }
        let Some(listings) =
            member(self.document, "listings").and_then(|(_, listings)| listings.as_object())
        else {
            return;
        };
        let is_of = |language: &str, other: &str| {
            let (language, other) = (language.to_ascii_lowercase(), other.to_ascii_lowercase());
            // "de" is served by "de-de" and the other way round; "en-gb" is not by "en-us".
            let is_wider = |wide: &str, narrow: &str| {
                narrow
                    .strip_prefix(wide)
                    .is_some_and(|rest| rest.starts_with('-'))
            };
            language == other || is_wider(&language, &other) || is_wider(&other, &language)
        };
        let is_known = |language: &str| {
            self.old
                .iter()
                .any(|old| old.languages.iter().any(|known| is_of(language, known)))
        };
        let lacking = manifest
            .languages
            .iter()
            .filter(|language| !listings.keys().any(|listing| is_of(language, listing)));
        let (old, new): (Vec<&String>, Vec<&String>) =
            lacking.partition(|language| is_known(language));
        for (severity, languages) in [(Severity::Warning, new), (Severity::Note, old)] {
            if !languages.is_empty() {
                let sentence = format!(
                    "{} speaks {} without a listing: people there see the listing of another language.",
                    file.name,
                    listed(&languages, MOST_NAMED)
                );
                self.say(
                    severity,
                    "/listings",
                    rule::PACKAGE_LANGUAGE_WITHOUT_LISTING,
                    &sentence,
                );
            }
        }
    }

    fn capabilities(&mut self, file: &New, manifest: &Manifest) {
        let mut known: Vec<String> = Vec::new();
        for old in &self.old {
            let list = self
                .document
                .pointer(&old.pointer)
                .and_then(|value| member(value, "capabilities"));
            let list = list
                .and_then(|(_, list)| list.as_array())
                .into_iter()
                .flatten();
            known.extend(list.filter_map(Value::as_str).map(str::to_owned));
        }
        // Without any list there is nothing to compare with.
        let new: Vec<&String> = manifest
            .capabilities
            .iter()
            .filter(|name| !known.iter().any(|old| old.eq_ignore_ascii_case(name)))
            .collect();
        if !known.is_empty() && !new.is_empty() {
            let sentence = format!(
                "{} asks for {}, which no package here had: customers are told, and restricted ones need an approval.",
                file.name,
                listed(&new, MOST_NAMED)
            );
            self.say(
                Severity::Note,
                &file.pointer,
                rule::PACKAGE_CAPABILITY_ADDED,
                &sentence,
            );
        }
    }
}
