//! What a report changed: panes and overlays are told, and look at what is theirs. Knows no model.

use crate::tasks::{
    job::Catalog,
    report::{AnalyzedReview, Comparison, Judgement},
};
use store_model::target::Target;

/// What a report changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    List(Catalog),
    Target(Target),
    Status(Target),
    Edit(Target),
    Runs,
    Folder,
    Examined,
    Packing,
    Texts,
    /// The list of a target's past, or a kept document.
    History,
    Judged(Judgement),
    Compared(Comparison),
    ReviewAnalysis(AnalyzedReview),
    Activity,
    Connection,
    Profile,
    /// Another target is selected.
    Selected,
    Nothing,
}
