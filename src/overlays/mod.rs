//! Floor 6: what lies above the panes, one file an overlay.

pub mod confirm;
pub mod fit_panel;
pub mod help;
pub mod message;
pub mod opening;
pub mod outlook;
pub mod overlay;
pub mod palette;
pub mod prompt;
pub mod review;
pub mod review_body;
pub mod run;
mod zip_make;
pub mod zip_picker;
pub mod zip_view;
