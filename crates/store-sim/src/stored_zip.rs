//! Writes ZIP files without compression, with any names, and with long runs of zeros that cost neither time nor disk space.
//! ZIP libraries refuse the broken names that some samples need, and read every byte that they pack.

use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};

/// Bytes, some of them only counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content(Vec<Run>);

#[derive(Clone, Debug)]
enum Run {
    Bytes(Vec<u8>),
    Zeros(u64),
}

impl Content {
    pub(crate) fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(vec![Run::Bytes(bytes.into())])
    }

    pub(crate) fn zeros(count: u64) -> Self {
        Self(vec![Run::Zeros(count)])
    }

    /// A ZIP of these files, with 64-bit sizes where they are needed.
    pub(crate) fn archive<'n>(files: impl IntoIterator<Item = (&'n str, Content)>) -> Self {
        let mut archive = Self::default();
        let mut directory = Vec::new();
        let mut count: u16 = 0;
        for (name, content) in files {
            let offset = archive.length();
            let length = content.length();
            let is_long = length >= LONG;
            let sizes = if is_long {
                [length.to_le_bytes(), length.to_le_bytes()].concat()
            } else {
                Vec::new()
            };
            let facts = facts(name, &content);
            let mut header = b"PK\x03\x04".to_vec();
            header.extend_from_slice(&facts);
            let extra = long_field(&sizes);
            header.extend_from_slice(&(extra.len() as u16).to_le_bytes());
            header.extend_from_slice(name.as_bytes());
            header.extend_from_slice(&extra);
            archive.0.push(Run::Bytes(header));
            archive.0.extend(content.0);

            let place = if offset >= LONG {
                offset.to_le_bytes().to_vec()
            } else {
                Vec::new()
            };
            let extra = long_field(&[sizes, place].concat());
            directory.extend_from_slice(b"PK\x01\x02\x14\x00");
            directory.extend_from_slice(&facts);
            directory.extend_from_slice(&(extra.len() as u16).to_le_bytes());
            // Comment, disk, internal and external attributes: none.
            directory.extend_from_slice(&[0; 10]);
            directory.extend_from_slice(&short(offset).to_le_bytes());
            directory.extend_from_slice(name.as_bytes());
            directory.extend_from_slice(&extra);
            count += 1;
        }
        let (start, size) = (archive.length(), directory.len() as u64);
        let mut end = Vec::new();
        if start >= LONG {
            let count = u64::from(count).to_le_bytes();
            end.extend_from_slice(b"PK\x06\x06");
            end.extend_from_slice(&44_u64.to_le_bytes());
            end.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            for value in [count, count, size.to_le_bytes(), start.to_le_bytes()] {
                end.extend_from_slice(&value);
            }
            end.extend_from_slice(b"PK\x06\x07\0\0\0\0");
            end.extend_from_slice(&(start + size).to_le_bytes());
            end.extend_from_slice(&1_u32.to_le_bytes());
        }
        end.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        end.extend_from_slice(&count.to_le_bytes());
        end.extend_from_slice(&count.to_le_bytes());
        end.extend_from_slice(&short(size).to_le_bytes());
        end.extend_from_slice(&short(start).to_le_bytes());
        end.extend_from_slice(&0_u16.to_le_bytes());
        archive.0.push(Run::Bytes(directory));
        archive.0.push(Run::Bytes(end));
        archive
    }

    pub(crate) fn length(&self) -> u64 {
        let length = |run: &Run| match run {
            Run::Bytes(bytes) => bytes.len() as u64,
            Run::Zeros(count) => *count,
        };
        self.0.iter().map(length).sum()
    }

    /// Leaves holes where the zeros are.
    pub(crate) fn write(&self, file: &mut File) -> io::Result<()> {
        for run in &self.0 {
            match run {
                Run::Bytes(bytes) => file.write_all(bytes)?,
                Run::Zeros(count) => {
                    file.seek(SeekFrom::Current(count.cast_signed()))?;
                }
            }
        }
        file.set_len(self.length())
    }

    /// The hashes of a block map: one for every 64 KiB.
    pub(crate) fn block_hashes(&self) -> Vec<[u8; 32]> {
        const BLOCK: usize = 64 << 10;
        let zeros = Sha256::digest(vec![0; BLOCK]).into();
        let mut hashes = Vec::new();
        let mut block = Vec::new();
        for run in &self.0 {
            let mut left = match run {
                Run::Bytes(bytes) => bytes.len() as u64,
                Run::Zeros(count) => *count,
            };
            while left > 0 {
                let take = left.min((BLOCK - block.len()) as u64);
                match run {
                    // Gigabytes of zeros are not hashed block by block.
                    Run::Zeros(_) if take as usize == BLOCK => hashes.push(zeros),
                    Run::Zeros(_) => block.resize(block.len() + take as usize, 0),
                    Run::Bytes(bytes) => {
                        let from = bytes.len() - left as usize;
                        block.extend(bytes.iter().skip(from).take(take as usize));
                    }
                }
                left -= take;
                if block.len() == BLOCK {
                    hashes.push(Sha256::digest(&block).into());
                    block.clear();
                }
            }
        }
        if !block.is_empty() {
            hashes.push(Sha256::digest(&block).into());
        }
        hashes
    }

    fn crc32(&self) -> u32 {
        !self.0.iter().fold(u32::MAX, |crc, run| match run {
            Run::Bytes(bytes) => crc32_bytes(crc, bytes),
            Run::Zeros(count) => crc32_zeros(crc, *count),
        })
    }
}

/// From here on a length does not fit its field of 32 bits, which is then full.
const LONG: u64 = u32::MAX as u64;

/// The extra field for what does not fit 32 bits; nothing without it.
fn long_field(values: &[u8]) -> Vec<u8> {
    if values.is_empty() {
        Vec::new()
    } else {
        [&[1, 0], &(values.len() as u16).to_le_bytes()[..], values].concat()
    }
}

/// The fields that a local header and a directory entry share: version to name length.
fn facts(name: &str, content: &Content) -> Vec<u8> {
    // Version 2.0, names in UTF-8, stored, 2026-02-03 09:20.
    let mut facts = vec![0x14, 0, 0, 0x08, 0, 0, 0x80, 0x4A, 0x43, 0x5C];
    facts.extend_from_slice(&content.crc32().to_le_bytes());
    let length = short(content.length()).to_le_bytes();
    facts.extend_from_slice(&length);
    facts.extend_from_slice(&length);
    facts.extend_from_slice(&(name.len() as u16).to_le_bytes());
    facts
}

fn short(length: u64) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

const POLYNOMIAL: u32 = 0xEDB8_8320;

fn crc32_bytes(crc: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(crc, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (POLYNOMIAL & 0_u32.wrapping_sub(crc & 1))
        })
    })
}

/// A zero bit changes the register by a fixed linear map; squaring the map doubles the number of bits.
fn crc32_zeros(mut crc: u32, count: u64) -> u32 {
    let mut map = [0; 32];
    for (bit, column) in map.iter_mut().enumerate() {
        *column = if bit == 0 { POLYNOMIAL } else { 1 << (bit - 1) };
    }
    let mut bits = u128::from(count) * 8;
    while bits > 0 {
        if bits & 1 == 1 {
            crc = times(&map, crc);
        }
        map = map.map(|column| times(&map, column));
        bits >>= 1;
    }
    crc
}

fn times(map: &[u32; 32], vector: u32) -> u32 {
    let set = map
        .iter()
        .enumerate()
        .filter(|(bit, _)| vector >> bit & 1 == 1);
    set.fold(0, |sum, (_, column)| sum ^ column)
}

#[cfg(test)]
mod tests {
    use super::Content;
    use std::io::{Read, Seek, SeekFrom};

    /// The same content as bytes and with its zeros counted.
    fn around_zeros(count: usize) -> (Vec<u8>, Content) {
        let mut there = b"head".to_vec();
        there.resize(4 + count, 0);
        there.extend_from_slice(b"tail");
        let mut counted = Content::bytes(*b"head");
        counted.0.extend(Content::zeros(count as u64).0);
        counted.0.extend(Content::bytes(*b"tail").0);
        (there, counted)
    }

    #[test]
    fn sums_counted_zeros_as_if_they_were_there() {
        assert_eq!(Content::bytes(*b"123456789").crc32(), 0xCBF4_3926);
        for count in [0, 1, 7, 4096, 100_001] {
            let (there, counted) = around_zeros(count);
            assert_eq!(
                counted.crc32(),
                Content::bytes(there.clone()).crc32(),
                "{count}"
            );
            assert_eq!(counted.length(), there.len() as u64);
        }
    }

    #[test]
    fn blocks_are_hashed_over_the_borders_of_runs() {
        use sha2::{Digest as _, Sha256};
        let count = 200_000;
        let (there, counted) = around_zeros(count);
        let expected: Vec<[u8; 32]> = there
            .chunks(64 << 10)
            .map(|block| Sha256::digest(block).into())
            .collect();
        assert_eq!(counted.block_hashes(), expected);
        assert_eq!(Content::bytes(there).block_hashes(), expected);
        let zeros = Content::zeros(1 << 20).block_hashes();
        assert_eq!(zeros, Content::bytes(vec![0; 1 << 20]).block_hashes());
        assert!(Content::default().block_hashes().is_empty());
    }

    #[test]
    fn another_reader_finds_what_lies_behind_four_gigabytes() {
        let mut file = tempfile::tempfile().unwrap();
        let long = Content::archive([
            ("zeros.bin", Content::zeros(5 << 30)),
            ("text", Content::bytes(*b"inner")),
        ]);
        Content::archive([("long.zip", long), ("text", Content::bytes(*b"outer"))])
            .write(&mut file)
            .unwrap();
        let mut outer = zip::ZipArchive::new(file).unwrap();
        let mut text = String::new();
        outer
            .by_name("text")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        let mut inner = zip::ZipArchive::new(outer.by_name_seek("long.zip").unwrap()).unwrap();
        inner
            .by_name("text")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(
            (text.as_str(), inner.by_name("zeros.bin").unwrap().size()),
            ("outerinner", 5 << 30)
        );
    }

    #[test]
    fn another_reader_unpacks_it_and_agrees_with_the_sums() {
        let mut file = tempfile::tempfile().unwrap();
        let inner = Content::archive([
            ("zeros.bin", Content::zeros(70_000)),
            ("ü.txt", Content::bytes(*b"text")),
        ]);
        Content::archive([("a/inner.zip", inner), ("b\\c.txt", Content::default())])
            .write(&mut file)
            .unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let mut outer = zip::ZipArchive::new(file).unwrap();
        let mut bytes = Vec::new();
        // Reading to the end compares the CRC.
        outer
            .by_name("a/inner.zip")
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        let mut inner = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut zeros = Vec::new();
        inner
            .by_name("zeros.bin")
            .unwrap()
            .read_to_end(&mut zeros)
            .unwrap();
        assert!(zeros.len() == 70_000 && zeros.iter().all(|byte| *byte == 0));
        let mut text = String::new();
        inner
            .by_name("ü.txt")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "text");
    }
}
