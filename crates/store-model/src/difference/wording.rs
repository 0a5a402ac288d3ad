//! How two values are put side by side: short ones as before and after, long texts by line and word. Bounded work: a text that was
//! written anew is shown whole, not matched word by word. A signed URL is never part of it.

use crate::{
    json::pointer::member,
    product::plain_text,
    signed_url::{REDACTED, is_signed_url, redact},
    units::counted,
    value::{brief, is_empty},
};
use imara_diff::{Algorithm, Diff, InternedInput};
use serde_json::Value;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Whether a line or a piece of it was there before, is there after, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeMark {
    Same,
    Gone,
    New,
}

/// A run of letters; marked where it is what differs in its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPiece {
    pub text: String,
    pub is_marked: bool,
}

/// A line that is gone or new; long stretches that did not change are cut out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    pub mark: ChangeMark,
    pub pieces: Vec<TextPiece>,
}

impl TextLine {
    pub fn text(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect()
    }
}

/// The two sides of one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Wording {
    /// Short values as text; `None` where there was or is nothing.
    Sides {
        before: Option<String>,
        after: Option<String>,
    },
    Lines(Vec<TextLine>),
}

/// Texts above this many letters, or of several lines, are shown as lines.
const SHORT: usize = 60;
/// What is left of an unchanged stretch beside a change, and from which length it is cut.
const CONTEXT: usize = 24;
/// Words times words that one text may cost, and all texts of a difference together.
const MOST_OF_ONE: usize = 4_000_000;
const MOST_OF_ALL: usize = 50_000_000;

/// How much matching is left; when it is used up, texts are shown whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct DiffBudget(usize);

impl Default for DiffBudget {
    fn default() -> Self {
        Self(MOST_OF_ALL)
    }
}

impl DiffBudget {
    fn allows(&mut self, left: usize, right: usize) -> bool {
        let cost = left.saturating_mul(right);
        let is_allowed = cost <= MOST_OF_ONE && cost <= self.0;
        if is_allowed {
            self.0 -= cost;
        }
        is_allowed
    }
}

/// The same value without any signed URL, at any depth.
pub(super) fn harmless(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(redact(text).into_owned()),
        Value::Array(array) => Value::Array(array.iter().map(harmless).collect()),
        Value::Object(object) => {
            let members = object.iter().map(|(key, value)| {
                let value = if is_signed_url(key, value) {
                    REDACTED.into()
                } else {
                    harmless(value)
                };
                (key.clone(), value)
            });
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// What a terminal or a chat would obey is taken out; line ends stay.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect()
}

/// The lines of a value that is shown line by line; `None` for a short one.
fn lines_of(value: &Value) -> Option<Vec<String>> {
    let split = |text: &str| -> Vec<String> { redact(text).lines().map(plain).collect() };
    match value {
        Value::String(text) if text.contains('\n') || text.chars().count() > SHORT => {
            Some(split(text))
        }
        Value::Array(array) if !array.is_empty() && array.iter().all(Value::is_string) => Some(
            array
                .iter()
                .filter_map(Value::as_str)
                .map(|text| plain(&redact(text)))
                .collect(),
        ),
        Value::Array(array) if !array.is_empty() => Some(split(
            &serde_json::to_string_pretty(&harmless(value)).unwrap_or_default(),
        )),
        Value::Object(object) if !object.is_empty() => Some(split(
            &serde_json::to_string_pretty(&harmless(value)).unwrap_or_default(),
        )),
        _ => None,
    }
}

fn short(value: &Value) -> String {
    brief(&harmless(value))
}

impl Wording {
    pub(super) fn of(
        before: Option<&Value>,
        after: Option<&Value>,
        budget: &mut DiffBudget,
    ) -> Self {
        let (before, after) = (
            before.filter(|value| !is_empty(value)),
            after.filter(|value| !is_empty(value)),
        );
        let (old, new) = (before.and_then(lines_of), after.and_then(lines_of));
        if old.is_none() && new.is_none() {
            return Self::Sides {
                before: before.map(short),
                after: after.map(short),
            };
        }
        // A short text against a long one: both as lines.
        let lines = |lines: Option<Vec<String>>, value: Option<&Value>| {
            lines.unwrap_or_else(|| match value {
                Some(Value::String(text)) => vec![plain(&redact(text))],
                Some(value) => vec![short(value)],
                None => Vec::new(),
            })
        };
        let found = compare_lines(&lines(old, before), &lines(new, after), budget);
        if found.is_empty() {
            let only = Some("(only white space or control characters differ)".to_owned());
            return Self::Sides {
                before: only,
                after: None,
            };
        }
        Self::Lines(found)
    }
}

fn whole(mark: ChangeMark, text: &str) -> TextLine {
    TextLine {
        mark,
        pieces: vec![TextPiece {
            text: text.to_owned(),
            is_marked: false,
        }],
    }
}

/// How many elements two lists share at the beginning and, behind that, at the end.
fn shared_ends<T: PartialEq>(old: &[T], new: &[T]) -> (usize, usize) {
    let head = old
        .iter()
        .zip(new)
        .take_while(|(old, new)| old == new)
        .count();
    let most = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(most)
        .take_while(|(old, new)| old == new)
        .count();
    (head, tail)
}

fn middle<T>(list: &[T], head: usize, tail: usize) -> &[T] {
    list.get(head..list.len() - tail).unwrap_or_default()
}

/// The stretches that differ, in order.
fn hunks<T: AsRef<str>>(old: &[T], new: &[T]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut input = InternedInput::<&str>::default();
    input.update_before(old.iter().map(AsRef::as_ref));
    input.update_after(new.iter().map(AsRef::as_ref));
    let range = |range: Range<u32>| range.start as usize..range.end as usize;
    Diff::compute(Algorithm::MyersMinimal, &input)
        .hunks()
        .map(|hunk| (range(hunk.before), range(hunk.after)))
        .collect()
}

fn compare_lines(old: &[String], new: &[String], budget: &mut DiffBudget) -> Vec<TextLine> {
    let (head, tail) = shared_ends(old, new);
    let (old, new) = (middle(old, head, tail), middle(new, head, tail));
    let mut found = Vec::new();
    if !budget.allows(old.len(), new.len()) {
        found.extend(old.iter().map(|line| whole(ChangeMark::Gone, line)));
        found.extend(new.iter().map(|line| whole(ChangeMark::New, line)));
        return found;
    }
    for (left, right) in hunks(old, new) {
        let (left, right) = (
            old.get(left).unwrap_or_default(),
            new.get(right).unwrap_or_default(),
        );
        let pairs: Vec<_> = left
            .iter()
            .zip(right)
            .map(|(old, new)| compare_words(old, new, budget))
            .collect();
        found.extend(pairs.iter().map(|(old, _)| old.clone()));
        found.extend(
            left.iter()
                .skip(pairs.len())
                .map(|line| whole(ChangeMark::Gone, line)),
        );
        found.extend(pairs.into_iter().map(|(_, new)| new));
        found.extend(
            right
                .iter()
                .skip(left.len())
                .map(|line| whole(ChangeMark::New, line)),
        );
    }
    found
}

fn compare_words(old: &str, new: &str, budget: &mut DiffBudget) -> (TextLine, TextLine) {
    let (left, right): (Vec<&str>, Vec<&str>) = (
        old.split_word_bounds().collect(),
        new.split_word_bounds().collect(),
    );
    let (head, tail) = shared_ends(&left, &right);
    let (old_middle, new_middle) = (middle(&left, head, tail), middle(&right, head, tail));
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let add = |pieces: &mut Vec<TextPiece>, words: &[&str], is_marked: bool| {
        if !words.is_empty() {
            pieces.push(TextPiece {
                text: words.concat(),
                is_marked,
            });
        }
    };
    let first = left.get(..head).unwrap_or_default();
    add(&mut gone, first, false);
    add(&mut come, first, false);
    if budget.allows(old_middle.len(), new_middle.len()) {
        let mut same = 0;
        for (left, right) in hunks(old_middle, new_middle) {
            let kept = old_middle.get(same..left.start).unwrap_or_default();
            for (pieces, list, changed) in [
                (&mut gone, old_middle, &left),
                (&mut come, new_middle, &right),
            ] {
                add(pieces, kept, false);
                add(pieces, list.get(changed.clone()).unwrap_or_default(), true);
            }
            same = left.end;
        }
        // What the ends share was set aside: a changed stretch is the last one.
    } else {
        add(&mut gone, old_middle, true);
        add(&mut come, new_middle, true);
    }
    let last = left.get(left.len() - tail..).unwrap_or_default();
    add(&mut gone, last, false);
    add(&mut come, last, false);
    (
        TextLine {
            mark: ChangeMark::Gone,
            pieces: cut(gone),
        },
        TextLine {
            mark: ChangeMark::New,
            pieces: cut(come),
        },
    )
}

/// Shortens what did not change to a little beside each change.
fn cut(pieces: Vec<TextPiece>) -> Vec<TextPiece> {
    let count = pieces.len();
    let shorten = |(index, piece): (usize, TextPiece)| {
        let length = piece.text.chars().count();
        let (is_first, is_last) = (index == 0, index + 1 == count);
        let kept = if is_first || is_last {
            CONTEXT
        } else {
            2 * CONTEXT
        };
        if piece.is_marked || length <= kept + 4 || (is_first && is_last) {
            return piece;
        }
        let front: String = piece.text.chars().take(CONTEXT).collect();
        let back: String = piece.text.chars().skip(length - CONTEXT).collect();
        let text = match (is_first, is_last) {
            (true, _) => format!("…{back}"),
            (_, true) => format!("{front}…"),
            _ => format!("{front}…{back}"),
        };
        TextPiece { text, ..piece }
    };
    pieces.into_iter().enumerate().map(shorten).collect()
}

/// What goes with a language: its title, and how much.
pub(super) fn whole_language(listing: &Value) -> String {
    let base = member(listing, "baseListing").map_or(listing, |(_, base)| base);
    let title = member(base, "title")
        .and_then(|(_, title)| title.as_str())
        .map(plain_text)
        .filter(|title| !title.is_empty());
    let texts = base
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !is_empty(value) && !value.is_object())
        .count();
    let images = member(base, "images")
        .and_then(|(_, images)| images.as_array())
        .map_or(0, Vec::len);
    let texts = texts - usize::from(images > 0);
    let fields = format!("{}, {}", counted(texts, "text"), counted(images, "image"));
    title.map_or(fields.clone(), |title| format!("“{title}”, {fields}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lines(before: &Value, after: &Value) -> Vec<(ChangeMark, String)> {
        match Wording::of(Some(before), Some(after), &mut DiffBudget::default()) {
            Wording::Lines(lines) => lines.iter().map(|line| (line.mark, line.text())).collect(),
            sides @ Wording::Sides { .. } => panic!("{sides:?}"),
        }
    }

    #[test]
    fn one_word_of_a_long_text_is_shown_with_a_little_beside_it() {
        let text = |word: &str| {
            format!(
                "{} It is {word} than ever before. {}",
                "All the same. ".repeat(40),
                "And so on. ".repeat(40)
            )
        };
        let found = lines(&json!(text("faster")), &json!(text("quicker")));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found.iter().all(|(_, line)| line.chars().count() < 80),
            "{found:?}"
        );
        assert!(
            found[0].1.contains("is faster than") && found[1].1.contains("is quicker than"),
            "{found:?}"
        );
    }

    #[test]
    fn only_lines_that_differ_are_shown_and_lists_of_texts_are_lines() {
        let found = lines(&json!("one\ntwo\nthree\n"), &json!("one\n2\nthree\nfour\n"));
        assert_eq!(
            found,
            [
                (ChangeMark::Gone, "two".into()),
                (ChangeMark::New, "2".into()),
                (ChangeMark::New, "four".into())
            ]
        );
        let found = lines(&json!(["a", "b"]), &json!(["a", "c", "b"]));
        assert_eq!(found, [(ChangeMark::New, "c".into())]);
    }

    #[test]
    fn no_signature_is_shown_at_any_depth() {
        let url = "https://x.blob.core.windows.net/c/b?se=1&SIG=CANARY";
        for value in [
            json!(url),
            json!([url]),
            json!({"a": {"fileUploadUrl": "x?CANARY", "b": [format!("see {url} now")]}}),
        ] {
            let wording = Wording::of(None, Some(&value), &mut DiffBudget::default());
            assert!(!format!("{wording:?}").contains("CANARY"), "{wording:?}");
            assert!(!harmless(&value).to_string().contains("CANARY"));
        }
    }

    #[test]
    fn texts_written_anew_cost_no_matching() {
        let many = |word: &str| {
            json!(
                (0..5_000)
                    .map(|number| format!("{word}{number}"))
                    .collect::<Vec<_>>()
                    .join(" ")
            )
        };
        let mut budget = DiffBudget::default();
        let Wording::Lines(found) = Wording::of(Some(&many("a")), Some(&many("b")), &mut budget)
        else {
            panic!("no lines")
        };
        assert_eq!(
            (found.len(), budget.0 > MOST_OF_ALL - 10),
            (2, true),
            "{}",
            budget.0
        );
    }
}
