//! Keeps the edited document of a target on disk with the one that it was made from, so that killing the program loses nothing.

use super::{
    report::{KeptEdit, Report},
    reporter::Reporter,
    task::{Task, TaskContext, TaskError, blocking},
};
use crate::storage::{DiskError, EditedDraft, Home, Kept};
use jiff::Timestamp;
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use store_model::target::Target;

/// Keeps the working copy of a target. An older version is never written over a newer one.
#[derive(Clone, Debug, PartialEq)]
pub struct KeepEdit {
    pub target: Target,
    /// Empty when only an archive was chosen.
    pub text: String,
    pub base: Option<String>,
    /// The editable part of the base's document.
    pub body: Option<Arc<Value>>,
    pub zip: Option<PathBuf>,
    /// The version on disk that this one follows. Another one comes from another process: it is set aside.
    pub seen: Option<Timestamp>,
}

fn topic(target: &Target) -> String {
    format!("edit {target}")
}

impl Task for KeepEdit {
    /// When it was on disk.
    type Output = Timestamp;

    fn topic(&self) -> Option<String> {
        Some(topic(&self.target))
    }

    fn is_change(&self) -> bool {
        true
    }

    async fn run(self, context: TaskContext<Self>) -> Result<Timestamp, TaskError> {
        let (drafts, writer) = (context.home().drafts(), context.session().to_owned());
        let target = self.target.clone();
        let (saved_at, set_aside) = blocking(move || {
            let present = drafts.edited(&self.target).ok().flatten();
            let is_foreign = |present: &EditedDraft| {
                present.writer.as_ref() != Some(&writer)
                    && Some(present.saved_at) != self.seen
                    && !present.text.is_empty()
                    && present.text != self.text
            };
            let set_aside = match present.filter(is_foreign) {
                Some(other) => {
                    let text = other.text.as_str();
                    Some(drafts.save(&self.target, Kept::SetAside, None, text)?)
                }
                None => None,
            };
            let saved_at = Timestamp::now();
            let draft = EditedDraft {
                text: self.text,
                base_submission: self.base,
                base: self.body.map(Arc::unwrap_or_clone),
                zip: self.zip,
                saved_at,
                writer: Some(writer),
            };
            drafts.save_edited(&self.target, &draft)?;
            Ok::<_, DiskError>((saved_at, set_aside))
        })
        .await??;
        if let Some(path) = set_aside {
            let notice = format!(
                "Another Flightdeck has edited {target} as well. Its text is set aside: tab History shows it, and it is in {}.",
                path.display()
            );
            context.reporter().send(Report::Notice(notice)).await;
        }
        Ok(saved_at)
    }
}

/// Reads the working copy of a target again: another process may have written it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadEdit(pub Target);

impl Task for ReadEdit {
    type Output = Option<KeptEdit>;

    fn topic(&self) -> Option<String> {
        Some(format!("read edit {}", self.0))
    }

    async fn run(self, context: TaskContext<Self>) -> Result<Option<KeptEdit>, TaskError> {
        read_edit(context.home(), self.0, context.reporter()).await
    }
}

/// The working copy of a target. One that cannot be read is set aside and told of: nothing may be written over it.
pub(super) async fn read_edit(
    home: &Home,
    target: Target,
    reporter: &Reporter,
) -> Result<Option<KeptEdit>, TaskError> {
    let drafts = home.drafts();
    let owner = target.clone();
    let read = blocking(move || match drafts.edited(&owner) {
        Err(error @ DiskError { .. }) if error.is_damage() => {
            Ok::<_, DiskError>(Err((error, drafts.set_damaged_aside(&owner)?)))
        }
        read => read.map(Ok),
    })
    .await??;
    match read {
        Ok(kept) => Ok(kept.map(|edit| KeptEdit {
            text: edit.text,
            base: edit.base_submission,
            body: edit.base.map(Arc::new),
            zip: edit.zip,
            saved: edit.saved_at,
        })),
        Err((error, path)) => {
            let notice = format!(
                "The edited document of {target} cannot be read, so it is set aside in {}. {error}",
                path.display()
            );
            reporter.send(Report::Notice(notice)).await;
            Ok(None)
        }
    }
}

/// Keeps a text that gives way to another one among the rescued documents.
#[derive(Clone, Debug, PartialEq)]
pub struct SetAside {
    pub target: Target,
    pub text: String,
}

impl Task for SetAside {
    type Output = ();

    fn is_change(&self) -> bool {
        true
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let drafts = context.home().drafts();
        blocking(move || drafts.save(&self.target, Kept::SetAside, None, self.text.as_str()))
            .await?
            .map_or_else(|error| Err(error.into()), |_| Ok(()))
    }
}

/// Throws the working copy of a target away.
#[derive(Clone, Debug, PartialEq)]
pub struct DropEdit {
    pub target: Target,
}

impl Task for DropEdit {
    type Output = ();

    fn topic(&self) -> Option<String> {
        Some(topic(&self.target))
    }

    fn is_change(&self) -> bool {
        true
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        Ok(context.home().drafts().drop_edited(&self.target)?)
    }
}
