//! ZIPs against documents: fitting, nearly fitting, broken and made to harm.

use super::*;
use crate::zip_check::{Repair, apply_to, repairs};
use crate::{
    examples,
    finding::Severity,
    package::{expected, files},
    target::Kind,
};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

/// As the picker does it: on the text.
fn apply(document: &mut Value, repairs: &[Repair]) {
    *document = serde_json::from_str(&apply_to(&document.to_string(), repairs)).unwrap();
}

fn zip_of(names: &[&str]) -> Vec<u8> {
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

fn archive_of(names: &[&str]) -> Archive {
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

fn fit_of(kind: Kind, document: &Value, names: &[&str]) -> Fit {
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

#[test]
fn faults_of_the_archive() {
    let document = json!({"applicationPackages": [{"fileName": "a.msix", "fileStatus": "PendingUpload"}, {"fileName": "b.msix", "fileStatus": "PendingUpload"}]});
    let mut archive = archive_of(&["a.msix", "b.msix", "A.msix", "../x", "C:/y", "/z", "..a/ok"]);
    (archive.files[0].size, archive.files[0].packed) = (0, 0);
    (archive.files[1].size, archive.files[1].packed) = (26 << 30, 26 << 30);
    for file in archive.files.iter_mut().skip(2) {
        file.offset += 30 << 30;
    }
    archive.files[6].is_encrypted = true;
    let fit = fit(
        &archive,
        &expected(Kind::App, &document),
        &files(Kind::App, &document),
    );
    // Nobody needs it.
    let encrypted = ArchiveFault::Encrypted {
        name: "..a/ok".into(),
    };
    assert_eq!(fit.oddities, [encrypted]);
    let unsafe_path = |name: &str| ArchiveFault::UnsafePath {
        name: name.to_owned(),
    };
    assert_eq!(
        fit.faults,
        [
            ArchiveFault::ZeroBytes {
                name: "a.msix".into()
            },
            ArchiveFault::TooLarge {
                name: "b.msix".into(),
                size: 26 << 30,
                limit: 25 << 30
            },
            ArchiveFault::Duplicate {
                name: "A.msix".into()
            },
            unsafe_path("../x"),
            unsafe_path("C:/y"),
            unsafe_path("/z"),
        ]
    );
    assert!(!fit.is_ok() && fit.missing.is_empty());
    let bare = fit_of(Kind::App, &document, &["AppxManifest.xml", "app.exe"]);
    assert_eq!(
        (bare.faults.as_slice(), bare.extra.len(), bare.is_ok()),
        ([ArchiveFault::BarePackage].as_slice(), 0, false)
    );
    let twice = fit_of(
        Kind::App,
        &document,
        &["a.msix", "b.msix", "readme", "README"],
    );
    assert!(twice.is_ok() && twice.extra.len() == 1, "{twice:?}");
}

fn error_of(bytes: &[u8]) -> String {
    read(Cursor::new(bytes)).unwrap_err().to_string()
}

#[test]
fn what_is_no_zip_is_said_in_words() {
    let whole = zip_of(&["a.msix", "b.png"]);
    assert!(error_of(b"").contains("empty"));
    assert!(error_of(b"hello").contains("no ZIP"));
    assert!(error_of(b"7z\xbc\xaf\x27\x1cxxxx").contains("7-Zip"));
    assert!(error_of(&whole[..whole.len() - 30]).contains("cut off"));
    assert!(error_of(&whole[20..]).contains("damaged"));
    let mut split = whole.clone();
    let end = split.len() - 22;
    split[end + 4] = 1;
    assert!(error_of(&split).contains("one part"));
    let mut many = whole.clone();
    many[end + 8..end + 12].copy_from_slice(&[255; 4]);
    assert!(error_of(&many).contains("damaged"));
}

#[test]
fn a_zip_that_is_cut_is_never_taken_for_the_package_in_it() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file(
            "a.msix",
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored),
        )
        .unwrap();
    writer.write_all(&zip_of(&["AppxManifest.xml"])).unwrap();
    let whole = writer.finish().unwrap().into_inner();
    for length in 1..whole.len() {
        let error = read(Cursor::new(&whole[..length])).unwrap_err();
        assert!(
            matches!(error, ArchiveError::Truncated | ArchiveError::NoZip(_)),
            "{length}: {error}"
        );
    }
    assert_eq!(
        read(Cursor::new([whole.as_slice(), &[0; 512]].concat()))
            .unwrap()
            .files
            .len(),
        1
    );
}

#[test]
fn more_files_than_the_old_format_counts() {
    let names: Vec<String> = (0..70_000).map(|number| format!("{number}.txt")).collect();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for name in &names {
        writer
            .start_file(name.as_str(), SimpleFileOptions::default())
            .unwrap();
    }
    let archive = read(Cursor::new(writer.finish().unwrap().into_inner())).unwrap();
    assert!(archive.files.len() == 70_000 && archive.files[69_999].name == "69999.txt");
}

#[test]
fn names_sizes_marks_and_two_of_one_name() {
    let mut bytes = zip_of(&["aa.msix", "bb.msix", "ordner/grün.png"]);
    let twice: Vec<usize> = bytes
        .windows(7)
        .enumerate()
        .filter(|(_, name)| *name == b"bb.msix")
        .map(|(at, _)| at)
        .collect();
    for at in twice {
        bytes[at..at + 2].copy_from_slice(b"aa");
    }
    // A program before the archive and a comment with an end mark in it.
    let mut shifted = b"MZ program".to_vec();
    let end = bytes.len() - 2;
    bytes[end..].copy_from_slice(&6u16.to_le_bytes());
    shifted.extend(bytes);
    shifted.extend(b"PK\x05\x06..");
    let archive = read(Cursor::new(shifted)).unwrap();
    assert_eq!(
        archive
            .files
            .iter()
            .map(|file| (file.name.as_str(), file.size))
            .collect::<Vec<_>>(),
        [("aa.msix", 7), ("aa.msix", 7), ("ordner/grün.png", 7)]
    );
}

#[test]
fn a_sixty_four_bit_archive_is_read_without_its_content() {
    // Six gigabytes that are not there: a reader of zeros with a real directory behind them.
    struct Hollow {
        zeros: u64,
        tail: Vec<u8>,
        at: u64,
    }
    impl std::io::Read for Hollow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            assert!(self.at >= self.zeros, "content was read at {}", self.at);
            let rest = self
                .tail
                .get((self.at - self.zeros) as usize..)
                .unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            self.at += count as u64;
            Ok(count)
        }
    }
    impl std::io::Seek for Hollow {
        fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
            self.at = match to {
                std::io::SeekFrom::Start(at) => at,
                std::io::SeekFrom::End(back) => {
                    (self.zeros + self.tail.len() as u64).saturating_add_signed(back)
                }
                std::io::SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            };
            Ok(self.at)
        }
    }
    let size: u64 = 6 << 30;
    let mut tail = vec![0; 70_000];
    let start = size + tail.len() as u64;
    let mut entry = vec![0; 46];
    entry[..4].copy_from_slice(b"PK\x01\x02");
    entry[20..28].fill(255);
    entry[28..30].copy_from_slice(&6u16.to_le_bytes());
    entry[30..32].copy_from_slice(&20u16.to_le_bytes());
    entry.extend(b"a.msix");
    entry.extend([1, 0, 16, 0]);
    entry.extend(size.to_le_bytes());
    entry.extend(size.to_le_bytes());
    tail.extend(&entry);
    let record_at = start + entry.len() as u64;
    let mut record = vec![0; 56];
    record[..4].copy_from_slice(b"PK\x06\x06");
    record[32..40].copy_from_slice(&1u64.to_le_bytes());
    record[40..48].copy_from_slice(&(entry.len() as u64).to_le_bytes());
    record[48..56].copy_from_slice(&start.to_le_bytes());
    tail.extend(record);
    tail.extend(b"PK\x06\x07\0\0\0\0");
    tail.extend(record_at.to_le_bytes());
    tail.extend([1, 0, 0, 0]);
    tail.extend(b"PK\x05\x06");
    tail.extend([255; 16]);
    tail.extend([0, 0]);
    let archive = read(Hollow {
        zeros: size,
        tail,
        at: 0,
    })
    .unwrap();
    assert_eq!(
        archive.files,
        [ArchiveFile {
            name: "a.msix".into(),
            size,
            packed: size,
            ..ArchiveFile::default()
        }]
    );
}

proptest! {
    #[test]
    fn no_bytes_are_a_panic(at in 0usize..400, byte in any::<u8>(), cut in 0usize..400, noise in prop::collection::vec(any::<u8>(), 0..80)) {
        let mut bytes = zip_of(&["a.msix", "en-us/b.png"]);
        let length = bytes.len();
        bytes[at % length] = byte;
        let _ = read(Cursor::new(&bytes));
        let _ = read(Cursor::new(&bytes[cut % length..]));
        let _ = read(Cursor::new(&noise));
        bytes.extend(noise);
        let _ = read(Cursor::new(&bytes));
    }

    #[test]
    fn repairs_touch_only_what_they_name(names in prop::collection::vec("(en-us/|x/|)(hero|main-2\\.5|new)\\.(png|msix|PNG)", 0..6)) {
        let before = examples::app_update();
        let mut document = before.clone();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let repairs = repairs(Kind::App, &document, &fit_of(Kind::App, &document, &names));
        apply(&mut document, &repairs);
        let changes = crate::diff::diff(&before, &document).len();
        prop_assert!(repairs.len() <= changes && changes <= 2 * repairs.len(), "{repairs:?}");
    }
}
