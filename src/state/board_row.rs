//! A row of the board: what it is about, since when, who must act, and what to do. Knows neither where it comes from nor who draws it.

use crate::engine::view::Step;
use jiff::Timestamp;
use std::{cmp::Reverse, time::Duration};
use store_model::{
    status::Status,
    story::{Age, between},
    target::Target,
    units,
};

/// Who must act, in the order of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    You,
    Portal,
    Store,
    /// Nobody has asked yet.
    Unknown,
    Done,
}

impl Group {
    pub const ALL: [Self; 5] = [
        Self::You,
        Self::Portal,
        Self::Store,
        Self::Unknown,
        Self::Done,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::You => "Needs you",
            Self::Portal => "Somebody in Partner Center",
            Self::Store => "The Store works",
            Self::Unknown => "State not known yet",
            Self::Done => "Done since yesterday",
        }
    }

    /// As scripts read it.
    pub fn actor(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::Portal => "portal",
            Self::Store => "store",
            Self::Unknown => "unknown",
            Self::Done => "nobody",
        }
    }
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Now {
    /// A state of the Store.
    Status(Status),
    /// Committed, and given back as a draft.
    FellBack,
    /// A submission is pending; its state was not asked for yet.
    Pending,
    /// Nothing in the Store: a text or a ZIP on this machine.
    Edited,
    Rollout(f64),
    /// A run of ours, at this step.
    Running(Step),
    /// An upload that was paused, with its percentage.
    Paused(u8),
    /// A run that was interrupted, at this step.
    Interrupted(Option<Step>),
}

impl Now {
    /// As the Store says it, else in plain words.
    pub fn word(&self) -> String {
        match self {
            Self::Status(Status::PendingCommit | Status::None) => "draft".to_owned(),
            Self::Status(Status::Published) => "published".to_owned(),
            Self::Status(status) => status.to_string(),
            Self::FellBack => "commit failed".to_owned(),
            Self::Pending => "pending".to_owned(),
            Self::Edited => "edited here".to_owned(),
            Self::Rollout(percent) => format!("rollout {percent} %"),
            Self::Running(step) => step.word().to_owned(),
            Self::Paused(percent) => format!("upload paused {percent} %"),
            Self::Interrupted(Some(step)) => format!("interrupted at {}", step.word()),
            Self::Interrupted(None) => "interrupted".to_owned(),
        }
    }
}

/// What is to be done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Errors of ours: look at them and mend the document or the ZIP.
    Fix,
    /// A failure to read about.
    Read,
    Pick,
    Review,
    Raise,
    GoOn,
    /// The page in Partner Center.
    Open,
    /// There is nothing to do but to look.
    Look,
}

impl Verb {
    pub fn word(self) -> &'static str {
        match self {
            Self::Fix => "fix",
            Self::Read => "read",
            Self::Pick => "pick",
            Self::Review => "review",
            Self::Raise => "raise",
            Self::GoOn => "go on",
            Self::Open => "open",
            Self::Look => "look",
        }
    }
}

/// One line of the board.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub group: Group,
    pub target: Target,
    pub submission: Option<String>,
    /// The run that it is about.
    pub run: Option<String>,
    pub name: String,
    /// The name of the app that an add-on or a flight belongs to.
    pub app: Option<String>,
    pub now: Now,
    /// First seen so, and whether it began then.
    pub since: Option<(Timestamp, bool)>,
    pub what: String,
    /// It lasts far longer than it used to.
    pub is_late: bool,
    pub verb: Verb,
}

impl Row {
    /// "app", "add-on", "flight", or "run".
    pub fn kind(&self) -> &'static str {
        match self.now {
            Now::Running(_) | Now::Paused(_) | Now::Interrupted(_) => "run",
            _ => self.target.kind().word(),
        }
    }

    pub fn has_failed(&self) -> bool {
        match &self.now {
            Now::Status(status) => status.is_failure(),
            Now::FellBack => true,
            _ => false,
        }
    }

    pub fn age(&self, at: Timestamp) -> Option<Age> {
        let (since, is_begin) = self.since?;
        Some(Age {
            time: between(since, at),
            is_least: !is_begin,
        })
    }

    /// The state with its age, as far as that was seen: "Certification ≥ 31 h".
    pub fn state(&self, at: Timestamp) -> String {
        let word = self.now.word();
        let Some(age) = self.age(at).filter(|_| self.group != Group::Done) else {
            return word;
        };
        match (&self.now, age.is_least) {
            (Now::Rollout(_), _) if age.time < Duration::from_hours(24) => word,
            (Now::Rollout(_), _) => format!("{word}, {} idle", units::age(age.time)),
            // Seen just now for the first time: that is no age.
            (_, true) if age.time < Duration::from_mins(1) => word,
            (_, true) => format!("{word} ≥ {}", units::age(age.time)),
            (_, false) => format!("{word} {}", units::age(age.time)),
        }
    }

    /// Whether a filter that was typed matches: its name, its app, its kind, its state, who must act, or its id, anywhere.
    pub fn matches(&self, typed: &str) -> bool {
        let text = [
            self.name.as_str(),
            self.app.as_deref().unwrap_or_default(),
            self.kind(),
            &self.now.word(),
            self.group.word(),
            self.group.actor(),
            self.target.id(),
            &self.what,
        ]
        .join("\n")
        .to_lowercase();
        typed
            .to_lowercase()
            .split_whitespace()
            .all(|word| text.contains(word))
    }

    /// Who must act, what is worst, what came last.
    fn order(&self) -> impl Ord + use<> {
        let rank = match &self.now {
            Now::Status(_) | Now::FellBack if self.has_failed() => 0,
            Now::Status(Status::PendingCommit | Status::None) | Now::Edited => 3,
            Now::Rollout(_) => 4,
            Now::Paused(_) | Now::Interrupted(_) => 5,
            Now::Running(_) => 0,
            Now::Status(_) if self.is_late => 1,
            Now::Status(_) | Now::FellBack | Now::Pending => 2,
        };
        (
            self.group,
            rank,
            Reverse(self.since.map(|(at, _)| at)),
            self.name.to_lowercase(),
            self.target.clone(),
        )
    }
}

/// Puts rows into the order of the board.
pub fn sort(rows: &mut [Row]) {
    rows.sort_by_cached_key(Row::order);
}
