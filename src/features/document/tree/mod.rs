//! The document as a tree.

pub mod about;
pub mod input;
pub mod pick;
pub mod rows;
pub mod tab;
pub mod view;
pub mod visible;
