//! The archive of a run: whether it fits, is the one that was approved, and is still the one that was uploaded. Does no I/O.

use super::{
    machine::Run,
    preflight::{self, Refusal},
    stage::RunStage,
    view::Cause,
};
use jiff::Timestamp;
use serde_json::Value;
use store_model::status::Status;

impl Run {
    /// Whether the archive is the approved one and fits the document.
    pub(super) fn archive_agreed(
        &self,
        problems: Vec<String>,
        sum: Option<[u8; 32]>,
    ) -> Result<(), Refusal> {
        self.plan()
            .map_or(Ok(()), |plan| preflight::zip_agreed(plan, sum))?;
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Refusal::ZipDoesNotFit(problems))
        }
    }

    /// `identity` tells the file that was examined from a changed one. Before the first change a refusal ends the run; later it can
    /// continue once the right archive is in its place.
    pub(super) fn examined(
        &mut self,
        is_first: bool,
        judged: Result<(), Refusal>,
        identity: Option<Value>,
        at: Timestamp,
    ) {
        let known = std::mem::replace(&mut self.archive, identity);
        match judged {
            Ok(()) if is_first => self.leave_settling(at),
            Err(refusal) if is_first => self.refuse(refusal.to_string(), at),
            Err(refusal) => self.fail(Cause::Trouble, self.not_uploaded(&refusal), at),
            Ok(()) => {
                if known.is_some() && known != self.archive {
                    let warning = "The ZIP is not the file that was examined before; it was examined again, and it fits.";
                    self.view.warn_once(warning.to_owned());
                }
                self.must_examine = false;
                self.enter(RunStage::Upload, at);
            }
        }
    }

    /// Why the archive that is there now is not uploaded. The draft was made already, so the run stays open.
    pub fn not_uploaded(&self, refusal: &Refusal) -> String {
        let zip = self.plan().and_then(|plan| plan.zip.as_ref());
        let zip = zip.map_or_else(String::new, ToString::to_string);
        let id = self.submission();
        let why = match refusal {
            Refusal::NotApproved { .. } => {
                format!("{zip} is not the ZIP that was approved (--expect) any more")
            }
            other => format!("{zip} was changed. {other}"),
        };
        format!(
            "{why}. It was not uploaded, and draft {id} is not committed. \
             Put the right ZIP back and resume the run, or publish the new one as a release of its own."
        )
    }

    /// Another archive came between the last look and the commit: nobody knows which of the two the Store has taken.
    pub(super) fn committed_another(&mut self, at: Timestamp) {
        let message = format!(
            "Submission {} was committed, but somebody else replaced its archive in that very moment, so it may not be yours. \
             Look at it in Partner Center and cancel it there if it is not: {}",
            self.submission(),
            self.portal()
        );
        self.view.saw(Status::CommitStarted, at);
        self.fail(Cause::Store, message, at);
    }
}
