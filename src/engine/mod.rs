//! One attempt to take a target from what is live to published, the same for apps, add-ons and flights. Pure, except for
//! `driver`: it takes in what happened and says what to do next; no I/O, no clock.

mod archive;
pub mod cadence;
pub mod call;
pub mod driver;
pub mod entry;
mod follow;
mod guard;
pub mod journal;
pub mod machine;
pub mod operation;
pub mod plan;
pub mod preflight;
mod recovery;
mod settling;
mod stage;
pub mod view;
mod watching;
pub mod zip_source;
