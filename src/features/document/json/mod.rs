//! The JSON tab: the document as text.

pub mod editor;
pub mod editor_keys;
pub mod findings_list;
pub mod search_bar;
pub mod tab;
pub mod view;
