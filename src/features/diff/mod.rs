//! The Diff tab: what customers get, line by line.

pub mod tab;
pub mod tasks;
