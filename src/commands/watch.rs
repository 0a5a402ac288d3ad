//! `watch`: follows submissions that were committed, several at once, until each ends.

use super::{
    context::CommandContext,
    event::Event,
    exit::{Exit, Failure},
    on_change::OnChange,
    printer::Printer,
    run_log::{RunLog, Stop},
};
use crate::{
    cli::{Until, WatchArgs},
    engine::{
        driver::start,
        operation::Operation,
        plan::WaitFor,
        view::{Outcome, RunView},
    },
    tasks::{
        report::Report,
        reporter::{JobId, Reporter},
        sightings,
    },
};
use futures::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use std::{collections::HashMap, sync::Arc, time::Duration};
use store_client::Priority;
use store_model::{product::Product, status::Status, target::Target};
use tokio::time;
use tokio_util::sync::CancellationToken;

/// How often to check whether requests are being held back by the budget.
const LOOK: Duration = Duration::from_secs(1);

/// The worst end decides the exit code.
pub(super) async fn run(
    mut context: CommandContext,
    args: &WatchArgs,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let mut on_change = OnChange::new(
        args.on_change.as_deref(),
        context.notice_command.as_deref(),
        context.hidden.clone(),
        context.rings,
    );
    let past = sightings::past(&context.services.home, &context.services.profile).await;
    let pace = Arc::new(past.whole_pace());
    let mut worst = Exit::Done;
    let mut operations = Vec::new();
    for product in chosen(&context, &args.targets, printer).await? {
        let Product {
            target,
            name,
            pending,
            ..
        } = product;
        let Some(submission) = pending else {
            printer.chatter(format!("{target} ({name}) has nothing under way."));
            continue;
        };
        let store = context.services.store.with_priority(Priority::Person);
        if store.status(&target, &submission).await?.status == Status::PendingCommit {
            draft(&target, &name, &submission, &context, printer);
            worst = worse(worst, Exit::Refused);
            continue;
        }
        printer.chatter(format!(
            "{target} ({name}), submission {submission}. From commit to published: {}.",
            pace.expected(target.kind())
        ));
        operations.push(Operation::Follow {
            target,
            name,
            submission,
            until: match args.until {
                Until::Committed => WaitFor::Committed,
                Until::Published => WaitFor::Published,
            },
        });
    }

    let cancel = CancellationToken::new();
    let services = context.services.clone();
    let store = services.store.clone();
    let mut logs = HashMap::new();
    let mut follows = FuturesUnordered::new();
    for (number, operation) in operations.into_iter().enumerate() {
        let id = JobId(number as u64);
        let target = operation.target().clone();
        logs.insert(
            id,
            RunLog::of_several(target, store.budget().delayed, Arc::clone(&pace)),
        );
        let reporter = Reporter::new(id, context.sender.clone());
        let (services, cancel) = (&services, &cancel);
        follows.push(Box::pin(async move {
            start::run(services, operation, &reporter, cancel).await;
            id
        }));
    }
    let mut limit = std::pin::pin!(time::sleep(args.timeout.unwrap_or(Duration::MAX)));
    let mut interrupt = std::pin::pin!(crate::shell::signals::stop());
    let mut stop = None;
    let mut look = time::interval(LOOK);
    while !follows.is_empty() {
        // Reports first: what has been seen is printed before anything else ends the wait.
        tokio::select! {
            biased;
            told = context.told.recv() => if let Some((Some(id), report)) = told {
                take(&mut logs, id, report, &mut on_change, printer);
            },
            Some(id) = follows.next() => {
                while let Ok((Some(id), report)) = context.told.try_recv() {
                    take(&mut logs, id, report, &mut on_change, printer);
                }
                if let Some(log) = logs.remove(&id) {
                    let exit = log.finish(stop, store.budget(), printer).unwrap_or_else(|failure| {
                        printer.chatter(format!("flightdeck: {}", failure.message));
                        failure.exit
                    });
                    worst = worse(worst, exit);
                }
            }
            () = &mut interrupt, if stop.is_none() => { stop = Some(Stop::Interrupt); cancel.cancel(); }
            () = &mut limit, if stop.is_none() && args.timeout.is_some() => { stop = Some(Stop::Timeout); cancel.cancel(); }
            _ = look.tick() => {
                for log in logs.values_mut() {
                    log.late(Timestamp::now(), printer);
                }
                // The budget is one for all: one of them tells.
                if let Some(log) = logs.values_mut().next() {
                    log.delay(store.budget(), printer);
                }
            }
        }
    }
    on_change.finish(printer).await;
    Ok(worst)
}

/// What was named; else everything of the account that is pending, flights too.
async fn chosen(
    context: &CommandContext,
    targets: &[Target],
    printer: &mut Printer<'_>,
) -> Result<Vec<Product>, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    let mut products = Vec::new();
    for target in targets {
        products.push(store.product(target).await?);
    }
    if targets.is_empty() {
        products = super::list::pending(context, printer).await?;
    }
    Ok(products)
}

/// A draft is waited for in vain: it moves when somebody commits it.
fn draft(
    target: &Target,
    name: &str,
    submission: &str,
    context: &CommandContext,
    printer: &mut Printer<'_>,
) {
    let message = format!(
        "{target} ({name}): submission {submission} is a draft that nobody has committed, so there is nothing to follow. \
         Commit it with `flightdeck publish {target} --pending keep`, or delete it with `flightdeck delete {target} --draft`."
    );
    if printer.is_json() {
        printer.event(&Event::RunResult {
            target: Some(target),
            outcome: Outcome::Refused,
            status: Some(Status::PendingCommit.as_str()),
            submission_id: Some(submission),
            run: None,
            message: &message,
            errors: None,
            requests: super::run_log::requests(context.services.store.budget()),
        });
    } else {
        printer.chatter(message);
    }
}

fn take(
    logs: &mut HashMap<JobId, RunLog>,
    id: JobId,
    report: Report,
    on_change: &mut OnChange,
    printer: &mut Printer<'_>,
) {
    let Some(log) = logs.get_mut(&id) else { return };
    let seen = log.seen();
    let view: Option<RunView> = match &report {
        Report::Run(view) => Some((**view).clone()),
        _ => None,
    };
    log.print(report, printer);
    if let Some(view) = view {
        for status in view.timeline.iter().skip(seen) {
            on_change.call(&view, status, printer);
        }
    }
}

fn worse(one: Exit, other: Exit) -> Exit {
    if other as u8 > one as u8 { other } else { one }
}
