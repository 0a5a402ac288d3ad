//! The imperative part of the dashboard. The only place that touches terminal, clock, editor, browser and clipboard.

pub mod input;
pub mod logging;
pub mod notices;
pub mod outside;
pub mod pace;
pub mod run;
pub mod signals;
pub mod terminal;
