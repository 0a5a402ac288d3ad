//! Folded parts of a text: which lines are hidden, and how folds move along when the text changes. Rows are the lines that are
//! left. Knows no screen and no key.

use super::{
    brackets::Pair,
    place::{TextPosition, shifted},
};

/// A part that is folded: from its opening to its closing bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fold {
    open: TextPosition,
    close: TextPosition,
}

/// Hidden lines below the line that the part opens in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hidden {
    first: usize,
    last: usize,
    /// Where the closing bracket is, if its line is hidden too.
    close: Option<TextPosition>,
    /// Lines hidden before this one.
    before: usize,
}

/// What a folded line shows after its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoldMark {
    /// Lines that are hidden.
    pub count: usize,
    /// From where the rest of a hidden closing line is shown.
    pub close: Option<TextPosition>,
}

#[derive(Clone, Debug, Default)]
pub struct Folds {
    /// Sorted; one may lie in another.
    all: Vec<Fold>,
    /// The outermost ones as lines: sorted and apart.
    hidden: Vec<Hidden>,
}

impl Folds {
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Folds parts; those that are folded stay so.
    pub fn fold(&mut self, pairs: &[Pair], lines: &[String]) {
        self.all.extend(pairs.iter().map(|pair| Fold {
            open: pair.open,
            close: pair.close,
        }));
        self.all.sort_unstable();
        self.all.dedup();
        self.settle(lines);
    }

    /// Unfolds the part that opens in a line; says whether one was folded there.
    pub fn unfold(&mut self, line: usize, lines: &[String]) -> bool {
        let is_folded = self.mark(line).is_some();
        if is_folded {
            self.all.retain(|fold| fold.open.line != line);
            self.settle(lines);
        }
        is_folded
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Unfolds whatever hides a line.
    pub fn reveal(&mut self, line: usize, lines: &[String]) {
        while self.is_hidden(line) {
            let before = self.all.len();
            self.all
                .retain(|fold| !(fold.open.line < line && line <= fold.close.line));
            if self.all.len() == before {
                self.clear();
            }
            self.settle(lines);
        }
    }

    /// Moves along when `from..to` became a text that ends at `end`; a fold whose bracket was taken out is gone.
    /// Is to be followed by [`settle`](Self::settle).
    pub(crate) fn spliced(&mut self, from: TextPosition, to: TextPosition, end: TextPosition) {
        let is_kept = |place: TextPosition| place < from || place >= to;
        // A bracket right where text is put in moves behind it.
        let moved = |place: TextPosition| {
            if place == from && place == to {
                end
            } else {
                shifted(place, from, to, end)
            }
        };
        self.all.retain_mut(|fold| {
            let is_whole = is_kept(fold.open) && is_kept(fold.close);
            *fold = Fold {
                open: moved(fold.open),
                close: moved(fold.close),
            };
            is_whole && fold.open.line < fold.close.line
        });
    }

    /// Counts the hidden lines anew.
    pub(crate) fn settle(&mut self, lines: &[String]) {
        self.hidden.clear();
        let mut before = 0;
        for fold in &self.all {
            if self
                .hidden
                .last()
                .is_some_and(|last| fold.open.line <= last.last)
            {
                continue;
            }
            // A closing line that continues with something else stays visible.
            let rest = lines
                .get(fold.close.line)
                .and_then(|line| line.get(fold.close.byte + 1..))
                .unwrap_or_default();
            let is_last = rest
                .chars()
                .all(|c| matches!(c, ',' | '}' | ']' | ' ' | '\t'));
            let last = if is_last {
                fold.close.line
            } else {
                fold.close.line - 1
            };
            let first = fold.open.line + 1;
            if first <= last {
                self.hidden.push(Hidden {
                    first,
                    last,
                    close: is_last.then_some(fold.close),
                    before,
                });
                before += last + 1 - first;
            }
        }
    }

    /// The hidden lines that begin at or before a line.
    fn at_or_before(&self, line: usize) -> Option<&Hidden> {
        self.hidden
            .partition_point(|hidden| hidden.first <= line)
            .checked_sub(1)
            .and_then(|at| self.hidden.get(at))
    }

    pub(crate) fn is_hidden(&self, line: usize) -> bool {
        self.at_or_before(line)
            .is_some_and(|hidden| line <= hidden.last)
    }

    /// What to show after a line in which a folded part opens.
    pub(crate) fn mark(&self, line: usize) -> Option<FoldMark> {
        let hidden = self
            .at_or_before(line + 1)
            .filter(|hidden| hidden.first == line + 1)?;
        Some(FoldMark {
            count: hidden.last + 1 - hidden.first,
            close: hidden.close,
        })
    }

    /// The row of a line, from 0; that of its fold's opening line if it is hidden.
    pub(crate) fn row_of(&self, line: usize) -> usize {
        match self.at_or_before(line) {
            None => line,
            Some(hidden) if line <= hidden.last => hidden.first - 1 - hidden.before,
            Some(hidden) => line - (hidden.before + hidden.last + 1 - hidden.first),
        }
    }

    /// The line of a row.
    pub(crate) fn line_at(&self, row: usize) -> usize {
        // The first row behind a part is its `first` less what is hidden before it.
        let folded = self
            .hidden
            .partition_point(|hidden| hidden.first - hidden.before <= row);
        match folded.checked_sub(1).and_then(|at| self.hidden.get(at)) {
            None => row,
            Some(hidden) => row + hidden.before + hidden.last + 1 - hidden.first,
        }
    }
}

/// The visible lines of a text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Visible<'a> {
    pub lines: &'a [String],
    pub folds: Option<&'a Folds>,
}

impl Visible<'_> {
    pub(crate) fn row_of(self, line: usize) -> usize {
        self.folds.map_or(line, |folds| folds.row_of(line))
    }

    pub(crate) fn line_at(self, row: usize) -> usize {
        self.folds.map_or(row, |folds| folds.line_at(row))
    }

    /// The last row.
    pub(crate) fn last(self) -> usize {
        self.row_of(self.lines.len().saturating_sub(1))
    }

    pub(crate) fn mark(self, line: usize) -> Option<FoldMark> {
        self.folds?.mark(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{brackets::pairs_at, lines::Lines};
    use proptest::prelude::*;

    const LISTINGS: &str = "{\n  \"l\": {\n    \"a\": {\n      \"x\": 1\n    },\n    \"b\": {\n      \"y\": [2]\n    }\n  }\n}";

    fn folded(text: &str, depths: &[usize]) -> (Lines, Folds) {
        let (lines, mut folds) = (Lines::new(text), Folds::default());
        for depth in depths {
            folds.fold(&pairs_at(lines.all(), *depth), lines.all());
        }
        (lines, folds)
    }

    fn rows(lines: &Lines, folds: &Folds) -> Vec<usize> {
        (0..lines.all().len())
            .filter(|line| !folds.is_hidden(*line))
            .collect()
    }

    #[test]
    fn parts_are_hidden_and_come_back() {
        let (lines, mut folds) = folded(LISTINGS, &[2]);
        assert_eq!(rows(&lines, &folds), [0, 1, 2, 5, 8, 9]);
        assert_eq!(
            folds.mark(2),
            Some(FoldMark {
                count: 2,
                close: Some(TextPosition { line: 4, byte: 4 })
            })
        );
        folds.reveal(6, lines.all());
        assert_eq!(rows(&lines, &folds), [0, 1, 2, 5, 6, 7, 8, 9]);
        assert!(folds.unfold(2, lines.all()) && !folds.unfold(2, lines.all()) && folds.is_empty());
    }

    #[test]
    fn what_follows_a_closing_bracket_stays_in_sight() {
        let (lines, folds) = folded("[{\n  1\n}, {\n  2\n}]", &[1]);
        assert_eq!(rows(&lines, &folds), [0, 2]);
        assert_eq!(
            folds.mark(0),
            Some(FoldMark {
                count: 1,
                close: None
            })
        );
    }

    #[test]
    fn an_inner_fold_is_still_there_when_the_outer_one_opens() {
        let (lines, mut folds) = folded(LISTINGS, &[2, 1]);
        assert_eq!(rows(&lines, &folds), [0, 1, 9]);
        folds.unfold(1, lines.all());
        assert_eq!(rows(&lines, &folds), [0, 1, 2, 5, 8, 9]);
    }

    proptest! {
        /// Rows count what is visible, and a fold stays with its brackets whatever is changed.
        #[test]
        fn rows_and_folds_hold(
            text in "(\\[\n?|\\{\n?|\\]\n?|\\}\n?|a|\n){0,40}", depth in 0usize..3,
            edits in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..4, "([a\\[\\]]|\n){0,3}"), 0..6),
        ) {
            let (mut lines, mut folds) = folded(&text, &[depth, depth + 1]);
            for (at, removes, inserted) in edits {
                let line = at.index(lines.all().len());
                let from = TextPosition { line, byte: at.index(lines.line(line).len() + 1) };
                let mut to = from;
                for _ in 0..removes {
                    if to.byte < lines.line(to.line).len() { to.byte += 1 } else if to.line < lines.last() { to = TextPosition { line: to.line + 1, byte: 0 } }
                }
                let end = lines.splice(from, to, &inserted);
                folds.spliced(from, to, end);
                folds.settle(lines.all());
            }
            let rows = rows(&lines, &folds);
            for (row, line) in rows.iter().enumerate() {
                prop_assert_eq!(folds.row_of(*line), row);
                prop_assert_eq!(folds.line_at(row), *line);
            }
            for fold in &folds.all {
                let is_open = lines.tail(fold.open).starts_with(['{', '[']);
                let is_close = lines.tail(fold.close).starts_with(['}', ']']);
                prop_assert!(is_open && is_close);
            }
        }
    }
}
