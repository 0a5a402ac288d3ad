//! Sizes and times as people write them in the config file: `8 MiB`, `20 MB/s`, `5s`, `2m 30s`.

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use std::time::Duration;

const UNITS: [(&str, u64); 8] = [
    ("B", 1),
    ("kB", 1000),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Bytes from text; a rate may end in `/s`.
pub fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_suffix("/s").unwrap_or(text).trim_end();
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(split)?;
    let unit = unit.trim();
    let factor = if unit.is_empty() {
        1
    } else {
        UNITS.iter().find(|(name, _)| *name == unit)?.1
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(factor);
    }
    let (whole, rest) = number.split_once('.')?;
    let digits = u32::try_from(rest.len())
        .ok()
        .filter(|digits| (1..=6).contains(digits))?;
    let part = rest.parse::<u64>().ok()?.checked_mul(factor)? / 10_u64.pow(digits);
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(factor)?
        .checked_add(part)
}

/// Bytes as text, in the largest binary unit that loses nothing.
pub fn size_text(bytes: u64) -> String {
    let whole = |(_, factor): &&(&str, u64)| bytes >= *factor && bytes.is_multiple_of(*factor);
    let unit = UNITS.iter().rev().take(3).find(whole).unwrap_or(&("B", 1));
    format!("{} {}", bytes / unit.1, unit.0)
}

/// A time from text such as `5s`, `2m 30s`, `1h`, `250ms`.
pub fn parse_time(text: &str) -> Option<Duration> {
    text.trim()
        .parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|time| Duration::try_from(time).ok())
}

/// A time as text that [`parse_time`] reads back.
pub fn time_text(time: Duration) -> String {
    jiff::SignedDuration::try_from(time).map_or_else(
        |_| format!("{}s", time.as_secs()),
        |time| format!("{time:#}"),
    )
}

pub(super) mod size {
    use super::{Deserialize, Deserializer, Serializer, parse_size, size_text};
    use serde::de::Error as _;

    #[expect(
        clippy::ref_option,
        reason = "the signature that serde's `with` asks for"
    )]
    pub(in super::super) fn serialize<S: Serializer>(
        size: &Option<u64>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match size {
            Some(size) => to.serialize_str(&size_text(*size)),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<u64>, D::Error> {
        let text = String::deserialize(from)?;
        let size = parse_size(&text).filter(|size| *size > 0);
        size.map(Some).ok_or_else(|| {
            D::Error::custom(format!(
                "{text:?} is no size; write it like \"8 MiB\" or \"500 kB\""
            ))
        })
    }
}

pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&time_text(*time))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse_time(&text).ok_or_else(|| {
        D::Error::custom(format!(
            "{text:?} is no time; write it like \"5s\", \"2m 30s\" or \"1h\""
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("8 MiB", Some(8 << 20)),
            ("8MiB", Some(8 << 20)),
            ("20 MB/s", Some(20_000_000)),
            ("1.5 MB", Some(1_500_000)),
            ("512", Some(512)),
            ("0.5 KiB", Some(512)),
            ("8 mib", None),
            ("MiB", None),
            ("-1 MiB", None),
            ("99999999999999999999 GiB", None),
            ("18446744073709551615 GiB", None),
            ("", None),
        ] {
            assert_eq!(parse_size(text), bytes, "{text}");
        }
        for bytes in [1, 1000, 1 << 20, 3 << 30, 1_500_000] {
            assert_eq!(parse_size(&size_text(bytes)), Some(bytes));
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, millis) in [
            ("5s", Some(5000)),
            ("2m 30s", Some(150_000)),
            ("250ms", Some(250)),
            ("1h", Some(3_600_000)),
            ("-5s", None),
            ("5", None),
        ] {
            assert_eq!(
                parse_time(text),
                millis.map(Duration::from_millis),
                "{text}"
            );
        }
        assert_eq!(time_text(Duration::from_secs(5)), "5s");
    }
}
