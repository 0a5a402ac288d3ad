//! A run as the screen knows it. A part of the model.

use crate::{
    engine::view::{Ending, RunView},
    tasks::{report::UploadProgress, reporter::JobId},
};

/// A run with its upload.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    pub job: JobId,
    pub view: RunView,
    pub upload: Option<UploadProgress>,
    /// An earlier process left it: nobody drives it until somebody goes on with it.
    pub is_left: bool,
}

impl RunRow {
    /// A job of ours drives it.
    pub fn is_active(&self) -> bool {
        self.view.is_active() && !self.is_left
    }

    /// It was interrupted, and can be gone on with.
    pub fn may_go_on(&self) -> bool {
        self.is_left || self.view.ending.as_ref().is_some_and(Ending::may_go_on)
    }
}
