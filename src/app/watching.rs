//! What the app does of itself with what was seen of submissions: the board, the notices, and following on after a restart.

use super::{
    event::{Effect, Moment, Notice},
    update::App,
};
use crate::{
    engine::{
        driver::tasks::Resume,
        view::{Outcome, Step},
    },
    screen::{command::ToastLevel, status_badge},
    state::ModelChange,
    tasks::task::AnyTask,
};
use store_model::{status::Status, target::Target};

impl App {
    /// Makes the board anew where something of it may have changed, or a minute has passed.
    pub(super) fn refresh_board(&mut self, now: Moment) {
        let minute = now.wall.as_second() / 60;
        if !std::mem::take(&mut self.is_board_stale) && self.board_minute == minute {
            return;
        }
        self.board_minute = minute;
        let zone = self.context.settings.zone.clone();
        if self.context.model.refresh_board(now.wall, &zone) {
            self.broadcast(&ModelChange::Board, now);
            self.release_all(now);
        }
    }

    /// What an earlier process committed and followed is followed on: that only asks, and compares what is live in the end.
    pub(super) fn follow_on(&mut self) {
        let left = self.context.model.runs.iter().filter(|run| {
            let step = run.view.current().map(|step| step.step);
            run.is_left && step == Some(Step::Follow)
        });
        let runs: Vec<_> = left.map(|run| run.view.id.clone()).collect();
        for run in runs {
            let is_started = self
                .context
                .model
                .jobs
                .values()
                .filter_map(AnyTask::get)
                .any(|resume: &Resume| resume.run == run);
            if !is_started {
                self.start_job(Resume { run });
            }
        }
    }

    /// A submission has come into another state: the person hears of it, unless it is muted, or it happened while nobody was here.
    pub(super) fn seen(&mut self, target: &Target, submission: &str, now: Moment) {
        let model = &self.context.model;
        let Some(story) = model.submissions.of(target, submission) else {
            return;
        };
        let Some(status) = story.status() else {
            return;
        };
        if story.is_muted || !model.submissions.is_of_this_session(story) {
            return;
        }
        let badge = status_badge::of_status(status, None);
        let word = if story.fell_back() {
            "fell back to a draft".to_owned()
        } else {
            badge.word
        };
        let text = format!("{}: {word}", model.name(target));
        let is_followed_by_run = model
            .runs
            .iter()
            .any(|run| run.view.submission.as_deref() == Some(submission) && !run.is_left);
        // A run tells its end itself, with what it means.
        if !(is_followed_by_run && story.has_ended()) {
            let severity = if story.has_failed() {
                ToastLevel::Error
            } else {
                ToastLevel::Info
            };
            self.toasts.push(severity, text.clone(), now.uptime);
        }
        if self.context.settings.notify {
            self.effects.push(Effect::Notify(Notice {
                text,
                target: target.clone(),
                name: model.name(target),
                submission: Some(submission.to_owned()),
                status: status.to_string(),
                at: now.wall,
            }));
        }
    }

    pub(super) fn run_ended(&mut self, run: &str, now: Moment) {
        let Some(row) = self.context.model.run(run).cloned() else {
            return;
        };
        let Some(ending) = &row.view.ending else {
            return;
        };
        let (name, target) = (&row.view.name, row.view.target.clone());
        let (_, word, _) = status_badge::ended(&row, ending);
        let severity = match ending.outcome {
            Outcome::Draft | Outcome::Published | Outcome::Committed | Outcome::Cancelled => {
                ToastLevel::Info
            }
            Outcome::Waiting => ToastLevel::Warning,
            Outcome::Failed | Outcome::Refused => ToastLevel::Error,
        };
        // The word has said already that it was stopped.
        let message = ending
            .message
            .strip_prefix("Stopped. ")
            .unwrap_or(&ending.message);
        self.toasts
            .push(severity, format!("{name}: {word}. {message}"), now.uptime);
        let status = row.view.timeline.last().map(|seen| &seen.status);
        // A state of the Store is told when it is seen, whoever follows it.
        let is_told =
            status.is_some_and(|status| *status == Status::Published || status.is_failure());
        if self.context.settings.notify && !is_told {
            self.effects.push(Effect::Notify(Notice {
                text: format!("{name}: {word}"),
                target: target.clone(),
                name: name.clone(),
                submission: row.view.submission.clone(),
                status: status.map_or_else(|| word.to_owned(), ToString::to_string),
                at: now.wall,
            }));
        }
        self.loading.look_again(target);
    }

    /// Shows and copies the command of what was done last; before anything was done, of what is selected.
    pub(super) fn show_command(&mut self, now: Moment) {
        let selected = self.context.selected.as_ref();
        let arguments = self.last_command.clone().or_else(|| {
            let show = |target: &Target| vec!["status".to_owned(), target.to_string()];
            selected.map(show)
        });
        let Some(arguments) = arguments else {
            let text = "Nothing has been done yet, and nothing is selected.".to_owned();
            self.toasts.push(ToastLevel::Info, text, now.uptime);
            return;
        };
        let profile = self.context.model.profile.name.clone();
        let words = ["flightdeck".to_owned(), "--profile".to_owned(), profile]
            .into_iter()
            .chain(arguments);
        let command = words
            .map(|word| quoted(&word))
            .collect::<Vec<_>>()
            .join(" ");
        self.toasts
            .push(ToastLevel::Info, command.clone(), now.uptime);
        self.effects.push(Effect::Copy(command));
    }
}

/// A word as every usual shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    // Single quotes keep everything as it is, in PowerShell too.
    format!("'{}'", word.replace('\'', "'\\''"))
}
