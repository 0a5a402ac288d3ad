//! A longer text that is read by scrolling. Knows how many lines there are, not what they say.

use crate::movement::{Movement, Moves};
use crate::row;
use crate::theme::{Role, Theme};
use ratatui::{
    Frame,
    crossterm::event::{MouseEvent, MouseEventKind},
    layout::Rect,
    text::{Line, Span},
};
use std::cell::Cell;

/// Which line is the first in view. Height and length are known only while drawing, so they lie in cells.
#[derive(Clone, Debug, Default)]
pub struct Scroll {
    top: Cell<usize>,
    height: Cell<usize>,
    len: Cell<usize>,
}

impl Scroll {
    /// Moves; says whether the action was a movement up or down.
    pub fn act(&mut self, movement: impl Moves) -> bool {
        let last = self.len.get().saturating_sub(self.height.get());
        let page = self.height.get().saturating_sub(1).max(1);
        let top = self.top.get();
        let to = match movement.movement() {
            Some(Movement::Up) => top.saturating_sub(1),
            Some(Movement::Down) => top + 1,
            Some(Movement::PageUp) => top.saturating_sub(page),
            Some(Movement::PageDown) => top + page,
            Some(Movement::First) => 0,
            Some(Movement::Last) => last,
            _ => return false,
        };
        self.top.set(to.min(last));
        true
    }

    /// The wheel moves it.
    pub fn mouse(&mut self, event: MouseEvent) {
        match event.kind {
            MouseEventKind::ScrollDown => drop(self.act(Movement::Down)),
            MouseEventKind::ScrollUp => drop(self.act(Movement::Up)),
            _ => {}
        }
    }

    /// The first line in view.
    pub fn top(&self) -> usize {
        self.top.get()
    }

    /// As [`draw`](Self::draw), with marks at the right edge where there is more above or below.
    pub fn draw_marked(&self, frame: &mut Frame, area: Rect, theme: &Theme, lines: &[Line]) {
        self.draw(frame, area, lines);
        let below = lines.len().saturating_sub(self.top.get()) > usize::from(area.height);
        marks(frame, area, theme, self.top.get() > 0, below);
    }

    /// Draws the lines in view; `None` when all of them fit, else how far down the text is read, in percent.
    pub fn draw(&self, frame: &mut Frame, area: Rect, lines: &[Line]) -> Option<u8> {
        let height = usize::from(area.height);
        self.height.set(height);
        self.len.set(lines.len());
        let last = lines.len().saturating_sub(height);
        self.top.set(self.top.get().min(last));
        for (line, place) in lines.iter().skip(self.top.get()).zip(area.rows()) {
            row::draw(frame, place, line);
        }
        (last > 0).then(|| u8::try_from(self.top.get() * 100 / last).unwrap_or(100))
    }
}

/// Marks at the right edge, where there is more above or below.
pub fn marks(frame: &mut Frame, area: Rect, theme: &Theme, above: bool, below: bool) {
    let edge = Rect {
        x: area.right().saturating_sub(1),
        width: area.width.min(1),
        ..area
    };
    let mark = |sign| Span::styled(sign, theme.style(Role::Key));
    if let Some(first) = edge.rows().next().filter(|_| above) {
        frame.render_widget(mark("▲"), first);
    }
    if let Some(last) = edge.rows().next_back().filter(|_| below) {
        frame.render_widget(mark("▼"), last);
    }
}
