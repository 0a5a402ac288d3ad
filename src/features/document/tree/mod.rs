//! The document as a tree.

pub mod about;
mod drawing;
pub mod input;
mod input_drawing;
pub mod pick;
pub mod rows;
mod search;
pub mod tab;
pub mod view;
pub mod visible;
