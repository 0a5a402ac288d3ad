//! Why an upload ended without a blob, for the person, and why one request failed, for the retry loop.
//! Nothing here holds the signed query: texts from the service are scrubbed before they come in.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

/// Why an upload ended. In every case but [`UploadError::LengthDiffers`] nothing was committed.
#[derive(Debug, Error)]
pub enum UploadError {
    /// The caller cancelled.
    #[error(
        "the upload was cancelled after {sent} of {total} bytes; nothing was committed, and the next upload of the same file goes on from there"
    )]
    Cancelled {
        /// Bytes that the service has.
        sent: u64,
        /// File size.
        total: u64,
    },
    /// Size, time or content are not what they were at the start.
    #[error("{} was changed while it was being uploaded; nothing was committed: upload it again when it is complete", path.display())]
    FileChanged {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be read.
    #[error("{} cannot be read: {source}; nothing was committed", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The signature's end has passed.
    #[error(
        "the upload URL ended at {at}, with {sent} of {total} bytes sent; read the submission again for a new URL and upload again, the service keeps the blocks for a week"
    )]
    Expired {
        /// The end (`se=`).
        at: Timestamp,
        /// Bytes that the service has.
        sent: u64,
        /// File size.
        total: u64,
    },
    /// The service said no, for good.
    #[error("{what} was refused with {status} {code}: {message} (request id {request_id}); {advice}", advice = advice(*status, code))]
    Refused {
        /// Which request, as a text for people.
        what: &'static str,
        /// HTTP status.
        status: u16,
        /// `x-ms-error-code`, or the name of the status where there is none.
        code: String,
        /// `x-ms-request-id`, for Microsoft's support.
        request_id: String,
        /// The service's sentence.
        message: String,
    },
    /// The service's limits do not allow this cut.
    #[error(
        "{size} bytes in blocks of {block_size} are {blocks} blocks; the service takes 50,000 blocks of at most 4000 MiB: leave the block size to the program or choose a fitting one"
    )]
    TooManyBlocks {
        /// File size.
        size: u64,
        /// Bytes in a block.
        block_size: u64,
        /// Number of blocks.
        blocks: u64,
    },
    /// Nothing but failures for a long time.
    #[error(
        "{what} to {place} failed {}: {last}; the service keeps {sent} of {total} bytes: check the connection and upload again, it goes on from there",
        failed(*attempts, *after)
    )]
    GivenUp {
        /// Which request, as a text for people.
        what: &'static str,
        /// The URL without its query.
        place: String,
        /// Attempts of the request that failed last.
        attempts: u32,
        /// Time without any acknowledged block.
        after: Duration,
        /// Bytes that the service has.
        sent: u64,
        /// File size.
        total: u64,
        /// The last failure, with what helps.
        last: String,
    },
    /// The committed blob is not as long as the file.
    #[error(
        "{place} has {found} bytes after the upload, the file has {expected}; do not commit the submission: upload again"
    )]
    LengthDiffers {
        /// The URL without its query.
        place: String,
        /// File size.
        expected: u64,
        /// The blob's size.
        found: u64,
    },
    /// The Azure client could not be set up.
    #[error("the upload to {place} could not be started: {reason}")]
    Setup {
        /// The URL without its query.
        place: String,
        /// In words.
        reason: String,
    },
}

fn failed(attempts: u32, after: Duration) -> String {
    match attempts {
        1 => "at once".to_owned(),
        _ => format!("{attempts} times over {} s, last", after.as_secs()),
    }
}

fn advice(status: u16, code: &str) -> &'static str {
    match (status, code) {
        (_, "FeatureNotSupported") => "the service does not know this checksum: choose md5 or none",
        (403, "AuthorizationPermissionMismatch") => {
            "the upload URL does not allow this: read the submission again"
        }
        (403, _) => {
            "the upload URL is not accepted: read the submission again for a new one, and compare this machine's clock"
        }
        (404, _) => "the upload place is gone: read the submission again for a new URL",
        (413, _) => "choose a smaller block size",
        (400, "Md5Mismatch" | "Crc64Mismatch") => {
            "the bytes change on their way: look for a proxy or a faulty network"
        }
        _ => "upload again, and keep the request id if it stays",
    }
}

/// Why one request failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The service answered, with something else than success.
    Answer(Answer),
    /// No answer: connection, TLS, proxy, a cut body.
    Network {
        /// In words, with what helps.
        reason: String,
        /// Trying again does not help.
        is_lasting: bool,
    },
    /// Nothing moved for this long.
    Stalled(Duration),
    /// The file could not be read.
    File(io::Error),
}

/// An answer other than success, scrubbed.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) request_id: String,
    pub(super) message: String,
    pub(super) retry_after: Option<Duration>,
}

impl Failure {
    /// Whether the same request may succeed later. `attempt` counts from 1.
    pub(super) fn may_pass(&self, attempt: u32) -> bool {
        match self {
            Self::Answer(answer) => match answer.code.as_str() {
                "FeatureNotSupported" => false,
                // A flipped bit on the way is worth a few tries; the same result again and again is not chance.
                "Md5Mismatch" | "Crc64Mismatch" => attempt < 4,
                _ => matches!(answer.status, 408 | 429 | 500 | 502 | 503 | 504),
            },
            Self::Network { is_lasting, .. } => !is_lasting,
            Self::Stalled(_) => true,
            Self::File(_) => false,
        }
    }

    /// Whether the service answered with this status and code.
    pub(super) fn is(&self, status: u16, code: &str) -> bool {
        matches!(self, Self::Answer(answer) if answer.status == status && answer.code == code)
    }

    pub(super) fn status(&self) -> Option<u16> {
        if let Self::Answer(answer) = self {
            Some(answer.status)
        } else {
            None
        }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        if let Self::Answer(answer) = self {
            answer.retry_after
        } else {
            None
        }
    }

    /// In words.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Answer(answer) => {
                format!("the service answered {} {}", answer.status, answer.code)
            }
            Self::Network { reason, .. } => reason.clone(),
            Self::Stalled(limit) => format!("nothing moved for {} s", limit.as_secs_f32()),
            Self::File(error) => error.to_string(),
        }
    }
}
