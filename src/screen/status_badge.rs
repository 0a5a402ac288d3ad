//! The state of a product as a sign, a word and a role: what lists show at the end of a row. Asks only the model.

use crate::{
    engine::view::{Ending, Outcome, Step},
    state::{Model, RunRow},
    tasks::sightings,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;
use std::time::Duration;
use store_model::{
    explain::PortalNeed, finding::Severity, product::Product, remote::Remote, status::Status,
    story::Story, units,
};
use tui_kit::theme::Role;

/// Sign, word and role of how a run ended.
pub fn outcome(outcome: Outcome) -> (&'static str, &'static str, Role) {
    match outcome {
        Outcome::Published => ("●", "published", Role::Good),
        Outcome::Draft => ("✎", "left as a draft", Role::Warning),
        Outcome::Committed => ("●", "committed", Role::Good),
        Outcome::Waiting => ("◑", "waiting", Role::Warning),
        Outcome::Failed => ("✗", "failed", Role::Danger),
        Outcome::Cancelled => ("⊘", "cancelled", Role::Muted),
        Outcome::Refused => ("✗", "refused", Role::Danger),
    }
}

/// Sign, word and role of a run that has ended: a pause is no end.
pub fn ended(row: &RunRow, ending: &Ending) -> (&'static str, &'static str, Role) {
    if row.paused().is_some() {
        return ("‖", "paused", Role::Warning);
    }
    outcome(ending.outcome)
}

/// Sign, word and colour belong together: none of them is used alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusBadge {
    pub sign: &'static str,
    pub word: String,
    pub role: Role,
}

impl StatusBadge {
    fn new(sign: &'static str, word: impl Into<String>, role: Role) -> Self {
        Self {
            sign,
            word: word.into(),
            role,
        }
    }
}

/// `2026-02-03 09:20`, where the person is.
pub fn at(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// The time from `then` to `now`; nothing when the clock was set back.
pub fn since(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

/// `12 h` without the space: in a list every column counts.
fn short_age(then: Timestamp, now: Timestamp) -> String {
    units::age(since(then, now)).replace(' ', "")
}

/// A state of a submission; `age` is how long it has been in it, if that was seen.
pub fn of_status(status: &Status, age: Option<&str>) -> StatusBadge {
    let with_age = |word: &str| age.map_or_else(|| word.to_owned(), |age| format!("{word} {age}"));
    match status {
        Status::PendingCommit | Status::None => {
            StatusBadge::new("✎", with_age("draft"), Role::Warning)
        }
        Status::Published => StatusBadge::new("●", "Published", Role::Good),
        failed if failed.is_failure() => StatusBadge::new("✗", failed.as_str(), Role::Danger),
        Status::Release => StatusBadge::new("◑", with_age("Release"), Role::Warning),
        running => StatusBadge::new("◐", with_age(running.as_str()), Role::Busy),
    }
}

/// How loud a finding is, as a sign and a role.
pub fn of_severity(severity: Severity) -> (&'static str, Role) {
    match severity {
        Severity::Error => ("✗", Role::Danger),
        Severity::Warning => ("!", Role::Warning),
        Severity::Note => ("i", Role::Info),
    }
}

/// The share of customers that a live submission goes to, when that is not all of them.
fn rollout(document: &Value) -> Option<String> {
    let percent = sightings::open_rollout(document)?;
    (percent < 100.0).then(|| format!("rollout {percent} %"))
}

/// What a run does now, in two words.
fn of_run(row: &RunRow, now: Timestamp) -> Option<StatusBadge> {
    let step = row.view.current()?;
    Some(match (step.step, &row.upload) {
        (Step::Upload, Some(upload)) => StatusBadge::new(
            "▲",
            format!("upload {} %", units::percent(upload.sent, upload.total)),
            Role::Busy,
        ),
        (Step::Follow, _) => {
            let seen = row.view.timeline.last()?;
            let age = row.knows_begin().then(|| short_age(seen.at, now));
            of_status(&seen.status, age.as_deref())
        }
        (step, _) => StatusBadge::new("▲", step.word(), Role::Busy),
    })
}

/// How long a submission has been in its present state, as far as anybody watched.
fn seen_for(story: Option<&Story>, status: &Status, now: Timestamp) -> Option<String> {
    let state = story?.current().filter(|state| state.status == *status)?;
    let age = short_age(state.at, now);
    Some(if state.knows_begin() {
        age
    } else {
        format!("≥{age}")
    })
}

pub fn of_product(product: &Product, model: &Model, now: Timestamp) -> StatusBadge {
    let target = &product.target;
    if let Some(status_badge) = model.active_run(target).and_then(|row| of_run(row, now)) {
        return status_badge;
    }
    if let Some(pending) = &product.pending {
        let story = model.submissions.of(target, pending);
        let fell_back =
            story.is_some_and(Story::fell_back) || model.failure_of(target, pending).is_some();
        return match model.statuses.get(target) {
            // The Store says "draft" of a commit that it did not take.
            Some((report, _)) if report.status == Status::PendingCommit && fell_back => {
                StatusBadge::new("✗", "commit failed", Role::Danger)
            }
            Some((report, _)) => of_status(
                &report.status,
                seen_for(story, &report.status, now).as_deref(),
            ),
            // What was seen last, before this session.
            None => match story.and_then(Story::status) {
                Some(status) => StatusBadge {
                    role: Role::Muted,
                    ..of_status(status, None)
                },
                None => StatusBadge::new("◌", "pending", Role::Muted),
            },
        };
    }
    if product.published.is_none() {
        return StatusBadge::new("○", "never published", Role::Muted);
    }
    let detail = model.details.get(target);
    if detail
        .and_then(Remote::error)
        .is_some_and(|error| error.portal == PortalNeed::ForProduct)
    {
        return StatusBadge::new("·", "portal only", Role::Muted);
    }
    let detail = detail.and_then(Remote::value);
    match detail.and_then(|detail| rollout(&detail.published.as_ref()?.document)) {
        Some(share) => StatusBadge::new("◔", share, Role::Info),
        None => StatusBadge::new("●", "Published", Role::Good),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use store_model::{
        status::StatusReport,
        target::{Kind, Target},
    };

    fn app(pending: &str, published: &str) -> Product {
        let resource = json!({"id": "9A", "primaryName": "Notes",
            "pendingApplicationSubmission": {"id": pending}, "lastPublishedApplicationSubmission": {"id": published}});
        Product::read(Kind::App, None, &resource).unwrap()
    }

    #[test]
    fn each_state_has_its_own_sign_and_word() {
        let mut model = Model::default();
        let now = Timestamp::UNIX_EPOCH;
        let said = |product: &Product, model: &Model| {
            let status_badge = of_product(product, model, now);
            (status_badge.sign, status_badge.word, status_badge.role)
        };
        assert_eq!(
            said(&app("0", "0"), &model),
            ("○", "never published".into(), Role::Muted)
        );
        assert_eq!(
            said(&app("0", "1"), &model),
            ("●", "Published".into(), Role::Good)
        );
        assert_eq!(
            said(&app("2", "1"), &model),
            ("◌", "pending".into(), Role::Muted)
        );
        for (status, expected) in [
            ("PendingCommit", ("✎", "draft", Role::Warning)),
            ("Certification", ("◐", "Certification", Role::Busy)),
            ("CommitFailed", ("✗", "CommitFailed", Role::Danger)),
            ("Limbo", ("◐", "Limbo", Role::Busy)),
        ] {
            let report = StatusReport::read(&json!({"status": status}));
            model.statuses.insert(Target::app("9A"), (report, now));
            let (sign, word, role) = said(&app("2", "1"), &model);
            assert_eq!((sign, word.as_str(), role), expected);
        }
    }

    #[test]
    fn a_rollout_counts_only_while_it_is_open() {
        let live = |status: &str, percent: f64| {
            rollout(
                &json!({"packageDeliveryOptions": {"packageRollout": {"isPackageRollout": true,
                "packageRolloutPercentage": percent, "packageRolloutStatus": status}}}),
            )
        };
        assert_eq!(
            live("PackageRolloutInProgress", 5.0).as_deref(),
            Some("rollout 5 %")
        );
        assert_eq!(live("PackageRolloutComplete", 5.0), None);
        assert_eq!(live("PackageRolloutInProgress", 100.0), None);
    }
}
