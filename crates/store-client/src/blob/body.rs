//! One block of a file as a request body: read in pieces on the blocking pool while it is being sent, so that a
//! block is never in memory as a whole and a slow disk never holds up other connections.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::Stream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep};

use super::buffers::{Buffer, Buffers, PIECE};
use super::source::Source;
use super::throttle::Throttle;
use super::watch::UploadActivity;

/// What a block is read from and reports to.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) source: Arc<Source>,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) buffers: Arc<Buffers>,
    pub(super) throttle: Option<Arc<Throttle>>,
    pub(super) activity: Arc<UploadActivity>,
}

/// The body: the block's pieces in order. The connection asks for the next piece while the last one is in the
/// socket, so that reading and sending overlap.
pub(super) struct BlockBody {
    block: Block,
    /// Bytes handed out.
    done: u64,
    state: State,
}

enum State {
    Idle,
    /// Waiting for its turn under the bandwidth ceiling.
    Held(Pin<Box<Sleep>>),
    Reading(JoinHandle<io::Result<Buffer>>),
    /// Read, to be handed out.
    Read(io::Result<Buffer>),
}

impl BlockBody {
    pub(super) fn new(block: Block) -> Self {
        Self {
            block,
            done: 0,
            state: State::Idle,
        }
    }

    fn piece(&self) -> usize {
        let most = self
            .block
            .throttle
            .as_ref()
            .map_or(PIECE, |throttle| throttle.piece().min(PIECE));
        let left = self.block.length - self.done;
        usize::try_from(left).unwrap_or(usize::MAX).min(most)
    }

    /// From the system's memory at once (a checksum was just made of these bytes, or the archive was just built):
    /// measured, a change of threads for every piece makes a quarter of the processor time. From a disk or a share on
    /// the blocking pool.
    fn read(&self) -> State {
        let mut buffer = self.block.buffers.lend(self.piece());
        let offset = self.block.offset + self.done;
        if self.block.source.read_if_cached(buffer.as_mut(), offset) {
            return State::Read(Ok(buffer));
        }
        let source = Arc::clone(&self.block.source);
        State::Reading(tokio::task::spawn_blocking(move || {
            source.read_exact_at(buffer.as_mut(), offset)?;
            Ok(buffer)
        }))
    }

    fn fail(&mut self, error: io::Error) -> io::Error {
        let said = io::Error::new(error.kind(), error.to_string());
        self.block.activity.fail(error);
        said
    }
}

impl Stream for BlockBody {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match &mut this.state {
                State::Idle => {
                    if this.done >= this.block.length {
                        return Poll::Ready(None);
                    }
                    this.state = match &this.block.throttle {
                        Some(throttle) => {
                            let turn = throttle.book(this.piece(), Instant::now());
                            this.block.activity.hold(true);
                            State::Held(Box::pin(tokio::time::sleep_until(turn)))
                        }
                        None => this.read(),
                    };
                }
                State::Held(turn) => {
                    ready!(turn.as_mut().poll(cx));
                    this.block.activity.hold(false);
                    this.state = this.read();
                }
                State::Reading(reading) => {
                    let read = ready!(Pin::new(reading).poll(cx));
                    this.state = State::Read(read.map_err(io::Error::other).flatten());
                }
                State::Read(_) => {
                    let State::Read(read) = std::mem::replace(&mut this.state, State::Idle) else {
                        continue;
                    };
                    return Poll::Ready(Some(match read {
                        Ok(buffer) => {
                            let count = buffer.as_ref().len();
                            this.done += count as u64;
                            // The connection may never ask for the end once it has the announced length.
                            this.block
                                .activity
                                .moved(count, this.done >= this.block.length);
                            Ok(Bytes::from_owner(buffer))
                        }
                        Err(error) => Err(this.fail(error)),
                    }));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;
    use std::fs::File;

    fn body(path: &std::path::Path, offset: u64, length: u64) -> BlockBody {
        let source = Arc::new(Source::open(path).unwrap());
        let activity = Arc::new(UploadActivity::new(Arc::default()));
        BlockBody::new(Block {
            source,
            offset,
            length,
            buffers: Arc::default(),
            throttle: None,
            activity,
        })
    }

    /// Takes the file out of the system's memory, where there is a way to.
    fn forget(path: &std::path::Path) {
        let file = File::options().write(true).open(path).unwrap();
        file.sync_all().unwrap();
        #[cfg(target_os = "linux")]
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
    }

    #[tokio::test]
    async fn a_block_is_the_same_from_disk_and_from_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let bytes: Vec<u8> = (0..3 * PIECE + 5).map(|at| (at % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        forget(&path);
        for _ in 0..2 {
            let body = body(&path, 7, bytes.len() as u64 - 7);
            let pieces: Vec<Bytes> = body.try_collect().await.unwrap();
            assert_eq!(
                pieces.iter().map(Bytes::len).collect::<Vec<_>>(),
                [PIECE, PIECE, PIECE - 2]
            );
            assert!(pieces.concat() == bytes[7..]);
        }
    }

    #[tokio::test]
    async fn a_file_that_became_shorter_breaks_the_body_off_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, vec![1; PIECE + 10]).unwrap();
        let mut body = body(&path, 0, PIECE as u64 + 11);
        assert_eq!(body.try_next().await.unwrap().unwrap().len(), PIECE);
        assert_eq!(
            body.try_next().await.unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
        assert_eq!(
            body.block.activity.take_fault().unwrap().kind(),
            io::ErrorKind::UnexpectedEof
        );
    }
}
