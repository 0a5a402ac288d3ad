//! The Overview tab: a target at a glance.

pub mod glance;
pub mod lines;
pub mod outline;
pub mod tab;
