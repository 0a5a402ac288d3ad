//! How foreign texts and times are put into a message.

use std::time::Duration;
use store_model::product::plain_text;

/// As much of a foreign text as an error shows.
const LONGEST_MESSAGE: usize = 1_000;

/// A foreign text, fit for a terminal and for one line.
pub(crate) fn shown(text: &str) -> String {
    let line = text
        .split(['\r', '\n', '\t'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    plain_text(&line).chars().take(LONGEST_MESSAGE).collect()
}

/// `14 s`, `3 min`, `5 h`: rounded up, because it is what somebody has to wait.
pub(crate) fn time_words(time: Duration) -> String {
    match time.as_secs() + u64::from(time.subsec_nanos() > 0) {
        seconds @ 0..120 => format!("{} s", seconds.max(1)),
        seconds @ 120..7_200 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3_600)),
    }
}
