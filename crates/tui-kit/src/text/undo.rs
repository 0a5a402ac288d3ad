//! What was changed in a text, in steps that can be taken back and brought again. Knows no text: it only keeps what was where.

use super::place::{TextPosition, after};
use std::collections::VecDeque;

/// At a place, one text in another's stead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextChange {
    pub at: TextPosition,
    pub removed: String,
    pub inserted: String,
}

impl TextChange {
    fn bytes(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }
}

/// What one key changed, and what one undo takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UndoStep {
    /// In the order in which they were made.
    pub changes: Vec<TextChange>,
    /// Where the cursor was.
    pub before: TextPosition,
    /// Where it went.
    pub after: TextPosition,
    /// One typed letter after the other makes one step.
    pub is_typing: bool,
}

impl UndoStep {
    fn bytes(&self) -> usize {
        self.changes.iter().map(TextChange::bytes).sum()
    }

    /// Takes a typed text that goes on where this step's ends; says whether it did.
    fn joins(&mut self, typed: &Self) -> bool {
        let ([last], [next]) = (self.changes.as_mut_slice(), typed.changes.as_slice()) else {
            return false;
        };
        // A new word is a new step.
        let starts_word = last.inserted.ends_with(' ') && next.inserted != " ";
        if !self.is_typing
            || !typed.is_typing
            || starts_word
            || after(last.at, &last.inserted) != next.at
        {
            return false;
        }
        last.inserted.push_str(&next.inserted);
        self.after = typed.after;
        true
    }
}

/// More steps than anyone takes back.
const MOST_STEPS: usize = 10_000;
/// What all steps together may hold: a document of 5 MB replaced again and again must not fill the memory.
const MOST_BYTES: usize = 24 << 20;

#[derive(Clone, Debug, Default)]
pub(crate) struct UndoHistory {
    undo: VecDeque<UndoStep>,
    redo: Vec<UndoStep>,
    /// Of the steps that can be taken back.
    bytes: usize,
}

impl UndoHistory {
    /// Something new was done: what had been taken back cannot be brought again.
    pub(crate) fn add(&mut self, step: UndoStep) {
        self.redo.clear();
        self.bytes += step.bytes();
        if self.undo.back_mut().is_some_and(|last| last.joins(&step)) {
            return;
        }
        self.undo.push_back(step);
        // The last step stays, however large.
        while self.undo.len() > 1 && (self.undo.len() > MOST_STEPS || self.bytes > MOST_BYTES) {
            self.bytes -= self.undo.pop_front().map_or(0, |oldest| oldest.bytes());
        }
    }

    pub(crate) fn take_back(&mut self) -> Option<&UndoStep> {
        let step = self.undo.pop_back()?;
        self.bytes -= step.bytes();
        self.redo.push(step);
        self.redo.last()
    }

    pub(crate) fn bring_again(&mut self) -> Option<&UndoStep> {
        let mut step = self.redo.pop()?;
        self.bytes += step.bytes();
        // It is finished: new letters are a step of their own.
        step.is_typing = false;
        self.undo.push_back(step);
        self.undo.back()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(byte: usize, inserted: &str, is_typing: bool) -> UndoStep {
        let at = TextPosition { line: 0, byte };
        let changes = vec![TextChange {
            at,
            removed: String::new(),
            inserted: inserted.to_owned(),
        }];
        UndoStep {
            changes,
            before: at,
            after: after(at, inserted),
            is_typing,
        }
    }

    #[test]
    fn letters_join_until_a_word_begins_or_the_cursor_moves() {
        let mut history = UndoHistory::default();
        for (byte, letter) in ["a", "b", " ", "c"].into_iter().enumerate() {
            history.add(step(byte, letter, true));
        }
        history.add(step(9, "d", true));
        let taken: Vec<String> = std::iter::from_fn(|| {
            history
                .take_back()
                .map(|step| step.changes[0].inserted.clone())
        })
        .collect();
        assert_eq!(taken, ["d", "c", "ab "]);
        assert_eq!(history.bytes, 0);
    }

    #[test]
    fn memory_is_bounded_and_the_last_step_stays() {
        let mut history = UndoHistory::default();
        let large = "x".repeat(MOST_BYTES);
        history.add(step(0, &large, false));
        history.add(step(0, "small", false));
        history.add(step(0, &large, false));
        assert_eq!((history.undo.len(), history.bytes), (1, MOST_BYTES));
    }
}
