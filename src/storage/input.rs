//! Reads files that people name, or could have planted: nothing hangs on a pipe, nothing endless or huge fills the memory.
//! Blocks; call it where blocking is allowed.

use std::{
    fmt,
    fs::{self, File, Metadata},
    io::{self, Read},
    path::Path,
};
use store_model::{texts::source::decode, units};

/// A submission document; the Store's own answers are no larger.
pub const DOCUMENT: u64 = 64 << 20;

/// Why a file is not read. Stands after "cannot be read: ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    Folder,
    /// A pipe, a device or a socket: it may never end.
    NoFile,
    TooLarge {
        most: u64,
    },
    /// In another encoding; its name.
    NotText(String),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder => f.write_str("it is a folder"),
            Self::NoFile => f.write_str(
                "it is a pipe or a device, which may never end; save it as a file first",
            ),
            Self::TooLarge { most } => write!(f, "it is larger than {}", units::bytes(*most)),
            Self::NotText(why) => write!(f, "it {why}"),
        }
    }
}

impl std::error::Error for Unfit {}

impl From<Unfit> for io::Error {
    fn from(unfit: Unfit) -> Self {
        Self::new(io::ErrorKind::InvalidInput, unfit)
    }
}

/// Opens a plain file, or what a link to one leads to.
pub fn open(path: &Path) -> io::Result<(File, Metadata)> {
    // Looked at before it is opened: opening a pipe would wait for its other end.
    let facts = fs::metadata(path)?;
    if facts.is_dir() {
        return Err(Unfit::Folder.into());
    }
    if !facts.is_file() {
        return Err(Unfit::NoFile.into());
    }
    let file = File::open(path)?;
    let facts = file.metadata()?;
    Ok((file, facts))
}

/// The whole file, unless it is larger than `most` bytes.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let (file, facts) = open(path)?;
    if facts.len() > most {
        return Err(Unfit::TooLarge { most }.into());
    }
    let mut bytes = Vec::new();
    // It may grow while it is read, and files below /proc claim to be empty.
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Unfit::TooLarge { most }.into());
    }
    Ok(bytes)
}

/// As [`read`], as text without its mark: UTF-8, or UTF-16 with its mark, as PowerShell 5.1 writes it.
pub fn read_text(path: &Path, most: u64) -> io::Result<String> {
    Ok(decode(&read(path, most)?).map_err(Unfit::NotText)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_file_of_a_sensible_size_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        fs::write(&path, b"\xff\xfea\0\xe9\0").unwrap();
        assert_eq!(read_text(&path, 6).unwrap(), "aé");
        let refused = |path: &Path| read(path, 5).unwrap_err().to_string();
        assert_eq!(refused(&path), "it is larger than 5 B");
        assert_eq!(refused(folder.path()), "it is a folder");
        #[cfg(unix)]
        for endless in ["/dev/zero", "/dev/stdin"] {
            let is_refused = !Path::new(endless).is_file();
            assert!(!is_refused || refused(Path::new(endless)).starts_with("it is a pipe"));
        }
        fs::write(&path, b"gr\xfcn").unwrap();
        let error = read_text(&path, 9).unwrap_err().to_string();
        assert!(error.contains("not UTF-8"), "{error}");
    }
}
