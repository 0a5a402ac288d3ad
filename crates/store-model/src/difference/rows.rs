//! An entry as rows of signs and words, for the terminal and the screen alike: what stands where, not how wide or in which colour.

use super::{
    part::{ChangedEntry, Part, Sign},
    wording::{ChangeMark, TextLine, TextPiece, Wording},
};

/// What a row says of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffTone {
    Plain,
    Come,
    Gone,
    Quiet,
}

/// A row before it is broken into lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRow {
    /// Steps from the left.
    pub depth: usize,
    /// One letter, or none.
    pub sign: &'static str,
    pub tone: DiffTone,
    pub pieces: Vec<TextPiece>,
}

impl DiffRow {
    fn new(depth: usize, sign: &'static str, tone: DiffTone, text: String) -> Self {
        Self {
            depth,
            sign,
            tone,
            pieces: vec![TextPiece {
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
pub fn rows(entry: &ChangedEntry) -> Vec<DiffRow> {
    let tone = match entry.sign {
        Sign::Added => DiffTone::Come,
        Sign::Removed => DiffTone::Gone,
        Sign::Replaced | Sign::Changed => DiffTone::Plain,
        Sign::Kept => DiffTone::Quiet,
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
    let mut rows = vec![DiffRow::new(0, entry.sign.letter(), tone, head)];
    for part in &entry.parts {
        if !part.label.is_empty() {
            let said = sides(&part.wording)
                .map(|said| format!(": {said}"))
                .unwrap_or_default();
            rows.push(DiffRow::new(
                1,
                "",
                DiffTone::Plain,
                format!("{}{said}", part.label),
            ));
        }
        rows.extend(lines(part).iter().map(|line| {
            let (sign, tone) = match line.mark {
                ChangeMark::Gone => ("-", DiffTone::Gone),
                ChangeMark::New => ("+", DiffTone::Come),
                ChangeMark::Same => ("", DiffTone::Quiet),
            };
            DiffRow {
                depth: 1 + usize::from(!part.label.is_empty()),
                sign,
                tone,
                pieces: line.pieces.clone(),
            }
        }));
    }
    rows
}
