//! Moves a gradual rollout. When a reply is lost, the Store is asked how far the rollout is before anything is repeated.

use super::probe::{self, ProbeResult, RecoverableCall};
use crate::tasks::services::Services;
use jiff::Timestamp;
use store_client::{ApiError, Rollout, Store};
use store_model::{story::Sighting, target::Target};

/// Percentages nearer than this are the same: the Store keeps them as floating-point numbers.
const SAME: f64 = 0.005;

/// What is to become of a rollout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// To this percentage of customers, 0 to 100.
    Set(f64),
    /// Everybody gets the earlier packages again.
    Halt,
    /// Everybody gets the new packages.
    Finalize,
}

impl Move {
    fn is_done(self, rollout: &Rollout) -> bool {
        match self {
            Self::Set(percentage) => {
                rollout.status == "PackageRolloutInProgress"
                    && (rollout.percentage - percentage).abs() < SAME
            }
            Self::Halt => rollout.status == "PackageRolloutStopped",
            Self::Finalize => rollout.status == "PackageRolloutComplete",
        }
    }
}

/// Sends the move, once.
pub(super) async fn send(
    store: &Store,
    target: &Target,
    submission: &str,
    to: Move,
) -> Result<Rollout, ApiError> {
    match to {
        Move::Set(percentage) => store.set_rollout(target, submission, percentage).await,
        Move::Halt => store.halt_rollout(target, submission).await,
        Move::Finalize => store.finalize_rollout(target, submission).await,
    }
}

struct Shift<'a> {
    target: &'a Target,
    submission: &'a str,
    to: Move,
}

impl RecoverableCall for Shift<'_> {
    type Done = Rollout;
    type Error = ApiError;

    async fn send(&self, services: &Services) -> Result<Rollout, ApiError> {
        send(&services.store, self.target, self.submission, self.to).await
    }

    async fn probe(&self, services: &Services) -> Result<ProbeResult<Rollout>, ApiError> {
        let rollout = services.store.rollout(self.target, self.submission).await?;
        Ok(if self.to.is_done(&rollout) {
            ProbeResult::Done(rollout)
        } else {
            ProbeResult::NotDone
        })
    }
}

/// Moves the rollout of a published submission; gives how it stands then.
pub async fn shift(
    services: &Services,
    target: &Target,
    submission: &str,
    to: Move,
) -> Result<Rollout, ApiError> {
    let shift = Shift {
        target,
        submission,
        to,
    };
    probe::send_until_clear(services, &shift).await
}

/// How far a rollout is, as it is remembered.
pub fn sighting(target: &Target, submission: &str, rollout: &Rollout) -> Sighting {
    let is_open = rollout.is_rollout
        && !matches!(
            rollout.status.as_str(),
            "PackageRolloutComplete" | "PackageRolloutStopped"
        );
    Sighting {
        rollout: Some(if is_open { rollout.percentage } else { 100.0 }),
        ..Sighting::new(target, submission, Timestamp::now())
    }
}
