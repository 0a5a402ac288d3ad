//! Floor 6: what lies above the panes, one file an overlay.

pub mod overlay;
