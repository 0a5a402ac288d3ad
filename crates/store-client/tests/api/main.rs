//! The Store client against real HTTP: paging, tokens, repetition, error shapes, secrets. No test knows the simulator.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]
#![expect(clippy::indexing_slicing, reason = "tests fail loudly")]

mod bench;
mod calls;
mod faults;
mod lists;
#[path = "../../../../tests/support/nobody.rs"]
mod nobody;
mod sign_in;
mod surroundings;
mod waiting;
