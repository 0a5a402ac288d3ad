//! What the review lets a person decide, and what choosing it does.

use super::dialog::Review;
use super::{blockers::blockers, body::ReviewItem, preview::Preview};
use crate::screen::overlay::Closing;
use crate::{
    engine::{driver::tasks::Publish, preflight::Refusal},
    screen::{
        command::{Command, PaneId},
        pane::Context,
    },
    state::prepared::Prepared,
};
use std::sync::Arc;
use store_model::{risk::Allowance, rules::check::Finding};

impl Review {
    /// Everything that stands against publishing, the most basic first. Empty means go.
    pub(super) fn blockers(&self, cx: &Context) -> Vec<Refusal> {
        match &self.preview {
            _ if self.analyzer.is_busy() => vec![Refusal::BeingCompared],
            Some(preview) => blockers(
                cx,
                &self.target,
                preview,
                self.examined(cx),
                self.fit(cx).as_ref(),
                self.typed_name.text(),
            ),
            None => vec![Refusal::NotRead],
        }
    }

    /// Whether answers are of any use.
    pub(super) fn is_open(&self, cx: &Context) -> bool {
        let can_publish = |preview: &Preview| {
            let is_valid = preview.analysis.value.is_some();
            preview.fault.is_none() && is_valid && !preview.is_nothing()
        };
        self.preview.as_ref().is_some_and(can_publish) && !cx.model.profile.is_read_only
    }

    /// What the Store may refuse, which a person can allow.
    pub(super) fn doubts(&self, cx: &Context) -> Vec<Finding> {
        let fit = self.fit(cx);
        let preview = self.preview.as_ref();
        preview.map_or_else(Vec::new, |preview| preview.doubts(fit.as_ref()))
    }

    pub(super) fn items(&self, cx: &Context) -> Vec<ReviewItem> {
        let mut items = Vec::new();
        if let Some(preview) = self.preview.as_ref().filter(|_| self.is_open(cx)) {
            let choices = preview
                .choices
                .iter()
                .enumerate()
                .filter(|(_, choice)| preview.can_choose(choice));
            items.extend(choices.map(|(index, _)| ReviewItem::Choice(index)));
            items.extend((0..preview.questions.len()).map(ReviewItem::Question));
            items.extend((0..self.doubts(cx).len()).map(ReviewItem::Doubt));
            items.extend((0..preview.analysis.difference.groups.len()).map(ReviewItem::Group));
            if cx.model.profile.is_protected {
                items.push(ReviewItem::Name);
            }
        }
        items.push(ReviewItem::Cancel);
        if self.is_open(cx) {
            items.push(ReviewItem::Publish);
        }
        items
    }

    pub(super) fn press(&mut self, cx: &Context) -> Closing {
        match self.focus {
            ReviewItem::Choice(index) => {
                if let Some(preview) = &mut self.preview
                    && let Some(choice) = preview.choices.get(index)
                    && preview.can_choose(choice)
                {
                    preview.choose(choice.answer);
                }
            }
            ReviewItem::Question(index) => {
                let question = self
                    .preview
                    .as_mut()
                    .and_then(|preview| preview.questions.get_mut(index));
                if let Some(question) = question {
                    question.is_allowed = !question.is_allowed;
                }
            }
            ReviewItem::Doubt(index) => {
                let doubt = self.doubts(cx).into_iter().nth(index);
                if let (Some(doubt), Some(preview)) = (doubt, &mut self.preview) {
                    let allowance = Allowance::Finding(doubt.rule);
                    if !preview.allowed.remove(&allowance) {
                        preview.allowed.insert(allowance);
                    }
                }
            }
            ReviewItem::Group(group) => self.view.toggle(group),
            ReviewItem::Name => self.step(cx, 1, true),
            ReviewItem::Cancel => return Closing::Close(Vec::new()),
            ReviewItem::Publish => {
                if self.blockers(cx).is_empty()
                    && let Some(preview) = &self.preview
                    && let Some(prepared) = Prepared::of(cx.model, &self.target)
                {
                    let plan = preview.plan(&prepared);
                    return Closing::Close(vec![
                        Command::start(Publish(Arc::new(plan))),
                        Command::Focus(PaneId::Runs),
                    ]);
                }
            }
        }
        Closing::Stay
    }
}
