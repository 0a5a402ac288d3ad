//! Texts: measured as a screen shows them, and long ones under edit, from their lines to their drawing.

pub mod area;
pub mod brackets;
pub mod buffer;
pub mod folds;
pub(crate) mod hunks;
pub mod keys;
pub mod lines;
pub mod measure;
pub mod motion;
pub mod place;
pub mod scroll;
pub mod search;
pub mod undo;

pub use measure::{cells, fit, fit_end, pad, pad_left, plain, width, wrap};
