//! A ceiling on the bytes per second of all connections together. Knows neither files nor requests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Unused allowance that may be saved up; more would let a paused upload burst.
const SAVED: Duration = Duration::from_millis(250);

/// Hands out the times at which pieces may go.
#[derive(Debug)]
pub(super) struct Throttle {
    rate: u64,
    next: Mutex<Instant>,
}

impl Throttle {
    /// `rate` in bytes per second; 0 counts as 1.
    pub(super) fn new(rate: u64) -> Self {
        Self {
            rate: rate.max(1),
            next: Mutex::new(Instant::now()),
        }
    }

    /// Books `bytes` and says when they may go.
    pub(super) fn book(&self, bytes: usize, now: Instant) -> Instant {
        let cost = Duration::from_secs_f64(bytes as f64 / self.rate as f64);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(SAVED).unwrap_or(now);
        let start = (*next).max(earliest);
        *next = start + cost;
        start.max(now)
    }

    /// The largest piece that still keeps the flow even.
    pub(super) fn piece(&self) -> usize {
        usize::try_from(self.rate / 8)
            .unwrap_or(usize::MAX)
            .max(4096)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_spread_over_the_time_they_cost() {
        let now = Instant::now();
        let throttle = Throttle::new(1000);
        let mut last = now;
        for _ in 0..10 {
            last = throttle.book(500, now);
        }
        // Nine pieces before the tenth cost 4.5 s, of which a quarter second may have been saved up.
        let waited = last - now;
        assert!(
            waited >= Duration::from_millis(4200) && waited <= Duration::from_millis(4600),
            "{waited:?}"
        );
        // After a long pause only the saved quarter second is ahead of the line.
        let later = now + Duration::from_mins(1);
        assert_eq!(throttle.book(250, later), later);
        assert_eq!(throttle.book(500, later), later);
        assert_eq!(
            throttle.book(500, later) - later,
            Duration::from_millis(500)
        );
    }
}
