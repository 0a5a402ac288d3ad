//! How far a ZIP is that is being made, or what became of the last one: told by reports, read by the screen.

use super::{
    job::JobId,
    report::{Packed, Report},
};

/// The ZIP that is being made, or was made last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Making {
    /// The job, while it runs.
    pub job: Option<JobId>,
    /// Bytes of the folder in the ZIP, and all that go in.
    pub progress: Option<(u64, u64)>,
    /// How the last one ended; nothing while none did, or when it was stopped.
    pub ending: Option<Result<Packed, String>>,
}

impl Making {
    pub fn begun(job: JobId) -> Self {
        Self {
            job: Some(job),
            progress: None,
            ending: None,
        }
    }

    /// Takes in what the job tells; other reports are not its business.
    pub fn take(&mut self, report: Report) {
        match report {
            Report::Packing { done, total } => self.progress = Some((done, total)),
            Report::Packed(packed) => self.ending = Some(Ok(*packed)),
            _ => {}
        }
    }

    /// The job is over; an error is why.
    pub fn end(&mut self, error: Option<String>) {
        (self.job, self.progress) = (None, None);
        if let Some(error) = error {
            self.ending = Some(Err(error));
        }
    }
}
