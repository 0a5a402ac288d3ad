//! The Listings tab: languages and texts.

pub mod cell;
mod changes;
pub mod grid;
pub mod new_language;
pub mod tab;
pub mod table;
pub mod tasks;
pub mod texts_export;
pub mod texts_import;
