//! A cursor in something that scrolls. It knows how many rows there are, not what they are.

use crate::movement::{Movement, Moves};
use ratatui::{
    crossterm::event::{MouseButton, MouseEvent, MouseEventKind},
    layout::Rect,
};
use std::{cell::Cell, ops::Range};

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListClick {
    No,
    /// The wheel has moved the cursor.
    Moved,
    /// A click selected a row.
    Row,
    /// A click met the row that was selected already.
    Same,
}

/// Which row is selected and which part is in view.
///
/// The window follows from the height, which is known only while drawing: that is why it lies in a cell.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    index: usize,
    top: Cell<usize>,
    page: Cell<usize>,
}

impl Cursor {
    pub fn index(&self) -> usize {
        self.index
    }

    pub fn set(&mut self, index: usize) {
        self.index = index;
    }

    /// Keeps the cursor on a row that exists.
    pub fn clamp(&mut self, len: usize) {
        self.index = self.index.min(len.saturating_sub(1));
    }

    /// Moves; says whether the action was a movement up or down.
    pub fn act(&mut self, movement: impl Moves, len: usize) -> bool {
        let last = len.saturating_sub(1);
        let page = self.page.get().saturating_sub(1).max(1);
        self.index = match movement.movement() {
            Some(Movement::Up) => self.index.saturating_sub(1),
            Some(Movement::Down) => (self.index + 1).min(last),
            Some(Movement::PageUp) => self.index.saturating_sub(page),
            Some(Movement::PageDown) => (self.index + page).min(last),
            Some(Movement::First) => 0,
            Some(Movement::Last) => last,
            _ => return false,
        };
        true
    }

    /// The rows in view for this height; the selected one is among them.
    pub fn window(&self, height: usize, len: usize) -> Range<usize> {
        self.page.set(height);
        let highest = self.index.saturating_sub(height.saturating_sub(1));
        let lowest = len.saturating_sub(height);
        let top = self
            .top
            .get()
            .clamp(highest, self.index.max(highest))
            .min(lowest);
        self.top.set(top);
        top..(top + height).min(len)
    }

    /// The row at a line of the last drawn window.
    pub fn row_at(&self, line: usize, len: usize) -> Option<usize> {
        let row = self.top.get() + line;
        (line < self.page.get() && row < len).then_some(row)
    }

    /// What the mouse does to rows that were drawn in `area`: the wheel moves, a click selects.
    pub fn mouse(&mut self, event: MouseEvent, area: Rect, len: usize) -> ListClick {
        match event.kind {
            MouseEventKind::ScrollDown | MouseEventKind::ScrollUp => {
                self.scroll(event.kind == MouseEventKind::ScrollDown, len);
                return ListClick::Moved;
            }
            MouseEventKind::Down(MouseButton::Left)
                if area.contains((event.column, event.row).into()) => {}
            _ => return ListClick::No,
        }
        match self.row_at(usize::from(event.row - area.y), len) {
            Some(row) if row == self.index => ListClick::Same,
            Some(row) => {
                self.index = row;
                ListClick::Row
            }
            None => ListClick::No,
        }
    }

    /// Wheel: moves by a few rows.
    pub fn scroll(&mut self, down: bool, len: usize) {
        const ROWS: usize = 3;
        let last = len.saturating_sub(1);
        self.index = if down {
            (self.index + ROWS).min(last)
        } else {
            self.index.saturating_sub(ROWS)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_overlap_by_one_row() {
        let mut cursor = Cursor::default();
        assert_eq!(cursor.window(10, 100), 0..10);
        cursor.act(Movement::PageDown, 100);
        assert_eq!((cursor.index(), cursor.window(10, 100)), (9, 0..10));
        cursor.act(Movement::PageDown, 100);
        assert_eq!((cursor.index(), cursor.window(10, 100)), (18, 9..19));
        cursor.act(Movement::Up, 100);
        assert_eq!(cursor.window(10, 100), 9..19);
    }

    proptest! {
        #[test]
        fn the_selected_row_is_always_in_view(
            steps in proptest::collection::vec((0usize..6, 1usize..20, 0usize..60), 1..30)
        ) {
            let moves = [Movement::Up, Movement::Down, Movement::PageUp, Movement::PageDown, Movement::First, Movement::Last];
            let mut cursor = Cursor::default();
            for (step, height, len) in steps {
                cursor.act(moves[step], len);
                cursor.clamp(len);
                let window = cursor.window(height, len);
                prop_assert!(window.len() == height.min(len));
                prop_assert!(len == 0 || window.contains(&cursor.index()));
            }
        }
    }
}
