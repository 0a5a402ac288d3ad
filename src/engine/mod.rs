//! Floor 2: one attempt to take a target from "what is live" to "published", the same for apps, add-ons and flights.
//! Pure: told what happened, says what to do next; no I/O, no clock.

pub mod cadence;
pub mod call;
pub mod entry;
mod follow;
mod guard;
pub mod machine;
pub mod operation;
pub mod plan;
pub mod preflight;
mod recovery;
mod settling;
mod stage;
pub mod view;
mod watching;
