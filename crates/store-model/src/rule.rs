//! A rule of the check: its name, how certain it is and where the facts behind it are documented. Knows no document.

use std::fmt;

/// How bad it is; the worst sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The service will refuse it, or the commit will fail.
    Error,
    /// It may be refused, or is probably not meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What happens to a submission that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    /// The Store refuses the update.
    Refused,
    CommitFails,
    CommitMayFail,
    /// No ZIP can be made of the folder.
    NotPacked,
    /// The Store might take it, but it cannot be what its author wrote.
    NotSent,
    /// Refusals were reported or are likely.
    MayBeRefused,
    /// The Store takes it, but customers, money or files could be lost.
    MayNotBeMeant,
    /// Nothing depends on it.
    Note,
}

impl Certainty {
    pub fn severity(self) -> Severity {
        match self {
            Self::Refused
            | Self::CommitFails
            | Self::CommitMayFail
            | Self::NotPacked
            | Self::NotSent => Severity::Error,
            Self::MayBeRefused | Self::MayNotBeMeant => Severity::Warning,
            Self::Note => Severity::Note,
        }
    }

    /// Whether it is known for certain that the Store, or packing, refuses it; only anything less can be allowed.
    pub fn is_certain(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::CommitFails | Self::NotPacked | Self::NotSent
        )
    }

    /// The words that `docs/rules.md` uses; empty for a note.
    pub fn words(self) -> &'static str {
        match self {
            Self::Refused => "refused by the Store",
            Self::CommitFails => "the commit fails",
            Self::CommitMayFail => "the commit may fail",
            Self::NotPacked => "`flightdeck pack` makes no ZIP",
            Self::NotSent => "Flightdeck does not send it",
            Self::MayBeRefused => "may be refused",
            Self::MayNotBeMeant => "may not be meant",
            Self::Note => "",
        }
    }
}

/// The rows of [`crate::rule_table`]; scripts rely on the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rule {
    /// Also the anchor of its paragraph in `docs/rules.md`.
    pub name: &'static str,
    /// A finding may be milder, such as where the server's own copy breaks the rule too.
    pub certainty: Certainty,
    /// Anchors in `docs/store-api.md`.
    pub sources: &'static [&'static str],
}

impl Rule {
    pub fn severity(self) -> Severity {
        self.certainty.severity()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}
