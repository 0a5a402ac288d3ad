//! The Store client against real HTTP: paging, tokens, repetition, error shapes, secrets. No test knows the simulator.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]
#![expect(clippy::indexing_slicing, reason = "tests fail loudly")]

#[path = "api/bench.rs"]
mod bench;
#[path = "api/calls.rs"]
mod calls;
#[path = "api/faults.rs"]
mod faults;
#[path = "api/lists.rs"]
mod lists;
#[path = "support/nobody.rs"]
mod nobody;
#[path = "api/sign_in.rs"]
mod sign_in;
