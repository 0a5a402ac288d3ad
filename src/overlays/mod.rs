//! Floor 6: what lies above the panes, one file an overlay.

pub mod confirm;
pub mod help;
pub mod message;
pub mod overlay;
pub mod palette;
pub mod run;
