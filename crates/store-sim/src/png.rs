//! A small picture as a PNG, for icons in samples. One bit a pixel and no compression: the format needs no more.

use crate::stored_zip::crc32;

/// A square of `side` pixels (a multiple of 4, at most 2,000): a round sign in white on `colour`.
pub(crate) fn tile(side: u32, colour: [u8; 3]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [side.to_be_bytes(), side.to_be_bytes()].concat();
    // One bit a pixel, palette, the only compression and filter there are, no interlace.
    header.extend_from_slice(&[1, 3, 0, 0, 0]);
    chunk(&mut png, *b"IHDR", &header);
    let [red, green, blue] = colour;
    chunk(&mut png, *b"PLTE", &[red, green, blue, 0xFF, 0xFF, 0xFF]);
    chunk(&mut png, *b"IDAT", &zlib(&rows(side)));
    chunk(&mut png, *b"IEND", &[]);
    png
}

/// Each row: the filter "none", then eight pixels a byte.
fn rows(side: u32) -> Vec<u8> {
    let middle = i64::from(side);
    let is_white = |x: u32, y: u32| {
        // Doubled, so that the middle of a pixel is a whole number.
        let (dx, dy) = (i64::from(2 * x + 1) - middle, i64::from(2 * y + 1) - middle);
        let from_middle = dx * dx + dy * dy;
        let ring = (middle * middle * 4 / 25)..(middle * middle * 9 / 25);
        ring.contains(&from_middle) || (dx.abs() < middle / 12 && dy.abs() < middle / 4)
    };
    let mut rows = Vec::new();
    for y in 0..side {
        rows.push(0);
        for byte in 0..side.div_ceil(8) {
            let pixels = (0..8).map(|bit| byte * 8 + bit);
            rows.push(pixels.fold(0, |byte, x| {
                byte << 1 | u8::from(x < side && is_white(x, y))
            }));
        }
    }
    rows
}

/// A zlib stream of stored blocks.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = bytes.chunks(0xFFFF);
    let last = blocks.len().saturating_sub(1);
    for (index, block) in blocks.enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(index == last));
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    stream.extend_from_slice(&(high << 16 | low).to_be_bytes());
    stream
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    png.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let summed = [kind.as_slice(), data].concat();
    png.extend_from_slice(&summed);
    png.extend_from_slice(&crc32(&summed).to_be_bytes());
}
