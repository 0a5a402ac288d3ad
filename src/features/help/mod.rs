//! The keys and actions, searched by typing.

pub mod dialog;
