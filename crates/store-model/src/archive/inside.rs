//! Looks into the packages and pictures of a ZIP: what each package's manifest says, what each picture is. Reads where the bytes
//! lie and keeps within bounds, whatever a ZIP says of its sizes. Knows no document.

use super::{
    block_map::{Listing, differences},
    central_directory::{
        Archive, ArchiveError, ArchiveFile, Inside, Method, PictureFormat, content_start, walk,
    },
    entry::{EntrySource, ReadBudget, open},
    fit_parts::{has_ending, is_package, zip_path},
    manifest::{self, Manifest, Part, decoded},
};
use crate::units;
use flate2::Crc;
use imagesize::{ImageType, blob_size, image_type};
use std::{
    collections::{BTreeMap, HashSet},
    io::{Read, Seek},
};

/// Bytes that all packages together may cost. A package that is stored costs its directory and its manifest.
const PACKAGES_BUDGET: u64 = 512 << 20;
/// Bytes of packages that are read whole, to hold them against their checksums.
const CHECKED_BYTES: u64 = 64 << 20;
/// A package that the outer ZIP has deflated must be unpacked whole to reach its directory: about half a second for this much.
const MOST_UNPACKED: u64 = 256 << 20;
const MOST_PACKAGES: usize = 300;
/// Packages in one bundle or upload file: languages, scales and architectures.
const MOST_INNER: usize = 500;
/// Real manifests have a few kilobytes.
const MANIFEST_BYTES: u64 = 4 << 20;
/// An upload file holds a bundle, which holds packages.
const DEPTH: u8 = 3;

const PICTURES_BUDGET: u64 = 256 << 20;
const MOST_PICTURES: usize = 3_000;
const PICTURE_HEAD: u64 = 1 << 10;
/// In a JPEG the size may stand behind a preview and a colour profile.
const JPEG_HEAD: u64 = 256 << 10;
const PICTURE_ENDINGS: &[&str] = &["png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff"];

/// How a ZIP begins: with a file, or, when it is empty or was split, with one of the other records.
const SIGNATURE: &[u8] = b"PK";

/// Fills in what is inside of the packages and pictures of an archive that was read from this file.
pub fn look_inside(mut file: impl Read + Seek, archive: &mut Archive) {
    let (packages, pictures) = (
        ReadBudget::of(PACKAGES_BUDGET),
        ReadBudget::of(PICTURES_BUDGET),
    );
    let checks = ReadBudget::of(CHECKED_BYTES);
    let (mut packages_seen, mut pictures_seen) = (0, 0);
    let is_readable = |file: &&mut ArchiveFile| {
        file.size > 0 && !file.is_encrypted && !matches!(file.method, Method::Other(_))
    };
    for entry in archive.files.iter_mut().filter(is_readable) {
        if is_package(&entry.name) {
            packages_seen += 1;
            entry.inside = if packages_seen > MOST_PACKAGES {
                Inside::Skipped(format!(
                    "only the first {MOST_PACKAGES} packages of a ZIP are looked into"
                ))
            } else {
                package(&mut file, entry, &packages, &checks)
            };
        } else if has_ending(&entry.name, PICTURE_ENDINGS) && pictures_seen < MOST_PICTURES {
            pictures_seen += 1;
            // One that cannot be read is told by its ZIP's own faults, or by the Store.
            entry.inside = picture(&mut file, entry, &pictures).unwrap_or_default();
        }
    }
}

/// What is inside of a package that is a file of its own.
pub fn look_into_package(mut file: impl Read + Seek, name: &str) -> Inside {
    let budget = ReadBudget::of(PACKAGES_BUDGET);
    manifests(&mut file, name, DEPTH, &budget).map_or_else(|inside| inside, Inside::Packages)
}

fn head(
    file: &mut dyn EntrySource,
    entry: &ArchiveFile,
    length: u64,
    budget: &ReadBudget,
) -> Result<Vec<u8>, ArchiveError> {
    let mut head = Vec::new();
    open(file, entry, budget)?
        .take(length)
        .read_to_end(&mut head)?;
    Ok(head)
}

fn picture(
    file: &mut dyn EntrySource,
    entry: &ArchiveFile,
    budget: &ReadBudget,
) -> Result<Inside, ArchiveError> {
    let mut bytes = head(file, entry, PICTURE_HEAD, budget)?;
    let format = match image_type(&bytes) {
        Ok(ImageType::Png) => PictureFormat::Png,
        Ok(ImageType::Jpeg) => PictureFormat::Jpeg,
        _ => return Ok(Inside::NoPicture),
    };
    let mut size = blob_size(&bytes);
    if size.is_err() && format == PictureFormat::Jpeg {
        bytes = head(file, entry, JPEG_HEAD, budget)?;
        size = blob_size(&bytes);
    }
    let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
    Ok(size.map_or(Inside::NoPicture, |size| Inside::Picture {
        format,
        width: side(size.width),
        height: side(size.height),
    }))
}

/// Whether a package has the bytes that its ZIP says, as far as reading all of them is cheap.
fn has_right_checksum(
    file: &mut dyn EntrySource,
    entry: &ArchiveFile,
    checks: &ReadBudget,
) -> bool {
    if entry.size.saturating_mul(2) > checks.left() {
        return true;
    }
    let mut sum = Crc::new();
    let mut chunk = vec![0; 64 << 10];
    let Ok(mut source) = open(file, entry, checks) else {
        return true;
    };
    loop {
        match source.read(&mut chunk) {
            Ok(0) => return sum.sum() == entry.checksum,
            Ok(count) => sum.update(chunk.get(..count).unwrap_or_default()),
            // What cannot be unpacked is told where it is looked into.
            Err(_) => return true,
        }
    }
}

fn package(
    file: &mut dyn EntrySource,
    entry: &ArchiveFile,
    budget: &ReadBudget,
    checks: &ReadBudget,
) -> Inside {
    match head(file, entry, SIGNATURE.len() as u64, budget) {
        Ok(head) if head == SIGNATURE => {}
        Ok(_) => return Inside::NoPackage,
        Err(error) => return closed(&error, budget),
    }
    if has_ending(&entry.name, &["xap"]) {
        return Inside::Unread;
    }
    if !has_right_checksum(file, entry, checks) {
        return Inside::Broken("its bytes are damaged: their checksum is wrong".to_owned());
    }
    let is_twice = entry.method == Method::Deflated;
    if is_twice && entry.size > MOST_UNPACKED.min(budget.left()) {
        return Inside::Skipped(format!(
            "packed a second time by the ZIP, and with {} too large to be unpacked for a look; store it uncompressed",
            units::bytes(entry.size)
        ));
    }
    let read = open(file, entry, budget).map_err(|error| closed(&error, budget));
    match read.and_then(|mut source| manifests(source.as_mut(), &entry.name, DEPTH, budget)) {
        Ok(manifests) => Inside::Packages(manifests),
        Err(inside) => inside,
    }
}

/// An error met inside of a package, which is a ZIP itself.
fn closed(error: &ArchiveError, budget: &ReadBudget) -> Inside {
    if budget.left() == 0 {
        return Inside::Skipped(
            "more of it would have to be unpacked than is sensible; store packages uncompressed"
                .to_owned(),
        );
    }
    match error {
        ArchiveError::TooMany => {
            Inside::Skipped("it holds more files than are looked at here".to_owned())
        }
        error => Inside::Broken(error.to_string().replacen("the ZIP", "the package", 1)),
    }
}

/// The manifests in a package, a bundle or an upload file.
fn manifests(
    source: &mut dyn EntrySource,
    name: &str,
    depth: u8,
    budget: &ReadBudget,
) -> Result<Vec<Manifest>, Inside> {
    let mut parts = Parts::default();
    let walked = walk(&mut *source, |file| parts.take(file));
    walked.map_err(|error| closed(&error, budget))?;
    if parts.is_ambiguous || (parts.own.is_some() && parts.of_bundle.is_some()) {
        return Err(Inside::Broken("it holds two manifests".to_owned()));
    }
    if let Some(file) = parts.own.as_ref().or(parts.of_bundle.as_ref()) {
        let mut manifest = manifest_in(source, file, budget)?;
        manifest.lacks = parts.lacks();
        let is_bundle = parts.of_bundle.is_some();
        if let Some(file) = parts.block_map.take() {
            let listing = std::mem::take(&mut parts.listing);
            manifest.block_map = block_map_faults(source, &file, listing, is_bundle, budget);
        }
        if is_bundle {
            hold(source, &mut manifest, &parts, depth, budget);
        }
        return Ok(vec![manifest]);
    }
    if !has_ending(name, &["msixupload", "appxupload"]) {
        return Err(Inside::Broken("it holds no AppxManifest.xml".to_owned()));
    }
    if parts.packages.is_empty() {
        return Err(Inside::Broken("it holds no package".to_owned()));
    }
    let mut found = Vec::new();
    for inner in parts.packages.values() {
        found.extend(manifests_of(source, inner, depth, budget)?);
    }
    Ok(found)
}

/// What a block map that is small enough says otherwise than the directory; the others are not compared.
fn block_map_faults(
    source: &mut dyn EntrySource,
    file: &ArchiveFile,
    listing: Listing,
    is_bundle: bool,
    budget: &ReadBudget,
) -> Vec<String> {
    if !budget.takes_block_map(file.size) {
        return Vec::new();
    }
    match head(source, file, file.size, budget) {
        Ok(bytes) => differences(&decoded(&bytes), listing, is_bundle),
        Err(_) if budget.left() == 0 => Vec::new(),
        Err(error) => vec![format!("its block map cannot be read: {error}")],
    }
}

/// Holds a bundle's manifest against the packages in the bundle, and takes in what those say.
fn hold(
    source: &mut dyn EntrySource,
    manifest: &mut Manifest,
    parts: &Parts,
    depth: u8,
    budget: &ReadBudget,
) {
    let named = std::mem::take(&mut manifest.parts);
    doubles(&named, manifest);
    for part in &named {
        let path = &part.path;
        if !has_ending(path, &["appx", "msix"]) {
            let sentence = format!("its package {path} has not the name of a package");
            manifest.contradictions.push(sentence);
            continue;
        }
        let Some(file) = parts.packages.get(&zip_path(path).to_lowercase()) else {
            if parts.packages.len() >= MOST_INNER {
                manifest.unread.push(format!(
                    "{path}: the bundle holds more packages than are looked at"
                ));
                continue;
            }
            let sentence = format!("its package {path} is not in it");
            // The packages of a flat bundle lie beside it.
            let is_beside = part.offset.unwrap_or_default() == 0;
            let list = if is_beside {
                &mut manifest.gaps
            } else {
                &mut manifest.contradictions
            };
            list.push(sentence);
            continue;
        };
        if file.method != Method::Stored {
            manifest.contradictions.push(format!(
                "its package {path} is compressed: packages lie in a bundle as they are"
            ));
        }
        if part.size.is_some_and(|size| size != file.size) {
            manifest.contradictions.push(format!(
                "its package {path} has {} bytes, its manifest says {}",
                file.size,
                part.size.unwrap_or_default()
            ));
        }
        place(source, part, file, parts.end, manifest);
        // Languages and pictures are small, but may be many.
        if !part.is_app && budget.left() < PACKAGES_BUDGET / 2 {
            continue;
        }
        match manifests_of(source, file, depth, budget) {
            Ok(inner) => {
                for inner in inner {
                    manifest.take_in(part, inner);
                }
            }
            Err(Inside::Skipped(why)) => manifest.unread.push(format!("{path}: {why}")),
            Err(why) => {
                let sentence = format!("its package {path} cannot be read: {}", why.word());
                manifest.contradictions.push(sentence);
            }
        }
    }
    let named: HashSet<String> = named
        .iter()
        .map(|part| zip_path(&part.path).to_lowercase())
        .collect();
    let strays = parts
        .packages
        .iter()
        .filter(|(path, _)| !named.contains(*path));
    manifest.gaps.extend(strays.map(|(_, file)| {
        let path = plain_name(&file.name);
        format!("{path} is in it, but its manifest does not name it")
    }));
}

/// Application packages of which Windows could not choose one.
fn doubles(named: &[Part], manifest: &mut Manifest) {
    let mut seen = HashSet::new();
    let apps = || named.iter().filter(|part| part.is_app);
    for part in apps() {
        if !seen.insert((&part.architecture, &part.families)) {
            manifest.gaps.push(format!(
                "{} is another application package for {}, and a bundle has one for each architecture",
                part.path, part.architecture
            ));
        }
    }
    let is_neutral = |part: &&Part| part.architecture == "Neutral";
    if let (Some(neutral), Some(other)) = (
        apps().find(is_neutral),
        apps().find(|part| !is_neutral(part)),
    ) {
        manifest.gaps.push(format!(
            "it has application packages for every architecture ({}) and for {} ({}), which may not be together",
            neutral.path, other.architecture, other.path
        ));
    }
}

/// Where a package lies, against where the manifest says.
fn place(
    source: &mut dyn EntrySource,
    part: &Part,
    file: &ArchiveFile,
    end: u64,
    manifest: &mut Manifest,
) {
    let Some(offset) = part.offset.filter(|offset| *offset > 0) else {
        return;
    };
    let path = &part.path;
    let Ok(start) = content_start(source, file) else {
        return;
    };
    if start != offset && offset.saturating_add(part.size.unwrap_or_default()) > end {
        manifest.contradictions.push(format!(
            "its package {path} would reach past the bundle's last file by its manifest"
        ));
    } else if start != offset {
        manifest
            .misplaced
            .push(format!("{path} begins at byte {start}, not at {offset}"));
    }
}

/// The files of a package that matter here, by their names as manifests write them.
#[derive(Default)]
struct Parts {
    own: Option<ArchiveFile>,
    of_bundle: Option<ArchiveFile>,
    block_map: Option<ArchiveFile>,
    packages: BTreeMap<String, ArchiveFile>,
    listing: Listing,
    has_content_types: bool,
    is_ambiguous: bool,
    /// Where the last file's bytes end, or a little before.
    end: u64,
}

impl Parts {
    fn take(&mut self, file: ArchiveFile) {
        let path = plain_name(&zip_path(&file.name));
        self.listing.take(&path, &file);
        self.end = self.end.max(file.offset.saturating_add(file.packed));
        let is = |name: &str| path.eq_ignore_ascii_case(name);
        if is("AppxManifest.xml") {
            self.is_ambiguous |= self.own.replace(file).is_some();
        } else if is("AppxMetadata/AppxBundleManifest.xml") {
            self.is_ambiguous |= self.of_bundle.replace(file).is_some();
        } else if is("AppxBlockMap.xml") {
            self.block_map = Some(file);
        } else if is("[Content_Types].xml") {
            self.has_content_types = true;
        } else if is_package(&path) && self.packages.len() < MOST_INNER {
            self.packages.insert(path.to_lowercase(), file);
        }
    }

    /// What every package and bundle has.
    fn lacks(&self) -> Vec<&'static str> {
        let parts = [
            (self.block_map.is_some(), "AppxBlockMap.xml"),
            (self.has_content_types, "[Content_Types].xml"),
        ];
        let lacking = parts.into_iter().filter(|(has, _)| !has);
        lacking.map(|(_, name)| name).collect()
    }
}

/// Names in a package are percent-encoded, as the Open Packaging Conventions want it; its manifests have them plain.
fn plain_name(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, more @ ..] = rest {
        let digit = |at: usize| Some(char::from(*more.get(at)?).to_digit(16)? as u8);
        if let Some((high, low)) = digit(0).zip(digit(1)).filter(|_| *first == b'%') {
            bytes.push(high << 4 | low);
            rest = more.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}

fn manifests_of(
    source: &mut dyn EntrySource,
    file: &ArchiveFile,
    depth: u8,
    budget: &ReadBudget,
) -> Result<Vec<Manifest>, Inside> {
    let Some(depth) = depth.checked_sub(1).filter(|depth| *depth > 0) else {
        return Err(Inside::Broken(
            "packages are nested deeper in it than the Store takes them".to_owned(),
        ));
    };
    if file.is_encrypted {
        return Err(Inside::Broken("it is encrypted".to_owned()));
    }
    let mut inner = open(source, file, budget).map_err(|error| closed(&error, budget))?;
    manifests(inner.as_mut(), &plain_name(&file.name), depth, budget)
}

fn manifest_in(
    source: &mut dyn EntrySource,
    file: &ArchiveFile,
    budget: &ReadBudget,
) -> Result<Manifest, Inside> {
    if !budget.takes_manifest(file.size) {
        return Err(Inside::Skipped(
            "the manifests of this ZIP are larger together than is sensible".to_owned(),
        ));
    }
    let bytes =
        head(source, file, MANIFEST_BYTES + 1, budget).map_err(|error| closed(&error, budget))?;
    if bytes.len() as u64 > MANIFEST_BYTES {
        return Err(Inside::Broken(format!(
            "its manifest is larger than {}",
            units::bytes(MANIFEST_BYTES)
        )));
    }
    manifest::read(&bytes).map_err(|error| Inside::Broken(error.to_string()))
}

impl Inside {
    /// Why it was not read.
    fn word(&self) -> &str {
        match self {
            Self::Broken(why) | Self::Skipped(why) => why,
            _ => "it is no package",
        }
    }
}
