//! The ZIP picker.

mod examined;
pub mod make;
pub mod picker;
mod rows;
pub mod tasks;
pub mod view;
