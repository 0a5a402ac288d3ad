//! Every tab of the detail pane, in their order: one line each. Holds nothing.

use crate::{
    features::{
        diff::tab::Diff, document::tab::DocumentTab, history::tab::HistoryTab,
        listings::tab::Languages, overview::tab::Overview, packages::tab::Packages,
    },
    screen::tab::Tab,
};
pub fn all() -> Vec<Box<dyn Tab>> {
    vec![
        Box::new(Overview::default()),
        Box::new(DocumentTab::default()),
        Box::new(Packages::default()),
        Box::new(Languages::default()),
        Box::new(Diff::default()),
        Box::new(HistoryTab::default()),
    ]
}
