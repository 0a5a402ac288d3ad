//! The text of history entries. Knows no cursor.

use crate::{
    engine::view::Outcome,
    storage::{Finished, Kept},
    tasks::history_item::{Deed, HistoryItem},
};
use crate::{
    screen::{status_badge::outcome, text_panel::TextPanel},
    state::prepared::count,
};
use std::time::Duration;
use store_model::units;
use tui_kit::theme::Role;

/// Whether a document lies behind a row.
pub(super) fn has_document(item: &HistoryItem) -> bool {
    matches!(item.deed, Deed::Put { .. } | Deed::Rescued { .. })
}

/// A row's kind in a word, and its role.
pub(super) fn kind_word(deed: &Deed) -> (&'static str, Role) {
    match deed {
        Deed::Put { .. } => ("update", Role::Info),
        Deed::Rescued {
            why: Kept::SetAside,
            ..
        } => ("set aside", Role::Text),
        Deed::Rescued { .. } => ("rescued", Role::Warning),
        Deed::Edited { .. } => ("editing", Role::Busy),
        Deed::Run(run) => ("run", run_role(run)),
    }
}

pub(super) fn ending(run: &Finished) -> Option<Outcome> {
    serde_json::from_value(run.outcome.clone().into()).ok()
}

pub(super) fn run_role(run: &Finished) -> Role {
    ending(run).map_or(Role::Text, |ending| outcome(ending).2)
}

/// The end of a long id: the beginning is the same everywhere.
pub(super) fn short(id: &str) -> String {
    let from = id.len().saturating_sub(6);
    id.get(from..)
        .filter(|_| from > 0)
        .map_or_else(|| id.to_owned(), |end| format!("…{end}"))
}

pub(super) fn submission_word(id: Option<&String>) -> String {
    id.map_or_else(
        || "no submission".to_owned(),
        |id| format!("submission {}", short(id)),
    )
}

/// A row in a few words.
pub(super) fn words(item: &HistoryItem) -> String {
    match &item.deed {
        Deed::Put {
            changes: Some(changes),
            ..
        } => match changes.first() {
            None => "no change: the same document again".to_owned(),
            Some(first) => {
                let first = format!("{}: {}", brief_place(&first.place), first.sides(60));
                format!("{}: {first}", count(changes.len(), "change", "changes"))
            }
        },
        Deed::Put {
            is_read_back: true, ..
        } => "comparing…".to_owned(),
        Deed::Put { submission, .. } => {
            format!("{}, not read back", submission_word(submission.as_ref()))
        }
        Deed::Rescued {
            why: Kept::SetAside,
            ..
        } => "a text that was replaced by another".to_owned(),
        Deed::Rescued { submission, .. } => format!(
            "{} before it was deleted",
            submission_word(submission.as_ref())
        ),
        Deed::Edited { base } => format!("your copy, made from {}", submission_word(base.as_ref())),
        Deed::Run(run) => {
            let took = run.ended.duration_since(run.started);
            let took = units::duration(took.try_into().unwrap_or_default());
            format!(
                "{}, {}, took {took}",
                run.outcome,
                submission_word(run.submission.as_ref())
            )
        }
    }
}

/// The last two names of a place: what comes before is nearly always the same.
pub(super) fn brief_place(place: &str) -> String {
    let names: Vec<&str> = place.split(" › ").collect();
    let from = names.len().saturating_sub(2);
    let names = names.get(from..).unwrap_or_default();
    names
        .iter()
        .filter(|name| **name != "baseListing")
        .copied()
        .collect::<Vec<_>>()
        .join(" › ")
}

/// Everything about a row, as named lines.
pub(super) fn facts(panel: &mut TextPanel, item: &HistoryItem) {
    match &item.deed {
        Deed::Put {
            run,
            submission,
            before,
            changes,
            is_read_back,
        } => {
            panel.row(
                "submission",
                submission.as_deref().unwrap_or("unknown"),
                Role::Text,
            );
            panel.row("run", run.as_deref().unwrap_or("unknown"), Role::Text);
            match changes.as_deref() {
                Some([]) => panel.row("changed", "nothing", Role::Muted),
                Some(changes) => {
                    for (index, change) in changes.iter().enumerate() {
                        panel.row(
                            if index == 0 { "changed" } else { "" },
                            &change.sentence(),
                            Role::Text,
                        );
                    }
                }
                None if *is_read_back => panel.row("changed", "comparing…", Role::Muted),
                None => panel.row(
                    "changed",
                    "not known: the run was stopped before it read the draft back",
                    Role::Muted,
                ),
            }
            panel.row("kept in", &before.display().to_string(), Role::Muted);
        }
        Deed::Rescued {
            submission, path, ..
        } => {
            panel.row(
                "submission",
                submission.as_deref().unwrap_or("none"),
                Role::Text,
            );
            panel.row("kept in", &path.display().to_string(), Role::Muted);
        }
        Deed::Edited { base } => panel.row(
            "made from",
            base.as_deref().unwrap_or("nothing: a first document"),
            Role::Text,
        ),
        Deed::Run(run) => {
            panel.row("outcome", &run.outcome, run_role(run));
            panel.row(
                "submission",
                run.submission.as_deref().unwrap_or("none"),
                Role::Text,
            );
            panel.row("run", &run.run, Role::Text);
            let stages = run.stages.iter().map(|stage| {
                let lasted = units::duration(Duration::from_secs(stage.seconds));
                format!("{} {lasted}", stage.status)
            });
            let stages: Vec<_> = stages.collect();
            if !stages.is_empty() {
                panel.row("states", &stages.join(", "), Role::Text);
            }
        }
    }
}
