//! The ZIP picker.

pub mod make;
pub mod picker;
pub mod tasks;
pub mod view;
