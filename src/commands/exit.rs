//! How a head-less command ends: a code that scripts can read, and a sentence for people.

use crate::{
    engine::{
        driver::{manage::ManageError, outcome},
        preflight::Refusal,
        view::{Cause, Ending, Outcome},
    },
    storage::{DiskError, config::ConfigError},
    tasks::services::OpenError,
};
use std::fmt::Display;
use store_client::ApiError;

/// The exit codes of product.md § 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    /// Network, disk, or the service broke.
    Failed = 1,
    /// Wrong usage or wrong config.
    Usage = 2,
    /// Refused here: a check failed, or it would destroy something that nobody allowed.
    Refused = 3,
    SignIn = 4,
    /// The Store refused, or the submission ended in a failed state.
    Store = 5,
    /// `--timeout` passed; the submission goes on.
    Timeout = 6,
    Interrupted = 130,
}

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    /// What was tried, what came back, what to do next.
    pub message: String,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Display) -> Self {
        Self {
            exit,
            message: message.to_string(),
        }
    }

    pub fn refused(message: impl Display) -> Self {
        Self::new(Exit::Refused, message)
    }

    pub fn usage(message: impl Display) -> Self {
        Self::new(Exit::Usage, message)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let exit = match outcome::cause(&error) {
            Cause::SignIn => Exit::SignIn,
            Cause::Store => Exit::Store,
            Cause::Trouble | Cause::UrlEnded => Exit::Failed,
        };
        Self::new(exit, error)
    }
}

impl From<ManageError> for Failure {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::Api(error) => error.into(),
            ManageError::Refused(refusal) => refusal.into(),
            ManageError::Disk(_) | ManageError::Held(_) | ManageError::Several { .. } => {
                Self::new(Exit::Failed, error)
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Usage, error)
    }
}

impl From<DiskError> for Failure {
    fn from(error: DiskError) -> Self {
        Self::new(Exit::Failed, error)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::new(Exit::Failed, error)
    }
}

/// The code of a run that has ended.
pub fn of_ending(ending: &Ending) -> Exit {
    match (ending.outcome, ending.cause) {
        (Outcome::Draft | Outcome::Committed | Outcome::Published | Outcome::Waiting, _) => {
            Exit::Done
        }
        (Outcome::Cancelled, _) => Exit::Interrupted,
        (Outcome::Refused, _) => Exit::Refused,
        (Outcome::Failed, Some(Cause::SignIn)) => Exit::SignIn,
        (Outcome::Failed, Some(Cause::Store)) => Exit::Store,
        (Outcome::Failed, _) => Exit::Failed,
    }
}
