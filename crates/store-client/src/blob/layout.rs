//! Which bytes make which block and what the block is called. Pure arithmetic; knows no file and no service.

use sha2::{Digest, Sha256};

use super::error::UploadError;
use super::identity::{FileIdentity, hex};

const MIB: u64 = 1 << 20;

/// Every version of the service takes blocks of this size: the way out of a 413.
pub(super) const SMALL: u64 = 4 * MIB;
/// Fewer, larger blocks pay off from 1 GiB on.
const LARGE: u64 = 8 * MIB;
const LARGE_FROM: u64 = 1024 * MIB;
/// The service's limits at the version we speak.
const MOST_BLOCKS: u64 = 50_000;
const LARGEST_BLOCK: u64 = 4000 * MIB;

/// How one file is cut. Block names depend on the file's identity, the block size and the position only, so that
/// the same upload finds its own blocks again and nothing else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    size: u64,
    block_size: u64,
    blocks: u32,
    prefix: String,
}

impl Layout {
    /// `block_size` is the person's choice; without one it follows from the file's size.
    pub(super) fn new(file: &FileIdentity, block_size: Option<u64>) -> Result<Self, UploadError> {
        let size = file.size;
        let block_size = block_size.map_or_else(
            || {
                let usual = if size < LARGE_FROM { SMALL } else { LARGE };
                usual.max(size.div_ceil(MOST_BLOCKS).next_multiple_of(MIB))
            },
            |chosen| chosen.max(1),
        );
        let blocks = size.div_ceil(block_size);
        if blocks > MOST_BLOCKS || block_size > LARGEST_BLOCK {
            return Err(UploadError::TooManyBlocks {
                size,
                block_size,
                blocks,
            });
        }
        // The block size is part of the name too: block 1 of another cut holds other bytes, perhaps of the same count.
        let name = format!(
            "{} {} {} {block_size}",
            file.fingerprint, size, file.modified
        );
        let prefix = hex(&Sha256::digest(name.as_bytes()))
            .chars()
            .take(8)
            .collect();
        Ok(Self {
            size,
            block_size,
            blocks: u32::try_from(blocks).unwrap_or(u32::MAX),
            prefix,
        })
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn block_size(&self) -> u64 {
        self.block_size
    }

    pub(super) fn blocks(&self) -> u32 {
        self.blocks
    }

    /// First byte of a block.
    pub(super) fn offset(&self, index: u32) -> u64 {
        u64::from(index) * self.block_size
    }

    /// Bytes in a block; 0 past the end.
    pub(super) fn length(&self, index: u32) -> u64 {
        self.size
            .saturating_sub(self.offset(index))
            .min(self.block_size)
    }

    /// The block's name, before Base64: 17 bytes, the same for every block.
    pub(super) fn id(&self, index: u32) -> String {
        format!("{}-{index:08}", self.prefix)
    }

    /// The block that a name and size on the service mean, when they are ours.
    pub(super) fn index_of(&self, id: &[u8], size: u64) -> Option<u32> {
        let text = std::str::from_utf8(id).ok()?;
        let (prefix, number) = text.split_once('-')?;
        let index: u32 = number.parse().ok()?;
        (prefix == self.prefix
            && index < self.blocks
            && number.len() == 8
            && self.length(index) == size)
            .then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(size: u64) -> FileIdentity {
        FileIdentity {
            size,
            modified: jiff::Timestamp::UNIX_EPOCH,
            fingerprint: "ab".repeat(32),
        }
    }

    #[test]
    fn the_cut_follows_the_size() {
        let cases = [
            (0, 4 * MIB, 0),
            (1, 4 * MIB, 1),
            (4 * MIB, 4 * MIB, 1),
            (4 * MIB + 1, 4 * MIB, 2),
            (1024 * MIB - 1, 4 * MIB, 256),
            (1024 * MIB, 8 * MIB, 128),
            (25 * 1024 * MIB, 8 * MIB, 3200),
            (1024 * 1024 * MIB, 21 * MIB, 49_933),
        ];
        for (size, block_size, blocks) in cases {
            let layout = Layout::new(&file(size), None).unwrap();
            assert_eq!(
                (layout.block_size(), layout.blocks()),
                (block_size, blocks),
                "{size}"
            );
            let sum: u64 = (0..blocks).map(|index| layout.length(index)).sum();
            assert_eq!(sum, size);
            assert_eq!(layout.length(blocks), 0);
        }
    }

    #[test]
    fn limits_are_known_before_the_first_byte() {
        let refused = Layout::new(&file(200 * 1024 * MIB), Some(SMALL)).unwrap_err();
        assert!(matches!(
            refused,
            UploadError::TooManyBlocks { blocks: 51_200, .. }
        ));
        assert!(Layout::new(&file(1), Some(LARGEST_BLOCK + 1)).is_err());
    }

    #[test]
    fn a_block_is_ours_only_by_name_size_and_cut() {
        let small = Layout::new(&file(12 * MIB), Some(4 * MIB)).unwrap();
        let large = Layout::new(&file(12 * MIB), Some(8 * MIB)).unwrap();
        assert_eq!(small.id(1).len(), 17);
        assert_eq!(small.index_of(small.id(2).as_bytes(), 4 * MIB), Some(2));
        assert_eq!(small.index_of(small.id(2).as_bytes(), 1), None);
        assert_eq!(small.index_of(small.id(3).as_bytes(), 4 * MIB), None);
        // Both have 4 MiB, from different places of the file.
        assert_eq!(small.index_of(large.id(1).as_bytes(), 4 * MIB), None);
        for foreign in [&b"x"[..], b"", b"\xff\xfe", b"abcdefgh-1", b"QkxPQ0sx"] {
            assert_eq!(small.index_of(foreign, 4 * MIB), None);
        }
    }
}
