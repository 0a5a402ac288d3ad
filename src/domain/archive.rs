//! A ZIP and the document it is for: read, compare, and the repairs that the document can take.
//! Only touched leaves change. Knows nothing of files on a disk.

pub use super::{
    central_directory::{Archive, ArchiveError, ArchiveFile, read},
    fit::{ArchiveFault, Extra, Fit, Missing, Near, NearReason, fit, is_package},
};
use super::{
    fit::zip_path,
    pointer::{child, member, set},
    target::Kind,
};
use serde_json::{Value, json};

/// A change of one place of the document.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    Set {
        pointer: String,
        value: Value,
    },
    /// Appends to the array at the pointer, which is made if there is none.
    Append {
        pointer: String,
        value: Value,
    },
}

/// A change of the document that makes it fit the ZIP better.
#[derive(Clone, Debug, PartialEq)]
pub struct Repair {
    /// What it will do, for people.
    pub sentence: String,
    pub edits: Vec<Edit>,
}

/// What can be repaired in the document. A ZIP with `\` in its paths is not among it: only building it anew helps.
pub fn repairs(kind: Kind, document: &Value, fit: &Fit) -> Vec<Repair> {
    let mut repairs: Vec<Repair> = fit.missing.iter().filter_map(|missing| rename(document, missing)).collect();
    let news = || fit.extra.iter().filter(|extra| !extra.is_known);
    if let Some(field) = kind.packages_field() {
        let pointer = child("", member(document, field).map_or(field, |(key, _)| key));
        repairs.extend(news().filter(|extra| extra.is_package).map(|extra| Repair {
            sentence: format!("Add {} as a new package.", extra.name),
            edits: vec![Edit::Append {
                pointer: pointer.clone(),
                value: json!({
                    "fileName": extra.name, "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None"
                }),
            }],
        }));
    }
    if kind == Kind::AddOn {
        let images: Vec<&str> =
            news().map(|extra| extra.name.as_str()).filter(|name| name.to_lowercase().ends_with(".png")).collect();
        let listings = member(document, "listings").and_then(|(key, value)| Some((child("", key), value.as_object()?)));
        if let Some((listings, languages)) = listings {
            for (language, listing) in languages {
                let of_language = |name: &&&str| {
                    zip_path(name).split_once('/').is_some_and(|(folder, _)| folder.eq_ignore_ascii_case(language))
                };
                // With more than one image, which is the icon is not ours to guess.
                if let [image] = images.iter().filter(of_language).collect::<Vec<_>>().as_slice() {
                    repairs.extend(icon(&child(&listings, language), language, listing, image));
                }
            }
        }
    }
    repairs
}

fn rename(document: &Value, missing: &Missing) -> Option<Repair> {
    let near = missing.near.as_ref().filter(|near| near.reason != NearReason::Backslash)?;
    let (key, _) = member(document.pointer(&missing.pointer)?, missing.role.name_field())?;
    Some(Repair {
        sentence: format!("Name {} as the ZIP does: {}.", missing.file_name, near.name),
        edits: vec![Edit::Set { pointer: child(&missing.pointer, key), value: near.name.clone().into() }],
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
                pointer: child(&pointer, member(icon, name).map_or(name, |(key, _)| key)),
                value: value.into(),
            };
            vec![leaf("fileName", image), leaf("fileStatus", "PendingUpload")]
        }
        None => vec![Edit::Set {
            pointer: child(pointer, member(listing, "icon").map_or("icon", |(key, _)| key)),
            value: json!({"fileName": image, "fileStatus": "PendingUpload"}),
        }],
    };
    let verb = if old.is_some() { "Replace" } else { "Set" };
    Some(Repair { sentence: format!("{verb} the icon of {language}: {image}."), edits })
}

/// Applies repairs; what they do not name stays as it is.
pub fn apply(document: &mut Value, repairs: &[Repair]) {
    for edit in repairs.iter().flat_map(|repair| &repair.edits) {
        match edit {
            Edit::Set { pointer, value } => {
                set(document, pointer, value.clone());
            }
            Edit::Append { pointer, value } => {
                if document.pointer(pointer).is_none_or(Value::is_null) {
                    set(document, pointer, json!([]));
                }
                set(document, &child(pointer, "-"), value.clone());
            }
        }
    }
}
