//! What packages and bundles say of themselves: `AppxManifest.xml` and `AppxBundleManifest.xml`, read leniently and in bounds.
//! Knows no archive and no document.

use crate::{family::Family, version::Version};
use quick_xml::{
    events::{BytesStart, Event},
    name::{Namespace, ResolveResult},
    reader::NsReader,
};
use std::{borrow::Cow, collections::HashSet};

/// A list in a manifest is never longer than this; what follows is left out.
const MOST: usize = 1_000;
/// Characters of one value; names are far shorter.
const LONGEST: usize = 400;
/// Bytes of the values of one list.
const ROOM: usize = 8 << 10;
/// Bytes of the paths in a bundle, which has a package for every language and scale.
const ROOM_OF_PATHS: usize = 64 << 10;
/// Device families of one package in a bundle.
const MOST_OF_PART: usize = 8;
/// Where the paths stand among the lists.
const PATHS: u8 = 5;
/// Elements within each other; real manifests have about six.
const DEPTH: usize = 64;
/// What the namespaces of manifests begin with; other elements are extensions that nobody asked for.
const OURS: &str = "http://schemas.microsoft.com/appx/";

/// What a package is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PackageKind {
    #[default]
    App,
    Framework,
    /// Languages or pictures of another package.
    Resource,
    /// An optional package of another one.
    Optional,
}

/// A package that a bundle's manifest names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its path in the bundle.
    pub path: String,
    pub version: String,
    /// As the Store spells it.
    pub architecture: String,
    /// Else it brings languages or pictures.
    pub is_app: bool,
    pub size: Option<u64>,
    /// Where its bytes begin; 0 or none where it lies beside the bundle.
    pub offset: Option<u64>,
    /// Names of its device families: packages of one architecture may be for different ones.
    pub families: Vec<String>,
}

/// What a package or a bundle says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    pub is_bundle: bool,
    pub kind: PackageKind,
    /// Its manifest is of Windows 8 or 8.1, with rules of its own; of an old form of bundle it may be.
    pub is_windows_8: bool,
    /// `Identity` `Name`, which the Store calls `packageIdentityName`.
    pub name: String,
    /// `CN=…`
    pub publisher: String,
    pub version: String,
    /// As the Store spells them: `x64`, `x86`, `ARM`, `ARM64`, `Neutral`; one for each application package.
    pub architectures: Vec<String>,
    pub families: Vec<Family>,
    pub languages: Vec<String>,
    pub capabilities: Vec<String>,
    /// Debug versions of frameworks that it depends on.
    pub debug_frameworks: Vec<String>,
    /// The packages of a bundle, until they have been looked into.
    pub parts: Vec<Part>,
    /// What of a bundle is missing or doubtful, in sentences without an end.
    pub gaps: Vec<String>,
    /// Packages of a bundle that begin elsewhere than its manifest says.
    pub misplaced: Vec<String>,
    /// In what the block map contradicts the package.
    pub block_map: Vec<String>,
    /// In what the packages of a bundle contradict it.
    pub contradictions: Vec<String>,
    /// Packages of a bundle that were not looked into, and why.
    pub unread: Vec<String>,
    /// Parts that every package needs and this one lacks.
    pub lacks: Vec<&'static str>,
    /// Packages of a bundle with a version of their own.
    pub inner_versions: Vec<String>,
}

/// Why a manifest could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    #[error("its manifest is no XML: {why} (byte {at})")]
    Xml { at: u64, why: String },
    #[error("its manifest has no Identity")]
    NoIdentity,
    #[error("the Identity in its manifest has no {0}")]
    Incomplete(&'static str),
    #[error("its manifest is nested too deep")]
    Deep,
}

/// A manifest's version: all four parts as numbers without zeros before them, or none.
pub fn version(text: &str) -> Option<Version> {
    let version: Version = text.parse().ok()?;
    (version.to_string() == text).then_some(version)
}

/// Reads either kind of manifest.
pub fn read(bytes: &[u8]) -> Result<Manifest, ManifestError> {
    let text = decoded(bytes);
    let mut reader = NsReader::from_str(&text);
    let mut reading = Reading {
        room: [(MOST, ROOM); 6],
        ..Reading::default()
    };
    if let Some(paths) = reading.room.get_mut(usize::from(PATHS)) {
        paths.1 = ROOM_OF_PATHS;
    }
    // The names of the elements around the place, and whether each is one of ours.
    let mut around: Vec<(String, bool)> = Vec::new();
    loop {
        let event = reader.read_event().map_err(|error| ManifestError::Xml {
            at: reader.error_position(),
            why: error.to_string(),
        })?;
        let (tag, is_open) = match &event {
            Event::Start(tag) => (tag, true),
            Event::Empty(tag) => (tag, false),
            Event::End(_) => {
                let text = std::mem::take(&mut reading.text);
                reading.property(&around, &text);
                around.pop();
                continue;
            }
            Event::Text(text) => {
                reading.said(text);
                continue;
            }
            Event::CData(text) => {
                reading.said(text);
                continue;
            }
            Event::GeneralRef(reference) => {
                let entity = format!("&{};", &**reference);
                let text = quick_xml::escape::unescape(&entity);
                reading.said(&text.unwrap_or_default());
                continue;
            }
            Event::Eof if around.is_empty() => break,
            Event::Eof => {
                return Err(ManifestError::Xml {
                    at: reader.buffer_position(),
                    why: "it ends too early".to_owned(),
                });
            }
            _ => continue,
        };
        if around.len() >= DEPTH {
            return Err(ManifestError::Deep);
        }
        let name = tag.local_name();
        let namespace = reader.resolver().resolve_element(tag.name()).0;
        if around.is_empty() {
            reading.root(name.as_ref(), &namespace);
        }
        let is_roots = reading.is_roots(&namespace);
        let is_ours = is_roots
            || matches!(namespace, ResolveResult::Bound(Namespace(it)) if it.starts_with(OURS));
        if is_ours && around.iter().all(|(_, is_ours)| *is_ours) {
            reading.element(&around, name.as_ref(), is_roots, tag)?;
        }
        reading.text.clear();
        if is_open {
            around.push((name.as_ref().to_owned(), is_ours));
        }
    }
    if reading.has_identity {
        Ok(reading.manifest)
    } else {
        Err(ManifestError::NoIdentity)
    }
}

/// A manifest on the way, with what bounds it.
#[derive(Default)]
struct Reading {
    manifest: Manifest,
    /// Of the root; its children have it, too.
    namespace: Option<String>,
    has_identity: bool,
    /// What stands in the element on the way, its beginning.
    text: String,
    /// Values that were kept, by their list and in lower case.
    seen: HashSet<(u8, String)>,
    /// How many more values each list takes, and of how many bytes.
    room: [(usize, usize); 6],
}

impl Reading {
    fn root(&mut self, name: &str, namespace: &ResolveResult<'_>) {
        self.manifest.is_bundle = name == "Bundle";
        if let ResolveResult::Bound(Namespace(namespace)) = namespace {
            let year = namespace.strip_prefix(OURS).unwrap_or_default();
            self.manifest.is_windows_8 = ["2010/", "2013/manifest", "2013/bundle"]
                .iter()
                .any(|it| year.starts_with(it));
            self.namespace = Some((*namespace).to_owned());
        }
    }

    fn is_roots(&self, namespace: &ResolveResult<'_>) -> bool {
        match namespace {
            ResolveResult::Bound(Namespace(name)) => self.namespace.as_deref() == Some(*name),
            ResolveResult::Unbound => self.namespace.is_none(),
            ResolveResult::Unknown(_) => false,
        }
    }

    fn element(
        &mut self,
        around: &[(String, bool)],
        name: &str,
        is_roots: bool,
        tag: &BytesStart<'_>,
    ) -> Result<(), ManifestError> {
        let holder = around.last().map_or("", |(name, _)| name.as_str());
        let is_package = !self.manifest.is_bundle && around.len() == 2;
        match (holder, name) {
            (_, "Identity") if around.len() == 1 && is_roots && !self.has_identity => {
                self.has_identity = true;
                self.identity(tag)?;
            }
            (_, "Package") if self.manifest.is_bundle && around.len() == 2 => self.inner(tag),
            ("Resources", "Resource") => {
                let language = self.value(0, || attribute(tag, "Language"));
                self.manifest.languages.extend(language);
            }
            ("Dependencies", "TargetDeviceFamily") => {
                let family = || {
                    let (name, least) = (attribute(tag, "Name")?, attribute(tag, "MinVersion")?);
                    Some(format!("{name} min version {least}"))
                };
                if let Some(part) = self.manifest.parts.last_mut()
                    && part.families.len() < MOST_OF_PART
                {
                    part.families.extend(attribute(tag, "Name"));
                }
                let family = self.value(1, family);
                let family = family.and_then(|family| Family::read(&family));
                self.manifest.families.extend(family);
            }
            ("Dependencies", "MainPackageDependency") if is_package => {
                self.manifest.kind = PackageKind::Optional;
            }
            ("Dependencies", "PackageDependency") if is_package => {
                let debug = || attribute(tag, "Name").filter(|name| name.ends_with(".Debug"));
                let name = self.value(2, debug);
                self.manifest.debug_frameworks.extend(name);
            }
            ("Capabilities", "Capability" | "DeviceCapability" | "CustomCapability") => {
                let name = self.value(3, || attribute(tag, "Name"));
                self.manifest.capabilities.extend(name);
            }
            _ => {}
        }
        Ok(())
    }

    /// A package of a bundle.
    fn inner(&mut self, tag: &BytesStart<'_>) {
        let Some(path) = attribute(tag, "FileName") else {
            return;
        };
        let is_app = attribute(tag, "Type").is_some_and(|kind| kind == "application");
        let architecture = architecture(attribute(tag, "Architecture").as_deref());
        if is_app {
            let architecture = self.value(4, || Some(architecture.clone()));
            self.manifest.architectures.extend(architecture);
        }
        if self.seen.contains(&(PATHS, path.to_lowercase())) {
            let twice = format!("its manifest names the package {path} twice");
            add(&mut self.manifest.contradictions, [twice]);
        }
        let number = |name: &str| attribute(tag, name)?.trim().parse().ok();
        let part = self.value(PATHS, || Some(path)).map(|path| Part {
            path,
            version: attribute(tag, "Version").unwrap_or_default(),
            architecture,
            is_app,
            size: number("Size"),
            offset: number("Offset"),
            families: Vec::new(),
        });
        self.manifest.parts.extend(part);
    }

    fn identity(&mut self, tag: &BytesStart<'_>) -> Result<(), ManifestError> {
        let manifest = &mut self.manifest;
        manifest.name = attribute(tag, "Name").ok_or(ManifestError::Incomplete("Name"))?;
        manifest.version = attribute(tag, "Version").ok_or(ManifestError::Incomplete("Version"))?;
        manifest.publisher = attribute(tag, "Publisher").unwrap_or_default();
        if !manifest.is_bundle {
            manifest.architectures = vec![architecture(
                attribute(tag, "ProcessorArchitecture").as_deref(),
            )];
        }
        Ok(())
    }

    fn said(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.text.len());
        self.text.extend(text.chars().take(room));
    }

    fn property(&mut self, around: &[(String, bool)], text: &str) {
        let is_true = || ["true", "1"].contains(&text.trim());
        if let [(root, true), (properties, true), (name, true)] = around
            && (root.as_str(), properties.as_str()) == ("Package", "Properties")
        {
            match name.as_str() {
                "Framework" if is_true() => self.manifest.kind = PackageKind::Framework,
                "ResourcePackage" if is_true() => self.manifest.kind = PackageKind::Resource,
                _ => {}
            }
        }
    }

    /// A value of a list that is new there, whatever its case, and for which there is room.
    fn value(&mut self, list: u8, value: impl FnOnce() -> Option<String>) -> Option<String> {
        let (values, bytes) = self
            .room
            .get_mut(usize::from(list))
            .filter(|(values, _)| *values > 0)?;
        let value = value()?;
        if value.len() > *bytes {
            // A list with holes would be misread.
            *values = 0;
            return None;
        }
        if !self.seen.insert((list, value.to_lowercase())) {
            return None;
        }
        *values -= 1;
        *bytes -= value.len();
        Some(value)
    }
}

impl Manifest {
    /// `40417Northwind.Notes 2.5.0.0 (x64, ARM64)`
    pub fn title(&self) -> String {
        format!(
            "{} {} ({})",
            self.name,
            self.version,
            self.architectures.join(", ")
        )
    }

    /// Takes in what a package of the bundle says, where the bundle's own manifest does not, or says otherwise.
    pub fn take_in(&mut self, part: &Part, package: Self) {
        let path = &part.path;
        let mut differs = |what: &str, own: &str, theirs: &str| {
            if !own.is_empty() && own != theirs {
                self.contradictions.push(format!(
                    "its package {path} has the {what} {theirs}, the bundle says {own}"
                ));
            }
        };
        differs("name", &self.name, &package.name);
        differs("publisher", &self.publisher, &package.publisher);
        differs("version", &part.version, &package.version);
        if part.is_app || package.kind != PackageKind::Resource {
            differs(
                "architecture",
                &part.architecture,
                &package.architectures.join(", "),
            );
        }
        match (part.is_app, package.kind) {
            (true, PackageKind::Resource) => differs("kind", "application", "resource"),
            (false, PackageKind::App) => differs("kind", "resource", "application"),
            _ => {}
        }
        for part in package.lacks {
            let sentence = format!("its package {path} has no {part}");
            add(&mut self.contradictions, [sentence]);
        }
        let faults = package.block_map.into_iter();
        let faults = faults.map(|fault| format!("in its package {path}, {fault}"));
        add(&mut self.block_map, faults);
        if !part.is_app {
            return;
        }
        if package.version != self.version {
            add(&mut self.inner_versions, [package.version]);
        }
        add(&mut self.capabilities, package.capabilities);
        add(&mut self.languages, package.languages);
        add(&mut self.gaps, package.gaps);
        add(&mut self.debug_frameworks, package.debug_frameworks);
        let known: HashSet<Family> = self.families.iter().cloned().collect();
        let families = package.families.into_iter();
        let families = families.filter(|family| !known.contains(family));
        self.families.extend(families.take(MOST - known.len()));
        self.is_windows_8 = package.is_windows_8;
        self.kind = package.kind;
    }
}

/// Adds what is new, whatever its case, in order.
fn add(list: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    let mut known: HashSet<String> = list.iter().map(|value| value.to_lowercase()).collect();
    for value in more {
        if list.len() < MOST && known.insert(value.to_lowercase()) {
            list.push(value);
        }
    }
}

/// Manifests are UTF-8; a few tools write UTF-16, some of them without its mark.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| -> Cow<'_, str> {
        let units: Vec<u16> = bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| read(*pair))
            .collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] | rest @ [b'<', 0, ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] | rest @ [0, b'<', ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => String::from_utf8_lossy(rest),
    }
}

/// An attribute by its name without prefix. Texts come from strangers: no control characters, no endless ones.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let text = whole_attribute(tag, name)?;
    let text = text.chars().filter(|c| !c.is_control());
    Some(text.take(LONGEST).collect())
}

/// An attribute as it is; only for what is compared and not kept.
pub(super) fn whole_attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let raw = found.value;
    // An entity that nobody knows stays as it is written.
    Some(quick_xml::escape::unescape(&raw).map_or_else(|_| raw.to_string(), Cow::into_owned))
}

/// The Store's spelling; left out means neutral.
fn architecture(given: Option<&str>) -> String {
    match given.map(str::to_ascii_lowercase).as_deref() {
        None | Some("neutral" | "") => "Neutral".to_owned(),
        Some("arm") => "ARM".to_owned(),
        Some("arm64") => "ARM64".to_owned(),
        Some(other) => other.to_owned(),
    }
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
