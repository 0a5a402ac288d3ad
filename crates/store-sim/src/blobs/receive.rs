//! A request body on its way into a file: counted, summed and written while it comes.
//! Knows no blob; holds about two MiB whatever the body's size.

use super::content::{Piece, Spool};
use axum::body::{Body, Bytes};
use crc64fast_nvme::Digest as Crc64;
use futures::StreamExt as _;
use md5::{Digest as _, Md5};
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::{JoinHandle, spawn_blocking};

/// Bytes gathered before a hand-over to a blocking thread: large enough that the hand-over costs nothing.
const BATCH: usize = 1 << 20;

/// Why no body arrived.
#[derive(Debug)]
pub(super) enum BodyError {
    /// The connection ended early, or more came than was announced.
    Cut,
    Disk(io::Error),
}

impl From<io::Error> for BodyError {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// Checksums of a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checksums {
    /// CRC-64/NVME, little endian as the header has it.
    pub crc64: [u8; 8],
    /// Only when asked for: it costs ten times the CRC.
    pub md5: Option<[u8; 16]>,
}

struct Summing {
    crc64: Crc64,
    md5: Option<Md5>,
}

impl Summing {
    fn new(with_md5: bool) -> Self {
        Self {
            crc64: Crc64::new(),
            md5: with_md5.then(Md5::new),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.crc64.write(bytes);
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
    }

    fn finish(self) -> Checksums {
        Checksums {
            crc64: self.crc64.sum64().to_le_bytes(),
            md5: self.md5.map(|md5| md5.finalize().into()),
        }
    }
}

struct Writer {
    file: File,
    piece: Piece,
    sums: Summing,
}

impl Writer {
    fn write(mut self, batch: &[Bytes]) -> io::Result<Self> {
        for bytes in batch {
            self.sums.update(bytes);
            self.file.write_all(bytes)?;
            self.piece.length += bytes.len() as u64;
        }
        Ok(self)
    }
}

/// The writer, at hand or busy on a blocking thread; one batch is written while the next one comes in.
enum Turn {
    Idle(Writer),
    Busy(JoinHandle<io::Result<Writer>>),
}

impl Turn {
    async fn writer(self) -> io::Result<Writer> {
        match self {
            Self::Idle(writer) => Ok(writer),
            Self::Busy(task) => task.await.map_err(io::Error::other)?,
        }
    }

    async fn write(self, batch: Vec<Bytes>) -> io::Result<Self> {
        let writer = self.writer().await?;
        Ok(Self::Busy(spawn_blocking(move || writer.write(&batch))))
    }
}

/// Takes a body of `length` bytes into a new piece. `received` counts while it comes.
pub(crate) async fn to_piece(
    body: Body,
    length: u64,
    with_md5: bool,
    spool: &Arc<Spool>,
    received: &AtomicU64,
) -> Result<(Piece, Checksums), BodyError> {
    let (file, piece) = Spool::create(spool)?;
    let mut turn = Turn::Idle(Writer {
        file,
        piece,
        sums: Summing::new(with_md5),
    });
    let mut frames = body.into_data_stream();
    let mut batch = Vec::new();
    let mut gathered = 0;
    while let Some(frame) = frames.next().await {
        let bytes = frame.map_err(|_| BodyError::Cut)?;
        received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        gathered += bytes.len();
        batch.push(bytes);
        if gathered >= BATCH {
            turn = turn.write(std::mem::take(&mut batch)).await?;
            gathered = 0;
        }
    }
    if !batch.is_empty() {
        turn = turn.write(batch).await?;
    }
    let writer = turn.writer().await?;
    if writer.piece.length != length {
        return Err(BodyError::Cut);
    }
    Ok((writer.piece, writer.sums.finish()))
}

/// Takes a small body into memory; the caller has checked `length`.
pub(crate) async fn to_memory(
    body: Body,
    length: u64,
    with_md5: bool,
    received: &AtomicU64,
) -> Result<(Vec<u8>, Checksums), BodyError> {
    let mut sums = Summing::new(with_md5);
    let mut all = Vec::new();
    let mut frames = body.into_data_stream();
    while let Some(frame) = frames.next().await {
        let bytes = frame.map_err(|_| BodyError::Cut)?;
        received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        sums.update(&bytes);
        all.extend_from_slice(&bytes);
        if all.len() as u64 > length {
            return Err(BodyError::Cut);
        }
    }
    if all.len() as u64 != length {
        return Err(BodyError::Cut);
    }
    Ok((all, sums.finish()))
}

/// Reads a refused body to its end, up to `limit` bytes, so that the answer is not lost in a connection reset.
pub(super) async fn drain(body: Body, limit: u64) {
    let mut frames = body.into_data_stream();
    let mut seen = 0;
    while let Some(Ok(bytes)) = frames.next().await {
        seen += bytes.len() as u64;
        if seen > limit {
            return;
        }
    }
}
