//! `resume`: lists interrupted runs, or goes on with one.

use super::{
    context::CommandContext,
    event::Event,
    exit::{Exit, Failure},
    operation::{Work, carry_out},
    printer::Printer,
};
use crate::tasks::interrupted::{self, Interrupted};
use serde_json::Value;
use std::time::Duration;

pub(super) async fn run(
    mut context: CommandContext,
    run: Option<&str>,
    (renew, yes): (bool, bool),
    timeout: Option<Duration>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let runs = interrupted::list(&context.services.home.runs(), &context.services.profile)?;
    let Some(wanted) = run else {
        if runs.is_empty() && !printer.is_json() {
            printer.chatter("No run was interrupted.");
        }
        for run in &runs {
            show(run, printer);
        }
        return Ok(Exit::Done);
    };
    context.may_change()?;
    // The beginnings of ids are times and much alike: their ends tell them apart.
    let mut matches = runs
        .iter()
        .filter(|run| run.id == wanted || run.id.ends_with(wanted));
    let (id, target) = match (matches.next(), matches.next()) {
        (Some(run), None) => {
            let target = run.view.as_ref().map(|view| view.target.clone());
            (run.id.clone(), target)
        }
        (None, _) => {
            // One that has ended is no longer in the list, but a script may still have its id.
            if let Some(ended) = context
                .services
                .home
                .runs()
                .list()?
                .into_iter()
                .find(|run| run.id == wanted || run.id.ends_with(wanted))
            {
                let how = ended
                    .last
                    .as_ref()
                    .and_then(|last| last.pointer("/ended/outcome"))
                    .and_then(Value::as_str);
                return Err(Failure::refused(format!(
                    "Run {} has ended ({}) and cannot go on; start a new one.",
                    ended.id,
                    how.unwrap_or("with an unknown outcome")
                )));
            }
            return Err(Failure::refused(format!(
                "No interrupted run is {wanted:?}; `flightdeck resume` lists them."
            )));
        }
        (Some(_), Some(_)) => {
            return Err(Failure::usage(format!(
                "Several runs end in {wanted:?}; give more of the id."
            )));
        }
    };
    let work = Work::Resume {
        id,
        target,
        renew,
        yes,
    };
    carry_out(&mut context, work, timeout, printer).await
}

fn show(run: &Interrupted, printer: &mut Printer<'_>) {
    let view = run.view.as_ref();
    let step = view
        .and_then(|view| view.steps.iter().rfind(|step| step.started.is_some()))
        .map(|step| step.step);
    let ending = view
        .and_then(|view| view.ending.as_ref())
        .map(|ending| ending.message.as_str());
    if printer.is_json() {
        printer.event(&Event::Interrupted {
            target: view.map(|view| &view.target),
            run: &run.id,
            name: view.map(|view| view.name.as_str()),
            started: view.map(|view| view.started),
            step,
            submission_id: view.and_then(|view| view.submission.as_deref()),
            message: ending,
            held_by: run.held_by.as_deref(),
            problem: run.problem.as_deref(),
        });
        return;
    }
    let what = match (view, step) {
        (Some(view), Some(step)) => format!("{}  stopped at {}", view.target, step.word()),
        (Some(view), None) => view.target.to_string(),
        (None, _) => "cannot be read".to_owned(),
    };
    printer.line(format!("{}  {what}", run.id));
    let held = run
        .held_by
        .as_ref()
        .map(|holder| format!("driven by {holder}"));
    for text in ending
        .into_iter()
        .chain(held.as_deref())
        .chain(run.problem.as_deref())
    {
        printer.line(format!("    {text}"));
    }
}
