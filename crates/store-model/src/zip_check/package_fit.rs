//! What the packages of a ZIP say of themselves, held against the document and the product: what the Store will refuse, and whom
//! a new package leaves behind. Reads manifests that are there already; opens nothing.

use super::package_check::{Check, New};
use super::package_families::is_rival;
use crate::archive::{
    central_directory::{Archive, ArchiveFile, Inside, Method},
    fault::DEFLATE64,
    fit_parts::{Fit, has_ending, is_bundle, is_package, zip_path},
    manifest::{Manifest, PackageKind, version},
};
use crate::{
    family::Family,
    finding::{Finding, Severity},
    json::pointer::member,
    package::{FileStatus, PackageFacts, packages},
    packages::rows::zip_packages,
    product::PackageIdentity,
    rule_table as rule,
    target::Kind,
    units::listed,
    version::Version,
};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

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
    let is_old = |package: &&PackageFacts| package.status != FileStatus::PendingUpload;
    let old = all.iter().filter(is_old).cloned().collect();
    let mut check = Check {
        kind,
        document,
        old,
        found: Vec::new(),
        said: HashSet::new(),
    };
    for file in &new {
        check.unread(file);
        check.several(file);
        for manifest in file.manifests() {
            check.gaps(file, manifest);
            check.makeup(file, manifest);
            check.version_number(file, manifest);
            check.identity(file, manifest, identity);
            check.against_old(file, manifest);
            check.languages(file, manifest);
            check.capabilities(file, manifest);
        }
    }
    check.twice(&new, fit);
    let zip_packages = zip_packages(archive);
    check.bundle_after_bundle(&zip_packages);
    check.customers(&zip_packages);
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
fn news<'a>(archive: &'a Archive, fit: &'a Fit, all: &'a [PackageFacts]) -> Vec<New<'a>> {
    let near = fit.missing.iter().filter_map(|missing| {
        let near = missing.near.as_ref()?;
        Some((near.name.as_str(), missing.pointer.as_str()))
    });
    let near: HashMap<&str, &str> = near.collect();
    let waiting = all
        .iter()
        .filter(|entry| entry.status == FileStatus::PendingUpload)
        .map(|entry| (zip_path(&entry.file_name), entry.pointer.as_str()));
    let waiting: HashMap<String, &str> = waiting.collect();
    let matched: HashSet<&str> = fit.matched.iter().map(String::as_str).collect();
    let extra = fit.extra.iter().filter(|extra| !extra.is_known);
    let extra: HashSet<&str> = extra.map(|extra| extra.name.as_str()).collect();
    let read = |file: &'a ArchiveFile| {
        let name = file.name.as_str();
        let is_new = matched.contains(name) || near.contains_key(name) || extra.contains(name);
        let pointer = near.get(name).or_else(|| waiting.get(name)).copied();
        (is_new && is_package(name)).then(|| New {
            name,
            pointer: pointer.unwrap_or_default().to_owned(),
            file,
        })
    };
    archive.files.iter().filter_map(read).collect()
}

impl Check<'_> {
    fn unread(&mut self, file: &New) {
        match &file.file.inside {
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
        let name = file.name;
        for gap in manifest.gaps.iter().take(MOST_NAMED) {
            self.report(file, rule::BUNDLE_INCOMPLETE, &format!("{name}: {gap}."));
        }
        for (rule, found) in [
            (rule::BUNDLE_CONTRADICTS_ITSELF, &manifest.contradictions),
            (rule::BLOCK_MAP_DIFFERS, &manifest.block_map),
            (rule::PACKAGE_NOT_INSPECTED, &manifest.unread),
        ] {
            for sentence in found.iter().take(MOST_NAMED) {
                self.report(file, rule, &format!("{name}: {sentence}."));
            }
        }
        if !manifest.misplaced.is_empty() {
            let places = listed(&manifest.misplaced, MOST_NAMED);
            let sentence =
                format!("{name} has packages elsewhere than its manifest says: {places}.");
            self.report(file, rule::BUNDLE_OFFSETS_DIFFER, &sentence);
        }
        for part in &manifest.lacks {
            let sentence = format!("{name} has no {part}, which every package needs.");
            self.report(file, rule::PACKAGE_PART_MISSING, &sentence);
        }
    }

    /// What kind of package it is, and whether it has what the Store wants of one.
    fn makeup(&mut self, file: &New, manifest: &Manifest) {
        let name = file.name;
        let is_upload = has_ending(name, &["msixupload", "appxupload"]);
        if manifest.is_bundle != is_bundle(name) && !is_upload {
            let (is, called) = if manifest.is_bundle {
                ("a bundle", "a package")
            } else {
                ("a package", "a bundle")
            };
            let sentence = format!("{name} is {is}, but has the name of {called}.");
            self.report(file, rule::PACKAGE_TYPE_MISMATCH, &sentence);
        }
        let kind = match manifest.kind {
            PackageKind::App => "",
            PackageKind::Framework => "a framework for other apps",
            PackageKind::Resource => "only resources (languages or pictures) of another package",
            PackageKind::Optional => "an optional package of another one",
        };
        if !kind.is_empty() {
            let sentence = format!("{name} is {kind}: the Store wants the app itself here.");
            self.report(file, rule::PACKAGE_NOT_AN_APP, &sentence);
        }
        if manifest.is_bundle && manifest.architectures.is_empty() {
            let sentence = format!("{name} is a bundle without any application package.");
            self.report(file, rule::BUNDLE_WITHOUT_APP, &sentence);
            return;
        }
        // What was not read may say it.
        let is_read = manifest.unread.is_empty() && manifest.gaps.is_empty();
        if is_read && manifest.languages.is_empty() {
            let sentence =
                format!("{name} names no language: a manifest needs a Resource with one.");
            self.report(file, rule::PACKAGE_LANGUAGE_MISSING, &sentence);
        }
        let is_windows = |family: &Family| family.name.starts_with("Windows.");
        if is_read && !manifest.is_windows_8 && !manifest.families.iter().any(is_windows) {
            let sentence = match manifest.families.first() {
                None => format!("{name} names no device family: no device would get it."),
                Some(family) => format!(
                    "{name} is for {} alone, which is no device family of Windows.",
                    family.name
                ),
            };
            self.report(file, rule::DEVICE_FAMILY_MISSING, &sentence);
        }
        if !manifest.debug_frameworks.is_empty() {
            let sentence = format!(
                "{name} depends on {}: the Store wants a release build.",
                listed(&manifest.debug_frameworks, MOST_NAMED)
            );
            self.report(file, rule::DEBUG_FRAMEWORK, &sentence);
        }
    }

    fn version_number(&mut self, file: &New, manifest: &Manifest) {
        let (name, text) = (file.name, &manifest.version);
        let has_revision =
            |text: &str| matches!(version(text), Some(Version([.., last])) if last != 0);
        match version(text) {
            None | Some(Version([0, ..])) => {
                let sentence = format!(
                    "{name} has the version {text}: the Store takes four numbers up to 65535 without zeros before them, the first not 0."
                );
                self.report(file, rule::PACKAGE_VERSION_INVALID, &sentence);
            }
            // The manifests of Windows 8 came before that rule.
            Some(_) if has_revision(text) && !manifest.is_windows_8 => {
                let sentence = format!(
                    "{name} has the version {text}: the fourth part belongs to the Store and must be 0."
                );
                self.report(file, rule::PACKAGE_VERSION_FOURTH_PART, &sentence);
            }
            Some(_) => {}
        }
        let invalid = manifest.inner_versions.iter();
        for inner in invalid
            .filter(|text| version(text).is_none())
            .take(MOST_NAMED)
        {
            let sentence = format!(
                "{name} holds a package with the version {inner}: the Store takes four numbers up to 65535 without zeros before them."
            );
            self.report(file, rule::PACKAGE_VERSION_INVALID, &sentence);
        }
        if !manifest.inner_versions.is_empty() {
            let inner = listed(&manifest.inner_versions, MOST_NAMED);
            let sentence =
                format!("{name} is the bundle {text}, but the packages in it are {inner}.");
            let is_odd = manifest.inner_versions.iter().any(|it| has_revision(it));
            let severity = if is_odd && !manifest.is_windows_8 {
                Severity::Warning
            } else {
                Severity::Note
            };
            self.say(
                severity,
                &file.pointer,
                rule::BUNDLE_VERSIONS_DIFFER,
                &sentence,
            );
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
                Some((
                    rule::PACKAGE_VERSION_TWICE,
                    format!(
                        "{} is {} for {architecture}, as {} is: the Store refuses another file of the same version.",
                        file.name, manifest.version, old.file_name
                    ),
                ))
            } else if let Some((newest, old)) = newest.filter(|(newest, _)| *newest > new) {
                let sentence = format!(
                    "{} brings {} for {architecture}, but {} is {newest}: whoever has that one never gets the older one.",
                    file.name, manifest.version, old.file_name
                );
                Some((rule::PACKAGE_OLDER_THAN_LIVE, sentence))
            } else {
                None
            };
            if let Some((rule, sentence)) = said {
                self.report(file, rule, &sentence);
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
