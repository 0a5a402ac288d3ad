//! Has the documents of a review weighed: small ones at once, large ones by a job, and nothing twice. Knows no screen.

use crate::{
    screen::{
        ask::Ask,
        edit_session::{is_large, is_large_value},
        pane::Cx,
    },
    state::prepared::Prepared,
    tasks::{
        analyze,
        job::{Job, ToWeigh},
        report::Weighing,
    },
};
use std::sync::Arc;
use store_model::review_analysis::Weighed;

#[derive(Debug, Default)]
pub struct Scales {
    /// What was weighed last, and what came of it.
    known: Option<(ToWeigh, Arc<Weighed>)>,
    /// What a job weighs just now, and the number that its answer will have.
    asked: Option<(ToWeigh, u64)>,
}

impl Scales {
    /// Whether a job is at it: what was known before is not true any more.
    pub fn is_busy(&self) -> bool {
        self.asked.is_some()
    }

    /// What the documents come to as they stand; `None` while a job weighs them.
    pub fn weigh(
        &mut self,
        prepared: &Prepared,
        cx: &Cx,
        asks: &mut Vec<Ask>,
    ) -> Option<Arc<Weighed>> {
        let documents = ToWeigh {
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
                self.ask(documents, cx, asks);
                return None;
            }
            let weighed = Arc::new(analyze::weighed(&documents, cx.now));
            self.known = Some((documents, weighed));
        }
        self.asked = None;
        self.known.as_ref().map(|(_, weighed)| Arc::clone(weighed))
    }

    fn ask(&mut self, documents: ToWeigh, cx: &Cx, asks: &mut Vec<Ask>) {
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
        asks.push(Ask::Start(Job::Weigh { number, documents }));
    }

    /// Takes a job's answer; says whether it is the one that was waited for.
    pub fn answered(&mut self, weighing: &Weighing) -> bool {
        let asked = self.asked.take_if(|(_, number)| *number == weighing.number);
        let is_ours = asked.is_some();
        if let Some((documents, _)) = asked {
            self.known = Some((documents, Arc::clone(&weighing.weighed)));
        }
        is_ours
    }

    /// Nothing is there to be weighed.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Whether the same is to be weighed: a document that was read again counts as another one.
fn is_same(one: &ToWeigh, other: &ToWeigh) -> bool {
    Arc::ptr_eq(&one.detail, &other.detail)
        && one.text == other.text
        && one.brought == other.brought
}

/// Whether weighing takes longer than a frame may.
fn is_heavy(documents: &ToWeigh) -> bool {
    let submissions = [&documents.detail.published, &documents.detail.pending]
        .into_iter()
        .flatten();
    documents
        .text
        .as_ref()
        .is_some_and(|text| is_large(text.len()))
        || is_large_value(submissions.map(|submission| &submission.document))
}
