//! Drives a run: does what the machine says, journals it, tells it what came of it. Owns no rule of its own.

use super::drive_outcome::{examine, fault, finished, unclear};
use super::{
    digest::{self, Sealed},
    journal, load,
    report::Report,
    reporter::Reporter,
    sending::{self, Sending},
    services::Services,
};
use crate::{
    engine::{
        call::{Fault, NextStep, RunEvent},
        entry::{Entry, Sent},
        machine::Run,
        operation::{Header, Operation},
        preflight,
        view::{Cause, RunView, Step},
    },
    storage::{DiskError, Journal, Kept},
};
use jiff::Timestamp;
use std::path::Path;
use store_client::{
    Fetched,
    blob::{UploadUrl, UploadUrlError},
};
use store_model::{product::Product, submission::Submission, target::Target};
use tokio::time;
use tokio_util::sync::CancellationToken;

/// Carries an errand out, to its end or until it is cancelled; every step is reported.
pub async fn run(
    services: &Services,
    operation: Operation,
    reporter: &Reporter,
    cancel: &CancellationToken,
) {
    let header = Header {
        version: Header::VERSION,
        run: uuid::Uuid::now_v7().to_string(),
        profile: services.profile.clone(),
        at: Timestamp::now(),
        cadence: services.cadence,
        operation,
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
            Driver::new(services, reporter, cancel, journal, &header, None)
                .drive(Run::new(header))
                .await;
        }
        Err(message) => {
            reporter
                .fail(format!("The run was not started. {message}"))
                .await;
        }
    }
}

/// Goes on with a run that was interrupted. Its journal is locked from now on: no other process can drive it.
pub async fn resume(
    services: &Services,
    id: &str,
    reporter: &Reporter,
    cancel: &CancellationToken,
) {
    let opened = services
        .home
        .runs()
        .open(id)
        .map_err(|error| error.to_string());
    let recovered =
        opened.and_then(|(lines, journal)| Ok((journal::read(lines, &services.profile)?, journal)));
    let (recovered, journal) = match recovered {
        Ok((recovered, _)) if !recovered.run.is_resumable() => {
            let ending = recovered
                .run
                .view()
                .ending
                .as_ref()
                .map(|ending| ending.message.clone())
                .unwrap_or_default();
            reporter
                .send(Report::Run(Box::new(recovered.run.view().clone())))
                .await;
            reporter
                .fail(format!(
                    "Run {id} has ended and cannot go on; start a new one. {ending}"
                ))
                .await;
            return;
        }
        Ok(recovered) => recovered,
        Err(message) => {
            reporter
                .fail(format!("Run {id} cannot go on. {message}"))
                .await;
            return;
        }
    };
    let mut run = recovered.run;
    let mut driver = Driver::new(
        services,
        reporter,
        cancel,
        journal,
        &run.header().clone(),
        recovered.sent,
    );
    let (at, is_unanswered) = (Timestamp::now(), recovered.is_unanswered);
    if let Err(fault) = driver.write(&Entry::Resumed { at, is_unanswered }) {
        reporter
            .fail(format!("Run {id} cannot go on. {}", fault.message))
            .await;
        return;
    }
    run.resume(is_unanswered, at);
    driver.drive(run).await;
}

struct Driver<'a> {
    services: &'a Services,
    reporter: &'a Reporter,
    cancel: &'a CancellationToken,
    target: Target,
    /// What runs, once it has been read.
    product: Option<Product>,
    /// Where the archive goes: kept in memory alone, fetched with every reading of the draft.
    upload: Result<UploadUrl, UploadUrlError>,
    /// What an earlier process had sent.
    sent: Option<Sent>,
    /// The ZIP that was found to be the approved one; a resumed run does not know.
    approved: Option<Sealed>,
    journal: Journal,
}

impl<'a> Driver<'a> {
    pub(super) fn new(
        services: &'a Services,
        reporter: &'a Reporter,
        cancel: &'a CancellationToken,
        journal: Journal,
        header: &Header,
        sent: Option<Sent>,
    ) -> Self {
        Self {
            services,
            reporter,
            cancel,
            target: header.operation.target().clone(),
            product: None,
            upload: Err(UploadUrlError::None),
            sent,
            approved: None,
            journal,
        }
    }

    async fn drive(&mut self, mut run: Run) {
        loop {
            self.reporter
                .send(Report::Run(Box::new(run.view().clone())))
                .await;
            let next = run.next();
            if next == NextStep::End {
                break;
            }
            let happened = if !self.is_due(&run).await {
                RunEvent::Cancelled
            } else if let Err(fault) = self.intend(&run, &next) {
                RunEvent::Failed(fault)
            } else {
                self.perform(&run, next).await
            };
            let at = Timestamp::now();
            let kept = self.write(&Entry::Happened {
                at,
                what: Box::new(happened.clone()),
            });
            run.apply(happened, at);
            if let Err(fault) = kept {
                run.apply(RunEvent::Failed(fault), at);
            }
        }
        self.remember(&run);
    }

    /// Waits for the time that the run has set itself; `false` when it was cancelled meanwhile.
    async fn is_due(&self, run: &Run) -> bool {
        let pause = run
            .due()
            .map(|due| due.duration_since(Timestamp::now()))
            .unwrap_or_default();
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => false,
            () = time::sleep(pause.try_into().unwrap_or_default()) => true,
        }
    }

    /// The intention is on disk before a request that changes something.
    fn intend(&mut self, run: &Run, next: &NextStep) -> Result<(), Fault> {
        match run.view().current() {
            Some(step) if next.is_change() => self.write(&Entry::Intends {
                at: Timestamp::now(),
                step: step.step,
            }),
            _ => Ok(()),
        }
    }

    fn write(&mut self, entry: &Entry) -> Result<(), Fault> {
        let line = serde_json::to_value(entry).map_err(|error| error.to_string());
        let written = line.and_then(|line| {
            self.journal
                .append(&line)
                .map_err(|error| error.to_string())
        });
        written.map_err(|message| Fault {
            cause: Cause::Trouble,
            message,
        })
    }

    /// A finished run that cannot be put into the history is still finished: the journal has it.
    fn remember(&mut self, run: &Run) {
        let view = run.view();
        if let Some(ending) = &view.ending {
            let last = Entry::Ended {
                at: Timestamp::now(),
                outcome: ending.outcome,
                is_resumable: run.is_resumable(),
            };
            if let Err(fault) = self.write(&last) {
                tracing::warn!(message = fault.message, "the end was not written");
            }
        }
        if let Err(error) = self
            .services
            .home
            .history()
            .append(&finished(&self.services.profile, view))
        {
            tracing::warn!(%error, "the history was not written");
        }
    }

    async fn perform(&mut self, run: &Run, next: NextStep) -> RunEvent {
        if next.is_change() {
            // Never dropped half-way: what became of the request has to be known.
            return self
                .request(run, next)
                .await
                .unwrap_or_else(RunEvent::Failed);
        }
        let cancel = self.cancel.clone();
        tokio::select! {
            biased;
            () = cancel.cancelled() => RunEvent::Cancelled,
            happened = self.request(run, next) => happened.unwrap_or_else(RunEvent::Failed),
        }
    }

    async fn request(&mut self, run: &Run, next: NextStep) -> Result<RunEvent, Fault> {
        let (store, target) = (&self.services.store, self.target.clone());
        Ok(match next {
            NextStep::SignIn => {
                store.sign_in().await.map_err(fault)?;
                RunEvent::SignedIn
            }
            NextStep::ReadTarget => {
                let product = store.product(&target).await.map_err(fault)?;
                self.product = Some(product.clone());
                RunEvent::TargetRead {
                    name: product.name,
                    pending: product.pending,
                    published: product.published,
                }
            }
            NextStep::ReadSubmission { id } => {
                let fetched = store.submission(&target, &id).await.map_err(fault)?;
                RunEvent::SubmissionRead(self.keep_url(fetched))
            }
            NextStep::Examine { zip, document } => {
                let sum = self.sum(run, &zip).await?;
                let identity = match &self.product {
                    Some(product) => Box::pin(load::package_identity(store, product))
                        .await
                        .map_err(fault)?,
                    None => None,
                };
                examine(&target, zip, document, identity, sum).await?
            }
            NextStep::SaveDraft { submission } => {
                let drafts = self.services.home.drafts();
                let saved = drafts.save(
                    &target,
                    Kept::BeforeDelete,
                    Some(&submission.id),
                    &submission.document,
                );
                RunEvent::DraftSaved {
                    path: saved.map_err(|error| Fault {
                        cause: Cause::Trouble,
                        message: error.to_string(),
                    })?,
                }
            }
            NextStep::Delete { id } => match store.delete_submission(&target, &id).await {
                Ok(()) => RunEvent::Deleted,
                Err(error) => unclear(error)?,
            },
            NextStep::Create => match store.create_submission(&target).await {
                Ok(fetched) => RunEvent::Created(self.keep_url(fetched)),
                Err(error) => unclear(error)?,
            },
            NextStep::Update { id, body } => {
                if let Some(draft) = run.draft() {
                    self.keep_side(Kept::BeforePut, run, draft).map_err(|error| {
                        let message = format!("The draft is not overwritten, because it could not be kept. {error}");
                        Fault { cause: Cause::Trouble, message }
                    })?;
                }
                match store.update_submission(&target, &id, &body).await {
                    Ok(_) => RunEvent::Updated,
                    Err(error) => unclear(error)?,
                }
            }
            NextStep::ReadBack { id } => {
                let fetched = store.submission(&target, &id).await.map_err(fault)?;
                let stored = self.keep_url(fetched);
                // While the server is asked what became of an update, nobody knows yet whose document that is.
                let is_stored = run
                    .view()
                    .current()
                    .is_some_and(|step| step.step == Step::ReadBack);
                if is_stored && let Err(error) = self.keep_side(Kept::AfterPut, run, &stored) {
                    tracing::warn!(%error, "the draft after the update was not kept");
                }
                RunEvent::ReadBack(stored)
            }
            NextStep::Upload { id, zip } => {
                self.still_approved(run, &zip).await?;
                let sent = self.send(run.view(), &id, &zip).await?;
                // A run may follow for days: its file is everybody's again.
                self.approved = None;
                sent
            }
            NextStep::Commit { id } => match store.commit(&target, &id).await {
                Ok(_) => RunEvent::Committed,
                Err(error) => unclear(error)?,
            },
            NextStep::Poll { id } => {
                RunEvent::Seen(store.status(&target, &id).await.map_err(fault)?)
            }
            NextStep::End => RunEvent::Cancelled,
        })
    }

    /// Keeps one side of an update, for the target's history.
    fn keep_side(&self, side: Kept, run: &Run, draft: &Submission) -> Result<(), DiskError> {
        let drafts = self.services.home.drafts();
        drafts
            .save_of(
                &self.target,
                side,
                Some(&draft.id),
                Some(&run.view().id),
                &draft.document,
            )
            .map(|_| ())
    }

    fn keep_url(&mut self, fetched: Fetched) -> Submission {
        if self.upload.is_err() || fetched.upload.is_ok() {
            self.upload = fetched.upload;
        }
        fetched.submission
    }

    /// The sum of the ZIP, where an approved hash asks for it.
    pub(super) async fn sum(&mut self, run: &Run, zip: &Path) -> Result<Option<[u8; 32]>, Fault> {
        let expected = run
            .plan()
            .and_then(|plan| plan.expect.as_ref())
            .filter(|expected| expected.needs_zip());
        if expected.is_none() {
            return Ok(None);
        }
        let read = digest::sum(zip, self.reporter).await;
        let (sum, sealed) = read.map_err(|message| Fault {
            cause: Cause::Trouble,
            message,
        })?;
        self.approved = Some(sealed);
        Ok(Some(sum))
    }

    /// What is uploaded is what was approved, also when it was written to since, or days lie between.
    async fn still_approved(&mut self, run: &Run, zip: &Path) -> Result<(), Fault> {
        let Some(plan) = run.plan().filter(|plan| plan.expect.is_some()) else {
            return Ok(());
        };
        if self
            .approved
            .as_ref()
            .is_some_and(|approved| approved.still_holds(zip))
        {
            return Ok(());
        }
        let sum = self.sum(run, zip).await?;
        preflight::zip_agreed(plan, sum).map_err(|_| Fault {
            cause: Cause::Trouble,
            message: format!(
                "{} is not the ZIP that was approved (--expect) any more, so it was not uploaded, and draft {} is not committed. \
                 Put the approved ZIP back and resume the run, or let the new one be approved and publish anew.",
                zip.display(),
                run.view().submission.as_deref().unwrap_or_default()
            ),
        })
    }

    async fn send(&mut self, view: &RunView, id: &str, zip: &Path) -> Result<RunEvent, Fault> {
        if self.upload.is_err() {
            // A resumed run: the signed URL was never on disk, the draft still knows it.
            let fetched = self
                .services
                .store
                .submission(&self.target, id)
                .await
                .map_err(fault)?;
            self.keep_url(fetched);
        }
        let url = self.upload.clone().map_err(|why| Fault {
            cause: Cause::Store,
            message: format!(
                "Draft {id} cannot be uploaded to: {why}. See {}",
                self.target.portal_url(Some(id))
            ),
        })?;
        let sending = Sending {
            services: self.services,
            reporter: self.reporter,
            cancel: self.cancel,
            run: &view.id,
            url: &url,
            zip,
            sent: self.sent.take(),
        };
        sending::send(sending, &mut self.journal).await
    }
}
