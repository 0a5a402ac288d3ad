//! Which part of a long text is in view, in rows of the screen: visible lines, wrapped or cut. Draws nothing.

use super::{
    folds::Visible,
    place::{TextPosition, columns, fitting, graphemes},
};
use std::cell::Cell;

/// Which part of a text is in view. The size is known only while drawing: that is why all lies in cells.
#[derive(Clone, Debug, Default)]
pub struct TextScroll {
    /// The first line in view.
    top: Cell<usize>,
    /// With wrapping: the row of the top line that comes first.
    part: Cell<usize>,
    /// Without: the first column in view.
    left: Cell<usize>,
    rows: Cell<usize>,
    width: Cell<usize>,
}

/// Where the rows of a wrapped line begin, in bytes; never empty.
pub(crate) fn row_starts(line: &str, width: usize) -> Vec<usize> {
    let (mut starts, mut at) = (vec![0], 0);
    while let Some(rest) = line.get(at..).filter(|rest| rest.len() > width) {
        let (fits, _) = fitting(rest, width);
        // A letter that is wider than the row has a row of its own.
        at += if fits > 0 {
            fits
        } else {
            graphemes(rest).next().map_or(1, |(_, letter)| letter.len())
        };
        if at < line.len() {
            starts.push(at);
        }
    }
    starts
}

impl TextScroll {
    /// Rows of the last drawn page, at least one.
    pub fn page(&self) -> usize {
        self.rows.get().max(1)
    }

    /// The room that there is for text, while it is drawn.
    pub(crate) fn resize(&self, width: usize, rows: usize) {
        self.width.set(width);
        self.rows.set(rows);
    }

    /// To the beginning.
    pub fn reset(&self) {
        self.top.set(0);
        self.part.set(0);
        self.left.set(0);
    }

    pub fn to_end(&self, text: Visible) {
        let (top, part) = self.last(text);
        self.top.set(top);
        self.part.set(part);
    }

    /// Puts a line a third below the top, or as near as the text's end allows.
    pub fn show(&self, line: usize, text: Visible) {
        self.top
            .set(text.line_at(text.row_of(line).saturating_sub(self.page() / 3)));
        self.part.set(0);
        self.clamp(text);
    }

    /// The first line in view.
    pub fn top(&self) -> usize {
        self.top.get()
    }

    /// With wrapping: the row of the first line in view that comes first.
    pub(crate) fn part(&self) -> usize {
        self.part.get()
    }

    /// Without wrapping: the first column in view.
    pub(crate) fn left(&self) -> usize {
        self.left.get()
    }

    fn rows_of(&self, line: usize, text: Visible) -> usize {
        text.lines
            .get(line)
            .map_or(1, |line| row_starts(line, self.width.get().max(1)).len())
    }

    /// The lowest position that still fills the page.
    fn last(&self, text: Visible) -> (usize, usize) {
        let mut left = self.page();
        for row in (0..=text.last()).rev() {
            let line = text.line_at(row);
            let rows = self.rows_of(line, text);
            if rows >= left {
                return (line, rows - left);
            }
            left -= rows;
        }
        (0, 0)
    }

    /// Not below the text's end, and not in what was folded since.
    pub(crate) fn clamp(&self, text: Visible) {
        let top = text.line_at(text.row_of(self.top.get()));
        if top != self.top.get() {
            self.top.set(top);
            self.part.set(0);
        }
        let last = self.last(text);
        if (self.top.get(), self.part.get()) > last {
            self.top.set(last.0);
            self.part.set(last.1);
        }
    }

    pub fn down(&self, rows: usize, text: Visible) {
        for _ in 0..rows {
            let top = self.top.get();
            if self.part.get() + 1 < self.rows_of(top, text) {
                self.part.set(self.part.get() + 1);
            } else {
                self.top.set(text.line_at(text.row_of(top) + 1));
                self.part.set(0);
            }
        }
        self.clamp(text);
    }

    pub fn up(&self, rows: usize, text: Visible) {
        for _ in 0..rows {
            if let Some(part) = self.part.get().checked_sub(1) {
                self.part.set(part);
            } else if let Some(row) = text.row_of(self.top.get()).checked_sub(1) {
                let top = text.line_at(row);
                self.top.set(top);
                self.part.set(self.rows_of(top, text) - 1);
            }
        }
    }

    /// Moves the view so that the cursor is in it; without wrapping.
    pub(crate) fn follow(&self, cursor: Option<TextPosition>, text: Visible) {
        let (width, height) = (self.width.get(), self.page());
        let top = text.row_of(self.top.get().min(text.lines.len().saturating_sub(1)));
        self.top.set(text.line_at(top));
        self.part.set(0);
        let Some(cursor) = cursor else { return };
        let row = text.row_of(cursor.line);
        if row < top {
            self.top.set(text.line_at(row));
        } else if row >= top + height {
            self.top.set(text.line_at(row + 1 - height));
        }
        let before = text
            .lines
            .get(cursor.line)
            .and_then(|line| line.get(..cursor.byte))
            .unwrap_or_default();
        let column = columns(before);
        // A few columns beyond the cursor stay in view: one sees what comes.
        let margin = 4.min(width / 4);
        let left = self.left.get();
        if column < width.saturating_sub(margin) {
            self.left.set(0);
        } else if column < left + margin {
            self.left.set(column.saturating_sub(margin));
        } else if column + margin >= left + width {
            self.left.set(column + margin + 1 - width);
        }
    }

    /// The line in a row of the drawn page; with wrapping, too.
    pub fn line_at(&self, row: u16, text: Visible) -> usize {
        let mut at = text.row_of(self.top.get());
        let mut left = usize::from(row) + self.part.get();
        loop {
            let line = text.line_at(at);
            let rows = self.rows_of(line, text);
            if left < rows || at >= text.last() {
                return line;
            }
            left -= rows;
            at += 1;
        }
    }

    /// The line, and the column of cells in it, under a place of the drawn area; not for wrapped text.
    pub fn cell_at(&self, column: u16, row: u16, text: Visible) -> (usize, usize) {
        let column =
            usize::from(column).saturating_sub(usize::from(gutter(text.lines.len(), u16::MAX)));
        (
            text.line_at(text.row_of(self.top.get()) + usize::from(row)),
            self.left.get() + column,
        )
    }
}

/// Width of the line numbers with the space behind them; none on a narrow screen.
pub(crate) fn gutter(lines: usize, width: u16) -> u16 {
    if width < 30 {
        0
    } else {
        lines.max(1).ilog10() as u16 + 2
    }
}
