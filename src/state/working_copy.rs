//! What a person prepares for a target: an edited document with the one that it was made from, a chosen archive. Knows no screen,
//! and nobody who shows or keeps it.

use crate::tasks::report::KeptEdit;
use jiff::Timestamp;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use store_model::{
    diff::{DocumentChange, diff, not_stored},
    merge::remote_changes,
    submission::{Submission, put_body},
    target::Kind,
};

/// What a person prepares for a target: an edited document, a chosen archive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkingCopy {
    /// The edited text; `None` while nothing was edited.
    pub text: Option<String>,
    /// The submission whose document the text was made from.
    pub base: Option<String>,
    /// The editable part of that document; `None` where an older version did not keep it.
    pub body: Option<Arc<Value>>,
    /// What somebody else changed in the Store's document since, as of the last reading, as far as the text does not hold it too.
    pub remote_changes: Vec<DocumentChange>,
    pub zip: Option<PathBuf>,
    /// When the version that is known to be on disk was written, whoever wrote it.
    pub kept: Option<Timestamp>,
    /// It was changed since.
    pub is_unsaved: bool,
    /// Why the last attempt to keep it failed.
    pub keep_error: Option<String>,
}

impl WorkingCopy {
    /// As an earlier session left it on disk.
    pub fn of_kept(kept: &KeptEdit) -> Self {
        Self {
            text: (!kept.text.is_empty() || kept.zip.is_none()).then(|| kept.text.clone()),
            base: kept.base.clone(),
            body: kept.body.clone(),
            remote_changes: Vec::new(),
            zip: kept.zip.clone(),
            kept: Some(kept.saved),
            is_unsaved: false,
            keep_error: None,
        }
    }

    /// Nothing is edited and nothing chosen.
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.zip.is_none()
    }

    /// The text counts as made from this document from now on.
    pub fn rebase(&mut self, kind: Kind, server: Option<&Submission>) {
        self.base = server.map(|server| server.id.clone());
        self.body = server.map(|server| Arc::new(put_body(kind, &server.document)));
        self.remote_changes = Vec::new();
    }

    /// The text as JSON; `None` while it is none.
    fn value(&self) -> Option<Value> {
        serde_json::from_str(self.text.as_deref()?).ok()
    }

    /// The Store has taken what was sent: the archive is used, and the text is no longer prepared unless it was edited further. Then
    /// it counts as made from what was sent, which is nobody else's change.
    pub fn settle(
        &mut self,
        kind: Kind,
        sent: Option<&Value>,
        zip: Option<&Path>,
        submission: Option<&str>,
    ) {
        if self.zip.as_deref() == zip {
            self.zip = None;
        }
        let sent = sent.map(|sent| put_body(kind, sent));
        let mine = self.value().map(|mine| put_body(kind, &mine));
        match (mine, sent) {
            (Some(mine), Some(sent)) if diff(&mine, &sent).is_empty() => self.discard(),
            (_, Some(sent)) if self.text.is_some() => {
                self.base = submission.map(str::to_owned);
                self.body = Some(Arc::new(sent));
                self.remote_changes = Vec::new();
            }
            _ => {}
        }
        self.is_unsaved = true;
    }

    /// Whether the live document holds all of the text: another process has published it.
    pub fn is_live(&self, kind: Kind, live: &Submission) -> bool {
        let Some(mine) = self.value() else {
            return false;
        };
        let live = put_body(kind, &live.document);
        let base = self.body.as_deref();
        base.is_some_and(|base| !diff(base, &put_body(kind, &mine)).is_empty())
            && not_stored(&published(&put_body(kind, &mine)), &live, base).is_empty()
    }

    /// Throws the text away; a chosen archive stays.
    pub fn discard(&mut self) {
        *self = Self {
            zip: self.zip.take(),
            kept: self.kept,
            is_unsaved: true,
            ..Self::default()
        };
    }

    /// The Store's document was read again. One that holds nothing which the text does not hold is its base from now on.
    /// Says whether there is news of what somebody else has changed.
    pub fn meet(&mut self, kind: Kind, server: Option<&Submission>) -> bool {
        let known = std::mem::take(&mut self.remote_changes);
        let (Some(text), Some(body), Some(server)) = (&self.text, &self.body, server) else {
            return !known.is_empty();
        };
        let now = put_body(kind, &server.document);
        if **body == now {
            self.base = Some(server.id.clone());
            return !known.is_empty();
        }
        // A text that is no JSON holds nothing of theirs.
        let mine: Option<Value> = serde_json::from_str(text).ok();
        self.remote_changes = remote_changes(body, mine.as_ref(), &now);
        if self.remote_changes.is_empty() {
            self.rebase(kind, Some(server));
        }
        self.remote_changes != known
    }
}

/// A document that was sent as it looks when it is live: what was to be uploaded is there, what was to be deleted is gone.
fn published(sent: &Value) -> Value {
    let status = |item: &Value| {
        item.get("fileStatus")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    match sent {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let is_upload = name == "fileStatus" && *member == "PendingUpload";
                let member = if is_upload {
                    "Uploaded".into()
                } else {
                    published(member)
                };
                (name.clone(), member)
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .filter(|item| status(item).as_deref() != Some("PendingDelete"))
            .map(published)
            .collect(),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn submission(id: &str, notes: &str) -> Submission {
        Submission {
            id: id.into(),
            document: json!({"id": id, "status": "PendingCommit", "notes": notes, "price": "Free"}),
        }
    }

    #[test]
    fn only_what_the_text_lacks_is_foreign() {
        let mut copy = WorkingCopy {
            text: Some(r#"{"notes": "mine", "price": "Free"}"#.into()),
            ..WorkingCopy::default()
        };
        copy.rebase(Kind::App, Some(&submission("1", "old")));
        // Another submission with the same content is no change.
        copy.meet(Kind::App, Some(&submission("2", "old")));
        assert_eq!(
            (copy.base.as_deref(), copy.remote_changes.len()),
            (Some("2"), 0)
        );
        copy.meet(Kind::App, Some(&submission("2", "theirs")));
        assert_eq!(
            (copy.base.as_deref(), copy.remote_changes.len()),
            (Some("2"), 1)
        );
        assert_eq!(copy.body.as_deref().unwrap()["notes"], "old");
        // Our own update brought it there.
        copy.meet(Kind::App, Some(&submission("3", "mine")));
        assert_eq!(
            (copy.base.as_deref(), copy.remote_changes.len()),
            (Some("3"), 0)
        );
        assert_eq!(copy.body.as_deref().unwrap()["notes"], "mine");
        // Broken JSON holds nothing.
        copy.text = Some("{".into());
        copy.meet(Kind::App, Some(&submission("4", "theirs")));
        assert_eq!(copy.remote_changes.len(), 1);
    }
}
