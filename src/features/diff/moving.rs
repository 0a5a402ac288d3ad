//! How the cursor moves through the lines of a difference. Changes nothing else.

use super::tab::{Diff, DiffRows};

impl Diff {
    /// One spot on; through what is taller than the page line by line.
    pub(super) fn step(&self, visible: &DiffRows, down: bool) {
        let page = self.page.get().max(1);
        let at = self.at.get().min(visible.spots.len().saturating_sub(1));
        let next = if down {
            Some(at + 1)
        } else {
            at.checked_sub(1)
        };
        let line = next
            .and_then(|next| visible.spots.get(next))
            .map(|(_, line)| *line);
        let top = self.top.get();
        match (next, line) {
            (Some(next), Some(line)) if (top.saturating_sub(1)..=top + page).contains(&line) => {
                self.at.set(next);
                self.show(visible);
            }
            // It is further away than a line beyond the edge.
            (Some(_), Some(_)) if down => self.scroll(visible, 1),
            (Some(_), Some(_)) => self.scroll(visible, -1),
            _ if down => self.scroll(visible, 1),
            _ => self.scroll(visible, -1),
        }
    }

    pub(super) fn scroll(&self, visible: &DiffRows, by: isize) {
        let last = visible.lines.len().saturating_sub(self.page.get());
        self.top
            .set(self.top.get().saturating_add_signed(by).min(last));
    }

    /// Scrolls so that the selected line is in view.
    pub(super) fn show(&self, visible: &DiffRows) {
        let Some((_, line)) = self.selected(visible) else {
            return;
        };
        let page = self.page.get().max(1);
        // With the first one selected what stands above it is in view too, as far as it fits.
        if self.at.get() == 0 && line < page {
            self.top.set(0);
        } else if line < self.top.get() {
            self.top.set(line);
        } else if line >= self.top.get() + page {
            self.top.set(line + 1 - page);
        }
    }

    pub(super) fn turn_page(&self, visible: &DiffRows, down: bool) {
        let page = isize::try_from(self.page.get().saturating_sub(1).max(1)).unwrap_or(1);
        self.scroll(visible, if down { page } else { -page });
        let view = self.top.get()..self.top.get() + self.page.get().max(1);
        if let Some(at) = visible
            .spots
            .iter()
            .position(|(_, line)| view.contains(line))
        {
            self.at.set(at);
        }
    }
}
