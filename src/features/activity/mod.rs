//! The activity pane: every request that was made.

pub mod pane;
