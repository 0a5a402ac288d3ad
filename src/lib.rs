//! Flightdeck: a terminal dashboard and head-less tool for the Microsoft Store submission API.
//!
//! Imports go down this list only, which `tests/layers.rs` holds; ARCHITECTURE.md has the reasons.
//!
//! | module | is |
//! |---|---|
//! | [`program`] | arguments and runtime; puts the dashboard together |
//! | [`shell`], [`commands`] | the imperative part of the dashboard; the commands without a screen |
//! | [`app`] | pure: an event goes in, effects come out |
//! | [`features`] | what a person sees, one folder each |
//! | [`screen`] | what features are built of |
//! | [`state`] | what the dashboard knows of the account |
//! | [`tasks`] | asynchronous work; the only callers of `store_client` and [`storage`] |
//! | [`engine`], [`storage`] | the run as a pure state machine; files and settings |
//! | [`cli`] | the command line |

pub mod app;
pub mod cli;
pub mod commands;
mod dashboard;
pub mod engine;
pub mod features;
pub mod program;
pub mod screen;
pub mod shell;
pub mod state;
pub mod storage;
pub mod tasks;
