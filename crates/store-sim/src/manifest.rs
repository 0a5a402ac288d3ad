//! The manifests of packages and bundles, read as Windows reads them: by namespace and place, in UTF-8 or marked UTF-16.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

/// Every namespace of manifests begins like this.
const MICROSOFT: &str = "http://schemas.microsoft.com/appx/";
/// The root's namespaces of Windows 8 and 8.1, whose packages name no device families.
const WINDOWS_8: [&str; 2] = [
    "http://schemas.microsoft.com/appx/2010/manifest",
    "http://schemas.microsoft.com/appx/2013/manifest",
];

/// What a package or a bundle says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub is_bundle: bool,
    pub is_windows_8: bool,
    pub name: String,
    pub publisher: String,
    pub version: String,
    /// As the API writes it: `x64`, `x86`, `ARM`, `ARM64`, `Neutral`. Of a bundle: that of its only application package.
    pub architecture: String,
    pub resource_id: String,
    pub display_name: String,
    /// What stands there, while it is read: it may come in pieces.
    pub framework: String,
    pub resource: String,
    pub is_framework: bool,
    pub is_resource: bool,
    /// It belongs to another package.
    pub is_optional: bool,
    /// `Windows.Desktop min version 10.0.17763.0`.
    pub families: Vec<String>,
    /// As the API writes them: `en-US`.
    pub languages: Vec<String>,
    pub capabilities: Vec<String>,
    /// The framework packages it needs.
    pub dependencies: Vec<String>,
    /// What a bundle holds.
    pub members: Vec<Member>,
}

/// A package of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub file: String,
    pub is_application: bool,
    pub architecture: String,
    pub version: String,
    pub size: Option<u64>,
    pub offset: u64,
}

/// Reads a manifest. The error is the reason.
pub(crate) fn read(bytes: &[u8]) -> Result<Manifest, String> {
    let text = decode(bytes)?;
    let mut reader = NsReader::from_str(&text);
    let mut manifest = Manifest::default();
    // The local names from the root on; what is not Microsoft's has none.
    let mut path: Vec<String> = Vec::new();
    let mut has_identity = false;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|e| e.to_string())?;
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                let name = match namespace {
                    ResolveResult::Bound(Namespace(uri)) if !uri.starts_with(MICROSOFT) => "",
                    ResolveResult::Unknown(_) => "",
                    ResolveResult::Bound(Namespace(uri)) => {
                        manifest.is_windows_8 |= path.is_empty() && WINDOWS_8.contains(&uri);
                        tag.local_name().into_inner()
                    }
                    ResolveResult::Unbound => tag.local_name().into_inner(),
                };
                path.push(name.to_owned());
                let place: Vec<&str> = path.iter().map(String::as_str).collect();
                if let ["Package" | "Bundle", "Identity"] = place.as_slice() {
                    has_identity = true;
                }
                manifest.element(&place, tag)?;
                if matches!(event, Event::Empty(_)) {
                    path.pop();
                }
            }
            Event::End(_) => drop(path.pop()),
            Event::Text(text) => manifest.text(&path, text),
            Event::CData(text) => manifest.text(&path, text),
            Event::GeneralRef(reference) => {
                let entity = format!("&{};", &**reference);
                manifest.text(&path, &unescape(&entity)?);
            }
            Event::Eof if path.is_empty() => break,
            Event::Eof => return Err("the document ends too early".to_owned()),
            _ => {}
        }
    }
    if has_identity {
        manifest.is_framework = is_true(&std::mem::take(&mut manifest.framework));
        manifest.is_resource = is_true(&std::mem::take(&mut manifest.resource));
        Ok(manifest)
    } else {
        Err("there is no Identity".to_owned())
    }
}

impl Manifest {
    fn element(&mut self, path: &[&str], tag: &BytesStart<'_>) -> Result<(), String> {
        let attribute = |name| attribute(tag, name);
        match path {
            ["Bundle"] => self.is_bundle = true,
            ["Package" | "Bundle", "Identity"] => {
                let needed = |name| attribute(name)?.ok_or(format!("Identity has no {name}"));
                self.name = needed("Name")?;
                self.publisher = needed("Publisher")?;
                self.version = needed("Version")?;
                self.architecture = architecture(attribute("ProcessorArchitecture")?);
                self.resource_id = attribute("ResourceId")?.unwrap_or_default();
            }
            ["Bundle", "Packages", "Package"] => self.members.push(Member {
                file: attribute("FileName")?.ok_or("a package of the bundle has no FileName")?,
                is_application: attribute("Type")?.as_deref() == Some("application"),
                architecture: architecture(attribute("Architecture")?),
                version: attribute("Version")?.unwrap_or_default(),
                size: attribute("Size")?.and_then(|size| size.parse().ok()),
                offset: attribute("Offset")?
                    .and_then(|at| at.parse().ok())
                    .unwrap_or_default(),
            }),
            [.., "Resources", "Resource"] => {
                add(
                    &mut self.languages,
                    attribute("Language")?.as_deref().map(language),
                );
            }
            [.., "Dependencies", "TargetDeviceFamily"] => {
                if let (Some(name), Some(version)) = (attribute("Name")?, attribute("MinVersion")?)
                {
                    add(
                        &mut self.families,
                        Some(format!("{name} min version {version}")),
                    );
                }
            }
            ["Package", "Dependencies", "PackageDependency"] => {
                add(&mut self.dependencies, attribute("Name")?);
            }
            ["Package", "Dependencies", "MainPackageDependency"] => self.is_optional = true,
            ["Package", "Capabilities", _] => add(&mut self.capabilities, attribute("Name")?),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, path: &[String], text: &str) {
        let place: Vec<&str> = path.iter().map(String::as_str).collect();
        match place.as_slice() {
            ["Package", "Properties", "DisplayName"] => self.display_name.push_str(text),
            ["Package", "Properties", "Framework"] => self.framework.push_str(text),
            ["Package", "Properties", "ResourcePackage"] => self.resource.push_str(text),
            _ => {}
        }
    }

    /// Takes over what an application package says and its bundle's manifest does not.
    pub(crate) fn merge(&mut self, inner: &Self) {
        for (known, more) in [
            (&mut self.capabilities, &inner.capabilities),
            (&mut self.families, &inner.families),
            (&mut self.languages, &inner.languages),
        ] {
            for value in more {
                add(known, Some(value.clone()));
            }
        }
    }
}

fn is_true(text: &str) -> bool {
    matches!(text.trim(), "true" | "1")
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    tag.try_get_attribute(name)
        .map_err(|error| error.to_string())?
        .map(|attribute| unescape(&attribute.value))
        .transpose()
}

fn unescape(text: &str) -> Result<String, String> {
    quick_xml::escape::unescape(text)
        .map(std::borrow::Cow::into_owned)
        .map_err(|error| error.to_string())
}

pub(crate) fn decode(bytes: &[u8]) -> Result<String, String> {
    let wide = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let (pairs, odd) = rest.as_chunks();
        let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
        String::from_utf16(&units)
            .ok()
            .filter(|_| odd.is_empty())
            .ok_or_else(|| "it is no UTF-16".to_owned())
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] | rest @ [b'<', 0, ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] | rest @ [0, b'<', ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => String::from_utf8(rest.to_vec())
            .map_err(|_| "it is neither UTF-8 nor marked UTF-16".to_owned()),
    }
}

/// The API's spelling of a manifest's architecture; left out means neutral.
fn architecture(given: Option<String>) -> String {
    match given.unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "neutral" => "Neutral".to_owned(),
        "arm" => "ARM".to_owned(),
        "arm64" => "ARM64".to_owned(),
        other => other.to_owned(),
    }
}

/// The API's spelling of a language: `zh-Hans-CN`.
fn language(given: &str) -> String {
    let parts = given.split('-').enumerate().map(|(at, part)| {
        let lower = part.to_ascii_lowercase();
        match (at, part.len()) {
            (0, _) => lower,
            (_, 2) => part.to_ascii_uppercase(),
            (_, 4) if part.is_ascii() => capitalized(&lower),
            _ => lower,
        }
    });
    parts.collect::<Vec<_>>().join("-")
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Adds what is new, in order.
fn add(list: &mut Vec<String>, value: Option<String>) {
    if let Some(value) = value
        && !list.iter().any(|known| known.eq_ignore_ascii_case(&value))
    {
        list.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    const PACKAGE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!-- <Identity Name="Not.This" Version="0.0.0.1"/> -->
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10"
    xmlns:uap="http://schemas.microsoft.com/appx/manifest/uap/windows10"
    xmlns:rescap="http://schemas.microsoft.com/appx/manifest/foundation/windows10/restrictedcapabilities" xmlns:b="urn:x">
  <b:Identity Name="Other.App" Publisher="CN=Other" Version="1.0.0.0"/><b:More><Identity Name="Not.This.Either"/></b:More>
  <Identity Name='40417&#78;orthwind.Notes'
    Publisher = "CN=A &gt; B" Version="2.5.0.0" ProcessorArchitecture="arm64" />
  <Properties><DisplayName>Salt &amp; Pepper</DisplayName><Framework> true </Framework></Properties>
  <Dependencies><TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0" MaxVersionTested="10.0.26100.0"/>
    <PackageDependency Name="Microsoft.VCLibs.140.00.Debug" MinVersion="14.0.0.0" Publisher="CN=M"/></Dependencies>
  <Resources><Resource Language="en-us"/><Resource Language="zh-hans-cn"/><Resource uap:Scale="200"/><Resource Language="EN-us"/></Resources>
  <Capabilities><Capability Name="internetClient"/><rescap:Capability Name="runFullTrust"/><DeviceCapability Name="microphone"/></Capabilities>
</Package>"#;

    #[test]
    fn a_package_tells_what_it_is() {
        let package = read(PACKAGE.as_bytes()).unwrap();
        assert_eq!(package.name, "40417Northwind.Notes");
        assert_eq!(package.publisher, "CN=A > B");
        assert_eq!(package.version, "2.5.0.0");
        assert_eq!(package.architecture, "ARM64");
        assert_eq!(package.display_name, "Salt & Pepper");
        assert!(package.is_framework && !package.is_resource && !package.is_windows_8);
        assert_eq!(
            package.families,
            ["Windows.Desktop min version 10.0.17763.0"]
        );
        assert_eq!(package.languages, ["en-US", "zh-Hans-CN"]);
        assert_eq!(package.dependencies, ["Microsoft.VCLibs.140.00.Debug"]);
        assert_eq!(
            package.capabilities,
            ["internetClient", "runFullTrust", "microphone"]
        );
    }

    #[test]
    fn utf_16_is_known_with_and_without_its_mark() {
        let plain = read(PACKAGE.as_bytes());
        for (mark, spell) in [
            ([0xFF, 0xFE], u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ([0xFE, 0xFF], u16::to_be_bytes),
        ] {
            let mut bytes = mark.to_vec();
            bytes.extend(PACKAGE.encode_utf16().flat_map(spell));
            assert_eq!(read(&bytes), plain);
            assert_eq!(read(&bytes[2..]), plain, "unmarked");
            bytes.pop();
            assert!(read(&bytes).is_err(), "half a letter");
        }
    }

    #[test]
    fn a_bundle_names_its_packages() {
        let xml = r#"<Bundle><Identity Name="A.B" Publisher="CN=A" Version="1.2.3.0"/><Packages>
            <Package Type="application" Architecture="x64" FileName="a x64.msix"/>
            <Package Type="resource" FileName="a_de.msix"><Resources><Resource Language="de"/></Resources></Package></Packages></Bundle>"#;
        let bundle = read(xml.as_bytes()).unwrap();
        let members: Vec<_> = bundle
            .members
            .iter()
            .map(|member| (member.file.as_str(), member.is_application))
            .collect();
        assert!(bundle.is_bundle);
        assert_eq!(members, [("a x64.msix", true), ("a_de.msix", false)]);
        assert_eq!(bundle.languages, ["de"]);
    }

    #[test]
    fn nonsense_is_no_manifest() {
        for xml in [
            "",
            "<",
            "<Package>",
            "<Package/>",
            "<Identity Name='x'/>",
            "<Package><Identity Name='x' Publisher='CN=x'/></Package>",
            "<Package><Identity Name='x' Publisher='&nobody;' Version='1'/></Package>",
            "<!-- <Identity Name='a' Version='1'/>",
            "\u{0}\u{1}",
        ] {
            assert!(read(xml.as_bytes()).is_err(), "{xml}");
        }
    }
}
