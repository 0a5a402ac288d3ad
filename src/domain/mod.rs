//! Floor 1: the words and rules of the Store, without I/O, clock, screen or network.

pub mod concern;
pub mod product;
pub mod remote;
pub mod status;
pub mod submission;
pub mod target;
