//! What must be true before the first changing request: whose draft it is, that something would change, that nothing
//! about price or audience slips through, that every pending file has an archive. Pure.

use super::{Refusal, approval};
use crate::engine::plan::{ExistingRollout, PendingPolicy, Plan};
use jiff::Timestamp;
use serde_json::Value;
use store_model::{
    diff,
    finding::{Finding, Severity},
    json::pointer::{member, names},
    merge, package,
    packages::rows::ZipPackages,
    risk::{self, Risk},
    rules::check,
    safe_text,
    status::Status,
    submission::{Submission, put_body},
    target::{Kind, Target},
    value::{brief, is_empty},
};

/// What a run may continue with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Settled {
    /// The body to send; `None` leaves the kept draft as it is.
    pub body: Option<Value>,
    /// Whether the archive has to be uploaded.
    pub has_pending_files: bool,
    pub warnings: Vec<String>,
}

/// What stands on the server, with the part of it that an update sends.
struct StoredSide<'a> {
    id: &'a str,
    body: Value,
}

impl<'a> StoredSide<'a> {
    fn of(kind: Kind, submission: Option<&'a Submission>) -> Option<Self> {
        submission.map(|submission| Self {
            id: &submission.id,
            body: put_body(kind, &submission.document),
        })
    }
}

/// Judges the plan against what the server holds. The error is the refusal. `at` is when that was told:
/// what is a date too near then is so as well when the run is rebuilt from its journal.
pub(crate) fn preflight(
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
    rollout_settled(plan, pending, live)?;
    let body = plan
        .document
        .as_ref()
        .map(|document| put_body(kind, document));
    let (draft, live) = (StoredSide::of(kind, pending), StoredSide::of(kind, live));
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
    let mut doubts = Vec::new();
    if let Some(body) = &body {
        let told;
        (doubts, told) = checked(plan, body, base, at)?;
        warnings.extend(told);
    } else {
        let dates = check::check_dates(kind, committed, at);
        warnings.extend(dates.into_iter().map(|finding| finding.sentence));
    }
    // Where the Store does not say what is live, the draft that goes on is the nearest thing that is known of it. A new draft is
    // judged when it is there.
    let before = live.or(kept).map(|draft| &draft.body);
    let risks = risk::risks(kind, before, committed, &ZipPackages::new());
    let open = open_risks(plan, &risks);
    if !open.is_empty() {
        doubts.extend(open);
        return Err(Refusal::OpenRisks(doubts));
    }
    if !doubts.is_empty() {
        return Err(Refusal::MayBeRefused(doubts));
    }
    warnings.extend(allowed(risks));
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
    draft: Option<&StoredSide<'_>>,
    live: Option<&StoredSide<'_>>,
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
pub(crate) fn listed(changes: &[diff::DocumentChange]) -> String {
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

fn short(change: &diff::DocumentChange) -> String {
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

/// Why a pending submission can be neither changed, replaced nor deleted through the API, whatever is wanted of it. `status` is what
/// is known last.
pub fn out_of_reach(target: &Target, draft: &Submission, status: &Status) -> Option<Refusal> {
    let (id, portal) = (draft.id.clone(), target.portal_url(Some(&draft.id)));
    if draft.is_portal_made() {
        return Some(Refusal::MadeInPortal { id, portal });
    }
    let status = status.clone();
    status
        .is_in_progress()
        .then_some(Refusal::InProgress { id, status, portal })
}

/// Whether the pending submission that was found may be kept or replaced as the person chose.
fn may_touch(plan: &Plan, draft: &Submission, has_live: bool) -> Result<(), Refusal> {
    let (target, id, status) = (plan.target.clone(), draft.id.clone(), draft.status());
    if let Some(refusal) = out_of_reach(&target, draft, &status) {
        return Err(refusal);
    }
    let portal = target.portal_url(Some(&id));
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

/// The findings of the check: what needs a confirmation each, and what is only reported. What is certain is a refusal.
fn checked(
    plan: &Plan,
    body: &Value,
    base: Option<&Value>,
    at: Timestamp,
) -> Result<(Vec<String>, Vec<String>), Refusal> {
    let (blocking, rest): (Vec<_>, Vec<_>) = check::check_at(plan.target.kind(), body, base, at)
        .into_iter()
        .filter(|finding| finding.severity != Severity::Note)
        .partition(|finding| risk::blocks(finding, &plan.allow));
    let told = |finding: &Finding| {
        let way_round = risk::way_round(finding, &plan.allow);
        match finding.pointer.as_str() {
            "" => format!("{}{way_round}", finding.sentence),
            pointer => format!(
                "{}: {}{way_round}",
                safe_text::line(pointer),
                finding.sentence
            ),
        }
    };
    let lines = |findings: &[Finding]| findings.iter().map(told).collect();
    if blocking.iter().all(Finding::can_be_allowed) {
        Ok((lines(&blocking), lines(&rest)))
    } else {
        Err(Refusal::CheckErrors(lines(&blocking)))
    }
}

/// The percentage of a rollout that is under way.
pub fn open_rollout(live: &Submission) -> Option<String> {
    let rollout = member(&live.document, "packageDeliveryOptions")
        .and_then(|(_, options)| member(options, "packageRollout"))?
        .1;
    let of = |name| member(rollout, name).map(|(_, value)| value);
    let is_open =
        of("packageRolloutStatus").is_some_and(|status| status == "PackageRolloutInProgress");
    is_open.then(|| of("packageRolloutPercentage").map_or_else(String::new, brief))
}

/// Whether a new draft can be made: not while what is live is still being rolled out, unless that is to be ended first.
fn rollout_settled(
    plan: &Plan,
    pending: Option<&Submission>,
    live: Option<&Submission>,
) -> Result<(), Refusal> {
    let is_new = pending.is_none() || plan.pending == PendingPolicy::Replace;
    let is_settled = !is_new || plan.existing_rollout != ExistingRollout::Fail;
    let open = live.filter(|_| !is_settled);
    open.and_then(|live| unfinished_rollout(&plan.target, live))
        .map_or(Ok(()), Err)
}

/// Why no new draft can be made of a submission that is still being rolled out.
fn unfinished_rollout(target: &Target, live: &Submission) -> Option<Refusal> {
    open_rollout(live).map(|percent| Refusal::OpenRollout {
        target: target.clone(),
        id: live.id.clone(),
        percent,
    })
}

/// Weighs what will be sent against the draft that the Store has just made as a copy of what is live: what was live may not have
/// been known, or be another one by now.
pub(crate) fn weigh_fresh(
    plan: &Plan,
    draft: &Submission,
    body: &Value,
) -> Result<Vec<String>, Refusal> {
    let kind = plan.target.kind();
    let before = put_body(kind, &draft.document);
    if is_blank(kind, &before) {
        return Ok(Vec::new());
    }
    let all = risk::risks(kind, Some(&before), body, &ZipPackages::new());
    let risks = open_risks(plan, &all);
    if risks.is_empty() {
        return Ok(allowed(all));
    }
    let id = draft.id.clone();
    Err(Refusal::RisksOfFreshDraft { id, risks })
}

/// Whether a fresh draft is a product's very first one: a copy of anything live has a listing or a file.
fn is_blank(kind: Kind, body: &Value) -> bool {
    let listings = member(body, "listings").map(|(_, listings)| listings);
    listings.is_none_or(is_empty) && package::files(kind, body).is_empty()
}

/// The changes that somebody said yes to, for the record.
fn allowed(risks: Vec<Risk>) -> Vec<String> {
    risks
        .into_iter()
        .map(|risk| format!("{} (allowed: {})", risk.sentence, risk.kind.name()))
        .collect()
}

/// Whether a draft that appeared with an unanswered create is what that would have made: a copy of what is live. Without anything
/// live, it is one that holds nothing yet.
pub(crate) fn fresh_copy(
    plan: &Plan,
    draft: &Submission,
    live: Option<&Submission>,
    body: Option<&Value>,
) -> Result<(), Refusal> {
    let kind = plan.target.kind();
    let now = put_body(kind, &draft.document);
    let changes = match live {
        // An update of ours may have reached it already, where a journal lost its last lines.
        Some(live) => merge::remote_changes(&put_body(kind, &live.document), body, &now)
            .into_iter()
            // The Store copies a rollout or leaves it out.
            .filter(|change| {
                !names(&change.path)
                    .iter()
                    .any(|name| diff::is_any(name, &["packageRollout"]))
            })
            .collect(),
        None if is_blank(kind, &now) => Vec::new(),
        None => diff::diff(&Value::Object(serde_json::Map::new()), &now),
    };
    if changes.is_empty() {
        return Ok(());
    }
    let id = draft.id.clone();
    let portal = plan.target.portal_url(Some(&id));
    let changes = format!(":{}", listed(&changes));
    Err(Refusal::NotOurDraft {
        id,
        changes,
        portal,
    })
}

/// Whether a draft, read right before its commit, holds no delicate change that nobody said yes to: what is committed counts, not
/// what was meant.
pub(crate) fn committable(
    plan: &Plan,
    live: Option<&Submission>,
    draft: &Submission,
) -> Result<(), Refusal> {
    let kind = plan.target.kind();
    let live = live.map(|live| put_body(kind, &live.document));
    let draft = put_body(kind, &draft.document);
    agreed(
        plan,
        &risk::risks(kind, live.as_ref(), &draft, &ZipPackages::new()),
    )
}

fn agreed(plan: &Plan, risks: &[Risk]) -> Result<(), Refusal> {
    let open = open_risks(plan, risks);
    if open.is_empty() {
        Ok(())
    } else {
        Err(Refusal::OpenRisks(open))
    }
}

/// The risks that nobody said yes to, one a line.
fn open_risks(plan: &Plan, risks: &[Risk]) -> Vec<String> {
    risks
        .iter()
        .filter(|risk| !plan.allow.contains(&risk.kind.into()))
        .map(|risk| format!("{} (--allow {})", risk.sentence, risk.kind.name()))
        .collect()
}
