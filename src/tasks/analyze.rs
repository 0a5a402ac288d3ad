//! Compares large documents away from the screen, so that no key waits for it: for the Diff tab, and for a review.

use super::{
    job::{ToCompare, ToWeigh},
    report::{Comparison, Report, TargetDetail, Weighing},
    reporter::Reporter,
};
use jiff::Timestamp;
use std::sync::Arc;
use store_model::{
    difference::Difference,
    review_analysis::{Documents, Weighed},
};

/// `number` comes back with the answer: whoever asked knows by it what the answer is about.
pub async fn compare(number: u64, documents: ToCompare, reporter: &Reporter) {
    match tokio::task::spawn_blocking(move || difference(&documents)).await {
        Ok(difference) => {
            let difference = Arc::new(difference);
            reporter
                .tell(Report::Compared(Comparison { number, difference }))
                .await;
        }
        Err(error) => reporter.fail(error).await,
    }
}

pub async fn weigh(number: u64, documents: ToWeigh, reporter: &Reporter) {
    match tokio::task::spawn_blocking(move || weighed(&documents, Timestamp::now())).await {
        Ok(weighed) => {
            let weighed = Arc::new(weighed);
            reporter
                .tell(Report::Weighed(Weighing { number, weighed }))
                .await;
        }
        Err(error) => reporter.fail(error).await,
    }
}

/// What changes against what is live. Pure; takes 100 ms for 5 MB.
pub fn difference(
    ToCompare {
        detail,
        value,
        brought,
    }: &ToCompare,
) -> Difference {
    let live = detail.published.as_ref().map(|live| &live.document);
    Difference::between(detail.product.target.kind(), live, value, brought)
}

/// All that a review says. Pure; takes 200 ms for 5 MB.
pub fn weighed(
    ToWeigh {
        detail,
        first,
        text,
        brought,
    }: &ToWeigh,
    now: Timestamp,
) -> Weighed {
    let TargetDetail {
        product,
        published,
        pending,
        ..
    } = &**detail;
    let (live, draft) = (published.as_ref(), pending.as_ref());
    let documents = Documents {
        target: &product.target,
        live,
        draft,
        first: first.as_ref(),
        text: text.as_deref(),
        brought,
    };
    Weighed::of(documents, now)
}
