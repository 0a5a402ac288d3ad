//! Whether a block still moves. The body writes, the sender watches; both only share this.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::plan::Patience;

/// The life signs of one attempt at one block.
#[derive(Debug)]
pub(super) struct Activity {
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

impl Activity {
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
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn touch(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.store(now, Ordering::Relaxed);
    }

    /// Ends when nothing has moved for too long, with the limit that was passed.
    pub(super) async fn stalled(&self, patience: &Patience) -> Duration {
        loop {
            let limit = if self.out.load(Ordering::Relaxed) { patience.answer } else { patience.stall };
            if self.held.load(Ordering::Relaxed) {
                tokio::time::sleep(limit).await;
                continue;
            }
            let last = self.began + Duration::from_millis(self.moved.load(Ordering::Relaxed));
            if last.elapsed() >= limit {
                return limit;
            }
            tokio::time::sleep_until(last + limit).await;
        }
    }
}
