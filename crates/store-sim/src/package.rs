//! What the Store reads of an uploaded ZIP at commit: the files in it, and what each package is.
//! Knows no submission. The ZIP comes from outside: every read has a bound.

use crate::block_map;
use crate::manifest::{self, Manifest, Member};
use crate::zip_heads::Doubtful;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Seek, SeekFrom};
use zip::{CompressionMethod, ZipArchive};

/// Bytes of a manifest, unpacked. Real ones have a few kilobytes.
const MANIFEST_LIMIT: u64 = 4 << 20;
/// A package that is compressed is unpacked to be read: into memory up to here, into a file above.
const MEMORY_LIMIT: usize = 8 << 20;
/// Bytes of a package at most: the Store's own limit.
const PACKAGE_LIMIT: u64 = 25 << 30;
/// Files up to this size are read to their end, to see whether they are whole.
const CHECKED: u64 = 256 << 20;
/// Packages are nested: an upload file holds a bundle, which holds packages.
const DEPTH: u8 = 3;

/// An uploaded ZIP, opened.
pub(crate) struct Archive<R> {
    zip: ZipArchive<R>,
    /// The files in it, as they stand in the ZIP: `/` between folders, unless a bad tool wrote something else.
    pub names: Vec<String>,
    doubtful: Doubtful,
}

/// A package, a bundle, or what an upload file holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// Of a bundle: with what its application packages say beyond it.
    pub manifest: Manifest,
    pub has_block_map: bool,
    pub has_content_types: bool,
    /// What its block map says otherwise than its directory.
    pub block_map_problem: Option<String>,
    /// Packages of the bundle that do not lie in it as its manifest says.
    pub misfits: Vec<String>,
    /// The application packages of a bundle by their names; `None` for those that it names and does not hold.
    pub inner: Vec<(String, Option<Package>)>,
}

/// Size and sum of a file: two files of one name and other contents differ in it.
pub(crate) type Fingerprint = (u64, u32);

/// Opens an uploaded ZIP. The error is the reason.
pub(crate) fn open<R: Read + Seek>(mut file: R) -> Result<Archive<R>, String> {
    let doubtful = Doubtful::of(&mut file)?;
    let zip = ZipArchive::new(file).map_err(|error| error.to_string())?;
    let names = names(&zip);
    Ok(Archive {
        zip,
        names,
        doubtful,
    })
}

impl<R: Read + Seek> Archive<R> {
    /// Reads a file to its end, if it is not too large for that. The error is the reason.
    pub(crate) fn check(&mut self, name: &str) -> Result<Fingerprint, String> {
        if let Some(why) = self.doubtful.word(name) {
            return Err(why.to_owned());
        }
        let mut file = self.zip.by_name(name).map_err(|error| error.to_string())?;
        let fingerprint = (file.size(), file.crc32());
        if file.size() <= CHECKED {
            io::copy(&mut file, &mut io::sink()).map_err(|error| error.to_string())?;
        }
        Ok(fingerprint)
    }

    /// The package of this name. The error is the reason.
    pub(crate) fn package(&mut self, name: &str) -> Result<Package, String> {
        package_in(&mut self.zip, name, DEPTH)
    }
}

/// One type for the readers of all levels; generics would nest endlessly.
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
) -> Result<Package, String> {
    let depth = depth.checked_sub(1).ok_or("it is nested too deeply")?;
    let no_zip = |error: zip::result::ZipError| format!("it is not an app package ({error})");
    let (is_stored, size) = {
        let entry = zip.by_name(name).map_err(no_zip)?;
        (
            entry.compression() == CompressionMethod::Stored,
            entry.size(),
        )
    };
    // A stored package is read where it lies, whatever its size.
    if is_stored {
        return read(&mut zip.by_name_seek(name).map_err(no_zip)?, name, depth);
    }
    if size > PACKAGE_LIMIT {
        return Err("it is larger than 25 GB".to_owned());
    }
    let mut unpacked = tempfile::spooled_tempfile(MEMORY_LIMIT);
    // A ZIP may lie about the size.
    let entry = zip.by_name(name).map_err(no_zip)?;
    io::copy(&mut entry.take(size), &mut unpacked).map_err(|error| error.to_string())?;
    unpacked
        .seek(SeekFrom::Start(0))
        .map_err(|error| error.to_string())?;
    read(&mut unpacked, name, depth)
}

fn read(mut source: &mut dyn Source, name: &str, depth: u8) -> Result<Package, String> {
    let doubtful = Doubtful::of(&mut source);
    let doubtful = doubtful.map_err(|error| format!("it is not an app package ({error})"))?;
    if let Some(name) = doubtful.twice.iter().chain(&doubtful.renamed).next() {
        return Err(format!(
            "its ZIP has two names for a file, or two files of a name: {name}"
        ));
    }
    let mut zip =
        ZipArchive::new(source).map_err(|error| format!("it is not an app package ({error})"))?;
    // Names inside are those of a URL, and their case does not matter.
    let files: HashMap<String, String> = names(&zip)
        .into_iter()
        .map(|name| (decoded(&name).to_lowercase(), name))
        .collect();
    let kind = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let manifest = match kind.as_str() {
        "msix" | "appx" => "appxmanifest.xml",
        "msixbundle" | "appxbundle" => "appxmetadata/appxbundlemanifest.xml",
        "msixupload" | "appxupload" => {
            let mut inner = files.values().filter(|name| is_package(name));
            return match (inner.next(), inner.next()) {
                (Some(only), None) => package_in(&mut zip, &only.clone(), depth),
                (None, _) => Err("there is no package in it".to_owned()),
                _ => Err("there is more than one package in it".to_owned()),
            };
        }
        _ => return Err(format!("packages of the type .{kind} are not supported")),
    };
    if ["appxmanifest.xml", "appxmetadata/appxbundlemanifest.xml"]
        .iter()
        .all(|name| files.contains_key(*name))
    {
        return Err("it has the manifests of a package and of a bundle".to_owned());
    }
    let file = files
        .get(manifest)
        .ok_or_else(|| format!("it is no .{kind}: there is no {manifest} in it"))?;
    let bytes = content(&mut zip, file)?;
    let mut manifest = manifest::read(&bytes).map_err(|why| format!("the manifest: {why}"))?;
    let sizes = sizes(&mut zip, &files)?;
    let map = files.get("appxblockmap.xml");
    let map = map.map(|file| content(&mut zip, file)).transpose()?;
    let mut package = Package {
        has_block_map: map.is_some(),
        has_content_types: files.contains_key("[content_types].xml"),
        block_map_problem: map
            .and_then(|bytes| block_map::problem(&bytes, &sizes, manifest.is_bundle)),
        misfits: Vec::new(),
        inner: Vec::new(),
        manifest: Manifest::default(),
    };
    for member in manifest.members.clone() {
        let key = member.file.replace('\\', "/").to_lowercase();
        package.misfits.extend(misfit(&member, sizes.get(&key)));
        if member.is_application {
            let inner = match files.get(&key) {
                Some(file) => Some(package_in(&mut zip, &file.clone(), depth)?),
                None => None,
            };
            if let Some(inner) = &inner {
                package.misfits.extend(otherwise(&member, &inner.manifest));
            }
            package.inner.push((member.file, inner));
        }
    }
    // Capabilities, and in older bundles the families, are in the packages only.
    for inner in package.inner.iter().filter_map(|(_, inner)| inner.as_ref()) {
        manifest.merge(&inner.manifest);
    }
    if manifest.is_bundle {
        let mut applications = manifest.members.iter().filter(|one| one.is_application);
        manifest.architecture = match (applications.next(), applications.next()) {
            (Some(only), None) => only.architecture.clone(),
            _ => "Neutral".to_owned(),
        };
    }
    package.manifest = manifest;
    Ok(package)
}

fn content<R: Read + Seek>(zip: &mut ZipArchive<R>, file: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    zip.by_name(file)
        .map_err(|error| error.to_string())?
        .take(MANIFEST_LIMIT)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Sizes of all files, by their names as block maps compare them.
fn sizes<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    files: &HashMap<String, String>,
) -> Result<BTreeMap<String, block_map::Sizes>, String> {
    let mut sizes = BTreeMap::new();
    for (plain, name) in files {
        let file = zip.by_name(name).map_err(|error| error.to_string())?;
        let is_stored = file.compression() == CompressionMethod::Stored;
        let packed = (!is_stored).then(|| file.compressed_size());
        sizes.insert(plain.clone(), (file.size(), packed));
    }
    Ok(sizes)
}

/// How a package lies in its bundle, where that is not as the bundle's manifest says.
fn misfit(member: &Member, found: Option<&block_map::Sizes>) -> Option<String> {
    let name = &member.file;
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    if !["appx", "msix"].contains(&ending.as_str()) {
        return Some(format!(
            "The bundle holds {name}, which is no .appx or .msix."
        ));
    }
    match found {
        // Those of a flat bundle lie beside it; application packages are missed elsewhere.
        None if member.offset == 0 || member.is_application => None,
        None => Some(format!("The bundle names {name}, which is not in it.")),
        Some((_, Some(_))) => Some(format!("The package {name} is compressed in the bundle.")),
        Some((size, None)) if member.size.is_some_and(|said| said != *size) => {
            Some(format!("The bundle has another size for {name}."))
        }
        Some(_) => None,
    }
}

/// What a bundle's manifest says of a package otherwise than the package does.
fn otherwise(member: &Member, inner: &Manifest) -> Option<String> {
    let is_version = member.version.is_empty() || member.version == inner.version;
    let is_kind = !inner.is_resource && member.architecture == inner.architecture;
    (!is_version || !is_kind).then(|| {
        format!(
            "The bundle says otherwise of {} than the package: its version is {}, its architecture {}.",
            member.file, inner.version, inner.architecture
        )
    })
}

fn is_package(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".msixbundle", ".appxbundle", ".msix", ".appx"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// A name without its percent signs.
fn decoded(name: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).filter(|_| *first == b'%');
        let byte = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = match byte {
            Some(_) => tail.get(2..).unwrap_or_default(),
            None => tail,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
