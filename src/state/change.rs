//! What a report changed: panes and overlays are told, and look at what is theirs. Knows no model.

use crate::tasks::{job::Catalog, message::TaskMessage};
use store_model::target::Target;

/// What a report changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// From a task to its feature.
    Task(TaskMessage),
    List(Catalog),
    Target(Target),
    Status(Target),
    Edit(Target),
    Runs,
    Folder,
    Examined,
    /// A text of this target is among the rescued documents now.
    Rescued(Target),
    Activity,
    Connection,
    Profile,
    /// Another target is selected.
    Selected,
    Nothing,
}
