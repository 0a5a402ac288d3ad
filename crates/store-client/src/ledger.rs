//! What the budget asks of a file that several processes count in. It must not know what is counted, nor where the file lies.

use std::io;

/// A small text that all processes of one account share.
pub trait Ledger: Send + Sync {
    /// Replaces the text by what `change` makes of it, while no other process does the same. `change` is given the time in
    /// milliseconds by a clock that all processes share.
    ///
    /// May block for the moment that a file needs; the budget calls it where blocking is allowed. An error means that the
    /// ledger cannot be used: the budget then counts its own requests alone.
    fn exchange(&self, change: &mut dyn FnMut(u64, &[u8]) -> Vec<u8>) -> io::Result<()>;
}
