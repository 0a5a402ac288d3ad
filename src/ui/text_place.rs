//! Places in a text: columns as a screen shows them, where a text ends, where a pattern stands. Changes nothing.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A place in a text: line from 0, and the byte in that line, always between two characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub byte: usize,
}

/// Columns of a text as the screen shows it; a tab takes two, what cannot be shown takes one.
pub fn columns(text: &str) -> usize {
    text.graphemes(true).map(grapheme_columns).sum()
}

/// Columns of one grapheme, at least one.
pub fn grapheme_columns(grapheme: &str) -> usize {
    match grapheme {
        "\t" => 2,
        _ if grapheme.chars().any(char::is_control) => 1,
        _ => grapheme.width().max(1),
    }
}

/// The byte of the letter that covers a column, else the line's end.
pub fn byte_at_column(line: &str, column: usize) -> usize {
    let mut used = 0;
    for (byte, grapheme) in line.grapheme_indices(true) {
        let next = used + grapheme_columns(grapheme);
        if next > column {
            return byte;
        }
        used = next;
    }
    line.len()
}

/// Where a text ends that begins at a place.
pub fn after(at: Place, text: &str) -> Place {
    match text.rsplit_once('\n') {
        None => Place { byte: at.byte + text.len(), ..at },
        Some((head, last)) => Place { line: at.line + head.matches('\n').count() + 1, byte: last.len() },
    }
}

/// Where a place lies after `from..to` became a text that ends at `end`. What was inside of it lies at its end at the most.
pub fn shifted(place: Place, from: Place, to: Place, end: Place) -> Place {
    if place <= from {
        place
    } else if place < to {
        place.min(end)
    } else if place.line == to.line {
        Place { line: end.line, byte: place.byte - to.byte + end.byte }
    } else {
        Place { line: place.line - to.line + end.line, ..place }
    }
}

/// The next hit behind a place, once around. Letters match in any case unless the pattern has a capital.
pub fn find(lines: &[String], pattern: &str, from: Place) -> Option<Place> {
    if pattern.is_empty() {
        return None;
    }
    let count = lines.len();
    (0..=count).find_map(|step| {
        let line = (from.line + step) % count.max(1);
        let text = lines.get(line)?;
        hits(text, pattern)
            .into_iter()
            .find(|byte| match step {
                0 => *byte > from.byte,
                _ => step < count || *byte <= from.byte,
            })
            .map(|byte| Place { line, byte })
    })
}

/// Where a pattern stands in a line.
pub fn hits(line: &str, pattern: &str) -> Vec<usize> {
    if pattern.is_empty() || pattern.len() > line.len() {
        return Vec::new();
    }
    if pattern.chars().any(char::is_uppercase) {
        return line.match_indices(pattern).map(|(byte, _)| byte).collect();
    }
    // Only ASCII letters fold: the hit then has the pattern's length.
    line.as_bytes()
        .windows(pattern.len())
        .enumerate()
        .filter(|(byte, window)| window.eq_ignore_ascii_case(pattern.as_bytes()) && line.is_char_boundary(*byte))
        .map(|(byte, _)| byte)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_goes_around_and_folds_case() {
        let text = ["Aa b", "B", "übb"].map(str::to_owned);
        let first = find(&text, "b", Place::default());
        assert_eq!(first, Some(Place { line: 0, byte: 3 }));
        assert_eq!(find(&text, "b", Place { line: 0, byte: 3 }), Some(Place { line: 1, byte: 0 }));
        assert_eq!(find(&text, "B", Place { line: 1, byte: 0 }), Some(Place { line: 1, byte: 0 }));
        assert_eq!(find(&text, "aa", Place { line: 2, byte: 2 }), Some(Place::default()));
        assert_eq!(find(&text, "no", Place::default()), None);
    }
}
