//! A change outside of a run whose answer may get lost: the Store is asked what became of it before anything is repeated.

use crate::tasks::services::Services;
use store_client::ApiError;
use tokio::time;

/// So often one call may stay without a clear answer; then a person decides.
const MOST_DOUBTS: u32 = 5;

/// What the Store shows of a call whose answer is lost.
pub(super) enum ProbeResult<T> {
    Done(T),
    NotDone,
}

/// A call that changes something, and how to ask what became of it.
pub(super) trait RecoverableCall: Sync {
    type Done: Send;
    type Error: From<ApiError> + Send;

    fn send(
        &self,
        services: &Services,
    ) -> impl Future<Output = Result<Self::Done, ApiError>> + Send;

    fn command(
        &self,
        services: &Services,
    ) -> impl Future<Output = Result<ProbeResult<Self::Done>, Self::Error>> + Send;
}

/// Sends until it is clear what became of it.
pub(super) async fn settle<C: RecoverableCall>(
    services: &Services,
    change: &C,
) -> Result<C::Done, C::Error> {
    let mut probes = 0;
    loop {
        let error = match change.send(services).await {
            Ok(done) => return Ok(done),
            // A refusal of the repetition may only say that the first attempt was heard after all.
            Err(error) if error.is_ambiguous() || (probes > 0 && !error.is_sign_in()) => error,
            Err(error) => return Err(error.into()),
        };
        tracing::warn!(%error, "the outcome of a change is not known: asking the Store");
        // The longer it stays unclear, the longer the service gets to settle.
        time::sleep((services.cadence.shortest * 2_u32.pow(probes)).min(services.cadence.longest))
            .await;
        probes += 1;
        match change.command(services).await? {
            ProbeResult::Done(done) => return Ok(done),
            ProbeResult::NotDone if error.is_ambiguous() && probes < MOST_DOUBTS => {}
            ProbeResult::NotDone => return Err(error.into()),
        }
    }
}
