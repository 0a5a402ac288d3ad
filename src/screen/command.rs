//! What a pane or an overlay wants of the app: data, released by the app one after the other. Knows neither app nor panes.

use super::action::Action;
use crate::tasks::{
    history_item::HistoryItem,
    reporter::JobId,
    task::{AnyTask, Task},
};
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use store_model::{
    json::edit::Edit,
    target::Target,
    texts::{self, NewText, Text, TextField},
};

/// How loud a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastLevel {
    Info,
    Warning,
    Error,
}

/// The panes, in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaneId {
    Board,
    Apps,
    AddOns,
    Flights,
    Detail,
    Runs,
    Activity,
}

impl PaneId {
    pub const ALL: [Self; 7] = [
        Self::Board,
        Self::Apps,
        Self::AddOns,
        Self::Flights,
        Self::Detail,
        Self::Runs,
        Self::Activity,
    ];

    /// The digit that leads to it.
    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Board => "Board",
            Self::Apps => "Apps",
            Self::AddOns => "Add-ons",
            Self::Flights => "Flights",
            Self::Detail => "Detail",
            Self::Runs => "Runs",
            Self::Activity => "Activity",
        }
    }
}

/// The tabs of the detail pane, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TabId {
    Overview,
    Json,
    Packages,
    Languages,
    Diff,
    History,
}

impl TabId {
    pub fn word(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Json => "JSON",
            Self::Packages => "Packages",
            Self::Languages => "Listings",
            Self::Diff => "Diff",
            Self::History => "History",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// As if its key had been pressed.
    Do(Action),
    Start(AnyTask),
    Cancel(JobId),
    Focus(PaneId),
    /// Make this the target that the detail pane shows.
    Select(Target),
    /// Nothing is selected any more.
    Deselect,
    /// Show a tab of the detail pane; nothing where the selected target has none such.
    ShowTab(TabId),
    /// Go to the value at a JSON pointer of the selected target's document.
    Reveal {
        pointer: String,
    },
    /// Change places of the document: one step of undo. Nothing if another target is selected by then.
    ChangeDocument {
        target: Target,
        edits: Vec<Edit>,
    },
    Open(Dialog),
    /// The working copy's text has changed.
    Edited {
        target: Target,
        text: String,
    },
    /// Throw the working copy away.
    DiscardEdit(Target),
    /// The edited text counts as made from what the Store holds now: what it holds was looked at.
    Rebase(Target),
    /// Choose an archive for the target, or none.
    ChooseZip {
        target: Target,
        zip: Option<PathBuf>,
    },
    Toast(ToastLevel, String),
    Copy(String),
    OpenLink(String),
    /// Hand the text to `$EDITOR`; it comes back as [`Command::Edited`].
    EditOutside {
        target: Target,
        text: String,
    },
    DismissRun(String),
    Quit,
}

impl Command {
    /// Starts a task of a feature.
    pub fn start(task: impl Task) -> Self {
        Self::Start(task.into())
    }
}

/// An overlay to be opened, with what it needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// Every action with its keys.
    Help,
    /// A longer text: an error, a report.
    Message {
        title: String,
        text: String,
    },
    /// Asks before releasing `then`. The safe answer has the focus; One of `must_type` has to be typed first, if there are
    /// any.
    Confirm {
        title: String,
        text: Vec<String>,
        yes: String,
        danger: bool,
        must_type: Vec<String>,
        then: Vec<Command>,
    },
    ZipPicker {
        target: Target,
    },
    /// What somebody else has changed since the editing began, and what is to become of it.
    Merge {
        target: Target,
    },
    /// A kept document of a target's past: what it says, and putting it into the working copy.
    Kept {
        target: Target,
        item: Box<HistoryItem>,
        /// The button that restores has the focus.
        wants_restore: bool,
    },
    /// The last look before a run that ends in a commit.
    Review {
        target: Target,
    },
    /// One run with all that is known of it.
    Run {
        id: String,
    },
    /// A text of the document, in a dialog of its own.
    EditText(Box<TextToEdit>),
    /// A listing in one more language.
    NewLanguage {
        target: Target,
        document: Arc<Value>,
    },
    /// Texts from a folder or a table.
    ImportTexts {
        target: Target,
        document: Arc<Value>,
        /// What a file is for that is named after its language alone.
        field: &'static str,
    },
    /// Texts to a folder or a table.
    ExportTexts {
        target: Target,
        document: Arc<Value>,
        fields: Vec<TextField>,
    },
    /// A list to choose one from.
    Choose {
        title: String,
        /// Above the list; may be empty.
        text: String,
        choices: Vec<Choice>,
        /// Where the cursor begins.
        current: usize,
    },
    /// Which packages go when only the newest are kept.
    KeepNewest {
        target: Target,
    },
    /// Asks for one line of text.
    Prompt {
        title: String,
        text: String,
        label: String,
        /// The field's text at first.
        start: String,
        purpose: PromptPurpose,
    },
}

/// A text of a target's document that is to be edited.
#[derive(Clone, Debug, PartialEq)]
pub struct TextToEdit {
    pub target: Target,
    pub title: String,
    pub start: String,
    /// What it is for, below the text; may be empty.
    pub help: String,
    /// Its limits. A list has one entry a line.
    pub field: TextField,
    /// Nothing is there yet: an empty text is a change too.
    pub is_new: bool,
    /// Enter ends it.
    pub is_one_line: bool,
    /// The same text in another language, with that language's code.
    pub model: Option<(String, String)>,
    pub place: TextPlace,
}

/// Where an edited text goes.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPlace {
    /// A language's text in the listings.
    Listing {
        document: Arc<Value>,
        language: String,
    },
    /// The value at a JSON pointer.
    Value { pointer: String },
    /// A new entry of the list at a JSON pointer.
    Entry { pointer: String },
}

impl TextToEdit {
    /// What makes the document hold this text.
    pub fn edits(&self, text: &str) -> Vec<Edit> {
        match &self.place {
            TextPlace::Listing { document, language } => {
                let new = NewText {
                    language: language.clone(),
                    field: self.field,
                    text: Text::read(&self.field, text),
                };
                texts::edits(self.target.kind(), document, &[new])
            }
            TextPlace::Value { pointer } => vec![Edit::Set {
                pointer: pointer.clone(),
                value: text.into(),
            }],
            TextPlace::Entry { pointer } => vec![Edit::Append {
                pointer: pointer.clone(),
                value: text.into(),
            }],
        }
    }
}

/// A row of a list to choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub text: String,
    /// Beside it, dimmed; may be empty.
    pub note: String,
    /// What choosing it releases; a row without any cannot be taken, and its note says why.
    pub answer: Vec<Command>,
}

/// What a new flight can be given: groups that were ever seen, each with the flights that have it, and the flights that it can
/// rank above.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlightChoices {
    pub groups: Vec<(String, String)>,
    pub flights: Vec<String>,
}

/// What a line of text is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum PromptPurpose {
    /// The id of a new add-on of an app.
    NewAddOn { app: String, product_type: String },
    /// The name of a new flight of an app.
    NewFlight { app: String, choices: FlightChoices },
    /// The groups of a new flight, by their ids.
    FlightGroups {
        app: String,
        name: String,
        choices: FlightChoices,
    },
    /// The percentage of customers that get what is live.
    Rollout {
        target: Target,
        submission: String,
        name: String,
        must_type: Vec<String>,
        /// Where it is now.
        now: f64,
    },
    /// The path in the ZIP of a new package of the document; `replaces` is the pointer of the one whose place it takes.
    Package {
        target: Target,
        document: Arc<Value>,
        replaces: Option<String>,
    },
}
