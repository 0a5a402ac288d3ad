//! A submission's text while a person edits it: the text, what it parses to, where things stand in it.
//! Number text and key order survive. Knows no rule of the Store.

pub use super::pointer::{child, member, remove, set};
use super::scan;
use serde_json::Value;
use std::sync::Arc;

/// Why a text is no JSON document; line and column count from 1, the column in characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct SyntaxError {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

/// A place in a text; both count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// A text with its value or its first mistake; the two always belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    text: String,
    value: Result<Arc<Value>, SyntaxError>,
}

impl Document {
    /// Never fails: a text that does not parse is kept with its mistake. A byte order mark at the front is dropped.
    pub fn parse(text: impl Into<String>) -> Self {
        let mut text = text.into();
        if let Some(rest) = text.strip_prefix('\u{feff}') {
            text = rest.to_owned();
        }
        let value = match serde_json::from_str(&text) {
            // serde_json keeps the last of two equal keys: the other's content would be lost silently.
            Ok(value) => match scan::duplicate_key(&text) {
                None => Ok(Arc::new(value)),
                Some((offset, key)) => {
                    let Position { line, column } = position_of(&text, offset);
                    Err(SyntaxError {
                        line,
                        column,
                        message: format!(
                            "the key {key:?} stands twice in this object; the Store reads keys in any case"
                        ),
                    })
                }
            },
            Err(error) => Err(syntax_error(&text, &error)),
        };
        Self { text, value }
    }

    pub fn from_value(value: Value) -> Self {
        Self {
            text: pretty(&value),
            value: Ok(Arc::new(value)),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn value(&self) -> Result<&Value, &SyntaxError> {
        self.value.as_deref()
    }

    /// The value to keep; `None` when the text does not parse.
    pub fn shared(&self) -> Option<Arc<Value>> {
        self.value.as_ref().ok().cloned()
    }

    /// The value, for who is done with the text.
    pub fn into_value(self) -> Result<Value, SyntaxError> {
        self.value.map(Arc::unwrap_or_clone)
    }

    /// Where the value at a JSON pointer begins; `None` when there is none or the text does not parse.
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.value.as_ref().ok()?;
        scan::find(&self.text, pointer).map(|range| position_of(&self.text, range.start))
    }

    /// Where the values at many pointers begin, in one pass over the text; in the order of the pointers.
    pub fn positions(&self, pointers: &[&str]) -> Vec<Option<Position>> {
        if self.value.is_err() {
            return vec![None; pointers.len()];
        }
        let mut wanted = pointers.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let found = scan::find_all(&self.text, &wanted);
        let line_starts: Vec<usize> = [0]
            .into_iter()
            .chain(
                self.text
                    .match_indices('\n')
                    .map(|(newline, _)| newline + 1),
            )
            .collect();
        let place = |pointer: &&str| {
            let offset = *found.get(*pointer)?;
            let line = line_starts.partition_point(|start| *start <= offset);
            let start = *line_starts.get(line.checked_sub(1)?)?;
            Some(Position {
                line,
                column: self.text.get(start..offset)?.chars().count() + 1,
            })
        };
        pointers.iter().map(place).collect()
    }

    /// Where a finding is to be shown: at its pointer, or at the nearest part above it that exists.
    pub fn nearest_position(&self, pointer: &str) -> Option<Position> {
        self.value.as_ref().ok()?;
        nearest_position_in(&self.text, pointer)
    }

    /// As [`Self::nearest_position`] for many pointers, in one pass over the text; in the order of the pointers.
    pub fn nearest_positions(&self, pointers: &[&str]) -> Vec<Option<Position>> {
        let above = |pointer: &&'_ str| {
            let slashes = pointer
                .match_indices('/')
                .map(|(at, _)| at)
                .collect::<Vec<_>>();
            let ends = slashes.into_iter().chain([pointer.len()]).rev();
            ends.filter_map(|end| pointer.get(..end))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let ways: Vec<Vec<String>> = pointers.iter().map(above).collect();
        let all: Vec<&str> = ways.iter().flatten().map(String::as_str).collect();
        let mut places = self.positions(&all).into_iter();
        ways.iter()
            .map(|way| {
                places
                    .by_ref()
                    .take(way.len())
                    .collect::<Vec<_>>()
                    .into_iter()
                    .flatten()
                    .next()
            })
            .collect()
    }

    /// The JSON pointer of the innermost value at a place; a key counts to its value, space to what surrounds it.
    pub fn pointer_at(&self, line: usize, column: usize) -> Option<String> {
        self.value.as_ref().ok()?;
        pointer_at_in(&self.text, line, column)
    }
}

/// As [`Document::pointer_at`], in a text of which it is known that it parses.
pub fn pointer_at_in(text: &str, line: usize, column: usize) -> Option<String> {
    scan::pointer_at(text, offset_of(text, line, column)?)
}

/// As [`Document::nearest_position`], in a text of which it is known that it parses.
pub fn nearest_position_in(text: &str, pointer: &str) -> Option<Position> {
    let mut pointer = pointer;
    loop {
        if let Some(range) = scan::find(text, pointer) {
            return Some(position_of(text, range.start));
        }
        pointer = pointer.rsplit_once('/')?.0;
    }
}

/// The text form that documents get: two spaces, keys and numbers as they came.
pub fn pretty(value: &Value) -> String {
    // A `Value` has only string keys and finite numbers: writing it into memory cannot fail.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn position_of(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
    }
}

fn offset_of(text: &str, line: usize, column: usize) -> Option<usize> {
    let start = match line.checked_sub(1)? {
        0 => 0,
        skipped => text.match_indices('\n').nth(skipped - 1)?.0 + 1,
    };
    let (in_line, _) = text
        .get(start..)?
        .split('\n')
        .next()?
        .char_indices()
        .nth(column.checked_sub(1)?)?;
    Some(start + in_line)
}

fn syntax_error(text: &str, error: &serde_json::Error) -> SyntaxError {
    // Column 0 is the line break before the line: shown at the end of the line that it ends.
    let (line, bytes) = if error.column() == 0 {
        (error.line().saturating_sub(1), usize::MAX)
    } else {
        (error.line(), error.column())
    };
    let line_text = text
        .split('\n')
        .nth(line.saturating_sub(1))
        .unwrap_or_default();
    // serde_json counts bytes.
    let column = line_text
        .char_indices()
        .take_while(|(index, _)| *index < bytes)
        .count()
        .max(1);
    let line = line.max(1);
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(message, _)| message)
        .to_owned();
    let message = if text.trim().is_empty() {
        "the text is empty".to_owned()
    } else {
        message
    };
    SyntaxError {
        line,
        column,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("", 1, 1, "empty")]
    #[case("{\n  \"ü\": tru\n}", 2, 11, "expected ident")]
    #[case("{\"a\": 1,}", 1, 9, "trailing comma")]
    #[case("{\"a\": 1\n\"b\": 2}", 2, 1, "expected")]
    #[case("{\"é\": 1, \"\\u00e9\": 2}", 1, 10, "\"é\" stands twice")]
    #[case(
        "{\"pricing\": {},\n\"Pricing\": {}}",
        2,
        1,
        "\"Pricing\" stands twice"
    )]
    #[case("{\"a\": [{\"b\": 1,\n \"b\": 2}]}", 2, 2, "\"b\" stands twice")]
    #[case("[1, 2", 1, 6, "EOF")]
    fn mistakes_have_a_place(
        #[case] text: &str,
        #[case] line: usize,
        #[case] column: usize,
        #[case] message: &str,
    ) {
        let document = Document::parse(text);
        let error = document.value().unwrap_err();
        assert!(error.message.contains(message), "{error}");
        assert_eq!(error.line, line, "{error}");
        assert!(error.column.abs_diff(column) <= 1, "{error}");
        assert_eq!(
            (document.position(""), document.pointer_at(1, 1)),
            (None, None)
        );
    }

    #[test]
    fn same_key_in_different_objects_is_fine_and_a_byte_order_mark_too() {
        let document =
            Document::parse("\u{feff}{\"a\": {\"a\": \"a\"}, \"b\": [{\"a\": 1}, {\"a\": 2}]}");
        assert!(document.value().is_ok() && document.text().starts_with('{'));
    }

    #[test]
    fn places_and_pointers() {
        let document = Document::parse("{\n  \"ü/x\": [10, {\"k\": \"v\"}],\n  \"e\": {}\n}");
        let at = |pointer: &str| {
            document
                .position(pointer)
                .map(|found| (found.line, found.column))
        };
        assert_eq!(at(""), Some((1, 1)));
        assert_eq!(at("/ü~1x/1/k"), Some((2, 21)));
        assert_eq!(
            (at("/e"), at("/e/none"), at("/ü~1x/2")),
            (Some((3, 8)), None, None)
        );
        assert_eq!(
            document.positions(&["/e", "/none", "", "/e"]),
            [
                document.position("/e"),
                None,
                document.position(""),
                document.position("/e")
            ]
        );
        assert_eq!(
            document.nearest_position("/e/none/deeper"),
            document.position("/e")
        );
        for (line, column, pointer) in [
            (1, 1, Some("")),
            (2, 4, Some("/ü~1x")),
            (2, 12, Some("/ü~1x/0")),
            (2, 17, Some("/ü~1x/1/k")),
            (3, 1, Some("")),
            (9, 1, None),
        ] {
            assert_eq!(
                document.pointer_at(line, column).as_deref(),
                pointer,
                "{line}:{column}"
            );
        }
    }

    /// Any JSON value, with numbers that a plain `f64` would spoil.
    fn any_value() -> impl Strategy<Value = Value> {
        let number = proptest::sample::select(vec![
            "25.0",
            "0.10",
            "12345678901234567890",
            "1e400",
            "-0.0",
            "3",
        ]);
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            number.prop_map(|text| serde_json::from_str(text).unwrap()),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec(("[a-z~/\"\\\\ü ]{0,6}", inner), 0..5)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    fn every_pointer(value: &Value, pointer: String, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => object
                .iter()
                .for_each(|(key, value)| every_pointer(value, child(&pointer, key), found)),
            Value::Array(array) => {
                array
                    .iter()
                    .enumerate()
                    .for_each(|(index, value)| every_pointer(value, child(&pointer, index), found));
            }
            _ => {}
        }
        found.push(pointer);
    }

    proptest! {
        #[test]
        fn parse_and_pretty_are_inverse(value in any_value()) {
            let text = pretty(&value);
            let again = Document::parse(text.clone());
            prop_assert_eq!(again.value().map(ToString::to_string), Ok(value.to_string()));
            prop_assert_eq!(pretty(again.value().unwrap()), text);
        }

        #[test]
        fn every_value_is_found_again_where_it_stands(value in any_value()) {
            let document = Document::from_value(value.clone());
            let compact = Document::parse(value.to_string());
            let mut pointers = Vec::new();
            every_pointer(&value, String::new(), &mut pointers);
            let many: Vec<&str> = pointers.iter().map(String::as_str).collect();
            for document in [&document, &compact] {
                prop_assert_eq!(document.positions(&many), many.iter().map(|pointer| document.position(pointer)).collect::<Vec<_>>());
            }
            for pointer in pointers {
                for document in [&document, &compact] {
                    let place = document.position(&pointer).unwrap();
                    prop_assert_eq!(document.pointer_at(place.line, place.column), Some(pointer.clone()));
                }
            }
        }

        #[test]
        fn no_text_is_a_panic(text in "[\\[\\]{}\",:\\\\a1 \n]{0,40}", line in 0usize..4, column in 0usize..9) {
            let document = Document::parse(text.clone());
            let _ = (document.position("/a/0"), document.pointer_at(line, column));
            let _ = (scan::find(&text, "/a/0"), scan::pointer_at(&text, column), scan::duplicate_key(&text));
        }
    }
}
