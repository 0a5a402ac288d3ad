//! What the name of a package's file says, as build tools write it: `Northwind.Notes_2.5.0.0_x64.msix`. Good for showing, never
//! for deciding. Knows no document.

/// The ones that the service is known to write, in the order of lists.
pub const ARCHITECTURES: &[&str] = &["x64", "x86", "ARM64", "ARM", "Neutral"];

/// The parts of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// What stands before the first `_`.
    pub stem: &'a str,
    /// Three or four numbers, as written.
    pub version: Option<&'a str>,
    /// As the service spells it; a bundle for several says nothing about one.
    pub architecture: Option<&'static str>,
}

/// Reads a name or a path, with either slash.
pub fn read(file_name: &str) -> Named<'_> {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let ending = base
        .rsplit_once('.')
        .filter(|(_, ending)| ending.chars().any(char::is_alphabetic));
    let mut parts = ending.map_or(base, |(stem, _)| stem).split('_');
    let stem = parts.next().unwrap_or_default();
    let is_number =
        |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_version =
        |part: &&str| matches!(part.matches('.').count(), 2 | 3) && part.split('.').all(is_number);
    let known = |part: &str| {
        ARCHITECTURES
            .iter()
            .copied()
            .find(|known| known.eq_ignore_ascii_case(part))
    };
    let mut architectures = parts.clone().filter_map(known);
    let architecture = architectures
        .next()
        .filter(|_| architectures.next().is_none());
    Named {
        stem,
        version: parts.find(is_version),
        architecture,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "Northwind.Notes_2.5.0.0_x64.msix",
        "Northwind.Notes",
        Some("2.5.0.0"),
        Some("x64")
    )]
    #[case("dir/App_1.2.3.4_x86_x64.msixbundle", "App", Some("1.2.3.4"), None)]
    #[case(
        "App_1.2.3.0_ARM64_bundle.msixupload",
        "App",
        Some("1.2.3.0"),
        Some("ARM64")
    )]
    #[case("dir\\App_1.2.3_neutral.appx", "App", Some("1.2.3"), Some("Neutral"))]
    #[case("App_1.2.3.0", "App", Some("1.2.3.0"), None)]
    #[case("2.4.0.0_x64.appx", "2.4.0.0", None, Some("x64"))]
    #[case("notes-2.5.msix", "notes-2.5", None, None)]
    fn names_tell_what_build_tools_wrote(
        #[case] name: &str,
        #[case] stem: &str,
        #[case] version: Option<&str>,
        #[case] architecture: Option<&'static str>,
    ) {
        assert_eq!(
            read(name),
            Named {
                stem,
                version,
                architecture
            }
        );
    }
}
