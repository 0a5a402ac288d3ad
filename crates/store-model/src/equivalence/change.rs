//! A place where two documents differ, for programs and for people. Knows no screen.

use super::matching::file_name;
use crate::{
    json::pointer::{child, parent},
    product::plain_text,
    signed_url::{REDACTED, is_signed_url},
    value::brief,
};
use serde_json::Value;

/// A place where two documents differ.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentChange {
    /// JSON pointer: into the later document, into the earlier one for what is gone.
    pub path: String,
    /// The same place for people: names, with list elements called by their file.
    pub place: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl DocumentChange {
    /// What changes without the place: `"Faster start." → "Tabs."`. Each side has at most `most` characters.
    pub fn sides(&self, most: usize) -> String {
        let cut = |value: &Value| {
            let text = brief(value);
            if text.chars().count() <= most {
                return text;
            }
            // A quoted text keeps its closing quote, which shows that it is a text.
            let end = if text.ends_with('"') { "…\"" } else { "…" };
            let kept = most.saturating_sub(end.chars().count());
            text.chars().take(kept).chain(end.chars()).collect()
        };
        match (&self.before, &self.after) {
            (None, Some(after)) => format!("new, {}", cut(after)),
            (Some(before), None) => format!("gone, was {}", cut(before)),
            (before, after) => {
                let side = |value: &Option<Value>| {
                    value.as_ref().map_or_else(|| "nothing".to_owned(), cut)
                };
                format!("{} → {}", side(before), side(after))
            }
        }
    }

    /// For people: `listings › en-us › releaseNotes: "Faster start." → "Tabs."`; long texts are cut.
    pub fn sentence(&self) -> String {
        format!("{}: {}", self.place, self.sides(usize::MAX))
    }
}

/// A place on the way down, in its two forms: for programs and for people.
#[derive(Clone, Default)]
pub(super) struct ChangePlace {
    pub(super) pointer: String,
    pub(super) names: Vec<String>,
}

impl ChangePlace {
    pub(super) fn member(&self, key: &str) -> Self {
        self.below(key, plain_text(key))
    }

    pub(super) fn element(&self, index: usize, value: &Value) -> Self {
        let name = file_name(value).map_or_else(|| (index + 1).to_string(), plain_text);
        self.below(&index.to_string(), name)
    }

    /// The member's own name; a number for an element of a list, nothing for the root.
    pub(super) fn name(&self) -> String {
        parent(&self.pointer).map_or_else(String::new, |(_, name)| name)
    }

    fn below(&self, key: &str, name: String) -> Self {
        let names = self.names.iter().cloned().chain([name]).collect();
        Self {
            pointer: child(&self.pointer, key),
            names,
        }
    }

    pub(super) fn change(&self, before: Option<&Value>, after: Option<&Value>) -> DocumentChange {
        // A signed URL must not travel on in a difference; submissions come without it, texts of people may not.
        let name = self.names.last().map_or("", String::as_str);
        let side = |value: Option<&Value>| {
            value.map(|value| {
                if is_signed_url(name, value) {
                    REDACTED.into()
                } else {
                    value.clone()
                }
            })
        };
        DocumentChange {
            path: self.pointer.clone(),
            place: self.names.join(" › "),
            before: side(before),
            after: side(after),
        }
    }
}

/// Whether a name is among these, in any case.
pub fn is_any(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}
