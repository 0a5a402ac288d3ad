//! When two JSON values mean the same to the service: numbers by value, dates by instant, nothing by nothing.

use crate::units::counted;
use serde_json::{Number, Value};

/// Whether a value says nothing: `null` counts as absent (docs/store-api.md#property-names-and-enumeration-values), and empty as both.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(array) => array.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Digits without zeros at the ends, and the power of ten of the last digit; exact for any length.
fn decimal(number: &Number) -> Option<(bool, String, i64)> {
    let text = number.to_string();
    let (is_negative, text) = text
        .strip_prefix('-')
        .map_or((false, text.as_str()), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let kept = digits.trim_end_matches('0');
    if kept.is_empty() {
        return Some((false, String::new(), 0));
    }
    let power = exponent
        .checked_sub(i64::try_from(fraction.len()).ok()?)?
        .checked_add(i64::try_from(digits.len() - kept.len()).ok()?)?;
    Some((is_negative, kept.to_owned(), power))
}

/// 25 and 25.0 are equal; numbers of twenty digits are compared to the last.
pub fn numbers_equal(left: &Number, right: &Number) -> bool {
    left == right || decimal(left).is_some_and(|left| Some(left) == decimal(right))
}

/// One text for all spellings of a number: digits and a power of ten, `25.0` and `2.5e1` alike.
pub fn canonical_number(number: &Number) -> String {
    let Some((is_negative, digits, power)) = decimal(number) else {
        return number.to_string();
    };
    if digits.is_empty() {
        return "0".to_owned();
    }
    format!("{}{digits}e{power}", if is_negative { "-" } else { "" })
}

/// What a date text says: nothing (`""`, year 1601), an instant, or no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Date {
    Unset,
    At(jiff::Timestamp),
    Invalid,
}

/// Reads the service's dates: any number of fraction digits, with or without a zone (then UTC), `""`, the 1601 sentinel.
pub fn date(text: &str) -> Date {
    let text = text.trim();
    if text.is_empty() || text.starts_with("1601-01-01") || text.starts_with("0001-01-01") {
        return Date::Unset;
    }
    let with_zone = text.parse::<jiff::Timestamp>();
    let without = || {
        text.parse::<jiff::civil::DateTime>()
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|time| time.timestamp())
    };
    with_zone
        .ok()
        .or_else(without)
        .map_or(Date::Invalid, Date::At)
}

/// Cuts a text for a sentence; quotes it.
pub fn brief(value: &Value) -> String {
    const MOST: usize = 60;
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        Value::Object(object) => {
            let name = ["fileName", "videoFileName", "title"]
                .iter()
                .find_map(|name| object.get(*name))
                .and_then(Value::as_str);
            match name {
                Some(name) => name.to_owned(),
                None if object.is_empty() => return "{}".to_owned(),
                None => return format!("{{{}}}", counted(object.len(), "field")),
            }
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let cut = if text.chars().count() > MOST {
        format!("{}…", text.chars().take(MOST - 1).collect::<String>())
    } else {
        text
    };
    if value.is_string() {
        format!("\"{cut}\"")
    } else {
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("25", "25.0", true)]
    #[case("0", "-0.00", true)]
    #[case("1e2", "100", true)]
    #[case("0.10", "1E-1", true)]
    #[case("12345678901234567890", "12345678901234567891", false)]
    #[case("1", "-1", false)]
    #[case("1e400", "1e401", false)]
    fn numbers(#[case] left: &str, #[case] right: &str, #[case] equal: bool) {
        let number = |text: &str| serde_json::from_str::<Number>(text).unwrap();
        assert_eq!(numbers_equal(&number(left), &number(right)), equal);
    }

    #[rstest]
    #[case("2026-03-01T06:00:00Z", "2026-03-01T06:00:00.0000000Z")]
    #[case("2026-03-01T06:00:00", "2026-03-01T08:00:00+02:00")]
    #[case("", "1601-01-01T00:00:00.0000000Z")]
    fn dates_in_other_spellings(#[case] left: &str, #[case] right: &str) {
        assert_eq!(date(left), date(right));
        assert_ne!(date(left), Date::Invalid);
        assert_eq!(date("soon"), Date::Invalid);
    }
}
