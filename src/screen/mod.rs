//! What every feature is built of: actions, panes, tabs, dialogs, the document under edit. Knows no feature.

pub mod action;
pub mod answers;
pub mod command;
pub mod detail_parts;
pub mod dialogs;
pub mod difference_lines;
pub mod documents;
pub mod edit_session;
pub(crate) mod filter_input;
pub mod fit_panel;
pub mod keymap;
pub mod new_products;
pub mod overlay;
pub mod pane;
pub mod path_input;
pub mod rollout;
pub mod run_controls;
pub mod status_badge;
pub mod tab;
pub mod target_actions;
pub mod text_panel;
pub mod themes;
