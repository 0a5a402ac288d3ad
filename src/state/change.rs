//! What a report has changed, for the panes and overlays that show it. Knows no model.

use crate::tasks::message::TaskMessage;
use store_model::{catalog::Catalog, target::Target};

/// What a report changed. A task answers its feature with [`ModelChange::Task`]; the others are changes of what all features share.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelChange {
    /// From a task to its feature.
    Task(TaskMessage),
    List(Catalog),
    Target(Target),
    Status(Target),
    /// What was seen of submissions.
    Submissions,
    /// A submission has come into another state.
    Seen {
        target: Target,
        submission: String,
    },
    /// The rows of the board were made anew.
    Board,
    Edit(Target),
    /// The model has settled the working copy: beside what [`ModelChange::Edit`] says, the disk has to follow.
    Settled(Target),
    /// What is known of a target is out of date.
    Stale(Target),
    Runs,
    /// What the dialogs that ask for a file look at.
    Folder,
    Examined,
    Activity,
    Connection,
    /// Another target is selected.
    Selected,
    /// Nothing that is shown, but a task is over.
    Nothing,
}
