//! Floor 6: what is drawn beside each other, one file a pane. Panes do not know each other, the app, or overlays.

pub mod activity;
pub mod addons;
pub mod apps;
pub mod desk;
pub mod detail;
pub mod detail_parts;
pub mod diff;
pub mod diff_lines;
pub mod document_tab;
pub mod editor;
pub mod editor_keys;
pub mod findings_list;
pub mod flights;
pub mod history;
pub mod json;
pub mod json_view;
pub mod languages;
pub mod languages_cell;
pub mod languages_grid;
pub mod languages_table;
pub mod overview;
pub mod overview_tab;
pub mod package_list;
pub mod package_menu;
pub mod package_table;
pub mod packages;
pub mod pane;
pub mod prepared;
pub mod products;
pub mod runs;
pub mod search_bar;
pub mod session;
pub mod sheet;
pub mod standing;
pub mod tab;
pub mod tabs;
pub mod target_actions;
pub mod tree;
pub mod tree_about;
pub mod tree_input;
pub mod tree_pick;
pub mod tree_rows;
pub mod tree_sight;
pub mod tree_tab;

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
