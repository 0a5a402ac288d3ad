//! Starts a run or resumes an interrupted one, and refuses both while another process works on the target or a confirmation is missing.

use super::drive::Driver;
use crate::{
    engine::{
        entry::JournalEntry,
        journal::{self, JournalError, Recovered},
        machine::Run,
        operation::{Operation, RunHeader},
        preflight::Refusal,
    },
    storage::{DiskError, Journal, Lock},
    tasks::{interrupted, report::Report, reporter::Reporter, services::Services},
};
use jiff::Timestamp;
use store_client::ApiError;
use store_model::target::Target;
use tokio_util::sync::CancellationToken;

/// Carries an operation out, to its end or until it is cancelled; every step is reported.
pub async fn run(
    services: &Services,
    operation: Operation,
    reporter: &Reporter,
    cancel: &CancellationToken,
) {
    begin(services, operation, None, reporter, cancel).await;
}

/// The same, in place of an older run whose journal this is.
pub(super) async fn begin(
    services: &Services,
    mut operation: Operation,
    older: Option<Journal>,
    reporter: &Reporter,
    cancel: &CancellationToken,
) {
    if let Operation::Publish(plan) = &mut operation {
        plan.is_protected |= services.is_protected;
    }
    let header = RunHeader {
        version: RunHeader::VERSION,
        run: uuid::Uuid::now_v7().to_string(),
        profile: services.profile.clone(),
        at: Timestamp::now(),
        cadence: services.cadence,
        operation,
    };
    let _held = match may_drive(services, &header.operation, false) {
        Ok(held) => held,
        Err(StartError::Refused(refusal)) => {
            refuse(Run::new(header), &refusal, reporter).await;
            return;
        }
        Err(error) => {
            reporter
                .fail(format!("The run was not started. {error}"))
                .await;
            return;
        }
    };
    // What has long ended stands in the history; a journal that cannot be taken away is in nobody's way.
    if let Err(error) = services.home.runs().prune(header.at, journal::has_ended) {
        tracing::info!(%error, "old journals stay");
    }
    // No journal, no run: a disk that cannot be written is found before the first request.
    let journal = serde_json::to_value(&header)
        .map_err(|error| error.to_string())
        .and_then(|line| {
            services
                .home
                .runs()
                .create(&header.run, &line)
                .map_err(|error| error.to_string())
        });
    match journal {
        Ok(journal) => {
            let mut driver =
                Driver::new(services, reporter, cancel, journal, &header, None).superseding(older);
            Box::pin(driver.drive(Run::new(header))).await;
        }
        Err(message) => {
            reporter
                .fail(format!("The run was not started. {message}"))
                .await;
        }
    }
}

/// Goes on with a run that was interrupted. Its journal is locked from now on: no other process can drive it. `is_confirmed` is a
/// fresh yes to a commit in a protected profile; one that was said before is in the journal.
pub async fn resume(
    services: &Services,
    id: &str,
    is_confirmed: bool,
    reporter: &Reporter,
    cancel: &CancellationToken,
) {
    let (recovered, journal) = match open(services, id) {
        Ok(opened) => opened,
        Err(error) => {
            reporter
                .fail(format!("Run {id} cannot go on. {error}"))
                .await;
            return;
        }
    };
    let mut run = recovered.run;
    if let Some(refusal) = ended(&run) {
        reporter
            .send(Report::Run(Box::new(run.view().clone())))
            .await;
        reporter.fail(refusal).await;
        return;
    }
    let _held = match may_drive(services, &run.header().operation, is_confirmed) {
        Ok(held) => held,
        Err(StartError::Refused(refusal)) => {
            refuse(run, &refusal, reporter).await;
            return;
        }
        Err(error) => {
            reporter
                .fail(format!("Run {id} cannot go on. {error}"))
                .await;
            return;
        }
    };
    let mut driver = Driver::new(
        services,
        reporter,
        cancel,
        journal,
        &run.header().clone(),
        recovered.sent,
    );
    let (at, is_unanswered) = (Timestamp::now(), recovered.is_unanswered);
    if let Err(fault) = driver.write(&JournalEntry::Resumed { at, is_unanswered }) {
        reporter
            .fail(format!("Run {id} cannot go on. {}", fault.message))
            .await;
        return;
    }
    run.resume(is_unanswered, at);
    Box::pin(driver.drive(run)).await;
}

/// An interrupted run, with its journal, which is locked from now on.
pub(super) fn open(services: &Services, id: &str) -> Result<(Recovered, Journal), StartError> {
    let (lines, journal) = services.home.runs().open(id)?;
    Ok((journal::read(lines, &services.profile)?, journal))
}

/// Why a run that has ended for good cannot be resumed.
pub(super) fn ended(run: &Run) -> Option<Refusal> {
    let ending = run.view().ending.as_ref().filter(|_| !run.is_resumable())?;
    Some(Refusal::RunEnded {
        run: run.view().id.clone(),
        how: ending.message.clone(),
    })
}

/// Shows the run as refused; nothing of that is written down.
pub(super) async fn refuse(run: Run, refusal: &Refusal, reporter: &Reporter) {
    let run = run.refused(refusal, Timestamp::now());
    reporter
        .send(Report::Run(Box::new(run.view().clone())))
        .await;
}

/// Why a run is not carried out at all.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Store(#[from] ApiError),
}

/// Whether this process may drive a run: what a protected profile asks for was said, and no other process works on the target. As
/// long as the lock is held, none can.
fn may_drive(
    services: &Services,
    operation: &Operation,
    is_confirmed: bool,
) -> Result<Option<Lock>, StartError> {
    // Who only looks is in nobody's way.
    let Operation::Publish(plan) = operation else {
        return Ok(None);
    };
    let is_protected = services.is_protected || plan.is_protected;
    if is_protected && plan.needs_confirmation() && !plan.is_confirmed && !is_confirmed {
        let profile = services.profile.clone();
        return Err(Refusal::Protected { profile }.into());
    }
    hold(services, &plan.target).map(Some)
}

/// Takes a target for this process.
pub(super) fn hold(services: &Services, target: &Target) -> Result<Lock, StartError> {
    let runs = services.home.runs();
    runs.hold(target).map_err(|error| {
        if !error.is_held() {
            return error.into();
        }
        let holder = runs.holder(target).map_or_else(
            || "Another process".to_owned(),
            |holder| format!("Process {}", holder.pid),
        );
        let run = interrupted::driven(&runs, target)
            .map_or_else(String::new, |run| format!(" (run {run})"));
        StartError::Refused(Refusal::Driven {
            target: target.clone(),
            holder,
            run,
        })
    })
}
