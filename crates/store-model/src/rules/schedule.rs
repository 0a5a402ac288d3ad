//! Rules about when and to how many customers a submission goes: publish mode, its date, rollout, mandatory update
//! (store-api.md §§ 3.4, 3.11, 4.8).

use crate::rule_table as rule;
use crate::{
    finding::Inspection,
    json::pointer::{child, member},
    limits::HOURS_AHEAD,
    package::{FileStatus, packages},
    value::{Date, date},
};
use jiff::SignedDuration;
use serde_json::Value;

pub fn check(inspection: &mut Inspection<'_>) {
    schedule(inspection);
    ahead(inspection);
    if inspection.kind.has_rollout() {
        rollout(inspection);
        mandatory(inspection);
    }
}

/// The only place that a path means, with its pointer; nothing where it is null.
fn first<'a>(document: &'a Value, path: &str) -> Option<(String, &'a Value)> {
    crate::finding::places(document, path).into_iter().next()
}

fn day(found: Option<&Value>) -> Date {
    found.and_then(Value::as_str).map_or(Date::Unset, date)
}

fn schedule(inspection: &mut Inspection<'_>) {
    let mode = member(inspection.document, "targetPublishMode").filter(|(_, mode)| !mode.is_null());
    if mode.is_none() {
        inspection.report("", rule::PUBLISH_MODE_MISSING, "targetPublishMode is missing: write Immediate, Manual or SpecificDate in every update.");
    }
    let found = member(inspection.document, "targetPublishDate");
    let pointer = found.map_or_else(String::new, |(key, _)| child("", key));
    match (
        mode.and_then(|(_, mode)| mode.as_str()),
        day(found.map(|(_, value)| value)),
    ) {
        (Some("SpecificDate"), Date::Unset) => {
            inspection.report(
                pointer,
                rule::PUBLISH_DATE_MISSING,
                "targetPublishMode is SpecificDate, but targetPublishDate is not set.",
            );
        }
        (Some("Immediate" | "Manual"), Date::At(_)) => {
            inspection.report(
                pointer,
                rule::PUBLISH_DATE_UNUSED,
                "targetPublishDate counts only with targetPublishMode SpecificDate; it is ignored.",
            );
        }
        _ => {}
    }
}

/// A date that counts must lie far enough ahead of the time at which the document is sent.
pub fn ahead(inspection: &mut Inspection<'_>) {
    let is_dated = member(inspection.document, "targetPublishMode")
        .is_some_and(|(_, mode)| mode == "SpecificDate");
    let Some((key, value)) = member(inspection.document, "targetPublishDate").filter(|_| is_dated)
    else {
        return;
    };
    let (Date::At(day), Some(now)) = (day(Some(value)), inspection.now) else {
        return;
    };
    let pointer = child("", key);
    let left = day.duration_since(now);
    if left.is_negative() {
        inspection.report(
            pointer,
            rule::PUBLISH_DATE_PAST,
            "targetPublishDate is in the past.",
        );
    } else if left < SignedDuration::from_hours(HOURS_AHEAD) {
        let hours = left.as_hours();
        inspection.report(
            pointer,
            rule::PUBLISH_DATE_TOO_NEAR,
            format!("targetPublishDate is only {hours} hours ahead; the Store wants at least {HOURS_AHEAD}."),
        );
    }
}

const ROLLOUT: &str = "packageDeliveryOptions/packageRollout";
const PERCENTAGE: &str = "packageDeliveryOptions/packageRollout/packageRolloutPercentage";

/// The rollout's place where it is on.
fn running(document: &Value) -> Option<String> {
    let (pointer, rollout) = first(document, ROLLOUT)?;
    let (_, is_on) = member(rollout, "isPackageRollout")?;
    (*is_on == Value::Bool(true)).then_some(pointer)
}

fn rollout(inspection: &mut Inspection<'_>) {
    let Some((pointer, _)) = first(inspection.document, ROLLOUT) else {
        let pointer = first(inspection.document, "packageDeliveryOptions")
            .map_or_else(String::new, |(pointer, _)| pointer);
        let sentence = "packageRollout is missing: the setting of the last submission may be inherited. Say whether there is one.";
        return inspection.report(pointer, rule::ROLLOUT_NOT_STATED, sentence);
    };
    let percentage =
        first(inspection.document, PERCENTAGE).map(|(pointer, value)| (pointer, value.as_f64()));
    if running(inspection.document).is_none() {
        if let Some((pointer, Some(percent))) = percentage
            && percent > 0.0
        {
            inspection.report(
                pointer,
                rule::ROLLOUT_PERCENTAGE_UNUSED,
                "packageRolloutPercentage counts only with isPackageRollout true; it is ignored.",
            );
        }
        return;
    }
    let percent = percentage.as_ref().and_then(|(_, percent)| *percent);
    match percentage {
        None => inspection.report(
            pointer.clone(),
            rule::ROLLOUT_PERCENTAGE_MISSING,
            "A gradual rollout is on, but packageRolloutPercentage is missing.",
        ),
        Some((pointer, Some(0.0))) => {
            inspection.report(
                pointer,
                rule::ROLLOUT_TO_NOBODY,
                "A gradual rollout to 0 %: nobody will get the new packages.",
            );
        }
        Some((pointer, Some(100.0))) => {
            inspection.report(
                pointer,
                rule::ROLLOUT_TO_EVERYONE,
                "A rollout to 100 % still has to be finalized before the next submission.",
            );
        }
        Some(_) => {}
    }
    let before = inspection
        .base
        .filter(|base| running(base).is_some())
        .and_then(|base| first(base, PERCENTAGE));
    if let (Some(percent), Some(before)) = (percent, before.and_then(|(_, value)| value.as_f64()))
        && (percent - before).abs() < f64::EPSILON
    {
        let sentence = format!(
            "The gradual rollout to {percent} % stands on the server already: a new submission inherits it from the last one. Make sure that it is meant for this one."
        );
        inspection.report(pointer.clone(), rule::ROLLOUT_INHERITED, sentence);
    }
    let is_new = |status: &FileStatus| *status == FileStatus::PendingUpload;
    if !packages(inspection.kind, inspection.document)
        .iter()
        .any(|package| is_new(&package.status))
    {
        inspection.report(
            pointer,
            rule::ROLLOUT_WITHOUT_NEW_PACKAGE,
            "A gradual rollout is on, but no package is new: there is nothing to roll out.",
        );
    }
}

fn mandatory(inspection: &mut Inspection<'_>) {
    let Some((holder, options)) = first(inspection.document, "packageDeliveryOptions") else {
        return;
    };
    let is_on =
        member(options, "isMandatoryUpdate").is_some_and(|(_, value)| *value == Value::Bool(true));
    let found = first(
        inspection.document,
        "packageDeliveryOptions/mandatoryUpdateEffectiveDate",
    );
    let day = day(found.as_ref().map(|(_, value)| *value));
    let pointer = found.map_or(holder, |(pointer, _)| pointer);
    match (is_on, day) {
        (true, Date::Unset) => {
            inspection.report(
                pointer,
                rule::MANDATORY_DATE_MISSING,
                "The update is mandatory, but mandatoryUpdateEffectiveDate is not set.",
            );
        }
        (true, Date::At(day)) if inspection.now.is_some_and(|now| day < now) => {
            inspection.report(
                pointer,
                rule::MANDATORY_DATE_PAST,
                "mandatoryUpdateEffectiveDate is in the past: the update is mandatory at once.",
            );
        }
        (false, Date::At(_)) => {
            inspection.report(
                pointer,
                rule::MANDATORY_DATE_UNUSED,
                "mandatoryUpdateEffectiveDate counts only with isMandatoryUpdate true.",
            );
        }
        _ => {}
    }
}
