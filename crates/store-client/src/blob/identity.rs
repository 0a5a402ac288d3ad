//! What makes a file the same file as before, cheap for any size. Used to resume an upload, never to prove content:
//! the per-block checksums do that.

use std::io;

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

pub(super) fn modified(metadata: &std::fs::Metadata) -> io::Result<Timestamp> {
    Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)
}

/// Adds the first and the last MiB of a content of this size.
pub(super) fn add_ends(
    size: u64,
    hash: &mut Sha256,
    read_exact_at: impl Fn(&mut [u8], u64) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = vec![0; usize::try_from(END.min(size)).unwrap_or_default()];
    for offset in [0, size.saturating_sub(END)] {
        read_exact_at(&mut buffer, offset)?;
        hash.update(&buffer);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::source::Source;

    #[test]
    fn both_ends_the_size_and_the_time_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let mut bytes = vec![7_u8; 3 << 20];
        std::fs::write(&path, &bytes).unwrap();
        let first = FileIdentity::of(&path).unwrap();
        assert_eq!(first.size, 3 << 20);
        assert_eq!(first.fingerprint.len(), 64);
        let source = Source::open(&path).unwrap();
        assert!(source.still_holds().unwrap());

        *bytes.last_mut().unwrap() = 8;
        std::fs::write(&path, &bytes).unwrap();
        assert_ne!(
            FileIdentity::of(&path).unwrap().fingerprint,
            first.fingerprint
        );

        let text = serde_json::to_string(&first).unwrap();
        assert_eq!(serde_json::from_str::<FileIdentity>(&text).unwrap(), first);
        assert!(!source.still_holds().unwrap());
        assert!(FileIdentity::of(folder.path()).is_err());
    }
}
