//! Floor 1: the words and rules of the Store, without I/O, clock, screen or network.

pub mod document;
pub mod package;
pub mod pointer;
pub mod product;
pub mod remote;
mod scan;
pub mod status;
pub mod submission;
pub mod target;
