//! Every tab of the detail pane, in their order: one line each. Holds nothing.

use super::{diff::Diff, json::Json, languages::Languages, overview_tab::Overview, tab::Tab};

pub fn all() -> Vec<Box<dyn Tab>> {
    vec![
        Box::new(Overview::default()),
        Box::new(Json::default()),
        Box::new(Languages::default()),
        Box::new(Diff::default()),
    ]
}
