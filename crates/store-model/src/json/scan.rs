//! A walk over JSON text by byte offsets, for what a parsed value has forgotten: where things stand and what was written twice.
//! Expects text that parses; on other text it stops early and never panics. Knows nothing of the Store.

use super::pointer;
use memchr::memchr2;
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    ops::Range,
};

/// A member or element of a container in the text.
pub struct Entry<'a> {
    /// Where it begins: at its key's quote, or at the value of an array's element.
    pub start: usize,
    /// The raw key between the quotes; `None` in an array.
    pub key: Option<&'a str>,
    pub value: Range<usize>,
}

impl Entry<'_> {
    /// Whether it is the one of that name; `index` is its place among its siblings.
    pub fn is(&self, index: usize, name: &str) -> bool {
        self.key
            .map_or_else(|| name == index.to_string(), |key| key_text(key) == name)
    }
}

/// The entries of the object or array that begins at a byte; `None` for a scalar.
pub fn entries(text: &str, at: usize) -> Option<impl Iterator<Item = Entry<'_>>> {
    Entries::of(text, at)
}

/// The entries of the object or array that begins at a byte; empty for a scalar.
struct Entries<'a> {
    text: &'a str,
    at: usize,
    in_object: bool,
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

fn skip_space(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .unwrap_or(rest.len())
}

/// The end of the string whose opening quote stands at `at`.
fn string_end(text: &str, at: usize) -> usize {
    let mut end = at + 1;
    while let Some(next) = text
        .as_bytes()
        .get(end..)
        .and_then(|rest| memchr2(b'"', b'\\', rest))
    {
        end += next;
        if byte(text, end) == Some(b'"') {
            return end + 1;
        }
        end += 2;
    }
    text.len()
}

/// The end of the value that begins at `at`, whatever is nested in it; without recursion.
fn value_end(text: &str, at: usize) -> usize {
    let mut depth = 0usize;
    let mut end = at;
    while let Some(found) = byte(text, end) {
        match found {
            b'"' => {
                end = string_end(text, end);
                if depth == 0 {
                    return end;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return if depth == 1 { end + 1 } else { end },
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return end,
            _ if depth == 0 && found.is_ascii_whitespace() => return end,
            _ => {}
        }
        end += 1;
    }
    text.len()
}

impl<'a> Entries<'a> {
    /// `at` is the container's opening bracket.
    fn of(text: &'a str, at: usize) -> Option<Self> {
        let in_object = match byte(text, at)? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        Some(Self {
            text,
            at: at + 1,
            in_object,
        })
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let mut start = skip_space(self.text, self.at);
        if byte(self.text, start)? == b',' {
            start = skip_space(self.text, start + 1);
        }
        if matches!(byte(self.text, start)?, b'}' | b']') {
            return None;
        }
        let (key, value) = if self.in_object {
            let end = string_end(self.text, start);
            let key = self.text.get(start + 1..end.checked_sub(1)?)?;
            let colon = skip_space(self.text, end);
            if byte(self.text, colon)? != b':' {
                return None;
            }
            (Some(key), skip_space(self.text, colon + 1))
        } else {
            (None, start)
        };
        let end = value_end(self.text, value);
        if end <= value {
            return None;
        }
        self.at = end;
        Some(Entry {
            start,
            key,
            value: value..end,
        })
    }
}

/// A key as it reads, escapes resolved.
fn key_text(raw: &str) -> Cow<'_, str> {
    if raw.contains('\\') {
        serde_json::from_str(&format!("\"{raw}\"")).map_or(Cow::Borrowed(raw), Cow::Owned)
    } else {
        Cow::Borrowed(raw)
    }
}

/// The bytes of the value at a pointer.
pub fn find(text: &str, pointer: &str) -> Option<Range<usize>> {
    let mut at = skip_space(text, 0);
    for name in pointer::names(pointer) {
        let entries = Entries::of(text, at)?;
        let is_array = !entries.in_object;
        let index = if is_array {
            Some(name.parse::<usize>().ok()?)
        } else {
            None
        };
        let found = entries
            .enumerate()
            .find(|(position, entry)| match (index, entry.key) {
                (Some(index), _) => *position == index,
                (None, Some(key)) => key_text(key) == name,
                (None, None) => false,
            });
        at = found?.1.value.start;
    }
    let end = value_end(text, at);
    (at < end).then_some(at..end)
}

/// Where the values at many pointers begin, in one walk that enters only what leads to one of them. `wanted` must be sorted.
pub fn find_all(text: &str, wanted: &[&str]) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    let root = skip_space(text, 0);
    if root < value_end(text, root) {
        collect(text, root, String::new(), wanted, &mut found);
    }
    found
}

/// Goes no deeper than the pointers do, and those lead through text that parsed, which has a bound on its depth.
fn collect(
    text: &str,
    at: usize,
    pointer: String,
    wanted: &[&str],
    found: &mut HashMap<String, usize>,
) {
    let from = wanted.partition_point(|other| *other < pointer.as_str());
    let below = format!("{pointer}/");
    let rest = wanted.get(from..).unwrap_or_default();
    // Sorted, all that begins with `pointer` stands together; others such as `/a-b` may stand before `/a/…`.
    if rest
        .iter()
        .take_while(|other| other.starts_with(&pointer))
        .any(|other| other.starts_with(&below))
    {
        for (index, entry) in Entries::of(text, at).into_iter().flatten().enumerate() {
            let inner = entry.key.map_or_else(
                || pointer::child(&pointer, index),
                |key| pointer::child(&pointer, key_text(key)),
            );
            collect(text, entry.value.start, inner, wanted, found);
        }
    }
    if rest.first() == Some(&pointer.as_str()) {
        found.insert(pointer, at);
    }
}

/// The bytes of the value that begins at a byte.
pub fn value_at(text: &str, start: usize) -> Range<usize> {
    start..value_end(text, start)
}

/// The pointer of the innermost value whose text, or whose key, holds the byte.
pub fn pointer_at(text: &str, offset: usize) -> Option<String> {
    let mut at = skip_space(text, 0);
    if offset < at || offset >= value_end(text, at) {
        return None;
    }
    let mut found = String::new();
    while let Some(entries) = Entries::of(text, at) {
        let inside = entries
            .enumerate()
            .take_while(|(_, entry)| entry.start <= offset)
            .find(|(_, entry)| offset < entry.value.end);
        let Some((index, entry)) = inside else { break };
        found = match entry.key {
            Some(key) => pointer::child(&found, key_text(key)),
            None => pointer::child(&found, index),
        };
        if offset < entry.value.start {
            break;
        }
        at = entry.value.start;
    }
    Some(found)
}

/// The first key that stands twice in one object, in whatever case, since the Store reads keys in any case: the byte of its second
/// opening quote, and the key.
pub fn duplicate_key(text: &str) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    // One forward pass over all tokens; a nested walk would read deep parts once for each level.
    let mut open: Vec<Option<HashSet<String>>> = Vec::new();
    let mut at = 0;
    while let Some(found) = bytes.get(at) {
        match found {
            b'{' => open.push(Some(HashSet::new())),
            b'[' => open.push(None),
            b'}' | b']' => {
                open.pop();
            }
            b'"' => {
                let end = string_end(text, at);
                let is_key = byte(text, skip_space(text, end)) == Some(b':');
                if is_key && let Some(Some(keys)) = open.last_mut() {
                    let key = key_text(text.get(at + 1..end.checked_sub(1)?)?);
                    if !keys.insert(key.to_lowercase()) {
                        return Some((at, key.into_owned()));
                    }
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
