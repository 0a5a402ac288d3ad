//! Has the documents of a review weighed: small ones at once, large ones by a job, and nothing twice. Knows no screen.

use crate::{
    screen::{
        command::Command,
        edit_session::{is_large, is_large_value},
        pane::Context,
    },
    state::prepared::Prepared,
    tasks::{
        analyze,
        job::{Job, ReviewDocuments},
        report::AnalyzedReview,
    },
};
use std::sync::Arc;
use store_model::review_analysis::ReviewAnalysis;

#[derive(Debug, Default)]
pub struct Analyzer {
    /// What was weighed last, and what came of it.
    known: Option<(ReviewDocuments, Arc<ReviewAnalysis>)>,
    /// What a job weighs just now, and the number that its answer will have.
    asked: Option<(ReviewDocuments, u64)>,
}

impl Analyzer {
    /// Whether a job is at it: what was known before is not true any more.
    pub fn is_busy(&self) -> bool {
        self.asked.is_some()
    }

    /// What the documents come to as they stand; `None` while a job weighs them.
    pub fn analyze(
        &mut self,
        prepared: &Prepared,
        cx: &Context,
        commands: &mut Vec<Command>,
    ) -> Option<Arc<ReviewAnalysis>> {
        let documents = ReviewDocuments {
            detail: Arc::clone(prepared.detail),
            first: prepared.first(),
            text: prepared.text.map(Into::into),
            brought: prepared.brought(cx.model),
        };
        if self
            .known
            .as_ref()
            .is_none_or(|(of, _)| !is_same(of, &documents))
        {
            if is_heavy(&documents) {
                self.command(documents, cx, commands);
                return None;
            }
            let analysis = Arc::new(analyze::analysis(&documents, cx.now));
            self.known = Some((documents, analysis));
        }
        self.asked = None;
        self.known
            .as_ref()
            .map(|(_, analysis)| Arc::clone(analysis))
    }

    fn command(&mut self, documents: ReviewDocuments, cx: &Context, commands: &mut Vec<Command>) {
        if self
            .asked
            .as_ref()
            .is_some_and(|(of, _)| is_same(of, &documents))
        {
            return;
        }
        // No number of an earlier question comes again.
        let number = self
            .asked
            .as_ref()
            .map_or(0, |(_, number)| number + 1)
            .max(cx.uptime.as_nanos() as u64);
        self.asked = Some((documents.clone(), number));
        commands.push(Command::Start(Job::Analyze { number, documents }));
    }

    /// Takes a job's answer; says whether it is the one that was waited for.
    pub fn answered(&mut self, weighing: &AnalyzedReview) -> bool {
        let asked = self.asked.take_if(|(_, number)| *number == weighing.number);
        let is_ours = asked.is_some();
        if let Some((documents, _)) = asked {
            self.known = Some((documents, Arc::clone(&weighing.analysis)));
        }
        is_ours
    }

    /// Nothing is there to be weighed.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Whether the same is to be weighed: a document that was read again counts as another one.
fn is_same(one: &ReviewDocuments, other: &ReviewDocuments) -> bool {
    Arc::ptr_eq(&one.detail, &other.detail)
        && one.text == other.text
        && one.brought == other.brought
}

/// Whether weighing takes longer than a frame may.
fn is_heavy(documents: &ReviewDocuments) -> bool {
    let submissions = [&documents.detail.published, &documents.detail.pending]
        .into_iter()
        .flatten();
    documents
        .text
        .as_ref()
        .is_some_and(|text| is_large(text.len()))
        || is_large_value(submissions.map(|submission| &submission.document))
}
