//! The Diff tab: what customers get, line by line.

mod choosing;
mod moving;
pub mod tab;
pub mod tasks;
