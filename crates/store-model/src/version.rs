//! Versions of packages and of Windows, compared number by number. Knows nothing of what bears them.

use std::{fmt, str::FromStr};

/// Four numbers of 0 to 65535, as packages and Windows write them (docs/store-api.md#package-versions).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub [u16; 4]);

/// A text that is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version is four numbers of 0 to 65535, like 2.5.0.0")]
pub struct NoVersion;

impl FromStr for Version {
    type Err = NoVersion;

    /// Fewer than four numbers are filled up with zeros.
    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let mut numbers = [0; 4];
        let mut places = numbers.iter_mut();
        for part in text.trim().split('.') {
            let is_digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let (Some(place), true) = (places.next(), is_digits) else {
                return Err(NoVersion);
            };
            *place = part.parse().map_err(|_| NoVersion)?;
        }
        Ok(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, build, revision] = self.0;
        f.pad(&format!("{major}.{minor}.{build}.{revision}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("2.5.0.0", Some([2, 5, 0, 0]))]
    #[case("10.0.17763", Some([10, 0, 17763, 0]))]
    #[case("65535.1.2.3", Some([65535, 1, 2, 3]))]
    #[case("65536.0.0.0", None)]
    #[case("1.2.3.4.5", None)]
    #[case("1..2", None)]
    #[case("+1.2", None)]
    #[case("", None)]
    #[case("v1.0", None)]
    fn read(#[case] text: &str, #[case] numbers: Option<[u16; 4]>) {
        assert_eq!(text.parse::<Version>().ok(), numbers.map(Version));
    }

    proptest! {
        #[test]
        fn text_and_numbers_are_one_and_compare_by_number(left: [u16; 4], right: [u16; 4]) {
            let (left, right) = (Version(left), Version(right));
            prop_assert_eq!(left.to_string().parse(), Ok(left));
            prop_assert_eq!(left.cmp(&right), left.0.cmp(&right.0));
        }
    }
}
