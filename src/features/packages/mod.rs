//! The Packages tab.

mod heading;
pub mod keep_newest;
mod layout;
pub mod list;
pub mod menu;
pub mod tab;
pub mod table;
