//! The simulator's time: the machine's, made faster. Nothing waits for it; it is read when somebody asks.
//! Tokens and upload URLs do not use it: they end in real time.

use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

/// The date that stands for "not set".
pub(super) const UNSET_DATE: &str = "1601-01-01T00:00:00.0000000Z";

#[derive(Clone, Debug)]
pub(super) struct Clock {
    started: Instant,
    date: Timestamp,
    speed: f64,
}

impl Clock {
    /// `speed` 1 is real time, 200 lets 200 s pass in one.
    pub(super) fn new(speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            1.0
        };
        Self {
            started: Instant::now(),
            date: Timestamp::now(),
            speed,
        }
    }

    /// Simulated time since the start.
    pub(super) fn now(&self) -> Duration {
        Duration::try_from_secs_f64(self.started.elapsed().as_secs_f64() * self.speed)
            .unwrap_or(Duration::MAX)
    }

    /// The simulated date at a moment of `now()`.
    pub(super) fn date(&self, at: Duration) -> Timestamp {
        SignedDuration::try_from(at)
            .ok()
            .and_then(|passed| self.date.checked_add(passed).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// The moment of `now()` at which a date is reached; zero for the past and for text that is no date.
    pub(super) fn moment(&self, date: &str) -> Duration {
        let Ok(date) = date.trim().parse::<Timestamp>() else {
            return Duration::ZERO;
        };
        Duration::try_from(date.duration_since(self.date)).unwrap_or(Duration::ZERO)
    }
}

/// A date as the Store writes it: UTC with seven digits of fraction.
pub(super) fn wire_date(date: Timestamp) -> String {
    format!(
        "{}.{:07}Z",
        date.strftime("%Y-%m-%dT%H:%M:%S"),
        date.subsec_nanosecond().unsigned_abs() / 100
    )
}
