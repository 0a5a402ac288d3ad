//! Floor 6: what is drawn beside each other, one file a pane. Panes do not know each other, the app, or overlays.

pub mod pane;
