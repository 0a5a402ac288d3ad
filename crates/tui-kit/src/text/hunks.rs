//! What differs between two texts, as changes that make one the other: small where little differs, found in one pass.
//! A wrong guess costs a larger change, never a wrong text.

use super::{
    lines::Lines,
    place::{TextPosition, after},
};
use std::ops::Range;

/// `from..to` becomes `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    pub from: TextPosition,
    pub to: TextPosition,
    pub text: String,
}

/// How many lines are looked at for the place where two texts agree again.
const LOOK_AHEAD: usize = 64;
/// Each change that adds or takes lines moves all lines behind it: with more of them, one large change is quicker.
const MOST_HUNKS: usize = 256;

/// The changes that make `lines` the text `new`, the last place first, so that each leaves the places of the next alone.
pub(crate) fn hunks(lines: &Lines, new: &str) -> Vec<Hunk> {
    let old = lines.all();
    let same_head = old
        .iter()
        .zip(new.split('\n'))
        .take_while(|(old, new)| old == new)
        .count();
    let new: Vec<&str> = new.split('\n').collect();
    let room = old.len().min(new.len()) - same_head;
    let same_tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(room)
        .take_while(|(old, new)| old == *new)
        .count();
    let all = (
        same_head..old.len() - same_tail,
        same_head..new.len() - same_tail,
    );
    let mut parts = parts(old, &new, &all);
    if parts.len() > MOST_HUNKS && parts.iter().any(|(old, new)| old.len() != new.len()) {
        parts = vec![all];
    }
    parts
        .into_iter()
        .rev()
        .filter_map(|(old, range)| hunk(lines, old, new.get(range)?))
        .collect()
}

/// Ranges of lines that differ. Where they do, the nearest lines that agree again end the part.
fn parts(
    old: &[String],
    new: &[&str],
    all: &(Range<usize>, Range<usize>),
) -> Vec<(Range<usize>, Range<usize>)> {
    let (mut at, mut to) = (all.0.start, all.1.start);
    let mut parts = Vec::new();
    let agrees = |at: usize, to: usize| {
        at < all.0.end
            && to < all.1.end
            && old
                .get(at)
                .zip(new.get(to))
                .is_some_and(|(old, new)| old == new)
    };
    while at < all.0.end || to < all.1.end {
        if agrees(at, to) {
            at += 1;
            to += 1;
            continue;
        }
        // Two lines in a row: a lone bracket agrees with every other one.
        let is_end = |at: usize, to: usize| {
            agrees(at, to)
                && (agrees(at + 1, to + 1) || (at + 1 == all.0.end && to + 1 == all.1.end))
        };
        let next = (1..=LOOK_AHEAD).find_map(|away| {
            // As many lines on both sides first: that is what most edits are.
            let even = away.is_multiple_of(2).then_some(away / 2);
            let steps = even
                .into_iter()
                .chain(0..=away)
                .map(|old| (old, away - old));
            steps
                .map(|(ahead, behind)| (at + ahead, to + behind))
                .find(|(at, to)| is_end(*at, *to))
        });
        let (end_at, end_to) = next.unwrap_or((all.0.end, all.1.end));
        parts.push((at..end_at, to..end_to));
        (at, to) = (end_at, end_to);
    }
    parts
}

/// The change of a range of lines, without what stays the same at its ends.
fn hunk(lines: &Lines, old: Range<usize>, new: &[&str]) -> Option<Hunk> {
    let line_end = |line: usize| TextPosition {
        line,
        byte: lines.line(line).len(),
    };
    let start = TextPosition {
        line: old.start,
        byte: 0,
    };
    let (from, to, text) = match (old.is_empty(), new.is_empty()) {
        (true, true) => return None,
        (true, false) if old.start <= lines.last() => (start, start, new.join("\n") + "\n"),
        (true, false) => (lines.end(), lines.end(), format!("\n{}", new.join("\n"))),
        (false, true) if old.end <= lines.last() => (
            start,
            TextPosition {
                line: old.end,
                byte: 0,
            },
            String::new(),
        ),
        (false, true) => (
            line_end(old.start.checked_sub(1)?),
            lines.end(),
            String::new(),
        ),
        (false, false) => (start, line_end(old.end - 1), new.join("\n")),
    };
    let before = lines.slice(from, to);
    let head = common_head(&before, &text);
    let (removed, text) = (before.get(head..)?, text.get(head..)?);
    let tail = common_tail(removed, text);
    let from = after(from, before.get(..head)?);
    let to = after(from, removed.get(..removed.len() - tail)?);
    Some(Hunk {
        from,
        to,
        text: text.get(..text.len() - tail)?.to_owned(),
    })
}

/// Bytes that two texts begin with alike, whole characters.
fn common_head(one: &str, other: &str) -> usize {
    let same = one
        .bytes()
        .zip(other.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    (0..=same)
        .rev()
        .find(|byte| one.is_char_boundary(*byte) && other.is_char_boundary(*byte))
        .unwrap_or_default()
}

/// Bytes that two texts end with alike, whole characters.
fn common_tail(one: &str, other: &str) -> usize {
    let same = one
        .bytes()
        .rev()
        .zip(other.bytes().rev())
        .take_while(|(one, other)| one == other)
        .count();
    let is_boundary = |text: &str, tail: usize| text.is_char_boundary(text.len() - tail);
    (0..=same)
        .rev()
        .find(|tail| is_boundary(one, *tail) && is_boundary(other, *tail))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn made(old: &str, new: &str) -> (String, Vec<Hunk>) {
        let mut lines = Lines::new(old);
        let hunks = hunks(&lines, new);
        for hunk in &hunks {
            lines.splice(hunk.from, hunk.to, &hunk.text);
        }
        (lines.text(), hunks)
    }

    #[rstest]
    #[case::nothing("a\nb", "a\nb", 0, 0)]
    #[case::a_letter("one\ntwo\nthree", "one\ntxo\nthree", 1, 1)]
    #[case::a_wide_letter("aéb", "aèb", 1, 2)]
    #[case::a_line_more("a\nb\nc", "a\nb\nx\nc", 1, 2)]
    #[case::a_line_less("a\nb\nc", "a\nc", 1, 0)]
    #[case::the_last_line_less("a\nb", "a", 1, 0)]
    #[case::a_last_line_more("a", "a\nb", 1, 2)]
    #[case::two_places("a\nb\nc\nd\ne\nf", "A\nb\nc\nd\nE\nf", 2, 2)]
    #[case::everything("a\nb", "", 1, 0)]
    fn only_what_differs_changes(
        #[case] old: &str,
        #[case] new: &str,
        #[case] places: usize,
        #[case] bytes: usize,
    ) {
        let (text, hunks) = made(old, new);
        assert_eq!(text, new);
        let inserted: usize = hunks.iter().map(|hunk| hunk.text.len()).sum();
        assert_eq!((hunks.len(), inserted), (places, bytes), "{hunks:?}");
    }

    proptest! {
        #[test]
        fn they_make_one_text_the_other(old in "([ab{}é漢👩\u{301}]|\n){0,60}", new in "([ab{}é漢👩\u{301}]|\n){0,60}") {
            prop_assert_eq!(made(&old, &new).0, new);
        }

        #[test]
        fn an_edit_in_the_middle_stays_small(
            lines in proptest::collection::vec("[a-z]{1,8}", 10..40), at in any::<prop::sample::Index>(), word in "[A-Z]{1,9}",
        ) {
            let mut changed = lines.clone();
            let place = at.index(lines.len());
            changed[place] = word.clone();
            let (text, hunks) = made(&lines.join("\n"), &changed.join("\n"));
            prop_assert_eq!(text, changed.join("\n"));
            prop_assert_eq!(hunks, vec![Hunk {
                from: TextPosition { line: place, byte: 0 }, to: TextPosition { line: place, byte: lines[place].len() }, text: word,
            }]);
        }
    }
}
