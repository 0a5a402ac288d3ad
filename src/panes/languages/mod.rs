//! The Listings tab: languages and texts.

pub mod cell;
pub mod grid;
pub mod tab;
pub mod table;
