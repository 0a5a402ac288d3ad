//! Floor 6: what is drawn beside each other, one file a pane. Panes do not know each other, the app, or overlays.

pub mod addons;
pub mod apps;
pub mod flights;
pub mod pane;
pub mod products;
pub mod standing;
