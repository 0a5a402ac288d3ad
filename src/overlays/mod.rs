//! Floor 6: what lies above the panes, one file an overlay.

pub mod blockers;
pub mod choose;
pub mod confirm;
pub mod fit_panel;
pub mod help;
pub mod keep_newest;
pub mod kept;
pub mod merge;
pub mod message;
pub mod new_language;
pub mod opening;
pub mod outlook;
pub mod overlay;
pub mod palette;
pub mod path_input;
pub mod prompt;
pub mod review;
pub mod review_body;
pub mod run;
mod scales;
pub mod text_edit;
pub mod texts_export;
pub mod texts_import;
mod zip_make;
pub mod zip_picker;
pub mod zip_view;
