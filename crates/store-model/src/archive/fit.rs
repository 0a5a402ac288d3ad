//! Whether a ZIP fits a document: what matches, what is missing and why, what is too much, what would fail a commit.
//! Knows nothing of files on a disk; the rules are store-api.md § 4.9.

pub(super) use super::fit_parts::base_name;
pub use super::fit_parts::{has_ending, is_junk};
use super::hurdles::{hurdles, is_bare_package, nested_folder};
use super::{
    central_directory::{Archive, ArchiveFile, Inside},
    fault::{faults, is_way_out, overlap},
};
pub use super::{
    fault::{ArchiveFault, is_unsafe_path},
    fit_parts::{Extra, Fit, Hurdle, Missing, Near, NearReason, is_bundle, is_package, zip_path},
};
use crate::package::{FileEntry, FileRole, FileStatus};
use std::collections::{HashMap, HashSet};

/// Compares; `expected` is what the ZIP must hold, `known` every file of the document.
pub fn fit(archive: &Archive, expected: &[FileEntry], known: &[FileEntry]) -> Fit {
    let files: Vec<&ArchiveFile> = archive
        .files
        .iter()
        .filter(|file| !is_junk(&file.name))
        .collect();
    let mut fit = Fit::default();
    // Its content does not matter then: no file of it counts as extra.
    let is_bare = is_bare_package(&files);
    if is_bare {
        fit.faults.push(ArchiveFault::BarePackage);
    }
    let names: HashMap<&str, &ArchiveFile> = files
        .iter()
        .map(|file| (file.name.as_str(), *file))
        .collect();
    let near = NearIndex::of(&files);
    let mut taken: HashSet<&str> = HashSet::new();
    let mut roles: HashMap<&str, FileRole> = HashMap::new();
    let mut lacking = Vec::new();
    for entry in expected {
        let path = zip_path(&entry.file_name);
        match names.get(path.as_str()) {
            Some(file) => {
                roles.entry(&file.name).or_insert(entry.role);
                if taken.insert(&file.name) {
                    fit.matched.push(file.name.clone());
                }
            }
            None => lacking.push((entry, path)),
        }
    }
    // Only after all that match: a file that somebody waits for is nobody else's near miss.
    let mut claimed = HashSet::new();
    for (entry, path) in lacking {
        let near = near.find(&path, |name| !taken.contains(name));
        if let Some(near) = &near {
            claimed.insert(near.name.clone());
        }
        fit.missing.push(Missing {
            pointer: entry.pointer.clone(),
            file_name: entry.file_name.clone(),
            role: entry.role,
            near,
        });
    }
    let old: HashSet<String> = known
        .iter()
        .filter(|entry| entry.status != FileStatus::PendingUpload)
        .map(|entry| zip_path(&entry.file_name))
        .collect();
    let lower = |name: &str| zip_path(name).to_lowercase();
    let needed: HashSet<String> = taken
        .iter()
        .map(|name| lower(name))
        .chain(claimed.iter().map(|name| lower(name)))
        .collect();
    let mut seen = HashSet::new();
    let mut false_packages = HashSet::new();
    for file in &files {
        let path = lower(&file.name);
        if !seen.insert(path.clone()) {
            // Two of a file that nobody needs do no harm.
            if needed.contains(&path) {
                fit.faults.push(ArchiveFault::Duplicate {
                    name: file.name.clone(),
                });
            }
        } else if !needed.contains(&path) && !is_bare {
            let (is_package, is_known) =
                (is_package(&file.name), old.contains(&zip_path(&file.name)));
            fit.extra.push(Extra {
                name: file.name.clone(),
                is_package,
                is_known,
                hurdle: None,
            });
        }
        let role = roles.get(file.name.as_str()).copied();
        // What nobody needs is worth a note, unless it leads out of the folder into which it is unpacked.
        let is_wanted = role.is_some() || needed.contains(&path) || is_package(&file.name);
        for fault in faults(file, role) {
            let is_lie = matches!(fault, ArchiveFault::Implausible { .. });
            if is_wanted || is_lie || is_way_out(&file.name) {
                fit.faults.push(fault);
            } else {
                fit.oddities.push(fault);
            }
        }
        // One that is live already is never read; every other would be sent or added as what it is not.
        if file.inside == Inside::NoPackage
            && (role == Some(FileRole::Package) || !old.contains(&zip_path(&file.name)))
        {
            fit.faults.push(ArchiveFault::NoPackage {
                name: file.name.clone(),
            });
            false_packages.insert(file.name.as_str());
        }
    }
    fit.matched
        .retain(|name| !false_packages.contains(name.as_str()));
    fit.faults.extend(overlap(&files));
    hurdles(&mut fit, &files, known);
    if let Some(folder) = nested_folder(&fit) {
        fit.faults.push(ArchiveFault::NestedFolder { folder });
    }
    fit
}

/// The ZIP's files by what they would be called if they were right.
struct NearIndex<'a> {
    by_path: HashMap<String, Vec<&'a str>>,
    by_base: HashMap<String, Vec<&'a str>>,
}

impl<'a> NearIndex<'a> {
    pub(super) fn of(files: &[&'a ArchiveFile]) -> Self {
        let mut index = Self {
            by_path: HashMap::new(),
            by_base: HashMap::new(),
        };
        for file in files {
            let path = zip_path(&file.name).to_lowercase();
            index
                .by_base
                .entry(base_name(&path).to_owned())
                .or_default()
                .push(&file.name);
            index.by_path.entry(path).or_default().push(&file.name);
        }
        index
    }

    pub(super) fn find(&self, path: &str, is_free: impl Fn(&str) -> bool) -> Option<Near> {
        let lower = path.to_lowercase();
        let only = |names: Vec<&'a str>| match names.as_slice() {
            [name] => Some(*name),
            _ => None,
        };
        let free = |names: Option<&Vec<&'a str>>| -> Vec<&'a str> {
            names
                .into_iter()
                .flatten()
                .copied()
                .filter(|name| is_free(name))
                .collect()
        };
        if let Some(name) = free(self.by_path.get(&lower)).first() {
            let reason = if name.contains('\\') {
                NearReason::Backslash
            } else {
                NearReason::Case
            };
            return Some(Near {
                reason,
                name: (*name).to_owned(),
            });
        }
        let same_base = free(self.by_base.get(base_name(&lower)));
        // One that ends in the whole path beats one that only has the file's name.
        let ending = format!("/{lower}");
        let deeper = same_base
            .iter()
            .copied()
            .filter(|name| zip_path(name).to_lowercase().ends_with(&ending))
            .collect();
        only(deeper).or_else(|| only(same_base)).map(|name| Near {
            reason: NearReason::Folder,
            name: name.to_owned(),
        })
    }
}
