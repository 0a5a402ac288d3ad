//! Has the documents of a review analysed: small ones at once, large ones by a task, and nothing twice. Knows no screen.

use super::tasks::Analyze;
use crate::{
    screen::{
        command::Command,
        edit_session::{is_large, is_large_value},
        pane::Context,
    },
    state::prepared::Prepared,
    tasks::{
        message::{TaskEvent, TaskMessage},
        task::Task,
    },
};
use std::sync::Arc;
use store_model::review_analysis::ReviewAnalysis;

#[derive(Debug, Default)]
pub struct Analyzer {
    /// What was analysed last, with the result.
    known: Option<(Analyze, Arc<ReviewAnalysis>)>,
    /// What a task analyses just now.
    asked: Option<Analyze>,
}

impl Analyzer {
    /// Whether a task is at it: what was known before is not true any more.
    pub fn is_busy(&self) -> bool {
        self.asked.is_some()
    }

    /// The analysis of the documents as they stand; `None` while a task works on it.
    pub fn analyze(&mut self, prepared: &Prepared, cx: &Context) -> Option<Arc<ReviewAnalysis>> {
        let documents = Analyze {
            detail: Arc::clone(prepared.detail),
            first: prepared.first(),
            text: prepared.text.map(Into::into),
            zip_packages: prepared.zip_packages(cx.model),
        };
        if self
            .known
            .as_ref()
            .is_none_or(|(of, _)| !of.is_same(&documents))
        {
            if is_heavy(&documents) {
                self.command(documents, cx);
                return None;
            }
            let analysis = Arc::new(documents.analysis(cx.now));
            self.known = Some((documents, analysis));
        }
        self.asked = None;
        self.known
            .as_ref()
            .map(|(_, analysis)| Arc::clone(analysis))
    }

    fn command(&mut self, documents: Analyze, cx: &Context) {
        if self
            .asked
            .as_ref()
            .is_some_and(|asked| asked.is_same(&documents))
        {
            return;
        }
        self.asked = Some(documents.clone());
        cx.send(Command::start(documents));
    }

    /// Takes a task's answer; says whether it is the one that was waited for.
    pub fn answered(&mut self, message: &TaskMessage) -> bool {
        let Some((task, TaskEvent::Done(analysis))) = Analyze::event(message) else {
            return false;
        };
        let Some(documents) = self.asked.take_if(|asked| asked.is_same(task)) else {
            return false;
        };
        self.known = Some((documents, Arc::clone(analysis)));
        true
    }

    /// There is nothing to analyse.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Whether the analysis takes longer than a frame may.
fn is_heavy(documents: &Analyze) -> bool {
    let submissions = [&documents.detail.published, &documents.detail.pending]
        .into_iter()
        .flatten();
    documents
        .text
        .as_ref()
        .is_some_and(|text| is_large(text.len()))
        || is_large_value(submissions.map(|submission| &submission.document))
}
