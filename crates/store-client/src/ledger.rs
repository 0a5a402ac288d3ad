//! What the budget asks of a ledger that several processes share. It must not know where the ledger lies.

use std::{io, time::Duration};

/// The requests of one account in the last minute, and the pause that the service asked for, of all processes together.
///
/// Both calls may block for the moment that a file needs; the budget makes them where blocking is allowed.
/// An error means that the ledger cannot be used: the budget then counts its own requests alone.
pub trait Ledger: Send + Sync {
    /// Takes a slot when there were fewer than `limit` requests within `window` and no pause is on. Where it is full, the next
    /// slot is kept for a person, against whoever asks for less urgent reasons in any process.
    fn take(&self, limit: usize, window: Duration, is_person: bool) -> io::Result<Look>;

    /// Lets nobody take a slot for so long; a longer pause that is already on stays.
    fn block(&self, pause: Duration) -> io::Result<()>;
}

/// What a look at the ledger has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub slot: Slot,
    /// How long ago each request of the window was, this one with them when it was let through.
    pub ages: Vec<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Taken,
    /// All are taken; the next one is free after this time.
    Full(Duration),
    /// The service asked for a pause that lasts so long yet.
    Blocked(Duration),
}
