//! What a person is asked for in the tree: a value of a place, or the name of a new one. Typed in a line, in a text area, or
//! chosen. Knows no document but the place that is asked about, and changes nothing.

use super::{pick::Pick, rows::counter};
use crate::screen::pane::Typed;
use ratatui::crossterm::event::{KeyCode, KeyModifiers, MouseEvent};
use serde_json::{Number, Value};
use store_model::{
    rules::schema::FieldShape,
    value::{Date, date},
};
use tui_kit::{field::Field, theme::Role};

/// What the answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputPurpose {
    /// The value of a place.
    Set { pointer: String },
    /// The value of a member that is not there yet.
    Member { pointer: String },
    /// A new element of the list at the pointer.
    Append { pointer: String },
    /// The name of a new member of the object at the pointer.
    Name { pointer: String },
}

#[derive(Clone, Debug)]
pub(super) enum InputKind {
    Line(Field),
    Pick(Pick),
}

/// What became of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum InputResult {
    /// Goes on.
    Stay,
    /// Not one for it.
    Unused,
    /// Nothing is to be changed.
    Leave,
    /// The value, or the name as a text.
    Done(Value),
}

#[derive(Clone, Debug)]
pub struct Input {
    pub purpose: InputPurpose,
    pub(super) shape: FieldShape,
    pub(super) way: InputKind,
    /// What it began with: the same again is no change.
    pub(super) start: String,
    pub(super) most: Option<usize>,
    /// Names that are taken.
    pub(super) taken: Vec<String>,
    pub(super) fault: Option<String>,
}

/// A text that may be longer than this is edited in a dialog of its own.
const SHORT: usize = 160;

/// Whether a text is too long for a line of its own.
pub fn is_long(most: Option<usize>, text: &str) -> bool {
    most.is_some_and(|most| most > SHORT) || text.len() > SHORT || text.contains('\n')
}

impl Input {
    /// Asks for the value of a place. `value` is what it holds now.
    pub fn value(
        purpose: InputPurpose,
        shape: FieldShape,
        choices: Vec<String>,
        most: Option<usize>,
        value: &Value,
    ) -> Self {
        let start = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let way = match shape {
            // Of a new element nothing holds yet.
            FieldShape::Choice => InputKind::Pick(Pick::new(
                choices,
                Some(&start)
                    .filter(|_| !matches!(purpose, InputPurpose::Append { .. }))
                    .map(String::as_str),
            )),
            _ => InputKind::Line(Field::with_text(start.clone())),
        };
        let most = most.filter(|_| shape == FieldShape::Text);
        Self {
            purpose,
            shape,
            way,
            start,
            most,
            taken: Vec::new(),
            fault: None,
        }
    }

    /// Asks for the name of a new member: one of `choices`, or another one.
    pub fn name(pointer: String, choices: Vec<String>, taken: Vec<String>) -> Self {
        let free: Vec<String> = choices
            .into_iter()
            .filter(|choice| !taken.iter().any(|taken| taken.eq_ignore_ascii_case(choice)))
            .collect();
        let way = if free.is_empty() {
            InputKind::Line(Field::default())
        } else {
            InputKind::Pick(Pick::new(free, None))
        };
        let purpose = InputPurpose::Name { pointer };
        Self {
            purpose,
            shape: FieldShape::Text,
            way,
            start: String::new(),
            most: None,
            taken,
            fault: None,
        }
    }

    /// The place whose row the text is typed into; everything else is asked in front of the tree.
    pub fn in_row(&self) -> Option<&str> {
        match (&self.way, &self.purpose) {
            (InputKind::Line(_), InputPurpose::Set { pointer }) => Some(pointer),
            _ => None,
        }
    }

    /// Why what was typed cannot be taken.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Characters so far and the most there may be, where they are limited.
    pub(super) fn count(&self) -> Option<(usize, usize)> {
        let count = match &self.way {
            InputKind::Line(field) => field.text().chars().count(),
            InputKind::Pick(_) => return None,
        };
        Some((count, self.most?))
    }

    pub fn counter(&self) -> Option<(String, Role)> {
        self.count().map(|(count, most)| counter(count, most))
    }

    fn done(&mut self) -> InputResult {
        let text = match &self.way {
            InputKind::Line(field) => field.text().to_owned(),
            InputKind::Pick(pick) => match pick.chosen() {
                Some((text, _)) => text.to_owned(),
                None => return InputResult::Stay,
            },
        };
        if matches!(self.purpose, InputPurpose::Set { .. }) && text == self.start {
            return InputResult::Leave;
        }
        let read = match &self.purpose {
            InputPurpose::Name { .. } => self.read_name(text.trim()),
            _ => read(self.shape, text),
        };
        match read {
            Ok(value) => InputResult::Done(value),
            Err(fault) => {
                self.fault = Some(fault);
                InputResult::Stay
            }
        }
    }

    fn read_name(&self, name: &str) -> Result<Value, String> {
        if name.is_empty() {
            return Err("It needs a name.".to_owned());
        }
        match self
            .taken
            .iter()
            .find(|taken| taken.eq_ignore_ascii_case(name))
        {
            Some(taken) => Err(format!("{taken} already exists.")),
            None => Ok(name.into()),
        }
    }

    pub fn typed(&mut self, typed: &Typed) -> InputResult {
        let fault = self.fault.take();
        match (typed, &mut self.way) {
            (Typed::Key(key), _) if key.code == KeyCode::Enter => self.done(),
            (Typed::Key(key), _) if key.code == KeyCode::Esc => InputResult::Leave,
            (Typed::Key(key), _)
                if key.code == KeyCode::Char('s') && key.modifiers == KeyModifiers::CONTROL =>
            {
                self.done()
            }
            (typed, way) => {
                let is_used = match way {
                    InputKind::Line(field) => field.typed(typed),
                    InputKind::Pick(pick) => pick.typed(typed),
                };
                if is_used {
                    return InputResult::Stay;
                }
                self.fault = fault;
                InputResult::Unused
            }
        }
    }

    pub fn mouse(&mut self, event: MouseEvent) -> InputResult {
        let is_chosen = match &mut self.way {
            InputKind::Pick(pick) => pick.mouse(event),
            InputKind::Line(_) => false,
        };
        if is_chosen {
            self.done()
        } else {
            InputResult::Stay
        }
    }

    /// The keys that end it.
    pub fn keys(&self) -> &'static str {
        match self.way {
            InputKind::Line(_) => " enter accepts  esc cancels ",
            InputKind::Pick(_) => " ↑ ↓ choose  enter accepts  esc cancels ",
        }
    }
}

/// What is asked for.
pub fn title(purpose: &InputPurpose) -> String {
    match purpose {
        InputPurpose::Set { pointer } => pointer.clone(),
        InputPurpose::Member { pointer } => format!("{pointer}, new"),
        InputPurpose::Append { pointer } => format!("new in {pointer}"),
        InputPurpose::Name { pointer } if pointer.is_empty() => {
            "a new field of the document".to_owned()
        }
        InputPurpose::Name { pointer } => format!("name of the new entry in {pointer}"),
    }
}

/// What was typed as a value of that shape, or why it is none.
fn read(shape: FieldShape, text: String) -> Result<Value, String> {
    match shape {
        FieldShape::Number => {
            let number = serde_json::from_str::<Number>(text.trim());
            number.map(Value::Number).map_err(|_| {
                format!(
                    "“{}” is not a number; write it like 25 or 12.5.",
                    text.trim()
                )
            })
        }
        FieldShape::Date if date(&text) == Date::Invalid => Err(format!(
            "“{}” is not a date; write it like 2026-03-01T09:00:00Z, or leave it empty.",
            text.trim()
        )),
        FieldShape::Bool => match text.trim() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err("It must be true or false.".to_owned()),
        },
        FieldShape::Date => Ok(text.trim().into()),
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::KeyEvent;
    use rstest::rstest;
    use serde_json::json;

    fn set() -> InputPurpose {
        InputPurpose::Set {
            pointer: "/x".into(),
        }
    }

    fn press(input: &mut Input, code: KeyCode) -> InputResult {
        input.typed(&Typed::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn answered(input: &mut Input, text: &str) -> InputResult {
        input.typed(&Typed::Paste(text.into()));
        press(input, KeyCode::Enter)
    }

    #[rstest]
    #[case(FieldShape::Number, "25.0", Some("25.0"))]
    #[case(FieldShape::Number, "1,5", None)]
    #[case(FieldShape::Number, "", None)]
    #[case(
        FieldShape::Date,
        "2026-03-01T09:00:00Z",
        Some("\"2026-03-01T09:00:00Z\"")
    )]
    #[case(FieldShape::Date, "soon", None)]
    #[case(FieldShape::Bool, "yes", None)]
    #[case(FieldShape::Text, " a \"b\" ", Some("\" a \\\"b\\\" \""))]
    fn only_what_the_shape_allows_is_taken(
        #[case] shape: FieldShape,
        #[case] text: &str,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(
            read(shape, text.into())
                .ok()
                .map(|value| value.to_string())
                .as_deref(),
            expected
        );
    }

    #[test]
    fn a_line_is_kept_by_enter_and_left_by_escape() {
        let mut input = Input::value(set(), FieldShape::Text, Vec::new(), Some(5), &json!("ab"));
        assert_eq!(input.in_row(), Some("/x"));
        assert_eq!(
            press(&mut input, KeyCode::Enter),
            InputResult::Leave,
            "unchanged is no edit"
        );
        assert_eq!(
            answered(&mut input, "cdef"),
            InputResult::Done(json!("abcdef"))
        );
        assert_eq!(input.counter(), Some(("✗ 6 / 5".into(), Role::Danger)));
        assert_eq!(press(&mut input, KeyCode::Esc), InputResult::Leave);
        let mut number = Input::value(set(), FieldShape::Number, Vec::new(), None, &json!(1));
        assert_eq!(answered(&mut number, "x"), InputResult::Stay);
        assert!(number.fault().is_some());
    }

    #[test]
    fn a_name_must_be_new() {
        let mut input = Input::name(
            "/listings".into(),
            vec!["de-de".into(), "EN-us".into()],
            vec!["en-us".into()],
        );
        assert_eq!(answered(&mut input, "en-us"), InputResult::Stay);
        assert_eq!(input.fault(), Some("en-us already exists."));
        let mut input = Input::name(
            "/listings".into(),
            vec!["de-de".into()],
            vec!["en-us".into()],
        );
        assert_eq!(
            press(&mut input, KeyCode::Enter),
            InputResult::Done(json!("de-de"))
        );
    }
}
