//! Flightdeck: a terminal dashboard and head-less tool for the Microsoft Store submission API.
//!
//! The house has nine floors and imports go down only (`tests/layers.rs` holds that):
//!
//! | floor | module | is |
//! |---|---|---|
//! | 9 | `main.rs` | arguments, config, runtime |
//! | 8 | [`shell`], [`headless`] | the imperative part of the dashboard; the same jobs without a screen |
//! | 7 | [`app`] | pure: event in, effects out |
//! | 6 | [`panes`], [`overlays`] | what is drawn, one file each |
//! | 5 | [`model`] with [`working_copy`], [`past_view`], [`run_row`], [`ask`] | what the screen knows; what a pane wants |
//! | 4 | [`jobs`] | async; the only callers of `api` and `disk` |
//! | 3 | [`ui`] | screen parts that know no domain |
//! | 2 | [`publish`], [`api`], [`disk`], [`config`] | the run as a pure state machine; network; files; settings |
//! | 1 | [`domain`], [`action`], [`cli`] | words and rules, no I/O |
//! | – | [`sim`] | the simulated Store, apart: imports nothing of ours |

pub mod action;
pub mod api;
pub mod app;
pub mod ask;
pub mod cli;
pub mod config;
pub mod disk;
pub mod domain;
pub mod headless;
pub mod jobs;
pub mod model;
pub mod overlays;
pub mod panes;
pub mod past_view;
pub mod publish;
pub mod run_row;
pub mod shell;
pub mod signals;
#[cfg(feature = "sim")]
pub mod sim;
pub mod ui;
pub mod working_copy;
