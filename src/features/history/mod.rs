//! The History tab: what became of a target's document.

pub mod kept;
pub mod tab;
pub mod tasks;
mod wording;
