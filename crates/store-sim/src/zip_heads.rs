//! The names of a ZIP's files, in its directory and before their bytes. The ZIP library keeps one file of each name and looks at
//! the directory alone; the Store's readers trip over what differs.

use std::collections::HashSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use zip::ZipArchive;

const ENTRY: usize = 46;
const LOCAL: usize = 30;
/// Stands for a number that the entry's extra fields have.
const LONG: u32 = u32::MAX;

/// Files that no reader can be sure of, by their names in the directory.
#[derive(Default)]
pub(crate) struct Doubtful {
    /// Names that stand there twice, as Windows compares them.
    pub twice: HashSet<String>,
    /// Names that stand otherwise before the bytes.
    pub renamed: HashSet<String>,
}

impl Doubtful {
    /// Reads all names of an archive that can be opened.
    pub(crate) fn of(mut file: impl Read + Seek) -> Result<Self, String> {
        let (start, shift) = {
            let zip = ZipArchive::new(&mut file).map_err(|error| error.to_string())?;
            (zip.central_directory_start(), zip.offset())
        };
        read(&mut file, start, shift).map_err(|error| error.to_string())
    }

    /// What is wrong with a file.
    pub(crate) fn word(&self, name: &str) -> Option<&'static str> {
        if self.twice.contains(&name.to_lowercase()) {
            Some("there are two files of this name")
        } else if self.renamed.contains(name) {
            Some("its local header has another name")
        } else {
            None
        }
    }
}

fn read(file: &mut (impl Read + Seek), start: u64, shift: u64) -> io::Result<Doubtful> {
    file.seek(SeekFrom::Start(start))?;
    let mut directory = BufReader::new(&mut *file);
    let (mut entries, mut seen, mut found) = (Vec::new(), HashSet::new(), Doubtful::default());
    let mut head = [0; ENTRY];
    while directory.read_exact(&mut head).is_ok() && head.starts_with(b"PK\x01\x02") {
        let mut name = vec![0; usize::from(short(&head, 28))];
        directory.read_exact(&mut name)?;
        let more = i64::from(short(&head, 30)) + i64::from(short(&head, 32));
        directory.seek_relative(more)?;
        let text = String::from_utf8_lossy(&name).into_owned();
        if !seen.insert(text.to_lowercase()) {
            found.twice.insert(text.to_lowercase());
        }
        let offset = u32::from(short(&head, 42)) | u32::from(short(&head, 44)) << 16;
        if offset != LONG {
            entries.push((text, u64::from(offset) + shift));
        }
    }
    drop(directory);
    for (name, offset) in entries {
        let mut head = [0; LOCAL];
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(&mut head)?;
        let mut local = vec![0; usize::from(short(&head, 26))];
        file.read_exact(&mut local)?;
        if local != name.as_bytes() && name.is_ascii() && local.is_ascii() {
            found.renamed.insert(name);
        }
    }
    Ok(found)
}

fn short(bytes: &[u8], at: usize) -> u16 {
    let pair = bytes.get(at..).and_then(|rest| rest.first_chunk());
    pair.map_or(0, |pair| u16::from_le_bytes(*pair))
}
