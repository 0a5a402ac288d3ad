//! Moves a gradual rollout. After an answer that never came the Store is asked how far the rollout is before anything is repeated.

use super::services::Services;
use crate::{
    api::{ApiError, Rollout},
    domain::target::Target,
};
use tokio::time;

/// So often one call may stay without a clear answer; then a person decides.
const MOST_DOUBTS: u32 = 5;

/// Percentages nearer than this are the same: the Store keeps them as floating-point numbers.
const SAME: f64 = 0.005;

/// What is to become of a rollout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// To so many customers, 0 to 100.
    Set(f64),
    /// Everybody gets the earlier packages again.
    Halt,
    /// Everybody gets the new packages.
    Finalize,
}

impl Move {
    async fn send(self, services: &Services, target: &Target, submission: &str) -> Result<Rollout, ApiError> {
        let store = &services.store;
        match self {
            Self::Set(percentage) => store.set_rollout(target, submission, percentage).await,
            Self::Halt => store.halt_rollout(target, submission).await,
            Self::Finalize => store.finalize_rollout(target, submission).await,
        }
    }

    fn is_done(self, rollout: &Rollout) -> bool {
        match self {
            Self::Set(percentage) => {
                rollout.status == "PackageRolloutInProgress" && (rollout.percentage - percentage).abs() < SAME
            }
            Self::Halt => rollout.status == "PackageRolloutStopped",
            Self::Finalize => rollout.status == "PackageRolloutComplete",
        }
    }
}

/// Moves the rollout of a published submission; gives how it stands then.
pub async fn shift(services: &Services, target: &Target, submission: &str, to: Move) -> Result<Rollout, ApiError> {
    let mut doubts = 0;
    loop {
        let error = match to.send(services, target, submission).await {
            Ok(rollout) => return Ok(rollout),
            // A refusal of the repetition may only say that the first attempt was heard after all.
            Err(error) if error.is_ambiguous() || (doubts > 0 && !error.is_sign_in()) => error,
            Err(error) => return Err(error),
        };
        tracing::warn!(%error, "the outcome of a rollout call is not known: asking the Store");
        time::sleep((services.cadence.shortest * 2_u32.pow(doubts)).min(services.cadence.longest)).await;
        doubts += 1;
        let rollout = services.store.rollout(target, submission).await?;
        if to.is_done(&rollout) {
            return Ok(rollout);
        }
        if !error.is_ambiguous() || doubts >= MOST_DOUBTS {
            return Err(error);
        }
    }
}
