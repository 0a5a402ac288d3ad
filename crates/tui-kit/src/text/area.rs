//! Draws the visible lines of a long text: line numbers, JSON colours, selection, hits, a pair of brackets, folds. Touches no line
//! that is out of view. Knows no key and does not change the text.

use super::{
    folds::{FoldMark, Visible},
    measure::plain,
    place::{TextPosition, fitting, grapheme_columns, graphemes},
    scroll::{TextScroll, gutter, row_starts},
};
use crate::{
    json_paint, paint, row,
    theme::{Role, Theme},
};
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
};
use std::ops::Range;

/// The coloured parts of a line.
type Painted = Vec<(Range<usize>, Role)>;

/// A text with what is to be seen in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextArea<'a> {
    pub text: Visible<'a>,
    /// Drawn, and kept in view.
    pub cursor: Option<TextPosition>,
    pub selection: Option<(TextPosition, TextPosition)>,
    /// Where a search hits, in order, and the bytes that each hit takes.
    pub hits: &'a [TextPosition],
    pub hit_length: usize,
    /// A bracket and its partner.
    pub pair: Option<(TextPosition, TextPosition)>,
    /// Lines, from 0 and in order, whose number is highlighted.
    pub marks: &'a [(usize, Role)],
    /// Long lines go on in the next row; else they are cut and the view follows the cursor.
    pub wraps: bool,
    /// Whether the terminal's cursor is shown here.
    pub is_active: bool,
}

/// Puts a letter of a text; what a terminal would obey is only hinted at.
pub(crate) fn put(
    buffer: &mut Buffer,
    x: u16,
    y: u16,
    grapheme: &str,
    style: Style,
    theme: &Theme,
) {
    let shown = plain(grapheme);
    let at = (x, y);
    match grapheme {
        "\t" => paint::put(buffer, at, "  ", 2, style),
        _ if shown.is_empty() => paint::put(buffer, at, "·", 1, theme.style(Role::Danger)),
        _ => paint::put(buffer, at, &shown, grapheme_columns(grapheme), style),
    };
}

impl TextArea<'_> {
    pub fn draw(&self, frame: &mut Frame, area: Rect, scroll: &TextScroll, theme: &Theme) {
        let area = area.intersection(frame.area());
        if area.is_empty() {
            return;
        }
        let gutter = gutter(self.text.lines.len(), area.width);
        let text = Rect {
            x: area.x + gutter,
            width: area.width - gutter,
            ..area
        };
        let width = usize::from(text.width);
        scroll.resize(width, usize::from(area.height));
        if self.wraps {
            scroll.clamp(self.text);
        } else {
            scroll.follow(self.cursor, self.text);
        }

        let mut line = scroll.top();
        let mut part = scroll.part();
        let skip = if self.wraps { 0 } else { scroll.left() };
        // Where the rows of a line begin, and its colours; made once a line, which may fill many rows and be long beyond them.
        let mut cut: Option<(usize, Vec<usize>, Painted)> = None;
        for y in area.y..area.bottom() {
            let Some(content) = self.text.lines.get(line) else {
                break;
            };
            if cut.as_ref().is_none_or(|(of, ..)| *of != line) {
                let starts = if self.wraps {
                    row_starts(content, width)
                } else {
                    vec![0]
                };
                let seen = if self.wraps {
                    let rows = usize::from(area.bottom() - y);
                    let end = starts.get(part + rows).copied().unwrap_or(content.len());
                    starts.get(part).copied().unwrap_or_default()..end
                } else {
                    let (start, _) = fitting(content, skip);
                    let (length, _) = fitting(content.get(start..).unwrap_or_default(), width + 2);
                    start..start + length
                };
                cut = Some((line, starts, json_paint::paint(content, seen)));
            }
            let Some((_, starts, paint)) = &cut else {
                break;
            };
            let from = starts.get(part).copied().unwrap_or_default();
            let to = starts.get(part + 1).copied().unwrap_or(content.len());
            if gutter > 0 && part == 0 {
                self.number(
                    frame.buffer_mut(),
                    area.x,
                    y,
                    usize::from(gutter) - 1,
                    line,
                    theme,
                );
            }
            let row = Rect {
                y,
                height: 1,
                ..text
            };
            let (cursor, end) = self.content(
                frame.buffer_mut(),
                row,
                (line, from..to, paint),
                skip,
                theme,
            );
            if let Some(x) = cursor
                && self.is_active
            {
                frame.set_cursor_position(Position::new(x, y));
            }
            part += 1;
            if part >= starts.len() {
                if let Some(mark) = self.text.mark(line) {
                    self.fold(frame.buffer_mut(), row, end, mark, theme);
                }
                part = 0;
                line = self.text.line_at(self.text.row_of(line) + 1);
            }
        }
    }

    fn number(
        &self,
        buffer: &mut Buffer,
        x: u16,
        y: u16,
        digits: usize,
        line: usize,
        theme: &Theme,
    ) {
        let is_here = self.cursor.is_some_and(|cursor| cursor.line == line);
        // What is folded away must not hide that something is wrong in it.
        let last = line + self.text.mark(line).map_or(0, |fold| fold.count);
        let first = self.marks.partition_point(|(marked, _)| *marked < line);
        let marks = self
            .marks
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|(marked, _)| *marked <= last);
        let mark = marks
            .map(|(_, role)| *role)
            .min_by_key(|role| *role != Role::Danger);
        let role = mark.unwrap_or(if is_here { Role::Text } else { Role::Muted });
        let style = theme.style(role);
        let number = format!("{:>digits$}", line + 1);
        let x = paint::put(buffer, (x, y), &number, digits, style);
        if mark.is_some() {
            // Never colour alone.
            paint::put(buffer, (x, y), "!", 1, style);
        }
    }

    /// ` … 214 lines },` behind a line that a folded part opens in; at the right edge if the line is long.
    fn fold(&self, buffer: &mut Buffer, area: Rect, end: u16, mark: FoldMark, theme: &Theme) {
        let lines = if mark.count == 1 { "line" } else { "lines" };
        let said = format!(" … {} {lines} ", mark.count);
        let close = mark
            .close
            .and_then(|close| self.text.lines.get(close.line)?.get(close.byte..))
            .unwrap_or_default();
        let close: String = close
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(8)
            .collect();
        let width = said.chars().count() + close.len();
        let x = end
            .min(area.right().saturating_sub(width as u16))
            .max(area.x);
        let line = Line::from(vec![
            Span::styled(said, theme.style(Role::Info)),
            Span::styled(close, theme.style(Role::JsonMark)),
        ]);
        let room = Rect {
            x,
            width: area.right().saturating_sub(x),
            ..area
        };
        row::put(buffer, room, &line);
    }

    /// Draws a part of a line; gives the column of the cursor, if it is in that part, and the column behind the text.
    fn content(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        (number, part, paint): (usize, Range<usize>, &Painted),
        skip: usize,
        theme: &Theme,
    ) -> (Option<u16>, u16) {
        let Some(line) = self.text.lines.get(number) else {
            return (None, area.x);
        };
        let width = usize::from(area.width);
        let first = self.hits.partition_point(|hit| hit.line < number);
        let mut hits = self
            .hits
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|hit| hit.line == number)
            .peekable();
        let selected = self.selection.and_then(|(from, to)| {
            let start = if from.line == number { from.byte } else { 0 };
            let end = if to.line == number {
                to.byte
            } else {
                usize::MAX
            };
            (from.line <= number && number <= to.line).then_some(start..end)
        });
        let mut cursor = None;
        let is_cursor = |byte: usize| self.cursor == Some(TextPosition { line: number, byte });
        let mut parts = paint
            .get(paint.partition_point(|(range, _)| range.end <= part.start)..)
            .unwrap_or_default()
            .iter()
            .peekable();
        let content = line.get(part.clone()).unwrap_or_default();
        // What lies to the left of the view may be megabytes.
        let (left, mut column) = fitting(content, skip);
        for (byte, grapheme) in graphemes(content.get(left..).unwrap_or_default()) {
            let byte = part.start + left + byte;
            let start = column;
            column += grapheme_columns(grapheme);
            if column <= skip {
                continue;
            }
            if is_cursor(byte) {
                cursor = Some(area.x + start.saturating_sub(skip) as u16);
            }
            if column > skip + width {
                // More text than fits: the last cell says so.
                let last = (area.right().saturating_sub(1), area.y);
                paint::put(buffer, last, "›", 1, theme.style(Role::Muted));
                break;
            }
            while parts.next_if(|(range, _)| range.end <= byte).is_some() {}
            while hits
                .next_if(|hit| hit.byte + self.hit_length <= byte)
                .is_some()
            {}
            let role = parts
                .peek()
                .filter(|(range, _)| range.start <= byte)
                .map_or(Role::Text, |(_, role)| *role);
            let mut style = theme.style(role);
            let here = TextPosition { line: number, byte };
            if self
                .pair
                .is_some_and(|(one, other)| one == here || other == here)
            {
                style = theme.style(Role::BracketPair);
            }
            if hits.peek().is_some_and(|hit| hit.byte <= byte) {
                style = style
                    .patch(theme.style(Role::Match))
                    .add_modifier(Modifier::REVERSED);
            }
            if selected
                .as_ref()
                .is_some_and(|selected| selected.contains(&byte))
            {
                style = Style::default().add_modifier(Modifier::REVERSED);
            }
            let x = area.x + start.saturating_sub(skip) as u16;
            if start < skip {
                // A wide letter that is cut by the left edge.
                paint::put(buffer, (x, area.y), " ", 1, style);
                continue;
            }
            put(buffer, x, area.y, grapheme, style, theme);
        }
        let end = area
            .x
            .saturating_add(column.saturating_sub(skip) as u16)
            .min(area.right());
        if is_cursor(part.end) && part.end == line.len() {
            cursor = Some(end);
        }
        (cursor.filter(|x| *x < area.right()), end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::buffer::TextBuffer;
    use ratatui::{Terminal, backend::TestBackend};

    fn draw(area: &TextArea, scroll: &TextScroll, width: u16, height: u16) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| area.draw(frame, frame.area(), scroll, &Theme::default()))
            .unwrap();
        let buffer = terminal.backend().buffer().clone();
        (0..height)
            .map(|y| {
                (0..width)
                    .map(|x| buffer[(x, y)].symbol())
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    fn text(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    fn visible(lines: &[String]) -> Visible<'_> {
        Visible { lines, folds: None }
    }

    #[test]
    fn wrapped_lines_scroll_row_by_row_and_stop_at_the_end() {
        let lines = text(&["abcdefghij", "k", "l", "m"]);
        let area = TextArea {
            text: visible(&lines),
            wraps: true,
            ..TextArea::default()
        };
        let scroll = TextScroll::default();
        assert_eq!(draw(&area, &scroll, 4, 3), ["abcd", "efgh", "ij"]);
        scroll.down(1, visible(&lines));
        assert_eq!(draw(&area, &scroll, 4, 3), ["efgh", "ij", "k"]);
        scroll.down(99, visible(&lines));
        assert_eq!(draw(&area, &scroll, 4, 3), ["k", "l", "m"]);
        scroll.up(1, visible(&lines));
        assert_eq!(draw(&area, &scroll, 4, 3), ["ij", "k", "l"]);
    }

    #[test]
    fn the_view_follows_the_cursor_to_both_sides() {
        let lines = text(&[
            "short",
            "a line that is much longer than the screen is wide",
        ]);
        let scroll = TextScroll::default();
        let cursor = Some(TextPosition {
            line: 1,
            byte: lines[1].len(),
        });
        let area = TextArea {
            text: visible(&lines),
            cursor,
            ..TextArea::default()
        };
        assert_eq!(draw(&area, &scroll, 20, 1), [" screen is wide"]);
        let area = TextArea {
            text: visible(&lines),
            cursor: Some(TextPosition::default()),
            ..TextArea::default()
        };
        assert_eq!(draw(&area, &scroll, 20, 1), ["short"]);
    }

    #[test]
    fn a_folded_part_is_one_row_that_says_how_much_it_hides() {
        let mut buffer = TextBuffer::new(
            "{\n  \"listings\": {\n    \"en-us\": {},\n    \"de\": {}\n  },\n  \"b\": [\n  ]\n}",
        );
        buffer.go_to_position(3, 1);
        buffer.toggle_fold();
        let marks = [(3, Role::Warning)];
        let area = TextArea {
            text: buffer.visible(),
            marks: &marks,
            ..TextArea::default()
        };
        let drawn = draw(&area, &TextScroll::default(), 40, 5);
        assert_eq!(
            drawn,
            [
                "1 {",
                "2!  \"listings\": { … 3 lines },",
                "6   \"b\": [",
                "7   ]",
                "8 }"
            ]
        );
        assert_eq!(
            draw(&area, &TextScroll::default(), 20, 2)[1],
            "  \"list … 3 lines },"
        );
    }

    #[test]
    fn every_letter_has_the_cells_that_the_screen_gives_it() {
        let lines = text(&["ｱﾌﾟﾘ|", "لا|", "漢|"]);
        let area = TextArea {
            text: visible(&lines),
            ..TextArea::default()
        };
        // Empty cells stand behind a wide letter.
        assert_eq!(
            draw(&area, &TextScroll::default(), 12, 3),
            ["ｱﾌﾟ  ﾘ|", "لا|", "漢 |"]
        );
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_drawn() {
        let lines = text(&["a\u{1b}[31m\u{202e}b\tc"]);
        let area = TextArea {
            text: visible(&lines),
            ..TextArea::default()
        };
        assert_eq!(draw(&area, &TextScroll::default(), 20, 1), ["a·[31m·b  c"]);
    }
}
