//! Rules about every file that a document names: its name, its status, its id (store-api.md §§ 3.7, 3.9, 3.10, 3.12).

use crate::rule_table as rule;
use crate::{
    archive::fit::{is_package, is_unsafe_path, zip_path},
    finding::Inspection,
    json::pointer::{child, member},
    limits,
    package::{FileEntry, FileRole, FileStatus, files, packages},
    target::Kind,
};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

pub fn check(inspection: &mut Inspection<'_>) {
    let entries = files(inspection.kind, inspection.document);
    for entry in &entries {
        name(inspection, entry);
        state(inspection, entry);
    }
    reused_names(inspection, &entries);
    if inspection.kind == Kind::App {
        kept_images(inspection, &entries);
    }
}

fn name(inspection: &mut Inspection<'_>, entry: &FileEntry) {
    let field = entry.role.name_field();
    let place = || child(&entry.pointer, field);
    if entry.file_name.trim().is_empty() {
        return inspection.report(
            entry.pointer.clone(),
            rule::FILE_NAME_MISSING,
            format!("{field} is missing."),
        );
    }
    if is_unsafe_path(&entry.file_name) {
        inspection.report(
            place(),
            rule::FILE_NAME_UNSAFE,
            format!(
                "{} is no path inside a ZIP: it must be relative, without “..”.",
                entry.file_name
            ),
        );
    }
    if entry.status != FileStatus::PendingUpload {
        return;
    }
    let ending = entry
        .file_name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default();
    match entry.role {
        FileRole::Package if !is_package(&entry.file_name) => {
            let is = if limits::ENCRYPTED_ENDINGS.contains(&ending.as_str()) {
                "an encrypted package; the Store takes one that is not"
            } else {
                "no package"
            };
            let name = &entry.file_name;
            let endings = limits::PACKAGE_ENDINGS.join(", ");
            inspection.report(
                place(),
                rule::PACKAGE_FILE_TYPE,
                format!("{name} is {is}: {endings}."),
            );
        }
        FileRole::Package if ending == "xap" => inspection.report(
            place(),
            rule::PACKAGE_TYPE_HISTORICAL,
            "Packages of the type .xap are historical.",
        ),
        FileRole::Image | FileRole::Icon | FileRole::Thumbnail if ending != "png" => {
            inspection.report(
                place(),
                rule::IMAGE_NOT_PNG,
                format!("{} is no PNG; the Store wants PNG images.", entry.file_name),
            );
        }
        FileRole::Trailer if !limits::TRAILER_ENDINGS.contains(&ending.as_str()) => {
            inspection.report(
                place(),
                rule::TRAILER_FILE_TYPE,
                format!("{} is neither .mp4 nor .mov.", entry.file_name),
            );
        }
        _ => {}
    }
}

fn state(inspection: &mut Inspection<'_>, entry: &FileEntry) {
    if !matches!(
        entry.role,
        FileRole::Package | FileRole::Image | FileRole::Icon
    ) {
        return;
    }
    let status = inspection
        .document
        .pointer(&entry.pointer)
        .and_then(|value| member(value, "fileStatus"))
        .map(|(_, status)| status);
    if status.is_none_or(|status| status.is_null() || status == "") {
        return inspection.report(
            entry.pointer.clone(),
            rule::FILE_STATUS_MISSING,
            format!("{} has no fileStatus.", entry.file_name),
        );
    }
    let has_id = entry.id.is_some();
    match (&entry.status, entry.role) {
        (_, FileRole::Icon) => {}
        (FileStatus::Uploaded | FileStatus::PendingDelete, FileRole::Image) if !has_id => {
            inspection.report(
                entry.pointer.clone(),
                rule::IMAGE_ID_MISSING,
                format!(
                    "The image {} is on the server and must keep its id.",
                    entry.file_name
                ),
            );
        }
        (FileStatus::Uploaded | FileStatus::PendingDelete, _) if !has_id => {
            inspection.report(
                entry.pointer.clone(),
                rule::PACKAGE_ID_MISSING,
                format!(
                    "The package {} is on the server and must keep its id.",
                    entry.file_name
                ),
            );
        }
        // One that the server has is told with the packages.
        (FileStatus::PendingUpload, FileRole::Package)
            if inspection.base.is_some() && has_id && is_on_server(inspection, entry) => {}
        (FileStatus::PendingUpload, _) if has_id => {
            inspection.report(
                child(&entry.pointer, "id"),
                rule::NEW_FILE_HAS_ID,
                format!("{} is PendingUpload, but has an id; a new file has none. To replace a file, mark the old entry PendingDelete and add a new one.", entry.file_name),
            );
        }
        _ => {}
    }
}

fn is_on_server(inspection: &Inspection<'_>, entry: &FileEntry) -> bool {
    let packages = |base| packages(inspection.kind, base);
    let known = inspection.base.map(packages).unwrap_or_default();
    known.iter().any(|known| known.id == entry.id)
}

/// A name stands for one file of the ZIP, and a new file should not bear an old one's: packages as a whole, images in a listing.
fn reused_names(inspection: &mut Inspection<'_>, entries: &[FileEntry]) {
    let group = |entry: &FileEntry| match entry.role {
        FileRole::Package => Some((String::new(), zip_path(&entry.file_name).to_lowercase())),
        FileRole::Image => entry
            .pointer
            .rsplit_once('/')
            .map(|(list, _)| (list.to_owned(), zip_path(&entry.file_name).to_lowercase())),
        FileRole::Icon | FileRole::Trailer | FileRole::Thumbnail => None,
    };
    let mut by_name: HashMap<(String, String), Vec<&FileEntry>> = HashMap::new();
    let mut order = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.file_name.is_empty()) {
        let Some(name) = group(entry) else { continue };
        let same = by_name.entry(name.clone()).or_default();
        if same.is_empty() {
            order.push(name);
        }
        same.push(entry);
    }
    for group in order
        .iter()
        .filter_map(|name| by_name.get(name))
        .filter(|group| group.len() > 1)
    {
        let new: Vec<_> = group
            .iter()
            .filter(|entry| entry.status == FileStatus::PendingUpload)
            .collect();
        let has_old = new.len() < group.len();
        let Some(last) = new.last() else { continue };
        let name = &last.file_name;
        let (what, reused) = if last.role == FileRole::Package {
            ("a package", rule::PACKAGE_NAME_REUSED)
        } else {
            ("an image", rule::IMAGE_NAME_REUSED)
        };
        if new.len() > 1 && last.role == FileRole::Package {
            inspection.report(
                last.pointer.clone(),
                rule::PACKAGE_UPLOADED_TWICE,
                format!("{name} is to be uploaded twice."),
            );
        } else if has_old {
            inspection.report(
                child(&last.pointer, "fileName"),
                reused,
                format!("{name} has the name of {what} that is on the server; give the new one a name of its own."),
            );
        }
    }
}

fn kept_images(inspection: &mut Inspection<'_>, entries: &[FileEntry]) {
    let Some(base) = inspection.base else { return };
    let ids: HashSet<&str> = entries
        .iter()
        .filter_map(|entry| entry.id.as_deref())
        .collect();
    for old in files(Kind::App, base)
        .into_iter()
        .filter(|entry| entry.role == FileRole::Image)
    {
        let Some(id) = old.id.as_deref().filter(|id| !ids.contains(id)) else {
            continue;
        };
        let list = old.pointer.rsplit_once('/').map_or("", |(list, _)| list);
        // A listing that is gone as a whole is told as that.
        if inspection
            .document
            .pointer(list.rsplit_once('/').map_or("", |(listing, _)| listing))
            .is_none_or(Value::is_null)
        {
            continue;
        }
        let same = entries.iter().find(|entry| {
            entry.id.is_none()
                && entry.pointer.starts_with(list)
                && entry.file_name == old.file_name
        });
        match same {
            // Told already where its state says that it is on the server.
            Some(same) if same.status != FileStatus::PendingUpload => {}
            Some(same) => inspection.report(
                same.pointer.clone(),
                rule::IMAGE_REPLACED_IN_PLACE,
                format!("The image {} is on the server under the id {id}; to replace it, keep that entry as PendingDelete and use a new file name.", old.file_name),
            ),
            None => inspection.report(
                list.to_owned(),
                rule::IMAGE_LEFT_OUT,
                format!("The image {} is on the server, but not here. Leaving it out does not remove it; mark it PendingDelete.", old.file_name),
            ),
        }
    }
}
