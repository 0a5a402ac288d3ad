//! The Overview tab: a target at a glance.

pub mod glance;
pub mod lines;
pub mod outline;
mod prepared_lines;
pub mod tab;
