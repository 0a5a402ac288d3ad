//! What must be true before the first changing request: whose draft it is, that something would change, that nothing
//! about price or audience slips through, that every pending file has an archive. Pure.

use super::{Refusal, approval};
use crate::engine::plan::{PendingPolicy, Plan};
use jiff::Timestamp;
use serde_json::Value;
use store_model::{
    diff,
    finding::Severity,
    merge, package,
    packages::rows::Cargo,
    risk::{self, Risk},
    rules::check,
    status::Status,
    submission::{Submission, put_body},
    target::Kind,
};

/// What a run may go on with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// The body to send; `None` leaves the kept draft as it is.
    pub body: Option<Value>,
    /// Whether the archive has to be uploaded.
    pub has_pending_files: bool,
    pub warnings: Vec<String>,
}

/// What stands on the server, with the part of it that an update sends.
struct StatusBadge<'a> {
    id: &'a str,
    body: Value,
}

impl<'a> StatusBadge<'a> {
    fn of(kind: Kind, submission: Option<&'a Submission>) -> Option<Self> {
        submission.map(|submission| Self {
            id: &submission.id,
            body: put_body(kind, &submission.document),
        })
    }
}

/// Judges the plan against what the server holds. The error is the refusal in words, with the way on. `at` is when that was told:
/// what is a date too near then is so as well when the run is rebuilt from its journal.
pub fn preflight(
    plan: &Plan,
    pending: Option<&Submission>,
    live: Option<&Submission>,
    at: Timestamp,
) -> Result<Settled, Refusal> {
    let kind = plan.target.kind();
    approval::agreed(plan, pending, live)?;
    same_draft(plan, pending)?;
    if let Some(draft) = pending {
        may_touch(plan, draft, live.is_some())?;
    }
    let body = plan
        .document
        .as_ref()
        .map(|document| put_body(kind, document));
    let (draft, live) = (StatusBadge::of(kind, pending), StatusBadge::of(kind, live));
    let mut warnings = untouched(plan, body.as_ref(), draft.as_ref(), live.as_ref())?;
    let kept = draft
        .as_ref()
        .filter(|_| plan.pending == PendingPolicy::Keep);
    let live = live.as_ref();
    let base = kept.or(live).map(|status_badge| &status_badge.body);
    let Some(committed) = body.as_ref().or(base) else {
        return Err(Refusal::NoDocument {
            target: plan.target.clone(),
        });
    };
    let has_changed = match (&body, base) {
        (Some(body), Some(base)) => !diff::diff(base, body).is_empty(),
        (Some(_), None) => true,
        (None, _) => false,
    };
    let expected = package::expected(kind, committed);
    if kept.is_none() && !has_changed {
        return Err(nothing_to_do(plan));
    }
    if let Some(body) = &body {
        no_errors(kind, body, base)?;
    }
    warnings.extend(
        check::check_dates(kind, committed, at)
            .into_iter()
            .map(|finding| finding.sentence),
    );
    // Where nobody can say what customers have, the draft that the Store made of it stands for it.
    let has = live.or(draft.as_ref()).map(|it| &it.body);
    agreed(plan, &risk::risks(kind, has, committed, &Cargo::new()))?;
    match (expected.is_empty(), &plan.zip) {
        (false, None) => Err(Refusal::FilesWithoutZip(
            expected.iter().map(|file| file.file_name.clone()).collect(),
        )),
        (true, Some(zip)) => Err(Refusal::ZipWithoutFiles(zip.clone())),
        (is_empty, _) => Ok(Settled {
            body: body.filter(|_| has_changed),
            has_pending_files: !is_empty,
            warnings,
        }),
    }
}

/// Whether nobody has changed the document since it was seen. Without a document that was seen, what is about to be overwritten
/// deserves a word.
fn untouched(
    plan: &Plan,
    mine: Option<&Value>,
    draft: Option<&StatusBadge<'_>>,
    live: Option<&StatusBadge<'_>>,
) -> Result<Vec<String>, Refusal> {
    let Some(server) = draft.or(live) else {
        return Ok(Vec::new());
    };
    if let Some(base) = &plan.base {
        let remote_changes = merge::remote_changes(base, mine, &server.body);
        if remote_changes.is_empty() {
            return Ok(Vec::new());
        }
        return Err(Refusal::ForeignChanges {
            target: plan.target.clone(),
            id: server.id.to_owned(),
            changes: listed(&remote_changes),
        });
    }
    let (PendingPolicy::Keep, Some(draft), Some(live), Some(mine)) =
        (plan.pending, draft, live, mine)
    else {
        return Ok(Vec::new());
    };
    let lost = merge::remote_changes(&live.body, Some(mine), &draft.body);
    Ok(if lost.is_empty() {
        Vec::new()
    } else {
        vec![format!(
            "Draft {} holds changes that the given document does not; they are overwritten, and kept on this machine:{}",
            draft.id,
            listed(&lost)
        )]
    })
}

/// The first changes, one a line.
pub fn listed(changes: &[diff::Change]) -> String {
    const MOST: usize = 10;
    let mut lines: Vec<_> = changes
        .iter()
        .take(MOST)
        .map(|change| format!("\n  {}", short(change)))
        .collect();
    if changes.len() > MOST {
        lines.push(format!("\n  and {} more", changes.len() - MOST));
    }
    lines.concat()
}

fn short(change: &diff::Change) -> String {
    format!("{}: {}", change.place, change.sides(80))
}

/// Whether the draft that a person chose to keep or replace is the one that is there.
fn same_draft(plan: &Plan, pending: Option<&Submission>) -> Result<(), Refusal> {
    let (Some(seen), target) = (&plan.draft_seen, &plan.target) else {
        return Ok(());
    };
    match pending.map(|draft| &draft.id) {
        Some(id) if id == seen => Ok(()),
        Some(id) => Err(Refusal::OtherDraft {
            target: target.clone(),
            id: id.clone(),
        }),
        None => Err(Refusal::DraftGone {
            target: target.clone(),
            id: seen.clone(),
        }),
    }
}

/// Whether the pending submission that was found may be kept or replaced as the person chose.
fn may_touch(plan: &Plan, draft: &Submission, has_live: bool) -> Result<(), Refusal> {
    let (target, id, status) = (plan.target.clone(), draft.id.clone(), draft.status());
    let portal = target.portal_url(Some(&id));
    if draft.is_portal_made() {
        return Err(Refusal::MadeInPortal { id, portal });
    }
    if status.is_in_progress() {
        return Err(Refusal::InProgress { id, status, portal });
    }
    let is_flights_first = target.kind() == Kind::Flight && !has_live;
    match plan.pending {
        PendingPolicy::Fail => Err(Refusal::NoChoice {
            target,
            id,
            status,
            portal,
        }),
        PendingPolicy::Keep if status != Status::PendingCommit => {
            Err(Refusal::CannotKeep { id, status })
        }
        PendingPolicy::Replace if is_flights_first => Err(Refusal::FirstOfFlight { id }),
        PendingPolicy::Keep | PendingPolicy::Replace => Ok(()),
    }
}

fn nothing_to_do(plan: &Plan) -> Refusal {
    let target = plan.target.clone();
    match (&plan.document, &plan.zip) {
        (Some(_), _) => Refusal::NothingChanged { target },
        (None, Some(_)) => Refusal::ZipAlone { target },
        (None, None) => Refusal::NothingGiven { target },
    }
}

fn no_errors(kind: Kind, body: &Value, base: Option<&Value>) -> Result<(), Refusal> {
    let findings = check::check(kind, body, base);
    let errors: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format!("{}: {}", finding.pointer, finding.sentence))
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(Refusal::CheckErrors(errors))
}

fn agreed(plan: &Plan, risks: &[Risk]) -> Result<(), Refusal> {
    let open: Vec<_> = risks
        .iter()
        .filter(|risk| !plan.allow.contains(&risk.kind.into()))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let list = open
        .iter()
        .map(|risk| format!("{} (--allow {})", risk.sentence, risk.kind.name()))
        .collect();
    Err(Refusal::OpenRisks(list))
}
