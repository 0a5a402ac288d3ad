//! Prints what happens to a run: its steps, progress, states, warnings and the result. Starts and stops nothing.

use super::{
    event::{Event, Requests},
    exit::{self, Exit, Failure},
    printer::Printer,
};
use crate::{
    engine::view::{Outcome, RunView, StepState},
    tasks::report::{Report, UploadProgress},
};
use jiff::Timestamp;
use std::sync::Arc;
use store_client::BudgetView;
use store_model::{pace::Pace, status::Status, story::between, target::Target, units};

/// How a wait was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Timeout,
    Interrupt,
}

/// What has been printed of a run so far.
pub(super) struct RunLog {
    /// Known from the start, except for a resumed run whose journal cannot be read.
    target: Option<Target>,
    view: Option<RunView>,
    failure: Option<String>,
    /// The progress that was printed last: bytes sent, or for people the tenth.
    progress: Option<u64>,
    /// How far the ZIP was read for its hash when that was last printed.
    summed: u8,
    /// How many requests had waited long before this run.
    delayed: u32,
    /// Several runs share the output: each line of text names its target. An event does that anyway.
    is_named: bool,
    /// The wait for the budget is reported once.
    pub is_delay_told: bool,
    /// How long stages usually take here, and the last one that was said to take far longer.
    pace: Arc<Pace>,
    late: Option<Status>,
}

impl RunLog {
    pub(super) fn new(target: Option<Target>, delayed: u32) -> Self {
        Self {
            target,
            view: None,
            failure: None,
            progress: None,
            summed: 0,
            delayed,
            is_named: false,
            is_delay_told: false,
            pace: Arc::default(),
            late: None,
        }
    }

    /// For one of several runs whose lines are mixed.
    pub(super) fn of_several(target: Target, delayed: u32, pace: Arc<Pace>) -> Self {
        Self {
            is_named: true,
            pace,
            ..Self::new(Some(target), delayed)
        }
    }

    /// How many states have been printed.
    pub(super) fn seen(&self) -> usize {
        self.view.as_ref().map_or(0, |view| view.timeline.len())
    }

    /// What a line of text begins with.
    fn label(&self) -> String {
        match &self.target {
            Some(target) if self.is_named => format!("{target}  "),
            _ => String::new(),
        }
    }

    pub(super) fn print(&mut self, report: Report, printer: &mut Printer<'_>) {
        match report {
            Report::Run(view) => {
                self.changes(&view, printer);
                self.view = Some(*view);
            }
            Report::Upload(progress) => self.progress(&progress, printer),
            Report::Summed(summed) => {
                self.summed = super::diff::reading(&summed, self.summed, printer);
            }
            Report::Failed(failure) => self.failure = Some(failure.message),
            _ => {}
        }
    }

    fn changes(&self, view: &RunView, printer: &mut Printer<'_>) {
        let before = self.view.as_ref();
        let (target, run) = (&view.target, view.id.as_str());
        for (index, step) in view.steps.iter().enumerate() {
            let known = before
                .and_then(|before| before.steps.get(index))
                .map_or(StepState::Waiting, |step| step.state);
            if step.state == known {
                continue;
            }
            let event = |state, note| Event::Step {
                target,
                run,
                step: step.step,
                state,
                note,
            };
            // A step that began and ended between two reports has begun all the same.
            let has_ended = matches!(step.state, StepState::Done | StepState::Failed);
            if known == StepState::Waiting && has_ended && printer.is_json() {
                printer.event(&event(StepState::Started, None));
            }
            if printer.is_json() {
                printer.event(&event(step.state, step.note.as_deref()));
            } else if step.state != StepState::Started {
                let note = step.note.iter().map(|note| format!("  {note}"));
                let note: String = note.collect();
                printer.line(format!(
                    "{}{:12} {}{note}",
                    self.label(),
                    step.step.word(),
                    step.state.word()
                ));
            }
        }
        let known = before.map_or(0, |before| before.timeline.len());
        for seen in view.timeline.iter().skip(known) {
            let event = Event::RunStatus {
                target,
                run,
                status: seen.status.as_str(),
                at: seen.at,
            };
            printer.either(&event, || {
                format!("{}{:12} {}", self.label(), "status", seen.status)
            });
        }
        let known = before.map_or(0, |before| before.warnings.len());
        for warning in view.warnings.iter().skip(known) {
            self.warn(warning, None, printer);
        }
    }

    fn progress(&mut self, progress: &UploadProgress, printer: &mut Printer<'_>) {
        // A line for every tenth keeps the log of a build readable.
        let percent = units::percent(progress.sent, progress.total) / 10 * 10;
        let now = if printer.is_json() {
            progress.sent
        } else {
            percent.into()
        };
        if self.progress.replace(now) == Some(now) {
            return;
        }
        let rate = Some(progress.rate).filter(|rate| *rate > 0);
        let target = self.target.as_ref();
        let event = Event::Progress {
            target,
            run: &progress.run,
            sent: progress.sent,
            total: progress.total,
            bytes_per_second: rate,
        };
        printer.either(&event, || {
            let (sent, total) = (units::bytes(progress.sent), units::bytes(progress.total));
            let rate = rate.map(|rate| format!("  {}/s", units::bytes(rate)));
            let rate = rate.unwrap_or_default();
            format!("{:12} {percent:3} %  {sent} of {total}{rate}", "upload")
        });
    }

    /// Explains why nothing moves: a request has been waiting for the budget for a long time.
    pub(super) fn delay(&mut self, budget: BudgetView, printer: &mut Printer<'_>) {
        if self.is_delay_told || budget.delayed <= self.delayed {
            return;
        }
        self.is_delay_told = true;
        let message = format!(
            "A request has waited more than 10 s for its turn: this account has used {} of the {} requests it has per minute. \
             The run goes on by itself.",
            budget.used, budget.limit
        );
        self.warn(&message, Some(requests(budget)), printer);
    }

    /// Says once that a stage lasts far longer than it used to in this account.
    pub(super) fn late(&mut self, now: Timestamp, printer: &mut Printer<'_>) {
        let Some(view) = &self.view else { return };
        let Some(seen) = view.timeline.last() else {
            return;
        };
        let (kind, age) = (view.target.kind(), between(seen.at, now));
        if self.late.as_ref() == Some(&seen.status) || !self.pace.is_late(kind, &seen.status, age) {
            return;
        }
        self.late = Some(seen.status.clone());
        let message = format!(
            "{} lasts {}: {}.",
            seen.status,
            units::age(age),
            self.pace
                .about(kind, &seen.status, age)
                .trim_start_matches("! ")
        );
        self.warn(&message, None, printer);
    }

    pub(super) fn finish(
        mut self,
        stop: Option<Stop>,
        budget: BudgetView,
        printer: &mut Printer<'_>,
    ) -> Result<Exit, Failure> {
        self.delay(budget, printer);
        let requests = requests(budget);
        let label = self.label();
        let ended = self
            .view
            .and_then(|view| Some((view.ending.clone()?, view)));
        let Some((ending, view)) = ended else {
            let message = self
                .failure
                .unwrap_or_else(|| "The run ended without a result.".into());
            if printer.is_json() {
                printer.event(&Event::RunResult {
                    target: self.target.as_ref(),
                    outcome: Outcome::Failed,
                    status: None,
                    submission_id: None,
                    run: None,
                    message: &message,
                    errors: None,
                    requests,
                });
            }
            return Err(Failure::new(Exit::Failed, format!("{label}{message}")));
        };
        let exit = match (stop, exit::of_ending(&ending)) {
            (Some(Stop::Timeout), Exit::Interrupted) => Exit::Timeout,
            (_, exit) => exit,
        };
        if printer.is_json() {
            printer.event(&Event::RunResult {
                target: Some(&view.target),
                outcome: ending.outcome,
                status: view.timeline.last().map(|seen| seen.status.as_str()),
                submission_id: view.submission.as_deref(),
                run: Some(&view.id),
                message: &ending.message,
                errors: view.report.as_ref().map(|report| report.errors.as_slice()),
                requests,
            });
            return Ok(exit);
        }
        if let Some(report) = &view.report {
            super::show::report(report, &label, printer);
        }
        match exit {
            Exit::Done => printer.text(format!("{label}{}", ending.message)),
            Exit::Timeout => {
                printer.chatter(format!(
                    "flightdeck: {label}The timeout passed. {}",
                    ending.message
                ));
            }
            _ => printer.chatter(format!("flightdeck: {label}{}", ending.message)),
        }
        Ok(exit)
    }

    fn warn(&self, message: &str, requests: Option<Requests>, printer: &mut Printer<'_>) {
        if printer.is_json() {
            let target = self
                .view
                .as_ref()
                .map(|view| &view.target)
                .or(self.target.as_ref());
            printer.event(&Event::Warning {
                target,
                message,
                requests,
            });
        } else {
            printer.chatter(format!("warning: {}{message}", self.label()));
        }
    }
}

pub(super) fn requests(budget: BudgetView) -> Requests {
    Requests {
        used: budget.used,
        limit: budget.limit,
    }
}
