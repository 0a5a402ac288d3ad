//! Manifests of packages and bundles, whole, broken and hostile.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

const PACKAGE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!-- <Identity Name="Not.This" Version="0.0.0.1"/> -->
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10" xmlns:uap="http://schemas.microsoft.com/appx/manifest/uap/windows10" xmlns:rescap="http://schemas.microsoft.com/appx/manifest/foundation/windows10/restrictedcapabilities">
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
    let unmarked = &PACKAGE
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect::<Vec<_>>();
    let marked = [b"\xEF\xBB\xBF".as_slice(), PACKAGE.as_bytes()].concat();
    for bytes in [PACKAGE.as_bytes(), &marked, &utf16, unmarked, &utf16[2..]] {
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
        assert!(!manifest.is_bundle && manifest.kind == PackageKind::App);
    }
}

#[test]
fn a_bundle_names_its_application_packages() {
    let xml = r#"<Bundle xmlns="http://schemas.microsoft.com/appx/2017/bundle" xmlns:b4="http://schemas.microsoft.com/appx/2018/bundle"><Identity Name="A.B" Publisher="CN=x" Version="1.2.3.0"/><Packages>
        <Package Type="application" Architecture="x64" FileName="a_x64.msix"/>
        <Package Type="resource" FileName="a_de.msix"><Resources><Resource Language="de"/></Resources></Package>
        <b4:Package Type="application" Architecture="arm64" FileName="a_arm64.msix"/></Packages></Bundle>"#;
    let manifest = read(xml.as_bytes()).unwrap();
    let parts: Vec<_> = manifest
        .parts
        .iter()
        .map(|part| (part.path.as_str(), part.is_app))
        .collect();
    assert_eq!(
        parts,
        [
            ("a_x64.msix", true),
            ("a_de.msix", false),
            ("a_arm64.msix", true)
        ]
    );
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
        "09.09.00.00",
        " 2.5.0.0",
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
    let xml = format!(
        "<Package><Identity Name='{long}\u{7}' Version='1.0.0.0'/><Resources>{many}</Resources></Package>"
    );
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
