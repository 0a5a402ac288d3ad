//! The help, and the palette of commands.

pub mod dialog;
pub mod palette;
