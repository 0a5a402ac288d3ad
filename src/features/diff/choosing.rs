//! What enter does on a line of a difference: fold a group, or go to the place in the document.

use super::tab::Diff;
use crate::screen::difference_lines::DiffSpot;
use crate::screen::{command::Command, documents::Documents, pane::Context};

impl Diff {
    pub(super) fn toggle(&self, spot: DiffSpot, documents: &Documents, cx: &Context) {
        self.with(documents, cx, |lines| lines.toggle(spot.group()));
        // The heading of what was folded is selected; it has the same place among the spots that are left.
        if let Some(visible) = self.visible(documents, cx, self.width.get().max(20)) {
            let at = visible
                .spots
                .iter()
                .position(|(other, _)| *other == DiffSpot::Group(spot.group()));
            self.at.set(at.unwrap_or_default());
            self.show(&visible);
        }
    }

    pub(super) fn press(&self, spot: DiffSpot, documents: &Documents, cx: &Context) {
        let pointer = self
            .with(documents, cx, |lines| {
                lines.entry(spot).map(|entry| entry.pointer.clone())
            })
            .flatten();
        match pointer {
            Some(pointer) => cx.send(Command::Reveal { pointer }),
            None => self.toggle(spot, documents, cx),
        }
    }
}
