//! `drafts`: the documents that were kept on this machine.

use super::{
    context::CommandContext,
    event::Event,
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::storage::DraftFile;
use std::path::Path;
use store_model::target::Target;

pub(super) fn run(
    context: &CommandContext,
    target: Option<&Target>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let kept = listed(context, target)?;
    if kept.is_empty() && !printer.is_json() {
        printer.chatter("No document is kept.");
    }
    for draft in kept {
        let event = Event::Kept {
            target: &draft.target,
            why: draft.why.word(),
            submission_id: draft.submission.as_deref(),
            run_id: draft.run.as_deref(),
            saved_at: draft.saved_at,
            path: draft.path.display().to_string(),
        };
        printer.either(&event, || line(&draft));
    }
    Ok(Exit::Done)
}

/// The document itself on stdout, byte for byte as it was kept, whatever `--output` says: it is JSON, or a text that was to become
/// some. It holds no signed URL, since none is ever kept.
pub(super) fn show(
    context: &CommandContext,
    target: Option<&Target>,
    which: &str,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let kept = listed(context, target)?;
    let found: Vec<_> = match kept.iter().find(|draft| is_file(draft, which)) {
        Some(draft) => vec![draft],
        None => kept
            .iter()
            .filter(|draft| !which.is_empty() && name(draft).contains(which))
            .collect(),
    };
    let draft = match found.as_slice() {
        [draft] => draft,
        [] => {
            let message = format!(
                "No kept document is {which:?}. flightdeck drafts lists them; give a file, or a part of its name."
            );
            return Err(Failure::usage(message));
        }
        several => {
            let lines: Vec<_> = several
                .iter()
                .map(|draft| format!("\n  {}", line(draft)))
                .collect();
            let message = format!(
                "{which:?} fits {} kept documents; name one of them:{}",
                several.len(),
                lines.concat()
            );
            return Err(Failure::usage(message));
        }
    };
    let text = context.services.home.drafts().read(&draft.path)?.text;
    printer.document(&text);
    Ok(Exit::Done)
}

fn listed(context: &CommandContext, target: Option<&Target>) -> Result<Vec<DraftFile>, Failure> {
    let mut kept = context.services.home.drafts().list()?;
    kept.retain(|draft| target.is_none_or(|target| draft.target == *target));
    Ok(kept)
}

fn name(draft: &DraftFile) -> String {
    draft
        .path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Whether this is the file that was named, by its path or its name alone.
fn is_file(draft: &DraftFile, which: &str) -> bool {
    let is_same = |path: &Path| {
        path.canonicalize()
            .is_ok_and(|path| draft.path.canonicalize().is_ok_and(|own| own == path))
    };
    name(draft) == which || is_same(Path::new(which))
}

fn line(draft: &DraftFile) -> String {
    let when = draft.saved_at.strftime("%Y-%m-%d %H:%M");
    format!(
        "{when}  {:13}  {}  {}",
        draft.why.word(),
        draft.target,
        draft.path.display()
    )
}
