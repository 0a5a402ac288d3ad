//! What makes a whole ZIP fail whatever is in its files: its packing, its folders. Knows no single package.

use super::central_directory::{ArchiveFile, Inside};
use super::fault::ArchiveFault;
use super::fit_parts::{Fit, Hurdle, Missing, NearReason, base_name, folder, is_package, zip_path};
use crate::package::{FileEntry, FileRole};
use std::collections::{HashMap, HashSet};

/// Finds why new packages must not be added, and names those of which only one can be meant.
pub(super) fn hurdles(fit: &mut Fit, files: &[&ArchiveFile], known: &[FileEntry]) {
    let base = |name: &str| base_name(name).to_lowercase();
    let packages: Vec<&str> = files
        .iter()
        .map(|file| file.name.as_str())
        .filter(|name| is_package(name))
        .collect();
    let mut by_base: HashMap<String, Vec<&str>> = HashMap::new();
    for name in &packages {
        by_base.entry(base(name)).or_default().push(name);
    }
    let named: HashSet<String> = known
        .iter()
        .filter(|entry| entry.role == FileRole::Package)
        .map(|entry| base(&entry.file_name))
        .collect();
    let news: HashSet<String> = fit
        .extra
        .iter()
        .filter(|extra| extra.is_package && !extra.is_known)
        .map(|extra| extra.name.clone())
        .collect();
    let broken: HashSet<&str> = files
        .iter()
        .filter(|file| matches!(file.inside, Inside::Broken(_)))
        .map(|file| file.name.as_str())
        .collect();
    let folders: HashSet<&str> = packages.iter().map(|name| folder(name)).collect();
    let mut said = HashSet::new();
    for extra in fit
        .extra
        .iter_mut()
        .filter(|extra| news.contains(&extra.name))
    {
        let key = base(&extra.name);
        let twin = by_base
            .get(&key)
            .into_iter()
            .flatten()
            .find(|name| **name != extra.name);
        let is_broken = broken.contains(extra.name.as_str());
        extra.hurdle = match twin {
            Some(other) => {
                if news.contains(*other) && said.insert(key) {
                    fit.faults.push(ArchiveFault::Twins {
                        name: extra.name.clone(),
                        other: (*other).to_owned(),
                    });
                }
                Some(Hurdle::Twin {
                    other: (*other).to_owned(),
                })
            }
            None if is_broken => Some(Hurdle::Broken),
            None if named.contains(&key) => Some(Hurdle::Named),
            None if folders.len() > 1 && !folder(&extra.name).is_empty() => Some(Hurdle::Folder),
            None => None,
        };
    }
}

/// A package is a ZIP, too: it has a manifest at its root.
pub(super) fn is_bare_package(files: &[&ArchiveFile]) -> bool {
    files.iter().any(|file| {
        let path = zip_path(&file.name);
        path.eq_ignore_ascii_case("AppxManifest.xml")
            || path.eq_ignore_ascii_case("AppxMetadata/AppxBundleManifest.xml")
    })
}

/// The top folder in which every missing file sits, when that is the whole trouble.
pub(super) fn nested_folder(fit: &Fit) -> Option<String> {
    let folder = |missing: &Missing| {
        let near = missing
            .near
            .as_ref()
            .filter(|near| near.reason == NearReason::Folder)?;
        let path = zip_path(&near.name);
        let (folder, rest) =
            path.split_at_checked(path.len().checked_sub(zip_path(&missing.file_name).len())?)?;
        (rest.eq_ignore_ascii_case(&zip_path(&missing.file_name)) && folder.ends_with('/'))
            .then(|| folder.to_owned())
    };
    let first = folder(fit.missing.first()?)?;
    (fit.matched.is_empty()
        && fit
            .missing
            .iter()
            .all(|missing| folder(missing).as_ref() == Some(&first)))
    .then_some(first)
}
