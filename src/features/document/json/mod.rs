//! The JSON tab: the document as text.

pub mod editor;
mod editor_drawing;
pub mod editor_keys;
pub mod findings_list;
mod replacing;
pub mod search_bar;
pub mod tab;
pub mod view;
