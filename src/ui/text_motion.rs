//! Where a movement of the cursor leads. Changes nothing.

use super::{
    text_lines::Lines,
    text_place::{Place, byte_at_column},
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
pub fn moved(lines: &Lines, place: Place, motion: Motion, goal: usize) -> Place {
    let at_goal = |line: usize| Place { line, byte: byte_at_column(lines.line(line), goal) };
    let last = lines.last();
    match motion {
        Motion::Left => left_of(lines, place),
        Motion::Right => right_of(lines, place),
        Motion::Up(_) if place.line == 0 => Place::default(),
        Motion::Down(_) if place.line == last => lines.end(),
        Motion::Up(count) => at_goal(place.line.saturating_sub(count)),
        Motion::Down(count) => at_goal((place.line + count).min(last)),
        Motion::WordLeft => word_left(lines, place),
        Motion::WordRight => word_right(lines, place),
        Motion::LineStart => {
            let line = lines.line(place.line);
            let first = line.len() - line.trim_start().len();
            Place { byte: if place.byte == first { 0 } else { first }, ..place }
        }
        Motion::LineEnd => Place { byte: lines.line(place.line).len(), ..place },
        Motion::Start => Place::default(),
        Motion::End => lines.end(),
    }
}

pub fn left_of(lines: &Lines, place: Place) -> Place {
    match lines.head(place).grapheme_indices(true).next_back() {
        Some((byte, _)) => Place { byte, ..place },
        None => match place.line.checked_sub(1) {
            Some(line) => Place { line, byte: lines.line(line).len() },
            None => place,
        },
    }
}

pub fn right_of(lines: &Lines, place: Place) -> Place {
    match lines.tail(place).graphemes(true).next() {
        Some(grapheme) => Place { byte: place.byte + grapheme.len(), ..place },
        None if place.line < lines.last() => Place { line: place.line + 1, byte: 0 },
        None => place,
    }
}

pub fn word_left(lines: &Lines, place: Place) -> Place {
    match lines.head(place).unicode_word_indices().next_back() {
        Some((byte, _)) => Place { byte, ..place },
        None if place.byte > 0 => Place { byte: 0, ..place },
        None => left_of(lines, place),
    }
}

fn word_right(lines: &Lines, place: Place) -> Place {
    let tail = lines.tail(place);
    match tail.unicode_word_indices().next() {
        Some((byte, word)) => Place { byte: place.byte + byte + word.len(), ..place },
        None if !tail.is_empty() => Place { byte: place.byte + tail.len(), ..place },
        None => right_of(lines, place),
    }
}
