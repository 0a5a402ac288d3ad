//! Carries one errand out and prints its events as they come: steps, progress, states, warnings, the result.

use super::{
    context::Context,
    exit::{self, Exit, Failure},
    printer::Printer,
};
use crate::{
    engine::{
        operation::Operation,
        view::{RunView, StepState},
    },
    tasks::{
        drive,
        job::JobId,
        renew,
        report::{Report, UploadProgress},
        reporter::Reporter,
    },
};
use serde_json::{Value, json};
use std::{io, time::Duration};
use store_client::BudgetView;
use store_model::units;
use tokio::time;
use tokio_util::sync::CancellationToken;

/// So often it is looked whether requests wait for their turn.
const LOOK: Duration = Duration::from_secs(1);

/// How a wait came to its end from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Timeout,
    Interrupt,
}

/// What is to be carried out.
pub(super) enum Work {
    Begin(Operation),
    /// The id of an interrupted run.
    Resume(String),
    /// The id of one whose draft is to be replaced.
    Renew(String),
}

/// Runs it to its end, to the timeout, or to an interrupt.
pub(super) async fn carry_out(
    context: &mut Context,
    work: Work,
    timeout: Option<Duration>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let cancel = CancellationToken::new();
    let reporter = Reporter::new(JobId(0), context.sender.clone());
    let services = context.services.clone();
    // On the heap: a whole run is a large future.
    let mut work = Box::pin(async {
        match work {
            Work::Begin(operation) => drive::run(&services, operation, &reporter, &cancel).await,
            Work::Resume(id) => drive::resume(&services, &id, &reporter, &cancel).await,
            Work::Renew(id) => renew::run(&services, &id, &reporter, &cancel).await,
        }
    });
    let mut limit = std::pin::pin!(time::sleep(timeout.unwrap_or(Duration::MAX)));
    let mut interrupt = std::pin::pin!(crate::shell::signals::stop());
    let mut stop = None;
    let store = context.services.store.clone();
    let mut screen = Screen {
        delayed: store.budget().delayed,
        ..Screen::default()
    };
    let mut look = time::interval(LOOK);
    let mut is_done = false;
    while !is_done {
        // Reports first: what has been done is said before anything else ends the wait.
        tokio::select! {
            biased;
            told = context.told.recv() => if let Some((_, report)) = told { screen.print(report, printer)? },
            () = &mut work => is_done = true,
            () = &mut interrupt, if stop.is_none() => { stop = Some(Stop::Interrupt); cancel.cancel(); }
            _ = look.tick(), if !screen.is_slow_told => screen.delay(store.budget(), printer)?,
            () = &mut limit, if stop.is_none() && timeout.is_some() => { stop = Some(Stop::Timeout); cancel.cancel(); }
        }
    }
    while let Ok((_, report)) = context.told.try_recv() {
        screen.print(report, printer)?;
    }
    screen.finish(stop, store.budget(), printer)
}

/// What was printed of a run so far.
#[derive(Default)]
struct Screen {
    view: Option<RunView>,
    failure: Option<String>,
    percent: Option<u8>,
    /// How far the ZIP was read for its hash, as it was said last.
    summed: u8,
    /// How many requests had waited long before this run.
    delayed: u32,
    /// Said once: that requests wait for their turn.
    is_slow_told: bool,
}

impl Screen {
    fn print(&mut self, report: Report, printer: &mut Printer<'_>) -> io::Result<()> {
        match report {
            Report::Run(view) => {
                self.changes(&view, printer)?;
                self.view = Some(*view);
            }
            Report::Upload(progress) => self.progress(&progress, printer)?,
            Report::Summed(summed) => {
                self.summed = super::diff::reading(&summed, self.summed, printer)?
            }
            Report::Failed { message } => self.failure = Some(message),
            _ => {}
        }
        Ok(())
    }

    fn changes(&self, view: &RunView, printer: &mut Printer<'_>) -> io::Result<()> {
        let before = self.view.as_ref();
        for (index, step) in view.steps.iter().enumerate() {
            let known = before
                .and_then(|before| before.steps.get(index))
                .map_or(StepState::Waiting, |step| step.state);
            if step.state == known {
                continue;
            }
            // A step that began and ended between two looks has still begun.
            if known == StepState::Waiting
                && matches!(step.state, StepState::Done | StepState::Failed)
                && printer.is_json()
            {
                printer.object(
                    &json!({"event": "step", "step": step.step, "state": StepState::Started}),
                )?;
            }
            if printer.is_json() {
                printer.object(&json!({"event": "step", "step": step.step, "state": step.state, "note": step.note}))?;
            } else if step.state != StepState::Started {
                let word = serde_json::to_value(step.state)
                    .ok()
                    .and_then(|word| word.as_str().map(str::to_owned))
                    .unwrap_or_default();
                let note = step
                    .note
                    .as_ref()
                    .map(|note| format!("  {note}"))
                    .unwrap_or_default();
                printer.line(&format!("{:12} {word}{note}", step.step.word()))?;
            }
        }
        for seen in view
            .timeline
            .iter()
            .skip(before.map_or(0, |before| before.timeline.len()))
        {
            if printer.is_json() {
                printer.object(
                    &json!({"event": "status", "status": seen.status.as_str(), "at": seen.at}),
                )?;
            } else {
                printer.line(&format!("{:12} {}", "status", seen.status))?;
            }
        }
        for warning in view
            .warnings
            .iter()
            .skip(before.map_or(0, |before| before.warnings.len()))
        {
            if printer.is_json() {
                printer.object(&json!({"event": "warning", "message": warning}))?;
            } else {
                printer.chatter(&format!("warning: {warning}"))?;
            }
        }
        Ok(())
    }

    fn progress(&mut self, progress: &UploadProgress, printer: &mut Printer<'_>) -> io::Result<()> {
        if printer.is_json() {
            return printer.object(&json!({
                "event": "progress", "sent": progress.sent, "total": progress.total, "bytesPerSecond": progress.rate,
            }));
        }
        // A line every tenth keeps the log of a build readable.
        let percent = units::percent(progress.sent, progress.total) / 10 * 10;
        if self.percent != Some(percent) {
            self.percent = Some(percent);
            let (sent, total, rate) = (
                units::bytes(progress.sent),
                units::bytes(progress.total),
                units::bytes(progress.rate),
            );
            printer.line(&format!(
                "{:12} {percent:3} %  {sent} of {total}  {rate}/s",
                "upload"
            ))?;
        }
        Ok(())
    }

    /// Says why nothing moves when a request has waited long for its turn.
    fn delay(&mut self, budget: BudgetView, printer: &mut Printer<'_>) -> io::Result<()> {
        if self.is_slow_told || budget.delayed <= self.delayed {
            return Ok(());
        }
        self.is_slow_told = true;
        let message = format!(
            "A request has waited more than 10 s for its turn: {} of {} requests of the last minute are used by this account. \
             The run goes on by itself.",
            budget.used, budget.limit
        );
        if printer.is_json() {
            printer.object(
                &json!({"event": "warning", "message": message, "requests": requests(budget)}),
            )
        } else {
            printer.chatter(&format!("warning: {message}"))
        }
    }

    fn finish(
        mut self,
        stop: Option<Stop>,
        budget: BudgetView,
        printer: &mut Printer<'_>,
    ) -> Result<Exit, Failure> {
        self.delay(budget, printer)?;
        let Some((view, ending)) = self
            .view
            .and_then(|view| view.ending.clone().map(|ending| (view, ending)))
        else {
            let message = self
                .failure
                .unwrap_or_else(|| "The run ended without a result.".into());
            if printer.is_json() {
                printer.object(&json!({"event": "result", "outcome": "failed", "status": null, "message": message, "requests": requests(budget)}))?;
            }
            return Err(Failure::new(Exit::Failed, message));
        };
        let exit = match (stop, exit::of_ending(&ending)) {
            (Some(Stop::Timeout), Exit::Interrupted) => Exit::Timeout,
            (_, exit) => exit,
        };
        if printer.is_json() {
            let errors = view.report.as_ref().map(|report| &report.errors);
            printer.object(&json!({
                "event": "result", "outcome": ending.outcome, "status": view.timeline.last().map(|seen| seen.status.as_str()),
                "submissionId": view.submission, "run": view.id, "message": ending.message, "errors": errors,
                "requests": requests(budget),
            }))?;
        } else {
            if let Some(report) = &view.report {
                super::show::report(report, printer)?;
            }
            let text = if exit == Exit::Timeout {
                format!("The timeout passed. {}", ending.message)
            } else {
                ending.message
            };
            if exit == Exit::Done {
                printer.line(&text)?
            } else {
                printer.chatter(&format!("flightdeck: {text}"))?
            }
        }
        Ok(exit)
    }
}

/// The minute's requests of all processes of the account.
fn requests(budget: BudgetView) -> Value {
    json!({"used": budget.used, "limit": budget.limit})
}
