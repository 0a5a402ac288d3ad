//! Everything that may keep a change from being sent, decided and explained in one place. Pure: knows no screen, no command
//! and no request.

mod approval;
mod judge;
mod refusal;

pub use approval::zip_agreed;
pub(super) use judge::{listed, preflight};
pub use refusal::Refusal;
