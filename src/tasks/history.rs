//! Reads the history of a target's document from this machine's disk: no request. Knows no screen.

use super::history_item::{Deed, HistoryItem, KeptDocument};
use crate::storage::{DiskError, DraftFile, Drafts, History, Kept, input};
use serde_json::Value;
use std::path::{Path, PathBuf};
use store_model::{
    diff::{DocumentChange, diff},
    submission::put_body,
    target::{Kind, Target},
};

/// As many ended runs of all targets are looked through.
const MOST_RUNS: usize = 2_000;

/// The later side of an update: its place in the list, and its file.
pub type Later = (usize, PathBuf);

/// The history without what updates changed, and the later side of those that have one.
pub fn list(
    drafts: &Drafts,
    history: &History,
    target: &Target,
) -> Result<(Vec<HistoryItem>, Vec<Later>), DiskError> {
    let mut items = Vec::new();
    let files: Vec<DraftFile> = drafts
        .list()?
        .into_iter()
        .filter(|file| file.target == *target)
        .collect();
    for file in &files {
        let (submission, path) = (file.submission.clone(), file.path.clone());
        let deed = match file.why {
            Kept::Edited => Deed::Edited { base: submission },
            Kept::BeforeDelete | Kept::SetAside => Deed::Rescued {
                why: file.why,
                submission,
                path,
            },
            Kept::BeforePut => Deed::Put {
                run: file.run.clone(),
                submission,
                before: path,
                changes: None,
                is_read_back: after(&files, file).is_some(),
            },
            Kept::AfterPut => continue,
        };
        items.push(HistoryItem {
            at: file.saved_at,
            deed,
        });
    }
    let runs = history
        .read(MOST_RUNS)?
        .into_iter()
        .filter(|run| run.target == *target);
    items.extend(runs.map(|run| HistoryItem {
        at: run.ended,
        deed: Deed::Run(Box::new(run)),
    }));
    items.sort_by_key(|item| std::cmp::Reverse(item.at));
    let later = |item: &HistoryItem| match &item.deed {
        Deed::Put { before, .. } => {
            let file = files.iter().find(|file| file.path == *before)?;
            after(&files, file).map(|after| after.path.clone())
        }
        _ => None,
    };
    let pairs = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| Some((index, later(item)?)))
        .collect();
    Ok((items, pairs))
}

/// The other side of an update: the first of the same run and submission that is not older.
fn after<'a>(files: &'a [DraftFile], before: &DraftFile) -> Option<&'a DraftFile> {
    let is_its = |file: &&DraftFile| {
        file.why == Kept::AfterPut
            && (&file.run, &file.submission) == (&before.run, &before.submission)
            && file.saved_at >= before.saved_at
    };
    files.iter().filter(is_its).min_by_key(|file| file.saved_at)
}

pub fn difference(kind: Kind, before: &Path, after: &Path) -> Option<Vec<DocumentChange>> {
    let read = |path: &Path| -> Option<Value> {
        let value: Value =
            serde_json::from_slice(&input::read(path, input::DOCUMENT).ok()?).ok()?;
        Some(put_body(kind, &value))
    };
    Some(diff(&read(before)?, &read(after)?))
}

/// One kept document with its text.
pub fn read(drafts: &Drafts, kind: Kind, path: PathBuf) -> Result<KeptDocument, DiskError> {
    let draft = drafts.read(&path)?;
    let body = serde_json::from_str::<Value>(&draft.text).map(|value| put_body(kind, &value));
    Ok(KeptDocument {
        path,
        body: body.map_err(|error| error.to_string()),
        text: draft.text,
    })
}
