//! Writes ZIPs of stored entries, whole or without their data: a ZIP that is only sent has its headers in memory, and everything
//! else stays in the files that it is made of. Both have the same bytes, because the same writer makes them. Blocks.

use crate::{
    engine::zip_source::{ZipPart, ZipSource},
    storage::input,
};
use std::{
    cell::Cell,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    rc::Rc,
};
use store_client::blob::{Part, Source};
use zip::{
    CompressionMethod, DateTime, System, ZIP64_BYTES_THR, ZipWriter, result::ZipError,
    write::SimpleFileOptions,
};

/// Few calls, and a request to stop is still noticed at once.
const CHUNK: usize = 1 << 20;

/// Why a ZIP cannot be read, put together or written.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    #[error("{} could not be {what}: {source}", path.display())]
    Disk {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("it could not be written: {0}")]
    Written(io::Error),
    #[error("{} changed while it was read; try again", .0.display())]
    Changed(PathBuf),
    #[error("it was uploaded earlier, so it is not on this machine")]
    NotHere,
    #[error("it was stopped")]
    Cancelled,
}

impl From<ZipError> for AssembleError {
    fn from(error: ZipError) -> Self {
        Self::Written(error.into())
    }
}

pub(super) fn disk<'p>(
    what: &'static str,
    path: &'p Path,
) -> impl Fn(io::Error) -> AssembleError + 'p {
    move |source| AssembleError::Disk {
        what,
        path: path.to_owned(),
        source,
    }
}

/// A file that becomes an entry.
pub(super) struct Entry<'a> {
    /// Its path in the ZIP.
    pub name: &'a str,
    pub file: &'a Path,
    /// Bytes that it had when it was chosen; another size means that somebody is still writing it.
    pub size: u64,
}

/// Writes the entries and gives the sink back. `is_data` is told where the data of an entry begins (true) and ends (false),
/// `on_progress` how many bytes were read so far.
pub(super) fn write<W: Write + Seek>(
    sink: W,
    entries: &[Entry<'_>],
    is_data: impl Fn(bool),
    mut on_progress: impl FnMut(u64),
    is_stopped: &dyn Fn() -> bool,
) -> Result<W, AssembleError> {
    let mut zip = ZipWriter::new(sink);
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    for entry in entries {
        let mut source = File::open(entry.file).map_err(disk("opened", entry.file))?;
        zip.start_file(entry.name, options(entry.size))?;
        let mut left = entry.size;
        is_data(true);
        loop {
            if is_stopped() {
                return Err(AssembleError::Cancelled);
            }
            let count = match source.read(&mut buffer) {
                Ok(0) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(disk("read", entry.file))?,
            };
            left = left
                .checked_sub(count as u64)
                .ok_or_else(|| AssembleError::Changed(entry.file.to_owned()))?;
            zip.write_all(buffer.get(..count).unwrap_or_default())
                .map_err(AssembleError::Written)?;
            done += count as u64;
            on_progress(done);
        }
        is_data(false);
        if left > 0 {
            return Err(AssembleError::Changed(entry.file.to_owned()));
        }
    }
    Ok(zip.finish()?)
}

/// The same on every machine and every day. Packages, pictures and videos are packed already.
fn options(size: u64) -> SimpleFileOptions {
    SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
        .system(System::Unix)
        .large_file(size >= ZIP64_BYTES_THR)
}

/// Opens a ZIP to be read or sent. One that is made of parts is read once for the checksums in its headers; `on_progress` hears how
/// many bytes of how many.
pub fn open(
    zip: &ZipSource,
    mut on_progress: impl FnMut(u64, u64),
    is_stopped: &dyn Fn() -> bool,
) -> Result<Source, AssembleError> {
    let parts = match zip {
        ZipSource::File(path) => {
            // A pipe would wait for its other end.
            input::open(path).map_err(disk("opened", path))?;
            return Source::open(path).map_err(disk("read", path));
        }
        ZipSource::Parts(parts) => parts,
        ZipSource::Uploaded { .. } => return Err(AssembleError::NotHere),
    };
    let stamp = |part: &ZipPart| {
        let (_, facts) = input::open(&part.file).map_err(disk("opened", &part.file))?;
        Ok((facts.len(), facts.modified().ok()))
    };
    let stamps: Vec<_> = parts
        .iter()
        .map(stamp)
        .collect::<Result<_, AssembleError>>()?;
    let entries: Vec<Entry<'_>> = parts
        .iter()
        .zip(&stamps)
        .map(|(part, (size, _))| Entry {
            name: &part.name,
            file: &part.file,
            size: *size,
        })
        .collect();
    let total = entries.iter().map(|entry| entry.size).sum();
    let skeleton = Skeleton::default();
    let flag = Rc::clone(&skeleton.is_data);
    let skeleton = write(
        skeleton,
        &entries,
        |is| flag.set(is),
        |done| on_progress(done, total),
        is_stopped,
    )?;
    let mut files = parts.iter().map(|part| part.file.clone());
    let pieces = skeleton.pieces.into_iter().filter_map(|piece| match piece {
        Piece::Headers(bytes) => Some(Part::Bytes(bytes)),
        Piece::Data(_) => files.next().map(Part::File),
    });
    let path = zip.path();
    let source = Source::assemble(path.clone(), pieces.collect()).map_err(disk("read", &path))?;
    // The headers hold what was read before the files were opened for sending.
    for (part, then) in parts.iter().zip(&stamps) {
        if stamp(part)? != *then {
            return Err(AssembleError::Changed(part.file.clone()));
        }
    }
    Ok(source)
}

/// A ZIP without the data of its entries.
#[derive(Debug, Default)]
struct Skeleton {
    pieces: Vec<Piece>,
    at: u64,
    is_data: Rc<Cell<bool>>,
}

#[derive(Debug)]
enum Piece {
    Headers(Vec<u8>),
    /// This many bytes of the next file.
    Data(u64),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Headers(bytes) => bytes.len() as u64,
            Self::Data(length) => *length,
        }
    }
}

impl Skeleton {
    fn length(&self) -> u64 {
        self.pieces.iter().map(Piece::length).sum()
    }

    /// Overwrites headers that were written before; sizes and checksums are known only once the data has gone by.
    fn patch(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let mut start = 0;
        for piece in &mut self.pieces {
            let length = piece.length();
            if bytes.is_empty() {
                break;
            }
            if self.at >= start && self.at < start + length {
                let Piece::Headers(headers) = piece else {
                    return Err(io::Error::other("the data of an entry is never rewritten"));
                };
                let from = usize::try_from(self.at - start).unwrap_or(usize::MAX);
                let room = headers.get_mut(from..).unwrap_or_default();
                let count = room.len().min(bytes.len());
                let (now, rest) = bytes.split_at(count);
                room.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
                self.at += count as u64;
                bytes = rest;
            }
            start += length;
        }
        Ok(())
    }
}

impl Write for Skeleton {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.at < self.length() {
            let room = usize::try_from(self.length() - self.at).unwrap_or(usize::MAX);
            let bytes = bytes.get(..room.min(bytes.len())).unwrap_or_default();
            self.patch(bytes)?;
            return Ok(bytes.len());
        }
        match (self.is_data.get(), self.pieces.last_mut()) {
            (true, Some(Piece::Data(length))) => *length += bytes.len() as u64,
            (true, _) => self.pieces.push(Piece::Data(bytes.len() as u64)),
            (false, Some(Piece::Headers(headers))) => headers.extend_from_slice(bytes),
            (false, _) => self.pieces.push(Piece::Headers(bytes.to_owned())),
        }
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Skeleton {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn parts(folder: &Path, files: &[(&str, usize)]) -> ZipSource {
        let part = |(at, (name, size)): (usize, &(&str, usize))| {
            let file = folder.join(at.to_string());
            let bytes: Vec<u8> = (0..*size).map(|byte| (byte * 7 + at) as u8).collect();
            fs::write(&file, bytes).unwrap();
            ZipPart {
                name: (*name).to_owned(),
                file,
            }
        };
        ZipSource::Parts(files.iter().enumerate().map(part).collect())
    }

    fn opened(zip: &ZipSource) -> Result<Source, AssembleError> {
        open(zip, |_, _| (), &|| false)
    }

    #[test]
    fn what_is_sent_is_a_zip_that_any_reader_unpacks() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("a.msix", 3 << 20), ("en-us/ü.png", 10), ("c.msix", 1)];
        let zip = parts(folder.path(), &files);
        let source = opened(&zip).unwrap();
        let mut bytes = Vec::new();
        source.reader().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, source.identity().size);
        let mut read = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        for (at, (name, size)) in files.iter().enumerate() {
            // Reading to the end verifies the checksum.
            let mut content = Vec::new();
            let mut entry = read.by_index(at).unwrap();
            assert_eq!(entry.name().unwrap(), *name);
            entry.read_to_end(&mut content).unwrap();
            assert_eq!(
                content,
                fs::read(folder.path().join(at.to_string())).unwrap()
            );
            assert_eq!(content.len(), *size);
        }
        let again = opened(&zip).unwrap();
        assert_eq!(again.identity(), source.identity());
    }

    #[test]
    fn a_part_that_changes_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let zip = parts(folder.path(), &[("a.msix", 5000), ("b.msix", 10)]);
        let file = folder.path().join("0");
        let grown = std::cell::Cell::new(false);
        let grow = || {
            if !grown.replace(true) {
                fs::write(&file, vec![1; 6000]).unwrap();
            }
            false
        };
        let ended = open(&zip, |_, _| (), &grow);
        assert!(matches!(ended, Err(AssembleError::Changed(path)) if path == file));
        let source = opened(&zip).unwrap();
        assert!(source.still_holds().unwrap());
        fs::write(&file, vec![1; 6001]).unwrap();
        assert!(!source.still_holds().unwrap());
        fs::remove_file(&file).unwrap();
        let missing = opened(&zip).unwrap_err().to_string();
        assert!(missing.contains(&file.display().to_string()), "{missing}");
    }
}
