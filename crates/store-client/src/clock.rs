//! How far this machine's clock is from the services' clock, by the `Date` of their answers. It must not know what was asked.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::header::{AGE, DATE, HeaderMap};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Less than this is the time an answer takes, and what clocks differ by anyway.
const WORTH_TELLING: SignedDuration = SignedDuration::from_mins(2);

/// The services' clock as it was last seen. Cheap to clone: all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// Learns from an answer's head. `true` when the clocks are found to differ and were not before.
    pub(crate) fn hear(&self, headers: &HeaderMap) -> bool {
        // An answer out of a cache carries the time at which it was made.
        let date = headers.get(DATE).filter(|_| !headers.contains_key(AGE));
        let Some(date) = date
            .and_then(|date| date.to_str().ok())
            .and_then(|date| DateTimeParser::new().parse_timestamp(date).ok())
        else {
            return false;
        };
        let ahead = Timestamp::now().duration_since(date);
        let seconds = if ahead.abs() < WORTH_TELLING {
            0
        } else {
            ahead.as_secs()
        };
        let before = self.0.swap(seconds, Ordering::Relaxed);
        before == 0 && seconds != 0
    }

    /// How far this machine's clock is ahead of the services' (behind it when negative), where that is minutes or more.
    pub fn ahead(&self) -> Option<SignedDuration> {
        let seconds = self.0.load(Ordering::Relaxed);
        (seconds != 0).then(|| SignedDuration::from_secs(seconds))
    }

    /// The present time by the services' clock; by this machine's clock as long as no difference is known.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_sub(self.ahead().unwrap_or_default())
            .unwrap_or(now)
    }

    /// What this machine's clock shows at a time of the services.
    pub fn here(&self, theirs: Timestamp) -> Timestamp {
        theirs
            .checked_add(self.ahead().unwrap_or_default())
            .unwrap_or(theirs)
    }
}

/// `this machine's clock is 3 h ahead of the server's`
pub(crate) fn difference(ahead: SignedDuration) -> String {
    let word = if ahead.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    format!(
        "this machine's clock is {} {word} the server's",
        crate::words::time_words(ahead.unsigned_abs())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(ago: SignedDuration) -> HeaderMap {
        let then = Timestamp::now() - ago;
        let date = jiff::fmt::rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&then)
            .unwrap();
        HeaderMap::from_iter([(DATE, date.parse().unwrap())])
    }

    #[test]
    fn a_clock_that_is_hours_off_is_told_once_and_reckoned_with() {
        let clock = Clock::default();
        assert!(!clock.hear(&answer(SignedDuration::from_secs(30))) && clock.ahead().is_none());
        let hours = SignedDuration::from_hours(5);
        assert!(clock.hear(&answer(hours)) && !clock.hear(&answer(hours)));
        let ahead = clock.ahead().unwrap();
        assert!(
            (ahead - hours).abs() <= SignedDuration::from_secs(2),
            "{ahead:?}"
        );
        let off = Timestamp::now().duration_since(clock.now());
        assert!(
            (off - hours).abs() <= SignedDuration::from_secs(2),
            "{off:?}"
        );
        assert_eq!(
            clock
                .here(clock.now())
                .duration_since(Timestamp::now())
                .as_secs(),
            0
        );
        assert!(difference(ahead).starts_with("this machine's clock is 5 h ahead of"));
        assert_eq!(
            difference(SignedDuration::from_mins(-3)),
            "this machine's clock is 3 min behind the server's"
        );
    }

    #[test]
    fn an_answer_out_of_a_cache_says_nothing_about_the_clock() {
        let clock = Clock::default();
        let mut headers = answer(SignedDuration::from_hours(5));
        headers.insert(AGE, "18000".parse().unwrap());
        assert!(!clock.hear(&headers) && clock.ahead().is_none());
    }
}
