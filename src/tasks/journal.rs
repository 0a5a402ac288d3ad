//! Journals as runs: reads one back, and finds those that were interrupted.

use super::report::Interrupted;
use crate::{
    engine::{
        entry::{Entry, Sent},
        machine::Run,
        operation::Header,
    },
    storage::{DiskError, RunFile, Runs},
};
use serde_json::Value;
use std::sync::Arc;
use store_model::target::Target;

/// A run as its journal left it.
pub(super) struct Recovered {
    pub run: Run,
    /// The journal ends with an intention: nobody knows what became of that call.
    pub is_unanswered: bool,
    pub sent: Option<Sent>,
}

/// Rebuilds a run from the lines of its journal. The error says in words why that cannot be.
pub(super) fn read(lines: Vec<Value>, profile: &str) -> Result<Recovered, String> {
    let mut lines = lines.into_iter();
    let first = lines.next().ok_or("Its journal is empty.")?;
    let version = first
        .get("version")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    if version != u64::from(Header::VERSION) {
        return Err(format!(
            "Its journal was written by another version of Flightdeck (format {version}, this one reads {}).",
            Header::VERSION
        ));
    }
    let header: Header = serde_json::from_value(first)
        .map_err(|error| format!("The journal's first line is damaged: {error}."))?;
    if header.profile != profile {
        return Err(format!(
            "It belongs to profile {:?}; this is {profile:?}. Use --profile {}.",
            header.profile, header.profile
        ));
    }
    let mut entries = Vec::new();
    for (number, line) in lines.enumerate() {
        let entry = serde_json::from_value(line)
            .map_err(|error| format!("Line {} of its journal is damaged: {error}.", number + 2))?;
        entries.push(entry);
    }
    // The end may be written where the outcome was not: a disk that is full for a long line has room for a short one.
    let is_unanswered = entries
        .iter()
        .rev()
        .find(|entry| !matches!(entry, Entry::Uploading { .. } | Entry::Ended { .. }));
    let is_unanswered = matches!(is_unanswered, Some(Entry::Intends { .. }));
    let sent = entries.iter().rev().find_map(|entry| match entry {
        Entry::Uploading { sent, .. } => Some((**sent).clone()),
        _ => None,
    });
    Ok(Recovered {
        run: Run::rebuild(header, entries),
        is_unanswered,
        sent,
    })
}

/// The runs of this profile that can be gone on with, or that another process drives, newest first.
pub fn interrupted(runs: &Runs, profile: &str) -> Result<Vec<Interrupted>, DiskError> {
    let mut found = Vec::new();
    for file in runs.list()? {
        if file.last.as_ref().is_some_and(has_ended) {
            continue;
        }
        let read = runs
            .read(&file.id)
            .map_err(|error| error.to_string())
            .and_then(|lines| read(lines, profile));
        let holder = file.is_locked.then(|| {
            file.holder.as_ref().map_or_else(
                || "another process".to_owned(),
                |holder| format!("process {}", holder.pid),
            )
        });
        match read {
            Ok(recovered) => {
                let view = recovered.run.view().clone();
                found.push(Interrupted {
                    id: file.id,
                    view: Some(view),
                    plan: recovered.run.plan().cloned().map(Arc::new),
                    held_by: holder,
                    problem: file.damaged,
                });
            }
            Err(problem) => found.push(Interrupted {
                id: file.id,
                view: None,
                plan: None,
                held_by: holder,
                problem: Some(problem),
            }),
        }
    }
    Ok(found)
}

/// The run that another process drives for this target, if its journal says so.
pub(super) fn driven(runs: &Runs, target: &Target) -> Option<String> {
    let is_of_target = |file: &RunFile| {
        let header = file.first.clone().map(serde_json::from_value::<Header>);
        header.is_some_and(|header| header.is_ok_and(|header| header.operation.target() == target))
    };
    let mut files = runs.list().ok()?.into_iter();
    files
        .find(|file| file.is_locked && is_of_target(file))
        .map(|file| file.id)
}

/// Whether the journal's last line leaves nothing to be done.
pub(super) fn has_ended(last: &Value) -> bool {
    last.get("ended")
        .is_some_and(|ended| ended.get("is_resumable").and_then(Value::as_bool) != Some(true))
}
