//! Bundles held against the packages in them: what Windows takes, and each way in which it does not.

use super::{inside_tests::*, manifest::Manifest, *};
use rstest::rstest;
use std::io::{Cursor, Write};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A bundle of `app.msix` (x64) and `de.msix` (German), whose manifest has these lines.
fn bundle_with(lines: &str, is_compressed: bool) -> Manifest {
    let app = package("2.0.0.0", "x64");
    let german = package_of(
        &manifest("2.0.0.0", "neutral")
            .replace("en-US", "de")
            .replace(
                "<Dependencies>",
                "<Properties><ResourcePackage>true</ResourcePackage></Properties><Dependencies>",
            ),
    );
    let own = format!(
        r#"<Bundle xmlns="http://schemas.microsoft.com/appx/2017/bundle"><Identity Name="Contoso.App" Publisher="{PUBLISHER}" Version="2.0.0.0"/><Packages>{}</Packages></Bundle>"#,
        lines
            .replace("{app}", &app.len().to_string())
            .replace("{de}", &german.len().to_string())
    );
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let method = if is_compressed {
        CompressionMethod::Deflated
    } else {
        CompressionMethod::Stored
    };
    for (name, content) in [
        ("app.msix", app.as_slice()),
        ("de.msix", &german),
        ("AppxMetadata/AppxBundleManifest.xml", own.as_bytes()),
        PARTS[0],
        PARTS[1],
    ] {
        writer
            .start_file(
                name,
                SimpleFileOptions::default().compression_method(method),
            )
            .unwrap();
        writer.write_all(content).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let mut archive = looked_into(&zip_of(&[("n.msixbundle", &bytes)]));
    match archive.files.remove(0).inside {
        Inside::Packages(mut manifests) => manifests.remove(0),
        other => panic!("{other:?}"),
    }
}

const APP: &str = r#"<Package Type="application" Version="2.0.0.0" Architecture="x64" FileName="app.msix" Offset="38" Size="{app}"/>"#;
const GERMAN: &str = r#"<Package Type="resource" Version="2.0.0.0" FileName="de.msix" Size="{de}"><Resources><Resource Language="de"/></Resources></Package>"#;

/// What is sure, and what is doubtful.
#[rstest]
#[case::as_it_is("", "", &[], &[])]
#[case::size("{app}", "17", &["bytes, its manifest says 17"], &[])]
#[case::version(r#"Version="2.0.0.0" Arch"#, r#"Version="1.0.0.0" Arch"#, &["version 2.0.0.0, the bundle says 1.0.0.0"], &[])]
#[case::architecture("x64", "x86", &["architecture x64, the bundle says x86"], &[])]
#[case::resource_as_app(r#"Type="resource""#, r#"Type="application" Architecture="ARM64""#, &["architecture Neutral", "kind resource"], &[])]
#[case::far_away(r#"Offset="38""#, r#"Offset="99999""#, &["reach past"], &[])]
#[case::lost(r#"FileName="de.msix""#, r#"FileName="fr.msix" Offset="9""#, &["fr.msix is not in it"], &["de.msix is in it, but"])]
#[case::lies_beside(r#"FileName="de.msix""#, r#"FileName="fr.msix" Offset="0""#, &[], &["fr.msix is not in it", "de.msix is in it, but"])]
#[case::other_ending("app.msix", "app.zip", &["not the name of a package"], &["app.msix is in it, but"])]
#[case::twice(r#"FileName="de.msix""#, r#"FileName="App.msix""#, &["App.msix twice"], &["de.msix is in it, but"])]
#[case::one_architecture_twice(r#"Type="resource""#, r#"Type="application" Architecture="x64""#, &["architecture Neutral", "kind resource"], &["de.msix is another application package for x64"])]
#[case::neutral_beside_x64(r#"Type="resource""#, r#"Type="application""#, &["kind resource"], &["for every architecture (de.msix) and for x64 (app.msix)"])]
fn a_bundle_says_what_its_packages_are(
    #[case] from: &str,
    #[case] to: &str,
    #[case] sure: &[&str],
    #[case] doubtful: &[&str],
) {
    let mut lines = format!("{APP}{GERMAN}");
    if !from.is_empty() {
        lines = lines.replacen(from, to, 1);
    }
    let manifest = bundle_with(&lines, false);
    for (found, expected) in [(&manifest.contradictions, sure), (&manifest.gaps, doubtful)] {
        assert_eq!(found.len(), expected.len(), "{manifest:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    }
    assert!(manifest.misplaced.is_empty(), "{manifest:#?}");
}

/// Packages of one architecture for different devices are what one bundle may have.
#[test]
fn one_architecture_for_two_device_families_is_fine() {
    let family = |name: &str, package: &str| {
        let of = format!(
            r#"<Dependencies><TargetDeviceFamily Name="{name}" MinVersion="10.0.0.0"/></Dependencies></Package>"#
        );
        package.replace("/>", ">").replace("</Package>", "") + &of
    };
    let second = APP.replace("app.msix", "xbox.msix").replace("38", "0");
    let lines = family("Windows.Desktop", APP) + &family("Windows.Xbox", &second);
    let manifest = bundle_with(&lines, false);
    assert!(
        manifest
            .gaps
            .iter()
            .all(|gap| !gap.contains("another application package")),
        "{manifest:#?}"
    );
}

#[test]
fn packages_lie_in_a_bundle_as_they_are_and_where_it_says() {
    let manifest = bundle_with(APP, true);
    assert!(
        manifest.contradictions[0].contains("is compressed"),
        "{manifest:#?}"
    );
    let manifest = bundle_with(&APP.replace("38", "40"), false);
    assert_eq!(
        manifest.misplaced,
        ["app.msix begins at byte 38, not at 40"]
    );
    assert!(manifest.contradictions.is_empty());
}
