//! Fuzzy search over texts: which ones match, best first, and which letters did it. Knows nothing of what the texts stand for.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

/// A pattern made ready for many texts. Words are matched apart, in any order; a capital letter makes it case-sensitive.
pub struct Search {
    matcher: Matcher,
    pattern: Pattern,
    buffer: Vec<char>,
}

impl Search {
    pub fn new(pattern: &str) -> Self {
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            pattern: Pattern::parse(pattern, CaseMatching::Smart, Normalization::Smart),
            buffer: Vec::new(),
        }
    }

    /// How well a text matches; larger is better, `None` is not at all.
    pub fn score(&mut self, text: &str) -> Option<u32> {
        self.pattern
            .score(Utf32Str::new(text, &mut self.buffer), &mut self.matcher)
    }

    /// Which characters of a matching text were hit, as sorted indices of graphemes.
    pub fn hits(&mut self, text: &str) -> Vec<u32> {
        let mut hits = Vec::new();
        self.pattern.indices(
            Utf32Str::new(text, &mut self.buffer),
            &mut self.matcher,
            &mut hits,
        );
        hits.sort_unstable();
        hits.dedup();
        hits
    }
}

/// The places of the matching texts, best first; equal ones keep their order. An empty pattern keeps everything.
pub fn best<'a>(pattern: &str, texts: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut search = Search::new(pattern);
    let mut found: Vec<_> = texts
        .enumerate()
        .filter_map(|(at, text)| Some((search.score(text)?, at)))
        .collect();
    found.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    found.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn best_first_and_order_kept_among_equals() {
        let texts = [
            "Northwind Paint",
            "Northwind Notes",
            "Notes",
            "Sticky notes",
        ];
        assert_eq!(best("notes", texts.into_iter()), [1, 2, 3]);
        assert_eq!(
            best("st no", ["Fast no", "Sticky notes"].into_iter()).first(),
            Some(&1)
        );
        assert_eq!(best("", texts.into_iter()), [0, 1, 2, 3]);
        assert_eq!(best("xyz", texts.into_iter()), [] as [usize; 0]);
        assert_eq!(best("Sticky", texts.into_iter()), [3]);
        assert_eq!(Search::new("nw").hits("Northwind"), [0, 5]);
    }
}
