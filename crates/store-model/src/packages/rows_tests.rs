//! Packages of a document beside those that are live.

use super::*;
use rstest::rstest;
use serde_json::json;

fn package(name: &str, status: &str) -> Value {
    json!({"fileName": name, "fileStatus": status})
}

#[test]
fn a_zip_tells_what_its_packages_are() {
    let manifest = |architecture: &str, language: &str| Manifest {
        version: "2.0.0.0".into(),
        architectures: vec![architecture.into()],
        languages: vec!["en-us".into(), language.into()],
        ..Manifest::default()
    };
    let file = |name: &str, inside: Inside| ArchiveFile {
        name: name.into(),
        inside,
        ..ArchiveFile::default()
    };
    let archive = Archive {
        files: vec![
            file(
                "in\\a.msix",
                Inside::Packages(vec![manifest("x64", "de-de")]),
            ),
            file(
                "b.msixupload",
                Inside::Packages(vec![manifest("x64", "de-de"), manifest("ARM64", "fr-fr")]),
            ),
            file("c.msix", Inside::Broken("cut off".into())),
            file("d.png", Inside::Unread),
        ],
    };
    let zip_packages = zip_packages(&archive);
    let said = |name: &str| {
        zip_packages.get(name).map(|zip_packages| {
            (
                zip_packages.architecture(),
                zip_packages.languages.join(" "),
            )
        })
    };
    assert_eq!(
        said("in/a.msix"),
        Some(("x64".to_owned(), "en-us de-de".to_owned()))
    );
    assert_eq!(
        said("b.msixupload"),
        Some(("x64/ARM64".to_owned(), "en-us de-de fr-fr".to_owned()))
    );
    assert_eq!(zip_packages.len(), 2);
}

#[test]
fn rows_know_their_fate_and_where_their_facts_are_from() {
    let live = json!({"applicationPackages": [
        {"fileName": "a.msix", "fileStatus": "Uploaded", "id": "1", "version": "1.0.0.0", "architecture": "x64",
         "targetDeviceFamilies": ["Windows.Desktop min version 10.0.17763.0", "Windows.Xbox"], "capabilities": ["internetClient"]},
        {"fileName": "b.msix", "fileStatus": "Uploaded", "id": "2", "version": "1.1.0.0", "architecture": "x86", "targetDeviceFamilies": ["None"]},
        {"fileName": "c.msix", "fileStatus": "Uploaded", "id": "3", "version": "1.1.0.0", "architecture": "ARM64"}]});
    let mut draft = live.clone();
    draft["applicationPackages"][1]["fileStatus"] = json!("PendingDelete");
    let list = draft["applicationPackages"].as_array_mut().unwrap();
    list.remove(2);
    list.push(package("in\\new.msix", "PendingUpload"));
    list.push(package("Notes_2.0.0.0_arm64.msix", "PendingUpload"));
    list.push(package("plain.msix", "PendingUpload"));
    let zip_packages = ZipPackage {
        version: "2.0.0.0".into(),
        architectures: vec!["x64".into()],
        ..ZipPackage::default()
    };
    let zip_packages = ZipPackages::from([("in/new.msix".to_owned(), zip_packages)]);
    let rows = rows(Kind::App, &draft, Some(&live), &zip_packages);
    let seen: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.file_name.as_str(),
                row.disposition,
                row.source,
                row.version_text(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (
                "a.msix",
                Disposition::Kept,
                FactSource::Store,
                "1.0.0.0".to_owned()
            ),
            (
                "b.msix",
                Disposition::Going,
                FactSource::Store,
                "1.1.0.0".to_owned()
            ),
            (
                "in\\new.msix",
                Disposition::New,
                FactSource::Zip,
                "2.0.0.0".to_owned()
            ),
            (
                "Notes_2.0.0.0_arm64.msix",
                Disposition::New,
                FactSource::Name,
                "2.0.0.0".to_owned()
            ),
            (
                "plain.msix",
                Disposition::New,
                FactSource::Nobody,
                String::new()
            ),
            (
                "c.msix",
                Disposition::Missing,
                FactSource::Store,
                "1.1.0.0".to_owned()
            ),
        ]
    );
    let families: Vec<_> = rows[0]
        .families
        .iter()
        .map(|family| (family.short(), family.least))
        .collect();
    assert_eq!(
        families,
        [
            ("Desktop", Some(Version([10, 0, 17763, 0]))),
            ("Xbox", None)
        ]
    );
    assert_eq!(
        (rows[1].families.len(), rows[0].capabilities.as_slice()),
        (0, ["internetClient".to_owned()].as_slice())
    );
    assert!(rows[2].is_known() && !rows[3].is_known() && !rows[4].is_known());
}

#[rstest]
#[case(25, 0)]
#[case(26, 1)]
#[case(0, 1)]
fn the_list_as_a_whole(#[case] count: usize, #[case] warnings: usize) {
    let list: Vec<Value> = (0..count)
        .map(|n| package(&format!("{n}.msix"), "PendingUpload"))
        .collect();
    let rows = rows(
        Kind::Flight,
        &json!({"flightPackages": list}),
        None,
        &ZipPackages::new(),
    );
    assert_eq!(list_warnings(Kind::Flight, &rows).len(), warnings);
}
