//! The dashboard without a terminal, clock and network: keys and reports in, effects and screens out. One target, so that the whole
//! program is linked once for all of it.

mod board;
mod dashboard;
mod edit;
mod editor;
mod flow;
mod harness;
mod history;
mod languages;
mod openings;
mod packages;
mod places;
mod review;
mod screens;
mod tree;
