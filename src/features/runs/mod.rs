//! The runs pane, and one run with all that is known of it.

pub mod dialog;
pub mod pane;
