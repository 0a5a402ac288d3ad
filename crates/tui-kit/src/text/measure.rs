//! Text measured as a terminal shows it: cut, filled and wrapped by columns, not by bytes or characters. Knows no style.

use ratatui::buffer::CellWidth;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Replaces the part that did not fit.
const ELLIPSIS: &str = "…";

/// Columns that the text takes: those of its letters, one by one, as the screen's buffer gives them out. Measured as a whole, letters
/// that join (Arabic lam and alef) would count as one cell.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).map(cells).sum()
    }
}

/// Cells of one letter in the screen's buffer.
pub fn cells(letter: &str) -> usize {
    // The buffer is never asked about these: they do not get there.
    if letter.contains(char::is_control) {
        letter.width()
    } else {
        usize::from(letter.cell_width())
    }
}

/// Marks that change the direction of what follows, and other invisible ones: they would reach beyond their own cell.
fn is_invisible_mark(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// What joins or varies emoji. Terminals disagree about the width of what comes out, so a list shows the first picture alone.
fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'
    )
}

/// The text without what a terminal would obey instead of show, and without what terminals measure differently.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_invisible_mark(c) || is_joiner(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for part in text.graphemes(true) {
        let is_picture =
            part.chars().any(is_joiner) && part.chars().next().is_some_and(|c| !c.is_alphabetic());
        let kept = if is_picture { 1 } else { usize::MAX };
        shown.extend(
            part.chars()
                .take(kept)
                .filter(|c| !is_invisible_mark(*c) && !is_joiner(*c)),
        );
    }
    Cow::Owned(shown)
}

/// At most `columns` wide; what is cut off shows as an ellipsis. Never splits a character that is made of several.
pub fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    let text = plain(text);
    if width(&text) <= columns {
        return text;
    }
    let room = columns.saturating_sub(width(ELLIPSIS));
    let mut cut = String::with_capacity(columns + ELLIPSIS.len());
    let mut taken = 0;
    for part in text.graphemes(true) {
        taken += cells(part);
        if taken > room {
            break;
        }
        cut.push_str(part);
    }
    if columns > 0 {
        cut.push_str(ELLIPSIS);
    }
    Cow::Owned(cut)
}

/// As [`fit`], but what is cut off is the beginning: of a path, the end says more.
pub fn fit_end(text: &str, columns: usize) -> Cow<'_, str> {
    let text = plain(text);
    if width(&text) <= columns {
        return text;
    }
    let mut room = columns.saturating_sub(width(ELLIPSIS));
    let fits = |part: &&str| {
        let cells = cells(part);
        let fits = cells <= room;
        room -= cells.min(room);
        fits
    };
    let kept: usize = text
        .graphemes(true)
        .rev()
        .take_while(fits)
        .map(str::len)
        .sum();
    let end = text.get(text.len() - kept..).unwrap_or_default();
    Cow::Owned(if columns > 0 {
        format!("{ELLIPSIS}{end}")
    } else {
        String::new()
    })
}

/// Exactly `columns` wide: cut, or filled with spaces at the end.
pub fn pad(text: &str, columns: usize) -> String {
    let mut fitted = fit(text, columns).into_owned();
    let missing = columns.saturating_sub(width(&fitted));
    fitted.extend(std::iter::repeat_n(' ', missing));
    fitted
}

/// Exactly `columns` wide: cut, or filled with spaces in front.
pub fn pad_left(text: &str, columns: usize) -> String {
    let fitted = fit(text, columns);
    let missing = columns.saturating_sub(width(&fitted));
    let mut filled = " ".repeat(missing);
    filled.push_str(&fitted);
    filled
}

/// Lines of at most `columns`, broken between words, or inside of a word that is wider than a line. Keeps the text's own lines
/// and the spaces at their beginnings.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let paragraph = plain(paragraph);
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_inclusive(' ') {
            let bare = word.trim_end_matches(' ');
            if used > 0 && used + width(bare) > columns {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0;
            }
            for part in bare.graphemes(true) {
                // One that no line can hold is only hinted at.
                let part = if cells(part) > columns {
                    ELLIPSIS
                } else {
                    part
                };
                if used > 0 && used + cells(part) > columns {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push_str(part);
                used += cells(part);
            }
            // A space that does not fit is the break itself.
            let spaces = (word.len() - bare.len()).min(columns.saturating_sub(used));
            line.extend(std::iter::repeat_n(' ', spaces));
            used += spaces;
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Northwind", 20, "Northwind")]
    #[case("Northwind", 5, "Nort…")]
    #[case("天気アプリ", 6, "天気…")]
    #[case("👩‍👩‍👧 Family", 4, "👩 …")]
    #[case("❤️ x", 9, "❤ x")]
    #[case("abc", 0, "")]
    #[case("a\u{202e}bc", 3, "abc")]
    fn cut_by_columns(#[case] text: &str, #[case] columns: usize, #[case] expected: &str) {
        assert_eq!(fit(text, columns), expected);
    }

    #[rstest]
    #[case("/listings/en-us", 15, "/listings/en-us")]
    #[case("/listings/en-us", 6, "…en-us")]
    #[case("/天気", 4, "…気")]
    #[case("abc", 0, "")]
    fn the_end_is_kept(#[case] text: &str, #[case] columns: usize, #[case] expected: &str) {
        assert_eq!(fit_end(text, columns), expected);
    }

    #[rstest]
    #[case("one two three", 8, &["one two", "three"])]
    #[case("a\n\nb", 8, &["a", "", "b"])]
    #[case("abcdefghij", 4, &["abcd", "efgh", "ij"])]
    #[case("", 4, &[])]
    #[case("answered 503 (Service", 15, &["answered 503", "(Service"])]
    #[case("Flightdeck needs 40×10; this is 20×5.", 20, &["Flightdeck needs", "40×10; this is 20×5."])]
    #[case("Flightdeck needs 40×10; this is 19×5.", 19, &["Flightdeck needs", "40×10; this is", "19×5."])]
    #[case("  indented", 20, &["  indented"])]
    fn wrapped_between_words(
        #[case] text: &str,
        #[case] columns: usize,
        #[case] expected: &[&str],
    ) {
        assert_eq!(wrap(text, columns), expected);
    }

    /// Columns as terminals and the screen's buffer count them.
    #[rstest]
    #[case::latin("Notes", 5)]
    #[case::combining("e\u{301}", 1)]
    #[case::cjk("天気アプリ", 10)]
    // Terminals take 4; the buffer keeps a cell more for the mark, and what follows stands where the buffer says.
    #[case::half_width_mark("ｱﾌﾟﾘ", 5)]
    #[case::half_width("ｱｲｳ", 3)]
    #[case::korean("한국어", 6)]
    #[case::arabic_ligature("لا", 2)]
    #[case::arabic("السلام", 6)]
    #[case::hebrew("שלום", 4)]
    #[case::hebrew_points("שָׁ", 1)]
    #[case::devanagari("नमस्ते", 4)]
    #[case::thai("ที่นี่", 2)]
    #[case::emoji("👍", 2)]
    #[case::emoji_with_a_tone("👍🏽", 2)]
    #[case::emoji_family("👩‍👩‍👧", 2)]
    #[case::flag("🇩🇪", 2)]
    #[case::ellipsis("…", 1)]
    #[case::zero("\u{200b}", 0)]
    fn columns_of_scripts(#[case] text: &str, #[case] columns: usize) {
        assert_eq!(width(text), columns);
        // What follows stands where the screen's buffer says.
        let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 40, 1));
        #[expect(clippy::disallowed_methods, reason = "it is what is compared with")]
        let (end, _) = buffer.set_stringn(0, 0, text, 40, ratatui::style::Style::new());
        assert_eq!(usize::from(end), columns);
    }

    proptest! {
        #[test]
        fn nothing_is_ever_wider_than_asked(text in "\\PC{0,40}", columns in 2usize..30) {
            prop_assert!(width(&fit(&text, columns)) <= columns);
            prop_assert!(width(&fit_end(&text, columns)) <= columns);
            prop_assert_eq!(width(&pad(&text, columns)), columns);
            prop_assert!(wrap(&text, columns).iter().all(|line| width(line) <= columns), "{:?}", wrap(&text, columns));
        }
    }
}
