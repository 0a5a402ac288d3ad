//! Makes a ZIP out of a folder, so that it fits a document: each file under the path that the document names, the ZIP in its
//! place only when it is whole. The same folder gives the same bytes. Knows no screen.

use super::{
    assemble::{self, AssembleError, Entry},
    report::Packed,
    reporter::PROGRESS_PAUSE,
};
use crate::storage::atomic;
use serde_json::Value;
use std::{
    fs,
    io::{self, BufWriter},
    path::{Path, PathBuf},
    time::Instant,
};
use store_model::{
    archive::packing::{Loose, PackPlan, plan},
    package::expected,
    target::Kind,
};
use tempfile::NamedTempFile;

/// More files than this are no folder of a submission.
const MOST_FILES: usize = 100_000;
/// Folders in folders.
const DEEPEST: usize = 32;
/// Few calls, and a key to stop is still heard at once.
const CHUNK: usize = 1 << 20;

/// Why there is no ZIP.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// It would not fit: why, in sentences.
    #[error("No ZIP was made. {}", .0.join(" "))]
    Refused(Vec<String>),
    #[error("No ZIP was made: {0}.")]
    Failed(AssembleError),
    #[error("No ZIP was made: it was stopped.")]
    Cancelled,
}

impl From<AssembleError> for PackError {
    fn from(error: AssembleError) -> Self {
        match error {
            AssembleError::Cancelled => Self::Cancelled,
            error => Self::Failed(error),
        }
    }
}

fn disk<'p>(what: &'static str, path: &'p Path) -> impl Fn(io::Error) -> PackError + 'p {
    move |error| assemble::disk(what, path)(error).into()
}

/// Makes the ZIP; blocks. `told` gets the bytes done and all, a few times a second; `is_stopped` is asked as often as that.
/// A file that stands at `out` is replaced, once the new one is whole.
pub fn pack(
    folder: &Path,
    out: &Path,
    kind: Kind,
    document: &Value,
    told: impl FnMut(u64, u64),
    is_stopped: impl Fn() -> bool,
) -> Result<Packed, PackError> {
    let mut loose = files(folder, &is_stopped)?;
    // An earlier attempt may lie in the very folder.
    loose.retain(|file| !is_same(&place(folder, &file.path), out));
    let packing = plan(&expected(kind, document), &loose);
    if !packing.problems.is_empty() {
        let problems = packing.problems.iter().map(ToString::to_string);
        return Err(PackError::Refused(problems.collect()));
    }
    let size = write(folder, out, &packing, told, is_stopped)?;
    let files = packing
        .items
        .into_iter()
        .map(|item| (item.name, item.from))
        .collect();
    Ok(Packed {
        zip: out.to_owned(),
        size,
        files,
        left_out: packing.left_out,
    })
}

/// The files of a folder and the folders in it, by path. Links to folders are not followed: they may lead round in a circle.
pub(super) fn files(root: &Path, is_stopped: &dyn Fn() -> bool) -> Result<Vec<Loose>, PackError> {
    let mut found = Vec::new();
    walk(root, "", DEEPEST, &mut found, is_stopped)?;
    // Folders are listed in any order, ZIPs are not.
    found.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(found)
}

fn walk(
    root: &Path,
    inside: &str,
    deepest: usize,
    found: &mut Vec<Loose>,
    is_stopped: &dyn Fn() -> bool,
) -> Result<(), PackError> {
    let folder = place(root, inside);
    for entry in fs::read_dir(&folder).map_err(disk("listed", &folder))? {
        if is_stopped() {
            return Err(PackError::Cancelled);
        }
        let entry = entry.map_err(disk("listed", &folder))?;
        // A name that is no Unicode cannot be one that the document names.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = if inside.is_empty() {
            name
        } else {
            format!("{inside}/{name}")
        };
        let Ok(facts) = entry.metadata() else {
            continue;
        };
        if facts.is_dir() {
            if let Some(deeper) = deepest.checked_sub(1) {
                walk(root, &path, deeper, found, is_stopped)?;
            }
            continue;
        }
        // A link counts as the file that it leads to.
        let facts = if facts.is_symlink() {
            fs::metadata(entry.path()).ok()
        } else {
            Some(facts)
        };
        let Some(facts) = facts.filter(fs::Metadata::is_file) else {
            continue;
        };
        if found.len() == MOST_FILES {
            let why = format!(
                "{} holds more than {MOST_FILES} files; pick the folder of this submission alone.",
                root.display()
            );
            return Err(PackError::Refused(vec![why]));
        }
        found.push(Loose {
            path,
            size: facts.len(),
        });
    }
    Ok(())
}

pub(super) fn place(root: &Path, path: &str) -> PathBuf {
    path.split('/')
        .filter(|part| !part.is_empty())
        .fold(root.to_owned(), |place, part| place.join(part))
}

fn is_same(left: &Path, right: &Path) -> bool {
    matches!((fs::canonicalize(left), fs::canonicalize(right)), (Ok(left), Ok(right)) if left == right)
}

fn write(
    folder: &Path,
    out: &Path,
    packing: &PackPlan,
    mut told: impl FnMut(u64, u64),
    is_stopped: impl Fn() -> bool,
) -> Result<u64, PackError> {
    let parent = out
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // In the ZIP's own folder: a rename across disks is a copy, and a copy can be cut.
    let file = unfinished(parent).map_err(disk("written", out))?;
    let total = packing.total();
    let mut last: Option<Instant> = None;
    let on_progress = |done| {
        if done == total || last.is_none_or(|last| last.elapsed() >= PROGRESS_PAUSE) {
            last = Some(Instant::now());
            told(done, total);
        }
    };
    let places: Vec<PathBuf> = packing
        .items
        .iter()
        .map(|item| place(folder, &item.from))
        .collect();
    let entries: Vec<Entry<'_>> = packing
        .items
        .iter()
        .zip(&places)
        .map(|(item, place)| Entry {
            name: &item.name,
            file: place,
            size: item.size,
        })
        .collect();
    let sink = BufWriter::with_capacity(CHUNK, file);
    let file = assemble::write(sink, &entries, |_| (), on_progress, &is_stopped)?
        .into_inner()
        .map_err(|error| disk("written", out)(error.into_error()))?;
    file.as_file().sync_all().map_err(disk("written", out))?;
    let size = file
        .as_file()
        .metadata()
        .map_err(disk("written", out))?
        .len();
    atomic::put_in_place(file, out).map_err(disk("written", out))?;
    Ok(size)
}

/// Gone by itself unless it is put into its place. Readable as any file that the person makes.
fn unfinished(parent: &Path) -> io::Result<NamedTempFile> {
    #[cfg(unix)]
    let mode = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".flightdeck-").suffix(".zip.part");
    #[cfg(unix)]
    builder.permissions(mode);
    builder.tempfile_in(parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::browse;
    use serde_json::json;
    use std::fs::File;

    fn document() -> Value {
        json!({
            "applicationPackages": [{"fileName": "pkg/App_1.0.0.0.msixbundle", "fileStatus": "PendingUpload"}],
            "listings": {"en-us": {"baseListing": {"images": [{"fileName": "en-us\\shot.png", "fileStatus": "PendingUpload"}]}}}
        })
    }

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn packed(folder: &Path, out: &Path) -> Result<Packed, PackError> {
        pack(folder, out, Kind::App, &document(), |_, _| (), || false)
    }

    const FILES: &[(&str, &[u8])] = &[
        ("build/out/app_1.0.0.0.msixbundle", b"PK\x03\x04 a package"),
        ("pictures/Shot.PNG", b"\x89PNG"),
        ("notes.txt", b"nobody waits for this"),
    ];

    #[test]
    fn a_folder_becomes_a_zip_with_the_paths_of_the_document() {
        let folder = folder(FILES);
        let out = folder.path().join("made.zip");
        for _ in 0..2 {
            // The second time the first ZIP lies in the folder.
            let packed = packed(folder.path(), &out).unwrap();
            let files = [
                (
                    "pkg/App_1.0.0.0.msixbundle".to_owned(),
                    "build/out/app_1.0.0.0.msixbundle".to_owned(),
                ),
                ("en-us/shot.png".to_owned(), "pictures/Shot.PNG".to_owned()),
            ];
            assert_eq!(
                (packed.files.as_slice(), packed.left_out.as_slice()),
                (&files[..], &["notes.txt".to_owned()][..])
            );
            assert_eq!(packed.size, fs::metadata(&out).unwrap().len());
        }
        let examined = browse::examine(&out, Kind::App, &document(), None);
        assert_eq!(
            (
                examined.fit.missing.len(),
                examined.fit.faults.len(),
                examined.fit.extra.len()
            ),
            (0, 0, 0)
        );
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["build", "made.zip", "notes.txt", "pictures"]);
    }

    #[test]
    fn the_same_folder_gives_the_same_bytes() {
        let bytes = || {
            let folder = folder(FILES);
            let out = folder.path().join("made.zip");
            packed(folder.path(), &out).unwrap();
            fs::read(out).unwrap()
        };
        assert_eq!(bytes(), bytes());
    }

    #[test]
    fn what_does_not_fit_leaves_the_old_zip_alone() {
        let folder = folder(&FILES[1..]);
        let out = folder.path().join("made.zip");
        fs::write(&out, b"old").unwrap();
        let error = packed(folder.path(), &out).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("pkg/App_1.0.0.0.msixbundle (package) is not in the folder"),
            "{error}"
        );
        assert_eq!(fs::read(&out).unwrap(), b"old");
        assert!(matches!(
            packed(&folder.path().join("none"), &out),
            Err(PackError::Failed(AssembleError::Disk {
                what: "listed",
                ..
            }))
        ));
    }

    #[test]
    fn stopping_leaves_nothing_behind() {
        let folder = folder(FILES);
        let out = folder.path().join("made.zip");
        let asked = std::cell::Cell::new(0);
        let is_stopped = || {
            asked.set(asked.get() + 1);
            // After the walk, in the middle of the writing.
            asked.get() > 8
        };
        let ended = pack(
            folder.path(),
            &out,
            Kind::App,
            &document(),
            |_, _| (),
            is_stopped,
        );
        assert!(matches!(ended, Err(PackError::Cancelled)), "{ended:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    #[ignore = "writes 4.1 GB of zeros; run by hand"]
    fn more_than_four_gigabytes_are_packed_and_found_again() {
        let folder = folder(FILES);
        let big = folder.path().join("build/out/app_1.0.0.0.msixbundle");
        File::options()
            .write(true)
            .open(&big)
            .unwrap()
            .set_len((4 << 30) + 100)
            .unwrap();
        let out = folder.path().join("made.zip");
        packed(folder.path(), &out).unwrap();
        let examined = browse::examine(&out, Kind::App, &document(), None);
        assert_eq!(examined.archive.unwrap().files[0].size, (4 << 30) + 100);
        assert!(examined.fit.missing.is_empty() && examined.fit.faults.is_empty());
    }
}
