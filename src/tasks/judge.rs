//! Judges a large text away from the screen, so that no key waits for it.

use super::{
    report::{Judgement, Report},
    reporter::Reporter,
};
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use store_model::{checked::Judged, target::Target};

/// `number` comes back with the answer: whoever asked knows by it what the answer is about.
pub async fn judge(
    target: Target,
    number: u64,
    text: Arc<str>,
    body: Option<Arc<Value>>,
    reporter: &Reporter,
) {
    let kind = target.kind();
    match tokio::task::spawn_blocking(move || {
        Judged::of(kind, &*text, body.as_deref(), Timestamp::now())
    })
    .await
    {
        Ok(judged) => {
            reporter
                .send(Report::Judged(Judgement {
                    target,
                    number,
                    judged: Arc::new(judged),
                }))
                .await
        }
        Err(error) => reporter.fail(error).await,
    }
}
