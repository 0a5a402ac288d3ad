//! A task's end of the report channel: results always arrive, progress may be dropped when nobody keeps up.

use super::report::{Report, UploadProgress};
use std::time::Duration;
use tokio::{sync::mpsc, time::Instant};

/// Grows; a newer job that supersedes an older one has the larger id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// Everything that is told, with the job that tells it.
pub type TaskReport = (Option<JobId>, Report);

/// Ten a second is more than anyone reads, and leaves the channel to the results.
pub(crate) const PROGRESS_PAUSE: Duration = Duration::from_millis(100);

/// One job's end of the channel.
#[derive(Clone, Debug)]
pub struct Reporter {
    job: JobId,
    sender: mpsc::Sender<TaskReport>,
}

impl Reporter {
    pub fn new(job: JobId, sender: mpsc::Sender<TaskReport>) -> Self {
        Self { job, sender }
    }

    /// Waits for room. A listener that is gone is no error: nobody wants to know any more.
    pub async fn send(&self, report: Report) {
        let _ = self.sender.send((Some(self.job), report)).await;
    }

    /// For where nothing may wait: lost when there is no room.
    pub(crate) fn try_send(&self, report: Report) {
        let _ = self.sender.try_send((Some(self.job), report));
    }

    /// The job has failed.
    pub(crate) async fn fail(&self, error: impl std::fmt::Display) {
        self.send(Report::Failed(error.to_string().into())).await;
    }

    /// Drops the word when there is no room or the last one is not long ago; the one that completes is never throttled.
    pub(crate) fn progress(&self, progress: UploadProgress, last: &mut Option<Instant>) {
        let now = Instant::now();
        let is_complete = progress.sent == progress.total;
        if !is_complete && last.is_some_and(|last| now.duration_since(last) < PROGRESS_PAUSE) {
            return;
        }
        *last = Some(now);
        let _ = self
            .sender
            .try_send((Some(self.job), Report::Upload(progress)));
    }
}
