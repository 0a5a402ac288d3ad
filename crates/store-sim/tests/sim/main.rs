//! The simulated Store over real HTTP, against what is known of the real one: sign-in, lists, a submission's life, every refusal, faults.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

mod client;
mod demo;
mod documents;
mod faults;
mod life;
mod lists;
mod packages;
mod refusals;
mod rollouts;
mod sign_in;
