//! Looks into the packages and pictures of a ZIP: what each package's manifest says, what each picture is. Reads where the bytes
//! lie and keeps within bounds, whatever a ZIP says of its sizes. Knows no document.

use super::{
    central_directory::{Archive, ArchiveError, ArchiveFile, Inside, Method, PictureFormat, walk},
    entry::{Budget, Source, open},
    fit_parts::{has_ending, is_package, zip_path},
    manifest::{self, Manifest},
};
use crate::units;
use imagesize::{ImageType, blob_size, image_type};
use std::io::{Read, Seek};

/// Bytes that all packages together may cost. A package that is stored costs its directory and its manifest.
const PACKAGES_BUDGET: u64 = 512 << 20;
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
    let (packages, pictures) = (Budget::of(PACKAGES_BUDGET), Budget::of(PICTURES_BUDGET));
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
                package(&mut file, entry, &packages)
            };
        } else if has_ending(&entry.name, PICTURE_ENDINGS) && pictures_seen < MOST_PICTURES {
            pictures_seen += 1;
            // One that cannot be read is told by its ZIP's own faults, or by the Store.
            entry.inside = picture(&mut file, entry, &pictures).unwrap_or_default();
        }
    }
}

fn head(
    file: &mut dyn Source,
    entry: &ArchiveFile,
    length: u64,
    budget: &Budget,
) -> Result<Vec<u8>, ArchiveError> {
    let mut head = Vec::new();
    open(file, entry, budget)?
        .take(length)
        .read_to_end(&mut head)?;
    Ok(head)
}

fn picture(
    file: &mut dyn Source,
    entry: &ArchiveFile,
    budget: &Budget,
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

fn package(file: &mut dyn Source, entry: &ArchiveFile, budget: &Budget) -> Inside {
    match head(file, entry, SIGNATURE.len() as u64, budget) {
        Ok(head) if head == SIGNATURE => {}
        Ok(_) => return Inside::NoPackage,
        Err(error) => return closed(&error, budget),
    }
    if has_ending(&entry.name, &["xap"]) {
        return Inside::Unread;
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
fn closed(error: &ArchiveError, budget: &Budget) -> Inside {
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
    source: &mut dyn Source,
    name: &str,
    depth: u8,
    budget: &Budget,
) -> Result<Vec<Manifest>, Inside> {
    let (mut own, mut of_bundle, mut packages) = (None, None, Vec::new());
    let walked = walk(&mut *source, |file| {
        let path = zip_path(&file.name);
        if path.eq_ignore_ascii_case("AppxManifest.xml") {
            own = Some(file);
        } else if path.eq_ignore_ascii_case("AppxMetadata/AppxBundleManifest.xml") {
            of_bundle = Some(file);
        } else if is_package(&path) && packages.len() < MOST_INNER {
            packages.push(file);
        }
    });
    walked.map_err(|error| closed(&error, budget))?;
    if let Some(file) = own {
        return Ok(vec![manifest_in(source, &file, budget)?]);
    }
    if let Some(file) = of_bundle {
        let mut manifest = manifest_in(source, &file, budget)?;
        for path in manifest.packages.clone() {
            let inner = packages
                .iter()
                .find(|file| zip_path(&file.name).eq_ignore_ascii_case(&zip_path(&path)));
            match inner.map(|inner| manifests_of(source, inner, depth, budget)) {
                None => manifest.add_gap(format!("its package {path} is not in it")),
                Some(Ok(inner)) => inner.into_iter().for_each(|inner| manifest.take_in(inner)),
                Some(Err(why)) => {
                    manifest.add_gap(format!("its package {path} was not read: {}", why.word()));
                }
            }
        }
        return Ok(vec![manifest]);
    }
    if !has_ending(name, &["msixupload", "appxupload"]) {
        return Err(Inside::Broken("it holds no AppxManifest.xml".to_owned()));
    }
    if packages.is_empty() {
        return Err(Inside::Broken("it holds no package".to_owned()));
    }
    let mut found = Vec::new();
    for inner in &packages {
        found.extend(manifests_of(source, inner, depth, budget)?);
    }
    Ok(found)
}

fn manifests_of(
    source: &mut dyn Source,
    file: &ArchiveFile,
    depth: u8,
    budget: &Budget,
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
    manifests(inner.as_mut(), &file.name, depth, budget)
}

fn manifest_in(
    source: &mut dyn Source,
    file: &ArchiveFile,
    budget: &Budget,
) -> Result<Manifest, Inside> {
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
