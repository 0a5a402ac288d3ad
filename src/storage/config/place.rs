//! From a key or a byte in the config file to line, column and key, and from a TOML error to a [`ConfigProblem`].
//! Knows no key's meaning, but one: nothing below `client_secret` is ever quoted.

use super::{error::ConfigProblem, secret};
use std::{fmt, ops::Range, path::PathBuf};
use toml::de::{DeTable, DeValue};

/// A path of Windows in double quotes, for TOML.
pub(super) const ESCAPE: &str =
    "in double quotes a backslash begins an escape, such as \\t for a tab";
pub(super) const ESCAPE_REMEDY: &str =
    "Write a path in single quotes, as in 'C:\\tools\\secret.txt', or with forward slashes.";

/// The config file's text with its path, kept to name places. Its `Debug` shows no text.
#[derive(Clone, Default)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A key in the file with all its tables, and where key and value stand, in bytes.
struct Entry {
    keys: Vec<String>,
    key: Range<usize>,
    value: Range<usize>,
}

impl Source {
    /// The fault of a known key; of its nearest table where the key itself is missing.
    pub(super) fn fault(
        &self,
        keys: &[&str],
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ConfigProblem {
        let entries = self.entries();
        let place = (1..=keys.len()).rev().find_map(|depth| {
            entries
                .iter()
                .find(|entry| keys.get(..depth).is_some_and(|keys| entry.keys == keys))
        });
        self.at(
            place.map(|entry| entry.key.start),
            keys.join("."),
            what.into(),
            remedy.into(),
        )
    }

    /// A TOML error in our words. Its own text quotes the line, which may hold a secret, so it is never shown.
    pub(super) fn refused(&self, error: &toml::de::Error) -> ConfigProblem {
        let span = error.span().unwrap_or_default();
        let entries = self.entries();
        let inside = entries.iter().filter(|entry| {
            (entry.key.start <= span.start && span.end <= entry.key.end)
                || (entry.value.start <= span.start && span.end <= entry.value.end)
        });
        let keys = inside
            .max_by_key(|entry| entry.keys.len())
            .map(|entry| entry.keys.clone())
            .unwrap_or_default();
        let start = error.span().map(|span| span.start);
        if keys.iter().any(|key| key == secret::KEY) {
            let message = if error.message().contains(secret::PLAIN) {
                secret::PLAIN
            } else {
                secret::FORMS
            };
            let depth = keys
                .iter()
                .position(|key| key == secret::KEY)
                .unwrap_or_default()
                + 1;
            let key = keys
                .iter()
                .take(depth)
                .cloned()
                .collect::<Vec<_>>()
                .join(".");
            return self.at(start, key, message.to_owned(), secret::REMEDY.to_owned());
        }
        let message = error.message();
        if message == "duplicate key" {
            let key = self
                .text
                .get(span)
                .unwrap_or_default()
                .trim_matches(['"', '\''])
                .to_owned();
            return self.at(
                start,
                key,
                "this key is there twice".to_owned(),
                "Take one of the two out.".to_owned(),
            );
        }
        let mut quoted = message.split('`').skip(1).step_by(2);
        let (what, remedy) =
            if message.starts_with("unknown field") || message.starts_with("unknown variant") {
                let name = quoted.next().unwrap_or_default().to_owned();
                let known: Vec<_> = quoted.collect();
                let what = if message.starts_with("unknown field") {
                    format!("{name:?} is no key that Flightdeck knows here")
                } else {
                    format!("{name:?} is none of the values that this key takes")
                };
                let near = nearest(&name, known.iter().copied());
                (
                    what,
                    near.map_or_else(
                        || format!("Known: {}.", known.join(", ")),
                        |near| format!("Did you mean {near}?"),
                    ),
                )
            } else if message.contains("escape") {
                (ESCAPE.to_owned(), ESCAPE_REMEDY.to_owned())
            } else {
                (message.to_owned(), String::new())
            };
        self.at(start, keys.join("."), what, remedy)
    }

    fn at(&self, start: Option<usize>, key: String, what: String, remedy: String) -> ConfigProblem {
        let before = start.and_then(|start| self.text.get(..start));
        let line = before.map_or(0, |text| text.matches('\n').count() + 1);
        let column = before.map_or(0, |text| {
            text.rsplit('\n').next().unwrap_or_default().chars().count() + 1
        });
        ConfigProblem {
            file: self.path.clone(),
            line,
            column,
            key,
            what,
            remedy,
        }
    }

    /// Every key of the file, as far as it can be read at all.
    fn entries(&self) -> Vec<Entry> {
        let (table, _) = DeTable::parse_recoverable(&self.text);
        let mut entries = Vec::new();
        collect(table.get_ref(), &[], &mut entries);
        entries
    }
}

fn collect(table: &DeTable<'_>, above: &[String], entries: &mut Vec<Entry>) {
    for (key, value) in table {
        let keys: Vec<String> = above
            .iter()
            .cloned()
            .chain([key.get_ref().to_string()])
            .collect();
        if let DeValue::Table(inner) = value.get_ref() {
            collect(inner, &keys, entries);
        }
        entries.push(Entry {
            keys,
            key: key.span(),
            value: value.span(),
        });
    }
}

/// The known word that a mistyped one most likely means: about a third of its letters may differ.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let close = |other: &&str| {
        distance(word, other) <= (word.chars().count().max(other.chars().count()) + 1) / 3
    };
    known
        .into_iter()
        .filter(close)
        .min_by_key(|other| distance(word, other))
}

/// How many letters must be put in, left out or changed to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut next = vec![index + 1];
        for (above, (other, pair)) in to.iter().zip(row.windows(2)).enumerate() {
            let (diagonal, up) = (
                pair.first().copied().unwrap_or_default(),
                pair.get(1).copied().unwrap_or_default(),
            );
            let left = next.get(above).copied().unwrap_or_default();
            next.push(
                (diagonal + usize::from(letter != *other))
                    .min(up + 1)
                    .min(left + 1),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_a_stranger_is_not() {
        let known = ["tenant_id", "client_id", "client_secret", "protected"];
        for (word, expected) in [
            ("tenantid", Some("tenant_id")),
            ("client_ids", Some("client_id")),
            ("clientsecret", Some("client_secret")),
            ("protect", Some("protected")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
