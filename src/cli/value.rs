//! Values of arguments that clap does not know.

use std::time::Duration;

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a duration such as 90s, 30m or 2h30m".to_owned();
    let span: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    span.try_into().map_err(|_| wrong())
}

pub(super) fn percentage(text: &str) -> Result<f64, String> {
    let percent = text.trim_end_matches('%').parse().ok();
    percent
        .filter(|percent| *percent > 0.0 && *percent <= 100.0)
        .ok_or_else(|| "write a number above 0, and at most 100".to_owned())
}
