//! Places in a text: columns as a screen shows them, where a text ends, where a pattern occurs. Changes nothing.

use super::measure::cells;
use memchr::memchr2;
use unicode_segmentation::UnicodeSegmentation;

/// A place in a text: line from 0, and the byte in that line, always between two characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPosition {
    pub line: usize,
    pub byte: usize,
}

/// The letters as a person counts them, each with its byte. As `grapheme_indices`, but quick over plain ASCII: a line may have
/// megabytes, and nearly all of JSON is that.
pub(crate) fn graphemes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let is_plain = |byte: usize| {
            text.as_bytes()
                .get(byte)
                .is_none_or(|byte| matches!(byte, b' '..=b'~'))
        };
        // Plain characters never join the one before them.
        let is_alone = is_plain(start) && is_plain(start + 1);
        let grapheme = if is_alone {
            text.get(start..=start)?
        } else {
            text.get(start..)?.graphemes(true).next()?
        };
        at += grapheme.len();
        Some((start, grapheme))
    })
}

/// How many letters at the front, `most` at the most, are plain ASCII that nothing joins: one byte and one column each.
fn plain_run(bytes: &[u8], most: usize) -> usize {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
    let front = bytes.get(..most).unwrap_or(bytes);
    // By blocks, each looked at as a whole: that is ten times as quick.
    let blocks = front
        .chunks_exact(64)
        .take_while(|block| block.iter().fold(true, |all, byte| all & is_plain(byte)));
    let run = blocks.count() * 64;
    let run = run
        + front
            .iter()
            .skip(run)
            .take_while(|byte| is_plain(byte))
            .count();
    // What follows may join the last one.
    if bytes.get(run).is_none_or(is_plain) {
        run
    } else {
        run.saturating_sub(1)
    }
}

/// How many bytes of a text fit into a number of columns, in whole letters, and the columns that these take.
pub(crate) fn fitting(text: &str, most: usize) -> (usize, usize) {
    let (mut byte, mut used) = (0, 0);
    loop {
        let run = plain_run(text.as_bytes().get(byte..).unwrap_or_default(), most - used);
        byte += run;
        used += run;
        let next = text
            .get(byte..)
            .and_then(|rest| rest.graphemes(true).next());
        let Some((grapheme, needs)) = next.map(|next| (next, grapheme_columns(next))) else {
            return (byte, used);
        };
        if needs > most - used {
            return (byte, used);
        }
        byte += grapheme.len();
        used += needs;
    }
}

/// Columns of a text as the screen shows it; a tab takes two, what cannot be shown takes one.
pub(crate) fn columns(text: &str) -> usize {
    fitting(text, usize::MAX).1
}

/// Columns of one grapheme, at least one.
pub(crate) fn grapheme_columns(grapheme: &str) -> usize {
    match grapheme {
        "\t" => 2,
        _ if grapheme.len() == 1 => 1,
        _ if grapheme.chars().any(char::is_control) => 1,
        _ => cells(grapheme).max(1),
    }
}

/// The byte of the letter that covers a column, else the line's end.
pub(crate) fn byte_at_column(line: &str, column: usize) -> usize {
    fitting(line, column).0
}

/// Where a text ends that begins at a place.
pub(crate) fn after(at: TextPosition, text: &str) -> TextPosition {
    match text.rsplit_once('\n') {
        None => TextPosition {
            byte: at.byte + text.len(),
            ..at
        },
        Some((head, last)) => TextPosition {
            line: at.line + head.matches('\n').count() + 1,
            byte: last.len(),
        },
    }
}

/// Where a place lies after `from..to` became a text that ends at `end`. What was inside of it lies at its end at the most.
pub fn shifted(
    place: TextPosition,
    from: TextPosition,
    to: TextPosition,
    end: TextPosition,
) -> TextPosition {
    if place <= from {
        place
    } else if place < to {
        place.min(end)
    } else if place.line == to.line {
        TextPosition {
            line: end.line,
            byte: place.byte - to.byte + end.byte,
        }
    } else {
        TextPosition {
            line: place.line - to.line + end.line,
            ..place
        }
    }
}

/// What is looked for. Letters match in any case unless the pattern has a capital; only ASCII letters fold, so that a hit always
/// has the pattern's length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pattern<'a> {
    text: &'a str,
    is_exact: bool,
    /// The byte of the pattern that is the rarest in most texts, and its offset: the bytes around it are compared.
    offset: usize,
    byte: u8,
}

impl<'a> Pattern<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let rarest = text
            .bytes()
            .enumerate()
            .max_by_key(|(_, byte)| rarity(*byte));
        let (offset, byte) = rarest.unwrap_or_default();
        Self {
            text,
            is_exact: text.chars().any(char::is_uppercase),
            offset,
            byte,
        }
    }

    /// Where it occurs in a line, one hit after the other.
    pub(crate) fn hits(self, line: &'a str) -> impl Iterator<Item = usize> + 'a {
        let Self {
            text,
            is_exact,
            offset,
            byte,
        } = self;
        let bytes = line.as_bytes();
        let other = if is_exact {
            byte
        } else {
            byte.to_ascii_uppercase()
        };
        let mut at = offset;
        std::iter::from_fn(move || {
            while !text.is_empty() {
                let found = at + memchr2(byte, other, bytes.get(at..)?)?;
                at = found + 1;
                let start = found - offset;
                let Some(there) = bytes.get(start..start + text.len()) else {
                    continue;
                };
                let is_hit = if is_exact {
                    there == text.as_bytes()
                } else {
                    there.eq_ignore_ascii_case(text.as_bytes())
                };
                if is_hit && line.is_char_boundary(start) {
                    at = start + text.len() + offset;
                    return Some(start);
                }
            }
            None
        })
    }
}

/// The places of a pattern in a single line.
pub fn hits<'a>(line: &'a str, pattern: &'a str) -> impl Iterator<Item = usize> + 'a {
    Pattern::new(pattern).hits(line)
}

/// How seldom a byte is; the letters of most languages written with Latin ones, and what JSON is made of.
fn rarity(byte: u8) -> usize {
    const COMMON: &[u8] = b" etaoinsr\"hldcum:,.{}[]fpgwybvk";
    COMMON
        .iter()
        .position(|common| *common == byte.to_ascii_lowercase())
        .unwrap_or(COMMON.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::any_case("Aa aA", "aa", &[0, 3])]
    #[case::a_capital_makes_it_exact("Aa aA", "aA", &[3])]
    #[case::one_behind_the_other("aaaaa", "aa", &[0, 2])]
    #[case::wide_letters("üxü", "ü", &[0, 3])]
    #[case::nothing("abc", "", &[])]
    #[case::longer("a", "ab", &[])]
    fn hits_in_a_line(#[case] line: &str, #[case] pattern: &str, #[case] expected: &[usize]) {
        assert_eq!(hits(line, pattern).collect::<Vec<_>>(), expected);
    }

    proptest! {
        #[test]
        fn letters_are_those_of_the_standard(text in "([a-c~ \r\n\t]|\\PC|[\u{301}\u{200d}\u{600}👩🏽🇩🇪]){0,20}") {
            let expected: Vec<_> = text.grapheme_indices(true).collect();
            prop_assert_eq!(graphemes(&text).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn what_fits_is_what_letter_by_letter_fits(
            text in "([a-c~ \r\n\t]|\\PC|[\u{301}\u{200d}👩🏽🇩🇪]|[a-z]{60,70}){0,9}", most in 0usize..200
        ) {
            let (mut byte, mut used) = (0, 0);
            for (_, grapheme) in graphemes(&text).take_while(|(_, grapheme)| { used += grapheme_columns(grapheme); used <= most }) {
                byte += grapheme.len();
            }
            prop_assert_eq!(fitting(&text, most), (byte, columns(&text[..byte])));
            let all: usize = graphemes(&text).map(|(_, grapheme)| grapheme_columns(grapheme)).sum();
            prop_assert_eq!(columns(&text), all);
        }

        #[test]
        fn hits_are_what_a_plain_search_finds(line in "[abABué]{0,20}", pattern in "[abué]{1,3}") {
            let folded = line.to_ascii_lowercase();
            let expected: Vec<usize> = folded.match_indices(&pattern).map(|(byte, _)| byte).collect();
            prop_assert_eq!(hits(&line, &pattern).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn a_place_stays_in_order_when_the_text_around_it_changes(a in (0usize..5, 0usize..5), b in (0usize..5, 0usize..5)) {
            let (one, other) = (TextPosition { line: a.0, byte: a.1 }, TextPosition { line: b.0, byte: b.1 });
            let (from, to, end) = (TextPosition { line: 1, byte: 2 }, TextPosition { line: 3, byte: 1 }, TextPosition { line: 2, byte: 0 });
            let (one, other) = (one.min(other), one.max(other));
            prop_assert!(shifted(one, from, to, end) <= shifted(other, from, to, end));
        }
    }
}
