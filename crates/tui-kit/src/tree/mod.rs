//! A JSON value as a tree: what becomes a row, and what is in view of the rows.

mod pointer;
pub mod view;
pub mod walk;

pub use view::{Fold, INDENT, Tree, TreeClick, TreeRow};
