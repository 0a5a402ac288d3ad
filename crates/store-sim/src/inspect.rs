//! What the Store reads of an uploaded ZIP at commit: the names in it, and what each package says of itself.
//! Knows no submission. The ZIP comes from outside: every read has a bound.

use crate::manifest;
pub(crate) use crate::manifest::PackageFacts;
use std::io::{Read, Seek, SeekFrom};
use zip::{CompressionMethod, ZipArchive};

/// Bytes of a manifest, unpacked. Real ones have a few kilobytes.
const MANIFEST_LIMIT: u64 = 4 << 20;
/// A package that the outer ZIP compressed is unpacked to be read: into memory up to here, into a file above.
const MEMORY_LIMIT: usize = 8 << 20;
/// Bytes of a package at most: the Store's own limit.
const PACKAGE_LIMIT: u64 = 25 << 30;
/// Packages are nested: an upload file holds a bundle, which holds packages.
const DEPTH: u8 = 3;

/// An uploaded ZIP, opened.
pub(crate) struct Archive<R> {
    zip: ZipArchive<R>,
    /// The files in it, as they stand in the ZIP: `/` between folders, unless a bad tool wrote something else.
    pub names: Vec<String>,
}

/// Opens an uploaded ZIP. The error is the reason in words.
pub(crate) fn archive<R: Read + Seek>(file: R) -> Result<Archive<R>, String> {
    let zip = ZipArchive::new(file).map_err(|error| error.to_string())?;
    let names = names(&zip);
    Ok(Archive { zip, names })
}

impl<R: Read + Seek> Archive<R> {
    /// The facts of the package of this name. `None`: no such file, or it is no package.
    pub(crate) fn package(&mut self, name: &str) -> Option<PackageFacts> {
        package_in(&mut self.zip, name, DEPTH)
    }
}

/// One type for the readers of all levels; as generics they would nest without end.
trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

fn names<R: Read + Seek>(zip: &ZipArchive<R>) -> Vec<String> {
    zip.file_names()
        .filter_map(|name| Some(name.ok()?.into_owned()))
        .filter(|name| !name.ends_with('/'))
        .collect()
}

fn package_in<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    name: &str,
    depth: u8,
) -> Option<PackageFacts> {
    let depth = depth.checked_sub(1)?;
    let (is_stored, size) = {
        let entry = zip.by_name(name).ok()?;
        (
            entry.compression() == CompressionMethod::Stored,
            entry.size(),
        )
    };
    // A stored package is read where it lies, whatever its size.
    if is_stored {
        return facts(&mut zip.by_name_seek(name).ok()?, depth);
    }
    if size > PACKAGE_LIMIT {
        return None;
    }
    let mut unpacked = tempfile::spooled_tempfile(MEMORY_LIMIT);
    // A ZIP may lie about the size.
    std::io::copy(&mut zip.by_name(name).ok()?.take(size), &mut unpacked).ok()?;
    unpacked.seek(SeekFrom::Start(0)).ok()?;
    facts(&mut unpacked, depth)
}

fn facts(package: &mut dyn Source, depth: u8) -> Option<PackageFacts> {
    let mut zip = ZipArchive::new(package).ok()?;
    if let Some(xml) = text(&mut zip, "AppxManifest.xml") {
        return manifest::package(&xml);
    }
    if let Some(xml) = text(&mut zip, "AppxMetadata/AppxBundleManifest.xml") {
        let (mut facts, applications) = manifest::bundle(&xml)?;
        // Capabilities, and in older bundles the families, stand in the packages only.
        for name in applications {
            let Some(inner) = package_in(&mut zip, &name, depth) else {
                continue;
            };
            merge(&mut facts.capabilities, inner.capabilities);
            merge(&mut facts.families, inner.families);
            merge(&mut facts.languages, inner.languages);
        }
        return Some(facts);
    }
    // An upload file: the bundle or package beside its symbols.
    let inner = names(&zip).into_iter().find(|name| is_package(name))?;
    package_in(&mut zip, &inner, depth)
}

fn is_package(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".msixbundle", ".appxbundle", ".msix", ".appx"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

fn merge(known: &mut Vec<String>, more: Vec<String>) {
    for value in more {
        if !known.iter().any(|known| known.eq_ignore_ascii_case(&value)) {
            known.push(value);
        }
    }
}

fn text<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    zip.by_name(name)
        .ok()?
        .take(MANIFEST_LIMIT)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
