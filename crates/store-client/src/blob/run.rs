//! One upload from the first request to the last: list, send, commit, compare. The steps and their order stand
//! here; how a block travels and what a request looks like do not.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use secrecy::SecretString;
use tokio::time::Instant;

use super::error::{Failure, UploadError};
use super::layout::{Layout, SMALL};
use super::plan::{BlobPatience, UploadEvent, UploadSettings, Uploaded};
use super::progress::Progress;
use super::send::{Sent, send};
use super::service::Service;
use super::source::Source;
use super::upload::{Hooks, Upload};
use super::url::UploadUrl;
use crate::endpoint::is_this_machine;
use crate::http::http_client_for;
use crate::waits::Waits;

/// How often the whole cut may start anew before the service is taken at its word.
const ROUNDS: u32 = 3;

/// Uploads `source` to `url` and returns when the blob is there.
///
/// `known` are the blocks acknowledged earlier for the same [`FileIdentity`](super::FileIdentity) and block size; they count only where
/// the URL does not allow asking the service.
pub async fn upload(
    http: &reqwest::Client,
    url: &UploadUrl,
    source: Arc<Source>,
    settings: &UploadSettings,
    known: Vec<u32>,
    hooks: Hooks<'_>,
) -> Result<Uploaded, UploadError> {
    upload_within(
        &BlobPatience::default(),
        http,
        url,
        source,
        settings,
        known,
        hooks,
    )
    .await
}

/// The same with other time limits.
pub(super) async fn upload_within(
    patience: &BlobPatience,
    http: &reqwest::Client,
    url: &UploadUrl,
    source: Arc<Source>,
    settings: &UploadSettings,
    known: Vec<u32>,
    Hooks {
        observe,
        gate,
        cancel,
    }: Hooks<'_>,
) -> Result<Uploaded, UploadError> {
    let begun = Instant::now();
    let http = &client_for(http, url)?;
    let upload = Upload {
        patience,
        http,
        url,
        source,
        settings,
        observe,
        gate,
        cancel,
    };
    let (size, blocks, progress, already, etag) = upload.run(known).await?;
    observe(UploadEvent::Done);
    Ok(Uploaded {
        size,
        blocks,
        resent: progress.resent,
        already,
        elapsed: begun.elapsed(),
        etag,
    })
}

/// Which version of the blob stands at this URL; `None` where there is none, or where the service does not tell.
pub async fn etag(http: &reqwest::Client, url: &UploadUrl) -> Option<String> {
    let http = client_for(http, url).ok()?;
    let limit = BlobPatience::default().answer;
    for query in [Some(url.query()), url.other_query()].into_iter().flatten() {
        let service = Service::new(&http, url, query, limit, &Waits::default()).ok()?;
        if let Ok(standing) = service.standing().await {
            return standing.etag;
        }
    }
    None
}

/// A proxy could not reach this machine (the simulator, Azurite), whatever its settings say.
fn client_for(http: &reqwest::Client, url: &UploadUrl) -> Result<reqwest::Client, UploadError> {
    if !is_this_machine(url.location()) {
        return Ok(http.clone());
    }
    http_client_for(url.location()).map_err(|error| UploadError::Setup {
        place: url.place(),
        reason: error.to_string(),
    })
}

impl Upload<'_> {
    async fn run(
        &self,
        mut known: Vec<u32>,
    ) -> Result<(u64, u32, Progress, u64, Option<String>), UploadError> {
        let mut layout = Layout::new(self.source.identity(), self.settings.block_size)?;
        self.check_end(&Progress::new(0))?;
        let mut service = self.service(self.url.query())?;
        let mut resent = 0;
        let mut last = None;
        for _ in 0..ROUNDS {
            let mut progress = self.begin(&mut service, &layout, &known).await?;
            progress.resent = resent;
            let already = progress.sent;
            (self.observe)(UploadEvent::Started {
                total: layout.size(),
                block_size: layout.block_size(),
                blocks: layout.blocks(),
                already,
            });
            // Whatever sends us round again, the journal no longer describes the service.
            known.clear();
            match send(self, &service, &layout, &mut progress).await? {
                Sent::All => {}
                Sent::TooLarge => {
                    layout = Layout::new(self.source.identity(), Some(SMALL))?;
                    resent = progress.resent;
                    continue;
                }
                Sent::Foreign(failure) => {
                    let what = "clearing foreign blocks";
                    let cleared = self
                        .persist(what, &progress, || Box::pin(service.clear()))
                        .await?;
                    cleared.map_err(|failure| self.ended(what, failure, 1, &progress))?;
                    resent = progress.resent;
                    last = Some((failure, progress));
                    continue;
                }
            }
            self.check_file().await?;
            if !(self.gate)().await {
                return Err(self.cancelled(&progress));
            }
            match self.commit(&service, &layout, &mut progress).await? {
                Ok(etag) => {
                    self.compare(&service, &layout, &progress).await?;
                    return Ok((layout.size(), layout.blocks(), progress, already, etag));
                }
                Err(missing) => {
                    resent = progress.resent;
                    last = Some((missing, progress));
                }
            }
        }
        let (failure, progress) =
            last.unwrap_or_else(|| (Failure::Stalled(Duration::ZERO), Progress::new(0)));
        Err(self.ended("keeping the blocks sent", failure, ROUNDS, &progress))
    }

    /// The service behind one spelling of the URL's query.
    fn service(&self, query: SecretString) -> Result<Service, UploadError> {
        let (limit, waits) = (self.patience.answer, &self.settings.waits);
        Service::new(self.http, self.url, query, limit, waits)
    }

    /// What the service already has; its word counts more than the journal's.
    async fn begin(
        &self,
        service: &mut Service,
        layout: &Layout,
        known: &[u32],
    ) -> Result<Progress, UploadError> {
        let mut progress = Progress::new(layout.blocks());
        let mut refused = None;
        loop {
            let what = "listing the blocks sent";
            let failure = match self
                .persist(what, &progress, || Box::pin(service.list()))
                .await?
            {
                Ok(staged) => {
                    for (id, size) in staged {
                        if let Some(index) = layout.index_of(&id, size) {
                            progress.acknowledge(layout, index);
                        }
                    }
                    return Ok(progress);
                }
                Err(failure) => failure,
            };
            if failure.status() == Some(404) {
                return Ok(progress);
            }
            if failure.is(403, "AuthorizationPermissionMismatch") {
                for index in known
                    .iter()
                    .copied()
                    .filter(|index| *index < layout.blocks())
                {
                    progress.acknowledge(layout, index);
                }
                return Ok(progress);
            }
            // The first refusal is the one to report: it answers the spelling that should have worked.
            let other = self
                .url
                .other_query()
                .filter(|_| refused.is_none() && failure.status() == Some(403));
            let failure = refused.take().unwrap_or(failure);
            let Some(other) = other else {
                return Err(self.ended(what, failure, 1, &progress));
            };
            *service = self.service(other)?;
            refused = Some(failure);
        }
    }

    /// The blob's version when it is there; the inner failure when the service misses blocks.
    async fn commit(
        &self,
        service: &Service,
        layout: &Layout,
        progress: &mut Progress,
    ) -> Result<Result<Option<String>, Failure>, UploadError> {
        let what = "committing the blocks";
        (self.observe)(UploadEvent::Committing);
        progress.last = Instant::now();
        let begun = Instant::now();
        let mut attempt = 1;
        loop {
            if self.cancel.is_cancelled() {
                return Err(self.cancelled(progress));
            }
            let ids = (0..layout.blocks())
                .map(|index| layout.id(index).into_bytes())
                .collect();
            let failure = match service.commit(ids).await {
                Ok(etag) => return Ok(Ok(etag)),
                Err(failure) => failure,
            };
            if failure.is(400, "InvalidBlockList") {
                return Ok(Err(failure));
            }
            if !failure.may_pass(attempt) {
                return Err(self.ended(what, failure, attempt, progress));
            }
            // The answer may be lost and the work done. An older blob of the same length does not count.
            let since = begun.elapsed() + Duration::from_secs(5);
            if let Ok(standing) = service.standing().await
                && standing.length == layout.size()
                && standing.age.is_some_and(|age| age <= since)
            {
                return Ok(Ok(standing.etag));
            }
            if progress.last.elapsed() >= self.patience.give_up {
                return Err(self.given_up(what, &failure, attempt, progress));
            }
            self.rest(attempt, &failure, progress).await?;
            attempt += 1;
        }
    }

    /// The length must be the file's, where the URL lets us look. The commit itself was acknowledged: a service that
    /// does not answer now does not undo it.
    async fn compare(
        &self,
        service: &Service,
        layout: &Layout,
        progress: &Progress,
    ) -> Result<(), UploadError> {
        for attempt in 1..=3 {
            match service.standing().await {
                Ok(standing) if standing.length == layout.size() => return Ok(()),
                Ok(standing) => {
                    let (expected, found) = (layout.size(), standing.length);
                    return Err(UploadError::LengthDiffers {
                        place: self.url.place(),
                        expected,
                        found,
                    });
                }
                Err(failure) if failure.may_pass(attempt) => {
                    self.rest(attempt, &failure, progress).await?;
                }
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Repeats a request until it succeeds, fails for good (inner error) or has failed for too long.
    async fn persist<'c, T>(
        &self,
        what: &'static str,
        progress: &Progress,
        call: impl Fn() -> BoxFuture<'c, Result<T, Failure>>,
    ) -> Result<Result<T, Failure>, UploadError> {
        let begun = Instant::now();
        let mut attempt = 1;
        loop {
            let result = tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Err(self.cancelled(progress)),
                result = call() => result,
            };
            let failure = match result {
                Err(failure) if failure.may_pass(attempt) => failure,
                result => return Ok(result),
            };
            if begun.elapsed() >= self.patience.give_up {
                return Err(self.given_up(what, &failure, attempt, progress));
            }
            self.rest(attempt, &failure, progress).await?;
            attempt += 1;
        }
    }

    async fn rest(
        &self,
        attempt: u32,
        failure: &Failure,
        progress: &Progress,
    ) -> Result<(), UploadError> {
        tracing::warn!(place = %self.url, attempt, reason = failure.reason(), "a request of the upload failed, trying again");
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(self.cancelled(progress)),
            () = tokio::time::sleep(self.patience.pause(attempt, failure.retry_after())) => Ok(()),
        }
    }

    async fn check_file(&self) -> Result<(), UploadError> {
        let source = Arc::clone(&self.source);
        let same = tokio::task::spawn_blocking(move || source.still_holds()).await;
        let path = || self.source.path().to_owned();
        match same.map_err(io::Error::other) {
            Ok(Ok(true)) => Ok(()),
            // A file that is gone or unreadable now is not the file that was sent either.
            Ok(Ok(false) | Err(_)) => Err(UploadError::FileChanged { path: path() }),
            Err(source) => Err(UploadError::Io {
                path: path(),
                source,
            }),
        }
    }
}
