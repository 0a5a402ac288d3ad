//! The manifests of packages and bundles, read for what the Store shows of a package. A lenient reader of start tags,
//! not an XML parser: a manifest that a strict one refuses still tells its name.
//! Knows no archive.

/// What a package says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PackageFacts {
    /// `Identity` `Name`.
    pub identity: String,
    /// Four parts.
    pub version: String,
    /// As the API writes it: `x64`, `x86`, `ARM`, `ARM64`, `Neutral`.
    pub architecture: Option<String>,
    /// `Windows.Desktop min version 10.0.17763.0`.
    pub families: Vec<String>,
    pub languages: Vec<String>,
    pub capabilities: Vec<String>,
}

/// Reads `AppxManifest.xml`. `None`: no identity in it.
pub(crate) fn package(xml: &str) -> Option<PackageFacts> {
    let mut facts = PackageFacts::default();
    let mut has_identity = false;
    for tag in tags(xml) {
        match tag.name {
            "Identity" if !has_identity => {
                has_identity = true;
                facts.identity = tag.attribute("Name")?;
                facts.version = tag.attribute("Version")?;
                facts.architecture = Some(architecture(
                    tag.attribute("ProcessorArchitecture").as_deref(),
                ));
            }
            "Resource" => add(&mut facts.languages, tag.attribute("Language")),
            "TargetDeviceFamily" => add(&mut facts.families, family(&tag)),
            "Capability" | "DeviceCapability" | "CustomCapability" => {
                add(&mut facts.capabilities, tag.attribute("Name"));
            }
            _ => {}
        }
    }
    has_identity.then_some(facts)
}

/// Reads `AppxBundleManifest.xml`: the facts, without capabilities, and the file names of the application packages.
pub(crate) fn bundle(xml: &str) -> Option<(PackageFacts, Vec<String>)> {
    let mut facts = PackageFacts::default();
    let mut has_identity = false;
    let mut architectures: Vec<String> = Vec::new();
    let mut applications = Vec::new();
    for tag in tags(xml) {
        match tag.name {
            "Identity" if !has_identity => {
                has_identity = true;
                facts.identity = tag.attribute("Name")?;
                facts.version = tag.attribute("Version")?;
            }
            "Package" if tag.attribute("Type").as_deref() == Some("application") => {
                let given = tag.attribute("Architecture");
                add(&mut architectures, Some(architecture(given.as_deref())));
                applications.extend(tag.attribute("FileName"));
            }
            "Resource" => add(&mut facts.languages, tag.attribute("Language")),
            "TargetDeviceFamily" => add(&mut facts.families, family(&tag)),
            _ => {}
        }
    }
    facts.architecture = match architectures.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        _ => Some("Neutral".to_owned()),
    };
    has_identity.then_some((facts, applications))
}

fn family(tag: &Tag<'_>) -> Option<String> {
    let (name, version) = (tag.attribute("Name")?, tag.attribute("MinVersion")?);
    Some(format!("{name} min version {version}"))
}

/// The API's spelling of a manifest's architecture; left out means neutral.
fn architecture(given: Option<&str>) -> String {
    match given.map(str::to_ascii_lowercase).as_deref() {
        None | Some("neutral") => "Neutral".to_owned(),
        Some("arm") => "ARM".to_owned(),
        Some("arm64") => "ARM64".to_owned(),
        Some(other) => other.to_owned(),
    }
}

/// Adds what is new, in order.
fn add(list: &mut Vec<String>, value: Option<String>) {
    if let Some(value) = value
        && !list.iter().any(|known| known.eq_ignore_ascii_case(&value))
    {
        list.push(value);
    }
}

/// A start tag.
struct Tag<'x> {
    /// Without its namespace prefix.
    name: &'x str,
    attributes: &'x str,
}

impl Tag<'_> {
    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            let (name, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, after) = after.strip_prefix(quote)?.split_once(quote)?;
            if name.trim() == wanted {
                return Some(unescape(value));
            }
            rest = after;
        }
    }
}

/// The start tags of a document, comments skipped.
fn tags(xml: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            rest = rest.split_once('<')?.1;
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = comment.split_once("-->")?.1;
                continue;
            }
            let end = end_of_tag(rest)?;
            let (tag, after) = rest.split_at_checked(end)?;
            rest = after;
            if tag.starts_with(['/', '?', '!']) {
                continue;
            }
            let tag = tag.trim_end_matches('/');
            let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            let name = name.rsplit_once(':').map_or(name, |(_, local)| local);
            return Some(Tag { name, attributes });
        }
    })
}

/// Where the `>` stands that ends the tag; those inside quotes do not.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::{bundle, package};

    const PACKAGE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!-- <Identity Name="Not.This" Version="0.0.0.1"/> -->
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10" xmlns:rescap="r">
  <Identity Name='40417Northwind.Notes' Publisher="CN=A &gt; B" Version="2.5.0.0" ProcessorArchitecture="arm64" />
  <Dependencies><TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0" MaxVersionTested="10.0.26100.0"/></Dependencies>
  <Resources><Resource Language="en-US"/><Resource Language="de-DE"/><Resource uap:Scale="200"/><Resource Language="EN-us"/></Resources>
  <Capabilities><Capability Name="internetClient"/><rescap:Capability Name="runFullTrust"/><DeviceCapability Name="microphone"/></Capabilities>
</Package>"#;

    #[test]
    fn a_package_tells_what_it_is() {
        let facts = package(PACKAGE).unwrap();
        assert_eq!(facts.identity, "40417Northwind.Notes");
        assert_eq!(facts.version, "2.5.0.0");
        assert_eq!(facts.architecture.as_deref(), Some("ARM64"));
        assert_eq!(facts.families, ["Windows.Desktop min version 10.0.17763.0"]);
        assert_eq!(facts.languages, ["en-US", "de-DE"]);
        assert_eq!(
            facts.capabilities,
            ["internetClient", "runFullTrust", "microphone"]
        );
    }

    #[test]
    fn a_bundle_names_its_application_packages_only() {
        let xml = r#"<Bundle><Identity Name="A.B" Version="1.2.3.0"/><Packages>
            <Package Type="application" Architecture="x64" FileName="a_x64.msix"/>
            <Package Type="resource" FileName="a_de.msix"><Resources><Resource Language="de"/></Resources></Package>
            <b4:Package Type="application" Architecture="arm64" FileName="a_arm64.msix"/></Packages></Bundle>"#;
        let (facts, applications) = bundle(xml).unwrap();
        assert_eq!(applications, ["a_x64.msix", "a_arm64.msix"]);
        assert_eq!(facts.architecture.as_deref(), Some("Neutral"));
        assert_eq!(facts.languages, ["de"]);
    }

    #[test]
    fn nonsense_is_no_manifest() {
        for xml in [
            "",
            "<",
            "<Package>",
            "<Identity Name=\"x\"/>",
            "<Identity Name=",
            "<!-- <Identity Name='a' Version='1'/>",
        ] {
            assert_eq!(package(xml), None, "{xml}");
            assert_eq!(bundle(xml), None, "{xml}");
        }
    }
}
