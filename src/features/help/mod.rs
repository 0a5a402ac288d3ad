//! The help, and the palette of commands.

pub mod help;
pub mod palette;
