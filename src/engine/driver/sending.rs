//! The upload of a run: shows how far it is, and journals what the service has, so that a later process sends only the rest.

use crate::{
    engine::{
        call::{RunEvent, StepFailure},
        entry::{JournalEntry, SentBlocks},
        view::Cause,
        zip_source::ZipSource,
    },
    storage::Journal,
    tasks::{
        assemble::{self, AssembleError},
        blocking::away,
        report::{Report, UploadProgress},
        reporter::Reporter,
        services::Services,
    },
};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};
use store_client::blob::{self, Hooks, UploadError, UploadEvent, UploadUrl};
use store_model::units::Rate;
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

/// A write to disk a second is nothing beside an upload, and a second of it is soon sent again.
const JOURNAL_PAUSE: Duration = Duration::from_secs(1);

/// What an upload needs.
pub(super) struct Sending<'a> {
    pub services: &'a Services,
    pub reporter: &'a Reporter,
    pub cancel: &'a CancellationToken,
    /// The run's id.
    pub run: &'a str,
    pub url: &'a UploadUrl,
    pub zip: &'a ZipSource,
    /// What an earlier process had sent.
    pub sent: Option<SentBlocks>,
    /// Tells the file that was examined from a changed one.
    pub examined: Option<&'a Value>,
    /// Whether the archive may still be put in place, asked right before it is.
    pub gate: blob::Gate<'a>,
}

pub(super) async fn send(
    sending: Sending<'_>,
    journal: &mut Journal,
) -> Result<RunEvent, StepFailure> {
    let Sending {
        services,
        reporter,
        cancel,
        run,
        url,
        zip,
        sent,
        examined,
        gate,
    } = sending;
    let trouble = |message: String| StepFailure {
        cause: Cause::Trouble,
        message,
    };
    // By the service's clock, as its answers showed it: this machine's may be hours off.
    let clock = services.upload.waits.clock().clone();
    if let Some(end) = url.expires().filter(|end| *end <= clock.now()) {
        return Err(ended(&format!("The draft's upload URL ended at {end}.")));
    }
    let opening = zip.clone();
    let stop = cancel.clone();
    let opened = away(move || {
        let source = assemble::open(&opening, |_, _| (), &|| stop.is_cancelled())?;
        Ok::<_, AssembleError>(Arc::new(source))
    });
    let source = opened
        .await
        .map_err(|error| trouble(format!("{zip} cannot be read: {error}")))?;
    let identity = serde_json::to_value(source.identity())
        .map_err(|error| trouble(format!("{zip} cannot be told from others: {error}")))?;

    if examined.is_some_and(|examined| *examined != identity) {
        return Ok(RunEvent::ArchiveChanged);
    }
    // Blocks of another file, or for another place, are ignored here.
    let known = sent.filter(|sent| sent.place == url.place() && sent.identity == identity);
    let mut settings = services.upload.clone();
    settings.block_size = known
        .as_ref()
        .map(|sent| sent.block_size)
        .or(settings.block_size);
    let blocks: Vec<u32> = known
        .iter()
        .flat_map(|sent| &sent.blocks)
        .flat_map(|(first, last)| *first..=*last)
        .collect();

    let block_size = known.as_ref().map_or(0, |sent| sent.block_size);
    let place = SentBlocks {
        place: url.place(),
        identity,
        block_size,
        blocks: Vec::new(),
    };
    let ends = url.expires().map(|end| clock.here(end));
    let mut meter = Meter::new(run, zip, ends, place, reporter, journal);
    meter.done.extend(&blocks);
    let meter = Mutex::new(meter);
    let observe = |event: UploadEvent| {
        if let Ok(mut meter) = meter.lock() {
            meter.take(&event);
        }
    };
    let hooks = Hooks {
        observe: &observe,
        gate,
        cancel,
    };
    match blob::upload(&services.http, url, source, &settings, blocks, hooks).await {
        Ok(uploaded) => {
            // Words on the way may be lost; that all of it has arrived may not.
            if let Ok(meter) = meter.into_inner() {
                reporter.send(Report::Upload(meter.progress)).await;
            }
            Ok(RunEvent::Uploaded {
                bytes: uploaded.size,
                etag: uploaded.etag,
            })
        }
        Err(UploadError::Cancelled { .. }) => Ok(RunEvent::Cancelled),
        Err(UploadError::Expired { at, .. }) => {
            Err(ended(&format!("The draft's upload URL ended at {at}.")))
        }
        // A clock that is behind does not know that the end has passed; both spellings of the signature were tried.
        Err(error @ UploadError::Refused { status: 403, .. }) => Err(ended(&error.to_string())),
        Err(error) => Err(trouble(error.to_string())),
    }
}

/// Only a new submission brings a new URL for certain, and that takes a person's yes: a draft is deleted for it.
fn ended(what: &str) -> StepFailure {
    let advice = "Go on with the run: its draft is saved, deleted and made anew, once you say yes (head-less: resume --renew).";
    StepFailure {
        cause: Cause::UrlEnded,
        message: format!("{what} {advice}"),
    }
}

/// Turns the events of an upload into what a screen shows and what the journal keeps.
struct Meter<'a> {
    progress: UploadProgress,
    rate: Rate,
    begun: Instant,
    told: Option<Instant>,
    sent: SentBlocks,
    done: BTreeSet<u32>,
    written: Instant,
    /// The last line on its way to the disk.
    syncing: Option<JoinHandle<()>>,
    reporter: &'a Reporter,
    journal: &'a mut Journal,
}

impl<'a> Meter<'a> {
    fn new(
        run: &str,
        zip: &ZipSource,
        expires: Option<Timestamp>,
        sent: SentBlocks,
        reporter: &'a Reporter,
        journal: &'a mut Journal,
    ) -> Self {
        let path = zip.path();
        let file = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let progress = UploadProgress {
            run: run.to_owned(),
            file,
            expires,
            ..UploadProgress::default()
        };
        let now = Instant::now();
        let done = BTreeSet::new();
        Self {
            progress,
            rate: Rate::default(),
            begun: now,
            told: None,
            sent,
            done,
            written: now,
            syncing: None,
            reporter,
            journal,
        }
    }

    fn take(&mut self, event: &UploadEvent) {
        let progress = &mut self.progress;
        match *event {
            // Comes again when the upload has to begin anew: what was counted before is void.
            UploadEvent::Started {
                total,
                blocks,
                already,
                block_size,
            } => {
                (progress.total, progress.blocks, progress.sent) = (total, blocks, already);
                // Rounded up: the last block may be a short one.
                progress.blocks_done =
                    u32::try_from(already.div_ceil(block_size.max(1))).unwrap_or_default();
                // What an earlier process had sent still counts, as long as the upload continues with it.
                let is_continued = already > 0 && self.sent.block_size == block_size;
                self.sent.block_size = block_size;
                if !is_continued {
                    self.done.clear();
                }
                self.rate = Rate::default();
            }
            UploadEvent::Acknowledged { index, sent, total } => {
                (progress.sent, progress.total) = (sent, total);
                progress.blocks_done += 1;
                self.done.insert(index);
            }
            UploadEvent::Retry { .. } => progress.retries += 1,
            UploadEvent::Connections(connections) => progress.connections = connections,
            UploadEvent::Committing | UploadEvent::Done => {}
        }
        let since = self.begun.elapsed();
        self.rate.record(since, progress.sent);
        progress.rate = self.rate.per_second(since).unwrap_or_default() as u64;
        progress.left = self.rate.left(progress.total, since);
        self.reporter.progress(progress.clone(), &mut self.told);
        let is_synced = self.syncing.as_ref().is_none_or(JoinHandle::is_finished);
        if is_synced && self.written.elapsed() >= JOURNAL_PAUSE {
            self.write();
        }
    }

    /// A line that is not written costs a resumed upload a few blocks, not the run. All blocks are sent from the task that calls
    /// this, and a disk that is busy with the package takes long to sync: it is synced elsewhere.
    fn write(&mut self) {
        self.written = Instant::now();
        self.sent.blocks = ranges(&self.done);
        let entry = JournalEntry::Uploading {
            at: Timestamp::now(),
            sent: Box::new(self.sent.clone()),
        };
        let line = serde_json::to_value(&entry).map_err(|error| error.to_string());
        let written =
            line.and_then(|line| self.journal.note(&line).map_err(|error| error.to_string()));
        match written {
            Ok(file) => {
                self.syncing = Some(tokio::task::spawn_blocking(move || {
                    if let Err(error) = file.sync_data() {
                        tracing::warn!(%error, "the progress of the upload was not synced");
                    }
                }));
            }
            Err(error) => tracing::warn!(error, "the progress of the upload was not written"),
        }
    }
}

/// The numbers as ranges, both ends included.
fn ranges(numbers: &BTreeSet<u32>) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{storage::Runs, tasks::reporter::JobId};
    use serde_json::json;
    use tokio::sync::mpsc;

    #[test]
    fn an_upload_that_begins_anew_is_counted_anew() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("runs")).unwrap();
        let id = uuid::Uuid::now_v7().to_string();
        let mut journal = Runs::new(folder.path()).create(&id, &json!({})).unwrap();
        let (sender, mut told) = mpsc::channel(64);
        let reporter = Reporter::new(JobId(1), sender);
        let sent = SentBlocks {
            place: String::new(),
            identity: Value::Null,
            block_size: 300,
            blocks: Vec::new(),
        };
        let mut meter = Meter::new(
            "run",
            &"folder/package.zip".into(),
            None,
            sent,
            &reporter,
            &mut journal,
        );
        meter.done.extend([0, 1]);
        let mut shown = |event| {
            meter.told = None;
            meter.take(&event);
            let done = ranges(&meter.done);
            match told.try_recv() {
                Ok((_, Report::Upload(progress))) => (
                    progress.sent,
                    progress.blocks_done,
                    progress.blocks,
                    progress.rate,
                    done,
                ),
                other => panic!("{other:?}"),
            }
        };
        let started = |block_size, already| UploadEvent::Started {
            total: 1000,
            block_size,
            blocks: 1000_u64.div_ceil(block_size) as u32,
            already,
        };
        let acknowledged = |index, sent| UploadEvent::Acknowledged {
            index,
            sent,
            total: 1000,
        };
        // The blocks of an earlier process stay in the journal.
        assert_eq!(shown(started(300, 600)), (600, 2, 4, 0, vec![(0, 1)]));
        assert_eq!(shown(acknowledged(2, 900)), (900, 3, 4, 0, vec![(0, 2)]));
        // Smaller blocks are wanted: none of those count.
        assert_eq!(shown(started(100, 0)), (0, 0, 10, 0, vec![]));
        assert_eq!(shown(acknowledged(0, 100)), (100, 1, 10, 0, vec![(0, 0)]));
        // The last block is a short one.
        assert_eq!(shown(started(300, 1000)).1, 4);
    }

    #[test]
    fn numbers_become_ranges() {
        assert_eq!(
            ranges(&BTreeSet::from([0, 1, 2, 5, 7, 8])),
            [(0, 2), (5, 5), (7, 8)]
        );
        assert_eq!(ranges(&BTreeSet::new()), []);
    }
}
