//! Drives a run: does what the machine says, journals it, tells it what came of it. Owns no rule of its own.

use super::{
    browse,
    report::{Report, UploadProgress},
    reporter::Reporter,
    services::Services,
};
use crate::{
    api::{
        ApiError, Fetched,
        blob::{self, UploadError, UploadEvent, UploadUrl},
    },
    disk::{Finished, Journal, Kept, Stage},
    domain::{finding::Severity, submission::Submission, target::Target, units::Rate},
    publish::{
        call::{Fault, Happened, Next},
        entry::Entry,
        errand::{Errand, Header},
        machine::Run,
        view::{Cause, RunView},
    },
};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

/// Carries an errand out, to its end or until it is cancelled; every step is reported.
pub async fn run(services: &Services, errand: Errand, reporter: &Reporter, cancel: &CancellationToken) {
    let header = Header {
        version: Header::VERSION,
        run: uuid::Uuid::now_v7().to_string(),
        profile: services.profile.clone(),
        at: Timestamp::now(),
        cadence: services.cadence,
        errand,
    };
    // No journal, no run: a disk that cannot be written is found before the first request.
    let journal = serde_json::to_value(&header)
        .map_err(|error| error.to_string())
        .and_then(|line| services.home.runs().create(&header.run, &line).map_err(|error| error.to_string()));
    match journal {
        Ok(journal) => {
            let mut driver = Driver { services, reporter, cancel, target: header.errand.target().clone(), upload: None, journal };
            driver.drive(Run::new(header)).await;
        }
        Err(message) => reporter.tell(Report::Failed { message: format!("The run was not started. {message}") }).await,
    }
}

struct Driver<'a> {
    services: &'a Services,
    reporter: &'a Reporter,
    cancel: &'a CancellationToken,
    target: Target,
    /// Where the archive goes: kept in memory alone, fetched with every reading of the draft.
    upload: Option<UploadUrl>,
    journal: Journal,
}

impl Driver<'_> {
    async fn drive(&mut self, mut run: Run) {
        loop {
            self.reporter.tell(Report::Run(Box::new(run.view().clone()))).await;
            let next = run.next();
            if next == Next::End {
                break;
            }
            let happened = match self.intend(&run, &next) {
                Ok(()) => self.perform(&run, next).await,
                Err(fault) => Happened::Failed(fault),
            };
            let at = Timestamp::now();
            let kept = self.write(&Entry::Happened { at, what: Box::new(happened.clone()) });
            run.tell(happened, at);
            if let Err(fault) = kept {
                run.tell(Happened::Failed(fault), at);
            }
        }
        self.remember(run.view());
    }

    /// The intention is on disk before a request that changes something.
    fn intend(&mut self, run: &Run, next: &Next) -> Result<(), Fault> {
        match run.view().current() {
            Some(step) if next.is_change() => self.write(&Entry::Intends { at: Timestamp::now(), step: step.step }),
            _ => Ok(()),
        }
    }

    fn write(&mut self, entry: &Entry) -> Result<(), Fault> {
        let line = serde_json::to_value(entry).map_err(|error| error.to_string());
        let written = line.and_then(|line| self.journal.append(&line).map_err(|error| error.to_string()));
        written.map_err(|message| Fault { cause: Cause::Trouble, message })
    }

    /// A finished run that cannot be put into the history is still finished: the journal has it.
    fn remember(&self, view: &RunView) {
        if let Err(error) = self.services.home.history().append(&finished(&self.services.profile, view)) {
            tracing::warn!(%error, "the history was not written");
        }
    }

    async fn perform(&mut self, run: &Run, next: Next) -> Happened {
        if self.cancel.is_cancelled() {
            return Happened::Cancelled;
        }
        if next.is_change() {
            // Never dropped half-way: what became of the request has to be known.
            return self.request(run, next).await.unwrap_or_else(Happened::Failed);
        }
        let cancel = self.cancel.clone();
        tokio::select! {
            biased;
            () = cancel.cancelled() => Happened::Cancelled,
            happened = self.request(run, next) => happened.unwrap_or_else(Happened::Failed),
        }
    }

    async fn request(&mut self, run: &Run, next: Next) -> Result<Happened, Fault> {
        let (store, target) = (&self.services.store, self.target.clone());
        Ok(match next {
            Next::SignIn => {
                store.sign_in().await.map_err(fault)?;
                Happened::SignedIn
            }
            Next::ReadTarget => {
                let product = store.product(&target).await.map_err(fault)?;
                Happened::TargetRead { pending: product.pending, published: product.published }
            }
            Next::ReadSubmission { id } => {
                let fetched = store.submission(&target, &id).await.map_err(fault)?;
                Happened::SubmissionRead(self.keep_url(fetched))
            }
            Next::Examine { zip, document } => examine(&target, zip, document).await?,
            Next::SaveDraft { submission } => {
                let drafts = self.services.home.drafts();
                let saved = drafts.save(&target, Kept::BeforeDelete, Some(&submission.id), &submission.document);
                Happened::DraftSaved { path: saved.map_err(|error| Fault { cause: Cause::Trouble, message: error.to_string() })? }
            }
            Next::Delete { id } => {
                store.delete_submission(&target, &id).await.map_err(fault)?;
                Happened::Deleted
            }
            Next::Create => {
                let fetched = store.create_submission(&target).await.map_err(fault)?;
                Happened::Created(self.keep_url(fetched))
            }
            Next::Update { id, body } => {
                store.update_submission(&target, &id, &body).await.map_err(fault)?;
                Happened::Updated
            }
            Next::ReadBack { id } => {
                let fetched = store.submission(&target, &id).await.map_err(fault)?;
                Happened::ReadBack(self.keep_url(fetched))
            }
            Next::Upload { zip, .. } => self.send(run.view(), &zip).await?,
            Next::Commit { id } => {
                store.commit(&target, &id).await.map_err(fault)?;
                Happened::Committed
            }
            Next::Look { id, at } => {
                let pause = at.duration_since(Timestamp::now());
                time::sleep(pause.try_into().unwrap_or_default()).await;
                Happened::Seen(store.status(&target, &id).await.map_err(fault)?)
            }
            Next::End => Happened::Cancelled,
        })
    }

    fn keep_url(&mut self, fetched: Fetched) -> Submission {
        if fetched.upload.is_some() {
            self.upload = fetched.upload;
        }
        fetched.submission
    }

    async fn send(&self, view: &RunView, zip: &Path) -> Result<Happened, Fault> {
        let Some(url) = &self.upload else {
            let message =
                format!("The draft has no upload URL: it was touched in Partner Center. See {}", self.target.portal_url(None));
            return Err(Fault { cause: Cause::Store, message });
        };
        let meter = Mutex::new(Meter::new(view.id.clone(), zip));
        let observe = |event: UploadEvent| {
            if let Ok(mut meter) = meter.lock() {
                meter.take(&event, self.reporter);
            }
        };
        let services = self.services;
        let sent = blob::upload(&services.http, url, zip, &services.upload, Vec::new(), &observe, self.cancel).await;
        match sent {
            Ok(uploaded) => Ok(Happened::Uploaded { bytes: uploaded.size }),
            Err(UploadError::Cancelled { .. }) => Ok(Happened::Cancelled),
            Err(error) => Err(Fault { cause: Cause::Trouble, message: error.to_string() }),
        }
    }
}

/// Turns the events of an upload into what a screen shows.
struct Meter {
    progress: UploadProgress,
    rate: Rate,
    begun: Instant,
    told: Option<Instant>,
}

impl Meter {
    fn new(run: String, zip: &Path) -> Self {
        let file = zip.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let progress = UploadProgress { run, file, ..UploadProgress::default() };
        Self { progress, rate: Rate::default(), begun: Instant::now(), told: None }
    }

    fn take(&mut self, event: &UploadEvent, reporter: &Reporter) {
        let progress = &mut self.progress;
        match *event {
            // Comes again when the upload has to begin anew: what was acknowledged before does not count any more.
            UploadEvent::Started { total, block_size, blocks, already } => {
                (progress.total, progress.blocks, progress.sent) = (total, blocks, already);
                progress.blocks_done = already.div_ceil(block_size.max(1)) as u32;
                (self.rate, self.begun) = (Rate::default(), Instant::now());
            }
            UploadEvent::Acknowledged { sent, total, .. } => {
                (progress.sent, progress.total) = (sent, total);
                progress.blocks_done += 1;
            }
            UploadEvent::Retry { .. } => progress.retries += 1,
            UploadEvent::Connections(connections) => progress.connections = connections,
            UploadEvent::Committing | UploadEvent::Done => {}
        }
        let since = self.begun.elapsed();
        self.rate.record(since, progress.sent);
        progress.rate = self.rate.per_second(since).unwrap_or_default() as u64;
        progress.left = self.rate.left(progress.total, since);
        reporter.progress(progress.clone(), &mut self.told);
    }
}

async fn examine(target: &Target, zip: PathBuf, document: Value) -> Result<Happened, Fault> {
    let kind = target.kind();
    let joined = tokio::task::spawn_blocking(move || browse::examine(&zip, kind, &document)).await;
    let examined = joined.map_err(|error| Fault { cause: Cause::Trouble, message: format!("The ZIP could not be read: {error}") })?;
    if let Some(broken) = examined.broken {
        return Ok(Happened::Examined { problems: vec![format!("{}: {broken}", examined.zip.display())], warnings: Vec::new() });
    }
    let (errors, others): (Vec<_>, Vec<_>) =
        examined.fit.sentences().into_iter().partition(|(severity, _)| *severity == Severity::Error);
    let words = |list: Vec<(Severity, String)>| list.into_iter().map(|(_, sentence)| sentence).collect();
    Ok(Happened::Examined { problems: words(errors), warnings: words(others) })
}

fn fault(error: ApiError) -> Fault {
    Fault { cause: cause(&error), message: error.to_string() }
}

/// What kind of failure an error of the Store client is, for exit codes and advice.
pub fn cause(error: &ApiError) -> Cause {
    match error {
        ApiError::Secret(_) => Cause::SignIn,
        error if error.is_sign_in() => Cause::SignIn,
        ApiError::Refused { status, .. } if *status < 500 => Cause::Store,
        _ => Cause::Trouble,
    }
}

/// The line of the history for a run that has ended.
fn finished(profile: &str, view: &RunView) -> Finished {
    let ended = Timestamp::now();
    let ends = view.timeline.iter().skip(1).map(|seen| seen.at).chain([ended]);
    let stages = view.timeline.iter().zip(ends).map(|(seen, end)| Stage {
        status: seen.status.clone(),
        seconds: u64::try_from(end.duration_since(seen.at).as_secs()).unwrap_or_default(),
    });
    Finished {
        run: view.id.clone(),
        profile: profile.to_owned(),
        target: view.target.clone(),
        submission: view.submission.clone(),
        outcome: view.ending.as_ref().map(|ending| ending.outcome.word().to_owned()).unwrap_or_default(),
        status: view.timeline.last().map(|seen| seen.status.clone()),
        started: view.started,
        ended,
        stages: stages.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::job::JobId;
    use tokio::sync::mpsc;

    #[test]
    fn an_upload_that_begins_anew_is_counted_anew() {
        let (sender, mut told) = mpsc::channel(64);
        let reporter = Reporter::new(JobId(1), sender);
        let mut meter = Meter::new("run".to_owned(), Path::new("folder/package.zip"));
        let mut shown = |event: UploadEvent| {
            meter.told = None;
            meter.take(&event, &reporter);
            match told.try_recv() {
                Ok((_, Report::Upload(progress))) => (progress.sent, progress.blocks_done, progress.blocks, progress.rate),
                other => panic!("{other:?}"),
            }
        };
        let started = |block_size, already| UploadEvent::Started {
            total: 1000,
            block_size,
            blocks: 1000_u64.div_ceil(block_size) as u32,
            already,
        };
        let acknowledged = |sent| UploadEvent::Acknowledged { index: 0, sent, total: 1000 };
        assert_eq!(shown(started(300, 600)), (600, 2, 4, 0));
        assert_eq!(shown(acknowledged(900)), (900, 3, 4, 0));
        // Smaller blocks are wanted: none of those count.
        assert_eq!(shown(started(100, 0)), (0, 0, 10, 0));
        assert_eq!(shown(acknowledged(100)), (100, 1, 10, 0));
        // The last block is a short one.
        assert_eq!(shown(started(300, 1000)), (1000, 4, 4, 0));
    }
}
