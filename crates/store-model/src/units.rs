//! Numbers, sizes, times and rates as text. Time comes in as an argument; knows no clock.

use std::{collections::VecDeque, time::Duration};

/// "1.2 GB": decimal units, three significant digits, no trailing zeros.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut value = count as f64;
    let mut units = UNITS.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    // 999.5 would round to 1000 of the smaller unit.
    while value >= 999.5 {
        let Some(next) = units.next() else { break };
        value /= 1000.0;
        unit = next;
    }
    let text = match value {
        _ if unit == "B" => return format!("{count} B"),
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    };
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text} {unit}")
}

/// "1 file", "3 files".
pub fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// "a, b and 3 more": a limited number, because nobody reads a long list.
pub fn listed(texts: &[impl AsRef<str>], most: usize) -> String {
    let shown = texts
        .iter()
        .take(most)
        .map(AsRef::as_ref)
        .collect::<Vec<_>>()
        .join(", ");
    let more = texts.len().saturating_sub(most);
    if more > 0 {
        format!("{shown} and {more} more")
    } else {
        shown
    }
}

/// "0:17", "12:04", "12 h 04 m", "3 d 04 h".
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        3600..172_800 => format!("{} h {:02} m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {:02} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// How long ago, in one unit: "now", "40 s", "12 m", "5 h", "3 d".
pub fn age(time: Duration) -> String {
    match time.as_secs() {
        0..5 => "now".to_owned(),
        seconds @ 5..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} m", seconds / 60),
        seconds @ 3600..86_400 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// Whole percent, rounded down: 100 only when all is done. Nothing to do is done.
pub fn percent(done: u64, total: u64) -> u8 {
    if done >= total {
        return 100;
    }
    u8::try_from(u128::from(done) * 100 / u128::from(total)).unwrap_or(100)
}

/// The rate of the last five seconds, from samples of acknowledged bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rate {
    samples: VecDeque<(Duration, u64)>,
}

impl Rate {
    const WINDOW: Duration = Duration::from_secs(5);
    /// Two samples closer than this say nothing about a rate.
    const LEAST: Duration = Duration::from_millis(100);

    /// Notes how many bytes had been acknowledged in all at a time since the start.
    pub fn record(&mut self, at: Duration, acknowledged: u64) {
        if self
            .samples
            .back()
            .is_some_and(|(last, bytes)| at < *last || acknowledged < *bytes)
        {
            // A new attempt counts from a lower number.
            self.samples.clear();
        }
        self.samples.push_back((at, acknowledged));
        // The newest sample at or before the window's start stays: the rate is measured from there.
        let start = at.saturating_sub(Self::WINDOW);
        while self
            .samples
            .get(1)
            .is_some_and(|(second, _)| *second <= start)
        {
            self.samples.pop_front();
        }
    }

    /// Bytes a second now; falls to zero when nothing arrives any more. `None` until there is enough to tell.
    pub fn per_second(&self, now: Duration) -> Option<f64> {
        let (_, last) = self.samples.back()?;
        let start = now.saturating_sub(Self::WINDOW);
        let (since, first) = self
            .samples
            .iter()
            .rev()
            .find(|(at, _)| *at <= start)
            .or_else(|| self.samples.front())?;
        let span = now
            .checked_sub((*since).max(start))
            .filter(|span| *span >= Self::LEAST)?;
        // Of an interval that reaches out of the window, only the part inside counts.
        let outside = start.saturating_sub(*since).as_secs_f64();
        let next = self
            .samples
            .iter()
            .find(|(at, _)| at > since)
            .map_or(now, |(at, _)| *at);
        let interval = next.saturating_sub(*since).as_secs_f64();
        let next_bytes = self
            .samples
            .iter()
            .find(|(at, _)| at > since)
            .map_or(*last, |(_, bytes)| *bytes);
        let skipped = if interval > 0.0 {
            (next_bytes - first) as f64 * (outside / interval).min(1.0)
        } else {
            0.0
        };
        Some(((last - first) as f64 - skipped) / span.as_secs_f64())
    }

    /// Time until `total` is reached at the present rate; `None` while nothing moves.
    pub fn left(&self, total: u64, now: Duration) -> Option<Duration> {
        let (_, done) = self.samples.back()?;
        let rate = self.per_second(now).filter(|rate| *rate >= 1.0)?;
        Duration::try_from_secs_f64(total.saturating_sub(*done) as f64 / rate).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn many_are_counted_and_long_lists_end() {
        assert_eq!(
            [0, 1, 2].map(|count| counted(count, "file")),
            ["0 files", "1 file", "2 files"]
        );
        let lists =
            [0, 1, 3, 5].map(|count| listed(["a", "b", "c", "d", "e"].get(..count).unwrap(), 3));
        assert_eq!(lists, ["", "a", "a, b, c", "a, b, c and 2 more"]);
    }

    #[rstest]
    #[case(0, "0 B")]
    #[case(999, "999 B")]
    #[case(1000, "1 kB")]
    #[case(999_499, "999 kB")]
    #[case(999_999, "1 MB")]
    #[case(1_200_000_000, "1.2 GB")]
    #[case(1_234_567, "1.23 MB")]
    #[case(9_996_000, "10 MB")]
    #[case(48_000_000, "48 MB")]
    #[case(100_000_000, "100 MB")]
    #[case(u64::MAX, "18447 PB")]
    fn bytes_in_words(#[case] count: u64, #[case] text: &str) {
        assert_eq!(bytes(count), text);
    }

    #[rstest]
    #[case(17, "0:17", "17 s")]
    #[case(3599, "59:59", "59 m")]
    #[case(43_440, "12 h 04 m", "12 h")]
    #[case(273_600, "3 d 04 h", "3 d")]
    #[case(0, "0:00", "now")]
    fn times_in_words(#[case] seconds: u64, #[case] long: &str, #[case] short: &str) {
        let time = Duration::from_secs(seconds);
        assert_eq!((duration(time).as_str(), age(time).as_str()), (long, short));
    }

    #[test]
    fn percent_is_full_only_at_the_end() {
        assert_eq!(
            (
                percent(0, 10),
                percent(999, 1000),
                percent(10, 10),
                percent(0, 0),
                percent(u64::MAX - 1, u64::MAX)
            ),
            (0, 99, 100, 100, 99)
        );
    }

    #[test]
    fn rate_covers_the_last_five_seconds_and_falls_when_nothing_comes() {
        let seconds = Duration::from_secs;
        let mut rate = Rate::default();
        assert_eq!(rate.per_second(seconds(1)), None);
        for second in 0..=20 {
            let fast = if second <= 10 {
                100 * second
            } else {
                1000 + (second - 10) * 10
            };
            rate.record(seconds(second), fast);
        }
        assert_eq!(rate.per_second(seconds(20)), Some(10.0));
        assert_eq!(rate.left(1200, seconds(20)), Some(seconds(10)));
        assert_eq!(
            (rate.per_second(seconds(40)), rate.left(1200, seconds(40))),
            (Some(0.0), None)
        );
        rate.record(seconds(41), 5);
        assert_eq!(rate.per_second(seconds(41)), None);
        assert!(rate.samples.len() < 10);
    }
}
