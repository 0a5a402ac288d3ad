//! What was seen of one submission, by whoever looked: every state with the time it was first seen, and when nobody looked.
//! Built from single looks in the order of time; says nothing that none of them saw.

use crate::{
    status::{CertificationReport, Remark, Status, StatusReport},
    target::Target,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Looks that lie further apart leave a gap: the longest pause of a program that follows is much shorter.
pub const GAP: Duration = Duration::from_mins(20);

/// Two looks at the same state that lie closer together are one: the file has no line for the later one.
const LOOK: Duration = Duration::from_mins(5);

/// One look at a submission, or something that was decided about it. What is absent was not looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sighting {
    pub target: Target,
    pub submission: String,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The document's `targetPublishMode`: who publishes what is certified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Remark>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<CertificationReport>,
    /// The percentage of customers that a published submission goes to while its rollout is open; 100 when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<f64>,
    /// Whether it was made or changed in Partner Center, so that nothing else can change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_portal_made: Option<bool>,
    /// Whether the person wants to hear of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_muted: Option<bool>,
    /// It was deleted, or another one took its place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_gone: bool,
    /// The dashboard saw it: what it shows once is no news at its next start.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_shown: bool,
}

impl Sighting {
    /// A look that says nothing yet.
    pub fn new(target: &Target, submission: &str, at: Timestamp) -> Self {
        Self {
            target: target.clone(),
            submission: submission.to_owned(),
            at,
            status: None,
            name: None,
            mode: None,
            errors: Vec::new(),
            reports: Vec::new(),
            rollout: None,
            is_portal_made: None,
            is_muted: None,
            is_gone: false,
            is_shown: false,
        }
    }

    /// A state with what the Store said about it.
    pub fn of(target: &Target, submission: &str, report: &StatusReport, at: Timestamp) -> Self {
        Self {
            status: Some(report.status.clone()),
            errors: report.errors.clone(),
            reports: report.reports.clone(),
            ..Self::new(target, submission, at)
        }
    }
}

/// A state as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub status: Status,
    /// First seen in it.
    pub at: Timestamp,
    /// Last seen in it.
    pub until: Timestamp,
    /// The last look before, at another state: it began between that look and [`at`](Self::at).
    pub after: Option<Timestamp>,
}

impl State {
    /// Whether somebody watched when it began, so that its beginning is known well enough to count from.
    pub fn knows_begin(&self) -> bool {
        self.after
            .is_some_and(|after| between(after, self.at) <= GAP)
    }
}

/// A time in which nobody looked at a submission that was on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// How far a rollout is, and since when it is known to be there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rollout {
    pub percent: f64,
    pub since: Timestamp,
}

/// How long something has lasted, as far as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    pub time: Duration,
    /// It began at an unknown time before.
    pub is_least: bool,
}

/// All that was seen of a submission.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    pub target: Target,
    pub submission: String,
    pub name: Option<String>,
    pub mode: Option<String>,
    /// Oldest first.
    pub states: Vec<State>,
    pub gaps: Vec<Gap>,
    pub errors: Vec<Remark>,
    pub reports: Vec<CertificationReport>,
    pub rollout: Option<Rollout>,
    pub is_portal_made: Option<bool>,
    pub is_muted: bool,
    pub is_gone: bool,
    /// The last look, whatever it saw.
    pub looked: Timestamp,
    /// The last state that a dashboard has shown.
    shown: Option<Timestamp>,
}

/// The time from one moment to a later one; nothing when the clock was set back.
pub fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

impl Story {
    /// A story begins with its first look.
    pub fn new(first: &Sighting) -> Self {
        let mut story = Self {
            target: first.target.clone(),
            submission: first.submission.clone(),
            name: None,
            mode: None,
            states: Vec::new(),
            gaps: Vec::new(),
            errors: Vec::new(),
            reports: Vec::new(),
            rollout: None,
            is_portal_made: None,
            is_muted: false,
            is_gone: false,
            looked: first.at,
            shown: None,
        };
        story.tell(first);
        story
    }

    /// Whether a look says what the story does not know yet, or not so recently.
    pub fn is_news(&self, look: &Sighting) -> bool {
        let is_other = |status: &Status| self.status() != Some(status);
        let differs = |mine: &Option<String>, new: &Option<String>| new.is_some() && mine != new;
        look.status.as_ref().is_some_and(is_other)
            || differs(&self.name, &look.name)
            || differs(&self.mode, &look.mode)
            || look.status.is_some() && (self.errors != look.errors || self.reports != look.reports)
            || look.rollout.is_some() && look.rollout != self.rollout.map(|known| known.percent)
            || look.is_portal_made.is_some() && look.is_portal_made != self.is_portal_made
            || look.is_muted.is_some_and(|muted| muted != self.is_muted)
            || look.is_gone != self.is_gone && look.is_gone
            || between(self.looked, look.at) >= LOOK && !self.has_ended()
            || look.is_shown && self.is_unshown()
    }

    /// Takes a look in. One that is older than the last one tells nothing of the state any more.
    pub fn tell(&mut self, look: &Sighting) {
        self.name = look.name.clone().or(self.name.take());
        self.mode = look.mode.clone().or(self.mode.take());
        self.is_portal_made = look.is_portal_made.or(self.is_portal_made);
        self.is_muted = look.is_muted.unwrap_or(self.is_muted);
        if let Some(percent) = look.rollout {
            let since = match self.rollout {
                Some(known) if known.percent.total_cmp(&percent).is_eq() => known.since,
                _ => look.at,
            };
            self.rollout = Some(Rollout { percent, since });
        }
        if let Some(status) = look.status.clone().filter(|_| look.at >= self.looked) {
            self.see(status, look);
        }
        self.is_gone |= look.is_gone;
        if look.is_shown {
            self.shown = self.shown.max(Some(look.at));
        }
    }

    fn see(&mut self, status: Status, look: &Sighting) {
        let is_under_way = self.status().is_some_and(Status::is_in_progress);
        if is_under_way && between(self.looked, look.at) > GAP {
            self.gaps.push(Gap {
                from: self.looked,
                to: look.at,
            });
        }
        match self.states.last_mut() {
            Some(last) if last.status == status => last.until = look.at,
            last => {
                let after = last.map(|last| last.until);
                self.states.push(State {
                    status,
                    at: look.at,
                    until: look.at,
                    after,
                });
            }
        }
        (self.errors, self.reports) = (look.errors.clone(), look.reports.clone());
        self.looked = self.looked.max(look.at);
    }

    pub fn current(&self) -> Option<&State> {
        self.states.last()
    }

    pub fn status(&self) -> Option<&Status> {
        self.current().map(|state| &state.status)
    }

    /// Whether a state was seen that only a committed submission has.
    pub fn was_committed(&self) -> bool {
        self.states
            .iter()
            .any(|state| !matches!(state.status, Status::PendingCommit | Status::None))
    }

    /// The service gave it back: committed, and a draft again.
    pub fn fell_back(&self) -> bool {
        self.status() == Some(&Status::PendingCommit) && self.was_committed()
    }

    /// Nothing follows by itself: published, failed, fallen back, or gone.
    pub fn has_ended(&self) -> bool {
        let is_over = |status: &Status| *status == Status::Published || status.is_failure();
        self.is_gone || self.status().is_some_and(is_over) || self.fell_back()
    }

    /// Committed, and on its way as far as is known.
    pub fn is_followed(&self) -> bool {
        self.was_committed() && !self.has_ended()
    }

    /// Failed in whatever way, as it was last seen.
    pub fn has_failed(&self) -> bool {
        !self.is_gone && (self.status().is_some_and(Status::is_failure) || self.fell_back())
    }

    /// How long it has been in its state.
    pub fn age(&self, now: Timestamp) -> Option<Age> {
        let state = self.current()?;
        Some(Age {
            time: between(state.at, now),
            is_least: !state.knows_begin(),
        })
    }

    /// How long it took from the commit to the customers, where both were watched.
    pub fn took(&self) -> Option<Duration> {
        let end = self
            .states
            .last()
            .filter(|state| state.status == Status::Published && state.knows_begin())?;
        let begin = self
            .states
            .iter()
            .rev()
            .find(|state| state.status == Status::CommitStarted && state.knows_begin())?;
        Some(between(begin.at, end.at))
    }

    /// The stages whose beginning and end were both watched.
    pub fn stages(&self) -> impl Iterator<Item = (&Status, Duration)> {
        self.states
            .iter()
            .zip(self.states.iter().skip(1))
            .filter(|(state, next)| {
                state.knows_begin() && next.knows_begin() && state.status.is_in_progress()
            })
            .map(|(state, next)| (&state.status, between(state.at, next.at)))
    }

    /// Its state came when no dashboard was there to show it.
    pub fn is_unshown(&self) -> bool {
        self.current()
            .is_some_and(|state| self.shown.is_none_or(|shown| shown < state.at))
    }

    /// The last time a dashboard showed anything of it.
    pub fn shown(&self) -> Option<Timestamp> {
        self.shown
    }

    /// The looks that make this story again, in as few lines as keep it.
    pub fn sightings(&self) -> Vec<Sighting> {
        let first = self.states.first().map_or(self.looked, |state| state.at);
        let new = |at| Sighting::new(&self.target, &self.submission, at);
        let mut looks = vec![Sighting {
            name: self.name.clone(),
            mode: self.mode.clone(),
            is_portal_made: self.is_portal_made,
            is_muted: self.is_muted.then_some(true),
            ..new(first)
        }];
        for (at, state) in self.states.iter().enumerate() {
            let is_last = at + 1 == self.states.len();
            let mut times = vec![state.at];
            // The looks on both sides of a gap in the middle of a state.
            for gap in &self.gaps {
                times.extend(
                    [gap.from, gap.to]
                        .into_iter()
                        .filter(|time| *time > state.at && *time < state.until),
                );
            }
            times.push(state.until);
            times.dedup();
            looks.extend(times.into_iter().map(|at| Sighting {
                status: Some(state.status.clone()),
                errors: if is_last {
                    self.errors.clone()
                } else {
                    Vec::new()
                },
                reports: if is_last {
                    self.reports.clone()
                } else {
                    Vec::new()
                },
                ..new(at)
            }));
        }
        if let Some(rollout) = self.rollout {
            looks.push(Sighting {
                rollout: Some(rollout.percent),
                ..new(rollout.since)
            });
        }
        if self.is_gone || self.shown.is_some() {
            looks.push(Sighting {
                is_gone: self.is_gone,
                is_shown: self.shown.is_some(),
                ..new(self.shown.unwrap_or(self.looked))
            });
        }
        looks
    }
}

#[cfg(test)]
#[path = "story_tests.rs"]
mod tests;
