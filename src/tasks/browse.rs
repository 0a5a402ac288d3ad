//! Looks at folders and ZIPs, away from the async threads: a slow network drive holds nobody up. Knows no screen.

use super::{
    assemble::{self, AssembleError},
    digest,
    report::{Examined, FolderEntry, Summed},
    task::{FailureNotice, Task, TaskContext, TaskError, blocking},
};
use crate::engine::zip_source::ZipSource;
use jiff::Timestamp;
use serde_json::Value;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use store_client::blob::Source;
use store_model::{
    archive::{Fit, look_inside, read},
    product::PackageIdentity,
    target::Kind,
    zip_check::repairs,
};

/// Reads the content of a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Browse {
    pub folder: PathBuf,
}

/// What is in a folder, by its absolute path.
#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    pub path: PathBuf,
    pub entries: Vec<FolderEntry>,
}

impl Task for Browse {
    type Output = Folder;

    fn topic(&self) -> Option<String> {
        Some("browse".into())
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::Warning
    }

    async fn run(self, _: TaskContext<Self>) -> Result<Folder, TaskError> {
        // The picker shows where it is and goes up from there: a relative path would lead nowhere.
        let path = std::path::absolute(&self.folder).unwrap_or(self.folder);
        let (listed, path) = blocking(move || (list(&path), path)).await?;
        let entries =
            listed.map_err(|error| format!("{} cannot be opened: {error}", path.display()))?;
        Ok(Folder { path, entries })
    }
}

/// Looks at how a ZIP fits a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Examine {
    pub zip: PathBuf,
    pub kind: Kind,
    pub document: Arc<Value>,
    /// What the product's packages are called, where that is known.
    pub identity: Option<PackageIdentity>,
}

impl Task for Examine {
    type Output = Examined;

    fn topic(&self) -> Option<String> {
        Some("examine".into())
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::Warning
    }

    async fn run(self, _: TaskContext<Self>) -> Result<Examined, TaskError> {
        blocking(move || examine(&self.zip, self.kind, &self.document, self.identity)).await
    }
}

/// Computes the SHA-256 of a whole ZIP, for the hash of a release.
#[derive(Clone, Debug, PartialEq)]
pub struct HashZip {
    pub zip: PathBuf,
}

impl Task for HashZip {
    type Output = Summed;

    fn topic(&self) -> Option<String> {
        Some("sum".into())
    }

    async fn run(self, context: TaskContext<Self>) -> Result<Summed, TaskError> {
        let (sum, _sealed) =
            digest::sum(&ZipSource::from(self.zip.clone()), context.reporter()).await?;
        let total = fs::metadata(&self.zip)?.len();
        Ok(Summed {
            zip: self.zip,
            done: total,
            total,
            sum: Some(sum),
        })
    }
}

/// More entries than this nobody walks through; a filter would not find its way either.
const MOST_ENTRIES: usize = 10_000;

/// The content of a folder: folders first, then ZIPs, then the rest, each by name. What cannot be looked at is left out.
/// An empty path is the top of all: on Windows the drives.
pub fn list(folder: &Path) -> io::Result<Vec<FolderEntry>> {
    if folder.as_os_str().is_empty() {
        return Ok(tops());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)?.take(MOST_ENTRIES) {
        let Ok(entry) = entry else { continue };
        // A link counts as what it leads to.
        let Ok(facts) = fs::metadata(entry.path()).or_else(|_| entry.metadata()) else {
            continue;
        };
        let is_folder = facts.is_dir();
        entries.push(FolderEntry {
            name: entry.file_name().to_string_lossy().into_owned(),
            path: entry.path(),
            is_folder,
            size: if is_folder { 0 } else { facts.len() },
            modified: facts
                .modified()
                .ok()
                .and_then(|time| Timestamp::try_from(time).ok()),
        });
    }
    let rank = |entry: &FolderEntry| match entry {
        entry if entry.is_folder => 0,
        entry if is_zip(&entry.name) => 1,
        _ => 2,
    };
    // What was built last is what is to be published.
    let newest = |entry: &FolderEntry| {
        let is_archive = !entry.is_folder && is_zip(&entry.name);
        is_archive.then_some(std::cmp::Reverse(entry.modified))
    };
    entries.sort_by_cached_key(|entry| (rank(entry), newest(entry), entry.name.to_lowercase()));
    Ok(entries)
}

/// Whether a name promises a ZIP.
pub fn is_zip(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("zip"))
}

#[cfg(windows)]
fn tops() -> Vec<FolderEntry> {
    let drives = ('A'..='Z')
        .map(|letter| format!("{letter}:\\"))
        .filter(|drive| Path::new(drive).exists());
    drives.map(|drive| top(&drive)).collect()
}

#[cfg(not(windows))]
fn tops() -> Vec<FolderEntry> {
    vec![top("/")]
}

fn top(path: &str) -> FolderEntry {
    FolderEntry {
        name: path.to_owned(),
        path: PathBuf::from(path),
        is_folder: true,
        size: 0,
        modified: None,
    }
}

/// How a ZIP fits a document. Never fails: what is wrong stands in the answer. `identity` is what the product's packages are
/// called, where that is known.
pub fn examine(
    zip: &Path,
    kind: Kind,
    document: &Value,
    identity: Option<PackageIdentity>,
) -> Examined {
    let source = assemble::open(&ZipSource::from(zip), |_, _| (), &|| false);
    examine_source(zip.to_owned(), source.as_ref(), kind, document, identity)
}

/// The same of a ZIP that is open already, or could not be opened.
pub fn examine_source(
    zip: PathBuf,
    source: Result<&Source, &AssembleError>,
    kind: Kind,
    document: &Value,
    identity: Option<PackageIdentity>,
) -> Examined {
    let mut examined = Examined {
        zip,
        size: 0,
        archive: None,
        identity,
        fit: Fit::default(),
        repairs: Vec::new(),
        broken: None,
        summed: None,
    };
    let source = match source {
        Ok(source) => source,
        Err(error) => {
            examined.broken = Some(match error {
                AssembleError::Disk { path, source, .. } if *path == examined.zip => {
                    format!("the file cannot be opened: {source}")
                }
                error => error.to_string(),
            });
            return examined;
        }
    };
    examined.size = source.identity().size;
    match read(source.reader()) {
        Ok(mut archive) => {
            look_inside(source.reader(), &mut archive);
            examined.archive = Some(archive);
            examined.fit = examined.fit_to(kind, document).unwrap_or_default();
            examined.repairs = repairs(kind, document, &examined.fit);
        }
        Err(error) => examined.broken = Some(error.to_string()),
    }
    examined
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::io::Write;

    fn zip_of(names: &[&str]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(b"PK\x03\x04 as far as anybody looks")
                .unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn folders_come_first_then_zips_then_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.txt", "Z.ZIP", "a.zip", "notes.msix"] {
            fs::write(folder.path().join(name), b"12345").unwrap();
        }
        fs::create_dir(folder.path().join("zz")).unwrap();
        let entries = list(folder.path()).unwrap();
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["zz", "a.zip", "Z.ZIP", "b.txt", "notes.msix"]);
        assert_eq!(
            entries.iter().map(|entry| entry.size).collect::<Vec<_>>(),
            [0, 5, 5, 5, 5]
        );
        assert!(
            list(&folder.path().join("none")).is_err() && !list(Path::new("")).unwrap().is_empty()
        );
    }

    #[test]
    fn an_examined_zip_says_what_fits_and_what_can_be_repaired() {
        let folder = tempfile::tempdir().unwrap();
        let document = json!({"applicationPackages": [{"fileName": "Notes.msix", "fileStatus": "PendingUpload"}]});
        let path = folder.path().join("notes.zip");
        fs::write(&path, zip_of(&["notes.msix"])).unwrap();
        let examined = examine(&path, Kind::App, &document, None);
        assert_eq!(
            (
                examined.broken.as_deref(),
                examined.fit.missing.len(),
                examined.repairs.len()
            ),
            (None, 1, 1)
        );
        assert!(examined.archive.is_some() && examined.size > 0);
    }

    #[test]
    fn a_text_with_a_packages_name_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.zip");
        let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        zip.start_file("notes.msix", zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(b"a text").unwrap();
        zip.finish().unwrap();
        let examined = examine(&path, Kind::App, &json!({}), None);
        let sentences: Vec<_> = examined
            .fit
            .sentences()
            .into_iter()
            .map(|(_, sentence)| sentence)
            .collect();
        assert!(
            sentences
                .iter()
                .any(|sentence| sentence.starts_with("notes.msix is no package")),
            "{sentences:?}"
        );
        assert_eq!(
            (examined.fit.is_ok(), examined.repairs),
            (false, Vec::new())
        );
    }

    #[test]
    fn what_is_no_zip_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.zip");
        let whole = zip_of(&["notes.msix"]);
        fs::write(&path, &whole[..whole.len() - 30]).unwrap();
        let broken = |path: &Path| examine(path, Kind::App, &json!({}), None).broken.unwrap();
        assert!(broken(&path).contains("cut off"), "{}", broken(&path));
        assert!(
            broken(folder.path()).contains("folder")
                || broken(folder.path()).contains("cannot be opened")
        );
        assert!(broken(&folder.path().join("none.zip")).contains("cannot be opened"));
    }
}
