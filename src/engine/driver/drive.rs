//! Carries out the next step of a run, journals it, and reports the outcome to the run. Contains no rule.

use super::{
    outcome::{examine, fault, finished, seen, unclear},
    rollout::{self, Move},
    sending::{self, Sending},
};
use crate::{
    engine::{
        call::{NextStep, RunEvent, StepFailure},
        entry::{JournalEntry, SentBlocks},
        machine::Run,
        operation::RunHeader,
        plan::ExistingRollout,
        preflight,
        view::{Cause, Outcome, Step},
        zip_source::ZipSource,
    },
    storage::{DiskError, Journal, Kept},
    tasks::{
        digest::{self, Sealed},
        load,
        report::Report,
        reporter::Reporter,
        services::Services,
        sightings,
    },
};
use futures::FutureExt as _;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use store_client::{
    Fetched, Priority,
    blob::{self, UploadUrl, UploadUrlError},
};
use store_model::{product::Product, submission::Submission, target::Target};
use tokio::time;
use tokio_util::sync::CancellationToken;

pub(super) struct Driver<'a> {
    services: &'a Services,
    reporter: &'a Reporter,
    cancel: &'a CancellationToken,
    target: Target,
    /// What runs, once it has been read.
    product: Option<Product>,
    /// Where the archive goes: kept in memory alone, fetched with every reading of the draft.
    upload: Result<UploadUrl, UploadUrlError>,
    /// What an earlier process had sent.
    sent: Option<SentBlocks>,
    /// The ZIP that was found to be the approved one; a resumed run does not know.
    approved: Option<Sealed>,
    journal: Journal,
    /// The journal of the run that this one takes the place of; it ends when this one changes something for the first time.
    superseded: Option<Journal>,
}

impl<'a> Driver<'a> {
    pub(super) fn new(
        services: &'a Services,
        reporter: &'a Reporter,
        cancel: &'a CancellationToken,
        journal: Journal,
        header: &RunHeader,
        sent: Option<SentBlocks>,
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
            superseded: None,
        }
    }

    /// Takes the place of another run, whose draft this one is about to replace.
    pub(super) fn superseding(mut self, journal: Option<Journal>) -> Self {
        self.superseded = journal;
        self
    }

    pub(super) async fn drive(&mut self, mut run: Run) {
        loop {
            self.reporter
                .send(Report::Run(Box::new(run.view().clone())))
                .await;
            let next = run.next();
            if next == NextStep::End {
                break;
            }
            let is_poll = matches!(next, NextStep::Poll { .. });
            let event = if !self.is_due(&run).await {
                RunEvent::Cancelled
            } else if let Err(fault) = self.intend(&run, &next).await {
                RunEvent::Failed(fault)
            } else {
                self.perform(&run, next).await
            };
            if is_poll
                && matches!(event, RunEvent::Cancelled)
                && self.services.closing.is_cancelled()
            {
                // Nobody cancelled anything: the submission goes on by itself, and the next start finds the journal open.
                return;
            }
            let at = Timestamp::now();
            let kept = self.write(&JournalEntry::Happened {
                at,
                what: Box::new(event.clone()),
            });
            self.note(&run, &event, at).await;
            run.apply(event, at);
            if let Err(fault) = kept {
                run.apply(RunEvent::Failed(fault), at);
            }
        }
        self.remember(&run);
    }

    /// What a run sees of its submission, everybody on this machine knows.
    async fn note(&self, run: &Run, happened: &RunEvent, at: Timestamp) {
        let Some(look) = seen(run, &self.target, happened, at) else {
            return;
        };
        let changed = sightings::keep(self.services, vec![look]).await;
        if !changed.is_empty() {
            self.reporter.send(Report::Stories(changed)).await;
        }
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
    async fn intend(&mut self, run: &Run, next: &NextStep) -> Result<(), StepFailure> {
        let Some(step) = run.view().current().filter(|_| next.is_change()) else {
            return Ok(());
        };
        let (at, step) = (Timestamp::now(), step.step);
        if let Some(mut older) = self.superseded.take() {
            // From now on nobody can resume the older run: its draft is about to be deleted.
            let ended = JournalEntry::Ended {
                at,
                outcome: Outcome::Cancelled,
                is_resumable: false,
            };
            append(&mut older, &ended)?;
            let run = older.id().to_owned();
            self.reporter.send(Report::Renewed { run }).await;
        }
        self.write(&JournalEntry::Intends { at, step })
    }

    pub(super) fn write(&mut self, entry: &JournalEntry) -> Result<(), StepFailure> {
        append(&mut self.journal, entry)
    }

    /// A finished run that cannot be put into the history is still finished: the journal has it.
    fn remember(&mut self, run: &Run) {
        let view = run.view();
        if let Some(ending) = &view.ending {
            let last = JournalEntry::Ended {
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
            event = self.request(run, next) => event.unwrap_or_else(RunEvent::Failed),
        }
    }

    async fn request(&mut self, run: &Run, next: NextStep) -> Result<RunEvent, StepFailure> {
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
                let product = match self.product.take() {
                    Some(product) => product,
                    // A resumed run has not read it.
                    None => store.product(&target).await.map_err(fault)?,
                };
                let identity = Box::pin(load::package_identity(store, &product))
                    .await
                    .map_err(fault)?;
                self.product = Some(product);
                let allow = run.plan().map_or(&[][..], |plan| &plan.allow);
                examine(&target, zip, document, identity, sum, allow).await?
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
                    path: saved.map_err(|error| StepFailure {
                        cause: Cause::Trouble,
                        message: error.to_string(),
                    })?,
                }
            }
            NextStep::Delete { id } => match store.delete_submission(&target, &id).await {
                Ok(()) => RunEvent::Deleted,
                Err(error) => unclear(error)?,
            },
            NextStep::EndRollout { id, how } => {
                let to = match how {
                    ExistingRollout::Halt => Move::Halt,
                    ExistingRollout::Finalize | ExistingRollout::Fail => Move::Finalize,
                };
                match rollout::send(store, &target, &id, to).await {
                    Ok(_) => RunEvent::RolloutEnded,
                    Err(error) => unclear(error)?,
                }
            }
            NextStep::Create => match store.create_submission(&target).await {
                Ok(fetched) => RunEvent::Created(self.keep_url(fetched)),
                Err(error) => unclear(error)?,
            },
            NextStep::Update { id, body } => {
                if let Some(draft) = run.draft() {
                    self.keep_side(Kept::BeforePut, run, draft).map_err(|error| {
                        let message = format!("The draft is not overwritten, because it could not be kept. {error}");
                        StepFailure { cause: Cause::Trouble, message }
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
                let sent = self.send(run, &id, &zip).await?;
                // A run may follow for days: its file is everybody's again.
                self.approved = None;
                sent
            }
            NextStep::Guard { id } => {
                if self.is_replaced(run).await {
                    return Ok(RunEvent::ArchiveReplaced);
                }
                // The last request before the commit.
                let fetched = store.submission(&target, &id).await.map_err(fault)?;
                RunEvent::SubmissionRead(self.keep_url(fetched))
            }
            NextStep::Commit { id } => match store.commit(&target, &id).await {
                Ok(_) if self.is_replaced(run).await => RunEvent::ArchiveReplaced,
                Ok(_) => RunEvent::Committed,
                Err(error) => unclear(error)?,
            },
            NextStep::Poll { id } => {
                // A run follows for days, and nobody waits for one look of many: the person's slots are not for it. Somebody
                // does wait for the look that tells what became of a commit.
                let step = run.view().current().map(|step| step.step);
                let store = match step {
                    Some(Step::Follow) => &store.with_priority(Priority::Pending),
                    _ => store,
                };
                RunEvent::Seen(store.status(&target, &id).await.map_err(fault)?)
            }
            NextStep::End => RunEvent::Cancelled,
        })
    }

    /// Whether the blob is known to be another version than the one that this run uploaded.
    async fn is_replaced(&self, run: &Run) -> bool {
        let (Ok(url), Some(ours)) = (&self.upload, run.etag()) else {
            return false;
        };
        let now = blob::etag(&self.services.http, url).await;
        now.is_some_and(|now| now != ours)
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
    pub(super) async fn sum(
        &mut self,
        run: &Run,
        zip: &ZipSource,
    ) -> Result<Option<[u8; 32]>, StepFailure> {
        let expected = run
            .plan()
            .and_then(|plan| plan.expect.as_ref())
            .filter(|expected| expected.needs_zip());
        if expected.is_none() {
            return Ok(None);
        }
        let read = digest::sum(zip, self.reporter).await;
        let (sum, sealed) = read.map_err(|message| StepFailure {
            cause: Cause::Trouble,
            message,
        })?;
        self.approved = Some(sealed);
        Ok(Some(sum))
    }

    /// What is uploaded is what was approved, also when it was written to since, or days lie between.
    async fn still_approved(&mut self, run: &Run, zip: &ZipSource) -> Result<(), StepFailure> {
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
        preflight::zip_agreed(plan, sum).map_err(|refusal| StepFailure {
            cause: Cause::Trouble,
            message: run.not_uploaded(&refusal),
        })
    }

    async fn send(
        &mut self,
        run: &Run,
        id: &str,
        zip: &ZipSource,
    ) -> Result<RunEvent, StepFailure> {
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
        let url = self.upload.clone().map_err(|why| StepFailure {
            cause: Cause::Store,
            message: format!(
                "Draft {id} cannot be uploaded to: {why}. See {}",
                self.target.portal_url(Some(id))
            ),
        })?;
        // The URL stays good whoever has the draft: it is read once more before the archive takes another one's place.
        let read = Arc::new(Mutex::new(None));
        let gate = || {
            let (read, run, id) = (Arc::clone(&read), run.clone(), id.to_owned());
            let (store, target) = (self.services.store.clone(), self.target.clone());
            let look = async move {
                let draft = store.submission(&target, &id).await;
                let may_go_on = draft
                    .as_ref()
                    .is_ok_and(|draft| run.still_ours(&draft.submission).is_ok());
                *read.lock().unwrap_or_else(PoisonError::into_inner) = Some(draft);
                may_go_on
            };
            look.boxed()
        };
        let sending = Sending {
            services: self.services,
            reporter: self.reporter,
            cancel: self.cancel,
            run: &run.view().id,
            url: &url,
            zip,
            sent: self.sent.take(),
            examined: run.archive(),
            gate: &gate,
        };
        let sent = sending::send(sending, &mut self.journal).await?;
        let read = read.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (sent, read) {
            // The run judges what the gate saw.
            (RunEvent::Cancelled, Some(Ok(draft))) if !self.cancel.is_cancelled() => {
                Ok(RunEvent::SubmissionRead(draft.submission))
            }
            (RunEvent::Cancelled, Some(Err(error))) if !self.cancel.is_cancelled() => {
                Err(fault(error))
            }
            (sent, _) => Ok(sent),
        }
    }
}

fn append(journal: &mut Journal, entry: &JournalEntry) -> Result<(), StepFailure> {
    let line = serde_json::to_value(entry).map_err(|error| error.to_string());
    let written = line.and_then(|line| journal.append(&line).map_err(|error| error.to_string()));
    written.map_err(|message| StepFailure {
        cause: Cause::Trouble,
        message,
    })
}
