//! ZIPs against documents: fitting, nearly fitting, broken and made to harm.

use super::*;
use crate::zip_check::{Repair, apply_to, repairs};
use crate::{
    examples,
    finding::Severity,
    package::{expected, files},
    target::Kind,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

/// As the picker does it: on the text.
pub(super) fn apply(document: &mut Value, repairs: &[Repair]) {
    *document = serde_json::from_str(&apply_to(&document.to_string(), repairs)).unwrap();
}

pub(super) fn zip_of(names: &[&str]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        if name.ends_with('/') {
            writer
                .add_directory(*name, SimpleFileOptions::default())
                .unwrap();
        } else {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(b"content").unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

pub(super) fn archive_of(names: &[&str]) -> Archive {
    let file = |(at, name): (u64, &&str)| ArchiveFile {
        name: (*name).to_owned(),
        size: 7,
        packed: 7,
        offset: at * 100,
        ..ArchiveFile::default()
    };
    Archive {
        files: (0..).zip(names).map(file).collect(),
    }
}

pub(super) fn fit_of(kind: Kind, document: &Value, names: &[&str]) -> Fit {
    fit(
        &archive_of(names),
        &expected(kind, document),
        &files(kind, document),
    )
}

const RIGHT: [&str; 5] = [
    "Northwind.Notes_2.5.0.0.msixbundle",
    "en-us/main-2.5.png",
    "en-us/hero.png",
    "trailers/tabs.mp4",
    "trailers/tabs-thumb.png",
];

#[test]
fn the_reference_zip_fits() {
    let bytes = zip_of(&[
        "en-us/",
        RIGHT[0],
        RIGHT[1],
        RIGHT[2],
        "trailers/",
        RIGHT[3],
        RIGHT[4],
        "__MACOSX/en-us/._hero.png",
        ".DS_Store",
    ]);
    let archive = read(Cursor::new(bytes)).unwrap();
    let document = examples::app_update();
    let fit = fit(
        &archive,
        &expected(Kind::App, &document),
        &files(Kind::App, &document),
    );
    assert!(fit.is_ok() && fit.extra.is_empty(), "{fit:?}");
    assert_eq!(fit.matched, RIGHT);
    assert_eq!(
        fit.sentences(),
        [(
            Severity::Note,
            "5 expected files are in the ZIP.".to_owned()
        )]
    );
    assert_eq!(repairs(Kind::App, &document, &fit), []);
}

#[rstest]
#[case("EN-US/Hero.png", NearReason::Case)]
#[case("en-us\\hero.png", NearReason::Backslash)]
#[case("build/en-us/hero.png", NearReason::Folder)]
#[case("hero.png", NearReason::Folder)]
fn a_near_miss_says_why(#[case] name: &str, #[case] reason: NearReason) {
    let mut document = examples::app_update();
    let before = document.clone();
    let names = [RIGHT[0], RIGHT[1], name, RIGHT[3], RIGHT[4]];
    let fit = fit_of(Kind::App, &document, &names);
    let near = Some(Near {
        reason,
        name: name.to_owned(),
    });
    assert_eq!(
        (fit.missing.len(), fit.extra.len(), &fit.missing[0].near),
        (1, 0, &near),
        "{fit:?}"
    );
    let repairs = repairs(Kind::App, &document, &fit);
    apply(&mut document, &repairs);
    if reason == NearReason::Backslash {
        assert_eq!((repairs.len(), document), (0, before));
    } else {
        assert!(fit_of(Kind::App, &document, &names).is_ok());
        let changes = crate::diff::diff(&before, &document);
        assert!(
            changes.iter().all(|change| change
                .path
                .starts_with("/listings/en-us/baseListing/images/")),
            "{changes:?}"
        );
    }
}

#[test]
fn a_folder_around_everything_is_named_and_repaired() {
    let mut document = examples::app_update();
    let names = RIGHT.map(|name| format!("upload/{name}"));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fit = fit_of(Kind::App, &document, &names);
    assert_eq!(
        fit.faults,
        [ArchiveFault::NestedFolder {
            folder: "upload/".into()
        }]
    );
    assert!(!fit.is_ok() && fit.missing.len() == 5);
    let repairs = repairs(Kind::App, &document, &fit);
    apply(&mut document, &repairs);
    assert!(fit_of(Kind::App, &document, &names).is_ok());
}

#[test]
fn missing_files_without_a_trace_are_errors_and_extra_ones_warnings() {
    let document = examples::app_update();
    let fit = fit_of(
        Kind::App,
        &document,
        &[
            RIGHT[0],
            RIGHT[1],
            RIGHT[3],
            RIGHT[4],
            "readme.txt",
            "new.msix",
            "en-us/tile.png",
        ],
    );
    assert_eq!(
        fit.missing
            .iter()
            .map(|missing| (missing.file_name.as_str(), &missing.near))
            .collect::<Vec<_>>(),
        [("en-us/hero.png", &None)]
    );
    let extra: Vec<_> = fit
        .extra
        .iter()
        .map(|extra| (extra.name.as_str(), extra.is_package, extra.is_known))
        .collect();
    assert_eq!(
        extra,
        [
            ("readme.txt", false, false),
            ("new.msix", true, false),
            ("en-us/tile.png", false, true)
        ]
    );
    let severities: Vec<_> = fit
        .sentences()
        .into_iter()
        .map(|(severity, _)| severity)
        .collect();
    assert_eq!(
        severities,
        [
            Severity::Error,
            Severity::Note,
            Severity::Warning,
            Severity::Warning
        ]
    );
}

#[rstest]
#[case(Kind::App, "/applicationPackages")]
#[case(Kind::Flight, "/flightPackages")]
fn an_unmentioned_package_becomes_a_new_entry(#[case] kind: Kind, #[case] pointer: &str) {
    for mut document in [
        json!({}),
        json!({"applicationPackages": null, "flightPackages": []}),
    ] {
        let names = ["a.msix", "b.msixbundle"];
        let repairs = repairs(kind, &document, &fit_of(kind, &document, &names));
        apply(&mut document, &repairs);
        let new = |name: &str| json!({"fileName": name, "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None"});
        assert_eq!(
            document.pointer(pointer),
            Some(&json!([new("a.msix"), new("b.msixbundle")]))
        );
        assert!(fit_of(kind, &document, &names).is_ok());
    }
}

#[rstest]
#[case::the_only_one_may_sit_in_a_folder(&["out/a.msix", "notes.txt"], &["out/a.msix"])]
#[case::in_a_folder_beside_others(&["out/a.msix", "b.msix"], &["b.msix"])]
#[case::of_one_name(&["out/A.msix", "a.msix"], &[])]
#[case::named_by_the_json(&["Live.msix", "b.msix"], &["b.msix"])]
#[case::no_package(&["false.msix", "b.msix"], &["b.msix"])]
fn only_a_package_that_is_meant_without_a_doubt_is_added(
    #[case] names: &[&str],
    #[case] added: &[&str],
) {
    let mut document = json!({"applicationPackages": [{"fileName": "live.msix", "fileStatus": "Uploaded", "id": "1"}]});
    let mut archive = archive_of(names);
    for file in &mut archive.files {
        if file.name.starts_with("false") {
            file.inside = Inside::NoPackage;
        }
    }
    let fit = fit(&archive, &[], &files(Kind::App, &document));
    let repairs = repairs(Kind::App, &document, &fit);
    apply(&mut document, &repairs);
    let news: Vec<_> = document["applicationPackages"]
        .as_array()
        .unwrap()
        .iter()
        .skip(1)
        .map(|new| &new["fileName"])
        .collect();
    assert_eq!(news, added);
    let twins = ArchiveFault::Twins {
        name: "out/A.msix".into(),
        other: "a.msix".into(),
    };
    let no_package = ArchiveFault::NoPackage {
        name: "false.msix".into(),
    };
    let is_named = |fault: &ArchiveFault| fit.faults.contains(fault);
    assert_eq!(
        (is_named(&twins), is_named(&no_package)),
        (names.contains(&"out/A.msix"), names.contains(&"false.msix"))
    );
}

#[test]
fn an_expected_package_must_be_one() {
    let document =
        json!({"applicationPackages": [{"fileName": "a.msix", "fileStatus": "PendingUpload"}]});
    let mut archive = archive_of(&["a.msix"]);
    archive.files[0].inside = Inside::NoPackage;
    let fit = fit(
        &archive,
        &expected(Kind::App, &document),
        &files(Kind::App, &document),
    );
    assert_eq!(
        fit.faults,
        [ArchiveFault::NoPackage {
            name: "a.msix".into()
        }]
    );
    assert!(fit.faults[0].sentence().starts_with("a.msix is no package"));
}

#[test]
fn icons_are_set_by_language() {
    let mut document = json!({"listings": {
        "en-us": {"title": "A"}, "de-de": {"title": "B", "icon": {"fileName": "old.png", "fileStatus": "Uploaded", "x": 1}}, "fr-fr": {"title": "C"}}});
    let names = [
        "EN-us/pro.png",
        "de-de/pro.png",
        "fr-fr/1.png",
        "fr-fr/2.png",
        "it-it/pro.png",
    ];
    let fit = fit_of(Kind::AddOn, &document, &names);
    let repairs = repairs(Kind::AddOn, &document, &fit);
    assert_eq!(repairs.len(), 2);
    apply(&mut document, &repairs);
    assert_eq!(
        document,
        json!({"listings": {
        "en-us": {"title": "A", "icon": {"fileName": "EN-us/pro.png", "fileStatus": "PendingUpload"}},
        "de-de": {"title": "B", "icon": {"fileName": "de-de/pro.png", "fileStatus": "PendingUpload", "x": 1}}, "fr-fr": {"title": "C"}}})
    );
}

#[test]
fn a_backslash_in_the_document_is_what_the_service_takes() {
    let document = json!({"trailers": [{"videoFileName": "Trailers\\x.mp4"}]});
    assert!(fit_of(Kind::App, &document, &["Trailers/x.mp4"]).is_ok());
}
