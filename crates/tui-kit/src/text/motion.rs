//! Where a movement of the cursor leads; it steps over what is folded. Changes nothing.

use super::{
    folds::Folds,
    lines::Lines,
    place::{TextPosition, byte_at_column},
};
use unicode_segmentation::UnicodeSegmentation;

/// A movement of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Left,
    Right,
    Up(usize),
    Down(usize),
    WordLeft,
    WordRight,
    /// To the first letter, or to the very start when it is there already.
    LineStart,
    LineEnd,
    Start,
    End,
}

/// Where a movement leads from a place; `goal` is the column that up and down aim at.
pub(crate) fn moved(
    lines: &Lines,
    folds: &Folds,
    place: TextPosition,
    motion: Motion,
    goal: usize,
) -> TextPosition {
    let line_end = |line: usize| TextPosition {
        line,
        byte: lines.line(line).len(),
    };
    let row = folds.row_of(place.line);
    let last = folds.row_of(lines.last());
    let at_goal = |row: usize| {
        let line = folds.line_at(row);
        TextPosition {
            line,
            byte: byte_at_column(lines.line(line), goal),
        }
    };
    // A step into a folded part goes on to its other side.
    let left = |to: TextPosition| {
        if folds.is_hidden(to.line) {
            line_end(folds.line_at(folds.row_of(to.line)))
        } else {
            to
        }
    };
    let right = |to: TextPosition| match folds.row_of(to.line) + 1 {
        _ if !folds.is_hidden(to.line) => to,
        next if next <= last => TextPosition {
            line: folds.line_at(next),
            byte: 0,
        },
        _ => place,
    };
    match motion {
        Motion::Left => left(left_of(lines, place)),
        Motion::Right => right(right_of(lines, place)),
        Motion::Up(_) if row == 0 => TextPosition::default(),
        Motion::Down(_) if row >= last => line_end(folds.line_at(last)),
        Motion::Up(count) => at_goal(row.saturating_sub(count)),
        Motion::Down(count) => at_goal((row + count).min(last)),
        Motion::WordLeft => left(word_left(lines, place)),
        Motion::WordRight => right(word_right(lines, place)),
        Motion::LineStart => {
            let line = lines.line(place.line);
            let first = line.len() - line.trim_start().len();
            TextPosition {
                byte: if place.byte == first { 0 } else { first },
                ..place
            }
        }
        Motion::LineEnd => line_end(place.line),
        Motion::Start => TextPosition::default(),
        Motion::End => line_end(folds.line_at(last)),
    }
}

pub(crate) fn left_of(lines: &Lines, place: TextPosition) -> TextPosition {
    match lines.head(place).grapheme_indices(true).next_back() {
        Some((byte, _)) => TextPosition { byte, ..place },
        None => match place.line.checked_sub(1) {
            Some(line) => TextPosition {
                line,
                byte: lines.line(line).len(),
            },
            None => place,
        },
    }
}

pub(crate) fn right_of(lines: &Lines, place: TextPosition) -> TextPosition {
    match lines.tail(place).graphemes(true).next() {
        Some(grapheme) => TextPosition {
            byte: place.byte + grapheme.len(),
            ..place
        },
        None if place.line < lines.last() => TextPosition {
            line: place.line + 1,
            byte: 0,
        },
        None => place,
    }
}

pub(crate) fn word_left(lines: &Lines, place: TextPosition) -> TextPosition {
    match lines.head(place).unicode_word_indices().next_back() {
        Some((byte, _)) => TextPosition { byte, ..place },
        None if place.byte > 0 => TextPosition { byte: 0, ..place },
        None => left_of(lines, place),
    }
}

fn word_right(lines: &Lines, place: TextPosition) -> TextPosition {
    let tail = lines.tail(place);
    match tail.unicode_word_indices().next() {
        Some((byte, word)) => TextPosition {
            byte: place.byte + byte + word.len(),
            ..place
        },
        None if !tail.is_empty() => TextPosition {
            byte: place.byte + tail.len(),
            ..place
        },
        None => right_of(lines, place),
    }
}
