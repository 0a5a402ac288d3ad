//! What a ZIP holds, from its central directory alone: names and sizes, no content, memory bounded whatever the size.
//! Own reader, because the `zip` crate's stable one keys entries by name (two of one name become one) and has no bound.

use super::manifest::Manifest;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// A directory larger than this holds hundreds of thousands of files, which no submission has.
const MAX_DIRECTORY: u64 = 32 * 1024 * 1024;
const MAX_FILES: u64 = 100_000;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR64: [u8; 4] = *b"PK\x06\x07";
const END_LENGTH: usize = 22;
const END64_LENGTH: usize = 56;
const LOCATOR64_LENGTH: usize = 20;
const ENTRY_LENGTH: usize = 46;
const LOCAL_LENGTH: u64 = 30;

/// The upper half of code page 437, which names without the UTF-8 mark are in.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Why a file could not be read as a ZIP.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("the file could not be read: {0}")]
    Io(#[from] io::Error),
    #[error("the file is empty (0 bytes)")]
    Empty,
    #[error("this is no ZIP archive{}", .0.map(|kind| format!(", it looks like {kind}")).unwrap_or_default())]
    NoZip(Option<&'static str>),
    #[error(
        "the ZIP is cut off: it begins like one, but its directory at the end is missing; copy or build it again"
    )]
    Truncated,
    #[error("this is one part of a ZIP split over several files; the Store takes one whole ZIP")]
    Split,
    #[error("the ZIP holds more than a submission ever needs ({MAX_FILES} files, {} MiB of names); pick another file", MAX_DIRECTORY >> 20)]
    TooMany,
    #[error("the ZIP is damaged: {0}; build it again")]
    Damaged(&'static str),
}

/// What a look into a file of the ZIP found ([`super::inside`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Inside {
    /// Nobody looked: it is neither a package nor a picture, or something else is wrong with it already.
    #[default]
    Unread,
    /// It has a package's name, but begins like no package.
    NoPackage,
    /// What the package says of itself; an upload file may hold several.
    Packages(Vec<Manifest>),
    /// It begins like a package, but cannot be read as one: why.
    Broken(String),
    /// A package that was left unread to keep within bounds: why.
    Skipped(String),
    Picture {
        format: PictureFormat,
        width: u32,
        height: u32,
    },
    /// It has a picture's name, but is no picture that anybody here knows.
    NoPicture,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    Png,
    Jpeg,
}

/// How the bytes of a file are packed, as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    #[default]
    Stored,
    Deflated,
    /// By its number in the format.
    Other(u16),
}

/// A file in the ZIP, as its directory has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchiveFile {
    /// The path as stored, with whatever slashes.
    pub name: String,
    /// Bytes when unpacked.
    pub size: u64,
    /// Bytes in the ZIP.
    pub packed: u64,
    pub is_encrypted: bool,
    pub method: Method,
    /// CRC-32 of the unpacked bytes.
    pub checksum: u32,
    /// Where its local header begins, in bytes from the file's beginning.
    pub offset: u64,
    pub inside: Inside,
}

/// The files of a ZIP in its order; folders are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    pub files: Vec<ArchiveFile>,
}

fn bytes<const N: usize>(buffer: &[u8], at: usize) -> [u8; N] {
    buffer
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .copied()
        .unwrap_or([0; N])
}

fn u16_at(buffer: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes(buffer, at))
}

fn u32_at(buffer: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes(buffer, at))
}

fn u64_at(buffer: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes(buffer, at))
}

/// Where the directory lies.
struct Place {
    files: u64,
    size: u64,
    /// As the end record says, which is wrong when something stands before the archive.
    offset: u64,
    /// Where the directory's end record begins.
    end: u64,
}

/// Reads the directory of a ZIP. Reads the last 64 KiB and the directory, nothing else.
pub fn read(file: impl Read + Seek) -> Result<Archive, ArchiveError> {
    let mut archive = Archive::default();
    walk(file, |entry| archive.files.push(entry))?;
    Ok(archive)
}

/// Shows every file of a ZIP, one after the other; what is not kept costs no memory.
pub(super) fn walk(
    mut file: impl Read + Seek,
    mut visit: impl FnMut(ArchiveFile),
) -> Result<(), ArchiveError> {
    let length = file.seek(SeekFrom::End(0))?;
    if length == 0 {
        return Err(ArchiveError::Empty);
    }
    let Some(place) = find(&mut file, length)? else {
        return Err(missing(&mut file)?);
    };
    if place.size > MAX_DIRECTORY || place.files > MAX_FILES {
        return Err(ArchiveError::TooMany);
    }
    let start = place
        .end
        .checked_sub(place.size)
        .ok_or(ArchiveError::Damaged(
            "its directory is larger than the file",
        ))?;
    // What stands before the archive (a self-extractor's program) shifts every offset.
    let shift = start
        .checked_sub(place.offset)
        .ok_or(ArchiveError::Damaged("its directory is not where it says"))?;
    if shift > 0 && begins_as_zip(&mut file)? {
        // Not a program that stands before the archive, but an archive that was cut right behind a package in it.
        return Err(ArchiveError::Truncated);
    }
    file.seek(SeekFrom::Start(start))?;
    let mut directory = BufReader::new(file.take(place.size));
    for _ in 0..place.files {
        let mut entry = read_entry(&mut directory)?;
        let past = ArchiveError::Damaged("a file reaches past its end, so a part is missing");
        let Some(offset) = entry.offset.checked_add(shift) else {
            return Err(past);
        };
        let end = offset
            .checked_add(LOCAL_LENGTH)
            .and_then(|at| at.checked_add(entry.packed));
        if end.is_none_or(|end| end > start) {
            return Err(past);
        }
        entry.offset = offset;
        // Folders end in a slash of either kind and hold nothing.
        if !(entry.size == 0 && entry.name.ends_with(['/', '\\'])) {
            visit(entry);
        }
    }
    Ok(())
}

/// Where the bytes of a file begin, from its local header.
pub(super) fn content_start(
    file: &mut (impl Read + Seek + ?Sized),
    entry: &ArchiveFile,
) -> Result<u64, ArchiveError> {
    file.seek(SeekFrom::Start(entry.offset))?;
    let mut head = Vec::new();
    file.take(LOCAL_LENGTH).read_to_end(&mut head)?;
    if !head.starts_with(&LOCAL) || head.len() as u64 != LOCAL_LENGTH {
        return Err(ArchiveError::Damaged(
            "its directory points at something that is no file",
        ));
    }
    let length = u16_at(&head, 26);
    let mut name = Vec::new();
    file.take(length.into()).read_to_end(&mut name)?;
    // The directory's name may come from an extra field, which local headers need not have.
    let is_same = [decoded(&name, true), decoded(&name, false)].contains(&entry.name);
    if name.is_ascii() && entry.name.is_ascii() && !is_same {
        return Err(ArchiveError::Damaged(
            "its directory has another name for a file than stands before its bytes",
        ));
    }
    Ok(entry.offset + LOCAL_LENGTH + u64::from(length) + u64::from(u16_at(&head, 28)))
}

/// A name as UTF-8, or in code page 437.
fn decoded(raw: &[u8], is_utf8: bool) -> String {
    if is_utf8 {
        return String::from_utf8_lossy(raw).into_owned();
    }
    let decode = |byte: &u8| match byte {
        0..0x80 => char::from(*byte),
        _ => cp437(*byte),
    };
    raw.iter().map(decode).collect()
}

fn find(file: &mut (impl Read + Seek), length: u64) -> Result<Option<Place>, ArchiveError> {
    let tail_start =
        length.saturating_sub((END_LENGTH + usize::from(u16::MAX) + LOCATOR64_LENGTH) as u64);
    file.seek(SeekFrom::Start(tail_start))?;
    let mut tail = Vec::new();
    file.by_ref()
        .take(length - tail_start)
        .read_to_end(&mut tail)?;
    let fits = |at: &usize| {
        let rest = tail.get(*at..).unwrap_or_default();
        // Its comment is the last thing of the file, but for zeros that fill a block: a package that lies in the ZIP has an end too,
        // and would be taken for the ZIP where that one is cut off.
        let behind = rest.get(END_LENGTH + usize::from(u16_at(rest, 20))..);
        rest.starts_with(&END)
            && rest.len() >= END_LENGTH
            && behind.is_some_and(|behind| behind.iter().all(|byte| *byte == 0))
    };
    // From the back: a comment may hold the same four bytes.
    let Some(at) = (0..tail.len()).rev().find(fits) else {
        return Ok(None);
    };
    let end = tail.get(at..).unwrap_or_default();
    let locator = at
        .checked_sub(LOCATOR64_LENGTH)
        .and_then(|at| tail.get(at..))
        .filter(|rest| rest.starts_with(&LOCATOR64));
    let Some(locator) = locator else {
        let (disk, directory_disk, here, all) = (
            u16_at(end, 4),
            u16_at(end, 6),
            u16_at(end, 8),
            u16_at(end, 10),
        );
        if disk != 0 || directory_disk != 0 || here != all {
            return Err(ArchiveError::Split);
        }
        return Ok(Some(Place {
            files: all.into(),
            size: u32_at(end, 12).into(),
            offset: u32_at(end, 16).into(),
            end: tail_start + at as u64,
        }));
    };
    if u32_at(locator, 16) > 1 {
        return Err(ArchiveError::Split);
    }
    let just_before =
        (tail_start + at as u64).saturating_sub((LOCATOR64_LENGTH + END64_LENGTH) as u64);
    for place in [u64_at(locator, 8), just_before] {
        file.seek(SeekFrom::Start(place))?;
        let mut record = Vec::new();
        file.by_ref()
            .take(END64_LENGTH as u64)
            .read_to_end(&mut record)?;
        if record.starts_with(&END64) && record.len() == END64_LENGTH {
            let place = Place {
                files: u64_at(&record, 32),
                size: u64_at(&record, 40),
                offset: u64_at(&record, 48),
                end: place,
            };
            return Ok(Some(place));
        }
    }
    Err(ArchiveError::Damaged("its 64-bit end record is missing"))
}

fn begins_as_zip(file: &mut (impl Read + Seek)) -> Result<bool, io::Error> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref()
        .take(LOCAL.len() as u64)
        .read_to_end(&mut head)?;
    Ok(head == LOCAL)
}

/// What the file is when it has no ZIP's end.
fn missing(file: &mut (impl Read + Seek)) -> Result<ArchiveError, io::Error> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(8).read_to_end(&mut head)?;
    if head.starts_with(&LOCAL) {
        return Ok(ArchiveError::Truncated);
    }
    let known: [(&[u8], &'static str); 6] = [
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"\x1f\x8b", "a gzip file"),
        (b"MZ", "a Windows program"),
        (b"\x89PNG", "a PNG image"),
        (b"{", "a JSON file"),
    ];
    Ok(ArchiveError::NoZip(
        known
            .iter()
            .find(|(magic, _)| head.starts_with(magic))
            .map(|(_, kind)| *kind),
    ))
}

/// One entry of the directory; its offset is as written there.
fn read_entry(directory: &mut impl Read) -> Result<ArchiveFile, ArchiveError> {
    let cut = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::Damaged("its directory ends too early"),
        _ => ArchiveError::Io(error),
    };
    let mut head = [0; ENTRY_LENGTH];
    directory.read_exact(&mut head).map_err(cut)?;
    if !head.starts_with(&ENTRY) {
        return Err(ArchiveError::Damaged(
            "its directory holds something that is no entry",
        ));
    }
    let mut part = |at: usize| -> Result<Vec<u8>, ArchiveError> {
        let mut part = vec![0; usize::from(u16_at(&head, at))];
        directory.read_exact(&mut part).map_err(cut)?;
        Ok(part)
    };
    let (raw_name, extra, _comment) = (part(28)?, part(30)?, part(32)?);
    let flags = u16_at(&head, 8);
    let (mut packed, mut size, mut offset) = (
        u64::from(u32_at(&head, 20)),
        u64::from(u32_at(&head, 24)),
        u64::from(u32_at(&head, 42)),
    );
    let mut name =
        (flags & (1 << 11) != 0).then(|| String::from_utf8_lossy(&raw_name).into_owned());
    let mut rest = extra.as_slice();
    while rest.len() >= 4 {
        let (id, length) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
        let field = rest.get(4..4 + length).unwrap_or_default();
        match id {
            // 64-bit sizes: only those stand here whose 32-bit field is full, in this order.
            1 => {
                let mut at = 0;
                for value in [&mut size, &mut packed, &mut offset] {
                    if *value == u64::from(u32::MAX) {
                        *value = u64_at(field, at);
                        at += 8;
                    }
                }
            }
            // Info-ZIP's Unicode path: version, checksum, the name.
            0x7075 => {
                name = name.or_else(|| Some(String::from_utf8_lossy(field.get(5..)?).into_owned()));
            }
            _ => {}
        }
        rest = rest.get(4 + length..).unwrap_or_default();
    }
    Ok(ArchiveFile {
        name: name.unwrap_or_else(|| decoded(&raw_name, false)),
        size,
        packed,
        is_encrypted: flags & 1 != 0,
        method: match u16_at(&head, 10) {
            0 => Method::Stored,
            8 => Method::Deflated,
            other => Method::Other(other),
        },
        checksum: u32_at(&head, 16),
        offset,
        inside: Inside::Unread,
    })
}

fn cp437(byte: u8) -> char {
    CP437
        .chars()
        .nth(usize::from(byte.saturating_sub(0x80)))
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}
