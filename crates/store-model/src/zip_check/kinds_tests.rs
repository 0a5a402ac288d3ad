//! Kinds of packages and their inconsistencies: for each rule a package that raises it, and the nearest one that does not.

use super::{against, repairs};
use crate::{
    archive::{inside_tests::*, *},
    finding::{Finding, Severity},
    packages::rows::zip_packages,
    product::PackageIdentity,
    risk::{RiskKind, risks},
    target::Kind,
};
use rstest::rstest;
use serde_json::{Value, json};

const FAMILY: &str = r#"<TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0"/>"#;
const LANGUAGES: &str = r#"<Resources><Resource Language="en-US"/></Resources>"#;

/// A manifest of Windows 10 with these parts.
fn manifest(identity: &str, properties: &str, dependencies: &str, rest: &str) -> String {
    format!(
        r#"<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10" xmlns:uap3="http://schemas.microsoft.com/appx/manifest/uap/windows10/3">
        {identity}<Properties>{properties}</Properties><Dependencies>{dependencies}</Dependencies>{rest}</Package>"#
    )
}

fn identity(version: &str) -> String {
    format!(
        r#"<Identity Name="Contoso.App" Publisher="{PUBLISHER}" Version="{version}" ProcessorArchitecture="x64"/>"#
    )
}

fn good() -> Vec<u8> {
    package_of(&manifest(&identity("2.0.0.0"), "", FAMILY, LANGUAGES))
}

/// A bundle whose manifest names these packages as (type, path, version), holding these files.
fn bundle_of(names: &[(&str, &str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let lines: String = names
        .iter()
        .map(|(kind, path, version)| {
            format!(r#"<Package Type="{kind}" Version="{version}" Architecture="x64" FileName="{path}"/>"#)
        })
        .collect();
    let own = format!(
        r#"<Bundle xmlns="http://schemas.microsoft.com/appx/2017/bundle"><Identity Name="Contoso.App" Publisher="{PUBLISHER}" Version="2.0.0.0"/><Packages>{lines}</Packages></Bundle>"#
    );
    let mut all = files.to_vec();
    all.push(("AppxMetadata/AppxBundleManifest.xml", own.as_bytes()));
    all.extend(PARTS);
    zip_of(&all)
}

fn found(live: &Value, files: &[(&str, &[u8])]) -> Vec<Finding> {
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let document = document(&names, live);
    let archive = looked_into(&zip_of(files));
    let identity = PackageIdentity {
        name: "Contoso.App".into(),
        publisher: PUBLISHER.into(),
    };
    let mut found = against(Kind::App, &document, &archive, Some(&identity)).findings();
    found.extend(crate::rules::check::check(Kind::App, &document, None));
    found
}

fn severity(found: &[Finding], rule: &str) -> Option<Severity> {
    found
        .iter()
        .find(|finding| finding.rule.name == rule)
        .map(|finding| finding.severity)
}

fn of_manifest(manifest: &str) -> Vec<u8> {
    package_of(manifest)
}

#[rstest]
#[case::framework("package-not-an-app", Severity::Warning, manifest(&identity("2.0.0.0"), "<Framework>true</Framework>", FAMILY, LANGUAGES), manifest(&identity("2.0.0.0"), "<Framework>false</Framework>", FAMILY, LANGUAGES))]
#[case::framework_in_pieces("package-not-an-app", Severity::Warning, manifest(&identity("2.0.0.0"), "<Framework>t<![CDATA[ru]]>&#101;</Framework>", FAMILY, LANGUAGES), manifest(&identity("2.0.0.0"), "<Framework>un<![CDATA[true]]></Framework>", FAMILY, LANGUAGES))]
#[case::resources("package-not-an-app", Severity::Warning, manifest(&identity("2.0.0.0"), "<ResourcePackage>true</ResourcePackage>", FAMILY, LANGUAGES), manifest(&identity("2.0.0.0"), "", FAMILY, LANGUAGES))]
#[case::optional("package-not-an-app", Severity::Warning, manifest(&identity("2.0.0.0"), "", &format!(r#"{FAMILY}<uap3:MainPackageDependency Name="Contoso.Main"/>"#), LANGUAGES), manifest(&identity("2.0.0.0"), "", &format!(r#"{FAMILY}<PackageDependency Name="Microsoft.VCLibs.140.00"/>"#), LANGUAGES))]
#[case::debug("debug-framework", Severity::Warning, manifest(&identity("2.0.0.0"), "", &format!(r#"{FAMILY}<PackageDependency Name="Microsoft.VCLibs.140.00.Debug"/>"#), LANGUAGES), manifest(&identity("2.0.0.0"), "", &format!(r#"{FAMILY}<PackageDependency Name="Contoso.Debugger"/>"#), LANGUAGES))]
#[case::no_family("device-family-missing", Severity::Warning, manifest(&identity("2.0.0.0"), "", "", LANGUAGES), manifest(&identity("2.0.0.0"), "", FAMILY, LANGUAGES))]
#[case::linux("device-family-missing", Severity::Warning, manifest(&identity("2.0.0.0"), "", r#"<TargetDeviceFamily Name="Linux.All" MinVersion="0.0.0.0"/>"#, LANGUAGES), manifest(&identity("2.0.0.0"), "", &format!(r#"{FAMILY}<TargetDeviceFamily Name="Linux.All" MinVersion="0.0.0.0"/>"#), LANGUAGES))]
#[case::no_language("package-language-missing", Severity::Error, manifest(&identity("2.0.0.0"), "", FAMILY, "<Resources><Resource Scale='200'/></Resources>"), manifest(&identity("2.0.0.0"), "", FAMILY, LANGUAGES))]
#[case::zeros("package-version-invalid", Severity::Error, manifest(&identity("02.0.0.0"), "", FAMILY, LANGUAGES), manifest(&identity("20.0.0.0"), "", FAMILY, LANGUAGES))]
#[case::fourth_part_of_full_trust("package-version-fourth-part", Severity::Error, manifest(&identity("2.0.0.7"), "", FAMILY, &format!("{LANGUAGES}<Capabilities><Capability Name='runFullTrust'/></Capabilities>")), manifest(&identity("2.0.7.0"), "", FAMILY, LANGUAGES))]
#[case::fourth_part_of_windows_8("package-version-fourth-part", Severity::Error, manifest(&identity("2.0.0.7"), "", FAMILY, LANGUAGES), manifest(&identity("2.0.0.7"), "", "", LANGUAGES).replace("manifest/foundation/windows10", "2010/manifest"))]
#[case::foreign_identity("package-identity-mismatch", Severity::Error, manifest(r#"<Identity Name="Other.App" Publisher="CN=x" Version="1.0.0.0"/>"#, "", FAMILY, LANGUAGES), manifest(&format!(r#"<b:Identity xmlns:b="urn:b" Name="Other.App" Version="1.0.0.0"/>{}"#, identity("2.0.0.0")), "", FAMILY, LANGUAGES))]
#[case::publisher("package-publisher-mismatch", Severity::Error, manifest(&identity("2.0.0.0").replace(PUBLISHER, "CN=else"), "", FAMILY, LANGUAGES), manifest(&identity("2.0.0.0").replace("CN=2D", "&#67;N=2D"), "", FAMILY, LANGUAGES))]
fn a_manifest_raises_a_rule_and_the_nearest_does_not(
    #[case] rule: &str,
    #[case] how: Severity,
    #[case] raises: String,
    #[case] not: String,
) {
    let raised = found(&json!([]), &[("n.msix", &of_manifest(&raises))]);
    assert_eq!(severity(&raised, rule), Some(how), "{raised:#?}");
    let near = found(&json!([]), &[("n.msix", &of_manifest(&not))]);
    assert_eq!(severity(&near, rule), None, "{near:#?}");
}

/// A package without the file of this name.
fn without(part: &str) -> Vec<u8> {
    let own = manifest(&identity("2.0.0.0"), "", FAMILY, LANGUAGES);
    let mut files = vec![("AppxManifest.xml", own.as_bytes())];
    files.extend(PARTS.into_iter().filter(|(name, _)| *name != part));
    zip_of(&files)
}

#[test]
fn every_package_has_its_parts_once() {
    for part in ["AppxBlockMap.xml", "[Content_Types].xml"] {
        let found = found(&json!([]), &[("n.msix", &without(part))]);
        assert_eq!(
            severity(&found, "package-part-missing"),
            Some(Severity::Error),
            "{found:#?}"
        );
    }
    let found = found(&json!([]), &[("n.msix", &without(""))]);
    assert!(
        found
            .iter()
            .all(|finding| finding.rule.name != "package-part-missing")
    );
    // The ZIP crate refuses to write two files of one name; a name of the same length is changed.
    let own = manifest(&identity("2.0.0.0"), "", FAMILY, LANGUAGES);
    let two = zip_of(&[
        ("AppxManifest.xml", own.as_bytes()),
        ("AppxManifest.xmL", own.as_bytes()),
    ]);
    let archive = looked_into(&zip_of(&[("n.msix", &two)]));
    assert!(
        matches!(&archive.files[0].inside, Inside::Broken(why) if why.contains("two manifests")),
        "{archive:?}"
    );
}

#[test]
fn a_bundle_is_held_against_what_is_in_it() {
    let (good, other) = (
        good(),
        package_of(&manifest(
            &identity("2.0.0.0").replace(PUBLISHER, "CN=else"),
            "",
            FAMILY,
            LANGUAGES,
        )),
    );
    let odd = package_of(&manifest(&identity("2.0.0.7"), "", FAMILY, LANGUAGES));
    let zeros = package_of(&manifest(&identity("02.0.0.0"), "", FAMILY, LANGUAGES));
    let newer = package_of(&manifest(&identity("2.1.0.0"), "", FAMILY, LANGUAGES));
    let bundle = |package: &[u8], version: &str| {
        bundle_of(
            &[("application", "a.msix", version)],
            &[("a.msix", package)],
        )
    };
    let one = |bytes: &[u8]| found(&json!([]), &[("n.msixbundle", bytes)]);
    let clean = one(&bundle(&good, "2.0.0.0"));
    for rule in [
        "bundle-contradicts-itself",
        "bundle-versions-differ",
        "bundle-incomplete",
        "bundle-without-app",
    ] {
        assert_eq!(severity(&clean, rule), None, "{clean:#?}");
    }
    for (bytes, rule, how) in [
        (
            bundle(&other, "2.0.0.0"),
            "bundle-contradicts-itself",
            Severity::Error,
        ),
        (
            bundle(&odd, "2.0.0.7"),
            "bundle-versions-differ",
            Severity::Warning,
        ),
        (
            bundle(&newer, "2.1.0.0"),
            "bundle-versions-differ",
            Severity::Note,
        ),
        (
            bundle_of(&[("application", "a.msix", "2.0.0.0")], &[]),
            "bundle-incomplete",
            Severity::Warning,
        ),
        (
            bundle_of(&[("resource", "a.msix", "2.0.0.0")], &[("a.msix", &good)]),
            "bundle-without-app",
            Severity::Error,
        ),
        (
            bundle(&zeros, "02.0.0.0"),
            "package-version-invalid",
            Severity::Error,
        ),
        (good.clone(), "package-type-mismatch", Severity::Warning),
    ] {
        let found = one(&bytes);
        assert_eq!(severity(&found, rule), Some(how), "{found:#?}");
    }
}

#[test]
fn names_in_packages_are_percent_encoded_and_manifests_have_them_plain() {
    let good = good();
    for (stored, named, is_in_it) in [
        ("My%20App%C3%A4.msix", "My Appä.msix", true),
        ("My%20App.msix", "My%20App.msix", false),
        ("100%.msix", "100%.msix", true),
        ("a%2.msix", "a%2.msix", true),
    ] {
        let bundle = bundle_of(&[("application", named, "2.0.0.0")], &[(stored, &good)]);
        let found = found(&json!([]), &[("n.msixbundle", &bundle)]);
        assert_eq!(
            severity(&found, "bundle-incomplete").is_none(),
            is_in_it,
            "{stored}: {found:#?}"
        );
    }
}

#[test]
fn two_bundles_of_one_name_are_told_unless_they_are_one_file() {
    let good = good();
    let bundle = |more: &[u8]| {
        bundle_of(
            &[("application", "a.msix", "2.0.0.0")],
            &[("a.msix", &good), ("more", more)],
        )
    };
    let two = |one: &[u8], other: &[u8]| {
        found(
            &json!([]),
            &[("a.msixbundle", one), ("b.msixbundle", other)],
        )
    };
    let found = two(&bundle(b"1"), &bundle(b"2"));
    assert_eq!(
        severity(&found, "same-package-twice"),
        Some(Severity::Error),
        "{found:#?}"
    );
    let same = two(&bundle(b"1"), &bundle(b"1"));
    assert_eq!(
        severity(&same, "same-package-twice"),
        Some(Severity::Note),
        "{same:#?}"
    );
    let other = crate::archive::inside_tests::bundle("2.0.0.0", &["arm64"]);
    let names = two(&bundle(b"1"), &other);
    assert_eq!(
        severity(&names, "bundles-share-name"),
        Some(Severity::Warning),
        "{names:#?}"
    );
}

fn live(name: &str, status: &str) -> Value {
    json!([{"id": "1", "fileName": name, "fileStatus": status, "version": "1.0.0.0", "architecture": "x64",
        "targetDeviceFamilies": ["Windows.Desktop min version 10.0.17763.0"]}])
}

#[test]
fn after_a_bundle_comes_a_bundle() {
    let good = good();
    let upload = zip_of(&[("a.msix", &good)]);
    let bundle = bundle_of(
        &[("application", "a.msix", "2.0.0.0")],
        &[("a.msix", &good)],
    );
    let with_bundle = zip_of(&[("a.msixbundle", &bundle), ("a.appxsym", b"PK")]);
    for (had, status, name, bytes, is_refused) in [
        ("o.msixbundle", "PendingDelete", "n.msix", &good, true),
        (
            "o.appxbundle",
            "PendingDelete",
            "n.msixupload",
            &upload,
            true,
        ),
        ("o.msixbundle", "Uploaded", "n.msix", &good, false),
        ("o.msix", "PendingDelete", "n.msix", &good, false),
        (
            "o.msixbundle",
            "PendingDelete",
            "n.msixbundle",
            &bundle,
            false,
        ),
        (
            "o.msixbundle",
            "PendingDelete",
            "n.msixupload",
            &with_bundle,
            false,
        ),
        ("o.msixupload", "PendingDelete", "n.msix", &good, false),
    ] {
        let found = found(&live(had, status), &[(name, bytes)]);
        let refused = found
            .iter()
            .filter(|finding| finding.rule.name == "bundle-required");
        assert_eq!(
            refused.count(),
            usize::from(is_refused),
            "{had} {status} {name}: {found:#?}"
        );
    }
}

#[test]
fn an_upload_file_is_for_one_package_and_an_encrypted_one_for_nobody() {
    let good = good();
    let two = zip_of(&[("a.msix", &good), ("b.msix", &good)]);
    let one = zip_of(&[("a.msix", &good), ("a.appxsym", b"x")]);
    assert_eq!(
        severity(
            &found(&json!([]), &[("n.msixupload", &two)]),
            "upload-holds-several"
        ),
        Some(Severity::Warning)
    );
    assert_eq!(
        severity(
            &found(&json!([]), &[("n.msixupload", &one)]),
            "upload-holds-several"
        ),
        None
    );
    let found = found(&json!([]), &[("n.emsix", &good)]);
    let said = found
        .iter()
        .find(|finding| finding.rule.name == "package-file-type");
    assert!(
        said.is_some_and(|said| said.sentence.contains("encrypted package")),
        "{found:#?}"
    );
}

#[test]
fn damaged_bytes_and_a_lying_header_are_told() {
    let good = good();
    let mut bytes = zip_of(&[("n.msix", &good)]);
    let broken = |bytes: &[u8]| match &looked_into(bytes).files[0].inside {
        Inside::Broken(why) => why.clone(),
        other => format!("{other:?}"),
    };
    let at = bytes
        .windows(4)
        .position(|part| part == b"PK\x03\x04")
        .unwrap();
    let header = bytes.windows(6).position(|part| part == b"n.msix").unwrap();
    assert!(header > at);
    // In the program of the package: neither its directory nor its manifest.
    let program = bytes
        .windows(7)
        .position(|part| part == b"app.exe")
        .unwrap()
        + 9;
    bytes[program] ^= 1;
    assert!(broken(&bytes).contains("checksum"), "{}", broken(&bytes));
    bytes[program] ^= 1;
    bytes[header] = b'q';
    assert!(
        broken(&bytes).contains("another name"),
        "{}",
        broken(&bytes)
    );
    bytes[header] = b'n';
    assert!(broken(&bytes).contains("Packages("), "{}", broken(&bytes));
}

#[test]
fn what_nobody_needs_is_a_note_and_the_same_package_again_no_error() {
    let good = good();
    for (odd, is_error) in [
        ("Icon\r", false),
        ("notes 12:30.txt", false),
        ("con.txt", false),
        ("../up.txt", true),
    ] {
        let archive = looked_into(&zip_of(&[("n.msix", &good), (odd, b"x")]));
        let fit = against(
            Kind::App,
            &document(&["n.msix"], &json!([])),
            &archive,
            None,
        );
        assert_eq!(!fit.is_ok(), is_error, "{odd}: {:#?}", fit.findings());
    }
    let mut again = live("old.msix", "Uploaded");
    again[0]["version"] = json!("2.0.0.0");
    let found = found(&again, &[("n.msix", &good)]);
    assert_eq!(
        severity(&found, "package-version-twice"),
        Some(Severity::Warning),
        "{found:#?}"
    );
}

/// Tab, check, diff and risks say the same of the same customers.
#[test]
fn who_loses_a_package_is_one_computation() {
    let (good, both) = (
        good(),
        crate::archive::inside_tests::bundle("2.0.0.0", &["x64", "arm64"]),
    );
    for (bytes, name, status, loses) in [
        (&both, "n.msixbundle", "PendingDelete", true),
        (&both, "n.msixbundle", "Uploaded", false),
        (&good, "n.msix", "PendingDelete", true),
    ] {
        let mut server = live("x86.msix", "Uploaded");
        server[0]["architecture"] = json!("x86");
        let before = document(&[], &server);
        server[0]["fileStatus"] = json!(status);
        let document = document(&[name], &server);
        let archive = looked_into(&zip_of(&[(name, bytes)]));
        let fit = against(Kind::App, &document, &archive, None);
        let zip_packages = zip_packages(&archive);
        let risks = risks(Kind::App, Some(&before), &document, &zip_packages);
        assert_eq!(
            severity(&fit.findings(), "architecture-lost").is_some(),
            loses,
            "{fit:#?}"
        );
        assert_eq!(
            risks.iter().any(|risk| risk.kind == RiskKind::Coverage),
            loses,
            "{risks:#?}"
        );
        let difference = crate::difference::Difference::between(
            Kind::App,
            Some(&before),
            &document,
            &zip_packages,
        );
        assert_eq!(difference.risks, risks);
    }
}

#[test]
fn hostile_manifests_are_read_in_bounds() {
    let many: String = (0..3_000)
        .map(|number| format!(r#"<Resource Language="{}{number}"/>"#, "p".repeat(300)))
        .collect();
    let fat = manifest(
        &identity("2.0.0.0"),
        "",
        FAMILY,
        &format!("<Resources>{many}</Resources>"),
    );
    let deep = format!("<Package>{}", "<a>".repeat(500));
    let bindings: String = (0..5_000)
        .map(|number| format!(" xmlns:a{number}='u{number}'"))
        .collect();
    let bound = format!("<Package{bindings}>{}</Package>", identity("2.0.0.0"));
    let kept = manifest::read(fat.as_bytes()).unwrap();
    let bytes: usize = kept.languages.iter().map(String::len).sum();
    assert!(bytes <= 8 << 10 && !kept.languages.is_empty(), "{bytes}");
    assert_eq!(
        manifest::read(deep.as_bytes()),
        Err(manifest::ManifestError::Deep)
    );
    assert!(manifest::read(bound.as_bytes()).is_err());
    // More manifests than are ever read: the rest is left alone, and says so.
    let package = package_of(&fat);
    let names: Vec<String> = (0..140).map(|number| format!("{number}.msix")).collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), package.as_slice()))
        .collect();
    let upload = zip_of(&files);
    let archive = looked_into(&zip_of(&[("n.msixupload", &upload)]));
    assert!(
        matches!(
            &archive.files[0].inside,
            Inside::Packages(_) | Inside::Skipped(_)
        ),
        "{:?}",
        archive.files[0].inside
    );
}

#[test]
fn thousands_of_names_take_no_square_of_time() {
    let files = |number: u32| ArchiveFile {
        name: format!("d{}/p{number}.msix", number % 7),
        size: 10,
        packed: 10,
        offset: u64::from(number) * 100,
        inside: Inside::NoPackage,
        ..ArchiveFile::default()
    };
    let archive = Archive {
        files: (0..20_000).map(files).collect(),
    };
    let names: Vec<String> = (0..2_000).map(|number| format!("q{number}.msix")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let document = document(&names, &json!([]));
    let fit = against(Kind::App, &document, &archive, None);
    assert_eq!((fit.missing.len(), fit.faults.len()), (2_000, 20_000));
    assert_eq!(repairs(Kind::App, &document, &fit), []);
}
