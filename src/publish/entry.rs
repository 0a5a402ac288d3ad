//! What the journal of a run holds, and how a run is rebuilt from it. Holds no signed URL and no secret.

use super::{call::Happened, errand::Header, machine::Run, view::Step};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The lines after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    /// On disk before a request that changes something: without an outcome behind it, the server has to be asked what happened.
    Intends {
        at: Timestamp,
        step: Step,
    },
    Happened {
        at: Timestamp,
        what: Box<Happened>,
    },
}

impl Run {
    /// The run as it stood after these entries.
    pub fn rebuild(header: Header, entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut run = Self::new(header);
        for entry in entries {
            if let Entry::Happened { at, what } = entry {
                run.tell(*what, at);
            }
        }
        run
    }
}
