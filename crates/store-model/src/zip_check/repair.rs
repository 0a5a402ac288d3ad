//! A ZIP and the document it is for: read, compare, and the repairs that the document can take.
//! Only touched leaves change. Knows nothing of files on a disk.

use super::{package_fit, picture_fit};
use crate::{
    archive::{
        central_directory::Archive,
        fit::{ArchiveFault, Extra, Fit, Missing, NearReason, fit, zip_path},
    },
    json::{
        edit::{Edit, apply_to_text},
        pointer::{child, member, spelled},
    },
    package::{FileRole, expected, files, new_package, packages_pointer},
    product::PackageIdentity,
    target::Kind,
};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    fmt,
};

/// How an archive fits a document, with what is inside of its packages and pictures. `identity` is what the product's packages
/// are called, where that is known.
pub fn against(
    kind: Kind,
    document: &Value,
    archive: &Archive,
    identity: Option<&PackageIdentity>,
) -> Fit {
    let expected = expected(kind, document);
    let mut fit = fit(archive, &expected, &files(kind, document));
    fit.remarks = package_fit::remarks(kind, document, archive, &fit, identity);
    fit.remarks
        .extend(picture_fit::remarks(document, &expected, archive, &fit));
    fit
}

/// A change of the document that makes it fit the ZIP better.
#[derive(Clone, Debug, PartialEq)]
pub struct Repair {
    pub kind: RepairKind,
    pub edits: Vec<Edit>,
}

/// What a repair does. Files of the ZIP are named by their path there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepairKind {
    AddPackage { file: String },
    TakeOutPackage { listed: String },
    Rename { listed: String, file: String },
    Succeed { listed: String, file: String },
    SetIcon { language: String, file: String },
    ReplaceIcon { language: String, file: String },
}

impl Repair {
    /// The file of the ZIP that the document will name.
    pub fn file(&self) -> Option<&str> {
        match &self.kind {
            RepairKind::TakeOutPackage { .. } => None,
            RepairKind::AddPackage { file }
            | RepairKind::Rename { file, .. }
            | RepairKind::Succeed { file, .. }
            | RepairKind::SetIcon { file, .. }
            | RepairKind::ReplaceIcon { file, .. } => Some(file),
        }
    }
}

/// The sentence that people read.
impl fmt::Display for RepairKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddPackage { file } => write!(f, "Add {file} as a new package."),
            Self::TakeOutPackage { listed } => {
                write!(
                    f,
                    "Take {listed} out: the ZIP has other packages in its place."
                )
            }
            Self::Rename { listed, file } => write!(f, "Name {listed} as the ZIP does: {file}."),
            Self::Succeed { listed, file } => {
                write!(
                    f,
                    "Name {file} instead of {listed}, which is not in the ZIP."
                )
            }
            Self::SetIcon { language, file } => write!(f, "Set the icon of {language}: {file}."),
            Self::ReplaceIcon { language, file } => {
                write!(f, "Replace the icon of {language}: {file}.")
            }
        }
    }
}

/// What can be repaired in the document. A ZIP with `\` in its paths is not among it: only building it anew helps.
pub fn repairs(kind: Kind, document: &Value, fit: &Fit) -> Vec<Repair> {
    let mut repairs: Vec<Repair> = fit
        .missing
        .iter()
        .filter_map(|missing| rename(document, missing))
        .collect();
    let no_packages = fit.faults.iter().filter_map(|fault| match fault {
        ArchiveFault::NoPackage { name } => Some(name.as_str()),
        _ => None,
    });
    let no_packages: HashSet<&str> = no_packages.collect();
    let is_false = |name: &str| no_packages.contains(name);
    let successors = successors(fit, &is_false);
    repairs.extend(
        successors
            .iter()
            .filter_map(|(missing, name)| succeed(document, missing, name)),
    );
    let heirs: HashSet<&str> = successors.iter().map(|(_, name)| *name).collect();
    let news = || {
        let is_new = |extra: &&Extra| !extra.is_known && !heirs.contains(extra.name.as_str());
        fit.extra.iter().filter(is_new)
    };
    if let Some(pointer) = packages_pointer(kind, document) {
        let is_clear =
            |extra: &&Extra| extra.is_package && extra.hurdle.is_none() && !is_false(&extra.name);
        let added: Vec<&Extra> = news().filter(is_clear).collect();
        repairs.extend(added.iter().map(|extra| Repair {
            kind: RepairKind::AddPackage {
                file: extra.name.clone(),
            },
            edits: vec![Edit::Append {
                pointer: pointer.clone(),
                value: new_package(&extra.name),
            }],
        }));
        // What an earlier ZIP was to bring. Without any package in its place it may as well have been forgotten in this one.
        let replaced: HashSet<&str> = successors
            .iter()
            .map(|(missing, _)| missing.pointer.as_str())
            .collect();
        let is_gone = |missing: &&Missing| {
            let has_heir = replaced.contains(missing.pointer.as_str());
            missing.role == FileRole::Package
                && missing.near.is_none()
                && !has_heir
                && !added.is_empty()
        };
        // From the back, so that the places of those before stay.
        repairs.extend(
            fit.missing
                .iter()
                .rev()
                .filter(is_gone)
                .map(|missing| Repair {
                    kind: RepairKind::TakeOutPackage {
                        listed: missing.file_name.clone(),
                    },
                    edits: vec![Edit::Remove {
                        pointer: missing.pointer.clone(),
                    }],
                }),
        );
    }
    if kind == Kind::AddOn {
        let images: Vec<&str> = news()
            .map(|extra| extra.name.as_str())
            .filter(|name| name.to_lowercase().ends_with(".png"))
            .collect();
        let listings = member(document, "listings")
            .and_then(|(key, value)| Some((child("", key), value.as_object()?)));
        if let Some((listings, languages)) = listings {
            for (language, listing) in languages {
                let of_language = |name: &&&str| {
                    zip_path(name)
                        .split_once('/')
                        .is_some_and(|(folder, _)| folder.eq_ignore_ascii_case(language))
                };
                // With more than one image, which is the icon is not ours to guess.
                if let [image] = images
                    .iter()
                    .filter(of_language)
                    .collect::<Vec<_>>()
                    .as_slice()
                {
                    repairs.extend(icon(&child(&listings, language), language, listing, image));
                }
            }
        }
    }
    repairs
}

fn rename(document: &Value, missing: &Missing) -> Option<Repair> {
    let near = missing
        .near
        .as_ref()
        .filter(|near| near.reason != NearReason::Backslash)?;
    let (key, _) = member(
        document.pointer(&missing.pointer)?,
        missing.role.name_field(),
    )?;
    Some(Repair {
        kind: RepairKind::Rename {
            listed: missing.file_name.clone(),
            file: near.name.clone(),
        },
        edits: vec![Edit::Set {
            pointer: child(&missing.pointer, key),
            value: near.name.clone().into(),
        }],
    })
}

/// Packages that the document waits for and the ZIP lacks, with the one of the ZIP that can only be meant instead: the same name
/// but for its numbers, or the only one for the only one.
fn successors<'a>(fit: &'a Fit, is_false: &dyn Fn(&str) -> bool) -> Vec<(&'a Missing, &'a str)> {
    let gone: Vec<&Missing> = fit
        .missing
        .iter()
        .filter(|missing| missing.role == FileRole::Package && missing.near.is_none())
        .collect();
    let new: Vec<&str> = fit
        .extra
        .iter()
        .filter(|extra| {
            extra.is_package && !extra.is_known && extra.hurdle.is_none() && !is_false(&extra.name)
        })
        .map(|extra| extra.name.as_str())
        .collect();
    if let ([missing], [name]) = (gone.as_slice(), new.as_slice()) {
        return vec![(missing, name)];
    }
    let stem = |name: &str| {
        let base = name
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or(name)
            .to_lowercase();
        // Architectures have digits too: only whole version numbers go.
        let parts = base
            .split('_')
            .filter(|part| !part.starts_with(|c: char| c.is_ascii_digit()) || !part.contains('.'));
        parts.collect::<Vec<_>>().join("_")
    };
    let by_stem = |names: &mut dyn Iterator<Item = &'a str>| {
        let mut found: HashMap<String, Vec<&'a str>> = HashMap::new();
        for name in names {
            found.entry(stem(name)).or_default().push(name);
        }
        found
    };
    let waiting = by_stem(&mut gone.iter().map(|missing| missing.file_name.as_str()));
    let fresh = by_stem(&mut new.iter().copied());
    let pair = |missing: &&'a Missing| {
        let own = stem(&missing.file_name);
        match (waiting.get(&own)?.as_slice(), fresh.get(&own)?.as_slice()) {
            ([_], [name]) => Some((*missing, *name)),
            _ => None,
        }
    };
    gone.iter().filter_map(pair).collect()
}

fn succeed(document: &Value, missing: &Missing, name: &str) -> Option<Repair> {
    let (key, _) = member(
        document.pointer(&missing.pointer)?,
        missing.role.name_field(),
    )?;
    Some(Repair {
        kind: RepairKind::Succeed {
            listed: missing.file_name.clone(),
            file: name.to_owned(),
        },
        edits: vec![Edit::Set {
            pointer: child(&missing.pointer, key),
            value: name.into(),
        }],
    })
}

fn icon(pointer: &str, language: &str, listing: &Value, image: &str) -> Option<Repair> {
    if !listing.is_object() {
        return None;
    }
    let old = member(listing, "icon").filter(|(_, icon)| !icon.is_null());
    let edits = match old {
        Some((key, icon)) => {
            let pointer = child(pointer, key);
            let leaf = |name: &str, value: &str| Edit::Set {
                pointer: spelled(icon, &pointer, name),
                value: value.into(),
            };
            vec![leaf("fileName", image), leaf("fileStatus", "PendingUpload")]
        }
        None => vec![Edit::Set {
            pointer: spelled(listing, pointer, "icon"),
            value: json!({"fileName": image, "fileStatus": "PendingUpload"}),
        }],
    };
    let (language, file) = (language.to_owned(), image.to_owned());
    let kind = if old.is_some() {
        RepairKind::ReplaceIcon { language, file }
    } else {
        RepairKind::SetIcon { language, file }
    };
    Some(Repair { kind, edits })
}

/// Applies repairs to the text of the document: every byte outside of what they name stays.
pub fn apply_to(text: &str, repairs: &[Repair]) -> String {
    repairs.iter().fold(text.to_owned(), |text, repair| {
        apply_to_text(&text, &repair.edits).unwrap_or(text)
    })
}
