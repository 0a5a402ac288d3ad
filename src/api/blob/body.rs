//! One block of a file as a request body: read in pieces on the blocking pool while it is being sent, so that a
//! block is never in memory as a whole and a slow disk never holds up other connections.

use std::fs::File;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::Stream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep};

use super::buffers::{Buffer, Buffers, PIECE};
use super::source::read_exact_at;
use super::throttle::Throttle;
use super::watch::Activity;

/// What a block is read from and reports to.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) file: Arc<File>,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) buffers: Arc<Buffers>,
    pub(super) throttle: Option<Arc<Throttle>>,
    pub(super) activity: Arc<Activity>,
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
}

impl BlockBody {
    pub(super) fn new(block: Block) -> Self {
        Self { block, done: 0, state: State::Idle }
    }

    fn piece(&self) -> usize {
        let most = self.block.throttle.as_ref().map_or(PIECE, |throttle| throttle.piece().min(PIECE));
        let left = self.block.length - self.done;
        usize::try_from(left).unwrap_or(usize::MAX).min(most)
    }

    fn read(&self) -> JoinHandle<io::Result<Buffer>> {
        let mut buffer = self.block.buffers.lend(self.piece());
        let file = Arc::clone(&self.block.file);
        let offset = self.block.offset + self.done;
        tokio::task::spawn_blocking(move || {
            read_exact_at(&file, buffer.as_mut(), offset)?;
            Ok(buffer)
        })
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
                        None => State::Reading(this.read()),
                    };
                }
                State::Held(turn) => {
                    ready!(turn.as_mut().poll(cx));
                    this.block.activity.hold(false);
                    this.state = State::Reading(this.read());
                }
                State::Reading(reading) => {
                    let read = ready!(Pin::new(reading).poll(cx)).map_err(io::Error::other).flatten();
                    this.state = State::Idle;
                    return Poll::Ready(Some(match read {
                        Ok(buffer) => {
                            let count = buffer.as_ref().len();
                            this.done += count as u64;
                            // The connection may never ask for the end once it has the announced length.
                            this.block.activity.moved(count, this.done >= this.block.length);
                            Ok(Bytes::from_owner(buffer))
                        }
                        Err(error) => Err(this.fail(error)),
                    }));
                }
            }
        }
    }
}
