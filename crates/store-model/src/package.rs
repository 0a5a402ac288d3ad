//! The files that a submission's document speaks of: packages, images, trailers, thumbnails, icons; where each stands and
//! which of them the ZIP must hold. Knows neither the ZIP nor the rules about the files.

use crate::{
    json::pointer::{child, member, spelled},
    limits,
    target::Kind,
};
use serde_json::{Value, json};
use std::fmt;

/// A file's state (store-api.md § 3.12); open, and exact in case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FileStatus {
    None,
    PendingUpload,
    Uploaded,
    PendingDelete,
    Other(String),
}

impl FileStatus {
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "None",
            Self::PendingUpload => "PendingUpload",
            Self::Uploaded => "Uploaded",
            Self::PendingDelete => "PendingDelete",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for FileStatus {
    fn from(text: &str) -> Self {
        match text {
            "None" | "" => Self::None,
            "PendingUpload" => Self::PendingUpload,
            "Uploaded" => Self::Uploaded,
            "PendingDelete" => Self::PendingDelete,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for FileStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileRole {
    Package,
    Image,
    Icon,
    Trailer,
    Thumbnail,
}

impl FileRole {
    pub fn word(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Image => "image",
            Self::Icon => "icon",
            Self::Trailer => "trailer",
            Self::Thumbnail => "thumbnail",
        }
    }

    /// The most bytes that one file may have.
    pub fn most_bytes(self) -> u64 {
        match self {
            Self::Package => limits::PACKAGE_BYTES,
            Self::Trailer => limits::TRAILER_BYTES,
            Self::Image | Self::Icon | Self::Thumbnail => limits::IMAGE_BYTES,
        }
    }

    /// The member that names the file.
    pub fn name_field(self) -> &'static str {
        if self == Self::Trailer {
            "videoFileName"
        } else {
            "fileName"
        }
    }
}

/// A file as the document has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// JSON pointer of the entry's object.
    pub pointer: String,
    /// As written, with either slash; empty when missing.
    pub file_name: String,
    /// Trailers and thumbnails have none in the document: without an id they are `PendingUpload`, else `Uploaded`.
    pub status: FileStatus,
    /// The service's id; `None` for a new file and for add-on icons, which have none.
    pub id: Option<String>,
    pub role: FileRole,
}

/// A package as lists show it; texts are empty where the document has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageFacts {
    pub pointer: String,
    pub file_name: String,
    pub version: String,
    pub architecture: String,
    pub status: FileStatus,
    pub id: Option<String>,
    pub languages: Vec<String>,
    /// Device families with their least version, as the service words them.
    pub families: Vec<String>,
}

fn text(value: &Value, name: &str) -> String {
    member(value, name)
        .and_then(|(_, value)| value.as_str())
        .unwrap_or_default()
        .to_owned()
}

fn texts(value: &Value, name: &str) -> Vec<String> {
    let list = member(value, name).and_then(|(_, value)| value.as_array());
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The elements of an array with their pointers; none where it is no array.
fn elements<'a>(parent: &'a Value, pointer: &str, name: &str) -> Vec<(String, &'a Value)> {
    let Some((key, Value::Array(array))) = member(parent, name) else {
        return Vec::new();
    };
    let pointer = child(pointer, key);
    array
        .iter()
        .enumerate()
        .map(|(index, value)| (child(&pointer, index), value))
        .collect()
}

/// The members of an object with their pointers; none where it is no object.
fn members<'a>(parent: &'a Value, pointer: &str, name: &str) -> Vec<(String, &'a Value)> {
    let Some((key, Value::Object(object))) = member(parent, name) else {
        return Vec::new();
    };
    let pointer = child(pointer, key);
    object
        .iter()
        .map(|(key, value)| (child(&pointer, key), value))
        .collect()
}

impl FileEntry {
    fn read(pointer: String, value: &Value, role: FileRole) -> Self {
        let id = Some(text(value, "id")).filter(|id| !id.is_empty());
        let status = match role {
            // § 3.9: trailers and their thumbnails carry no fileStatus.
            FileRole::Trailer | FileRole::Thumbnail
                if id.is_none() && text(value, "videoFileId").is_empty() =>
            {
                FileStatus::PendingUpload
            }
            FileRole::Trailer | FileRole::Thumbnail => FileStatus::Uploaded,
            FileRole::Package | FileRole::Image | FileRole::Icon => {
                text(value, "fileStatus").as_str().into()
            }
        };
        Self {
            pointer,
            file_name: text(value, role.name_field()),
            status,
            id,
            role,
        }
    }
}

/// Every file that the document names, in its order.
pub fn files(kind: Kind, document: &Value) -> Vec<FileEntry> {
    let mut found = Vec::new();
    let mut add = |entries: Vec<(String, &Value)>, role: FileRole| {
        found.extend(
            entries
                .into_iter()
                .filter(|(_, value)| value.is_object())
                .map(|(pointer, value)| FileEntry::read(pointer, value, role)),
        );
    };
    if let Some(field) = kind.packages_field() {
        add(elements(document, "", field), FileRole::Package);
    }
    match kind {
        Kind::App => {
            for (pointer, listing) in members(document, "", "listings") {
                if let Some((key, base)) = member(listing, "baseListing") {
                    add(
                        elements(base, &child(&pointer, key), "images"),
                        FileRole::Image,
                    );
                }
                for (pointer, platform) in members(listing, &pointer, "platformOverrides") {
                    add(elements(platform, &pointer, "images"), FileRole::Image);
                }
            }
            for (pointer, trailer) in elements(document, "", "trailers") {
                add(vec![(pointer.clone(), trailer)], FileRole::Trailer);
                for (pointer, asset) in members(trailer, &pointer, "trailerAssets") {
                    add(elements(asset, &pointer, "imageList"), FileRole::Thumbnail);
                }
            }
        }
        Kind::AddOn => {
            for (pointer, listing) in members(document, "", "listings") {
                if let Some((key, icon)) = member(listing, "icon") {
                    add(vec![(child(&pointer, key), icon)], FileRole::Icon);
                }
            }
        }
        Kind::Flight => {}
    }
    found
}

/// What the ZIP must hold (store-api.md § 4.9); none of these means that no upload is needed.
pub fn expected(kind: Kind, document: &Value) -> Vec<FileEntry> {
    let is_pending = |entry: &FileEntry| {
        entry.status == FileStatus::PendingUpload && !entry.file_name.is_empty()
    };
    files(kind, document)
        .into_iter()
        .filter(is_pending)
        .collect()
}

/// The list of packages, as the document spells it; `None` for a kind without one.
pub fn packages_pointer(kind: Kind, document: &Value) -> Option<String> {
    Some(spelled(document, "", kind.packages_field()?))
}

/// The entry of a package that the ZIP brings; the schemas have the same as `x-fresh`, by which the tree makes one.
pub fn new_package(file_name: &str) -> Value {
    json!({"fileName": file_name, "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None"})
}

/// The packages with what the service found out about them.
pub fn packages(kind: Kind, document: &Value) -> Vec<PackageFacts> {
    let entries = kind
        .packages_field()
        .map(|field| elements(document, "", field))
        .unwrap_or_default();
    let read = |(pointer, value): (String, &Value)| {
        let entry = FileEntry::read(pointer, value, FileRole::Package);
        PackageFacts {
            pointer: entry.pointer,
            file_name: entry.file_name,
            version: text(value, "version"),
            architecture: text(value, "architecture"),
            status: entry.status,
            id: entry.id,
            languages: texts(value, "languages"),
            families: texts(value, "targetDeviceFamilies"),
        }
    };
    entries
        .into_iter()
        .filter(|(_, value)| value.is_object())
        .map(read)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_an_app_is_found() {
        let document = json!({
            "applicationPackages": [
                {"fileName": "a.msix", "fileStatus": "Uploaded", "id": "1", "version": "1.0.0.0", "architecture": "x64", "languages": ["en-US"]},
                {"FileName": "b.msix", "FileStatus": "PendingUpload", "id": ""}],
            "listings": {"en-us": {
                "baseListing": {"images": [{"fileName": "en-us/1.png", "fileStatus": "PendingUpload"}, {"fileName": "old.png", "fileStatus": "PendingDelete", "id": "7"}]},
                "platformOverrides": {"Windows81": {"images": [{"fileName": "o.png", "fileStatus": "PendingUpload"}]}}}},
            "trailers": [
                {"videoFileName": "t\\new.mp4", "trailerAssets": {"en-us": {"title": "x", "imageList": [{"fileName": "t/new.png"}]}}},
                {"id": "9", "videoFileId": "8", "videoFileName": "old.mp4", "trailerAssets": {"en-us": {"imageList": [{"id": "5", "fileName": "old.png"}]}}}]
        });
        let all: Vec<_> = files(Kind::App, &document)
            .into_iter()
            .map(|entry| (entry.pointer, entry.role))
            .collect();
        assert_eq!(all.len(), 9);
        for (pointer, _) in &all {
            assert!(document.pointer(pointer).unwrap().is_object(), "{pointer}");
        }
        let names: Vec<_> = expected(Kind::App, &document)
            .into_iter()
            .map(|entry| entry.file_name)
            .collect();
        assert_eq!(
            names,
            ["b.msix", "en-us/1.png", "o.png", "t\\new.mp4", "t/new.png"]
        );
        let facts = packages(Kind::App, &document);
        assert_eq!(
            (
                facts[0].version.as_str(),
                facts[0].languages.as_slice(),
                facts[1].id.as_deref()
            ),
            ("1.0.0.0", ["en-US".to_owned()].as_slice(), None)
        );
    }

    #[test]
    fn add_ons_have_icons_and_flights_packages() {
        let add_on = json!({"listings": {"en-us": {"icon": {"fileName": "i.png", "fileStatus": "PendingUpload"}}, "de-de": {"icon": null}}});
        let entries = expected(Kind::AddOn, &add_on);
        assert_eq!(
            entries,
            [FileEntry {
                pointer: "/listings/en-us/icon".into(),
                file_name: "i.png".into(),
                status: FileStatus::PendingUpload,
                id: None,
                role: FileRole::Icon,
            }]
        );
        let flight = json!({"flightPackages": [{"fileName": "f.msix", "fileStatus": "PendingUpload"}, 3, null]});
        assert_eq!(expected(Kind::Flight, &flight).len(), 1);
        assert!(
            files(
                Kind::App,
                &json!({"listings": [], "trailers": {}, "applicationPackages": "x"})
            )
            .is_empty()
        );
    }
}
