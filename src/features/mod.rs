//! One folder for each feature: its view, dialogs and tasks. Features know neither each other nor the app.

pub mod activity;
pub mod board;
pub mod detail;
pub mod dialogs;
pub mod diff;
pub mod document;
pub mod help;
pub mod history;
pub mod listings;
pub mod overview;
pub mod packages;
pub mod products;
pub mod review;
pub mod runs;
pub mod zip;

use crate::screen::pane::Pane;

/// Every pane: one line each.
pub fn all() -> Vec<Box<dyn Pane>> {
    vec![
        Box::new(board::pane::pane()),
        Box::new(products::apps::pane()),
        Box::new(products::add_ons::pane()),
        Box::new(products::flights::pane()),
        Box::new(detail::pane::Detail::default()),
        Box::new(runs::pane::pane()),
        Box::new(activity::pane::pane()),
    ]
}
