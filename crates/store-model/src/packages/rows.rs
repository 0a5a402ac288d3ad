//! The packages of a document side by side with those that are live: what each is, for whom, and whether it stays.
//! The packages of the ZIP are an argument. Knows no change and no screen.

pub use super::file_name::ARCHITECTURES;
pub use crate::family::Family;

use super::file_name;
use crate::{
    archive::{
        Archive, ArchiveFile, Inside,
        fit::{has_ending, is_bundle, zip_path},
        manifest::Manifest,
    },
    json::pointer::member,
    limits,
    package::{FileStatus, packages},
    target::Kind,
    version::Version,
};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// What becomes of a package with this document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Comes with the ZIP.
    New,
    /// Is on the server and stays.
    Kept,
    /// Is removed by the commit.
    Going,
    /// Is live, but the document has lost it: the Store refuses that.
    Missing,
}

impl Disposition {
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Kept => "kept",
            Self::Going => "going",
            Self::Missing => "missing",
        }
    }

    /// Whether customers can get it once this document is published.
    pub fn stays(self) -> bool {
        matches!(self, Self::New | Self::Kept)
    }

    /// Whether customers have it today.
    pub fn is_live(self) -> bool {
        self != Self::New
    }
}

/// Who says what a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactSource {
    Store,
    /// Read from the manifest in the ZIP.
    Zip,
    /// Guessed from its file's name: good for showing, never for deciding.
    Name,
    Nobody,
}

/// What the manifests in the ZIP say of a new package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZipPackage {
    pub version: String,
    /// All for which there is an application package, in the order of [`ARCHITECTURES`].
    pub architectures: Vec<String>,
    pub families: Vec<Family>,
    pub languages: Vec<String>,
    pub capabilities: Vec<String>,
    pub is_bundle: bool,
}

impl ZipPackage {
    /// An upload file holds packages of one version: together they are what the Store makes one package of.
    fn of(manifests: &[Manifest]) -> Option<Self> {
        fn all<T: Clone + PartialEq>(manifests: &[Manifest], of: fn(&Manifest) -> &[T]) -> Vec<T> {
            let mut all: Vec<T> = Vec::new();
            for value in manifests.iter().flat_map(of) {
                if !all.contains(value) {
                    all.push(value.clone());
                }
            }
            all
        }
        let mut architectures = all(manifests, |manifest| &manifest.architectures);
        architectures.sort_by_key(|architecture| place_of(architecture));
        Some(Self {
            version: manifests.first()?.version.clone(),
            architectures,
            families: all(manifests, |manifest| &manifest.families),
            languages: all(manifests, |manifest| &manifest.languages),
            capabilities: all(manifests, |manifest| &manifest.capabilities),
            is_bundle: manifests.iter().any(|manifest| manifest.is_bundle),
        })
    }

    /// What was found inside of a package; nothing where it could not be read.
    pub fn read(inside: &Inside) -> Option<Self> {
        match inside {
            Inside::Packages(manifests) => Self::of(manifests),
            _ => None,
        }
    }

    /// `x64/ARM64`
    pub fn architecture(&self) -> String {
        self.architectures.join("/")
    }
}

/// Where an architecture stands in lists; unknown ones come last.
pub fn place_of(architecture: &str) -> usize {
    let is = |known: &&str| known.eq_ignore_ascii_case(architecture);
    ARCHITECTURES.iter().position(is).unwrap_or(usize::MAX)
}

/// What is known of the new packages, by their paths in the ZIP.
pub type ZipPackages = HashMap<String, ZipPackage>;

/// What the manifests in a ZIP say, as far as they were read.
pub fn zip_packages(archive: &Archive) -> ZipPackages {
    let read = |file: &ArchiveFile| Some((zip_path(&file.name), ZipPackage::read(&file.inside)?));
    archive.files.iter().filter_map(read).collect()
}

/// Stands for the processors of a bundle that the Store calls neutral without telling which.
pub(super) const OF_A_BUNDLE: &str = "Bundle";

/// What the Store says of one package, for reach: of a bundle for several it only says that it is neutral.
fn architectures(file_name: &str, architecture: &str) -> Vec<String> {
    let is_neutral = architecture.eq_ignore_ascii_case("Neutral");
    let told = if is_neutral && is_bundle(file_name) {
        OF_A_BUNDLE
    } else {
        architecture
    };
    (!told.is_empty())
        .then(|| told.to_owned())
        .into_iter()
        .collect()
}

/// A package of the document, or one that is live and missing there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageRow {
    /// Of its object: in the document, or in the live one if it is missing.
    pub pointer: String,
    pub file_name: String,
    pub version: Option<Version>,
    /// As lists show it: `x64/ARM64` for a bundle of both; empty where nobody knows.
    pub architecture: String,
    /// The processors that it is for.
    pub architectures: Vec<String>,
    /// Unknown of an upload file that nobody has looked into.
    pub is_bundle: Option<bool>,
    pub families: Vec<Family>,
    pub languages: Vec<String>,
    pub capabilities: Vec<String>,
    pub status: FileStatus,
    pub id: Option<String>,
    pub disposition: Disposition,
    pub source: FactSource,
}

impl PackageRow {
    /// Whether version and architecture are certain, so that it can be compared with others.
    pub fn is_known(&self) -> bool {
        matches!(self.source, FactSource::Store | FactSource::Zip)
            && self.version.is_some()
            && !self.architectures.is_empty()
    }

    /// What makes it the same package after an edit, wherever it then stands.
    pub fn key(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.file_name)
    }

    pub fn version_text(&self) -> String {
        self.version
            .map(|version| version.to_string())
            .unwrap_or_default()
    }
}

/// The packages of the document in its order, then what is live and missing. `live` is the published document, or any one
/// whose packages must all be listed.
pub fn rows(
    kind: Kind,
    document: &Value,
    live: Option<&Value>,
    zip_packages: &ZipPackages,
) -> Vec<PackageRow> {
    let mut rows: Vec<PackageRow> = read(kind, document, zip_packages);
    let known: HashSet<String> = rows.iter().filter_map(|row| row.id.clone()).collect();
    let lost = live
        .map(|live| read(kind, live, zip_packages))
        .unwrap_or_default();
    let is_lost = |row: &PackageRow| {
        row.id.as_ref().is_some_and(|id| !known.contains(id))
            && row.disposition == Disposition::Kept
    };
    rows.extend(lost.into_iter().filter(is_lost).map(|row| PackageRow {
        disposition: Disposition::Missing,
        ..row
    }));
    rows
}

fn read(kind: Kind, document: &Value, zip_packages: &ZipPackages) -> Vec<PackageRow> {
    let read = |facts: crate::package::PackageFacts| {
        let disposition = match facts.status {
            FileStatus::PendingUpload => Disposition::New,
            FileStatus::PendingDelete => Disposition::Going,
            _ => Disposition::Kept,
        };
        let capabilities = document
            .pointer(&facts.pointer)
            .and_then(|value| member(value, "capabilities"));
        let capabilities = capabilities
            .and_then(|(_, list)| list.as_array())
            .into_iter()
            .flatten();
        let mut row = PackageRow {
            version: facts.version.parse().ok(),
            families: facts
                .families
                .iter()
                .filter_map(|text| Family::read(text))
                .collect(),
            capabilities: capabilities
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            source: if facts.version.is_empty() {
                FactSource::Nobody
            } else {
                FactSource::Store
            },
            pointer: facts.pointer,
            architectures: architectures(&facts.file_name, &facts.architecture),
            is_bundle: (!has_ending(&facts.file_name, &["msixupload", "appxupload"]))
                .then(|| is_bundle(&facts.file_name)),
            file_name: facts.file_name,
            architecture: facts.architecture,
            languages: facts.languages,
            status: facts.status,
            id: facts.id,
            disposition,
        };
        if row.disposition == Disposition::New {
            learn(&mut row, zip_packages);
        }
        row
    };
    packages(kind, document).into_iter().map(read).collect()
}

/// A new package has no facts of the service: the ZIP's count, else a guess.
fn learn(row: &mut PackageRow, zip_packages: &ZipPackages) {
    if let Some(package) = zip_packages.get(&zip_path(&row.file_name)) {
        row.version = package.version.parse().ok();
        row.architecture = package.architecture();
        row.architectures.clone_from(&package.architectures);
        row.families.clone_from(&package.families);
        row.languages.clone_from(&package.languages);
        row.capabilities.clone_from(&package.capabilities);
        row.is_bundle = Some(package.is_bundle);
        row.source = FactSource::Zip;
    } else if row.source == FactSource::Nobody {
        let named = file_name::read(&row.file_name);
        row.version = named.version.and_then(|version| version.parse().ok());
        row.architecture = named.architecture.unwrap_or_default().to_owned();
        if row.version.is_some() || named.architecture.is_some() {
            row.source = FactSource::Name;
        }
    }
}

/// Why loose packages are refused where customers have a bundle; nothing where a bundle stays, or may.
pub fn lacks_bundle(rows: &[PackageRow]) -> Option<String> {
    let staying = || rows.iter().filter(|row| row.disposition.stays());
    let had = rows
        .iter()
        .find(|row| row.disposition.is_live() && row.is_bundle == Some(true))?;
    let is_new = |row: &&PackageRow| row.disposition == Disposition::New;
    let new = staying().find(is_new)?;
    staying().all(|row| row.is_bundle == Some(false)).then(|| {
        format!(
            "{} is a bundle, but {} and the other packages that stay are none: once a bundle was published, the Store wants one in every submission.",
            had.file_name, new.file_name
        )
    })
}

/// What is to be said of one package; the worst first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageMark {
    /// Two that stay have the same version for the same architecture.
    Twice { other: String },
    /// The document has lost it.
    Missing,
    /// A package that is on the server has its name.
    SameName,
    /// Everybody who could have it gets a newer one.
    Superseded { by: String, version: Version },
    /// Nobody knows yet what it is: the ZIP has not been looked into.
    Unknown,
}

impl PackageMark {
    pub fn sentence(&self) -> String {
        match self {
            Self::Twice { other } => {
                format!(
                    "The same version for the same architecture as {other}: the Store takes only one of them."
                )
            }
            Self::Missing => {
                "It is live, but the document has lost its entry: the Store refuses that."
                    .to_owned()
            }
            Self::SameName => {
                "A package on the server has this name; give the new one a name of its own."
                    .to_owned()
            }
            Self::Superseded { by, version } => {
                format!("Nobody gets it any more: {by} ({version}) goes to all its customers.")
            }
            Self::Unknown => {
                "What it is, is read from the ZIP: pick the one that holds it.".to_owned()
            }
        }
    }

    /// Whether the Store would refuse it.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Twice { .. } | Self::Missing)
    }
}

/// What the list as a whole lacks, in sentences.
pub fn list_warnings(kind: Kind, rows: &[PackageRow]) -> Vec<String> {
    let staying = rows.iter().filter(|row| row.disposition.stays()).count();
    let mut warnings = Vec::new();
    if staying > limits::PACKAGES {
        warnings.push(format!(
            "{staying} packages: the Store refuses more than about {} to 30.",
            limits::PACKAGES
        ));
    }
    if staying == 0 {
        warnings.push(format!(
            "No package is left: the {} cannot be published like this.",
            kind.word()
        ));
    }
    warnings
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
