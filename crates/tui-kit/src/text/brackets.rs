//! Brackets of a JSON text and their partners. A JSON string never spans lines, so each line is read by itself, and what stands
//! in strings does not count. Broken texts have partners as far as their brackets pair. Changes nothing.

use super::place::TextPosition;
use crate::json_paint::string_end;

/// A pair of brackets; `depth` counts the pairs around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub open: TextPosition,
    pub close: TextPosition,
    pub depth: usize,
}

/// The brackets of a line outside of its strings, with their bytes.
pub(crate) fn brackets(line: &str) -> impl Iterator<Item = (usize, u8)> {
    let bytes = line.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'"' => at = string_end(bytes, at),
                b'{' | b'[' | b'}' | b']' => return Some((at - 1, *byte)),
                _ => {}
            }
        }
        None
    })
}

fn opens(bracket: u8) -> bool {
    matches!(bracket, b'{' | b'[')
}

fn fit(open: u8, close: u8) -> bool {
    matches!((open, close), (b'{', b'}') | (b'[', b']'))
}

fn bracket_at(lines: &[String], place: TextPosition) -> Option<u8> {
    brackets(lines.get(place.line)?)
        .find(|(byte, _)| *byte == place.byte)
        .map(|(_, bracket)| bracket)
}

/// The bracket under the cursor, else the one right before it.
pub fn at_cursor(lines: &[String], cursor: TextPosition) -> Option<TextPosition> {
    let line = lines.get(cursor.line)?;
    let near = |byte: usize| matches!(line.as_bytes().get(byte), Some(b'{' | b'[' | b'}' | b']'));
    let candidates = [Some(cursor.byte), cursor.byte.checked_sub(1)];
    let mut places = candidates
        .into_iter()
        .flatten()
        .filter(|byte| near(*byte))
        .map(|byte| TextPosition { byte, ..cursor });
    places.find(|place| bracket_at(lines, *place).is_some())
}

/// The partner of the bracket at a place, searched for within a number of bytes.
pub fn partner(lines: &[String], place: TextPosition, most: usize) -> Option<TextPosition> {
    let bracket = bracket_at(lines, place)?;
    if opens(bracket) {
        let close = closing(lines, place, most)?;
        bracket_at(lines, close)
            .filter(|close| fit(bracket, *close))
            .map(|_| close)
    } else {
        let open = opening(lines, place, most)?;
        bracket_at(lines, open)
            .filter(|open| fit(*open, bracket))
            .map(|_| open)
    }
}

/// The bracket that closes what is open right behind the bracket at `from`.
fn closing(lines: &[String], from: TextPosition, most: usize) -> Option<TextPosition> {
    let (mut depth, mut read) = (0usize, 0);
    for (number, line) in lines.iter().enumerate().skip(from.line) {
        for (byte, bracket) in brackets(line) {
            if number == from.line && byte <= from.byte {
                continue;
            }
            match (opens(bracket), depth) {
                (true, _) => depth += 1,
                (false, 0) => return Some(TextPosition { line: number, byte }),
                (false, _) => depth -= 1,
            }
        }
        read += line.len();
        if read > most {
            return None;
        }
    }
    None
}

/// The bracket that is open right before a place.
fn opening(lines: &[String], from: TextPosition, most: usize) -> Option<TextPosition> {
    let (mut depth, mut read) = (0usize, 0);
    for (number, line) in lines.iter().enumerate().take(from.line + 1).rev() {
        let inside = |byte: usize| number < from.line || byte < from.byte;
        let row: Vec<(usize, u8)> = brackets(line).filter(|(byte, _)| inside(*byte)).collect();
        for (byte, bracket) in row.into_iter().rev() {
            match (opens(bracket), depth) {
                (false, _) => depth += 1,
                (true, 0) => return Some(TextPosition { line: number, byte }),
                (true, _) => depth -= 1,
            }
        }
        read += line.len();
        if read > most {
            return None;
        }
    }
    None
}

/// The innermost pair over several lines around a place: one that opens in its line, else the one that the place lies in.
pub fn around(lines: &[String], place: TextPosition) -> Option<Pair> {
    let spanning = |open: TextPosition| {
        let close = partner(lines, open, usize::MAX).filter(|close| close.line > open.line)?;
        Some(Pair {
            open,
            close,
            depth: depth(lines, open),
        })
    };
    let row = brackets(lines.get(place.line)?).filter(|(_, bracket)| opens(*bracket));
    let opened = row
        .map(|(byte, _)| TextPosition { byte, ..place })
        .find_map(spanning);
    // At a closing bracket its own part is meant: what is open right before it.
    let mut from = match brackets(lines.get(place.line)?).next() {
        Some((byte, bracket)) if !opens(bracket) && place.byte > byte => {
            TextPosition { byte, ..place }
        }
        _ => place,
    };
    opened.or_else(|| {
        loop {
            from = opening(lines, from, usize::MAX)?;
            if let Some(pair) = spanning(from) {
                return Some(pair);
            }
        }
    })
}

/// How many pairs are open before a place.
fn depth(lines: &[String], place: TextPosition) -> usize {
    let mut depth = 0usize;
    for (number, line) in lines.iter().enumerate().take(place.line + 1) {
        for (byte, bracket) in brackets(line) {
            if number == place.line && byte >= place.byte {
                break;
            }
            depth = if opens(bracket) {
                depth + 1
            } else {
                depth.saturating_sub(1)
            };
        }
    }
    depth
}

/// All pairs of one depth that span lines, in order, in one pass over the text.
pub fn pairs_at(lines: &[String], wanted: usize) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut depth = 0usize;
    let mut opened: Option<(TextPosition, u8)> = None;
    for (line, text) in lines.iter().enumerate() {
        for (byte, bracket) in brackets(text) {
            let place = TextPosition { line, byte };
            if opens(bracket) {
                if depth == wanted {
                    opened = Some((place, bracket));
                }
                depth += 1;
            } else {
                depth = depth.saturating_sub(1);
                if depth == wanted
                    && let Some((open, kind)) = opened.take()
                    && open.line < line
                    && fit(kind, bracket)
                {
                    pairs.push(Pair {
                        open,
                        close: place,
                        depth,
                    });
                }
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(str::to_owned).collect()
    }

    fn place(line: usize, byte: usize) -> TextPosition {
        TextPosition { line, byte }
    }

    #[rstest]
    #[case::over_lines("{\n  \"a\": [\n  ]\n}", (0, 0), Some((3, 0)))]
    #[case::inner("{\n  \"a\": [\n  ]\n}", (1, 7), Some((2, 2)))]
    #[case::back("{\n  \"a\": [\n  ]\n}", (2, 2), Some((1, 7)))]
    #[case::strings_do_not_count(r#"["]", "\"]"]"#, (0, 0), Some((0, 11)))]
    #[case::in_a_string(r#"["]"]"#, (0, 2), None)]
    #[case::other_kinds_do_not_pair("[}", (0, 0), None)]
    #[case::open_end("{", (0, 0), None)]
    #[case::no_bracket("{a}", (0, 1), None)]
    fn partners(
        #[case] text: &str,
        #[case] at: (usize, usize),
        #[case] expected: Option<(usize, usize)>,
    ) {
        assert_eq!(
            partner(&lines(text), place(at.0, at.1), usize::MAX),
            expected.map(|(line, byte)| place(line, byte))
        );
    }

    #[test]
    fn a_bracket_under_the_cursor_comes_before_the_one_behind_it() {
        let text = lines("[{}");
        assert_eq!(at_cursor(&text, place(0, 1)), Some(place(0, 1)));
        assert_eq!(at_cursor(&text, place(0, 3)), Some(place(0, 2)));
        assert_eq!(at_cursor(&lines("\"{\""), place(0, 1)), None);
    }

    #[test]
    fn the_search_for_a_partner_is_bounded() {
        let text = lines(&format!("[\n{}]", "1,\n".repeat(100)));
        assert_eq!(partner(&text, place(0, 0), 100), None);
        assert_eq!(partner(&text, place(0, 0), 1000), Some(place(101, 0)));
    }

    const LISTINGS: &str = "{\n  \"l\": {\n    \"a\": {\n      \"x\": 1\n    },\n    \"b\": {\n      \"y\": [2]\n    }\n  }\n}";

    #[rstest]
    #[case::opens_here((2, 0), 2, 4)]
    #[case::lies_inside((3, 8), 2, 4)]
    #[case::an_array_in_one_line_does_not_count((6, 12), 5, 7)]
    #[case::at_the_closing_line((4, 5), 2, 4)]
    #[case::before_the_closing_bracket((7, 0), 5, 7)]
    #[case::all((0, 0), 0, 9)]
    fn parts_around(#[case] at: (usize, usize), #[case] open: usize, #[case] close: usize) {
        let pair = around(&lines(LISTINGS), place(at.0, at.1)).unwrap();
        assert_eq!((pair.open.line, pair.close.line), (open, close));
    }

    #[test]
    fn all_parts_of_a_depth() {
        let found: Vec<_> = pairs_at(&lines(LISTINGS), 2)
            .iter()
            .map(|pair| (pair.open.line, pair.close.line))
            .collect();
        assert_eq!(found, [(2, 4), (5, 7)]);
        assert_eq!(around(&lines(LISTINGS), place(3, 0)).unwrap().depth, 2);
    }

    proptest! {
        #[test]
        fn a_partner_of_a_partner_is_the_bracket_itself(text in "[\\[\\]{}\"\\\\a\n]{0,60}") {
            let text = lines(&text);
            for (number, line) in text.iter().enumerate() {
                for (byte, _) in brackets(line) {
                    let here = TextPosition { line: number, byte };
                    if let Some(there) = partner(&text, here, usize::MAX) {
                        prop_assert_eq!(partner(&text, there, usize::MAX), Some(here));
                    }
                }
            }
        }
    }
}
