//! What a caller gives to an upload and gets from it: settings, events, result, time limits. Plain data.

use crate::waits::Waits;
use std::time::Duration;

/// How each block is protected on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checksum {
    /// CRC-64/NVME, checked by the service; the cheapest.
    #[default]
    Crc64,
    /// For services that know no CRC-64 (Azurite); costs ten times the processor time.
    Md5,
    /// TLS alone.
    None,
}

/// The person's choices. Every value is valid; out of range ones are brought into range.
#[derive(Debug, Clone)]
pub struct UploadSettings {
    /// Connections at the start, 1–32. At the default of 8 the upload tries 16 where that is quicker; any other
    /// number is a ceiling. Slow lines use 2 in any case.
    pub connections: usize,
    /// Bytes in a block; `None` chooses by file size. A resumed upload must give the size it began with
    /// ([`UploadEvent::Started`] tells it), or it begins anew.
    pub block_size: Option<u64>,
    /// How each block is protected.
    pub checksum: Checksum,
    /// Ceiling in bytes per second over all connections.
    pub bandwidth: Option<u64>,
    /// Where the upload notes that the service does not answer ([`Store::waits`](crate::Store::waits)).
    pub waits: Waits,
}

impl Default for UploadSettings {
    fn default() -> Self {
        Self {
            connections: 8,
            block_size: None,
            checksum: Checksum::default(),
            bandwidth: None,
            waits: Waits::default(),
        }
    }
}

/// What happened. Blocks are counted from 0, all sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadEvent {
    /// The cut into blocks is decided. Comes again when an upload has to begin anew with other blocks: `already` says
    /// what still counts, and earlier acknowledgements are void.
    Started {
        /// File size.
        total: u64,
        /// Size of every block but the last.
        block_size: u64,
        /// Number of blocks.
        blocks: u32,
        /// Bytes that the service already has.
        already: u64,
    },
    /// The service has this block.
    Acknowledged {
        /// Which block.
        index: u32,
        /// Bytes that the service has now.
        sent: u64,
        /// File size.
        total: u64,
    },
    /// A block failed and will be sent again.
    Retry {
        /// Which block.
        index: u32,
        /// The attempt that failed, counted from 1.
        attempt: u32,
        /// In words, without any part of the query.
        reason: String,
    },
    /// How many connections are used from now on.
    Connections(usize),
    /// All blocks are there; the list is being committed.
    Committing,
    /// The blob is there, with the file's length.
    Done,
}

/// A finished upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// Bytes of the blob.
    pub size: u64,
    /// Blocks it was committed from.
    pub blocks: u32,
    /// Blocks that had to be sent more than once.
    pub resent: u32,
    /// Bytes that were there before this upload began.
    pub already: u64,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// Which blob it is, where the service told: another upload to the same URL has another one.
    pub etag: Option<String>,
}

/// The time limits of an upload. Fixed for people, shorter in tests.
#[derive(Debug, Clone)]
pub(super) struct BlobPatience {
    /// No byte of a block's body moved for this long: the block failed.
    pub(super) stall: Duration,
    /// The same once the whole body is out: the service may need a while to answer.
    pub(super) answer: Duration,
    /// First back-off step.
    pub(super) backoff: Duration,
    /// Longest back-off step.
    pub(super) longest: Duration,
    /// Failures without any acknowledged block for this long: the upload is put down, resumable.
    pub(super) give_up: Duration,
    /// Over how long the rate is measured before the number of connections changes.
    pub(super) window: Duration,
}

impl Default for BlobPatience {
    fn default() -> Self {
        Self {
            stall: Duration::from_mins(1),
            answer: Duration::from_mins(2),
            backoff: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            give_up: Duration::from_mins(10),
            window: Duration::from_secs(5),
        }
    }
}

impl BlobPatience {
    /// How long to wait before the next attempt: full jitter over a doubling step, never less than the service
    /// asked for (but never past the point where we would have given up).
    pub(super) fn pause(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let step = self
            .backoff
            .saturating_mul(1 << attempt.saturating_sub(1).min(16))
            .min(self.longest);
        let jitter = step.mul_f64(fastrand::f64());
        asked.map_or(jitter, |asked| asked.min(self.give_up).max(jitter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_cap_and_honour_the_service() {
        let patience = BlobPatience::default();
        for attempt in 1..40 {
            let most = Duration::from_millis(500)
                .mul_f64(2_f64.powi(attempt - 1))
                .min(Duration::from_secs(30));
            assert!(
                patience.pause(attempt.cast_unsigned(), None) <= most,
                "{attempt}"
            );
        }
        assert!(patience.pause(1, Some(Duration::from_secs(7))) >= Duration::from_secs(7));
        assert!(patience.pause(1, Some(Duration::from_secs(9999))) <= patience.give_up);
    }
}
