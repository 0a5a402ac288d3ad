//! The bytes of blobs on disk: one file for each block, read as one stream without being joined.
//! Knows no HTTP.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// The folder with all blocks of one simulator. It is removed with the last block.
pub(crate) struct Spool {
    folder: TempDir,
    next: AtomicU64,
}

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            folder: tempfile::Builder::new()
                .prefix("flightdeck-sim-")
                .tempdir()?,
            next: AtomicU64::new(0),
        })
    }

    #[cfg(test)]
    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// An empty file to write a block into, and the piece that keeps it alive.
    pub(super) fn create(spool: &Arc<Self>) -> io::Result<(File, Piece)> {
        let piece = Piece {
            spool: Arc::clone(spool),
            number: spool.next.fetch_add(1, Ordering::Relaxed),
            length: 0,
        };
        let file = File::options()
            .write(true)
            .create_new(true)
            .open(piece.path())?;
        Ok((file, piece))
    }
}

/// One block on disk. A file of its own, so that blocks can be written side by side and given back one by one;
/// closed while nobody reads it, because a blob may have 50,000 of them. Dropping it removes the file.
pub(crate) struct Piece {
    spool: Arc<Spool>,
    number: u64,
    /// Bytes, set once the whole body has been written.
    pub length: u64,
}

impl Piece {
    fn path(&self) -> PathBuf {
        self.spool.folder.path().join(self.number.to_string())
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        // The folder is removed at the end in any case, so a failure here costs nothing.
        let _ = std::fs::remove_file(self.path());
    }
}

/// The bytes of a committed blob: its blocks in order.
#[derive(Default)]
pub(crate) struct Content {
    /// Each block with the offset of its first byte; no empty ones.
    pieces: Vec<(u64, Arc<Piece>)>,
    length: u64,
}

impl Content {
    pub(crate) fn of(pieces: impl IntoIterator<Item = Arc<Piece>>) -> Self {
        let mut content = Self::default();
        for piece in pieces.into_iter().filter(|piece| piece.length > 0) {
            let start = content.length;
            content.length += piece.length;
            content.pieces.push((start, piece));
        }
        content
    }

    /// Bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}

/// A committed blob opened for reading. Stays readable, and unchanged, when the blob is replaced meanwhile.
pub(crate) struct BlobFile {
    // Before `content`: Windows removes no open file, so the file closes first.
    open: Option<OpenPiece>,
    at: u64,
    content: Arc<Content>,
}

struct OpenPiece {
    index: usize,
    file: File,
    /// Where the file's cursor stands in the blob.
    at: u64,
}

impl BlobFile {
    pub(crate) fn new(content: Arc<Content>) -> Self {
        Self {
            open: None,
            at: 0,
            content,
        }
    }
}

impl Read for BlobFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.content.length || buffer.is_empty() {
            return Ok(0);
        }
        let index = self
            .content
            .pieces
            .partition_point(|(start, _)| *start <= self.at)
            .saturating_sub(1);
        let Some((start, piece)) = self.content.pieces.get(index) else {
            return Ok(0);
        };
        let mut open = match self.open.take() {
            Some(open) if open.index == index => open,
            _ => OpenPiece {
                index,
                file: File::open(piece.path())?,
                at: *start,
            },
        };
        if open.at != self.at {
            open.file.seek(SeekFrom::Start(self.at - start))?;
        }
        let count = open.file.read(buffer)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += count as u64;
        open.at = self.at;
        self.open = Some(open);
        Ok(count)
    }
}

impl Seek for BlobFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.content.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
