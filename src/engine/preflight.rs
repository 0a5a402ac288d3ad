//! What must be true before the first changing request: whose draft it is, that something would change, that nothing
//! about price or audience slips through, that every pending file has an archive. Pure.

use super::{
    expect,
    plan::{PendingPolicy, Plan},
};
use jiff::Timestamp;
use serde_json::Value;
use store_model::{
    diff,
    finding::Severity,
    merge, package,
    risk::{self, Risk},
    rules::check,
    status::Status,
    submission::{Submission, put_body},
    target::Kind,
};

/// What a run may go on with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settled {
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
pub(super) fn preflight(
    plan: &Plan,
    pending: Option<&Submission>,
    live: Option<&Submission>,
    at: Timestamp,
) -> Result<Settled, String> {
    let kind = plan.target.kind();
    expect::agreed(plan, pending, live)?;
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
        return Err(format!(
            "{} has never been published and no document was given: give one with --json.",
            plan.target
        ));
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
    agreed(
        plan,
        &risk::risks(kind, live.map(|live| &live.body), committed),
    )?;
    match (expected.is_empty(), &plan.zip) {
        (false, None) => {
            let names: Vec<_> = expected
                .iter()
                .map(|file| format!("\n  {}", file.file_name))
                .collect();
            Err(format!(
                "The document marks files as PendingUpload, but no ZIP was given that holds them:{}",
                names.concat()
            ))
        }
        (true, Some(zip)) => Err(format!(
            "{} would not be used: the document marks no file as PendingUpload. Add the entries for its files, or leave the ZIP away.",
            zip.display()
        )),
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
) -> Result<Vec<String>, String> {
    let Some(server) = draft.or(live) else {
        return Ok(Vec::new());
    };
    if let Some(base) = &plan.base {
        let remote_changes = merge::remote_changes(base, mine, &server.body);
        if remote_changes.is_empty() {
            return Ok(Vec::new());
        }
        return Err(format!(
            "Somebody else has changed submission {} since you saw it, so nothing was sent:{}\n\
             Bring these changes into yours (merge, in the dashboard), or look at {} again and publish what you see then.",
            server.id,
            listed(&remote_changes),
            plan.target
        ));
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
pub(super) fn listed(changes: &[diff::Change]) -> String {
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
fn same_draft(plan: &Plan, pending: Option<&Submission>) -> Result<(), String> {
    let (Some(seen), target) = (&plan.draft_seen, &plan.target) else {
        return Ok(());
    };
    match pending.map(|draft| &draft.id) {
        Some(id) if id == seen => Ok(()),
        Some(id) => Err(format!(
            "Another draft than the one you saw is there now: {id}. Look at {target} again and choose anew."
        )),
        None => Err(format!(
            "Draft {seen}, which you chose to keep or replace, is gone: somebody deleted or published it. Look at {target} again."
        )),
    }
}

/// Whether the pending submission that was found may be kept or replaced as the person chose.
fn may_touch(plan: &Plan, draft: &Submission, has_live: bool) -> Result<(), String> {
    let (target, id, status) = (&plan.target, &draft.id, draft.status());
    let portal = target.portal_url(Some(id));
    if draft.is_portal_made() {
        return Err(format!(
            "Draft {id} was made or changed in Partner Center: the API can neither change, commit nor delete it. \
             Finish or delete it there, then publish again: {portal}"
        ));
    }
    if status.is_in_progress() {
        return Err(format!(
            "Submission {id} is in {status} and cannot be recalled through the API. Follow it, or see {portal}"
        ));
    }
    let is_flights_first = target.kind() == Kind::Flight && !has_live;
    match plan.pending {
        PendingPolicy::Fail => Err(format!(
            "{target} has a pending submission, {id} ({status}), that this run did not make. It was not touched. \
             Choose: keep it (--pending keep) or save and delete it (--pending replace). See {portal}"
        )),
        PendingPolicy::Keep if status != Status::PendingCommit => Err(format!(
            "Submission {id} is in {status} and cannot be changed any more. Replace it (--pending replace)."
        )),
        PendingPolicy::Replace if is_flights_first => Err(format!(
            "Draft {id} is the flight's first one: once deleted, the Store makes no new one. Keep it (--pending keep)."
        )),
        PendingPolicy::Keep | PendingPolicy::Replace => Ok(()),
    }
}

fn nothing_to_do(plan: &Plan) -> String {
    let what = match (&plan.document, &plan.zip) {
        (Some(_), _) => "the document is the same as what is live",
        (None, Some(_)) => {
            "a ZIP alone changes nothing: give the document that names its files as PendingUpload"
        }
        (None, None) => "neither a document nor a draft was given",
    };
    format!(
        "There is nothing to publish for {}: {what}. No draft was created.",
        plan.target
    )
}

fn no_errors(kind: Kind, body: &Value, base: Option<&Value>) -> Result<(), String> {
    let findings = check::check(kind, body, base);
    let errors: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format!("\n  {}: {}", finding.pointer, finding.sentence))
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(format!(
        "The Store would refuse the document, so nothing was sent:{}",
        errors.concat()
    ))
}

fn agreed(plan: &Plan, risks: &[Risk]) -> Result<(), String> {
    let open: Vec<_> = risks
        .iter()
        .filter(|risk| !plan.allow.contains(&risk.kind))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let list: Vec<_> = open
        .iter()
        .map(|risk| format!("\n  {} (--allow {})", risk.sentence, risk.kind.name()))
        .collect();
    Err(format!(
        "These changes need a yes to each of them, so nothing was sent:{}",
        list.concat()
    ))
}
