//! One block of a file as a request body: read in pieces on the blocking pool while it is being sent, so that a
//! block is never in memory as a whole and a slow disk never holds up other connections.

use std::fmt;
use std::fs::File;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use azure_core::stream::SeekableStream;
use futures::AsyncRead;
use futures::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep};

use super::source::read_exact_at;
use super::throttle::Throttle;
use super::watch::Activity;

/// Measured: larger pieces cost memory and bring no speed.
const PIECE: usize = 256 * 1024;

/// What a block is read from and reports to; shared by all its clones.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) file: Arc<File>,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) throttle: Option<Arc<Throttle>>,
    pub(super) activity: Arc<Activity>,
}

/// The body. A clone starts at the block's first byte.
pub(super) struct BlockBody {
    block: Arc<Block>,
    /// Bytes handed out.
    done: u64,
    /// Buffer between two reads.
    spare: Vec<u8>,
    state: State,
}

enum State {
    Idle,
    /// Waiting for its turn under the bandwidth ceiling.
    Held(Pin<Box<Sleep>>),
    Reading(JoinHandle<(Vec<u8>, io::Result<()>)>),
    /// A piece, and how much of it was handed out.
    Ready(Vec<u8>, usize),
}

impl BlockBody {
    pub(super) fn new(block: Block) -> Self {
        Self { block: Arc::new(block), done: 0, spare: Vec::new(), state: State::Idle }
    }

    fn piece(&self) -> usize {
        let most = self.block.throttle.as_ref().map_or(PIECE, |throttle| throttle.piece().min(PIECE));
        let left = self.block.length - self.done;
        usize::try_from(left).unwrap_or(usize::MAX).min(most)
    }

    fn read(&mut self) -> JoinHandle<(Vec<u8>, io::Result<()>)> {
        let mut buffer = std::mem::take(&mut self.spare);
        buffer.resize(self.piece(), 0);
        let file = Arc::clone(&self.block.file);
        let offset = self.block.offset + self.done;
        tokio::task::spawn_blocking(move || {
            let result = read_exact_at(&file, &mut buffer, offset);
            (buffer, result)
        })
    }

    fn fail(&mut self, error: io::Error) -> io::Error {
        self.state = State::Idle;
        let said = io::Error::new(error.kind(), error.to_string());
        self.block.activity.fail(error);
        said
    }
}

impl AsyncRead for BlockBody {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut [u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        loop {
            match &mut this.state {
                State::Idle => {
                    if this.done >= this.block.length || out.is_empty() {
                        return Poll::Ready(Ok(0));
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
                State::Reading(reading) => match ready!(Pin::new(reading).poll(cx)) {
                    Ok((buffer, Ok(()))) => this.state = State::Ready(buffer, 0),
                    Ok((_, Err(error))) => return Poll::Ready(Err(this.fail(error))),
                    Err(gone) => return Poll::Ready(Err(this.fail(io::Error::other(gone)))),
                },
                State::Ready(buffer, from) => {
                    let rest = buffer.get(*from..).unwrap_or_default();
                    let count = rest.len().min(out.len());
                    if let (Some(to), Some(piece)) = (out.get_mut(..count), rest.get(..count)) {
                        to.copy_from_slice(piece);
                    }
                    *from += count;
                    this.done += count as u64;
                    if *from >= buffer.len() {
                        this.spare = std::mem::take(buffer);
                        this.state = State::Idle;
                    }
                    // The connection may never ask for the end once it has the announced length.
                    this.block.activity.moved(count, this.done >= this.block.length);
                    return Poll::Ready(Ok(count));
                }
            }
        }
    }
}

impl SeekableStream for BlockBody {
    fn reset<'own, 'out>(&'own mut self) -> Pin<Box<dyn Future<Output = azure_core::Result<()>> + Send + 'out>>
    where
        'own: 'out,
        Self: 'out,
    {
        self.done = 0;
        self.state = State::Idle;
        let done: BoxFuture<'out, azure_core::Result<()>> = Box::pin(std::future::ready(Ok(())));
        done
    }

    fn len(&self) -> Option<u64> {
        Some(self.block.length)
    }

    fn buffer_size(&self) -> usize {
        self.piece().max(1)
    }
}

impl Clone for BlockBody {
    fn clone(&self) -> Self {
        Self { block: Arc::clone(&self.block), done: 0, spare: Vec::new(), state: State::Idle }
    }
}

impl fmt::Debug for BlockBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlockBody({} + {} of {})", self.block.offset, self.done, self.block.length)
    }
}
