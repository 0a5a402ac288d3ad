//! The central directory: whole, cut, damaged, made to harm.

use super::{tests::*, *};
use crate::zip_check::repairs;
use crate::{
    examples,
    package::{expected, files},
    target::Kind,
};
use proptest::prelude::*;
use serde_json::json;
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

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
