//! Writing so that a crash leaves the old or the new content, never half of it, and for the owner alone.
//! Blocks; call it where blocking is allowed.

use super::error::{DiskError, is_in_use};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    thread,
    time::Duration,
};
use tempfile::NamedTempFile;

/// How the name of a file begins that is not yet in its place.
const UNFINISHED: &str = ".new-";
/// Nothing is written for so long: what is older was left behind by a process that was killed.
const LEFT_BEHIND: Duration = Duration::from_hours(24);

/// Together a good second: longer than a scanner looks at a file, shorter than a person's patience.
const IN_USE_TRIES: u32 = 15;
const IN_USE_PAUSE: Duration = Duration::from_millis(100);

/// Replaces a file's content as a whole.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let fail = |source| DiskError::new("write a file", path, source);
    let folder = folder_of(path);
    // The file's own folder: a rename across disks is a copy, and a copy can be cut.
    let file = filled(folder, bytes).map_err(fail)?;
    put_in_place(file, path).map_err(fail)?;
    sync_folder(folder).map_err(fail)
}

/// Writes where a person said. What is no file (`/dev/stdout`, `/dev/null`, a named pipe) is written into, as the shell does it:
/// a file in its place would break every other program. A link stays one, and the file that it leads to is replaced.
pub fn write_to(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let fail = |source| DiskError::new("write a file", path, source);
    match fs::metadata(path) {
        Ok(facts) if facts.is_file() => write(&fs::canonicalize(path).map_err(fail)?, bytes),
        Ok(_) => {
            let mut device = OpenOptions::new().write(true).open(path).map_err(fail)?;
            device.write_all(bytes).map_err(fail)
        }
        Err(_) => write(path, bytes),
    }
}

/// Gives a finished file its name. On Windows that fails while anybody has the old one open, as virus scanners and indexers have for
/// a moment: tried again for a while.
pub fn put_in_place(file: NamedTempFile, path: &Path) -> io::Result<()> {
    let mut left = Some(file);
    patiently(is_in_use, || {
        let Some(file) = left.take() else {
            return Ok(());
        };
        file.persist(path).map(drop).map_err(|error| {
            left = Some(error.file);
            error.error
        })
    })
}

fn patiently(
    is_passing: impl Fn(&io::Error) -> bool,
    mut attempt: impl FnMut() -> io::Result<()>,
) -> io::Result<()> {
    for _ in 0..IN_USE_TRIES {
        match attempt() {
            Err(error) if is_passing(&error) => thread::sleep(IN_USE_PAUSE),
            ended => return ended,
        }
    }
    attempt()
}

/// Writes a file that must not be there yet; `false` when it is.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<bool, DiskError> {
    let fail = |source| DiskError::new("write a file", path, source);
    let folder = folder_of(path);
    match filled(folder, bytes).map_err(fail)?.persist_noclobber(path) {
        Ok(_) => sync_folder(folder).map_err(fail).map(|()| true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(fail(error.error)),
    }
}

/// Adds one line and returns when it is on disk. After a line that was cut by a crash it starts a new one.
pub fn append(path: &Path, line: &str) -> Result<(), DiskError> {
    let fail = |source| DiskError::new("add a line to a file", path, source);
    refuse_link(path).map_err(fail)?;
    let is_new = !path.exists();
    let mut file = private()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .map_err(fail)?;
    let before = if ends_in_line(&mut file).map_err(fail)? {
        ""
    } else {
        "\n"
    };
    // One call for the whole line: two processes that append do not mix their letters.
    file.write_all(format!("{before}{line}\n").as_bytes())
        .map_err(fail)?;
    file.sync_data().map_err(fail)?;
    if is_new {
        sync_folder(folder_of(path)).map_err(fail)
    } else {
        Ok(())
    }
}

/// Creates a folder with all above it, for the owner alone.
pub fn create_folder(path: &Path) -> Result<(), DiskError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    // On Windows a folder below the user's profile inherits the profile's rights, which are the owner's alone.
    builder
        .create(path)
        .map_err(|source| DiskError::new("create the folder", path, source))
}

/// What is in a folder; nothing where there is none.
pub(super) fn entries(folder: &Path) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    match fs::read_dir(folder) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None.into_iter().flatten())
        }
        found => found.map(|found| Some(found).into_iter().flatten()),
    }
}

/// Removes what killed processes left half written in a folder. What cannot be removed stays: it does no harm.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(UNFINISHED));
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if is_ours && age().is_some_and(|age| age > LEFT_BEHIND) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// A link may lead a write to a file of somebody else, or into one that others read: the program's own files are none.
pub(super) fn refuse_link(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|facts| facts.is_symlink()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is a link to another place, where nothing is written",
        ));
    }
    Ok(())
}

/// Options that create a file for the owner alone.
pub(super) fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has a mode to set"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Makes a new or renamed name in a folder last through a power cut.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows writes names through its own journal and lets no program sync a folder.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the twin of the Unix function")]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// A temporary file (0600 by the crate's own rule on Unix) with the content on disk.
fn filled(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn ends_in_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 || !file.metadata()?.is_file() {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_use_is_waited_for_and_not_for_ever() {
        let mut attempts = 0;
        let busy = || io::Error::from(io::ErrorKind::ResourceBusy);
        let is_busy = |error: &io::Error| error.kind() == io::ErrorKind::ResourceBusy;
        let mut third = || {
            attempts += 1;
            if attempts < 3 { Err(busy()) } else { Ok(()) }
        };
        assert!(patiently(is_busy, &mut third).is_ok() && attempts == 3);
        let mut attempts = 0;
        let mut never = || {
            attempts += 1;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert!(patiently(is_busy, &mut never).is_err() && attempts == 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_into_and_a_link_of_a_persons_own_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for to in [Path::new("/dev/null"), &at("real")] {
            let link = at("link");
            std::os::unix::fs::symlink(to, &link).unwrap();
            fs::write(at("real"), "old").unwrap();
            write_to(&link, b"new").unwrap();
            assert_eq!(fs::read_link(&link).unwrap(), to);
            fs::remove_file(link).unwrap();
        }
        assert_eq!(fs::read(at("real")).unwrap(), b"new");
        write_to(&at("another"), b"new").unwrap();
        assert_eq!(fs::read(at("another")).unwrap(), b"new");
        assert!(write_to(folder.path(), b"new").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (
            folder.path().join("real"),
            folder.path().join("history.jsonl"),
        );
        fs::write(&real, "theirs\n").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let error = append(&link, "ours").unwrap_err().to_string();
        assert!(error.contains("link"), "{error}");
        assert_eq!(fs::read_to_string(&real).unwrap(), "theirs\n");
    }
}
