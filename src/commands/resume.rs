//! `resume`: lists interrupted runs, or resumes one.

use super::{
    context::CommandContext,
    event::Event,
    exit::{Exit, Failure},
    operation::{Work, carry_out},
    printer::Printer,
};
use crate::{
    cli::ResumeArgs,
    tasks::interrupted::{self, Interrupted},
};
use serde_json::Value;
use store_model::target::Target;

pub(super) async fn run(
    mut context: CommandContext,
    args: &ResumeArgs,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let runs = interrupted::list(&context.services.home.runs(), &context.services.profile)?;
    let is_list = args.run.is_none() && !args.all;
    if runs.is_empty() && (is_list || args.all) && !printer.is_json() {
        printer.chatter("No run was interrupted.");
    }
    if is_list {
        for run in &runs {
            show(run, printer);
        }
        return Ok(Exit::Done);
    }
    context.may_change()?;
    let chosen = match &args.run {
        Some(wanted) => vec![choose(&context, &runs, wanted)?],
        None => runs.iter().collect(),
    };
    // The others are resumed whatever becomes of one; the first that does not end well decides the exit code.
    let mut exit = Exit::Done;
    let is_last = |at: usize| at + 1 == chosen.len();
    for (at, run) in chosen.iter().enumerate() {
        let work = Work::Resume {
            id: run.id.clone(),
            target: run.view.as_ref().map(|view| view.target.clone()),
            renew: args.renew,
            yes: args.yes,
        };
        let ended = match carry_out(&mut context, work, args.timeout, printer).await {
            Err(failure) if is_last(at) && exit == Exit::Done => return Err(failure),
            Err(failure) => {
                printer.chatter(format!("run {}: {}", run.id, failure.message));
                failure.exit
            }
            Ok(ended) => ended,
        };
        if ended == Exit::Interrupted {
            return Ok(ended);
        }
        if exit == Exit::Done {
            exit = ended;
        }
    }
    Ok(exit)
}

/// The run that a person means: the latest of a target, or the one whose id ends so.
fn choose<'r>(
    context: &CommandContext,
    runs: &'r [Interrupted],
    wanted: &str,
) -> Result<&'r Interrupted, Failure> {
    if let Ok(target) = wanted.parse::<Target>() {
        let is_of =
            |run: &&Interrupted| run.view.as_ref().is_some_and(|view| view.target == target);
        // Ids begin with the time at which a run began.
        return runs
            .iter()
            .filter(is_of)
            .max_by_key(|run| &run.id)
            .ok_or_else(|| {
                Failure::refused(format!(
                    "No run of {target} was interrupted; `flightdeck resume` lists what was."
                ))
            });
    }
    // The beginnings of ids are times and much alike: their ends tell them apart.
    let is_wanted = |id: &str| id == wanted || id.ends_with(wanted);
    let mut matches = runs.iter().filter(|run| is_wanted(&run.id));
    match (matches.next(), matches.next()) {
        (Some(run), None) => Ok(run),
        (Some(_), Some(_)) => Err(Failure::usage(format!(
            "Several runs end in {wanted:?}; give more of the id."
        ))),
        (None, _) => {
            // One that has ended is no longer in the list, but a script may still have its id.
            let ended = context.services.home.runs().list()?;
            let Some(ended) = ended.into_iter().find(|run| is_wanted(&run.id)) else {
                return Err(Failure::refused(format!(
                    "No interrupted run is {wanted:?}; `flightdeck resume` lists them."
                )));
            };
            let how = ended
                .last
                .as_ref()
                .and_then(|last| last.pointer("/ended/outcome"))
                .and_then(Value::as_str);
            Err(Failure::refused(format!(
                "Run {} has ended ({}) and cannot go on; start a new one.",
                ended.id,
                how.unwrap_or("with an unknown outcome")
            )))
        }
    }
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
