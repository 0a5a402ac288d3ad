//! What stays the same through one upload, and the errors it can end with. Knows no step of it.

use std::io;
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt as _};
use tokio_util::sync::CancellationToken;

use super::error::{Failure, UploadError};
use super::plan::{BlobPatience, UploadEvent, UploadSettings};
use super::progress::Progress;
use super::source::Source;
use super::url::UploadUrl;

/// Asked right before the block list: whether the blob may be replaced now.
pub type Gate<'a> = &'a (dyn Fn() -> BoxFuture<'static, bool> + Send + Sync);

/// How an upload is watched and stopped.
pub struct Hooks<'a> {
    /// Called from the upload's own task; must be quick.
    pub observe: &'a (dyn Fn(UploadEvent) + Send + Sync),
    /// On `false` the upload ends as cancelled, and the blob stays what it was.
    pub gate: Gate<'a>,
    /// The running requests are dropped and nothing is committed; a commit already on its way is awaited.
    pub cancel: &'a CancellationToken,
}

impl<'a> Hooks<'a> {
    /// With a gate that is always open.
    pub fn new(
        observe: &'a (dyn Fn(UploadEvent) + Send + Sync),
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            observe,
            gate: &|| std::future::ready(true).boxed(),
            cancel,
        }
    }
}

/// What stays the same through one upload.
pub(super) struct Upload<'a> {
    pub(super) patience: &'a BlobPatience,
    pub(super) http: &'a reqwest::Client,
    pub(super) url: &'a UploadUrl,
    pub(super) source: Arc<Source>,
    pub(super) settings: &'a UploadSettings,
    pub(super) observe: &'a (dyn Fn(UploadEvent) + Send + Sync),
    pub(super) gate: Gate<'a>,
    pub(super) cancel: &'a CancellationToken,
}

impl Upload<'_> {
    /// Fails when the signature's end has passed by the service's clock.
    pub(super) fn check_end(&self, progress: &Progress) -> Result<(), UploadError> {
        let clock = self.settings.waits.clock();
        match self.url.expires() {
            Some(at) if at <= clock.now() => Err(UploadError::Expired {
                at,
                sent: progress.sent,
                total: self.source.identity().size,
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn cancelled(&self, progress: &Progress) -> UploadError {
        UploadError::Cancelled {
            sent: progress.sent,
            total: self.source.identity().size,
        }
    }

    pub(super) fn given_up(
        &self,
        what: &'static str,
        failure: &Failure,
        attempts: u32,
        progress: &Progress,
    ) -> UploadError {
        UploadError::GivenUp {
            what,
            place: self.url.place(),
            attempts,
            after: progress.last.elapsed(),
            sent: progress.sent,
            total: self.source.identity().size,
            last: failure.reason(),
        }
    }

    /// The error for a failure that no repetition helps.
    pub(super) fn ended(
        &self,
        what: &'static str,
        failure: Failure,
        attempts: u32,
        progress: &Progress,
    ) -> UploadError {
        if failure.status() == Some(403)
            && let Err(expired) = self.check_end(progress)
        {
            return expired;
        }
        match failure {
            Failure::File(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                UploadError::FileChanged {
                    path: self.source.path().to_owned(),
                }
            }
            Failure::File(source) => UploadError::Io {
                path: self.source.path().to_owned(),
                source,
            },
            Failure::Answer(answer) => UploadError::Refused {
                what,
                status: answer.status,
                code: answer.code,
                request_id: answer.request_id,
                message: answer.message,
            },
            failure => self.given_up(what, &failure, attempts, progress),
        }
    }
}
