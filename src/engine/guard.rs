//! What is committed is what was sent: the draft is compared with what was sent after the update, and again right before the block
//! list and the commit. What somebody else changed in between is never committed. Does no I/O.

use super::{
    follow::publish_mode,
    machine::Run,
    plan::WaitFor,
    preflight::{self, Refusal, listed},
    stage::RunStage,
    view::{Cause, Outcome, Step},
};
use jiff::Timestamp;
use serde_json::Value;
use store_model::{
    diff::{self, DocumentChange, is_any},
    json::pointer::names,
    merge,
    package::{self, FileStatus, PackageFacts},
    status::Status,
    submission::{Submission, put_body},
};

/// Members below which the service writes once a submission is committed.
const FILES_AND_ROLLOUT: [&str; 6] = [
    "applicationPackages",
    "flightPackages",
    "images",
    "icon",
    "trailers",
    "packageRollout",
];

impl Run {
    /// A draft that answers every PUT with 200 and stores nothing must never be committed
    /// (docs/store-api.md#a-draft-that-stores-nothing).
    pub(super) fn compare(&mut self, stored: &Submission, at: Timestamp) {
        self.publish_mode = publish_mode(&stored.document);
        let kind = self.view.target.kind();
        let sent = self.body.clone().unwrap_or_default();
        let stored_body = put_body(kind, &stored.document);
        self.view.warnings.extend(diff::unchanged_titles(&sent, &stored_body).iter().map(|change| {
            format!("The Store keeps its own title at {}: names per language are chosen in Partner Center.", change.place)
        }));
        if let Err(refusal) = self.still_a_draft(stored) {
            self.refuse(refusal.to_string(), at);
            return;
        }
        let lost = self.not_stored(stored);
        if !lost.is_empty() {
            let message = format!(
                "The Store answered the update with success but draft {} does not hold {} of the changes, so it is not committed:{}\n\
                 Run again with the draft replaced; if it happens again, look at it in Partner Center: {}",
                stored.id,
                lost.len(),
                listed(&lost),
                self.portal()
            );
            self.fail(Cause::Store, message, at);
            return;
        }
        // Places that were not sent, and that somebody else changed around the update.
        let foreign: Vec<_> = self
            .remote_changes(stored)
            .into_iter()
            .filter(|change| change.before.is_some())
            .collect();
        if let Err(refusal) = self.untouched(stored, &foreign) {
            self.refuse(refusal.to_string(), at);
            return;
        }
        self.draft = Some(stored.clone());
        self.view.done(None, at);
        self.after_update(true, at);
    }

    /// What of the sent body the draft does not hold.
    pub(super) fn not_stored(&self, stored: &Submission) -> Vec<DocumentChange> {
        let kind = self.view.target.kind();
        let sent = self.body.clone().unwrap_or_default();
        let base = self
            .pending
            .as_ref()
            .or(self.live.as_ref())
            .map(|base| put_body(kind, &base.document));
        diff::not_stored(&sent, &put_body(kind, &stored.document), base.as_ref())
    }

    /// What somebody else changed in the draft since this run read it, as far as that is not what is sent.
    pub(super) fn remote_changes(&self, now: &Submission) -> Vec<DocumentChange> {
        let kind = self.view.target.kind();
        let Some(before) = &self.draft else {
            return Vec::new();
        };
        merge::remote_changes(
            &put_body(kind, &before.document),
            self.body.as_ref(),
            &put_body(kind, &now.document),
        )
    }

    /// The draft as it was read right before the commit.
    pub(super) fn guarded(&mut self, draft: &Submission, at: Timestamp) {
        match self.still_ours(draft) {
            // Not `enter`: after a commit without an answer the doubts are kept.
            Ok(()) if self.leaves_a_draft() => self.left_as_draft(at),
            Ok(()) => self.stage = RunStage::Commit,
            Err(refusal) => self.refuse(refusal.to_string(), at),
        }
    }

    pub(super) fn leaves_a_draft(&self) -> bool {
        self.plan().is_some_and(|plan| plan.wait == WaitFor::Draft)
    }

    /// Everything is in the draft, and nobody asked for a commit.
    pub(super) fn left_as_draft(&mut self, at: Timestamp) {
        self.view.skip(Step::Commit, "left as a draft");
        self.view.skip(Step::Follow, "left as a draft");
        let (id, target) = (self.submission(), &self.view.target);
        let message = format!(
            "Draft {id} of {target} holds everything and was not committed. To commit it as it is: flightdeck publish {target}"
        );
        self.end(Outcome::Draft, None, message, at);
    }

    /// Whether the draft is, place by place, what this run last left or found: nothing else is uploaded to or committed. The driver
    /// asks as well, right before the block list.
    pub fn still_ours(&self, now: &Submission) -> Result<(), Refusal> {
        self.still_a_draft(now)?;
        let kind = self.view.target.kind();
        let changes = self.draft.as_ref().map_or_else(Vec::new, |ours| {
            diff::diff(
                &put_body(kind, &ours.document),
                &put_body(kind, &now.document),
            )
        });
        self.untouched(now, &changes)
    }

    pub(super) fn still_a_draft(&self, now: &Submission) -> Result<(), Refusal> {
        let (id, portal) = (now.id.clone(), self.portal());
        if now.status() != Status::PendingCommit {
            let status = now.status();
            return Err(Refusal::NoLongerDraft { id, status, portal });
        }
        if now.is_portal_made() {
            return Err(Refusal::MadeInPortal { id, portal });
        }
        Ok(())
    }

    /// Neither changed by somebody else nor holding a delicate change that nobody approved.
    fn untouched(&self, now: &Submission, changes: &[DocumentChange]) -> Result<(), Refusal> {
        if !changes.is_empty() {
            return Err(self.foreign(now, changes));
        }
        self.plan().map_or(Ok(()), |plan| {
            preflight::committable(plan, self.live.as_ref(), now)
        })
    }

    pub(super) fn foreign(&self, draft: &Submission, changes: &[DocumentChange]) -> Refusal {
        Refusal::ChangedMeanwhile {
            target: self.view.target.clone(),
            id: draft.id.clone(),
            changes: listed(changes),
        }
    }

    /// What of a published submission is not what this run sent: packages by file and version, everything else by value. Where only
    /// the service writes (ids, file states, the rollout's progress) is left out.
    pub(super) fn published_differences(&self, live: &Submission) -> Vec<DocumentChange> {
        let kind = self.view.target.kind();
        let Some(sent) = &self.draft else {
            return Vec::new();
        };
        let (sent, live) = (
            put_body(kind, &sent.document),
            put_body(kind, &live.document),
        );
        let version_of = |package: &PackageFacts| {
            let known = Some(&package.version).filter(|version| !version.is_empty());
            let sent = self.versions.get(&package.file_name.replace('\\', "/"));
            known.or(sent).cloned()
        };
        let path = |package: &PackageFacts| package.file_name.replace('\\', "/").to_lowercase();
        let name = |package: &PackageFacts, version: Option<&String>| {
            let version = version.map_or_else(String::new, |version| format!(" {version}"));
            Some(Value::from(format!("{}{version}", package.file_name)))
        };
        let mut found = Vec::new();
        let mut differs = |path: &str, before, after| {
            found.push(DocumentChange {
                path: path.to_owned(),
                place: "packages".to_owned(),
                before,
                after,
            });
        };
        let mut left = package::packages(kind, &live);
        let ours = package::packages(kind, &sent);
        for package in &ours {
            let same = left.iter().position(|other| path(other) == path(package));
            let (wanted, is_gone) = (
                version_of(package),
                package.status == FileStatus::PendingDelete,
            );
            match same.map(|at| left.remove(at)) {
                None if is_gone => {}
                None => differs(&package.pointer, name(package, wanted.as_ref()), None),
                Some(live) if is_gone => {
                    // A new package may have the old one's name.
                    left.push(live);
                }
                Some(live) if wanted.as_ref().is_none_or(|wanted| *wanted == live.version) => {}
                Some(live) => differs(
                    &package.pointer,
                    name(package, wanted.as_ref()),
                    name(&live, Some(&live.version)),
                ),
            }
        }
        for package in left {
            differs(
                &package.pointer,
                None,
                name(&package, Some(&package.version)),
            );
        }
        let rest = merge::remote_changes(&sent, None, &live);
        found.extend(rest.into_iter().filter(|change| {
            let is_by_service = names(&change.path)
                .iter()
                .any(|name| is_any(name, &FILES_AND_ROLLOUT));
            change.before.is_some() && !is_by_service
        }));
        found
    }
}
