//! What is worth another attempt, and after which pause. It must not know what a call means.

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::{StatusCode, header::HeaderMap};
use std::time::Duration;

/// A read is tried this often on 5xx and connection faults.
pub(super) const READ_ATTEMPTS: u32 = 4;

/// A read of a server that does not answer at all is tried this often: each attempt takes the whole time limit.
pub(super) const SILENT_ATTEMPTS: u32 = 2;

/// Any call is tried this often when the gateway says "too many": with [`BLIND_PAUSE`] that outlasts the minute it counts.
pub(super) const THROTTLE_ATTEMPTS: u32 = 6;

/// A request for a token is tried this often: it changes nothing.
pub(super) const SIGN_IN_ATTEMPTS: u32 = 3;

/// The pause after a 429 that names none.
const BLIND_PAUSE: Duration = Duration::from_secs(15);

/// No single pause before another attempt is longer.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(10);

/// How long each kind of request may take, and how fast failing reads are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Creating a submission: cloning a large one was seen to take 268 s: `docs/store-api.md#minimal-create-response`.
    pub create: Duration,
    /// Reading anything, until the last byte of the answer.
    pub read: Duration,
    /// Any other change, until the last byte of the answer. Longer, because nobody knows what a change that was given up has done.
    pub change: Duration,
    /// A request for a token.
    pub sign_in: Duration,
    /// The pause before the second attempt; it doubles with each.
    pub back_off: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            create: Duration::from_mins(5),
            read: Duration::from_mins(1),
            change: Duration::from_mins(2),
            sign_in: Duration::from_secs(30),
            back_off: Duration::from_millis(600),
        }
    }
}

impl Patience {
    /// The pause after the failed attempt number `attempt` (from 1): doubled each time, between half of it and all of it,
    /// so that many clients do not come back at the same moment.
    pub(super) fn pause(&self, attempt: u32) -> Duration {
        let whole = self
            .back_off
            .saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)))
            .min(LONGEST_BACK_OFF);
        whole.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// Faults of the service that pass by themselves.
pub(super) fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 500 | 502 | 503 | 504)
}

/// The pause that a 429 asks for: the header's, else the one in its text, else a guess.
pub(super) fn throttle_pause(header: Option<Duration>, message: &str) -> Duration {
    header
        .or_else(|| pause_in_text(message))
        .unwrap_or(BLIND_PAUSE)
}

/// `Retry-After`: seconds or a date.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers
        .get(reqwest::header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// The number of `Try again in 14 seconds.`
fn pause_in_text(message: &str) -> Option<Duration> {
    let mut words = message.split_whitespace();
    let mut before = words.next()?;
    for word in words {
        if word.to_ascii_lowercase().starts_with("second") {
            return before.parse().ok().map(Duration::from_secs);
        }
        before = word;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("14", Some(14))]
    #[case(" 0 ", Some(0))]
    #[case("Tue, 03 Feb 2026 09:16:42 GMT", Some(60))]
    #[case("Tue, 03 Feb 2026 09:10:42 GMT", Some(0))]
    #[case("soon", None)]
    #[case("-5", None)]
    fn the_header_is_seconds_or_a_date(#[case] text: &str, #[case] seconds: Option<u64>) {
        let mut headers = HeaderMap::new();
        headers.insert(reqwest::header::RETRY_AFTER, text.parse().unwrap());
        let now = "2026-02-03T09:15:42Z".parse().unwrap();
        assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs));
    }

    #[rstest]
    #[case("Rate limit is exceeded. Try again in 14 seconds.", 14)]
    #[case("Rate limit is exceeded. Try again in 1 second.", 1)]
    #[case("seconds", 15)]
    #[case("", 15)]
    fn the_text_helps_where_the_header_is_missing(#[case] text: &str, #[case] seconds: u64) {
        assert_eq!(throttle_pause(None, text), Duration::from_secs(seconds));
        assert_eq!(
            throttle_pause(Some(Duration::from_secs(3)), text),
            Duration::from_secs(3)
        );
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let patience = Patience {
            back_off: Duration::from_secs(1),
            ..Patience::default()
        };
        for (attempt, whole) in [(1, 1.0), (2, 2.0), (3, 4.0), (9, 10.0), (99, 10.0)] {
            let pause = patience.pause(attempt).as_secs_f64();
            assert!(pause >= whole / 2.0 && pause <= whole, "{attempt}: {pause}");
        }
    }
}
