//! The JSON tab: the document as text and as a tree, and merging what somebody else changed.

pub mod json;
pub mod merge;
mod merge_lines;
pub mod tab;
pub mod tree;
