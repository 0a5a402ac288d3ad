//! Rules about the list of packages: how many, which stay, which nobody gets any more, what they speak (store-api.md § 3.10).

use crate::rule_table as rule;
use crate::{
    finding::Inspection,
    json::pointer::{child, member},
    limits,
    package::{FileStatus, PackageFacts, packages},
    packages::{
        coverage,
        rows::{PackageMark, PackageRow, ZipPackages, lacks_bundle, rows},
    },
    target::Kind,
};
use std::collections::{BTreeSet, HashMap, HashSet};

pub fn check(inspection: &mut Inspection<'_>) {
    let Some(field) = inspection.kind.packages_field() else {
        return;
    };
    let pointer =
        member(inspection.document, field).map_or_else(String::new, |(key, _)| child("", key));
    let facts = packages(inspection.kind, inspection.document);
    package_list(inspection, &pointer, &facts);
    let rows = rows(
        inspection.kind,
        inspection.document,
        None,
        &ZipPackages::new(),
    );
    superseded(inspection, &rows);
    if let Some(sentence) = lacks_bundle(&rows) {
        inspection.report(pointer.clone(), rule::BUNDLE_REQUIRED, sentence);
    }
    for package in &facts {
        needed_choices(inspection, package);
    }
    kept_packages(inspection, &pointer, &facts);
    if inspection.kind == Kind::App {
        languages(inspection, &facts);
    }
}

fn package_list(inspection: &mut Inspection<'_>, pointer: &str, facts: &[PackageFacts]) {
    let kept: Vec<&PackageFacts> = facts
        .iter()
        .filter(|package| package.status != FileStatus::PendingDelete)
        .collect();
    if kept.is_empty() {
        let is_app = inspection.kind == Kind::App;
        inspection.report(
            pointer,
            rule::NO_PACKAGE_LEFT,
            format!(
                "No package is left; the {} cannot be published like this.",
                if is_app { "app" } else { "flight" }
            ),
        );
    }
    if kept.len() > limits::PACKAGES {
        inspection.report(
            pointer,
            rule::TOO_MANY_PACKAGES,
            format!(
                "{} packages: the Store refuses more than about {} to 30. Mark old ones PendingDelete.",
                kept.len(),
                limits::PACKAGES
            ),
        );
    }
    let mut seen: HashMap<(&str, String), &PackageFacts> = HashMap::new();
    for package in kept
        .into_iter()
        .filter(|package| !package.version.is_empty() && !package.architecture.is_empty())
    {
        let Some(other) = seen.insert(
            (&package.version, package.architecture.to_lowercase()),
            package,
        ) else {
            continue;
        };
        inspection.report(
            package.pointer.clone(),
            rule::PACKAGE_VERSION_TWICE,
            format!(
                "{} and {} have the same version {} for {}.",
                package.file_name, other.file_name, package.version, package.architecture
            ),
        );
    }
}

fn needed_choices(inspection: &mut Inspection<'_>, package: &PackageFacts) {
    let Some(value) = inspection.document.pointer(&package.pointer) else {
        return;
    };
    for field in ["minimumDirectXVersion", "minimumSystemRam"] {
        if member(value, field).is_none_or(|(_, value)| value.is_null()) {
            inspection.report(
                package.pointer.clone(),
                rule::PACKAGE_MINIMUMS_MISSING,
                format!(
                    "{} has no {field}; an update needs it, usually \"None\".",
                    package.file_name
                ),
            );
        }
    }
}

fn kept_packages(inspection: &mut Inspection<'_>, pointer: &str, facts: &[PackageFacts]) {
    let Some(base) = inspection.base else { return };
    let ids: HashSet<&str> = facts
        .iter()
        .filter_map(|package| package.id.as_deref())
        .collect();
    let old = packages(inspection.kind, base);
    for gone in old
        .iter()
        .filter(|package| package.id.as_deref().is_some_and(|id| !ids.contains(id)))
    {
        let id = gone.id.as_deref().unwrap_or_default();
        inspection.report(
            pointer,
            rule::PACKAGE_LEFT_OUT,
            format!(
                "The package {} (id {id}) is on the server, but not here. Keep its entry; to remove it, mark it PendingDelete.",
                gone.file_name
            ),
        );
    }
    let mut seen = HashSet::new();
    for package in facts {
        if let Some(id) = package.id.as_deref().filter(|id| !seen.insert(*id)) {
            inspection.report(
                child(&package.pointer, "id"),
                rule::PACKAGE_ID_TWICE,
                format!("The id {id} stands in two packages."),
            );
        }
    }
    for package in facts
        .iter()
        .filter(|package| package.status != FileStatus::PendingUpload)
    {
        let before = old
            .iter()
            .find(|old| old.id.is_some() && old.id == package.id);
        if let Some(before) = before.filter(|before| before.file_name != package.file_name) {
            let sentence = format!(
                "The package {} is on the server and cannot be renamed to {}. To replace it, mark it PendingDelete and add a new entry.",
                before.file_name, package.file_name
            );
            inspection.report(
                child(&package.pointer, "fileName"),
                rule::PACKAGE_RENAMED,
                sentence,
            );
        }
    }
    let known: HashSet<&str> = old
        .iter()
        .filter_map(|package| package.id.as_deref())
        .collect();
    let is_known =
        |package: &&PackageFacts| package.id.as_deref().is_some_and(|id| known.contains(id));
    let as_new = |package: &&PackageFacts| package.status == FileStatus::PendingUpload;
    for package in facts.iter().filter(as_new).filter(is_known) {
        inspection.report(
            child(&package.pointer, "id"),
            rule::EXISTING_PACKAGE_AS_NEW,
            format!(
                "{} is PendingUpload with the id of a package on the server. To replace that one, mark it PendingDelete and add an entry without an id.",
                package.file_name
            ),
        );
    }
    for package in facts
        .iter()
        .filter(|package| package.id.as_deref().is_some_and(|id| !known.contains(id)))
    {
        inspection.report(
            child(&package.pointer, "id"),
            rule::PACKAGE_ID_UNKNOWN,
            format!(
                "The server has no package with the id of {}.",
                package.file_name
            ),
        );
    }
}

fn superseded(inspection: &mut Inspection<'_>, rows: &[PackageRow]) {
    for (row, marks) in rows.iter().zip(coverage::marks(inspection.kind, rows)) {
        for mark in marks {
            let PackageMark::Superseded { by, .. } = mark else {
                continue;
            };
            inspection.report(
                row.pointer.clone(),
                rule::PACKAGE_SUPERSEDED,
                format!(
                    "Nobody gets {} any more: {by} is newer and goes to the same devices. It can be marked PendingDelete.",
                    row.file_name
                ),
            );
        }
    }
}

/// The languages of the packages that no listing speaks, not even in another region.
fn languages(inspection: &mut Inspection<'_>, facts: &[PackageFacts]) {
    let Some((key, listings)) = member(inspection.document, "listings")
        .and_then(|(key, value)| Some((key, value.as_object()?)))
    else {
        return;
    };
    let primary = |code: &str| code.split('-').next().unwrap_or_default().to_lowercase();
    let spoken: HashSet<String> = listings.keys().map(|code| primary(code)).collect();
    let kept = facts
        .iter()
        .filter(|package| package.status != FileStatus::PendingDelete);
    let silent: BTreeSet<&str> = kept
        .flat_map(|package| &package.languages)
        .map(String::as_str)
        .filter(|code| !spoken.contains(&primary(code)))
        .collect();
    if !silent.is_empty() && !spoken.is_empty() {
        let silent: Vec<&str> = silent.into_iter().collect();
        inspection.report(
            child("", key),
            rule::PACKAGE_LANGUAGE_WITHOUT_LISTING,
            format!(
                "The packages speak {}, but there is no such listing: the Store will warn (ListingOptOutWarning).",
                silent.join(", ")
            ),
        );
    }
}
