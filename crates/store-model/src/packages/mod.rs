//! The packages of a document: who gets which, what removing costs, the fewest edits to change them.

pub mod change;
pub mod coverage;
pub mod file_name;
pub mod rows;
