//! What was seen of submissions, as the dashboard holds it: told by whoever looked, also by other processes and before a restart.

use super::{Model, ModelChange};
use crate::tasks::report::Past;
use jiff::Timestamp;
use std::collections::HashMap;
use store_model::{
    pace::Pace,
    status::Status,
    story::{Story, between},
    target::Target,
};

/// Stories of the profile's submissions, and the usual times that follow from them.
#[derive(Clone, Debug, Default)]
pub struct Submissions {
    stories: HashMap<Target, Vec<Story>>,
    /// Of releases that no story tells of.
    older: Pace,
    pace: Pace,
    /// When this session began, once what was seen before was read.
    since: Option<Timestamp>,
    /// When a dashboard last showed anything before that.
    left: Option<Timestamp>,
}

/// What has ended between two sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinceLeft {
    pub left: Timestamp,
    pub published: usize,
    pub failed: usize,
}

impl Submissions {
    pub fn of(&self, target: &Target, submission: &str) -> Option<&Story> {
        self.stories
            .get(target)?
            .iter()
            .find(|story| story.submission == submission)
    }

    /// In no order.
    pub fn all(&self) -> impl Iterator<Item = &Story> {
        self.stories.values().flatten()
    }

    /// How long things usually take in this account.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// What has become of submissions while no dashboard was open; nothing where nothing has.
    pub fn since_left(&self) -> Option<SinceLeft> {
        let (since, left) = (self.since?, self.left?);
        let was_away = |story: &&Story| {
            story.current().is_some_and(|state| {
                state.at > left && state.after.is_some_and(|after| after <= since)
            })
        };
        let mut told = SinceLeft {
            left,
            published: 0,
            failed: 0,
        };
        for story in self.all().filter(was_away) {
            told.published += usize::from(story.status() == Some(&Status::Published));
            told.failed += usize::from(story.has_failed());
        }
        (told.published + told.failed > 0).then_some(told)
    }

    /// Whether this session saw the state begin: only that is worth a notice of its own.
    pub fn is_of_this_session(&self, story: &Story) -> bool {
        let after = story.current().and_then(|state| state.after);
        after.is_some_and(|after| self.since.is_some_and(|since| after >= since))
    }

    fn put(&mut self, story: &Story) -> Option<Story> {
        let stories = self.stories.entry(story.target.clone()).or_default();
        let known = stories
            .iter_mut()
            .find(|known| known.submission == story.submission);
        if let Some(known) = known {
            return Some(std::mem::replace(known, story.clone()));
        }
        stories.push(story.clone());
        None
    }

    fn measure(&mut self) {
        self.pace = self.older.clone().with(self.stories.values().flatten());
    }
}

impl SinceLeft {
    /// "since you left 14 h ago: 2 published, 1 failed".
    pub fn sentence(&self, now: Timestamp) -> String {
        let ago = store_model::units::age(between(self.left, now));
        let said = [(self.published, "published"), (self.failed, "failed")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect::<Vec<_>>();
        format!("since you left {ago} ago: {}", said.join(", "))
    }
}

impl Model {
    /// What earlier sessions and other processes have seen.
    pub(super) fn take_past(&mut self, past: &Past, now: Timestamp) -> Vec<ModelChange> {
        let submissions = &mut self.submissions;
        submissions.left = past.stories.iter().filter_map(Story::shown).max();
        submissions.since = Some(now);
        submissions.older = past.pace.clone();
        for story in &past.stories {
            submissions.put(story);
        }
        submissions.measure();
        vec![ModelChange::Submissions]
    }

    /// News of submissions, whoever saw it.
    pub(super) fn take_stories(&mut self, stories: &[Story]) -> Vec<ModelChange> {
        let mut changes = vec![ModelChange::Submissions];
        for story in stories {
            let before = self.submissions.put(story);
            let is_other = before.is_some_and(|before| before.status() != story.status());
            if is_other {
                changes.push(ModelChange::Seen {
                    target: story.target.clone(),
                    submission: story.submission.clone(),
                });
            }
            if story.status() == Some(&Status::Published) && self.publish(story) {
                changes.push(ModelChange::Status(story.target.clone()));
                changes.push(ModelChange::Stale(story.target.clone()));
            }
        }
        self.submissions.measure();
        changes
    }

    /// The list still has it as pending: it is live now.
    fn publish(&mut self, story: &Story) -> bool {
        let id = Some(&story.submission);
        let Some(product) = self.product_mut(&story.target) else {
            return false;
        };
        let was_pending = product.pending.as_ref() == id;
        if was_pending {
            product.pending = None;
            product.published = id.cloned();
            self.statuses.remove(&story.target);
        }
        was_pending
    }

    /// The story of what is pending for a target.
    pub fn pending_story(&self, target: &Target) -> Option<&Story> {
        let pending = self.product(target)?.pending.as_ref()?;
        self.submissions.of(target, pending)
    }
}
