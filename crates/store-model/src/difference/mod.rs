//! What changes for customers between two documents, grouped as a reviewer reads it: packages, price, release, texts and images
//! by language, trailers, the rest. One structure for the screen, text, JSON and Markdown; knows none of them.

mod build;
mod files;
mod json;
mod markdown;
mod part;
mod rows;
#[cfg(test)]
mod tests;
mod topic;
mod wording;

pub use markdown::escaped;
pub use part::{ChangedEntry, Difference, EntryGroup, Part, Sign, Topic};
pub use rows::{DiffRow, DiffTone, rows};
pub use wording::{ChangeMark, TextLine, TextPiece, Wording};
