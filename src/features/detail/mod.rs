//! The detail pane: the selected target in tabs.

pub mod pane;
pub mod tabs;
