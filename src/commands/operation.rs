//! Carries out one operation head-less and hands its reports to the log as they come. Prints nothing itself.

use super::{
    context::CommandContext,
    exit::{Exit, Failure},
    printer::Printer,
    run_log::{RunLog, Stop},
};
use crate::{
    engine::{
        driver::{renew, start},
        operation::Operation,
    },
    tasks::reporter::{JobId, Reporter},
};
use std::time::Duration;
use store_model::target::Target;
use tokio::time;
use tokio_util::sync::CancellationToken;

/// How often to check whether requests are being held back by the budget.
const LOOK: Duration = Duration::from_secs(1);

/// What is to be carried out.
pub(super) enum Work {
    Begin(Operation),
    /// An interrupted run; with `renew` its draft is replaced first.
    Resume {
        id: String,
        target: Option<Target>,
        renew: bool,
        /// `--yes`: to what a protected profile, or the deletion of a draft, asks for.
        yes: bool,
    },
}

/// Runs it to its end, to the timeout, or to an interrupt.
pub(super) async fn carry_out(
    context: &mut CommandContext,
    work: Work,
    timeout: Option<Duration>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let target = match &work {
        Work::Begin(operation) => Some(operation.target().clone()),
        Work::Resume { target, .. } => target.clone(),
    };
    let cancel = CancellationToken::new();
    let reporter = Reporter::new(JobId(0), context.sender.clone());
    let services = context.services.clone();
    // On the heap: a whole run is a large future.
    let mut work = Box::pin(async {
        match work {
            Work::Begin(operation) => start::run(&services, operation, &reporter, &cancel).await,
            Work::Resume {
                id,
                renew: true,
                yes,
                ..
            } => renew::run(&services, &id, yes, &reporter, &cancel).await,
            Work::Resume { id, yes, .. } => {
                start::resume(&services, &id, yes, &reporter, &cancel).await;
            }
        }
    });
    let mut limit = std::pin::pin!(time::sleep(timeout.unwrap_or(Duration::MAX)));
    let mut interrupt = std::pin::pin!(crate::shell::signals::stop());
    let mut stop = None;
    let store = context.services.store.clone();
    let mut log = RunLog::new(target, store.budget().delayed);
    let mut look = time::interval(LOOK);
    let mut is_done = false;
    while !is_done {
        // Reports first: what has been done is printed before anything else ends the wait.
        tokio::select! {
            biased;
            told = context.told.recv() => if let Some((_, report)) = told { log.print(report, printer) },
            () = &mut work => is_done = true,
            () = &mut interrupt, if stop.is_none() => { stop = Some(Stop::Interrupt); cancel.cancel(); }
            _ = look.tick(), if !log.is_delay_told => log.delay(store.budget(), printer),
            () = &mut limit, if stop.is_none() && timeout.is_some() => { stop = Some(Stop::Timeout); cancel.cancel(); }
        }
    }
    while let Ok((_, report)) = context.told.try_recv() {
        log.print(report, printer);
    }
    log.finish(stop, store.budget(), printer)
}
