//! Carries runs and other changes to the account out: the only part of the engine with I/O. Rules are in the machine and in
//! preflight; a screen is unknown here.

mod drive;
pub mod manage;
pub mod outcome;
mod probe;
pub mod renew;
pub mod rollout;
mod sending;
pub mod start;
pub mod tasks;
