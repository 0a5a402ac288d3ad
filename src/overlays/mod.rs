//! Floor 6: what lies above the panes, one file an overlay.

pub mod fit_panel;
pub mod overlay;
pub mod zip_picker;
