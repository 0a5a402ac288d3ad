//! The packages of a document: who gets which, what removing costs, the fewest edits to change them.

pub mod change;
pub mod file_name;
pub mod reach;
pub mod rows;
