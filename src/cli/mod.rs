//! The command line, as clap types. Knows no task and no screen.

mod command;
mod publish;
mod value;

pub use command::*;
pub use publish::*;
