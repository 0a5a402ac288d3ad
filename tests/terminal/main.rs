//! The dashboard in a real pseudo-terminal, driven by keys alone: what a release manager does, and what must never go wrong.
#![cfg(feature = "sim")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

mod account;
mod dashboard;
mod drafts;
mod editing;
mod ends;
mod release;
mod screen;
#[cfg(unix)]
#[path = "../support/services.rs"]
mod services;
#[path = "../support/terminal.rs"]
mod terminal;
mod zips;
