//! A text under edit: lines, cursor, selection, folds, undo in steps. Every change costs by what it touches, never by the
//! length of the text: a document may have megabytes. Knows no key, no screen and no JSON but for the indent of a new line.

use super::{
    brackets::{around, pairs_at},
    folds::{Folds, Visible},
    hunks::{Hunk, hunks},
    lines::Lines,
    motion::{Motion, left_of, moved, right_of, word_left},
    place::{TextPosition, after, byte_at_column, columns, shifted},
    undo::{TextChange, UndoHistory, UndoStep},
};
use std::borrow::Cow;

#[derive(Clone, Debug)]
pub struct TextBuffer {
    lines: Lines,
    cursor: TextPosition,
    /// The other end of the selection.
    anchor: Option<TextPosition>,
    /// The column that moving up and down aims at.
    goal: Option<usize>,
    /// The cursor is never in a hidden line.
    folds: Folds,
    history: UndoHistory,
    version: u64,
}

/// Line ends as one `\n`.
fn normal(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        text.into()
    }
}

impl TextBuffer {
    pub fn new(text: &str) -> Self {
        Self {
            lines: Lines::new(&normal(text)),
            cursor: TextPosition::default(),
            anchor: None,
            goal: None,
            folds: Folds::default(),
            history: UndoHistory::default(),
            version: 0,
        }
    }

    pub fn text(&self) -> String {
        self.lines.text()
    }

    /// Bytes of the text, line ends counted; walks over the lines, not over their letters.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn lines(&self) -> &[String] {
        self.lines.all()
    }

    /// The visible lines.
    pub fn visible(&self) -> Visible<'_> {
        Visible {
            lines: self.lines.all(),
            folds: Some(&self.folds),
        }
    }

    pub fn cursor(&self) -> TextPosition {
        self.cursor
    }

    /// Line and column of the cursor as people count them; the column in characters.
    pub fn position(&self) -> (usize, usize) {
        (
            self.cursor.line + 1,
            self.lines.head(self.cursor).chars().count() + 1,
        )
    }

    /// Grows with every change of the text.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Both ends of what is selected, the first one first.
    pub fn selection(&self) -> Option<(TextPosition, TextPosition)> {
        let anchor = self.anchor.filter(|anchor| *anchor != self.cursor)?;
        Some((anchor.min(self.cursor), anchor.max(self.cursor)))
    }

    pub fn selected_text(&self) -> Option<String> {
        let (from, to) = self.selection()?;
        Some(self.lines.slice(from, to))
    }

    /// What is selected, else the empty range at the cursor.
    fn chosen(&self) -> (TextPosition, TextPosition) {
        self.selection().unwrap_or((self.cursor, self.cursor))
    }

    pub(crate) fn select_all(&mut self) {
        self.put_cursor(self.lines.end());
        self.anchor = Some(TextPosition::default());
    }

    /// Lets the selection go; says whether there was one.
    pub fn deselect(&mut self) -> bool {
        let was = self.selection().is_some();
        self.anchor = None;
        was
    }

    /// Puts the cursor there without a selection; what hides the place unfolds.
    fn put_cursor(&mut self, place: TextPosition) {
        self.folds.reveal(place.line, self.lines.all());
        self.cursor = place;
        self.anchor = None;
        self.goal = None;
    }

    /// The one place where the text changes: `from..to` becomes `text`. Gives the end of the new text. The folds want to be
    /// settled afterwards.
    fn splice(&mut self, from: TextPosition, to: TextPosition, text: &str) -> TextPosition {
        self.version += 1;
        let end = self.lines.splice(from, to, text);
        self.folds.spliced(from, to, end);
        end
    }

    /// One change as one step of undo; the cursor goes behind it.
    fn replace(&mut self, from: TextPosition, to: TextPosition, text: &str, is_typing: bool) {
        let removed = self.lines.slice(from, to);
        if removed.is_empty() && text.is_empty() {
            return;
        }
        let before = self.cursor;
        // Changed lines are visible.
        self.folds.reveal(from.line, self.lines.all());
        self.folds.reveal(to.line, self.lines.all());
        let after = self.splice(from, to, text);
        self.folds.settle(self.lines.all());
        self.put_cursor(after);
        let is_typing = is_typing && removed.is_empty() && !text.contains('\n');
        let changes = vec![TextChange {
            at: from,
            removed,
            inserted: text.to_owned(),
        }];
        self.history.add(UndoStep {
            changes,
            before,
            after,
            is_typing,
        });
    }

    /// Several changes, the last place first, as one step of undo; the cursor stays with the text around it.
    fn replace_parts(&mut self, hunks: Vec<Hunk>) {
        if hunks.is_empty() {
            return;
        }
        let before = self.cursor;
        let mut cursor = before;
        let mut changes = Vec::with_capacity(hunks.len());
        for Hunk { from, to, text } in hunks {
            let removed = self.lines.slice(from, to);
            let end = self.splice(from, to, &text);
            cursor = shifted(cursor, from, to, end);
            changes.push(TextChange {
                at: from,
                removed,
                inserted: text,
            });
        }
        let after = self.lines.nearest(cursor);
        self.folds.settle(self.lines.all());
        self.put_cursor(after);
        self.history.add(UndoStep {
            changes,
            before,
            after,
            is_typing: false,
        });
    }

    /// Puts text in, in the selection's stead. One step of undo.
    pub fn insert(&mut self, text: &str) {
        let (from, to) = self.chosen();
        self.replace(from, to, &normal(text), false);
    }

    /// A paste: line ends are made one kind, what a terminal would obey is left out. One step of undo.
    pub fn paste(&mut self, text: &str) {
        let text: String = normal(text)
            .chars()
            .filter(|c| *c == '\n' || *c == '\t' || !c.is_control())
            .collect();
        self.insert(&text);
    }

    pub fn type_char(&mut self, c: char) {
        let (from, to) = self.chosen();
        self.replace(from, to, c.encode_utf8(&mut [0; 4]), true);
    }

    /// A new line, indented as the one before, deeper after an opening bracket.
    pub fn new_line(&mut self) {
        let (from, to) = self.chosen();
        let head = self.lines.head(from);
        let indent: String = head
            .chars()
            .take_while(|c| *c == ' ' || *c == '\t')
            .collect();
        let opens = head.trim_end().ends_with(['{', '[']);
        let closes = self.lines.tail(to).trim_start().starts_with(['}', ']']);
        let deeper = if opens { "  " } else { "" };
        if opens && closes {
            self.replace(from, to, &format!("\n{indent}{deeper}\n{indent}"), false);
            self.put_cursor(TextPosition {
                line: from.line + 1,
                byte: indent.len() + deeper.len(),
            });
        } else {
            self.replace(from, to, &format!("\n{indent}{deeper}"), false);
        }
    }

    pub(crate) fn backspace(&mut self) {
        let (from, to) = self
            .selection()
            .unwrap_or_else(|| (left_of(&self.lines, self.cursor), self.cursor));
        self.replace(from, to, "", false);
    }

    pub(crate) fn delete(&mut self) {
        let (from, to) = self
            .selection()
            .unwrap_or_else(|| (self.cursor, right_of(&self.lines, self.cursor)));
        self.replace(from, to, "", false);
    }

    pub(crate) fn delete_word(&mut self) {
        let (from, to) = self
            .selection()
            .unwrap_or_else(|| (word_left(&self.lines, self.cursor), self.cursor));
        self.replace(from, to, "", false);
    }

    /// Takes the selection out and gives it.
    pub fn cut(&mut self) -> Option<String> {
        let (from, to) = self.selection()?;
        let text = self.lines.slice(from, to);
        self.replace(from, to, "", false);
        Some(text)
    }

    /// All of the text becomes another one: only what differs changes, as one step of undo, and the cursor stays with the text
    /// around it. Costs one pass over both texts and what differs.
    pub fn replace_all(&mut self, text: &str) {
        let hunks = hunks(&self.lines, &normal(text));
        self.replace_parts(hunks);
    }

    /// Puts another text in the place of one hit of a search; the cursor goes behind it. Gives where it ends.
    pub fn replace_hit(&mut self, hit: TextPosition, length: usize, with: &str) -> TextPosition {
        self.replace(
            hit,
            TextPosition {
                byte: hit.byte + length,
                ..hit
            },
            with,
            false,
        );
        self.cursor
    }

    /// Puts another text, without line ends, in the place of all these hits of a search, as one step of undo.
    pub fn replace_hits(&mut self, hits: &[TextPosition], length: usize, with: &str) {
        let mut hunks = Vec::new();
        // One change a line: a letter may stand in it a hundred times.
        for row in hits.chunk_by(|one, other| one.line == other.line).rev() {
            let (Some(first), Some(last)) = (row.first(), row.last()) else {
                continue;
            };
            let to = TextPosition {
                byte: last.byte + length,
                ..*last
            };
            let line = self.lines.line(first.line);
            let mut text = String::with_capacity(to.byte - first.byte);
            for (at, hit) in row.iter().enumerate() {
                let next = row.get(at + 1).map_or(to.byte, |next| next.byte);
                text.push_str(with);
                text.push_str(line.get(hit.byte + length..next).unwrap_or_default());
            }
            hunks.push(Hunk {
                from: *first,
                to,
                text,
            });
        }
        self.replace_parts(hunks);
    }

    /// Folds the part that opens in the cursor's line, else the one around the cursor, or unfolds it. `false` where there is none.
    pub fn toggle_fold(&mut self) -> bool {
        if self.folds.unfold(self.cursor.line, self.lines.all()) {
            return true;
        }
        let pair = around(self.lines.all(), self.cursor);
        if let Some(pair) = pair {
            self.folds.fold(&[pair], self.lines.all());
            self.leave_hidden();
        }
        pair.is_some()
    }

    /// Folds every part as deep as the one that the cursor is in; gives how many there are.
    pub fn fold_alike(&mut self) -> usize {
        let Some(pair) = around(self.lines.all(), self.cursor) else {
            return 0;
        };
        let pairs = pairs_at(self.lines.all(), pair.depth);
        self.folds.fold(&pairs, self.lines.all());
        self.leave_hidden();
        pairs.len()
    }

    /// Unfolds everything; says whether anything was folded.
    pub fn unfold_all(&mut self) -> bool {
        let was = !self.folds.is_empty();
        self.folds.clear();
        was
    }

    /// After something was folded: a cursor inside of it goes to where it opens.
    fn leave_hidden(&mut self) {
        if self.folds.is_hidden(self.cursor.line) {
            let line = self.folds.line_at(self.folds.row_of(self.cursor.line));
            self.put_cursor(TextPosition {
                line,
                byte: self.lines.line(line).len(),
            });
        }
    }

    /// Says whether there was a step to take back.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.history.take_back() else {
            return false;
        };
        for change in step.changes.iter().rev() {
            let to = after(change.at, &change.inserted);
            let end = self.lines.splice(change.at, to, &change.removed);
            self.folds.spliced(change.at, to, end);
        }
        self.version += 1;
        let before = step.before;
        self.folds.settle(self.lines.all());
        self.put_cursor(before);
        true
    }

    /// Says whether there was a step to bring again.
    pub fn redo(&mut self) -> bool {
        let Some(step) = self.history.bring_again() else {
            return false;
        };
        for change in &step.changes {
            let to = after(change.at, &change.removed);
            let end = self.lines.splice(change.at, to, &change.inserted);
            self.folds.spliced(change.at, to, end);
        }
        self.version += 1;
        let after = step.after;
        self.folds.settle(self.lines.all());
        self.put_cursor(after);
        true
    }

    /// Puts the cursor there, or as near as there is text.
    pub fn go_to(&mut self, place: TextPosition) {
        self.put_cursor(self.lines.nearest(place));
    }

    /// Line and column as people count them, the column in characters.
    pub fn go_to_position(&mut self, line: usize, column: usize) {
        let line = line.saturating_sub(1).min(self.lines.last());
        let text = self.lines.line(line);
        let byte = text
            .char_indices()
            .nth(column.saturating_sub(1))
            .map_or(text.len(), |(byte, _)| byte);
        self.go_to(TextPosition { line, byte });
    }

    /// To a line and a column of cells: a click.
    pub fn go_to_cell(&mut self, line: usize, column: usize) {
        let line = line.min(self.lines.last());
        let byte = byte_at_column(self.lines.line(line), column);
        self.go_to(TextPosition { line, byte });
    }

    /// Moves the cursor; with `extends` the selection grows.
    pub fn go(&mut self, motion: Motion, extends: bool) {
        let selection = self.selection();
        if !extends {
            self.anchor = None;
        } else if self.anchor.is_none() {
            self.anchor = Some(self.cursor);
        }
        let is_vertical = matches!(motion, Motion::Up(_) | Motion::Down(_));
        let goal = is_vertical.then(|| {
            self.goal
                .unwrap_or_else(|| columns(self.lines.head(self.cursor)))
        });
        let to = match (motion, selection.filter(|_| !extends)) {
            // Out of a selection: to its end on that side.
            (Motion::Left, Some((from, _))) => from,
            (Motion::Right, Some((_, to))) => to,
            _ => moved(
                &self.lines,
                &self.folds,
                self.cursor,
                motion,
                goal.unwrap_or_default(),
            ),
        };
        let anchor = self.anchor;
        self.put_cursor(to);
        self.anchor = anchor;
        self.goal = goal;
    }
}

#[cfg(test)]
#[path = "buffer_tests.rs"]
mod tests;
