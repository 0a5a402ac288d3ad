//! Everything that may keep a change from being sent, decided and explained in one place. Pure: knows no screen, no command
//! and no request.

mod approval;
mod judge;
mod refusal;

pub use approval::{restated, zip_agreed};
pub(crate) use judge::preflight;
pub(super) use judge::{committable, fresh_copy, listed, weigh_fresh};
pub use judge::{open_rollout, out_of_reach};
pub use refusal::Refusal;
