//! The first screen: what needs a person now, and what goes on without one.

mod drawing;
pub mod pane;
