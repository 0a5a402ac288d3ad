//! The bytes of one file of a ZIP, to be read and walked through in bounded memory: a stored one where it lies, a deflated one
//! by unpacking it as a stream. Knows neither packages nor pictures.

use super::central_directory::{ArchiveError, ArchiveFile, Method, content_start};
use flate2::{Decompress, FlushDecompress, Status};
use std::{
    cell::Cell,
    io::{self, Read, Seek, SeekFrom},
};

/// One type for the readers of all levels: a package in a bundle in an upload file in a ZIP.
pub(super) trait EntrySource: Read + Seek {}
impl<T: Read + Seek> EntrySource for T {}

/// What was unpacked last is kept, because a ZIP is read from its end: its directory, and most manifests, lie in there.
const KEPT: usize = 1 << 20;
const CHUNK: usize = 16 << 10;

/// How many bytes may still be read in one examination, whatever a ZIP says of its sizes.
#[derive(Debug)]
pub(super) struct ReadBudget {
    bytes: Cell<u64>,
    /// Manifests, and their bytes: those are parsed and kept in part.
    manifests: Cell<u64>,
    manifest_bytes: Cell<u64>,
    block_map_bytes: Cell<u64>,
}

const MANIFESTS: u64 = 1_000;
const MANIFEST_BYTES: u64 = 160 << 20;
/// Of one block map, which is that of a package of some gigabytes, and of all together.
const BLOCK_MAP: u64 = 8 << 20;
const BLOCK_MAPS: u64 = 48 << 20;

impl ReadBudget {
    pub(super) fn of(bytes: u64) -> Self {
        Self {
            bytes: Cell::new(bytes),
            manifests: Cell::new(MANIFESTS),
            manifest_bytes: Cell::new(MANIFEST_BYTES),
            block_map_bytes: Cell::new(BLOCK_MAPS),
        }
    }

    pub(super) fn left(&self) -> u64 {
        self.bytes.get()
    }

    /// Whether one more manifest of this size may be read; counts it.
    pub(super) fn takes_manifest(&self, bytes: u64) -> bool {
        let left = (
            self.manifests.get().checked_sub(1),
            self.manifest_bytes.get().checked_sub(bytes),
        );
        let (Some(manifests), Some(bytes)) = left else {
            return false;
        };
        self.manifests.set(manifests);
        self.manifest_bytes.set(bytes);
        true
    }

    /// Whether one more block map of this size may be read; counts it.
    pub(super) fn takes_block_map(&self, bytes: u64) -> bool {
        let left = self.block_map_bytes.get().checked_sub(bytes);
        let left = left.filter(|_| bytes <= BLOCK_MAP);
        self.block_map_bytes
            .set(left.unwrap_or(self.block_map_bytes.get()));
        left.is_some()
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        let left = self.bytes.get().checked_sub(bytes as u64);
        self.bytes.set(left.unwrap_or(0));
        left.map(|_| ())
            .ok_or_else(|| io::Error::other("more would have to be read than is sensible"))
    }
}

/// Opens a file of the ZIP that `outer` is. A method that cannot be unpacked here is an error.
pub(super) fn open<'a>(
    outer: &'a mut dyn EntrySource,
    file: &ArchiveFile,
    budget: &'a ReadBudget,
) -> Result<Box<dyn EntrySource + 'a>, ArchiveError> {
    let start = content_start(outer, file)?;
    let packed = Window {
        outer,
        start,
        length: file.packed,
        at: 0,
        budget,
    };
    match file.method {
        Method::Stored => Ok(Box::new(packed)),
        Method::Deflated => Ok(Box::new(Unpacked::new(packed, file.size))),
        Method::Other(_) => Err(ArchiveError::Damaged("it is packed in an unusual way")),
    }
}

/// Moves a place; before the beginning is an error, past the end is not.
fn moved(to: SeekFrom, at: u64, length: u64) -> io::Result<u64> {
    let place = match to {
        SeekFrom::Start(place) => Some(place),
        SeekFrom::End(by) => length.checked_add_signed(by),
        SeekFrom::Current(by) => at.checked_add_signed(by),
    };
    place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
}

/// A part of another source.
struct Window<'a> {
    outer: &'a mut dyn EntrySource,
    start: u64,
    length: u64,
    at: u64,
    budget: &'a ReadBudget,
}

impl Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let room = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..room).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        self.outer
            .seek(SeekFrom::Start(self.start.saturating_add(self.at)))?;
        let count = self.outer.read(buffer)?;
        self.budget.spend(count)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = moved(to, self.at, self.length)?;
        Ok(self.at)
    }
}

/// A deflated file. Going back beyond what is kept unpacks it from its beginning again.
struct Unpacked<'a> {
    packed: Window<'a>,
    state: Decompress,
    /// Packed bytes that are still to be unpacked, from `input_at`.
    input: Vec<u8>,
    input_at: usize,
    /// The last unpacked bytes; they end at `given`, counted from the beginning.
    kept: Vec<u8>,
    given: u64,
    is_over: bool,
    at: u64,
    /// As the directory says.
    size: u64,
}

impl<'a> Unpacked<'a> {
    fn new(packed: Window<'a>, size: u64) -> Self {
        let state = Decompress::new(false);
        Self {
            packed,
            state,
            input: Vec::new(),
            input_at: 0,
            kept: Vec::new(),
            given: 0,
            is_over: false,
            at: 0,
            size,
        }
    }

    fn restart(&mut self) -> io::Result<()> {
        self.packed.seek(SeekFrom::Start(0))?;
        self.state.reset(false);
        self.input.clear();
        self.kept.clear();
        (self.input_at, self.given, self.is_over) = (0, 0, false);
        Ok(())
    }

    /// Unpacks the next bytes.
    fn go_on(&mut self) -> io::Result<()> {
        if self.input_at >= self.input.len() {
            self.input.resize(CHUNK, 0);
            let count = self.packed.read(&mut self.input)?;
            self.input.truncate(count);
            self.input_at = 0;
        }
        if self.kept.len() >= 2 * KEPT {
            self.kept.drain(..self.kept.len() - KEPT);
        }
        let before = self.kept.len();
        self.kept.resize(before + CHUNK, 0);
        let (in_before, out_before) = (self.state.total_in(), self.state.total_out());
        let input = self.input.get(self.input_at..).unwrap_or_default();
        let output = self.kept.get_mut(before..).unwrap_or_default();
        let status = self.state.decompress(input, output, FlushDecompress::None);
        let (taken, given) = (
            (self.state.total_in() - in_before) as usize,
            (self.state.total_out() - out_before) as usize,
        );
        self.kept.truncate(before + given);
        self.input_at += taken;
        self.given += given as u64;
        self.packed.budget.spend(given)?;
        self.is_over = match status {
            Ok(Status::StreamEnd) => true,
            // No way on: the packed bytes end before the content does.
            Ok(_) => taken == 0 && given == 0,
            Err(_) => return Err(io::Error::from(io::ErrorKind::InvalidData)),
        };
        Ok(())
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.at >= self.size {
            return Ok(0);
        }
        loop {
            let first = self.given - self.kept.len() as u64;
            if self.at < first {
                self.restart()?;
            } else if self.at < self.given {
                let from = usize::try_from(self.at - first).unwrap_or(usize::MAX);
                let kept = self.kept.get(from..).unwrap_or_default();
                let left = usize::try_from(self.size - self.at).unwrap_or(usize::MAX);
                let count = kept.len().min(buffer.len()).min(left);
                if let (Some(to), Some(bytes)) = (buffer.get_mut(..count), kept.get(..count)) {
                    to.copy_from_slice(bytes);
                }
                self.at += count as u64;
                return Ok(count);
            } else if self.is_over {
                return Ok(0);
            } else {
                self.go_on()?;
            }
        }
    }
}

impl Seek for Unpacked<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = moved(to, self.at, self.size)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::central_directory::read;
    use proptest::prelude::*;
    use std::io::{Cursor, Write};
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at / 3 % 251) as u8).collect()
    }

    fn zip_of(content: &[u8], method: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer
            .start_file("before", SimpleFileOptions::default())
            .unwrap();
        writer.write_all(b"before").unwrap();
        writer
            .start_file("x", SimpleFileOptions::default().compression_method(method))
            .unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner()
    }

    proptest! {
        /// Whatever is read in whatever order, it is what was packed.
        #[test]
        fn any_walk_reads_what_was_packed(length in 1usize..4 << 20, jumps in prop::collection::vec((any::<prop::sample::Index>(), 1usize..5000), 1..8), is_stored: bool) {
            let content = content(length);
            let bytes = zip_of(&content, if is_stored { CompressionMethod::Stored } else { CompressionMethod::Deflated });
            let file = read(Cursor::new(&bytes)).unwrap().files.pop().unwrap();
            let budget = ReadBudget::of(u64::MAX);
            let mut outer = Cursor::new(&bytes);
            let mut source = open(&mut outer, &file, &budget).unwrap();
            for (place, count) in jumps {
                let at = place.index(length);
                source.seek(SeekFrom::Start(at as u64)).unwrap();
                let mut read = Vec::new();
                source.as_mut().take(count as u64).read_to_end(&mut read).unwrap();
                prop_assert_eq!(&read, &content[at..length.min(at + count)]);
            }
        }
    }

    #[test]
    fn the_budget_ends_what_would_have_no_end() {
        let bytes = zip_of(&vec![0; 8 << 20], CompressionMethod::Deflated);
        let file = read(Cursor::new(&bytes)).unwrap().files.pop().unwrap();
        assert!(file.packed < 20_000);
        let budget = ReadBudget::of(1 << 20);
        let mut outer = Cursor::new(&bytes);
        let mut source = open(&mut outer, &file, &budget).unwrap();
        assert!(io::copy(&mut source, &mut io::sink()).is_err());
        assert_eq!(budget.left(), 0);
    }

    #[test]
    fn content_that_is_shorter_than_it_says_just_ends() {
        let bytes = zip_of(&content(1000), CompressionMethod::Deflated);
        let mut file = read(Cursor::new(&bytes)).unwrap().files.pop().unwrap();
        file.size = 5000;
        let budget = ReadBudget::of(1 << 20);
        let mut outer = Cursor::new(&bytes);
        let mut read = Vec::new();
        open(&mut outer, &file, &budget)
            .unwrap()
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read, content(1000));
    }
}
