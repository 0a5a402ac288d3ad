//! SHA-256 of a whole ZIP, streamed, for the hash under which a release is approved. Size and time would be quicker, but anybody can
//! set them: content must not change unnoticed. Knows no screen.

use super::{
    report::{Report, Summed},
    reporter::Reporter,
};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};
use tokio_util::sync::CancellationToken;

/// Large enough that reading costs no time beside hashing.
const STEP: usize = 1 << 20;
const PAUSE: Duration = Duration::from_millis(100);

/// What tells cheaply that a file was written to since it was summed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    /// When anything of it changed last: unlike its time, nobody can set that. Windows does not tell.
    changed: Option<(i64, i64)>,
}

impl Stamp {
    pub fn of(path: &Path) -> io::Result<Self> {
        Ok(Self::read(&std::fs::metadata(path)?))
    }

    fn read(metadata: &std::fs::Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok(), changed: changed(metadata) }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere nobody tells")]
fn changed(metadata: &std::fs::Metadata) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn changed(_: &std::fs::Metadata) -> Option<(i64, i64)> {
    None
}

/// Reads the whole file; blocks meanwhile. `told` hears the bytes so far and of all, several times a second.
fn read(path: &Path, cancel: &CancellationToken, told: &dyn Fn(u64, u64)) -> io::Result<([u8; 32], Stamp)> {
    let mut file = File::open(path)?;
    let stamp = Stamp::read(&file.metadata()?);
    let mut hash = Sha256::new();
    let mut buffer = vec![0; STEP];
    let (mut done, mut last) = (0, Instant::now());
    loop {
        if cancel.is_cancelled() {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "it was cancelled"));
        }
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        hash.update(buffer.get(..count).unwrap_or_default());
        done += count as u64;
        if last.elapsed() >= PAUSE {
            last = Instant::now();
            told(done, stamp.size.max(done));
        }
    }
    if Stamp::of(path)? != stamp {
        return Err(io::Error::other("it was changed while it was read"));
    }
    Ok((hash.finalize().into(), stamp))
}

/// The sum of a file with the stamp it had, away from the async threads; stops when it is dropped. The error is a sentence.
pub async fn sum(zip: &Path, reporter: &Reporter) -> Result<([u8; 32], Stamp), String> {
    let stop = CancellationToken::new();
    let _stopped = stop.clone().drop_guard();
    let (path, reporter) = (zip.to_owned(), reporter.clone());
    let work = tokio::task::spawn_blocking(move || {
        let told = |done, total| reporter.try_tell(Report::Summed(Summed { zip: path.clone(), done, total, sum: None }));
        read(&path, &stop, &told)
    });
    let read = work.await.map_err(|error| error.to_string()).and_then(|read| read.map_err(|error| error.to_string()));
    read.map_err(|error| format!("{} could not be read for its hash: {error}.", zip.display()))
}

/// The job: the sum is reported.
pub(super) async fn run(zip: PathBuf, reporter: &Reporter) {
    match sum(&zip, reporter).await {
        Ok((sum, stamp)) => {
            reporter.tell(Report::Summed(Summed { zip, done: stamp.size, total: stamp.size, sum: Some(sum) })).await;
        }
        Err(message) => reporter.fail(message).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_the_whole_content_and_can_be_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        std::fs::write(&path, b"abc").unwrap();
        let cancel = CancellationToken::new();
        let (sum, stamp) = read(&path, &cancel, &|_, _| ()).unwrap();
        // FIPS 180's own example.
        assert_eq!((sum[..4].to_vec(), sum[31]), (vec![0xba, 0x78, 0x16, 0xbf], 0xad));
        assert_eq!(stamp, Stamp::of(&path).unwrap());
        std::fs::write(&path, b"abcd").unwrap();
        assert_ne!((stamp, sum), (Stamp::of(&path).unwrap(), read(&path, &cancel, &|_, _| ()).unwrap().0));
        cancel.cancel();
        assert!(read(&path, &cancel, &|_, _| ()).is_err() && read(folder.path(), &CancellationToken::new(), &|_, _| ()).is_err());
    }
}
