//! How something wrong is told: severity, place, sentence, rule. Knows no rule itself.

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

/// Something that a rule found in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// JSON pointer of the place; of what should hold it where something is missing.
    pub pointer: String,
    pub severity: Severity,
    /// What is wrong and what to do, for people.
    pub sentence: String,
    /// The rule's source in the service's reference, such as `E8` or `§ 3.6`.
    pub rule: &'static str,
}
