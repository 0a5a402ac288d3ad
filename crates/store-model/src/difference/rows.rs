//! An entry as rows of signs and words, for the terminal and the screen alike: what stands where, not how wide or in which colour.

use super::{
    part::{Entry, Part, Sign},
    wording::{Mark, Piece, TextLine, Wording},
};

/// What a row says of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Come,
    Gone,
    Quiet,
}

/// A row before it is broken into lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Steps from the left.
    pub depth: usize,
    /// One letter, or none.
    pub sign: &'static str,
    pub tone: Tone,
    pub pieces: Vec<Piece>,
}

impl Row {
    fn new(depth: usize, sign: &'static str, tone: Tone, text: String) -> Self {
        Self {
            depth,
            sign,
            tone,
            pieces: vec![Piece {
                text,
                is_marked: false,
            }],
        }
    }

    pub fn text(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect()
    }
}

/// The two sides in one row; `None` where they need rows of their own.
fn sides(wording: &Wording) -> Option<String> {
    match wording {
        Wording::Sides {
            before: Some(before),
            after: Some(after),
        } => Some(format!("{before} → {after}")),
        Wording::Sides {
            before: Some(before),
            after: None,
        } => Some(format!("was {before}")),
        Wording::Sides {
            before: None,
            after: Some(after),
        } => Some(after.clone()),
        Wording::Sides {
            before: None,
            after: None,
        }
        | Wording::Lines(_) => None,
    }
}

fn lines(part: &Part) -> &[TextLine] {
    match &part.wording {
        Wording::Lines(lines) => lines,
        Wording::Sides { .. } => &[],
    }
}

/// An entry: first what it is, then its texts and fields.
pub fn rows(entry: &Entry) -> Vec<Row> {
    let tone = match entry.sign {
        Sign::Added => Tone::Come,
        Sign::Removed => Tone::Gone,
        Sign::Replaced | Sign::Changed => Tone::Plain,
        Sign::Kept => Tone::Quiet,
    };
    let own = entry.parts.iter().find(|part| part.label.is_empty());
    let said: Vec<_> = [
        entry.note.clone(),
        own.and_then(|own| sides(&own.wording)).unwrap_or_default(),
    ]
    .into_iter()
    .filter(|text| !text.is_empty())
    .collect();
    let head = if said.is_empty() {
        entry.label.clone()
    } else {
        format!("{}: {}", entry.label, said.join(", "))
    };
    let mut rows = vec![Row::new(0, entry.sign.letter(), tone, head)];
    for part in &entry.parts {
        if !part.label.is_empty() {
            let said = sides(&part.wording)
                .map(|said| format!(": {said}"))
                .unwrap_or_default();
            rows.push(Row::new(
                1,
                "",
                Tone::Plain,
                format!("{}{said}", part.label),
            ));
        }
        rows.extend(lines(part).iter().map(|line| {
            let (sign, tone) = match line.mark {
                Mark::Gone => ("-", Tone::Gone),
                Mark::New => ("+", Tone::Come),
                Mark::Same => ("", Tone::Quiet),
            };
            Row {
                depth: 1 + usize::from(!part.label.is_empty()),
                sign,
                tone,
                pieces: line.pieces.clone(),
            }
        }));
    }
    rows
}
