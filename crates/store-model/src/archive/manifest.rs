//! What packages and bundles say of themselves: `AppxManifest.xml` and `AppxBundleManifest.xml`, read leniently and in bounds.
//! Knows no archive and no document.

use crate::{family::Family, version::Version};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// A list in a manifest is never longer than this; what follows is left out.
const MOST: usize = 1_000;
/// Characters of one value; names are far shorter.
const LONGEST: usize = 400;

/// What a package or a bundle says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    pub is_bundle: bool,
    /// `Identity` `Name`, which the Store calls `packageIdentityName`.
    pub name: String,
    /// `CN=…`
    pub publisher: String,
    pub version: String,
    /// As the Store spells them: `x64`, `x86`, `ARM`, `ARM64`, `Neutral`; one for each application package.
    pub architectures: Vec<String>,
    pub families: Vec<Family>,
    pub languages: Vec<String>,
    pub capabilities: Vec<String>,
    /// The application packages of a bundle, by their paths in it.
    pub packages: Vec<String>,
    /// What of a bundle could not be read, in sentences.
    pub gaps: Vec<String>,
}

/// Why a manifest could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    #[error("its manifest is no XML: {why} (byte {at})")]
    Xml { at: u64, why: String },
    #[error("its manifest has no Identity")]
    NoIdentity,
    #[error("the Identity in its manifest has no {0}")]
    Incomplete(&'static str),
}

/// A manifest's version: all four parts, or none.
pub fn version(text: &str) -> Option<Version> {
    text.parse().ok().filter(|_| text.split('.').count() == 4)
}

/// Reads either kind of manifest.
pub fn read(bytes: &[u8]) -> Result<Manifest, ManifestError> {
    let text = decoded(bytes);
    let mut reader = Reader::from_str(&text);
    let mut manifest = Manifest::default();
    let mut has_identity = false;
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event().map_err(|error| ManifestError::Xml {
            at: reader.error_position(),
            why: error.to_string(),
        })?;
        let (tag, is_open) = match &event {
            Event::Start(tag) => (tag, true),
            Event::Empty(tag) => (tag, false),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Event::Eof if depth > 0 => {
                return Err(ManifestError::Xml {
                    at: reader.buffer_position(),
                    why: "it ends too early".to_owned(),
                });
            }
            Event::Eof => break,
            _ => continue,
        };
        let name = tag.local_name();
        match (depth, name.as_ref()) {
            (0, "Bundle") => manifest.is_bundle = true,
            (1, "Identity") if !has_identity => {
                has_identity = true;
                identity(tag, &mut manifest)?;
            }
            (2, "Package")
                if manifest.is_bundle
                    && attribute(tag, "Type").is_some_and(|kind| kind == "application") =>
            {
                let given = attribute(tag, "Architecture");
                add(
                    &mut manifest.architectures,
                    Some(architecture(given.as_deref())),
                );
                add(&mut manifest.packages, attribute(tag, "FileName"));
            }
            (_, "Resource") => add(&mut manifest.languages, attribute(tag, "Language")),
            (_, "TargetDeviceFamily") => {
                if let (Some(name), Some(least)) =
                    (attribute(tag, "Name"), attribute(tag, "MinVersion"))
                {
                    let least = least.parse().ok();
                    manifest.add_family(Family { name, least });
                }
            }
            (_, "Capability" | "DeviceCapability" | "CustomCapability") => {
                add(&mut manifest.capabilities, attribute(tag, "Name"));
            }
            _ => {}
        }
        depth += usize::from(is_open);
    }
    if has_identity {
        Ok(manifest)
    } else {
        Err(ManifestError::NoIdentity)
    }
}

impl Manifest {
    /// `40417Northwind.Notes 2.5.0.0 (x64, ARM64)`
    pub fn title(&self) -> String {
        format!(
            "{} {} ({})",
            self.name,
            self.version,
            self.architectures.join(", ")
        )
    }

    fn add_family(&mut self, family: Family) {
        if !self.families.contains(&family) && self.families.len() < MOST {
            self.families.push(family);
        }
    }

    /// Takes in what a package of the bundle says that the bundle's own manifest does not.
    pub fn take_in(&mut self, package: Self) {
        for (list, more) in [
            (&mut self.capabilities, package.capabilities),
            (&mut self.languages, package.languages),
            (&mut self.gaps, package.gaps),
        ] {
            for value in more {
                add(list, Some(value));
            }
        }
        for family in package.families {
            self.add_family(family);
        }
    }

    pub fn add_gap(&mut self, sentence: String) {
        add(&mut self.gaps, Some(sentence));
    }

    /// Whether its code runs outside of the app container, as a desktop program does.
    pub fn is_full_trust(&self) -> bool {
        self.capabilities
            .iter()
            .any(|capability| capability == "runFullTrust")
    }
}

fn identity(tag: &BytesStart<'_>, manifest: &mut Manifest) -> Result<(), ManifestError> {
    manifest.name = attribute(tag, "Name").ok_or(ManifestError::Incomplete("Name"))?;
    manifest.version = attribute(tag, "Version").ok_or(ManifestError::Incomplete("Version"))?;
    manifest.publisher = attribute(tag, "Publisher").unwrap_or_default();
    if !manifest.is_bundle {
        manifest.architectures = vec![architecture(
            attribute(tag, "ProcessorArchitecture").as_deref(),
        )];
    }
    Ok(())
}

/// Manifests are UTF-8; a few tools write UTF-16.
fn decoded(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| read(*pair))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => String::from_utf8_lossy(rest).into_owned(),
    }
}

/// An attribute by its name without prefix. Texts come from strangers: no control characters, no endless ones.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let raw = found.value;
    // An entity that nobody knows stays as it is written.
    let text = quick_xml::escape::unescape(&raw)
        .map_or_else(|_| raw.to_string(), std::borrow::Cow::into_owned);
    Some(
        text.chars()
            .filter(|c| !c.is_control())
            .take(LONGEST)
            .collect(),
    )
}

/// The Store's spelling; left out means neutral.
fn architecture(given: Option<&str>) -> String {
    match given.map(str::to_ascii_lowercase).as_deref() {
        None | Some("neutral" | "") => "Neutral".to_owned(),
        Some("arm") => "ARM".to_owned(),
        Some("arm64") => "ARM64".to_owned(),
        Some(other) => other.to_owned(),
    }
}

/// Adds what is new, whatever its case, in order.
fn add(list: &mut Vec<String>, value: Option<String>) {
    if let Some(value) = value
        && list.len() < MOST
        && !list.iter().any(|known| known.eq_ignore_ascii_case(&value))
    {
        list.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const PACKAGE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!-- <Identity Name="Not.This" Version="0.0.0.1"/> -->
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10" xmlns:rescap="r">
  <Identity Name='40417Northwind.Notes' Publisher="CN=A &gt; B" Version="2.5.0.0" ProcessorArchitecture="arm64" />
  <Dependencies><TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0" MaxVersionTested="10.0.26100.0"/></Dependencies>
  <Resources><Resource Language="en-US"/><Resource Language="de-DE"/><Resource uap:Scale="200"/><Resource Language="EN-us"/></Resources>
  <Applications><Application Id="A"><Identity Name="Inner" Version="9.9.9.9"/></Application></Applications>
  <Capabilities><Capability Name="internetClient"/><rescap:Capability Name="runFullTrust"/><DeviceCapability Name="microphone"/></Capabilities>
</Package>"#;

    #[test]
    fn a_package_tells_what_it_is() {
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(PACKAGE.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let marked = [b"\xEF\xBB\xBF".as_slice(), PACKAGE.as_bytes()].concat();
        for bytes in [PACKAGE.as_bytes(), &marked, &utf16] {
            let manifest = read(bytes).unwrap();
            assert_eq!(
                (manifest.name.as_str(), manifest.publisher.as_str()),
                ("40417Northwind.Notes", "CN=A > B")
            );
            assert_eq!(manifest.title(), "40417Northwind.Notes 2.5.0.0 (ARM64)");
            assert_eq!(
                manifest.families[0].to_string(),
                "Windows.Desktop min version 10.0.17763.0"
            );
            assert_eq!(manifest.languages, ["en-US", "de-DE"]);
            assert_eq!(
                manifest.capabilities,
                ["internetClient", "runFullTrust", "microphone"]
            );
            assert!(manifest.is_full_trust() && !manifest.is_bundle);
        }
    }

    #[test]
    fn a_bundle_names_its_application_packages() {
        let xml = r#"<Bundle><Identity Name="A.B" Publisher="CN=x" Version="1.2.3.0"/><Packages>
            <Package Type="application" Architecture="x64" FileName="a_x64.msix"/>
            <Package Type="resource" FileName="a_de.msix"><Resources><Resource Language="de"/></Resources></Package>
            <b4:Package Type="application" Architecture="arm64" FileName="a_arm64.msix"/></Packages></Bundle>"#;
        let manifest = read(xml.as_bytes()).unwrap();
        assert_eq!(manifest.packages, ["a_x64.msix", "a_arm64.msix"]);
        assert_eq!(manifest.architectures, ["x64", "ARM64"]);
        assert!(manifest.is_bundle && manifest.languages == ["de"]);
    }

    #[rstest]
    #[case::empty("", "no Identity")]
    #[case::cut("<Package><Identity Name='a' Version='1.0.0.0'/>", "too early")]
    #[case::crossed("<Package><a></b></Package>", "no XML")]
    #[case::no_version("<Package><Identity Name='a'/></Package>", "no Version")]
    #[case::commented(
        "<Package><!-- <Identity Name='a' Version='1'/> --></Package>",
        "no Identity"
    )]
    #[case::deep(
        "<Package><A><Identity Name='a' Version='1'/></A></Package>",
        "no Identity"
    )]
    #[case::open_tag("<Package><Identity Name=", "no XML")]
    fn a_broken_one_says_why(#[case] xml: &str, #[case] why: &str) {
        let said = read(xml.as_bytes()).unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    }

    #[test]
    fn versions_have_four_parts() {
        assert_eq!(version("2.5.0.65535"), Some(Version([2, 5, 0, 65535])));
        for wrong in [
            "",
            "2",
            "2.5.0",
            "2.5.0.0.0",
            "2.5.0.65536",
            "2.5.0.x",
            "-1.0.0.0",
        ] {
            assert_eq!(version(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_has_no_end_is_cut() {
        let many = (0..5000)
            .map(|number| format!("<Resource Language='l{number}'/>"))
            .collect::<Vec<_>>()
            .concat();
        let long = "n".repeat(100_000);
        let xml =
            format!("<Package><Identity Name='{long}\u{7}' Version='1.0.0.0'/>{many}</Package>");
        let manifest = read(xml.as_bytes()).unwrap();
        assert_eq!(
            (manifest.languages.len(), manifest.name.len()),
            (MOST, LONGEST)
        );
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let mut bytes = PACKAGE.as_bytes().to_vec();
            let place = at.index(bytes.len());
            bytes[place] = byte;
            let _ = read(&bytes);
            let _ = read(&bytes[..cut.index(bytes.len())]);
        }
    }
}
