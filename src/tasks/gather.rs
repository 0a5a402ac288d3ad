//! Finds the packages that a person named: files, folders of them, patterns, or one ready ZIP. Reads what each package says of
//! itself. Blocks.

use super::{
    assemble,
    pack::{self, PackError},
};
use crate::{
    engine::zip_source::{ZipPart, ZipSource},
    storage::input,
};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};
use store_model::{
    archive::{
        Inside,
        fit::{has_ending, is_junk, is_package},
        look_inside, look_into_package,
        manifest::{Manifest, PackageKind},
        packing::{self, Loose},
        read,
    },
    package::FileEntry,
    packages::rows::{ZipPackage, ZipPackages, zip_packages},
    version::Version,
};

/// What was found.
#[derive(Debug, Default)]
pub struct Gathered {
    /// A ready ZIP; then there are no parts.
    pub zip: Option<PathBuf>,
    /// The packages, by their paths in the ZIP to be.
    pub packages: Vec<ZipPart>,
    /// Names of the packages in the order in which they were named, also those of a ready ZIP.
    pub names: Vec<String>,
    pub zip_packages: ZipPackages,
    /// Folders that were named: other files of the document are looked for in them.
    pub folders: Vec<PathBuf>,
    /// Packages of a folder that are not taken, and why.
    pub left_out: Vec<(PathBuf, String)>,
}

/// Why nothing can be made of what a person named.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    #[error("{} cannot be read: {source}.", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} matches no file.", .0.display())]
    NoMatch(PathBuf),
    #[error(
        "{} is neither a package, nor a folder, nor a ZIP. Packages end in .msix, .appx, .msixbundle, .appxbundle, .msixupload or .appxupload.",
        .0.display()
    )]
    NoPackage(PathBuf),
    #[error("{} holds no package.", .0.display())]
    EmptyFolder(PathBuf),
    #[error("{} is a ready ZIP: give it alone, or give the packages without a ZIP.", .0.display())]
    ZipBesideOthers(PathBuf),
    #[error(
        "{} and {} have the same name, and the ZIP can hold only one {name}.",
        .files.0.display(), .files.1.display()
    )]
    SameName {
        name: String,
        files: (PathBuf, PathBuf),
    },
    #[error("{} is no package: {why}.", path.display())]
    Broken { path: PathBuf, why: String },
    #[error(transparent)]
    Folder(#[from] PackError),
}

fn at(path: &Path) -> impl Fn(io::Error) -> GatherError + '_ {
    move |source| GatherError::Io {
        path: path.to_owned(),
        source,
    }
}

/// A package with what it says of itself.
struct Candidate {
    file: PathBuf,
    name: String,
    manifests: Vec<Manifest>,
    /// Found in a folder, not named itself: such a one may be left out.
    is_found: bool,
}

/// Finds and reads the packages.
pub fn gather(paths: &[PathBuf]) -> Result<Gathered, GatherError> {
    let mut gathered = Gathered::default();
    let mut candidates: Vec<Candidate> = Vec::new();
    let paths: Vec<PathBuf> = paths
        .iter()
        .map(|path| expand(path))
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    for path in &paths {
        // Another process, days later and in another folder, must find it again.
        let path = std::path::absolute(path).map_err(at(path))?;
        let facts = fs::metadata(&path).map_err(at(&path))?;
        let name = file_name(&path);
        if facts.is_dir() {
            let before = candidates.len();
            for file in pack::files(&path, &|| false)? {
                if is_package(&file.path) && !is_junk(&file.path) {
                    candidates.push(candidate(pack::place(&path, &file.path), true)?);
                }
            }
            if candidates.len() == before {
                return Err(GatherError::EmptyFolder(path));
            }
            gathered.folders.push(path);
        } else if is_package(&name) {
            candidates.push(candidate(path, false)?);
        } else if has_ending(&name, &["zip"]) {
            if paths.len() > 1 {
                return Err(GatherError::ZipBesideOthers(path));
            }
            return ready_zip(path);
        } else {
            return Err(GatherError::NoPackage(path));
        }
    }
    leave_out(&mut candidates, &mut gathered.left_out);
    for candidate in candidates {
        let same = |part: &&ZipPart| part.name.eq_ignore_ascii_case(&candidate.name);
        if let Some(other) = gathered.packages.iter().find(same) {
            if other.file == candidate.file {
                continue;
            }
            return Err(GatherError::SameName {
                name: candidate.name,
                files: (other.file.clone(), candidate.file),
            });
        }
        if let Some(brought) = ZipPackage::read(&Inside::Packages(candidate.manifests)) {
            gathered
                .zip_packages
                .insert(candidate.name.clone(), brought);
        }
        gathered.names.push(candidate.name.clone());
        gathered.packages.push(ZipPart {
            name: candidate.name,
            file: candidate.file,
        });
    }
    Ok(gathered)
}

/// The files of a folder, and of folders in it, that a document waits for besides its packages.
pub fn other_files(
    folders: &[PathBuf],
    expected: &[FileEntry],
) -> Result<Result<Vec<ZipPart>, Vec<packing::PackProblem>>, GatherError> {
    let mut found: Vec<(Loose, &PathBuf)> = Vec::new();
    for folder in folders {
        let files = pack::files(folder, &|| false)?;
        found.extend(files.into_iter().map(|file| (file, folder)));
    }
    let files: Vec<Loose> = found.iter().map(|(file, _)| file.clone()).collect();
    let packing = packing::plan(expected, &files);
    if !packing.problems.is_empty() {
        return Ok(Err(packing.problems));
    }
    let part = |item: packing::PackedItem| {
        let (file, folder) = found.iter().find(|(file, _)| file.path == item.from)?;
        Some(ZipPart {
            name: item.name,
            file: pack::place(folder, &file.path),
        })
    };
    Ok(Ok(packing.items.into_iter().filter_map(part).collect()))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn candidate(file: PathBuf, is_found: bool) -> Result<Candidate, GatherError> {
    let name = file_name(&file);
    let (opened, _) = input::open(&file).map_err(at(&file))?;
    let manifests = match look_into_package(io::BufReader::new(opened), &name) {
        Inside::Packages(manifests) => manifests,
        Inside::Broken(why) => return Err(GatherError::Broken { path: file, why }),
        Inside::NoPackage => {
            let why = "it is no ZIP, as every package is".to_owned();
            return Err(GatherError::Broken { path: file, why });
        }
        // What cannot be looked into is taken as it is; the check says what it cannot tell.
        _ => Vec::new(),
    };
    Ok(Candidate {
        file,
        name,
        manifests,
        is_found,
    })
}

/// A build folder has more than what goes to the Store: frameworks, the packages inside of an upload file, earlier builds.
fn leave_out(candidates: &mut Vec<Candidate>, left_out: &mut Vec<(PathBuf, String)>) {
    let is_upload =
        |candidate: &Candidate| has_ending(&candidate.name, &["msixupload", "appxupload"]);
    // What makes two of them builds of the same package, and which build it is.
    let build = |candidate: &Candidate| {
        let first = candidate.manifests.first()?;
        let of_one = |manifest: &Manifest| manifest.architectures.clone();
        let architectures: BTreeSet<String> = candidate.manifests.iter().flat_map(of_one).collect();
        let version: Version = first.version.parse().ok()?;
        Some((first.name.clone(), architectures, version))
    };
    let builds: Vec<_> = candidates.iter().map(build).collect();
    let reason = |(at, candidate): (usize, &Candidate)| {
        if !candidate.is_found {
            return None;
        }
        let is_framework = |manifest: &Manifest| manifest.kind == PackageKind::Framework;
        if !candidate.manifests.is_empty() && candidate.manifests.iter().all(is_framework) {
            return Some("it is a framework package, which the Store has itself".to_owned());
        }
        let (name, architectures, version) = builds.get(at)?.as_ref()?;
        let is_better = |(other_at, other): &(usize, &Candidate)| {
            let Some(Some((its_name, its_architectures, its_version))) = builds.get(*other_at)
            else {
                return false;
            };
            let is_newer = is_upload(other) == is_upload(candidate)
                && architectures == its_architectures
                && version < its_version;
            let holds_it = is_upload(other)
                && !is_upload(candidate)
                && architectures.is_subset(its_architectures)
                && version <= its_version;
            *other_at != at && name == its_name && (is_newer || holds_it)
        };
        let (_, better) = candidates.iter().enumerate().find(is_better)?;
        Some(format!("{} is newer, or holds it", better.name))
    };
    let reasons: Vec<Option<String>> = candidates.iter().enumerate().map(reason).collect();
    let mut reasons = reasons.into_iter();
    candidates.retain(|candidate| {
        let reason = reasons.next().flatten();
        if let Some(reason) = &reason {
            left_out.push((candidate.file.clone(), reason.clone()));
        }
        reason.is_none()
    });
}

fn ready_zip(path: PathBuf) -> Result<Gathered, GatherError> {
    let broken = |why: String| GatherError::Broken {
        path: path.clone(),
        why,
    };
    let source = assemble::open(&ZipSource::from(path.clone()), |_, _| (), &|| false)
        .map_err(|error| broken(error.to_string()))?;
    let mut archive = read(source.reader()).map_err(|error| broken(error.to_string()))?;
    look_inside(source.reader(), &mut archive);
    let files = archive.files.iter().map(|file| file.name.clone());
    Ok(Gathered {
        names: files.filter(|name| is_package(name)).collect(),
        zip_packages: zip_packages(&archive),
        zip: Some(path),
        ..Gathered::default()
    })
}

/// The files that a name with `*` or `?` means. Shells on Windows leave that to the program.
fn expand(path: &Path) -> Result<Vec<PathBuf>, GatherError> {
    let name = file_name(path);
    if !name.contains(['*', '?']) || path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let pattern: Vec<char> = name.to_lowercase().chars().collect();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let name: Vec<char> = file_name(&entry.path()).to_lowercase().chars().collect();
        if matches(&pattern, &name) {
            found.push(entry.path());
        }
    }
    if found.is_empty() {
        return Err(GatherError::NoMatch(path.to_owned()));
    }
    found.sort();
    Ok(found)
}

/// Linear but for the last star: an earlier one never has to take more once a later one was reached.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = name.get(from) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => {
                at += 1;
                from += 1;
            }
            _ => match &mut star {
                Some((place, taken)) => {
                    *taken += 1;
                    (at, from) = (*place + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("*.msix", "a.msix", true)]
    #[case("*.msix", "a.msixbundle", false)]
    #[case("app_*_x64.msix*", "app_1.0_x64.msixbundle", true)]
    #[case("a?c", "abc", true)]
    #[case("a?c", "ac", false)]
    #[case("**a*b", "xxaxxb", true)]
    #[case("*a", "ab", false)]
    fn patterns_match_as_shells_do(#[case] pattern: &str, #[case] name: &str, #[case] is: bool) {
        let letters = |text: &str| -> Vec<char> { text.chars().collect() };
        assert_eq!(matches(&letters(pattern), &letters(name)), is);
    }
}
