//! Colours for JSON, one line at a time: a JSON string never spans lines, so a line needs no other to be coloured.
//! A broken text is coloured as far as it can be read. Knows no screen.

use crate::theme::Role;
use memchr::memchr2;
use std::ops::Range;

/// The coloured parts of a line that reach into `seen`, in order, without gaps between what is not white; bytes of the line. Read from
/// the line's start, because the meaning of a byte depends on what precedes it.
pub(crate) fn paint(line: &str, seen: Range<usize>) -> Vec<(Range<usize>, Role)> {
    let bytes = line.as_bytes();
    let mut parts: Vec<(Range<usize>, Role)> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).filter(|_| at < seen.end) {
        let end = match byte {
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            b'"' => string_end(bytes, at + 1),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => at + 1,
            _ => run_end(bytes, at),
        };
        let role = match byte {
            b'"' => Role::JsonString,
            b'{' | b'}' | b'[' | b']' | b',' => Role::JsonMark,
            b':' => {
                // A string before a colon is a name.
                if let Some((_, role)) = parts
                    .last_mut()
                    .filter(|(_, role)| *role == Role::JsonString)
                {
                    *role = Role::JsonName;
                }
                Role::JsonMark
            }
            b'-' | b'0'..=b'9' => Role::JsonNumber,
            _ if matches!(line.get(at..end), Some("true" | "false" | "null")) => Role::JsonWord,
            _ => Role::Danger,
        };
        // The last one alone can still change: it may turn out to be a name.
        if parts
            .last()
            .is_some_and(|(range, _)| range.end <= seen.start)
        {
            parts.pop();
        }
        parts.push((at..end, role));
        at = end;
    }
    if let Some((range, role)) = parts
        .last_mut()
        .filter(|(_, role)| *role == Role::JsonString)
    {
        // A name may end where reading stopped, or its colon may stand on the right of it.
        if bytes
            .get(range.end..)
            .is_some_and(|rest| rest.iter().find(|byte| **byte != b' ') == Some(&b':'))
        {
            *role = Role::JsonName;
        }
    }
    parts
}

/// Behind the string whose opening quote is right before a byte; texts are long, so they are not walked through.
pub(super) fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += next;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

fn run_end(bytes: &[u8], start: usize) -> usize {
    let ends = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'\t' | b'"' | b'{' | b'}' | b'[' | b']' | b',' | b':'
        )
    };
    bytes
        .iter()
        .skip(start)
        .position(ends)
        .map_or(bytes.len(), |length| start + length.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(line: &str) -> Vec<(&str, Role)> {
        paint(line, 0..usize::MAX)
            .into_iter()
            .map(|(range, role)| (&line[range], role))
            .collect()
    }

    #[test]
    fn names_values_and_mistakes() {
        use Role::{Danger, JsonMark, JsonName, JsonNumber, JsonString, JsonWord};
        assert_eq!(
            words(r#"  "a\"b" : ["x", 25.0, true],"#),
            [
                (r#""a\"b""#, JsonName),
                (":", JsonMark),
                ("[", JsonMark),
                (r#""x""#, JsonString),
                (",", JsonMark),
                ("25.0", JsonNumber),
                (",", JsonMark),
                ("true", JsonWord),
                ("]", JsonMark),
                (",", JsonMark)
            ]
        );
        assert_eq!(
            words(r#"tru "open"#),
            [("tru", Danger), (r#""open"#, JsonString)]
        );
        assert_eq!(paint(r#""name": 1"#, 0..3), [(0..6, JsonName)]);
        assert_eq!(
            paint(r#"["a", "b": "c"]"#, 8..14),
            [(6..9, JsonName), (9..10, JsonMark), (11..14, JsonString)]
        );
    }

    proptest! {
        #[test]
        fn parts_lie_in_order_between_characters(line in "\\PC{0,30}") {
            let mut last = 0;
            for (range, _) in paint(&line, 0..usize::MAX) {
                prop_assert!(range.start >= last && range.end > range.start && range.end <= line.len());
                prop_assert!(line.is_char_boundary(range.start) && line.is_char_boundary(range.end));
                last = range.end;
            }
        }
    }
}
