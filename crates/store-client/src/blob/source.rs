//! The file an upload reads: by position, from many blocks at once, without a shared cursor. Every call blocks:
//! callers run them on the blocking pool.

use std::fs::File;
use std::io;

use crc64fast_nvme::Digest as Crc64;
use md5::{Digest, Md5};

use super::plan::Checksum;

/// Small enough to stay in the processor's cache between reading and hashing.
const STEP: usize = 64 * 1024;

/// Fills `buffer` from `offset`; a file that ends before that is an `UnexpectedEof`.
pub(super) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
    }
    #[cfg(windows)]
    {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match std::os::windows::fs::FileExt::seek_read(file, rest, offset + filled as u64) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Fills `buffer` from `offset` if the bytes are in memory already, without waiting for a disk or a network share;
/// false where they are not, or where the system cannot tell.
pub(super) fn read_if_cached(file: &File, buffer: &mut [u8], offset: u64) -> bool {
    #[cfg(target_os = "linux")]
    {
        let length = buffer.len();
        let mut target = [io::IoSliceMut::new(buffer)];
        rustix::io::preadv2(
            file,
            &mut target,
            offset,
            rustix::io::ReadWriteFlags::NOWAIT,
        ) == Ok(length)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (file, buffer, offset);
        false
    }
}

/// A block's checksum, as the bytes that its header carries in Base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sum {
    Crc64(Vec<u8>),
    Md5(Vec<u8>),
    None,
}

/// Reads `length` bytes from `offset` for their checksum.
pub(super) fn checksum(file: &File, kind: Checksum, offset: u64, length: u64) -> io::Result<Sum> {
    match kind {
        Checksum::None => Ok(Sum::None),
        Checksum::Crc64 => {
            let mut crc = Crc64::new();
            each_step(file, offset, length, |bytes| crc.write(bytes))?;
            Ok(Sum::Crc64(crc.sum64().to_le_bytes().to_vec()))
        }
        Checksum::Md5 => {
            let mut md5 = Md5::new();
            each_step(file, offset, length, |bytes| md5.update(bytes))?;
            Ok(Sum::Md5(md5.finalize().to_vec()))
        }
    }
}

fn each_step(file: &File, offset: u64, length: u64, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; STEP];
    let mut done = 0;
    while done < length {
        let count = usize::try_from(length - done)
            .unwrap_or(usize::MAX)
            .min(STEP);
        let Some(piece) = buffer.get_mut(..count) else {
            break;
        };
        read_exact_at(file, piece, offset + done)?;
        take(piece);
        done += count as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_the_service_computes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, b"..123456789..").unwrap();
        let file = File::open(&path).unwrap();
        assert_eq!(
            checksum(&file, Checksum::Crc64, 2, 9).unwrap(),
            Sum::Crc64(0xae8b_1486_0a79_9888_u64.to_le_bytes().to_vec())
        );
        let Sum::Md5(md5) = checksum(&file, Checksum::Md5, 2, 9).unwrap() else {
            panic!("no MD5")
        };
        assert_eq!(
            crate::blob::identity::hex(&md5),
            "25f9e794323b453885f5181f1b624d0b"
        );
        assert_eq!(checksum(&file, Checksum::None, 0, 99).unwrap(), Sum::None);
        let cut = checksum(&file, Checksum::Crc64, 2, 99).unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof);
    }
}
