//! Joins the budget of the Store's client with the ledger on disk, which do not know each other.

use crate::storage::LedgerFile;
use std::io;
use store_client::Ledger;

/// The ledger on disk as the client wants it.
#[derive(Debug)]
pub(super) struct SharedBudget(pub(super) LedgerFile);

impl Ledger for SharedBudget {
    fn exchange(&self, change: &mut dyn FnMut(u64, &[u8]) -> Vec<u8>) -> io::Result<()> {
        // The log has to say which file it is.
        self.0.exchange(change).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("{}: {error}", self.0.path().display()),
            )
        })
    }
}
