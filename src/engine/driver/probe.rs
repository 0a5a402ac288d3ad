//! Sends a change whose reply may get lost: the Store is asked what happened before anything is repeated.

use crate::tasks::services::Services;
use store_client::ApiError;
use tokio::time;

/// How many probes of one call may give no clear answer before a person has to decide.
const MAX_PROBES: u32 = 5;

/// What a probe shows of a call whose reply was lost.
pub(super) enum ProbeResult<T> {
    Done(T),
    NotDone,
}

/// A call that changes something, and how to find out whether it did.
pub(super) trait RecoverableCall: Sync {
    type Done: Send;
    type Error: From<ApiError> + Send;

    fn send(
        &self,
        services: &Services,
    ) -> impl Future<Output = Result<Self::Done, ApiError>> + Send;

    fn probe(
        &self,
        services: &Services,
    ) -> impl Future<Output = Result<ProbeResult<Self::Done>, Self::Error>> + Send;
}

/// Sends the call, and probes until its outcome is clear.
pub(super) async fn send_until_clear<C: RecoverableCall>(
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
        match change.probe(services).await? {
            ProbeResult::Done(done) => return Ok(done),
            ProbeResult::NotDone if error.is_ambiguous() && probes < MAX_PROBES => {}
            ProbeResult::NotDone => return Err(error.into()),
        }
    }
}
