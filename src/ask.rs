//! What a pane or an overlay wants of the app: data, released by the app one after the other. Knows neither app nor panes.

use crate::{
    action::Action,
    domain::target::Target,
    jobs::job::{Job, JobId},
};
use std::path::PathBuf;

/// How loud a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// The panes, in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaneId {
    Apps,
    AddOns,
    Flights,
    Detail,
    Runs,
    Activity,
}

impl PaneId {
    pub const ALL: [Self; 6] = [Self::Apps, Self::AddOns, Self::Flights, Self::Detail, Self::Runs, Self::Activity];

    /// The digit that leads to it.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Apps => "Apps",
            Self::AddOns => "Add-ons",
            Self::Flights => "Flights",
            Self::Detail => "Detail",
            Self::Runs => "Runs",
            Self::Activity => "Activity",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// As if its key had been pressed.
    Do(Action),
    /// Start a job.
    Start(Job),
    Cancel(JobId),
    Focus(PaneId),
    /// Make this the target that the detail pane shows.
    Select(Target),
    Open(Opening),
    /// The working copy's text has changed.
    Edited {
        target: Target,
        text: String,
    },
    /// Throw the working copy away.
    DiscardEdit(Target),
    /// Choose an archive for the target, or none.
    ChooseZip {
        target: Target,
        zip: Option<PathBuf>,
    },
    Toast(Severity, String),
    Copy(String),
    OpenLink(String),
    /// Hand the text to `$EDITOR`; it comes back as [`Ask::Edited`].
    EditOutside {
        target: Target,
        text: String,
    },
    DismissRun(String),
    Quit,
}

/// An overlay to be opened, with what it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    Help,
    Palette,
    /// A longer text: an error, a report.
    Message {
        title: String,
        text: String,
    },
    /// Asks before releasing `then`. The safe answer has the focus; `must_type` is a name that has to be typed first.
    Confirm {
        title: String,
        text: Vec<String>,
        yes: String,
        danger: bool,
        must_type: Option<String>,
        then: Vec<Ask>,
    },
    ZipPicker {
        target: Target,
    },
    /// The last look before a run that ends in a commit.
    Review {
        target: Target,
    },
    /// One run with all that is known of it.
    Run {
        id: String,
    },
}
