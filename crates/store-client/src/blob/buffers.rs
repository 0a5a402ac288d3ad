//! The buffers of all blocks in flight. They go round: a piece is read into one, handed to the connection without a
//! copy, and the buffer comes back when the bytes are in the socket. Knows neither files nor requests.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Measured: larger pieces leave the processor's cache and cost memory, smaller ones cost a thread switch each.
pub(super) const PIECE: usize = 256 * 1024;

/// The buffers that nobody uses now. There are as many as were ever in use at once: two or three a connection.
#[derive(Default)]
pub(super) struct Buffers {
    idle: Mutex<Vec<Vec<u8>>>,
}

/// One buffer on loan; goes back when dropped.
pub(super) struct Buffer {
    /// Always [`PIECE`] bytes, so that it is zeroed once in its life and not once a piece.
    bytes: Vec<u8>,
    length: usize,
    home: Arc<Buffers>,
}

impl Buffers {
    /// A buffer of `length` bytes, [`PIECE`] at most. Its content is left over from earlier.
    pub(super) fn lend(self: &Arc<Self>, length: usize) -> Buffer {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let bytes = idle.unwrap_or_else(|| vec![0; PIECE]);
        Buffer {
            length: length.min(PIECE),
            bytes,
            home: Arc::clone(self),
        }
    }
}

impl fmt::Debug for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Buffers")
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl AsMut<[u8]> for Buffer {
    fn as_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.length).unwrap_or_default()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.home
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_go_round() {
        let buffers = Arc::new(Buffers::default());
        let mut first = buffers.lend(3);
        first.as_mut().copy_from_slice(b"abc");
        let bytes = bytes::Bytes::from_owner(first);
        let part = bytes.slice(1..);
        drop(bytes);
        // Still read from: a second piece gets a buffer of its own.
        let second = buffers.lend(PIECE + 1);
        assert_eq!((second.as_ref().len(), &part[..]), (PIECE, &b"bc"[..]));
        drop((part, second));
        assert_eq!(buffers.idle.lock().unwrap().len(), 2);
        drop(buffers.lend(1));
        assert_eq!(buffers.idle.lock().unwrap().len(), 2);
    }
}
