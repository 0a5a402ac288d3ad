//! Packages, images and trailers of a difference: what comes, goes, takes another's place, stays. Matching is by hash, never by
//! trying every pair.

use super::part::{ChangedEntry, Sign};
use crate::{
    equivalence,
    json::pointer::member,
    packages::{file_name, rows::ZipPackage},
    product::plain_text,
};
use serde_json::Value;
use std::collections::{HashMap, VecDeque};

/// What is known of a package, from the document, else from the ZIP, else from its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub version: String,
    pub architecture: String,
}

impl Facts {
    pub(super) fn of(value: &Value, package: Option<&ZipPackage>) -> Self {
        let name = file_name(value);
        let named = file_name::read(&name);
        let first = |field: &str, of_zip: Option<&str>, of_name: Option<&str>| {
            let given = member(value, field)
                .and_then(|(_, value)| value.as_str())
                .filter(|text| !text.is_empty());
            given
                .or(of_zip.filter(|text| !text.is_empty()))
                .or(of_name)
                .map(plain_text)
                .unwrap_or_default()
        };
        Self {
            version: first(
                "version",
                package.map(|found| found.version.as_str()),
                named.version,
            ),
            architecture: first(
                "architecture",
                package.map(ZipPackage::architecture).as_deref(),
                named.architecture.map(str::to_lowercase).as_deref(),
            ),
        }
    }

    pub(super) fn note(&self) -> String {
        [&self.version, &self.architecture]
            .into_iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// `2.4.0.0 → 2.5.0.0, x64`.
    fn step_to(&self, next: &Self) -> String {
        let step = |old: &String, new: &String| match (old.is_empty(), new.is_empty()) {
            (true, true) => None,
            (_, true) => Some(old.clone()),
            (true, _) => Some(new.clone()),
            _ if old == new => Some(new.clone()),
            _ => Some(format!("{old} → {new}")),
        };
        let parts = [
            step(&self.version, &next.version),
            step(&self.architecture, &next.architecture),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// A package or an image as an entry, with what it needs for matching.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub entry: ChangedEntry,
    pub facts: Facts,
}

/// The name of a file entry as written; empty when it has none.
pub(super) fn file_name(value: &Value) -> String {
    equivalence::file_name(value)
        .map(plain_text)
        .unwrap_or_default()
}

/// Puts a package that goes and one that comes under the same name together: first where the architectures are equal, then where
/// one of them is not known. What is left stays as it is; order is kept, the pair stands where the new one stood.
pub(super) fn pair_up(files: Vec<File>) -> Vec<ChangedEntry> {
    let mut partner: HashMap<usize, usize> = HashMap::new();
    let mut is_taken = vec![false; files.len()];
    for pass in 0..2 {
        let key = |file: &File| {
            let architecture = if pass == 0 {
                file.facts.architecture.to_lowercase()
            } else {
                String::new()
            };
            (
                file_name::read(&file.entry.label).stem.to_lowercase(),
                architecture,
            )
        };
        let mut going: HashMap<(String, String), VecDeque<usize>> = HashMap::new();
        for (index, file) in files.iter().enumerate() {
            if file.entry.sign == Sign::Removed && is_taken.get(index) == Some(&false) {
                going.entry(key(file)).or_default().push_back(index);
            }
        }
        for (index, file) in files.iter().enumerate() {
            if file.entry.sign != Sign::Added || partner.contains_key(&index) {
                continue;
            }
            let Some(queue) = going.get_mut(&key(file)) else {
                continue;
            };
            let fits = |old: &usize| {
                let old = files
                    .get(*old)
                    .is_some_and(|old| old.facts.architecture.is_empty());
                pass == 0 || old || file.facts.architecture.is_empty()
            };
            if let Some(old) = queue.front().copied().filter(fits) {
                queue.pop_front();
                partner.insert(index, old);
                if let Some(taken) = is_taken.get_mut(old) {
                    *taken = true;
                }
            }
        }
    }
    let mut old: HashMap<usize, File> = HashMap::new();
    let mut rest = Vec::new();
    for (index, file) in files.into_iter().enumerate() {
        if is_taken.get(index) == Some(&true) {
            old.insert(index, file);
        } else {
            rest.push((index, file));
        }
    }
    let merge =
        |(index, new): (usize, File)| match partner.get(&index).and_then(|at| old.remove(at)) {
            None => new.entry,
            Some(gone) => {
                let mut entry = new.entry;
                let facts = gone.facts.step_to(&new.facts);
                let name = format!("in place of {}", gone.entry.label);
                entry.note = if facts.is_empty() {
                    name
                } else {
                    format!("{facts}, {name}")
                };
                entry.sign = Sign::Replaced;
                entry.parts.extend(gone.entry.parts);
                entry.changes.extend(gone.entry.changes);
                entry
            }
        };
    rest.into_iter().map(merge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case("Northwind.Notes_2.5.0.0.msixbundle", "2.5.0.0", "")]
    #[case("a/b/Notes_1.2.3_ARM64.msix", "1.2.3", "arm64")]
    #[case("notes.msix", "", "")]
    #[case("2.4.0.0_x64.appx", "", "x64")]
    fn a_name_tells_version_and_architecture(
        #[case] name: &str,
        #[case] version: &str,
        #[case] architecture: &str,
    ) {
        let facts = Facts::of(&json!({"fileName": name}), None);
        assert_eq!(
            (facts.version.as_str(), facts.architecture.as_str()),
            (version, architecture)
        );
        let zip_packages = ZipPackage {
            version: "9.0.0.0".into(),
            architectures: vec!["neutral".into()],
            ..ZipPackage::default()
        };
        assert_eq!(
            Facts::of(&json!({"fileName": name}), Some(&zip_packages)).note(),
            "9.0.0.0, neutral"
        );
    }
}
