//! The Packages tab.

pub mod list;
pub mod menu;
pub mod tab;
pub mod table;
