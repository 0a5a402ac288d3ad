//! Joins the budget of the Store's client with the ledger on disk, which do not know each other.

use crate::storage::{LedgerFile, LedgerSlot};
use std::{io, time::Duration};
use store_client::{Ledger, Look, Slot};

/// The ledger on disk as the client wants it.
#[derive(Debug)]
pub(super) struct SharedBudget(pub(super) LedgerFile);

impl Ledger for SharedBudget {
    fn take(&self, limit: usize, window: Duration, is_person: bool) -> io::Result<Look> {
        let look = self
            .0
            .take(limit, window, is_person)
            .map_err(|error| self.named(&error))?;
        let slot = match look.slot {
            LedgerSlot::Taken => Slot::Taken,
            LedgerSlot::Full(wait) => Slot::Full(wait),
            LedgerSlot::Blocked(wait) => Slot::Blocked(wait),
        };
        Ok(Look {
            slot,
            ages: look.ages,
        })
    }

    fn block(&self, pause: Duration) -> io::Result<()> {
        self.0.block(pause).map_err(|error| self.named(&error))
    }
}

impl SharedBudget {
    /// The log has to say which file it is.
    fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(
            error.kind(),
            format!("{}: {error}", self.0.path().display()),
        )
    }
}
