//! Floor 6: what is drawn beside each other, one file a pane. Panes do not know each other, the app, or overlays.

pub mod detail;
pub mod editor;
pub mod json_view;
pub mod overview;
pub mod pane;
pub mod prepared;
pub mod target_actions;
