//! `show` and `status`: one target, its documents and the status of its submission.

use super::{
    context::CommandContext,
    event::{Event, Expected, Span, Usual},
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::tasks::sightings;
use jiff::Timestamp;
use serde_json::Value;
use store_client::Priority;
use store_model::{
    explain,
    json::document,
    pace::Pace,
    package,
    product::Product,
    signed_url::REDACTED,
    status::StatusReport,
    story::{Gap, Sighting, State, Story},
    submission::Submission,
    target::Target,
    units,
};

pub(super) async fn show(
    context: CommandContext,
    target: &Target,
    which: Option<&str>,
    json: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    let product = store.product(target).await?;
    let none =
        |what: &str| Failure::new(Exit::Store, format!("{target} has no {what} submission."));
    let id = match which {
        Some("pending") => product.pending.clone().ok_or_else(|| none("pending"))?,
        Some("published") => product.published.clone().ok_or_else(|| none("published"))?,
        Some(id) => id.to_owned(),
        None => match product.submission() {
            Some(id) => id.clone(),
            None if json => return Err(none("pending or published")),
            None => {
                overview(&product, None, printer);
                return Ok(Exit::Done);
            }
        },
    };
    let submission = store.submission(target, &id).await?.submission;
    if json {
        printer.document(&document::pretty(&submission.document));
        if submission
            .document
            .get("fileUploadUrl")
            .and_then(Value::as_str)
            == Some(REDACTED)
        {
            printer.chatter("fileUploadUrl is left out: whoever has it can replace the upload.");
        }
    } else if printer.is_json() {
        printer.json(&submission.document);
    } else {
        overview(&product, Some(&submission), printer);
    }
    Ok(Exit::Done)
}

fn overview(product: &Product, submission: Option<&Submission>, printer: &mut Printer<'_>) {
    let none = || "none".to_owned();
    printer.line(format!("{}  {}", product.target, product.name));
    if let Some(app) = &product.app {
        printer.line(format!("  app        {app}"));
    }
    printer.line(format!(
        "  published  {}",
        product.published.clone().unwrap_or_else(none)
    ));
    printer.line(format!(
        "  pending    {}",
        product.pending.clone().unwrap_or_else(none)
    ));
    let Some(submission) = submission else {
        return;
    };
    printer.line(format!("  submission {}", submission.id));
    if submission.is_portal_made() {
        printer.line("  made in Partner Center: the API can neither change, commit nor delete it");
    }
    for package in package::packages(product.target.kind(), &submission.document) {
        printer.line(format!(
            "  package    {} {} ({})",
            package.file_name,
            package.version,
            package.status.as_str()
        ));
    }
    report(&submission.report(), "", printer);
    printer.line(format!(
        "  portal     {}",
        product.target.portal_url(Some(&submission.id))
    ));
}

/// A status with what the service said, each code explained. Each line begins with `label`, so that those of several targets
/// stay apart.
pub(super) fn report(report: &StatusReport, label: &str, printer: &mut Printer<'_>) {
    printer.line(format!("{label}  status     {}", report.status));
    for (word, remarks) in [("error", &report.errors), ("warning", &report.warnings)] {
        for remark in remarks {
            let explanation = explain::explain(&remark.code, &remark.details);
            if explanation
                .as_ref()
                .is_some_and(|explanation| explanation.is_noise)
            {
                continue;
            }
            printer.line(format!(
                "{label}  {word:9}  {}: {}",
                remark.code, remark.details
            ));
            if let Some(explanation) = explanation {
                printer.line(format!(
                    "{label}             {} {}",
                    explanation.meaning, explanation.advice
                ));
            }
        }
    }
    for report in &report.reports {
        printer.line(format!("  report     {} {}", report.date, report.url));
    }
}

pub(super) async fn status(
    context: CommandContext,
    target: &Target,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    let product = store.product(target).await?;
    let Some(id) = product.submission() else {
        return Err(Failure::new(
            Exit::Store,
            format!("{target} has neither a pending nor a published submission."),
        ));
    };
    let found = store.status(target, id).await?;
    let services = &context.services;
    let look = Sighting {
        name: Some(product.name.clone()),
        ..Sighting::of(target, id, &found, Timestamp::now())
    };
    sightings::keep(services, vec![look]).await;
    let past = sightings::past(&services.home, &services.profile).await;
    let (pace, story) = (past.whole_pace(), past.of(target, id));
    if printer.is_json() {
        printer.event(&status_event(target, id, &found, story, &pace));
    } else {
        printer.line(format!("{target}  {}", product.name));
        printer.line(format!(
            "  submission {id}{}",
            if product.pending.is_some() {
                " (pending)"
            } else {
                " (live)"
            }
        ));
        report(&found, "", printer);
        if let Some(story) = story {
            seen(story, &pace, printer);
        }
    }
    Ok(if found.status.is_failure() {
        Exit::Store
    } else {
        Exit::Done
    })
}

fn status_event<'a>(
    target: &'a Target,
    id: &'a str,
    found: &'a StatusReport,
    story: Option<&Story>,
    pace: &Pace,
) -> Event<'a> {
    let (kind, now) = (target.kind(), Timestamp::now());
    let state = story.and_then(Story::current);
    let age = story.and_then(|story| story.age(now));
    let gaps = story.map_or(&[][..], |story| story.gaps.as_slice());
    Event::Status {
        target,
        submission_id: id,
        status: found.status.as_str(),
        errors: &found.errors,
        warnings: &found.warnings,
        certification_reports: &found.reports,
        since: state.map(|state| state.at),
        since_is_begin: state.is_some_and(State::knows_begin),
        not_watched: gaps
            .iter()
            .map(|Gap { from, to }| Span {
                from: *from,
                to: *to,
            })
            .collect(),
        fell_back: story.is_some_and(Story::fell_back),
        usual: pace.stage(kind, &found.status).map(|usual| Usual {
            median_seconds: usual.median.as_secs(),
            longest_seconds: usual.longest.as_secs(),
            count: usual.count,
        }),
        is_late: found.status.is_in_progress()
            && age.is_some_and(|age| pace.is_late(kind, &found.status, age.time)),
        expected: pace.window(kind).map(|(from, to, count)| Expected {
            from_seconds: from.as_secs(),
            to_seconds: to.as_secs(),
            count,
        }),
        rollout: story
            .and_then(|story| story.rollout)
            .map(|rollout| rollout.percent)
            .filter(|percent| *percent < 100.0),
    }
}

/// What was seen of a submission, and whether that is usual here.
fn seen(story: &Story, pace: &Pace, printer: &mut Printer<'_>) {
    let now = Timestamp::now();
    let (Some(state), Some(age)) = (story.current(), story.age(now)) else {
        return;
    };
    let kind = story.target.kind();
    let time = units::age(age.time);
    let line = if age.is_least {
        format!("seen since {:.0} (at least {time})", state.at)
    } else {
        format!("for {time}, since {:.0}", state.at)
    };
    printer.line(format!("  state      {line}"));
    for Gap { from, to } in &story.gaps {
        printer.line(format!("             not watched {from:.0} – {to:.0}"));
    }
    if story.fell_back() {
        printer.line(
            "             It was committed, and the service gave it back as a draft: publish it again with the draft kept.",
        );
    }
    if state.status.is_in_progress() {
        let about = pace.about(kind, &state.status, age.time);
        printer.line(format!("  usual      {about}"));
        printer.line(format!("  expected   {}", pace.expected(kind)));
    }
    if let Some(rollout) = story.rollout.filter(|rollout| rollout.percent < 100.0) {
        printer.line(format!(
            "  rollout    {} % of the customers",
            rollout.percent
        ));
    }
}
