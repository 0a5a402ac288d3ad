//! Draws the visible lines of a long text: line numbers, JSON colours, selection, hits. Touches no line that is out of view.
//! Knows no key and does not change the text.

use super::{
    json_paint::paint,
    text::plain,
    text_place::{Place, columns, grapheme_columns, hits},
    theme::{Role, Theme},
};
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Modifier, Style},
};
use std::{cell::Cell, ops::Range};
use unicode_segmentation::UnicodeSegmentation;

/// Which part of a text is in view. The size is known only while drawing: that is why all lies in cells.
#[derive(Clone, Debug, Default)]
pub struct Scroll {
    top: Cell<usize>,
    /// With wrapping: the row of the top line that comes first.
    part: Cell<usize>,
    left: Cell<usize>,
    rows: Cell<usize>,
    width: Cell<usize>,
}

/// A text with what is to be seen in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextArea<'a> {
    pub lines: &'a [String],
    /// Drawn, and kept in view.
    pub cursor: Option<Place>,
    pub selection: Option<(Place, Place)>,
    /// What was searched for.
    pub pattern: &'a str,
    /// Lines, from 0, whose number stands out.
    pub marks: &'a [(usize, Role)],
    /// Long lines go on in the next row; else they are cut and the view follows the cursor.
    pub wraps: bool,
    /// Whether the terminal's cursor stands here.
    pub is_active: bool,
}

/// Where the rows of a wrapped line begin, in bytes; never empty.
fn row_starts(line: &str, width: usize) -> Vec<usize> {
    let mut starts = vec![0];
    if line.len() <= width {
        return starts;
    }
    let mut used = 0;
    for (byte, grapheme) in line.grapheme_indices(true) {
        let needs = grapheme_columns(grapheme);
        if used + needs > width && used > 0 {
            starts.push(byte);
            used = 0;
        }
        used += needs;
    }
    starts
}

impl Scroll {
    /// Rows of the last drawn page, at least one.
    pub fn page(&self) -> usize {
        self.rows.get().max(1)
    }

    /// To the beginning.
    pub fn reset(&self) {
        self.top.set(0);
        self.part.set(0);
        self.left.set(0);
    }

    pub fn to_end(&self, lines: &[String]) {
        let (top, part) = self.last(lines);
        self.top.set(top);
        self.part.set(part);
    }

    /// Puts a line at the top, or as near as the text's end allows.
    pub fn show(&self, line: usize, lines: &[String]) {
        self.top.set(line.saturating_sub(self.page() / 3));
        self.part.set(0);
        self.clamp(lines);
    }

    /// The first line in view.
    pub fn top(&self) -> usize {
        self.top.get()
    }

    fn rows_of(&self, line: usize, lines: &[String]) -> usize {
        lines.get(line).map_or(1, |line| row_starts(line, self.width.get().max(1)).len())
    }

    /// The lowest position that still fills the page.
    fn last(&self, lines: &[String]) -> (usize, usize) {
        let mut left = self.page();
        for line in (0..lines.len()).rev() {
            let rows = self.rows_of(line, lines);
            if rows >= left {
                return (line, rows - left);
            }
            left -= rows;
        }
        (0, 0)
    }

    fn clamp(&self, lines: &[String]) {
        let last = self.last(lines);
        if (self.top.get(), self.part.get()) > last {
            self.top.set(last.0);
            self.part.set(last.1);
        }
    }

    pub fn down(&self, rows: usize, lines: &[String]) {
        for _ in 0..rows {
            let top = self.top.get();
            if self.part.get() + 1 < self.rows_of(top, lines) {
                self.part.set(self.part.get() + 1);
            } else {
                self.top.set(top + 1);
                self.part.set(0);
            }
        }
        self.clamp(lines);
    }

    pub fn up(&self, rows: usize, lines: &[String]) {
        for _ in 0..rows {
            if let Some(part) = self.part.get().checked_sub(1) {
                self.part.set(part);
            } else if let Some(top) = self.top.get().checked_sub(1) {
                self.top.set(top);
                self.part.set(self.rows_of(top, lines) - 1);
            }
        }
    }

    /// The line and column of cells under a place of the drawn area; not for wrapped text.
    pub fn cell_at(&self, column: u16, row: u16, lines: usize) -> (usize, usize) {
        let column = usize::from(column).saturating_sub(usize::from(gutter(lines, u16::MAX)));
        (self.top.get() + usize::from(row), self.left.get() + column)
    }
}

/// Width of the line numbers with the space behind them; none on a narrow screen.
fn gutter(lines: usize, width: u16) -> u16 {
    if width < 30 { 0 } else { lines.max(1).ilog10() as u16 + 2 }
}

impl TextArea<'_> {
    pub fn draw(&self, frame: &mut Frame, area: Rect, scroll: &Scroll, theme: &Theme) {
        if area.is_empty() {
            return;
        }
        let gutter = gutter(self.lines.len(), area.width);
        let text = Rect { x: area.x + gutter, width: area.width - gutter, ..area };
        let width = usize::from(text.width);
        scroll.rows.set(usize::from(area.height));
        scroll.width.set(width);
        if self.wraps {
            scroll.clamp(self.lines);
        } else {
            self.follow(scroll, width, usize::from(area.height));
        }

        let mut line = scroll.top.get();
        let mut row = scroll.part.get();
        for y in area.y..area.bottom() {
            let Some(content) = self.lines.get(line) else { break };
            let starts = if self.wraps { row_starts(content, width) } else { vec![0] };
            let from = starts.get(row).copied().unwrap_or_default();
            let to = starts.get(row + 1).copied().unwrap_or(content.len());
            if gutter > 0 && row == 0 {
                self.number(frame.buffer_mut(), area.x, y, usize::from(gutter) - 1, line, theme);
            }
            let skip = if self.wraps { 0 } else { scroll.left.get() };
            let cursor = self.content(frame.buffer_mut(), Rect { y, height: 1, ..text }, (line, from..to), skip, theme);
            if let Some(x) = cursor
                && self.is_active
            {
                frame.set_cursor_position(Position::new(x, y));
            }
            row += 1;
            if row >= starts.len() {
                row = 0;
                line += 1;
            }
        }
    }

    fn number(&self, buffer: &mut Buffer, x: u16, y: u16, digits: usize, line: usize, theme: &Theme) {
        let is_here = self.cursor.is_some_and(|cursor| cursor.line == line);
        let mark = self.marks.iter().find(|(marked, _)| *marked == line).map(|(_, role)| *role);
        let role = mark.unwrap_or(if is_here { Role::Text } else { Role::Muted });
        buffer.set_stringn(x, y, format!("{:>digits$}", line + 1), digits, theme.style(role));
        if mark.is_some() {
            // Never colour alone.
            buffer.set_stringn(x + digits as u16, y, "!", 1, theme.style(role));
        }
    }

    /// Moves the view so that the cursor is in it.
    fn follow(&self, scroll: &Scroll, width: usize, height: usize) {
        let top = scroll.top.get().min(self.lines.len().saturating_sub(1));
        scroll.top.set(top);
        scroll.part.set(0);
        let Some(cursor) = self.cursor else { return };
        if cursor.line < top {
            scroll.top.set(cursor.line);
        } else if cursor.line >= top + height {
            scroll.top.set(cursor.line + 1 - height);
        }
        let before = self.lines.get(cursor.line).and_then(|line| line.get(..cursor.byte)).unwrap_or_default();
        let column = columns(before);
        // A few columns beyond the cursor stay in view: one sees what comes.
        let margin = 4.min(width / 4);
        let left = scroll.left.get();
        if column < width.saturating_sub(margin) {
            scroll.left.set(0);
        } else if column < left + margin {
            scroll.left.set(column.saturating_sub(margin));
        } else if column + margin >= left + width {
            scroll.left.set(column + margin + 1 - width);
        }
    }

    /// Draws a part of a line; gives the column of the cursor, if it is in that part.
    fn content(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        (number, part): (usize, Range<usize>),
        skip: usize,
        theme: &Theme,
    ) -> Option<u16> {
        let line = self.lines.get(number)?;
        let width = usize::from(area.width);
        let until = if self.wraps { part.end } else { line.len().min((skip + width).saturating_mul(8)) };
        let paint = paint(line, until);
        let found = if self.pattern.is_empty() { Vec::new() } else { hits(line, self.pattern) };
        let selected = self.selection.and_then(|(from, to)| {
            let start = if from.line == number { from.byte } else { 0 };
            let end = if to.line == number { to.byte } else { usize::MAX };
            (from.line <= number && number <= to.line).then_some(start..end)
        });
        let mut cursor = None;
        let is_cursor = |byte: usize| self.cursor == Some(Place { line: number, byte });
        let mut column = 0;
        let mut parts = paint.iter().peekable();
        for (byte, grapheme) in line.get(part.clone()).unwrap_or_default().grapheme_indices(true) {
            let byte = part.start + byte;
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
                buffer.set_string(area.right() - 1, area.y, "›", theme.style(Role::Muted));
                break;
            }
            while parts.next_if(|(range, _)| range.end <= byte).is_some() {}
            let role = parts.peek().filter(|(range, _)| range.start <= byte).map_or(Role::Text, |(_, role)| *role);
            let mut style = theme.style(role);
            if found.iter().any(|start| (*start..start + self.pattern.len()).contains(&byte)) {
                style = style.patch(theme.style(Role::Match)).add_modifier(Modifier::REVERSED);
            }
            if selected.as_ref().is_some_and(|selected| selected.contains(&byte)) {
                style = Style::default().add_modifier(Modifier::REVERSED);
            }
            let x = area.x + start.saturating_sub(skip) as u16;
            if start < skip {
                // A wide letter that is cut by the left edge.
                buffer.set_stringn(x, area.y, " ", 1, style);
                continue;
            }
            let shown = plain(grapheme);
            match grapheme {
                "\t" => buffer.set_stringn(x, area.y, "  ", 2, style),
                _ if shown.is_empty() => buffer.set_stringn(x, area.y, "·", 1, theme.style(Role::Danger)),
                _ => buffer.set_stringn(x, area.y, shown, column - start, style),
            };
        }
        if is_cursor(part.end) && part.end == line.len() {
            cursor = Some(area.x + column.saturating_sub(skip) as u16);
        }
        cursor.filter(|x| *x < area.right())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::{Terminal, backend::TestBackend};

    fn draw(area: &TextArea, scroll: &Scroll, width: u16, height: u16) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| area.draw(frame, frame.area(), scroll, &Theme::default())).unwrap();
        let buffer = terminal.backend().buffer().clone();
        (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned()).collect()
    }

    fn text(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn wrapped_lines_scroll_row_by_row_and_stop_at_the_end() {
        let lines = text(&["abcdefghij", "k", "l", "m"]);
        let area = TextArea { lines: &lines, wraps: true, ..TextArea::default() };
        let scroll = Scroll::default();
        assert_eq!(draw(&area, &scroll, 4, 3), ["abcd", "efgh", "ij"]);
        scroll.down(1, &lines);
        assert_eq!(draw(&area, &scroll, 4, 3), ["efgh", "ij", "k"]);
        scroll.down(99, &lines);
        assert_eq!(draw(&area, &scroll, 4, 3), ["k", "l", "m"]);
        scroll.up(1, &lines);
        assert_eq!(draw(&area, &scroll, 4, 3), ["ij", "k", "l"]);
    }

    #[test]
    fn the_view_follows_the_cursor_to_both_sides() {
        let lines = text(&["short", "a line that is much longer than the screen is wide"]);
        let scroll = Scroll::default();
        let cursor = Some(Place { line: 1, byte: lines[1].len() });
        let area = TextArea { lines: &lines, cursor, ..TextArea::default() };
        assert_eq!(draw(&area, &scroll, 20, 1), [" screen is wide"]);
        let area = TextArea { lines: &lines, cursor: Some(Place::default()), ..TextArea::default() };
        assert_eq!(draw(&area, &scroll, 20, 1), ["short"]);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_drawn() {
        let lines = text(&["a\u{1b}[31m\u{202e}b\tc"]);
        let area = TextArea { lines: &lines, ..TextArea::default() };
        assert_eq!(draw(&area, &Scroll::default(), 20, 1), ["a·[31m·b  c"]);
    }
}
