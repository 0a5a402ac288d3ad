//! The Overview tab: a target at a glance, as lines. Its state and who must act, the keys that come next, what is wrong, what
//! would change, and then the rest.
//! Knows no key and no cursor.

use super::prepared_lines::{next_keys, working_copy};
use super::{
    glance::{Glance, texts},
    outline::{outline, text_at},
};
use crate::{engine::view::Seen, screen::action::Action};
use crate::{
    screen::{
        documents::Documents,
        pane::Context,
        rollout,
        status_badge::{at, since},
        text_panel::TextPanel,
    },
    state::{
        RunRow,
        prepared::{Actor, CheckVerdict, Prepared, meaning},
    },
};
use ratatui::text::Line;
use serde_json::Value;
use store_model::{
    explain::explain,
    product::field,
    status::{Remark, Status, StatusReport},
    story::Story,
    submission::Submission,
    target::Kind,
    units,
    value::{Date, date},
};
use tui_kit::theme::Role;

/// When a run first saw the pending submission in its present state.
pub fn first_seen<'a>(
    cx: &Context<'a>,
    prepared: &Prepared,
    status: &Status,
) -> Option<(&'a RunRow, &'a Seen)> {
    let id = &prepared.draft()?.id;
    let row = cx
        .model
        .runs
        .iter()
        .find(|row| row.view.submission.as_ref() == Some(id))?;
    let last = row
        .view
        .timeline
        .last()
        .filter(|seen| seen.status == *status)?;
    Some((row, last))
}

/// What was seen of the pending submission, by whoever looked.
fn story<'a>(cx: &Context<'a>, prepared: &Prepared) -> Option<&'a Story> {
    cx.model
        .submissions
        .of(prepared.target, &prepared.draft()?.id)
}

/// Whether it lasts as long as usual, and when nobody looked.
fn watched(panel: &mut TextPanel, cx: &Context, story: &Story, status: &Status) {
    let (pace, kind) = (cx.model.submissions.pace(), story.target.kind());
    if status.is_in_progress()
        && let Some(age) = story.age(cx.now)
    {
        let about = pace.about(kind, status, age.time);
        let role = if pace.is_late(kind, status, age.time) {
            Role::Warning
        } else {
            Role::Text
        };
        panel.row("usual", &about, role);
        panel.row("expected", &pace.expected(kind), Role::Text);
    }
    if story.fell_back() {
        panel.more(
            "It was committed, and the service gave it back as a draft: publish it again, with the draft kept.",
            Role::Danger,
        );
    }
    if let Some(gap) = story.gaps.last() {
        panel.more(
            &format!(
                "not watched {}–{}",
                at(gap.from, cx.zone),
                at(gap.to, cx.zone)
            ),
            Role::Muted,
        );
    }
    if story.is_muted {
        let key = cx.key(Action::Follow);
        panel.more(
            &format!("muted: {key} tells of its changes again"),
            Role::Muted,
        );
    }
}

/// A submission's number as the Store counts, else its id: "submission 7".
pub fn number(submission: &Submission) -> String {
    match field(&submission.document, "friendlyName").and_then(Value::as_str) {
        Some(name) if !name.is_empty() => name.to_lowercase(),
        _ => format!("submission {}", submission.id),
    }
}

/// Where the overview is drawn, and what it shows where that leaves room.
pub struct Room<'a> {
    pub documents: &'a Documents,
    pub glance: &'a Glance,
    /// In columns and lines.
    pub width: usize,
    pub height: usize,
}

pub fn lines(
    cx: &Context,
    prepared: &Prepared,
    verdict: Option<&CheckVerdict>,
    room: &Room,
) -> Vec<Line<'static>> {
    let report = prepared.pending_report(cx.model);
    if room.width >= TWO_COLUMNS {
        return side_by_side(cx, prepared, verdict, report.as_ref(), room);
    }
    let mut panel = TextPanel::new(cx.theme, room.width);
    urgent(&mut panel, cx, prepared, verdict, report.as_ref(), room);
    panel.gap();
    submissions(&mut panel, cx, prepared);
    if let Some((server, _)) = prepared.server() {
        outline(&mut panel, cx, prepared.target, &server.document);
        below(&mut panel, room, |free| {
            texts(cx, prepared, &server.document, room.width, free)
        });
    }
    panel.into_lines()
}

/// Adds what fits into the lines that are left, if it has anything to say; never so much that there would be something to scroll.
pub(super) fn below(
    panel: &mut TextPanel,
    room: &Room,
    more: impl FnOnce(usize) -> Vec<Line<'static>>,
) {
    let lines = more(room.height.saturating_sub(panel.len() + 1));
    if !lines.is_empty() {
        panel.gap();
        for line in lines {
            panel.line(line);
        }
    }
}

/// From here on what is to be done and what the submission says stand side by side.
const TWO_COLUMNS: usize = 112;

/// Where it stands, what is prepared, the next keys and the changes on the left; what the Store holds on the right.
fn side_by_side(
    cx: &Context,
    prepared: &Prepared,
    verdict: Option<&CheckVerdict>,
    report: Option<&StatusReport>,
    room: &Room,
) -> Vec<Line<'static>> {
    const GAP: usize = 2;
    let column = room.width.saturating_sub(GAP) / 2;
    let (mut left, mut right) = (
        TextPanel::new(cx.theme, column),
        TextPanel::new(cx.theme, column),
    );
    urgent(&mut left, cx, prepared, verdict, report, room);
    submissions(&mut right, cx, prepared);
    if let Some((server, _)) = prepared.server() {
        outline(&mut right, cx, prepared.target, &server.document);
        below(&mut right, room, |free| {
            texts(cx, prepared, &server.document, column, free)
        });
    }
    let (mut left, mut right) = (
        left.into_lines().into_iter(),
        right.into_lines().into_iter(),
    );
    let mut lines = Vec::new();
    loop {
        let (one, other) = (left.next(), right.next());
        if one.is_none() && other.is_none() {
            return lines;
        }
        let mut line = one.unwrap_or_default();
        if let Some(other) = other.filter(|other| other.width() > 0) {
            line.push_span(" ".repeat((column + GAP).saturating_sub(line.width())));
            line.spans.extend(other.spans);
        }
        lines.push(line);
    }
}

/// What a person needs first: the verdict, what to do next, what is wrong, and what would change for customers.
fn urgent(
    panel: &mut TextPanel,
    cx: &Context,
    prepared: &Prepared,
    verdict: Option<&CheckVerdict>,
    report: Option<&StatusReport>,
    room: &Room,
) {
    state(panel, cx, prepared, report);
    if let Some(card) = rollout::card(prepared) {
        let key = cx.key(Action::Rollout);
        panel.row("rollout", &card, Role::Info);
        panel.more(&format!("{key} raises, halts or finalizes it"), Role::Muted);
    }
    next_keys(panel, cx, prepared, report);
    panel.gap();
    if let Some(report) = report {
        remarks(panel, cx, prepared, report);
    }
    working_copy(panel, cx, prepared, verdict);
    let changes = room
        .glance
        .changes(room.documents, cx, prepared, panel.width, MOST_CHANGES);
    if !changes.is_empty() {
        panel.gap();
        for line in changes {
            panel.line(line);
        }
    }
}

/// Lines of changes; the Diff tab shows them all.
const MOST_CHANGES: usize = 24;

fn state(panel: &mut TextPanel, cx: &Context, prepared: &Prepared, report: Option<&StatusReport>) {
    let mode = prepared
        .draft()
        .and_then(|draft| text_at(&draft.document, &["targetPublishMode"]))
        .unwrap_or_default();
    let run = cx
        .model
        .runs
        .iter()
        .find(|row| row.view.target == *prepared.target && row.view.is_active());
    // What a run sees is newer than what was read before it.
    let seen = run.and_then(|row| row.view.timeline.last());
    match report {
        _ if let Some(seen) = seen => {
            let age = if run.is_some_and(RunRow::knows_begin) {
                let age = units::duration(since(seen.at, cx.now));
                format!("for {age}, seen by the run")
            } else {
                format!("seen since {}", at(seen.at, cx.zone))
            };
            panel.row("state", &format!("◐ {} {age}", seen.status), Role::Busy);
            panel.more(meaning(&seen.status, mode).0, Role::Text);
        }
        Some(StatusReport { status, .. }) => {
            let (sign, role) = match status {
                Status::PendingCommit | Status::None => ("✎", Role::Warning),
                Status::Published => ("●", Role::Good),
                status if status.is_failure() => ("✗", Role::Danger),
                Status::Release if mode == "Manual" || mode == "SpecificDate" => {
                    ("◑", Role::Warning)
                }
                _ => ("◐", Role::Busy),
            };
            let story = story(cx, prepared);
            let seen = story
                .and_then(Story::current)
                .filter(|seen| seen.status == *status);
            let age = match (seen, first_seen(cx, prepared, status)) {
                (Some(seen), _) if seen.knows_begin() => {
                    format!(" for {}", units::duration(since(seen.at, cx.now)))
                }
                (Some(seen), _) => format!(" seen since {}", at(seen.at, cx.zone)),
                (None, Some((row, seen))) if row.knows_begin() => {
                    format!(" for {}", units::duration(since(seen.at, cx.now)))
                }
                (None, Some((_, seen))) => format!(" seen since {}", at(seen.at, cx.zone)),
                (None, None) => match cx.model.statuses.get(prepared.target) {
                    Some((_, asked)) => {
                        format!(", asked {} ago", units::age(since(*asked, cx.now)))
                            .replace("now ago", "just now")
                    }
                    None => String::new(),
                },
            };
            panel.row("state", &format!("{sign} {status}{age}"), role);
            let (said, actor) = meaning(status, mode);
            let day = prepared
                .draft()
                .and_then(|draft| text_at(&draft.document, &["targetPublishDate"]));
            let said = match day.map(date) {
                Some(Date::At(day)) if actor == Actor::Nobody && *status == Status::Release => {
                    format!("{said}: {}", at(day, cx.zone))
                }
                _ => said.to_owned(),
            };
            panel.more(&said, Role::Text);
            let (who, role) = match actor {
                Actor::You if prepared.draft().is_some_and(Submission::is_portal_made) => {
                    ("somebody in Partner Center", Role::Warning)
                }
                Actor::You => ("you", Role::Warning),
                Actor::Store => ("the Store; nothing to do for you", Role::Text),
                Actor::Portal => ("somebody in Partner Center", Role::Warning),
                Actor::Nobody => ("nobody", Role::Text),
            };
            panel.row("waits for", who, role);
            if let Some(story) = story {
                watched(panel, cx, story, status);
            }
        }
        None if prepared.live().is_some() => {
            let said = if run.is_some() {
                "● Published; a run prepares the next one"
            } else {
                "● Published, nothing pending"
            };
            panel.row("state", said, Role::Good);
        }
        None if prepared.kind() == Kind::App => {
            panel.row("state", "○ never published", Role::Warning);
            let said = "The first submission of an app, with the age rating, is created in Partner Center.";
            panel.more(said, Role::Text);
        }
        None => {
            panel.row("state", "○ never published, no draft", Role::Warning);
            panel.more(
                "Its first submission can be written and published from here.",
                Role::Text,
            );
        }
    }
    if let Some(row) = run {
        let step = row.view.current().map_or("starts", |step| step.step.word());
        let upload = row.upload.as_ref().filter(|_| step == "upload");
        let share = upload
            .map(|upload| format!(" {} %", units::percent(upload.sent, upload.total)))
            .unwrap_or_default();
        panel.row(
            "run",
            &format!(
                "▲ {step}{share}; all of it in pane {}",
                cx.key(Action::FocusRuns)
            ),
            Role::Busy,
        );
    }
}

fn submissions(panel: &mut TextPanel, cx: &Context, prepared: &Prepared) {
    if let Some(draft) = prepared.draft() {
        let name = number(draft);
        let id = if name.contains(&draft.id) {
            String::new()
        } else {
            format!(" ({})", draft.id)
        };
        let origin = if draft.is_portal_made() {
            "created or edited in Partner Center"
        } else if draft.status() == Status::PendingCommit {
            "created through the API"
        } else {
            "committed"
        };
        panel.row("pending", &format!("{name}{id}, {origin}"), Role::Text);
        if let Some((row, seen)) = first_seen(cx, prepared, &draft.status()) {
            let said = if row.is_committed() {
                format!("from here, started {}", at(row.view.started, cx.zone))
            } else {
                format!("followed from here, seen since {}", at(seen.at, cx.zone))
            };
            panel.more(&said, Role::Muted);
        }
        if let Some(ending) = cx.model.failure_of(prepared.target, &draft.id) {
            let first = ending.message.lines().next().unwrap_or_default();
            panel.row("last run", &format!("✗ failed. {first}"), Role::Danger);
        }
        if draft.is_portal_made() {
            panel.more(
                "It has no upload URL: it can be changed, deleted and committed in Partner Center only.",
                Role::Warning,
            );
            panel.more(&prepared.target.portal_url(Some(&draft.id)), Role::Info);
        }
    }
    match prepared.live() {
        Some(live) => {
            let name = number(live);
            let id = if name.contains(&live.id) {
                String::new()
            } else {
                format!(" ({})", live.id)
            };
            panel.row("live", &format!("{name}{id}"), Role::Text);
        }
        None => panel.row("live", "nothing", Role::Muted),
    }
}

fn remarks(panel: &mut TextPanel, cx: &Context, prepared: &Prepared, report: &StatusReport) {
    let portal = prepared.portal_url();
    for error in &report.errors {
        remark(panel, "error", "✗", error, Role::Danger, &portal);
    }
    for warning in &report.warnings {
        remark(panel, "warning", "!", warning, Role::Warning, &portal);
    }
    for certification in &report.reports {
        let day = match date(&certification.date) {
            Date::At(time) => at(time, cx.zone),
            _ => certification.date.clone(),
        };
        panel.row(
            "report",
            &format!("{day}  {}", certification.url),
            Role::Info,
        );
    }
    panel.gap();
}

/// A remark of the Store with what it means; what it says on every submission is dimmed.
pub fn remark(
    panel: &mut TextPanel,
    label: &str,
    sign: &str,
    remark: &Remark,
    role: Role,
    portal: &str,
) {
    let explained = explain(&remark.code, &remark.details);
    if explained
        .as_ref()
        .is_some_and(|explained| explained.is_noise)
    {
        panel.row(
            label,
            &format!("· {} (normal for nearly every submission)", remark.code),
            Role::Muted,
        );
        return;
    }
    panel.row(label, &format!("{sign} {}", remark.code), role);
    if !remark.details.is_empty() {
        panel.more(&remark.details, Role::Text);
    }
    if let Some(explained) = explained {
        panel.more(&explained.meaning, Role::Text);
        if !explained.advice.is_empty() {
            panel.more(&format!("→ {}", explained.advice), Role::Text);
        }
        if explained.portal {
            panel.more(portal, Role::Info);
        }
    }
}
