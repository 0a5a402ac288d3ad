//! Floor 2: one attempt to take a target from "what is live" to "published", the same for apps, add-ons and flights.
//! Pure: told what happened, says what to do next; no I/O, no clock.

pub mod cadence;
pub mod call;
pub mod entry;
pub mod errand;
pub mod expect;
mod follow;
pub mod machine;
pub mod plan;
mod recovery;
mod settle;
mod stage;
pub mod view;
