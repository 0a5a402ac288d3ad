//! The parts of a difference: groups, entries, and the changes behind each entry. Plain data.

use super::wording::Wording;
use crate::{diff::DocumentChange, risk::Risk};

/// What a group is about; the order is the reader's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    Packages,
    /// Price, markets, visibility, device families, licensing.
    Offer,
    /// Rollout, mandatory update, publish mode and date.
    Release,
    /// The texts of one language.
    Texts(String),
    /// The images of one language, or an add-on's icon.
    Images(String),
    Trailers,
    Rest,
}

impl Topic {
    /// The heading for people.
    pub fn title(&self) -> String {
        match self {
            Self::Packages => "Packages".to_owned(),
            Self::Offer => "Price and availability".to_owned(),
            Self::Release => "Rollout and publishing".to_owned(),
            Self::Texts(language) => format!("Texts, {language}"),
            Self::Images(language) => format!("Images, {language}"),
            Self::Trailers => "Trailers".to_owned(),
            Self::Rest => "Everything else".to_owned(),
        }
    }

    /// The name for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Packages => "packages",
            Self::Offer => "offer",
            Self::Release => "release",
            Self::Texts(_) => "texts",
            Self::Images(_) => "images",
            Self::Trailers => "trailers",
            Self::Rest => "rest",
        }
    }

    pub fn language(&self) -> Option<&str> {
        match self {
            Self::Texts(language) | Self::Images(language) => Some(language),
            _ => None,
        }
    }
}

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    Added,
    Removed,
    /// Another file in the place of one.
    Replaced,
    Changed,
    /// As it was; only packages say so.
    Kept,
}

impl Sign {
    /// The name for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Replaced => "replaced",
            Self::Changed => "changed",
            Self::Kept => "kept",
        }
    }

    /// One letter, so that colour is not needed.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Removed => "-",
            Self::Replaced | Self::Changed => "~",
            Self::Kept => "=",
        }
    }
}

/// A field inside of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The field; empty where the entry is the field itself.
    pub label: String,
    pub wording: Wording,
}

/// One thing that changes: a package, an image, a field.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedEntry {
    pub sign: Sign,
    /// A file's name, or the field's below the group.
    pub label: String,
    /// Facts in a few words: `2.4.0.0 → 2.5.0.0, x64`; may be empty.
    pub note: String,
    /// JSON pointer into the later document; of the nearest holder for what is gone.
    pub pointer: String,
    pub parts: Vec<Part>,
    /// The differences that this entry stands for; none for what is kept.
    pub changes: Vec<DocumentChange>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EntryGroup {
    pub topic: Topic,
    pub entries: Vec<ChangedEntry>,
}

impl EntryGroup {
    /// Entries that are a change.
    pub fn len(&self) -> usize {
        self.entries
            .iter()
            .filter(|entry| entry.sign != Sign::Kept)
            .count()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All that differs between two documents; no group is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// What needs its own confirmation; each is also in its group.
    pub risks: Vec<Risk>,
    pub groups: Vec<EntryGroup>,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Whether new packages come, of which a ZIP can say more than the document.
    pub fn brings_packages(&self) -> bool {
        let is_new = |entry: &ChangedEntry| matches!(entry.sign, Sign::Added | Sign::Replaced);
        self.groups
            .iter()
            .any(|group| group.topic == Topic::Packages && group.entries.iter().any(is_new))
    }

    /// Entries that are a change, in all groups.
    pub fn len(&self) -> usize {
        self.groups.iter().map(EntryGroup::len).sum()
    }
}
