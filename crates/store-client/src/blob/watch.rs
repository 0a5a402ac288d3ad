//! Whether a block still moves. The body writes, the sender watches; both only share this.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::plan::BlobPatience;
use crate::waits::{FIRST, WaitGuard, Waits};

/// How soon a block that moves again is no longer said to stand still.
const LOOK: Duration = Duration::from_secs(1);

/// The life signs of one attempt at one block.
#[derive(Debug)]
pub(super) struct UploadActivity {
    began: Instant,
    /// Milliseconds after `began` at which a piece last went out.
    moved: AtomicU64,
    /// Every byte has been handed to the connection.
    out: AtomicBool,
    /// Waits for its turn under the bandwidth ceiling: standing still is intended.
    held: AtomicBool,
    /// Why the file could not be read; the HTTP library would only say "body error".
    fault: Mutex<Option<io::Error>>,
    /// Bytes of all blocks together, for the rate.
    all: Arc<AtomicU64>,
}

impl UploadActivity {
    pub(super) fn new(all: Arc<AtomicU64>) -> Self {
        Self {
            began: Instant::now(),
            moved: AtomicU64::new(0),
            out: AtomicBool::new(false),
            held: AtomicBool::new(false),
            fault: Mutex::new(None),
            all,
        }
    }

    pub(super) fn moved(&self, bytes: usize, out: bool) {
        self.touch();
        self.all.fetch_add(bytes as u64, Ordering::Relaxed);
        if out {
            self.out.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn hold(&self, held: bool) {
        self.touch();
        self.held.store(held, Ordering::Relaxed);
    }

    pub(super) fn fail(&self, error: io::Error) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    pub(super) fn take_fault(&self) -> Option<io::Error> {
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Once the body is out, later attempts wait longer for the answer: a proxy may have taken the whole block at
    /// once and still be handing it on over a slow line.
    fn limit(&self, patience: &BlobPatience, attempt: u32) -> Duration {
        if self.out.load(Ordering::Relaxed) {
            patience.answer * attempt.clamp(1, 5)
        } else {
            patience.stall
        }
    }

    fn touch(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.store(now, Ordering::Relaxed);
    }

    /// Ends when nothing has moved for too long, with the limit that was passed; notes meanwhile that `host` is waited for.
    /// `attempt` counts from 1.
    pub(super) async fn stalled(
        &self,
        patience: &BlobPatience,
        attempt: u32,
        host: &str,
        waits: &Waits,
    ) -> Duration {
        let mut waiting: Option<(Instant, WaitGuard)> = None;
        loop {
            let limit = self.limit(patience, attempt);
            if self.held.load(Ordering::Relaxed) {
                waiting = None;
                tokio::time::sleep(limit).await;
                continue;
            }
            let last = self.began + Duration::from_millis(self.moved.load(Ordering::Relaxed));
            if last.elapsed() >= limit {
                return limit;
            }
            waiting = waiting.filter(|(since, _)| *since == last);
            if last.elapsed() >= FIRST && waiting.is_none() {
                waiting = Some((last, waits.answer(host.to_owned(), last, limit)));
            }
            // From then on it is checked more often whether the block moves again.
            let next = if waiting.is_some() {
                Instant::now() + LOOK
            } else {
                last + FIRST
            };
            tokio::time::sleep_until(next.min(last + limit)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_depends_on_how_far_the_block_is() {
        let activity = UploadActivity::new(Arc::default());
        let patience = BlobPatience::default();
        activity.moved(10, false);
        assert_eq!(activity.limit(&patience, 3), Duration::from_mins(1));
        activity.moved(10, true);
        let limits = [1, 2, 5, 9].map(|attempt| activity.limit(&patience, attempt).as_secs());
        assert_eq!(limits, [120, 240, 600, 600]);
        assert_eq!(activity.all.load(Ordering::Relaxed), 20);
    }

    #[tokio::test]
    async fn standing_still_under_the_bandwidth_ceiling_is_no_stall() {
        let activity = UploadActivity::new(Arc::default());
        let patience = BlobPatience {
            stall: Duration::from_millis(5),
            ..BlobPatience::default()
        };
        activity.hold(true);
        let long = patience.stall * 20;
        assert!(
            tokio::time::timeout(long, activity.stalled(&patience, 1, "h", &Waits::default()))
                .await
                .is_err()
        );
        activity.hold(false);
        assert_eq!(
            activity.stalled(&patience, 1, "h", &Waits::default()).await,
            patience.stall
        );
    }
}
