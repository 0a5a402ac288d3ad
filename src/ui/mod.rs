//! Floor 3: parts of a screen that know no domain and no job.

pub mod field;
pub mod filter;
pub mod json_paint;
pub mod keymap;
pub mod list;
pub mod meter;
pub mod modal;
pub mod panel;
pub mod prose;
pub mod scroll;
pub mod table;
pub mod text;
pub mod text_area;
pub mod text_brackets;
pub mod text_buffer;
pub mod text_folds;
pub mod text_hunks;
pub mod text_lines;
pub mod text_motion;
pub mod text_place;
pub mod text_scroll;
pub mod text_search;
pub mod text_undo;
pub mod theme;
pub mod tree;
pub mod tree_walk;
