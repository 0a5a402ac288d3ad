//! The rows of the ZIP picker: their order, and where the cursor is.

use super::picker::{EXAMINE, PickerRow, ZipPicker, parent, rank};
use crate::{screen::pane::Context, state::prepared::Prepared, tasks::report::FolderEntry};
use tui_kit::{filter::Search, theme::Role};

impl ZipPicker {
    pub(super) fn arrange_rows(&mut self, cx: &Context) {
        let folder = &cx.model.folder;
        let entries = folder.entries.value().map_or(&[][..], Vec::as_slice);
        let mut search = Search::new(self.filter.text());
        let mut found: Vec<_> = entries
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| {
                Some((
                    rank(entry),
                    std::cmp::Reverse(search.score(&entry.name)?),
                    index,
                ))
            })
            .collect();
        if self.filter.is_empty() {
            found.sort_by_key(|(rank, _, index)| (*rank, *index));
        } else {
            found.sort_unstable();
        }
        let up =
            (self.filter.is_empty() && parent(&folder.path).is_some()).then_some(PickerRow::Up);
        self.rows = up
            .into_iter()
            .chain(
                found
                    .into_iter()
                    .map(|(_, _, index)| PickerRow::Entry(index)),
            )
            .collect();
    }

    /// The row of the first entry that is like this.
    pub(super) fn place(
        &self,
        cx: &Context,
        is_wanted: impl Fn(&FolderEntry) -> bool,
    ) -> Option<usize> {
        let entries = cx.model.folder.entries.value()?;
        self.rows.iter().position(
            |row| matches!(row, PickerRow::Entry(index) if entries.get(*index).is_some_and(&is_wanted)),
        )
    }

    /// To the first row that is worth it: the best match, what was chosen, else the first ZIP.
    pub(super) fn cursor_home(&mut self, cx: &Context) {
        if !self.filter.is_empty() {
            return self.cursor.set(0);
        }
        let chosen = Prepared::of(cx.model, &self.target).and_then(|prepared| prepared.zip);
        let home = chosen
            .and_then(|zip| self.place(cx, |entry| entry.path == zip))
            .or_else(|| self.place(cx, |entry| rank(entry) == 0))
            .or_else(|| self.place(cx, |_| true));
        self.cursor.set(home.unwrap_or_default());
    }

    /// The folder was read, or is being read: the cursor stays with its file, unless a ZIP was made in the meantime.
    pub(super) fn listed(&mut self, cx: &Context) {
        self.arrange_rows(cx);
        if self.folder != cx.model.folder.path {
            self.folder.clone_from(&cx.model.folder.path);
            self.cursor_home(cx);
        } else if let Some((zip, said)) = self
            .wanted
            .take_if(|_| !cx.model.folder.entries.is_loading())
        {
            self.note = Some((said, Role::Good));
            self.cursor.set(
                self.place(cx, |entry| entry.path == zip)
                    .unwrap_or_default(),
            );
        } else if let Some(same) = self
            .here
            .as_ref()
            .and_then(|here| self.place(cx, |entry| entry.path == *here))
        {
            self.cursor.set(same);
        } else {
            self.cursor_home(cx);
        }
        self.moved(cx);
    }

    pub(super) fn moved(&mut self, cx: &Context) {
        self.failure = None;
        self.cursor.clamp(self.rows.len());
        self.here = self.entry(cx).map(|entry| entry.path.clone());
        let is_news = self
            .zip(cx)
            .is_some_and(|zip| self.asked.as_ref() != Some(&zip.path));
        self.examine_at = is_news.then(|| cx.uptime + EXAMINE);
    }
}
