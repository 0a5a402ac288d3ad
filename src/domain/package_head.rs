//! Whether what has a package's name in a ZIP is one: packages are ZIPs themselves and begin like one. Reads a few bytes a file.
//! Knows no document.

use super::{central_directory::Archive, fit::is_package};
use std::io::{Read, Seek};
use zip::ZipArchive;

/// How a ZIP begins: with a file, or, when it is empty or was split, with one of the other records.
const SIGNATURE: &[u8] = b"PK";

/// Marks the false packages of an archive that was read from this file. What cannot be unpacked here stays unmarked.
pub fn look_at_packages(file: impl Read + Seek, archive: &mut Archive) {
    if !archive.files.iter().any(|file| is_package(&file.name)) {
        return;
    }
    let Ok(mut zip) = ZipArchive::new(file) else { return };
    for file in archive.files.iter_mut().filter(|file| is_package(&file.name) && file.size > 0 && !file.is_encrypted) {
        let Ok(packed) = zip.by_name(&file.name) else { continue };
        let mut head = Vec::new();
        let is_read = packed.take(SIGNATURE.len() as u64).read_to_end(&mut head).is_ok();
        file.is_false_package = is_read && head != SIGNATURE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::archive::read;
    use std::io::{Cursor, Write};
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    #[test]
    fn stored_and_deflated_files_are_told_apart_by_their_first_bytes() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let long = [b"PK\x03\x04".as_slice(), &[7; 4096]].concat();
        for (name, content) in
            [("true.msix", long.as_slice()), ("false.MSIX", b"a text"), ("readme.txt", b"a text"), ("empty.appx", b"")]
        {
            for (prefix, method) in [("stored/", CompressionMethod::Stored), ("deflated/", CompressionMethod::Deflated)] {
                writer.start_file(format!("{prefix}{name}"), SimpleFileOptions::default().compression_method(method)).unwrap();
                writer.write_all(content).unwrap();
            }
        }
        let bytes = writer.finish().unwrap().into_inner();
        let mut archive = read(Cursor::new(&bytes)).unwrap();
        look_at_packages(Cursor::new(&bytes), &mut archive);
        let marked: Vec<_> = archive.files.iter().filter(|file| file.is_false_package).map(|file| file.name.as_str()).collect();
        assert_eq!(marked, ["stored/false.MSIX", "deflated/false.MSIX"]);
    }
}
