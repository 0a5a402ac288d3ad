//! Every tab of the detail pane, in their order: one line each. Holds nothing.

use super::{
    diff::tab::Diff, document_tab::DocumentTab, history::History, languages::tab::Languages, overview_tab::Overview,
    packages::tab::Packages, tab::Tab,
};
pub fn all() -> Vec<Box<dyn Tab>> {
    vec![
        Box::new(Overview::default()),
        Box::new(DocumentTab::default()),
        Box::new(Packages::default()),
        Box::new(Languages::default()),
        Box::new(Diff::default()),
        Box::new(History::default()),
    ]
}
