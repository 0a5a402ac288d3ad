//! Every tab of the detail pane, in their order: one line each. Holds nothing.

use super::{history::History, json::Json, overview_tab::Overview, tab::Tab};

pub fn all() -> Vec<Box<dyn Tab>> {
    vec![Box::new(Overview::default()), Box::new(Json::default()), Box::new(History::default())]
}
