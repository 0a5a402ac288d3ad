//! What makes a file the same file as before, cheap for any size. Used to resume an upload, never to prove content:
//! the per-block checksums do that.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How much of each end is read: a ZIP keeps its directory at the end, so any real change shows there.
const END: u64 = 1 << 20;

/// Size, time of last change, and a fingerprint of both ends of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIdentity {
    /// Bytes.
    pub size: u64,
    /// Time of last change, as the file system tells it.
    pub modified: Timestamp,
    /// SHA-256 of the first and the last MiB, 64 hexadecimal digits.
    pub fingerprint: String,
}

impl FileIdentity {
    /// Reads up to 2 MiB of the file; blocks meanwhile.
    pub fn of(path: &Path) -> io::Result<Self> {
        Self::read(&mut File::open(path)?)
    }

    /// The same of a file already open; leaves its cursor anywhere.
    pub(super) fn read(file: &mut File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "this is not a file",
            ));
        }
        let size = metadata.len();
        let mut hash = Sha256::new();
        read_into(file, &mut hash, END.min(size))?;
        file.seek(SeekFrom::Start(size.saturating_sub(END)))?;
        read_into(file, &mut hash, END.min(size))?;
        Ok(Self {
            size,
            modified: modified(&metadata)?,
            fingerprint: hex(&hash.finalize()),
        })
    }

    /// Whether size and time still are what they were; reads no content.
    pub(super) fn still_holds(&self, path: &Path) -> io::Result<bool> {
        let metadata = std::fs::metadata(path)?;
        Ok(metadata.len() == self.size && modified(&metadata)? == self.modified)
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn modified(metadata: &std::fs::Metadata) -> io::Result<Timestamp> {
    Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)
}

fn read_into(file: &mut File, hash: &mut Sha256, count: u64) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut rest = file.take(count);
    loop {
        let read = rest.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_the_size_and_the_time_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let mut bytes = vec![7_u8; 3 << 20];
        std::fs::write(&path, &bytes).unwrap();
        let first = FileIdentity::of(&path).unwrap();
        assert_eq!(first.size, 3 << 20);
        assert_eq!(first.fingerprint.len(), 64);
        assert!(first.still_holds(&path).unwrap());

        *bytes.last_mut().unwrap() = 8;
        std::fs::write(&path, &bytes).unwrap();
        assert_ne!(
            FileIdentity::of(&path).unwrap().fingerprint,
            first.fingerprint
        );

        let text = serde_json::to_string(&first).unwrap();
        assert_eq!(serde_json::from_str::<FileIdentity>(&text).unwrap(), first);
        File::options()
            .append(true)
            .open(&path)
            .unwrap()
            .set_len(5)
            .unwrap();
        assert!(!first.still_holds(&path).unwrap());
        assert!(FileIdentity::of(folder.path()).is_err());
    }
}
