//! Packages and pictures in ZIPs: read however they were packed, held against the document, never trusted.

use super::*;
use crate::zip_check::{Repair, against, apply_to};
use crate::{finding::Severity, product::PackageIdentity, target::Kind};
use rstest::rstest;
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// As the picker does it: on the text.
pub(crate) fn apply(document: &mut Value, repairs: &[Repair]) {
    *document = serde_json::from_str(&apply_to(&document.to_string(), repairs)).unwrap();
}

/// Stored, so that the tests of deflated ones say so.
pub(crate) fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    packed(files, CompressionMethod::Stored)
}

pub(crate) fn packed(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(
                *name,
                SimpleFileOptions::default().compression_method(method),
            )
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) const PUBLISHER: &str = "CN=2D5C1B7E";

pub(crate) fn manifest(version: &str, architecture: &str) -> String {
    format!(
        r#"<Package xmlns="w"><Identity Name="Contoso.App" Publisher="{PUBLISHER}" Version="{version}" ProcessorArchitecture="{architecture}"/>
        <Dependencies><TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.19041.0" MaxVersionTested="10.0.26100.0"/></Dependencies>
        <Resources><Resource Language="en-US"/></Resources><Capabilities><Capability Name="internetClient"/></Capabilities></Package>"#
    )
}

pub(crate) fn package(version: &str, architecture: &str) -> Vec<u8> {
    package_of(&manifest(version, architecture))
}

/// What every package and bundle has beside its manifest.
pub(crate) const PARTS: [(&str, &[u8]); 2] = [
    ("AppxBlockMap.xml", b"<BlockMap/>"),
    ("[Content_Types].xml", b"<Types/>"),
];

pub(crate) fn package_of(manifest: &str) -> Vec<u8> {
    packed(
        &[
            ("app.exe", &[7; 5000]),
            PARTS[0],
            PARTS[1],
            ("AppxManifest.xml", manifest.as_bytes()),
        ],
        CompressionMethod::Deflated,
    )
}

pub(crate) fn bundle(version: &str, architectures: &[&str]) -> Vec<u8> {
    let line = |architecture: &&str| {
        format!(
            r#"<Package Type="application" Version="{version}" Architecture="{architecture}" FileName="app_{architecture}.msix"/>"#
        )
    };
    let lines: String = architectures.iter().map(line).collect();
    let own = format!(
        r#"<Bundle><Identity Name="Contoso.App" Publisher="{PUBLISHER}" Version="{version}"/><Packages>{lines}</Packages></Bundle>"#
    );
    let inner: Vec<(String, Vec<u8>)> = architectures
        .iter()
        .map(|architecture| {
            (
                format!("app_{architecture}.msix"),
                package(version, architecture),
            )
        })
        .collect();
    let mut files: Vec<(&str, &[u8])> = inner
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    files.push(("AppxMetadata/AppxBundleManifest.xml", own.as_bytes()));
    files.extend(PARTS);
    zip_of(&files)
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    png.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    png
}

/// A JPEG whose size stands behind a profile of so many bytes.
pub(crate) fn jpeg(profile: u16, width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xE2".to_vec();
    jpeg.extend((profile + 2).to_be_bytes());
    jpeg.resize(jpeg.len() + usize::from(profile), 0);
    jpeg.extend(b"\xFF\xC0\0\x11\x08");
    jpeg.extend([height.to_be_bytes(), width.to_be_bytes()].concat());
    jpeg.extend([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xFF, 0xD9]);
    jpeg
}

pub(crate) fn looked_into(zip: &[u8]) -> Archive {
    let mut archive = read(Cursor::new(zip)).unwrap();
    look_inside(Cursor::new(zip), &mut archive);
    archive
}

pub(crate) fn titles(archive: &Archive) -> Vec<String> {
    let manifests = |file: &ArchiveFile| match &file.inside {
        Inside::Packages(manifests) => manifests
            .iter()
            .map(super::manifest::Manifest::title)
            .collect(),
        other => vec![format!("{other:?}")],
    };
    archive.files.iter().flat_map(manifests).collect()
}

/// A document that waits for these packages beside what is live.
pub(crate) fn document(pending: &[&str], live: &Value) -> Value {
    let mut packages = live.as_array().unwrap().clone();
    packages.extend(
        pending
            .iter()
            .map(|name| json!({"fileName": name, "fileStatus": "PendingUpload"})),
    );
    json!({"applicationPackages": packages, "listings": {"en-us": {"baseListing": {}}}})
}

pub(crate) fn said(document: &Value, files: &[(&str, &[u8])]) -> Vec<(Severity, String)> {
    let identity = PackageIdentity {
        name: "Contoso.App".into(),
        publisher: PUBLISHER.into(),
    };
    let fit = against(
        Kind::App,
        document,
        &looked_into(&zip_of(files)),
        Some(&identity),
    );
    fit.remarks
        .into_iter()
        .map(|remark| (remark.severity, remark.sentence))
        .collect()
}

#[rstest]
#[case::stored(CompressionMethod::Stored)]
#[case::packed_twice(CompressionMethod::Deflated)]
fn every_kind_of_package_is_read(#[case] method: CompressionMethod) {
    let (one, two) = (
        package("2.5.0.0", "x64"),
        bundle("2.5.0.0", &["x64", "arm64"]),
    );
    let upload = packed(
        &[("app.appxsym", b"symbols"), ("app.msixbundle", &two)],
        method,
    );
    let files: [(&str, &[u8]); 4] = [
        ("a.msix", &one),
        ("b.APPX", &one),
        ("c.msixbundle", &two),
        ("d/e.msixupload", &upload),
    ];
    let archive = looked_into(&packed(&files, method));
    let (single, both) = (
        "Contoso.App 2.5.0.0 (x64)",
        "Contoso.App 2.5.0.0 (x64, ARM64)",
    );
    assert_eq!(titles(&archive), [single, single, both, both]);
    let Inside::Packages(manifests) = &archive.files[3].inside else {
        panic!()
    };
    // What the bundle's own manifest does not say comes from its packages.
    assert_eq!(
        (
            manifests[0].capabilities.as_slice(),
            manifests[0].languages.as_slice()
        ),
        (
            ["internetClient".into()].as_slice(),
            ["en-US".into()].as_slice()
        )
    );
    assert_eq!(
        manifests[0].families[0].to_string(),
        "Windows.Desktop min version 10.0.19041.0"
    );
}

#[test]
fn what_is_no_package_or_a_broken_one_says_so() {
    let good = package("1.0.0.0", "x64");
    let broken_manifest = zip_of(&[("AppxManifest.xml", b"<Package>")]);
    let no_manifest = zip_of(&[("app.exe", b"x")]);
    let deep = zip_of(&[(
        "c.msixupload",
        &zip_of(&[(
            "b.msixupload",
            &zip_of(&[("a.msixupload", &zip_of(&[("a.msix", &good)]))]),
        )]),
    )]);
    let gap = zip_of(&[PARTS[0], PARTS[1], (
        "AppxMetadata/AppxBundleManifest.xml",
        b"<Bundle><Identity Name='Contoso.App' Publisher='CN=2D5C1B7E' Version='1.0.0.0'/><Packages><Package Type='application' Architecture='x64' FileName='gone.msix'/></Packages></Bundle>",
    )]);
    let cut = &good[..good.len() - 40];
    let files: [(&str, &[u8]); 8] = [
        ("text.msix", b"a text"),
        ("manifest.msix", &broken_manifest),
        ("none.msix", &no_manifest),
        ("deep.msixupload", &deep),
        ("gap.msixbundle", &gap),
        ("cut.msix", cut),
        ("old.xap", &no_manifest),
        ("empty.msixupload", &no_manifest),
    ];
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let said = said(&document(&names, &json!([])), &files);
    let errors: Vec<&str> = said
        .iter()
        .filter(|(severity, _)| *severity == Severity::Error)
        .map(|(_, sentence)| sentence.as_str())
        .collect();
    assert_eq!(
        errors,
        [
            "manifest.msix cannot be read as a package: its manifest is no XML: it ends too early (byte 9).",
            "none.msix cannot be read as a package: it holds no AppxManifest.xml.",
            "deep.msixupload cannot be read as a package: packages are nested deeper in it than the Store takes them.",
            "cut.msix cannot be read as a package: the package is cut off: it begins like one, but its directory at the end is missing; copy or build it again.",
            "empty.msixupload cannot be read as a package: it holds no package.",
        ]
    );
    let gap = "gap.msixbundle: its package gone.msix is not in it.".to_owned();
    assert!(said.contains(&(Severity::Warning, gap)), "{said:?}");
}

#[test]
fn sizes_that_lie_and_files_that_overlap_are_faults() {
    let bytes = packed(
        &[("a.bin", &vec![0; 100_000]), ("b.bin", b"x")],
        CompressionMethod::Deflated,
    );
    let document = json!({});
    let faults = |change: &dyn Fn(&mut Archive)| {
        let mut archive = read(Cursor::new(&bytes)).unwrap();
        change(&mut archive);
        against(Kind::App, &document, &archive, None)
            .faults
            .iter()
            .map(ArchiveFault::sentence)
            .collect::<Vec<_>>()
    };
    assert_eq!(faults(&|_| {}), Vec::<String>::new());
    assert!(
        faults(&|archive| archive.files[0].size = 1 << 40)[0].contains("which no packing can do")
    );
    assert!(
        faults(&|archive| archive.files[1].method = Method::Stored)[0]
            .contains("which no packing can do")
    );
    assert!(
        faults(&|archive| archive.files[1].offset = archive.files[0].offset)[0]
            .contains("take the same bytes")
    );
    // Nobody needs that file: how it is packed is worth a note.
    let packed = |archive: &mut Archive| archive.files[1].method = Method::Other(14);
    assert_eq!(faults(&packed), Vec::<String>::new());
    let mut archive = read(Cursor::new(&bytes)).unwrap();
    packed(&mut archive);
    let fit = against(Kind::App, &document, &archive, None);
    let notes = fit
        .findings()
        .into_iter()
        .filter(|finding| finding.severity == Severity::Note);
    assert!(
        notes
            .map(|note| note.sentence)
            .any(|sentence| sentence.contains("LZMA"))
    );
}

#[rstest]
#[case("en-us/hero.png", false)]
#[case("a..b/c.msix", false)]
#[case("con/x.png", true)]
#[case("x/AUX.png", true)]
#[case("x/com1", true)]
#[case("x/com10.png", false)]
#[case("console.png", false)]
#[case("x/name.", true)]
#[case("x/name ", true)]
#[case("a\\..\\b", true)]
#[case("a\u{1b}[2J", true)]
#[case("a?b", true)]
#[case("\\\\server\\share", true)]
fn paths_that_windows_does_not_take_are_unsafe(#[case] path: &str, #[case] is_unsafe: bool) {
    assert_eq!(super::fit::is_unsafe_path(path), is_unsafe);
}

#[test]
fn no_letter_of_a_zip_steers_a_terminal() {
    let archive = looked_into(&zip_of(&[("a\u{1b}[2J\n.msix", b"PK\x03\x04")]));
    let fit = against(Kind::App, &json!({}), &archive, None);
    assert!(
        fit.findings()
            .iter()
            .all(|finding| !finding.sentence.contains(char::is_control)),
        "{fit:?}"
    );
}

#[test]
fn many_deflated_packages_cost_no_more_than_the_budget() {
    // Each unpacks to 64 MiB of nothing from 64 KiB: together more than is ever unpacked.
    let inner = packed(
        &[("zeros.bin", &vec![0; 64 << 20])],
        CompressionMethod::Stored,
    );
    let one = packed(&[("a.msix", &inner)], CompressionMethod::Deflated);
    let mut archive = read(Cursor::new(&one)).unwrap();
    let first = archive.files[0].clone();
    archive.files = vec![first.clone(); 12];
    look_inside(Cursor::new(&one), &mut archive);
    let skipped = archive
        .files
        .iter()
        .filter(|file| matches!(file.inside, Inside::Skipped(_)))
        .count();
    let broken = archive
        .files
        .iter()
        .filter(
            |file| matches!(&file.inside, Inside::Broken(why) if why.contains("no AppxManifest")),
        )
        .count();
    assert!(
        skipped >= 4 && broken >= 1 && skipped + broken == 12,
        "{skipped} {broken}"
    );
    archive.files = vec![ArchiveFile {
        size: 300 << 20,
        ..first
    }];
    look_inside(Cursor::new(&one), &mut archive);
    assert!(
        matches!(&archive.files[0].inside, Inside::Skipped(why) if why.contains("packed a second time")),
        "{archive:?}"
    );
}
