//! Dialogs that any feature may open: a choice, a question, a message, a line of text.

pub mod choose;
pub mod confirm;
pub mod message;
pub mod prompt;
pub mod text;
