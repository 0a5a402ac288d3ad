//! How long submissions of this account take, stage by stage, and whether one takes far longer than they used to. Pure.

use crate::{status::Status, story::Story, target::Kind, units};
use std::{collections::HashMap, time::Duration};

/// Fewer than this say nothing about what is usual.
const ENOUGH: usize = 3;
/// A stage is late when it lasts half as long again as the longest one here so far.
const LATE: (u32, u32) = (3, 2);

/// Times of a stage in this account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    pub median: Duration,
    pub longest: Duration,
    pub count: usize,
}

/// What was measured, by kind of product. Sorted, shortest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace {
    stages: HashMap<(Kind, Status), Vec<Duration>>,
    whole: HashMap<Kind, Vec<Duration>>,
}

impl Pace {
    /// What these stories tell as well.
    #[must_use]
    pub fn with<'a>(mut self, stories: impl IntoIterator<Item = &'a Story>) -> Self {
        for story in stories {
            let kind = story.target.kind();
            for (status, time) in story.stages() {
                self.add(kind, status, time);
            }
            if let Some(took) = story.took() {
                self.add_whole(kind, took);
            }
        }
        self
    }

    /// One more stage, whoever measured it.
    pub fn add(&mut self, kind: Kind, status: &Status, time: Duration) {
        insert(self.stages.entry((kind, status.clone())).or_default(), time);
    }

    /// One more release, from the commit to the customers.
    pub fn add_whole(&mut self, kind: Kind, time: Duration) {
        insert(self.whole.entry(kind).or_default(), time);
    }

    pub fn stage(&self, kind: Kind, status: &Status) -> Option<Usual> {
        let times = self.stages.get(&(kind, status.clone()))?;
        Some(Usual {
            median: quantile(times, 1, 2)?,
            longest: *times.last()?,
            count: times.len(),
        })
    }

    /// Between which times most releases were published, and how many that is known from.
    pub fn window(&self, kind: Kind) -> Option<(Duration, Duration, usize)> {
        let times = self
            .whole
            .get(&kind)
            .filter(|times| times.len() >= ENOUGH)?;
        Some((
            quantile(times, 1, 10)?,
            quantile(times, 9, 10)?,
            times.len(),
        ))
    }

    /// Whether it has been in this stage for far longer than any other here was.
    pub fn is_late(&self, kind: Kind, status: &Status, age: Duration) -> bool {
        self.stage(kind, status).is_some_and(|usual| {
            usual.count >= ENOUGH
                && age.saturating_mul(LATE.1) > usual.longest.saturating_mul(LATE.0)
        })
    }

    /// What is usual for this stage, in words: "usually 3 h, longest 11 h (14 so far)".
    pub fn about(&self, kind: Kind, status: &Status, age: Duration) -> String {
        let Some(usual) = self.stage(kind, status) else {
            return "no history here yet".to_owned();
        };
        let (median, longest) = (units::age(usual.median), units::age(usual.longest));
        if self.is_late(kind, status, age) {
            format!("! longest here so far {longest}")
        } else if usual.count < ENOUGH {
            format!("only {} here so far: {longest}", usual.count)
        } else {
            format!(
                "usually {median}, longest {longest}, {} so far",
                usual.count
            )
        }
    }

    /// When a release is usually published, in words with the basis: "5–9 h, from 14 runs".
    pub fn expected(&self, kind: Kind) -> String {
        let Some((from, to, count)) = self.window(kind) else {
            let known = self.whole.get(&kind).map_or(0, Vec::len);
            return match known {
                0 => "not known: no release was watched here from commit to end yet".to_owned(),
                _ => format!(
                    "not known: only {} watched here from commit to end",
                    units::counted(known, "release")
                ),
            };
        };
        let (from, to) = (units::age(from), units::age(to));
        // "5–9 h" where both have the same unit.
        let short = match (from.split_once(' '), to.split_once(' ')) {
            (Some((low, unit)), Some((high, other))) if unit == other && low != high => {
                format!("{low}–{to}")
            }
            _ if from == to => to,
            _ => format!("{from}–{to}"),
        };
        format!("{short}, from {count} runs")
    }
}

fn insert(times: &mut Vec<Duration>, time: Duration) {
    let at = times.partition_point(|other| *other <= time);
    times.insert(at, time);
}

/// The time below which this share of the sorted times lies.
fn quantile(times: &[Duration], share: usize, of: usize) -> Option<Duration> {
    times
        .get((times.len().checked_sub(1)? * share + of / 2) / of)
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_times_have_a_basis_and_far_longer_is_an_alarm() {
        let hours = Duration::from_hours;
        let mut pace = Pace::default();
        let (kind, stage) = (Kind::App, Status::Certification);
        assert_eq!(pace.about(kind, &stage, hours(90)), "no history here yet");
        pace.add(kind, &stage, hours(11));
        pace.add(kind, &stage, hours(2));
        assert!(!pace.is_late(kind, &stage, hours(900)));
        assert_eq!(
            pace.about(kind, &stage, hours(31)),
            "only 2 here so far: 11 h"
        );
        pace.add(kind, &stage, hours(3));
        assert_eq!(
            pace.about(kind, &stage, hours(12)),
            "usually 3 h, longest 11 h, 3 so far"
        );
        assert_eq!(
            pace.about(kind, &stage, hours(31)),
            "! longest here so far 11 h"
        );
        // What add-ons take says nothing about apps.
        assert_eq!(pace.stage(Kind::AddOn, &stage), None);
        assert!(pace.expected(kind).starts_with("not known"));
        pace.whole.insert(kind, (5..=9).map(hours).collect());
        assert_eq!(pace.expected(kind), "5–9 h, from 5 runs");
    }
}
