//! A search in a text: every hit, found once for each version of the text and each pattern. Knows no key and no screen.

use super::place::{Pattern, TextPosition};

#[derive(Clone, Debug, Default)]
pub struct TextSearch {
    pattern: String,
    /// Only what lies between these two.
    within: Option<(TextPosition, TextPosition)>,
    /// In order.
    hits: Vec<TextPosition>,
    /// The text's version that they were found in.
    of: Option<u64>,
}

impl TextSearch {
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    pub fn within(&self) -> Option<(TextPosition, TextPosition)> {
        self.within
    }

    /// Looks for something else from now on.
    pub fn set(&mut self, pattern: &str) {
        if pattern != self.pattern {
            pattern.clone_into(&mut self.pattern);
            self.of = None;
        }
    }

    /// Looks only there from now on.
    pub fn limit(&mut self, within: Option<(TextPosition, TextPosition)>) {
        self.within = within;
        self.of = None;
    }

    /// The text has changed: the hits are not true any more, until they are refreshed.
    pub fn forget_hits(&mut self) {
        self.hits.clear();
        self.of = None;
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Brings the hits up to this version of the text. Reads all of the text, unless that was done.
    pub fn refresh(&mut self, lines: &[String], version: u64) {
        if self.of == Some(version) {
            return;
        }
        self.hits.clear();
        self.of = Some(version).filter(|_| !self.pattern.is_empty());
        let (from, to) = self.within.unwrap_or((
            TextPosition::default(),
            TextPosition {
                line: usize::MAX,
                byte: 0,
            },
        ));
        let length = self.pattern.len();
        let pattern = Pattern::new(&self.pattern);
        for (line, text) in lines
            .iter()
            .enumerate()
            .take(to.line.saturating_add(1))
            .skip(from.line)
        {
            let found = pattern.hits(text).map(|byte| TextPosition { line, byte });
            self.hits.extend(found.filter(|hit| {
                *hit >= from
                    && TextPosition {
                        byte: hit.byte + length,
                        ..*hit
                    } <= to
            }));
        }
    }

    pub fn hits(&self) -> &[TextPosition] {
        &self.hits
    }

    /// The first hit at a place or behind it, once around.
    pub fn at_or_behind(&self, place: TextPosition) -> Option<TextPosition> {
        let next = self.hits.partition_point(|hit| *hit < place);
        self.hits.get(next).or_else(|| self.hits.first()).copied()
    }

    /// The first hit behind a place, once around.
    pub fn behind(&self, place: TextPosition) -> Option<TextPosition> {
        self.at_or_behind(TextPosition {
            byte: place.byte + 1,
            ..place
        })
    }

    /// The last hit before a place, once around.
    pub fn before(&self, place: TextPosition) -> Option<TextPosition> {
        let next = self.hits.partition_point(|hit| *hit < place);
        next.checked_sub(1)
            .and_then(|at| self.hits.get(at))
            .or_else(|| self.hits.last())
            .copied()
    }

    /// Which hit begins at a place, from 1.
    pub fn number(&self, place: TextPosition) -> Option<usize> {
        self.hits.binary_search(&place).ok().map(|at| at + 1)
    }

    /// `hit 3 of 17`, `17 hits`, `no hit`; nothing while nothing was looked for.
    pub fn word(&self, cursor: TextPosition) -> String {
        match (self.of.is_none(), self.hits.len(), self.number(cursor)) {
            (true, ..) => String::new(),
            (_, 0, _) => "no hit".to_owned(),
            (_, all, Some(number)) => format!("hit {number} of {all}"),
            (_, 1, None) => "1 hit".to_owned(),
            (_, all, None) => format!("{all} hits"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize, byte: usize) -> TextPosition {
        TextPosition { line, byte }
    }

    #[test]
    fn hits_are_counted_and_walked_through_once_around() {
        let lines = ["Aa b", "B", "übb"].map(str::to_owned);
        let mut search = TextSearch::default();
        assert_eq!(search.word(TextPosition::default()), "");
        search.set("b");
        search.refresh(&lines, 0);
        assert_eq!(
            search.hits(),
            [place(0, 3), place(1, 0), place(2, 2), place(2, 3)]
        );
        assert_eq!(search.behind(place(0, 3)), Some(place(1, 0)));
        assert_eq!(search.behind(place(2, 3)), Some(place(0, 3)));
        assert_eq!(search.before(place(0, 3)), Some(place(2, 3)));
        assert_eq!(
            (
                search.word(place(1, 0)).as_str(),
                search.word(place(0, 0)).as_str()
            ),
            ("hit 2 of 4", "4 hits")
        );
        search.set("B");
        search.refresh(&lines, 0);
        assert_eq!(search.hits(), [place(1, 0)]);
        search.set("no");
        search.refresh(&lines, 0);
        assert_eq!(
            (
                search.behind(place(0, 0)),
                search.word(place(0, 0)).as_str()
            ),
            (None, "no hit")
        );
    }

    #[test]
    fn a_limit_leaves_out_what_reaches_beyond_it() {
        let lines = ["abab", "abab"].map(str::to_owned);
        let mut search = TextSearch::default();
        search.set("ab");
        search.limit(Some((place(0, 1), place(1, 3))));
        search.refresh(&lines, 0);
        assert_eq!(search.hits(), [place(0, 2), place(1, 0)]);
    }
}
