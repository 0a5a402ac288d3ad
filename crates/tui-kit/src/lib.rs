//! Building blocks of a terminal user interface: text editor, tree, lists, dialogs, keymap, theme. Nothing here knows the Store, a
//! file or a background task.

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
pub(crate) mod paint;
pub mod panel;
pub mod prose;
pub mod row;
pub mod scroll;
pub mod table;
pub mod text;
pub mod theme;
pub mod tree;
