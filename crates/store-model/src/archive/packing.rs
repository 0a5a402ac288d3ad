//! Which files of a folder a ZIP is made of, so that it fits a document: each under the very path that the document names.
//! Knows no disk; the files of the folder are an argument.

use super::fit::{base_name, is_junk, is_unsafe_path, zip_path};
use crate::{
    package::{FileEntry, FileRole},
    product::plain_text,
    units,
};
use std::collections::{HashMap, HashSet};

/// Names in one sentence; more would be a list that nobody reads.
const MOST_NAMED: usize = 4;

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loose {
    /// From the folder, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
}

/// A file of the ZIP to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedItem {
    /// Its path in the ZIP.
    pub name: String,
    /// Its path in the folder.
    pub from: String,
    pub size: u64,
}

/// Why a ZIP cannot be made of a folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackProblem {
    #[error("{} is no path inside a ZIP; give it another name in the JSON.", plain_text(.name))]
    UnsafeName { name: String },
    #[error("The JSON waits for no file: there is nothing to make a ZIP of.")]
    NothingToPack,
    #[error("{} ({}) could be each of {}; only one may be in the folder.", plain_text(.name), .role.word(), plain_text(&units::listed(.paths, MOST_NAMED)))]
    SeveralForOne {
        name: String,
        role: FileRole,
        paths: Vec<String>,
    },
    #[error("{} and {} could both be {}; the folder must hold each of them.", plain_text(&.names.0), plain_text(&.names.1), plain_text(.path))]
    OneForTwo {
        names: (String, String),
        path: String,
    },
    #[error("{} ({}) is not in the folder.", plain_text(.name), .role.word())]
    Missing { name: String, role: FileRole },
    #[error("{} is empty (0 bytes).", plain_text(.path))]
    Empty { path: String },
    #[error("{} has {}; at most {} are allowed.", plain_text(.path), units::bytes(*.size), units::bytes(*.limit))]
    TooLarge { path: String, size: u64, limit: u64 },
}

/// What a ZIP is made of, in the document's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackPlan {
    pub items: Vec<PackedItem>,
    /// Why it cannot be made; empty means that it can.
    pub problems: Vec<PackProblem>,
    /// Files of the folder that nobody waits for.
    pub left_out: Vec<String>,
}

/// How sure a match is; surer ones choose first, and what they took is gone for the others.
const STEPS: [fn(&str, &str) -> bool; 4] = [
    |path, wanted| path == wanted,
    |path, wanted| path.to_lowercase() == wanted.to_lowercase(),
    |path, wanted| {
        path.to_lowercase()
            .ends_with(&format!("/{}", wanted.to_lowercase()))
    },
    |path, wanted| base_name(path).to_lowercase() == base_name(wanted).to_lowercase(),
];

/// Finds every file that the document waits for. One that could be several is a problem, never a guess.
pub fn plan(expected: &[FileEntry], loose: &[Loose]) -> PackPlan {
    let mut packing = PackPlan::default();
    let loose: Vec<&Loose> = loose.iter().filter(|file| !is_junk(&file.path)).collect();
    // Only files of a wanted name are looked at again and again.
    let mut by_base: HashMap<String, Vec<&Loose>> = HashMap::new();
    for file in &loose {
        by_base
            .entry(base_name(&file.path).to_lowercase())
            .or_default()
            .push(file);
    }
    let mut names: Vec<(String, FileRole)> = Vec::new();
    for entry in expected {
        let name = zip_path(&entry.file_name);
        if is_unsafe_path(&name) {
            packing.problems.push(PackProblem::UnsafeName { name });
        } else if !names.iter().any(|(known, _)| *known == name) {
            names.push((name, entry.role));
        }
    }
    if names.is_empty() && packing.problems.is_empty() {
        packing.problems.push(PackProblem::NothingToPack);
    }
    let mut found: HashMap<&str, &Loose> = HashMap::new();
    let mut taken: HashSet<&str> = HashSet::new();
    let mut stuck: HashSet<&str> = HashSet::new();
    for fits in STEPS {
        let is_open = |name: &str| !found.contains_key(name) && !stuck.contains(name);
        let open: Vec<&(String, FileRole)> =
            names.iter().filter(|(name, _)| is_open(name)).collect();
        let mut claims: Vec<(&str, &Loose)> = Vec::new();
        for (name, role) in open {
            let of_name = by_base.get(&base_name(name).to_lowercase());
            let free: Vec<&Loose> = of_name
                .into_iter()
                .flatten()
                .copied()
                .filter(|file| !taken.contains(file.path.as_str()) && fits(&file.path, name))
                .collect();
            match free.as_slice() {
                [] => {}
                [file] => claims.push((name, file)),
                several => {
                    stuck.insert(name);
                    packing.problems.push(PackProblem::SeveralForOne {
                        name: name.clone(),
                        role: *role,
                        paths: several.iter().map(|file| file.path.clone()).collect(),
                    });
                }
            }
        }
        for (name, file) in &claims {
            if let Some((other, _)) = claims
                .iter()
                .find(|(other, same)| other != name && same.path == file.path)
            {
                stuck.insert(name);
                packing.problems.push(PackProblem::OneForTwo {
                    names: ((*name).to_owned(), (*other).to_owned()),
                    path: file.path.clone(),
                });
            } else {
                found.insert(name, file);
                taken.insert(&file.path);
            }
        }
    }
    for (name, role) in &names {
        match found.get(name.as_str()) {
            Some(file) => take(&mut packing, name, *role, file),
            None if stuck.contains(name.as_str()) => {}
            None => packing.problems.push(PackProblem::Missing {
                name: name.clone(),
                role: *role,
            }),
        }
    }
    packing.left_out = loose
        .iter()
        .filter(|file| !taken.contains(file.path.as_str()))
        .map(|file| file.path.clone())
        .collect();
    packing
}

fn take(packing: &mut PackPlan, name: &str, role: FileRole, file: &Loose) {
    let limit = role.most_bytes();
    if file.size == 0 {
        let path = file.path.clone();
        packing.problems.push(PackProblem::Empty { path });
    } else if file.size > limit {
        let (path, size) = (file.path.clone(), file.size);
        packing
            .problems
            .push(PackProblem::TooLarge { path, size, limit });
    }
    packing.items.push(PackedItem {
        name: name.to_owned(),
        from: file.path.clone(),
        size: file.size,
    });
}

impl PackPlan {
    /// Bytes to be read.
    pub fn total(&self) -> u64 {
        self.items.iter().map(|item| item.size).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{package, target::Kind};
    use rstest::rstest;
    use serde_json::json;

    fn loose(paths: &[&str]) -> Vec<Loose> {
        paths
            .iter()
            .map(|path| Loose {
                path: (*path).to_owned(),
                size: 7,
            })
            .collect()
    }

    fn planned(names: &[&str], paths: &[&str]) -> PackPlan {
        let images: Vec<_> = names
            .iter()
            .map(|name| json!({"fileName": name, "fileStatus": "PendingUpload"}))
            .collect();
        let document = json!({"listings": {"en-us": {"baseListing": {"images": images}}}});
        plan(&package::expected(Kind::App, &document), &loose(paths))
    }

    #[rstest]
    #[case::exact(&["a/x.png"], &["a/x.png", "x.png"], &["a/x.png"])]
    #[case::another_case(&["en-us/Hero.png"], &["EN-US/hero.PNG"], &["EN-US/hero.PNG"])]
    #[case::deeper(&["en-us/hero.png"], &["out/en-us/hero.png", "out/de-de/hero.png"], &["out/en-us/hero.png"])]
    #[case::flat(&["en-us/hero.png"], &["hero.png"], &["hero.png"])]
    #[case::backslash(&["en-us\\hero.png"], &["en-us/hero.png"], &["en-us/hero.png"])]
    #[case::a_surer_one_takes_first(&["en-us/1.png", "1.png"], &["en-us/1.png", "b/1.png"], &["en-us/1.png", "b/1.png"])]
    fn each_file_is_found(#[case] names: &[&str], #[case] paths: &[&str], #[case] from: &[&str]) {
        let packing = planned(names, paths);
        assert_eq!(packing.problems, []);
        assert_eq!(
            packing
                .items
                .iter()
                .map(|item| item.from.as_str())
                .collect::<Vec<_>>(),
            from
        );
        assert!(
            packing
                .items
                .iter()
                .zip(names)
                .all(|(item, name)| item.name == name.replace('\\', "/"))
        );
    }

    #[rstest]
    #[case::missing(&["en-us/1.png"], &["en-us/2.png"], "is not in the folder")]
    #[case::several(&["x.png"], &["a/x.png", "b/x.png"], "could be each of a/x.png, b/x.png")]
    #[case::two_for_one(&["en-us/1.png", "de-de/1.png"], &["1.png"], "could both be 1.png")]
    #[case::another_language_is_not_taken(&["en-us/1.png", "de-de/1.png"], &["en-us/1.png"], "de-de/1.png (image) is not in the folder")]
    #[case::unsafe_name(&["../x.png"], &["x.png"], "no path inside a ZIP")]
    #[case::nothing(&[], &["x.png"], "waits for no file")]
    #[case::junk(&["x.png"], &["__MACOSX/x.png"], "is not in the folder")]
    fn what_is_in_doubt_is_refused(
        #[case] names: &[&str],
        #[case] paths: &[&str],
        #[case] why: &str,
    ) {
        let packing = planned(names, paths);
        assert!(
            packing
                .problems
                .iter()
                .any(|problem| problem.to_string().contains(why)),
            "{packing:?}"
        );
    }

    #[test]
    fn what_nobody_waits_for_is_left_out() {
        assert_eq!(
            planned(&["x.png"], &["x.png", "readme.txt", ".DS_Store"]).left_out,
            ["readme.txt"]
        );
    }

    #[test]
    fn empty_and_huge_files_are_problems() {
        let document =
            json!({"flightPackages": [{"fileName": "a.msix", "fileStatus": "PendingUpload"}]});
        let expected = package::expected(Kind::Flight, &document);
        for (size, why) in [(0, "is empty"), (26 << 30, "at most")] {
            let packing = plan(
                &expected,
                &[Loose {
                    path: "a.msix".into(),
                    size,
                }],
            );
            assert!(packing.problems[0].to_string().contains(why), "{packing:?}");
        }
    }
}
