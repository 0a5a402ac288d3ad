//! What an upload reads: by position, from many blocks at once, without a shared cursor. It is a file, or a file that exists only
//! as its parts. Every call blocks: callers run them on the blocking pool.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crc64fast_nvme::Digest as Crc64;
use jiff::Timestamp;
use md5::{Digest, Md5};
use sha2::Sha256;

use super::identity::{FileIdentity, add_ends, hex, modified};
use super::plan::Checksum;

/// Small enough to stay in the processor's cache between reading and hashing.
const STEP: usize = 64 * 1024;

/// A piece of what is uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These very bytes.
    Bytes(Vec<u8>),
    /// A whole file.
    File(PathBuf),
}

/// What is uploaded: one file, or several parts that follow each other without ever being joined on disk.
#[derive(Debug)]
pub struct Source {
    /// For messages: the file, or what the parts make together.
    path: PathBuf,
    pieces: Vec<Piece>,
    identity: FileIdentity,
}

#[derive(Debug)]
struct Piece {
    /// Bytes before it.
    start: u64,
    length: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    File {
        file: File,
        path: PathBuf,
        modified: Timestamp,
    },
}

impl Content {
    fn open(path: PathBuf) -> io::Result<(Self, u64)> {
        let file = File::open(&path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "this is not a file",
            ));
        }
        let modified = modified(&metadata)?;
        let content = Self::File {
            file,
            path,
            modified,
        };
        Ok((content, metadata.len()))
    }
}

impl FileIdentity {
    /// Reads up to 2 MiB of the file; blocks meanwhile.
    pub fn of(path: &Path) -> io::Result<Self> {
        Source::open(path).map(|source| source.identity().clone())
    }
}

impl Source {
    /// Opens a file and reads up to 2 MiB of it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let (content, length) = Content::open(path.to_owned())?;
        let piece = Piece {
            start: 0,
            length,
            content,
        };
        Self::of(path.to_owned(), vec![piece])
    }

    /// Opens every file of the parts; `path` is what they make together, for messages.
    pub fn assemble(path: PathBuf, parts: Vec<Part>) -> io::Result<Self> {
        let mut start = 0;
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            let (content, length) = match part {
                Part::File(path) => Content::open(path.clone()).map_err(|error| {
                    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
                })?,
                Part::Bytes(bytes) => {
                    let length = bytes.len() as u64;
                    (Content::Bytes(bytes), length)
                }
            };
            pieces.push(Piece {
                start,
                length,
                content,
            });
            start += length;
        }
        Self::of(path, pieces)
    }

    fn of(path: PathBuf, pieces: Vec<Piece>) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let mut latest = Timestamp::UNIX_EPOCH;
        for piece in &pieces {
            match &piece.content {
                Content::Bytes(bytes) => hash.update(bytes),
                Content::File { file, modified, .. } => {
                    latest = latest.max(*modified);
                    // What tells a part from another one of the same ends; a whole file needs no such mark.
                    if pieces.len() > 1 {
                        hash.update(format!("{} {modified} ", piece.length));
                    }
                    add_ends(piece.length, &mut hash, |buffer, offset| {
                        read_exact_at(file, buffer, offset)
                    })?;
                }
            }
        }
        let identity = FileIdentity {
            size: pieces.last().map_or(0, |last| last.start + last.length),
            modified: latest,
            fingerprint: hex(&hash.finalize()),
        };
        Ok(Self {
            path,
            pieces,
            identity,
        })
    }

    /// The file, or what the parts make together.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What tells it from a changed one.
    pub fn identity(&self) -> &FileIdentity {
        &self.identity
    }

    /// Whether size and time of every file are still what they were; reads no content.
    pub fn still_holds(&self) -> io::Result<bool> {
        for piece in &self.pieces {
            if let Content::File {
                path,
                modified: then,
                ..
            } = &piece.content
            {
                let now = std::fs::metadata(path)?;
                if now.len() != piece.length || modified(&now)? != *then {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// A reader with a cursor of its own.
    pub fn reader(&self) -> SourceReader<'_> {
        SourceReader {
            source: self,
            at: 0,
        }
    }

    /// The pieces that hold these bytes, each with the offset inside of it.
    fn cut<'b>(
        &self,
        mut buffer: &'b mut [u8],
        mut offset: u64,
        mut take: impl FnMut(&Content, &'b mut [u8], u64) -> io::Result<()>,
    ) -> io::Result<()> {
        let first = self
            .pieces
            .partition_point(|piece| piece.start + piece.length <= offset);
        for piece in self.pieces.get(first..).unwrap_or_default() {
            if buffer.is_empty() {
                break;
            }
            let inside = offset - piece.start;
            let count = usize::try_from(piece.length - inside)
                .unwrap_or(usize::MAX)
                .min(buffer.len());
            let (now, rest) = buffer.split_at_mut(count);
            take(&piece.content, now, inside)?;
            offset += count as u64;
            buffer = rest;
        }
        if buffer.is_empty() {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    /// Fills `buffer` from `offset`; an end before that is an `UnexpectedEof`.
    pub(super) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.cut(buffer, offset, |content, buffer, offset| match content {
            Content::File { file, .. } => read_exact_at(file, buffer, offset),
            Content::Bytes(bytes) => copy(bytes, buffer, offset),
        })
    }

    /// Fills `buffer` from `offset` if the bytes are in memory already, without waiting for a disk or a network share;
    /// false where they are not, or where the system cannot tell.
    pub(super) fn read_if_cached(&self, buffer: &mut [u8], offset: u64) -> bool {
        let read = self.cut(buffer, offset, |content, buffer, offset| match content {
            Content::File { file, .. } if read_if_cached(file, buffer, offset) => Ok(()),
            Content::File { .. } => Err(io::ErrorKind::WouldBlock.into()),
            Content::Bytes(bytes) => copy(bytes, buffer, offset),
        });
        read.is_ok()
    }
}

fn copy(bytes: &[u8], buffer: &mut [u8], offset: u64) -> io::Result<()> {
    let from = usize::try_from(offset).unwrap_or(usize::MAX);
    let part = bytes
        .get(from..)
        .and_then(|rest| rest.get(..buffer.len()))
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    buffer.copy_from_slice(part);
    Ok(())
}

/// Reads a [`Source`] from its start, or from where it is put.
#[derive(Debug)]
pub struct SourceReader<'a> {
    source: &'a Source,
    at: u64,
}

impl Read for SourceReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.source.identity.size.saturating_sub(self.at);
        let count = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(buffer) = buffer.get_mut(..count) else {
            return Ok(0);
        };
        self.source.read_exact_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for SourceReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.source.identity.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Fills `buffer` from `offset`; a file that ends before that is an `UnexpectedEof`.
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
    }
    #[cfg(windows)]
    {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match std::os::windows::fs::FileExt::seek_read(file, rest, offset + filled as u64) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn read_if_cached(file: &File, buffer: &mut [u8], offset: u64) -> bool {
    #[cfg(target_os = "linux")]
    {
        let length = buffer.len();
        let mut target = [io::IoSliceMut::new(buffer)];
        rustix::io::preadv2(
            file,
            &mut target,
            offset,
            rustix::io::ReadWriteFlags::NOWAIT,
        ) == Ok(length)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (file, buffer, offset);
        false
    }
}

/// A block's checksum, as the bytes that its header carries in Base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sum {
    Crc64(Vec<u8>),
    Md5(Vec<u8>),
    None,
}

/// Reads `length` bytes from `offset` for their checksum.
pub(super) fn checksum(
    source: &Source,
    kind: Checksum,
    offset: u64,
    length: u64,
) -> io::Result<Sum> {
    match kind {
        Checksum::None => Ok(Sum::None),
        Checksum::Crc64 => {
            let mut crc = Crc64::new();
            each_step(source, offset, length, |bytes| crc.write(bytes))?;
            Ok(Sum::Crc64(crc.sum64().to_le_bytes().to_vec()))
        }
        Checksum::Md5 => {
            let mut md5 = Md5::new();
            each_step(source, offset, length, |bytes| md5.update(bytes))?;
            Ok(Sum::Md5(md5.finalize().to_vec()))
        }
    }
}

fn each_step(
    source: &Source,
    offset: u64,
    length: u64,
    mut take: impl FnMut(&[u8]),
) -> io::Result<()> {
    let mut buffer = vec![0; STEP];
    let mut done = 0;
    while done < length {
        let count = usize::try_from(length - done)
            .unwrap_or(usize::MAX)
            .min(STEP);
        let Some(piece) = buffer.get_mut(..count) else {
            break;
        };
        source.read_exact_at(piece, offset + done)?;
        take(piece);
        done += count as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_the_service_computes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, b"..123456789..").unwrap();
        let file = Source::open(&path).unwrap();
        assert_eq!(
            checksum(&file, Checksum::Crc64, 2, 9).unwrap(),
            Sum::Crc64(0xae8b_1486_0a79_9888_u64.to_le_bytes().to_vec())
        );
        let Sum::Md5(md5) = checksum(&file, Checksum::Md5, 2, 9).unwrap() else {
            panic!("no MD5")
        };
        assert_eq!(
            crate::blob::identity::hex(&md5),
            "25f9e794323b453885f5181f1b624d0b"
        );
        assert_eq!(checksum(&file, Checksum::None, 0, 99).unwrap(), Sum::None);
        let cut = checksum(&file, Checksum::Crc64, 2, 99).unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn parts_read_as_one_file_at_every_offset() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&a, b"01234").unwrap();
        std::fs::write(&b, b"").unwrap();
        let parts = vec![
            Part::Bytes(b"<".to_vec()),
            Part::File(a.clone()),
            Part::File(b.clone()),
            Part::Bytes(b"|>".to_vec()),
        ];
        let source = Source::assemble("x.zip".into(), parts.clone()).unwrap();
        let whole = b"<01234|>";
        assert_eq!(source.identity().size, 8);
        for from in 0..=8 {
            for to in from..=8 {
                let mut buffer = vec![0; to - from];
                source.read_exact_at(&mut buffer, from as u64).unwrap();
                assert_eq!(buffer, whole[from..to]);
            }
        }
        let end = source.read_exact_at(&mut [0; 3], 6).unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
        let mut text = Vec::new();
        let mut reader = source.reader();
        reader.seek(SeekFrom::End(-3)).unwrap();
        reader.read_to_end(&mut text).unwrap();
        assert_eq!(text, b"4|>");

        let again = Source::assemble("x.zip".into(), parts.clone()).unwrap();
        assert_eq!(again.identity(), source.identity());
        std::fs::write(&b, b"!").unwrap();
        assert!(!source.still_holds().unwrap());
        let changed = Source::assemble("x.zip".into(), parts).unwrap();
        assert_ne!(changed.identity(), source.identity());
        std::fs::remove_file(&a).unwrap();
        assert!(source.still_holds().is_err());
    }
}
