//! `drafts`: the documents that were kept on this machine.

use super::{
    exit::{Exit, Failure},
    printer::Printer,
    session::Session,
};
use crate::domain::target::Target;
use serde_json::json;

pub(super) fn run(session: &Session, target: Option<&Target>, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let mut kept = session.services.home.drafts().list()?;
    kept.retain(|draft| target.is_none_or(|target| draft.target == *target));
    if kept.is_empty() && !printer.is_json() {
        printer.chatter("No document is kept.")?;
    }
    for draft in kept {
        let path = draft.path.display().to_string();
        if printer.is_json() {
            printer.object(&json!({
                "target": draft.target.to_string(), "why": draft.why.word(), "submissionId": draft.submission, "runId": draft.run, "savedAt": draft.saved_at, "path": path,
            }))?;
        } else {
            let when = draft.saved_at.strftime("%Y-%m-%d %H:%M");
            printer.line(&format!("{when}  {:13}  {}  {path}", draft.why.word(), draft.target))?;
        }
    }
    Ok(Exit::Done)
}
