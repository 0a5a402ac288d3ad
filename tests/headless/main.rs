//! The program itself, head-less, against the simulator over real HTTP: what it prints, what it changes, how it exits.
#![cfg(feature = "sim")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

mod approve;
mod bench;
mod check;
mod compose;
mod drafts;
mod hostile;
mod inputs;
#[path = "../support/nobody.rs"]
mod nobody;
mod products;
mod publish;
mod surroundings;
mod texts;
mod watch;
