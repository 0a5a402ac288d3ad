//! Floor 3: parts of a screen that know no domain and no job.

pub mod field;
pub mod filter;
pub mod finder;
pub(crate) mod json_paint;
pub mod keymap;
pub mod list;
pub mod memo;
pub mod meter;
pub mod modal;
pub mod movement;
pub mod panel;
pub mod prose;
pub mod row;
pub mod scroll;
pub mod table;
pub mod text;
pub mod theme;
pub mod tree;
