//! Finds unfinished runs in the journals of this machine: interrupted ones, and those that another process carries out.

use crate::{
    engine::{
        journal::{self, has_ended},
        operation::RunHeader,
        plan::Plan,
        view::RunView,
    },
    storage::{DiskError, RunFile, Runs},
};
use std::sync::Arc;
use store_model::target::Target;

/// A run whose journal is not closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Interrupted {
    /// The run's id.
    pub id: String,
    /// `None` when the journal cannot be read.
    pub view: Option<RunView>,
    /// What it publishes; `None` where it only follows.
    pub plan: Option<Arc<Plan>>,
    /// Another process drives it: which, as far as that is known.
    pub held_by: Option<String>,
    /// Why it cannot be resumed, or what is damaged.
    pub problem: Option<String>,
}

/// The runs of this profile that can be resumed, or that another process drives, newest first.
pub fn list(runs: &Runs, profile: &str) -> Result<Vec<Interrupted>, DiskError> {
    let mut found = Vec::new();
    for file in runs.list()? {
        if file.last.as_ref().is_some_and(has_ended) {
            continue;
        }
        let read = runs
            .read(&file.id)
            .map_err(|error| error.to_string())
            .and_then(|lines| journal::read(lines, profile).map_err(|error| error.to_string()));
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
pub(crate) fn driven(runs: &Runs, target: &Target) -> Option<String> {
    let is_of_target = |file: &RunFile| {
        let header = file.first.clone().map(serde_json::from_value::<RunHeader>);
        header.is_some_and(|header| header.is_ok_and(|header| header.operation.target() == target))
    };
    let mut files = runs.list().ok()?.into_iter();
    files
        .find(|file| file.is_locked && is_of_target(file))
        .map(|file| file.id)
}
