//! When to poll a submission again: often at first, rarely once it takes hours. Pure.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use store_model::status::Status;

/// The bounds of the pause between two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cadence {
    pub shortest: Duration,
    pub longest: Duration,
}

impl Default for Cadence {
    /// 5 s lets a person see a commit move; 5 min is what long-lived clients of this Store use in certification.
    fn default() -> Self {
        Self {
            shortest: Duration::from_secs(5),
            longest: Duration::from_mins(5),
        }
    }
}

impl Cadence {
    /// The pause before the next look at a submission that has been in `status` for `age`:
    /// a tenth of that age, so that a change is seen soon compared with how long it took.
    /// A commit is checked within minutes and holds the draft's fate, so its pause stays at half a minute or less.
    pub fn pause(&self, status: &Status, age: Duration) -> Duration {
        let longest = match status {
            Status::CommitStarted | Status::PendingCommit => {
                self.longest.min(Duration::from_secs(30))
            }
            _ => self.longest,
        };
        (age / 10).clamp(self.shortest.min(longest), longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Status::CommitStarted, 0, 5)]
    #[case(Status::CommitStarted, 3600, 30)]
    #[case(Status::Certification, 600, 60)]
    #[case(Status::Certification, 36_000, 300)]
    fn the_pause_grows_with_the_age_of_the_state(
        #[case] status: Status,
        #[case] age: u64,
        #[case] pause: u64,
    ) {
        let seconds = |seconds| Duration::from_secs(seconds);
        assert_eq!(
            Cadence::default().pause(&status, seconds(age)),
            seconds(pause)
        );
    }
}
