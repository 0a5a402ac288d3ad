//! Floor 6: what is drawn beside each other, one file a pane. Panes do not know each other, the app, or overlays.

pub mod activity;
pub mod addons;
pub mod apps;
pub mod contents;
pub mod desk;
pub mod detail;
pub mod detail_parts;
pub mod diff;
pub mod document_tab;
pub mod flights;
pub mod glance;
pub mod history;
pub mod json;
pub mod languages;
pub mod overview;
pub mod overview_tab;
pub mod packages;
pub mod pane;
pub mod prepared;
pub mod products;
pub mod runs;
pub mod session;
pub mod sheet;
pub mod standing;
pub mod tab;
pub mod tabs;
pub mod target_actions;
pub mod tree;

/// Every pane: one line each.
pub fn all() -> Vec<Box<dyn pane::Pane>> {
    vec![
        Box::new(apps::pane()),
        Box::new(addons::pane()),
        Box::new(flights::pane()),
        Box::new(detail::Detail::default()),
        Box::new(runs::pane()),
        Box::new(activity::pane()),
    ]
}
