//! The review: the last look before a run that ends in a commit.

pub mod analysis;
pub mod blockers;
pub mod body;
mod decision;
pub mod dialog;
pub mod preview;
mod screen;
pub mod tasks;
