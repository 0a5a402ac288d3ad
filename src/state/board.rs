//! The board: everything with something going on, grouped by who must act, the most urgent first, with one verb each. A pure
//! function over what is known; the dashboard draws its rows, `list --pending` prints them. Knows no key and no colour.

pub use super::board_row::{Group, Now, Row, Verb, sort};
use super::{
    Model, RunRow,
    prepared::{Actor, count, meaning},
};
use crate::{
    engine::view::{Ending, Step},
    tasks::report::TargetDetail,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use store_model::{
    catalog::Catalog,
    pace::Pace,
    product::Product,
    remote::Remote,
    review_analysis::files_to_bring,
    status::{Status, StatusReport},
    story::{Story, between},
    submission::Submission,
    target::Target,
    units,
};

/// A product with a submission under way, and what is known of it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub product: &'a Product,
    /// The app that it belongs to.
    pub app: Option<&'a str>,
    /// What the Store last said of what is pending.
    pub report: Option<&'a StatusReport>,
    pub story: Option<&'a Story>,
    /// The documents, where they were read.
    pub detail: Option<&'a TargetDetail>,
    /// A ZIP is chosen for it.
    pub has_zip: bool,
}

/// The row of a product's pending submission; nothing where none is pending.
pub fn pending(subject: Subject, pace: &Pace, now: Timestamp) -> Option<Row> {
    let Subject { product, story, .. } = subject;
    let submission = product.pending.clone()?;
    let status = subject
        .report
        .map(|report| &report.status)
        .or_else(|| story?.status());
    let draft = subject.detail.and_then(|detail| detail.pending.as_ref());
    let mut row = Row {
        group: Group::Unknown,
        target: product.target.clone(),
        submission: Some(submission),
        run: None,
        name: product.name.clone(),
        app: subject.app.map(str::to_owned),
        now: Now::Pending,
        since: None,
        what: String::new(),
        is_late: false,
        verb: Verb::Look,
    };
    let Some(status) = status else {
        return Some(row);
    };
    // What was just told may be newer than what was kept of it.
    row.since = story
        .and_then(Story::current)
        .filter(|state| state.status == *status)
        .map(|state| (state.at, state.knows_begin()));
    row.now = if story.is_some_and(Story::fell_back) && *status == Status::PendingCommit {
        Now::FellBack
    } else {
        Now::Status(status.clone())
    };
    let mode = story.and_then(|story| story.mode.as_deref());
    let errors = subject
        .report
        .map(|report| report.errors.as_slice())
        .or_else(|| Some(story?.errors.as_slice()))
        .unwrap_or_default();
    let has_report = subject
        .report
        .map(|report| !report.reports.is_empty())
        .or_else(|| Some(!story?.reports.is_empty()))
        .unwrap_or_default();
    let kind = product.target.kind();
    let age = row.age(now).map_or(Duration::ZERO, |age| age.time);
    let (said, actor) = meaning(status, mode.unwrap_or_default());
    (row.group, row.verb, row.what) = match &row.now {
        Now::FellBack => (
            Group::You,
            Verb::Fix,
            "the service gave it back as a draft".to_owned(),
        ),
        Now::Status(Status::PendingCommit | Status::None)
            if draft
                .map(Submission::is_portal_made)
                .or_else(|| story?.is_portal_made)
                == Some(true) =>
        {
            (Group::Portal, Verb::Open, "a draft made there".to_owned())
        }
        Now::Status(Status::PendingCommit | Status::None) => {
            let (verb, what) = of_draft(subject);
            (Group::You, verb, what)
        }
        Now::Status(Status::CommitFailed | Status::PreProcessingFailed) => {
            (Group::You, Verb::Fix, of_errors(errors, said))
        }
        Now::Status(status) if status.is_failure() => {
            let what = if has_report {
                "there is a report".to_owned()
            } else {
                of_errors(errors, said)
            };
            (Group::You, Verb::Read, what)
        }
        _ if actor == Actor::Portal => {
            let what = match status {
                Status::Release => "waits for “Publish now”".to_owned(),
                _ => said.to_owned(),
            };
            (Group::Portal, Verb::Open, what)
        }
        _ if actor == Actor::Nobody => (Group::Store, Verb::Look, said.to_owned()),
        _ => {
            row.is_late = pace.is_late(kind, status, age);
            (Group::Store, Verb::Look, pace.about(kind, status, age))
        }
    };
    if subject.report.is_none()
        && let Some(story) = story
    {
        let ago = units::age(between(story.looked, now));
        let rest = std::mem::take(&mut row.what);
        row.what = if rest.is_empty() {
            format!("seen {ago} ago")
        } else {
            format!("seen {ago} ago · {rest}")
        };
        row.is_late = false;
    }
    if let Some(app) = &row.app {
        let rest = std::mem::take(&mut row.what);
        row.what = if rest.is_empty() {
            format!("of {app}")
        } else {
            format!("of {app} · {rest}")
        };
    }
    Some(row)
}

fn of_errors(errors: &[store_model::status::Remark], said: &str) -> String {
    let real: Vec<_> = errors
        .iter()
        .filter(|error| {
            !store_model::explain::explain(&error.code, &error.details)
                .is_some_and(|explained| explained.is_noise)
        })
        .map(|error| error.code.as_str())
        .collect();
    match real.len() {
        0 => said.to_owned(),
        many => format!(
            "{}: {}",
            units::counted(many, "error"),
            units::listed(&real, 2)
        ),
    }
}

/// What a draft waits for, as far as its document was read.
fn of_draft(subject: Subject) -> (Verb, String) {
    let Some(draft) = subject.detail.and_then(|detail| detail.pending.as_ref()) else {
        return (Verb::Review, String::new());
    };
    let files = files_to_bring(subject.product.target.kind(), &draft.document).len();
    match files {
        0 => (Verb::Review, "can be committed".to_owned()),
        _ if subject.has_zip => (Verb::Review, "its ZIP is chosen".to_owned()),
        _ => (
            Verb::Pick,
            format!("waits for {}", count(files, "file", "files")),
        ),
    }
}

/// The row of a run: one that works, was paused or was interrupted. What only follows, its submission's row tells.
fn of_run(run: &RunRow, model: &Model) -> Option<Row> {
    let step = run.view.current().map(|step| step.step);
    let (now, group, verb, what) = if run.is_active() {
        let step = step.filter(|step| *step != Step::Follow)?;
        (Now::Running(step), Group::Store, Verb::Look, String::new())
    } else if !run.may_go_on()
        || (run.is_committed() && step.is_none_or(|step| step == Step::Follow))
    {
        return None;
    } else if let Some(upload) = run.paused() {
        let percent = units::percent(upload.sent, upload.total);
        (Now::Paused(percent), Group::You, Verb::GoOn, String::new())
    } else {
        let why =
            run.view.ending.as_ref().map(|Ending { message, .. }| {
                message.lines().next().unwrap_or_default().to_owned()
            });
        (
            Now::Interrupted(step),
            Group::You,
            Verb::GoOn,
            why.unwrap_or_default(),
        )
    };
    let target = run.view.target.clone();
    Some(Row {
        group,
        submission: run.view.submission.clone(),
        run: Some(run.view.id.clone()),
        name: run.view.name.clone(),
        app: app_of(model, &target)
            .and_then(|app| model.app_name(app))
            .map(str::to_owned),
        now,
        since: None,
        what,
        is_late: false,
        verb,
        target,
    })
}

/// The id of the app that an add-on or a flight belongs to.
fn app_of<'a>(model: &'a Model, target: &'a Target) -> Option<&'a str> {
    match target {
        Target::App { .. } => None,
        Target::Flight { app, .. } => Some(app),
        Target::AddOn { .. } => model.product(target)?.app.as_deref(),
    }
}

/// All rows of what the dashboard knows, in their order.
pub fn rows(model: &Model, now: Timestamp, zone: &TimeZone) -> Vec<Row> {
    let names: HashMap<&str, &str> = model
        .apps
        .products
        .value()
        .into_iter()
        .flatten()
        .map(|app| (app.target.id(), app.name.as_str()))
        .collect();
    let owner = |product: &Product| -> Option<String> {
        let id = match &product.target {
            Target::Flight { app, .. } => Some(app.as_str()),
            _ => product.app.as_deref(),
        };
        Some((*names.get(id?)?).to_owned())
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut told: HashSet<Target> = HashSet::new();
    for run in &model.runs {
        // The newest run of a target says what is going on.
        if !told.contains(&run.view.target)
            && let Some(row) = of_run(run, model)
        {
            told.insert(row.target.clone());
            rows.push(row);
        }
    }
    let lists = [&model.apps, &model.add_ons]
        .into_iter()
        .chain(model.flights.values());
    let mut listed: HashSet<&Target> = HashSet::new();
    for product in lists.filter_map(|list| list.products.value()).flatten() {
        let target = &product.target;
        if product.pending.is_none() && !model.is_edited(target) {
            continue;
        }
        listed.insert(target);
        if told.contains(target) {
            continue;
        }
        let app = owner(product);
        let edit = model.edits.get(target);
        let subject = Subject {
            product,
            app: app.as_deref(),
            report: model.statuses.get(target).map(|(report, _)| report),
            story: product
                .pending
                .as_ref()
                .and_then(|id| model.submissions.of(target, id)),
            detail: model
                .details
                .get(target)
                .and_then(Remote::value)
                .map(|detail| &**detail),
            has_zip: edit.is_some_and(|edit| edit.zip.is_some()),
        };
        let mut row = pending(subject, model.submissions.pace(), now);
        if row.is_none() && model.is_edited(target) {
            row = Some(Row {
                group: Group::You,
                target: target.clone(),
                submission: None,
                run: None,
                name: product.name.clone(),
                app,
                now: Now::Edited,
                since: edit.and_then(|edit| edit.kept).map(|at| (at, true)),
                what: "not sent yet".to_owned(),
                is_late: false,
                verb: Verb::Review,
            });
        }
        rows.extend(row);
    }
    for story in model.submissions.all() {
        rows.extend(of_story(story, model, &listed, &told, (now, zone)));
    }
    sort(&mut rows);
    rows
}

/// What no list tells: an open rollout, a release that is done, and what is under way in a list that was not read.
fn of_story(
    story: &Story,
    model: &Model,
    listed: &HashSet<&Target>,
    told: &HashSet<Target>,
    (now, zone): (Timestamp, &TimeZone),
) -> Option<Row> {
    let is_over = story.current().is_some_and(|state| {
        state.status == Status::Published && Some(state.at) < yesterday(now, zone)
    });
    let has_rollout = story.rollout.is_some_and(|rollout| rollout.percent < 100.0);
    if !has_rollout && (is_over || story.is_gone || !story.was_committed()) {
        return None;
    }
    let target = &story.target;
    let product = model.product(target);
    let app = app_of(model, target).and_then(|app| model.app_name(app));
    let new = |group, now, verb, what: String| Row {
        group,
        target: target.clone(),
        submission: Some(story.submission.clone()),
        run: None,
        name: product
            .map(|product| product.name.clone())
            .or_else(|| story.name.clone())
            .unwrap_or_else(|| target.to_string()),
        app: app.map(str::to_owned),
        now,
        since: story.current().map(|state| (state.at, state.knows_begin())),
        what,
        is_late: false,
        verb,
    };
    let is_live =
        product.is_none_or(|product| product.published.as_ref() == Some(&story.submission));
    let open = story
        .rollout
        .filter(|rollout| rollout.percent < 100.0 && is_live && !story.is_gone);
    if let Some(rollout) = open {
        let mut row = new(
            Group::You,
            Now::Rollout(rollout.percent),
            Verb::Raise,
            String::new(),
        );
        row.since = Some((rollout.since, false));
        return (!told.contains(target)).then_some(row);
    }
    let state = story.current()?;
    if state.status == Status::Published {
        let is_recent = state.at >= yesterday(now, zone)?;
        let time = state
            .at
            .to_zoned(zone.clone())
            .strftime("%H:%M")
            .to_string();
        let day = if state.at.to_zoned(zone.clone()).date() == now.to_zoned(zone.clone()).date() {
            String::new()
        } else {
            "yesterday ".to_owned()
        };
        let what = match story.took() {
            Some(took) => format!("{day}{time}, took {}", units::duration(took)),
            None if state.knows_begin() => format!("{day}{time}"),
            None => format!("seen {day}{time}"),
        };
        let was_released = state.after.is_some();
        return (is_recent && was_released).then(|| {
            new(
                Group::Done,
                Now::Status(Status::Published),
                Verb::Look,
                what,
            )
        });
    }
    // A flight whose list was not read: what is known of it stands on the board at once.
    let is_unread = !listed.contains(target)
        && !told.contains(target)
        && model
            .list(&Catalog::of(target))
            .is_none_or(|list| list.products.value().is_none());
    if !is_unread || story.is_gone || !(story.is_followed() || story.has_failed()) {
        return None;
    }
    let made = Product::known(target, story.name.as_deref(), &story.submission);
    let subject = Subject {
        product: &made,
        app,
        report: model.statuses.get(target).map(|(report, _)| report),
        story: Some(story),
        detail: None,
        has_zip: false,
    };
    pending(subject, model.submissions.pace(), now)
}

/// The beginning of the day before.
fn yesterday(now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = now.to_zoned(zone.clone()).start_of_day().ok()?;
    let before = today.checked_sub(SignedDuration::from_hours(1)).ok()?;
    Some(before.start_of_day().ok()?.timestamp())
}

/// How many rows wait for each: a person, Partner Center, the Store.
pub fn counts(rows: &[Row]) -> [usize; 3] {
    [Group::You, Group::Portal, Group::Store]
        .map(|group| rows.iter().filter(|row| row.group == group).count())
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
