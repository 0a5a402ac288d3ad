//! Compares large documents away from the screen, so that no key waits for it: for the Diff tab, and for a review.

use super::{
    job::{ReviewDocuments, ToCompare},
    report::{AnalyzedReview, Comparison, Report, TargetDetail},
    reporter::Reporter,
};
use jiff::Timestamp;
use std::sync::Arc;
use store_model::{
    difference::Difference,
    review_analysis::{Documents, ReviewAnalysis},
};

/// `number` comes back with the answer: whoever asked knows by it what the answer is about.
pub async fn compare(number: u64, documents: ToCompare, reporter: &Reporter) {
    match tokio::task::spawn_blocking(move || difference(&documents)).await {
        Ok(difference) => {
            let difference = Arc::new(difference);
            reporter
                .send(Report::Compared(Comparison { number, difference }))
                .await;
        }
        Err(error) => reporter.fail(error).await,
    }
}

pub async fn analyze(number: u64, documents: ReviewDocuments, reporter: &Reporter) {
    match tokio::task::spawn_blocking(move || analysis(&documents, Timestamp::now())).await {
        Ok(analysis) => {
            let analysis = Arc::new(analysis);
            reporter
                .send(Report::ReviewAnalysis(AnalyzedReview { number, analysis }))
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
pub fn analysis(
    ReviewDocuments {
        detail,
        first,
        text,
        brought,
    }: &ReviewDocuments,
    now: Timestamp,
) -> ReviewAnalysis {
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
    ReviewAnalysis::of(documents, now)
}
