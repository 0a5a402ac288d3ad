//! SHA-256 of a whole ZIP, streamed, for the hash under which a release is approved. Size and time would be quicker, but anybody can
//! set them: content must not change unnoticed. Knows no screen.

use super::{
    assemble,
    blocking::away,
    report::{Report, Summed},
    reporter::{PROGRESS_PAUSE, Reporter},
};
use crate::{engine::zip_source::ZipSource, storage::input};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};
use tokio_util::sync::CancellationToken;

/// Large enough that reading costs no time beside hashing.
const STEP: usize = 1 << 20;

/// A ZIP that was summed. As long as this lives, it tells cheaply whether any of its files was written to or replaced since; on
/// Windows nobody can do either meanwhile.
#[derive(Debug)]
pub struct Sealed {
    zip: ZipSource,
    files: Vec<(PathBuf, Stamp, File)>,
}

impl Sealed {
    /// Keeps every file of the ZIP open.
    fn of(zip: &ZipSource) -> io::Result<Self> {
        let paths: Vec<&Path> = match zip {
            ZipSource::File(path) => vec![path],
            ZipSource::Parts(parts) => parts.iter().map(|part| part.file.as_path()).collect(),
            ZipSource::Uploaded { .. } => Vec::new(),
        };
        let seal = |path: &Path| {
            // A pipe would wait for its other end.
            input::open(path)?;
            let file = open(path)?;
            let stamp = Stamp::read(&file.metadata()?);
            Ok((path.to_owned(), stamp, file))
        };
        Ok(Self {
            zip: zip.clone(),
            files: paths.into_iter().map(seal).collect::<io::Result<_>>()?,
        })
    }

    /// Whether this ZIP is still the one that was summed.
    pub fn still_holds(&self, zip: &ZipSource) -> bool {
        let is_unchanged = |(path, stamp, _): &(PathBuf, Stamp, File)| {
            std::fs::metadata(path).is_ok_and(|metadata| Stamp::read(&metadata) == *stamp)
        };
        self.zip == *zip && self.files.iter().all(is_unchanged)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    /// What nobody can set, where the system tells.
    more: Option<[i128; 4]>,
}

impl Stamp {
    fn read(metadata: &std::fs::Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            more: more(metadata),
        }
    }
}

/// Which file it is, and when anything of it changed last: unlike its time, nobody can set that.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere nobody tells")]
fn more(metadata: &std::fs::Metadata) -> Option<[i128; 4]> {
    use std::os::unix::fs::MetadataExt;
    Some([
        metadata.dev().into(),
        metadata.ino().into(),
        metadata.ctime().into(),
        metadata.ctime_nsec().into(),
    ])
}

/// Windows tells neither: there the open file holds off who would change it (see [`open`]).
#[cfg(not(unix))]
fn more(_: &std::fs::Metadata) -> Option<[i128; 4]> {
    None
}

/// As long as the file is open, others may read it, but neither write to it, nor delete, move or replace it.
#[cfg(windows)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_READ: u32 = 1;
    File::options()
        .read(true)
        .share_mode(FILE_SHARE_READ)
        .open(path)
}

#[cfg(not(windows))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Reads the whole ZIP; blocks meanwhile. `told` hears the bytes so far and of all, several times a second.
fn read(
    zip: &ZipSource,
    cancel: &CancellationToken,
    told: &dyn Fn(u64, u64),
) -> io::Result<([u8; 32], Sealed)> {
    let sealed = Sealed::of(zip)?;
    let source = assemble::open(zip, |_, _| (), &|| cancel.is_cancelled())
        .map_err(|error| io::Error::other(error.to_string()))?;
    let (mut reader, total) = (source.reader(), source.identity().size);
    let mut hash = Sha256::new();
    let mut buffer = vec![0; STEP];
    let (mut done, mut last) = (0, Instant::now());
    loop {
        if cancel.is_cancelled() {
            return Err(io::Error::new(
                io::ErrorKind::Interrupted,
                "it was cancelled",
            ));
        }
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        hash.update(buffer.get(..count).unwrap_or_default());
        done += count as u64;
        if last.elapsed() >= PROGRESS_PAUSE {
            last = Instant::now();
            told(done, total);
        }
    }
    if sealed.still_holds(zip) {
        Ok((hash.finalize().into(), sealed))
    } else {
        Err(io::Error::other("it was changed while it was read"))
    }
}

/// The sum of a ZIP, and what tells whether it stays so; away from the async threads; stops when it is dropped. The error is a sentence.
pub async fn sum(zip: &ZipSource, reporter: &Reporter) -> Result<([u8; 32], Sealed), String> {
    let stop = CancellationToken::new();
    let _stopped = stop.clone().drop_guard();
    let (source, reporter) = (zip.clone(), reporter.clone());
    let work = away(move || {
        let told = |done, total| {
            reporter.try_send(Report::Summed(Summed {
                zip: source.path(),
                done,
                total,
                sum: None,
            }));
        };
        read(&source, &stop, &told)
    });
    work.await
        .map_err(|error| format!("{zip} could not be read for its hash: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_the_whole_content_and_can_be_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let zip = ZipSource::from(path.clone());
        std::fs::write(&path, b"abc").unwrap();
        let cancel = CancellationToken::new();
        let (sum, sealed) = read(&zip, &cancel, &|_, _| ()).unwrap();
        // FIPS 180's own example.
        assert_eq!(
            (sum[..4].to_vec(), sum[31]),
            (vec![0xba, 0x78, 0x16, 0xbf], 0xad)
        );
        assert!(sealed.still_holds(&zip));
        let times =
            std::fs::FileTimes::new().set_modified(path.metadata().unwrap().modified().unwrap());
        // The same size and time: whether in its place or in the file itself, no such change goes unnoticed.
        let put = |to: &Path, bytes: &[u8]| -> io::Result<()> {
            std::fs::write(to, bytes)?;
            File::options().write(true).open(to)?.set_times(times)
        };
        let other = folder.path().join("b.zip");
        put(&other, b"xyz").unwrap();
        let swapped = std::fs::rename(&other, &path);
        assert_eq!(
            (swapped.is_ok(), sealed.still_holds(&zip)),
            (cfg!(unix), cfg!(windows))
        );
        drop(sealed);
        let (_, sealed) = read(&zip, &cancel, &|_, _| ()).unwrap();
        // A time of change is as fine as the system's clock ticks.
        let rewritten = std::iter::repeat_with(|| put(&path, b"uvw").is_ok())
            .find(|written| !written || !sealed.still_holds(&zip));
        assert_eq!(
            (rewritten, sealed.still_holds(&zip)),
            (Some(cfg!(unix)), cfg!(windows))
        );
        drop(sealed);
        std::fs::write(&path, b"abcd").unwrap();
        assert_ne!(sum, read(&zip, &cancel, &|_, _| ()).unwrap().0);
        cancel.cancel();
        assert!(
            read(&zip, &cancel, &|_, _| ()).is_err()
                && read(&folder.path().into(), &CancellationToken::new(), &|_, _| ()).is_err()
        );
    }
}
