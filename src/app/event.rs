//! Events from the shell to the app, and effects from the app to the shell. Plain data.

use crate::{
    screen::command::ToastLevel,
    tasks::{report::Report, reporter::JobId, task::AnyTask},
};
use jiff::Timestamp;
use ratatui::crossterm::event::{KeyEvent, MouseEvent};
use std::time::Duration;
use store_model::target::Target;

/// When something happens; the app never asks a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For ages and times of day.
    pub wall: Timestamp,
    /// Since the program started: for all that has to be waited for.
    pub uptime: Duration,
}

#[derive(Clone, Debug)]
pub enum Event {
    /// A press, never a release.
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
    /// Columns and rows.
    Resize(u16, u16),
    Report(Option<JobId>, Report),
    /// The moment the app asked for has come.
    Woken,
    /// The text came back from `$EDITOR`.
    EditedOutside {
        target: Target,
        text: String,
    },
    /// Something outside could not be done; the text says what can be done instead.
    Trouble {
        title: String,
        text: String,
    },
    /// What came of something outside, in one line.
    Told(ToastLevel, String),
    /// Somebody asks the program to end; there is nobody to ask back.
    Terminate,
}

/// How the dashboard is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Quit,
    /// The demo account was asked for on the welcome screen.
    Demo,
}

/// A change of state that a person wants to hear of.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// In a few words.
    pub text: String,
    pub target: Target,
    pub name: String,
    pub submission: Option<String>,
    /// The Store's word, or how a run ended.
    pub status: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Start(JobId, AnyTask),
    Cancel(JobId),
    Copy(String),
    EditOutside {
        target: Target,
        text: String,
    },
    OpenLink(String),
    /// Ring the bell, tell the desktop, and start the person's own program.
    Notify(Notice),
    /// Give the terminal back to the shell until it is called again.
    Suspend,
    Quit(Exit),
}
