//! The lines of a text and the one place where they change. Costs by what is touched, never by the length of the text.
//! Knows no cursor and no undo.

use super::place::TextPosition;

/// A text as lines without their ends; there is always at least one.
#[derive(Clone, Debug)]
pub(crate) struct Lines(Vec<String>);

impl Lines {
    /// Of a text whose lines end with `\n`.
    pub(crate) fn new(text: &str) -> Self {
        Self(text.split('\n').map(str::to_owned).collect())
    }

    pub(crate) fn text(&self) -> String {
        self.0.join("\n")
    }

    /// Bytes of the text, line ends counted; walks over the lines, not over their letters.
    pub(crate) fn len(&self) -> usize {
        self.0
            .iter()
            .map(|line| line.len() + 1)
            .sum::<usize>()
            .saturating_sub(1)
    }

    pub(crate) fn all(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn line(&self, line: usize) -> &str {
        self.0.get(line).map_or("", String::as_str)
    }

    /// The part of a line before a place.
    pub(crate) fn head(&self, place: TextPosition) -> &str {
        self.line(place.line).get(..place.byte).unwrap_or_default()
    }

    /// The part of a line after a place.
    pub(crate) fn tail(&self, place: TextPosition) -> &str {
        self.line(place.line).get(place.byte..).unwrap_or_default()
    }

    pub(crate) fn last(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    pub(crate) fn end(&self) -> TextPosition {
        TextPosition {
            line: self.last(),
            byte: self.line(self.last()).len(),
        }
    }

    /// The place, or the nearest one before it that exists and lies between two characters.
    pub(crate) fn nearest(&self, place: TextPosition) -> TextPosition {
        let line = place.line.min(self.last());
        let text = self.line(line);
        let mut byte = place.byte.min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        TextPosition { line, byte }
    }

    pub(crate) fn slice(&self, from: TextPosition, to: TextPosition) -> String {
        if from.line == to.line {
            return self
                .line(from.line)
                .get(from.byte..to.byte)
                .unwrap_or_default()
                .to_owned();
        }
        let mut text = self.tail(from).to_owned();
        for line in self.0.get(from.line + 1..to.line).unwrap_or_default() {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text.push_str(self.head(to));
        text
    }

    /// `from..to` becomes `text`. Gives the end of the new text.
    pub(crate) fn splice(
        &mut self,
        from: TextPosition,
        to: TextPosition,
        text: &str,
    ) -> TextPosition {
        let tail = self.tail(to).to_owned();
        let mut parts = text.split('\n');
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        if let Some(line) = self.0.get_mut(from.line) {
            line.truncate(from.byte);
            line.push_str(first);
        }
        let after = (to.line + 1).min(self.0.len());
        match rest.split_last() {
            None => {
                let byte = from.byte + first.len();
                if let Some(line) = self.0.get_mut(from.line) {
                    line.push_str(&tail);
                }
                if from.line + 1 < after {
                    self.0.drain(from.line + 1..after);
                }
                TextPosition {
                    line: from.line,
                    byte,
                }
            }
            Some((last, middle)) => {
                let new = middle
                    .iter()
                    .map(|part| (*part).to_owned())
                    .chain([format!("{last}{tail}")]);
                self.0.splice(from.line + 1..after, new);
                TextPosition {
                    line: from.line + rest.len(),
                    byte: last.len(),
                }
            }
        }
    }
}
