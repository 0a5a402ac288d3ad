//! Sends the missing blocks in parallel, each retried alone, and keeps count. Decides nothing about what comes
//! before (listing) or after (committing).

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, MissedTickBehavior};

use super::body::{Block, BlockBody};
use super::buffers::Buffers;
use super::error::{Failure, UploadError};
use super::layout::{Layout, SMALL};
use super::pace::UploadPace;
use super::plan::UploadEvent;
use super::progress::Progress;
use super::service::Service;
use super::source::{Source, checksum};
use super::throttle::Throttle;
use super::upload::Upload;
use super::watch::UploadActivity;
use crate::endpoint::host_of;

/// How sending ended when it did not fail.
pub(super) enum Sent {
    /// Every block is on the service.
    All,
    /// The service wants smaller blocks.
    TooLarge,
    /// The blob has staged blocks that ours cannot stand beside.
    Foreign(Failure),
}

/// What all attempts share.
struct Line<'a> {
    upload: &'a Upload<'a>,
    service: &'a Service,
    layout: &'a Layout,
    throttle: Option<Arc<Throttle>>,
    buffers: Arc<Buffers>,
    moved: Arc<AtomicU64>,
}

/// One attempt at one block.
struct Try {
    index: u32,
    /// Counted from 1.
    attempt: u32,
    /// Not before this.
    from: Instant,
}

impl Try {
    fn first(index: u32) -> Self {
        Self {
            index,
            attempt: 1,
            from: Instant::now(),
        }
    }
}

pub(super) async fn send(
    upload: &Upload<'_>,
    service: &Service,
    layout: &Layout,
    progress: &mut Progress,
) -> Result<Sent, UploadError> {
    let settings = upload.settings;
    let line = Line {
        upload,
        service,
        layout,
        throttle: settings.bandwidth.map(|rate| Arc::new(Throttle::new(rate))),
        buffers: Arc::default(),
        moved: Arc::new(AtomicU64::new(0)),
    };
    let missing: Vec<u32> = (0..)
        .zip(&progress.done)
        .filter(|(_, done)| !**done)
        .map(|(index, _)| index)
        .collect();
    let mut missing = missing.into_iter().map(Try::first);
    let mut again = VecDeque::new();
    let mut pace = UploadPace::new(settings.connections, settings.bandwidth);
    (upload.observe)(UploadEvent::Connections(pace.connections()));

    let mut flying = FuturesUnordered::new();
    let mut window = tokio::time::interval_at(
        Instant::now() + upload.patience.window,
        upload.patience.window,
    );
    window.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut measured = (Instant::now(), 0);

    loop {
        while flying.len() < pace.connections()
            && let Some(next) = again.pop_front().or_else(|| missing.next())
        {
            flying.push(line.attempt(next));
        }
        tokio::select! {
            // Cancel first: a stream of acknowledgements must not delay it.
            biased;
            () = upload.cancel.cancelled() => return Err(upload.cancelled(progress)),
            ended = flying.next() => {
                let Some((Try { index, attempt, .. }, result)) = ended else { return Ok(Sent::All) };
                let Err(failure) = result else {
                    progress.acknowledge(layout, index);
                    (upload.observe)(UploadEvent::Acknowledged { index, sent: progress.sent, total: layout.size() });
                    continue;
                };
                if failure.status() == Some(413) && layout.block_size() > SMALL {
                    return Ok(Sent::TooLarge);
                }
                if failure.is(400, "InvalidBlobOrBlock") {
                    return Ok(Sent::Foreign(failure));
                }
                if !failure.may_pass(attempt) {
                    return Err(upload.ended("sending a block", failure, attempt, progress));
                }
                if progress.last.elapsed() >= upload.patience.give_up {
                    return Err(upload.given_up("sending a block", &failure, attempt, progress));
                }
                progress.resent += u32::from(attempt == 1);
                tracing::warn!(place = %upload.url, index, attempt, reason = failure.reason(), "a block failed, trying again");
                (upload.observe)(UploadEvent::Retry { index, attempt, reason: failure.reason() });
                let from = Instant::now() + upload.patience.pause(attempt, failure.retry_after());
                // Not straight into the air: fewer connections may be wanted by now.
                again.push_back(Try { index, attempt: attempt + 1, from });
            }
            now = window.tick() => {
                let bytes = line.moved.load(Ordering::Relaxed);
                let rate = (bytes - measured.1) as f64 / (now - measured.0).as_secs_f64().max(0.001);
                measured = (now, bytes);
                if pace.measured(rate) {
                    (upload.observe)(UploadEvent::Connections(pace.connections()));
                }
            }
        }
    }
}

impl Line<'_> {
    async fn attempt(&self, this: Try) -> (Try, Result<(), Failure>) {
        tokio::time::sleep_until(this.from).await;
        let result = self.stage(this.index, this.attempt).await;
        (this, result)
    }

    async fn stage(&self, index: u32, attempt: u32) -> Result<(), Failure> {
        let (offset, length) = (self.layout.offset(index), self.layout.length(index));
        let kind = self.upload.settings.checksum;
        let sum = on_disk(&self.upload.source, move |source| {
            checksum(source, kind, offset, length)
        })
        .await;
        let sum = sum.map_err(Failure::File)?;

        let activity = Arc::new(UploadActivity::new(Arc::clone(&self.moved)));
        let block = Block {
            source: Arc::clone(&self.upload.source),
            offset,
            length,
            buffers: Arc::clone(&self.buffers),
            throttle: self.throttle.clone(),
            activity: Arc::clone(&activity),
        };
        let host = host_of(self.upload.url.location());
        let id = self.layout.id(index);
        let request = self.service.stage(&id, BlockBody::new(block), length, sum);
        let result = tokio::select! {
            // The answer first: when both are ready the block is there.
            biased;
            result = request => result,
            limit = activity.stalled(self.upload.patience, attempt, &host, &self.upload.settings.waits) => Err(Failure::Stalled(limit)),
        };
        // The connection only knows that the body broke off; the file knows why.
        match (result, activity.take_fault()) {
            (Err(_), Some(fault)) => Err(Failure::File(fault)),
            (result, _) => result,
        }
    }
}

/// Runs a blocking read of the file where it holds up nobody.
pub(super) async fn on_disk<T: Send + 'static>(
    source: &Arc<Source>,
    read: impl FnOnce(&Source) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let source = Arc::clone(source);
    tokio::task::spawn_blocking(move || read(&source))
        .await
        .map_err(io::Error::other)?
}
