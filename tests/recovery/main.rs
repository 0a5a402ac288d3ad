//! Runs that lose nothing: killed, cancelled, cut off, lied to, and gone on with. The real program and the real engine against the
//! simulator over real HTTP; every word is the simulator's: created once, committed once, the blob identical, nothing else touched.
#![cfg(feature = "sim")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

mod approved;
mod bench;
#[cfg(unix)]
mod cancel;
mod chance;
mod inside;
mod journals;
mod kill;
mod others;
mod products;
mod resumed;
#[path = "../support/services.rs"]
mod services;
mod table;
mod trouble;
mod upload;
