//! What a person is asked for in the tree: a value of a place, or the name of a new one. Typed in a line, in a text area, or
//! chosen. Knows no document but the place that is asked about, and changes nothing.

use super::{pick::Pick, rows::counter};
use crate::screen::pane::Typed;
use ratatui::crossterm::event::{KeyCode, KeyModifiers, MouseEvent};
use serde_json::{Number, Value};
use store_model::{
    rules::schema::Shape,
    value::{Date, date},
};
use tui_kit::{field::Field, theme::Role};

/// What the answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
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
pub(super) enum Way {
    Line(Field),
    Pick(Pick),
}

/// What became of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
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
    pub purpose: Purpose,
    pub(super) shape: Shape,
    pub(super) way: Way,
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
        purpose: Purpose,
        shape: Shape,
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
            Shape::Choice => Way::Pick(Pick::new(
                choices,
                Some(&start)
                    .filter(|_| !matches!(purpose, Purpose::Append { .. }))
                    .map(String::as_str),
            )),
            _ => Way::Line(Field::with_text(start.clone())),
        };
        let most = most.filter(|_| shape == Shape::Text);
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
            Way::Line(Field::default())
        } else {
            Way::Pick(Pick::new(free, None))
        };
        let purpose = Purpose::Name { pointer };
        Self {
            purpose,
            shape: Shape::Text,
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
            (Way::Line(_), Purpose::Set { pointer }) => Some(pointer),
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
            Way::Line(field) => field.text().chars().count(),
            Way::Pick(_) => return None,
        };
        Some((count, self.most?))
    }

    pub fn counter(&self) -> Option<(String, Role)> {
        self.count().map(|(count, most)| counter(count, most))
    }

    fn done(&mut self) -> Answer {
        let text = match &self.way {
            Way::Line(field) => field.text().to_owned(),
            Way::Pick(pick) => match pick.chosen() {
                Some((text, _)) => text.to_owned(),
                None => return Answer::Stay,
            },
        };
        if matches!(self.purpose, Purpose::Set { .. }) && text == self.start {
            return Answer::Leave;
        }
        let read = match &self.purpose {
            Purpose::Name { .. } => self.read_name(text.trim()),
            _ => read(self.shape, text),
        };
        match read {
            Ok(value) => Answer::Done(value),
            Err(fault) => {
                self.fault = Some(fault);
                Answer::Stay
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

    pub fn typed(&mut self, typed: &Typed) -> Answer {
        let fault = self.fault.take();
        match (typed, &mut self.way) {
            (Typed::Key(key), _) if key.code == KeyCode::Enter => self.done(),
            (Typed::Key(key), _) if key.code == KeyCode::Esc => Answer::Leave,
            (Typed::Key(key), _)
                if key.code == KeyCode::Char('s') && key.modifiers == KeyModifiers::CONTROL =>
            {
                self.done()
            }
            (typed, way) => {
                let is_used = match way {
                    Way::Line(field) => field.typed(typed),
                    Way::Pick(pick) => pick.typed(typed),
                };
                if is_used {
                    return Answer::Stay;
                }
                self.fault = fault;
                Answer::Unused
            }
        }
    }

    pub fn mouse(&mut self, event: MouseEvent) -> Answer {
        let is_chosen = match &mut self.way {
            Way::Pick(pick) => pick.mouse(event),
            Way::Line(_) => false,
        };
        if is_chosen { self.done() } else { Answer::Stay }
    }

    /// The keys that end it.
    pub fn keys(&self) -> &'static str {
        match self.way {
            Way::Line(_) => " enter accepts  esc cancels ",
            Way::Pick(_) => " ↑ ↓ choose  enter accepts  esc cancels ",
        }
    }
}

/// What is asked for.
pub fn title(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Set { pointer } => pointer.clone(),
        Purpose::Member { pointer } => format!("{pointer}, new"),
        Purpose::Append { pointer } => format!("new in {pointer}"),
        Purpose::Name { pointer } if pointer.is_empty() => "a new field of the document".to_owned(),
        Purpose::Name { pointer } => format!("name of the new entry in {pointer}"),
    }
}

/// What was typed as a value of that shape, or why it is none.
fn read(shape: Shape, text: String) -> Result<Value, String> {
    match shape {
        Shape::Number => {
            let number = serde_json::from_str::<Number>(text.trim());
            number.map(Value::Number).map_err(|_| {
                format!(
                    "“{}” is not a number; write it like 25 or 12.5.",
                    text.trim()
                )
            })
        }
        Shape::Date if date(&text) == Date::Invalid => Err(format!(
            "“{}” is not a date; write it like 2026-03-01T09:00:00Z, or leave it empty.",
            text.trim()
        )),
        Shape::Bool => match text.trim() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err("It must be true or false.".to_owned()),
        },
        Shape::Date => Ok(text.trim().into()),
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::KeyEvent;
    use rstest::rstest;
    use serde_json::json;

    fn set() -> Purpose {
        Purpose::Set {
            pointer: "/x".into(),
        }
    }

    fn press(input: &mut Input, code: KeyCode) -> Answer {
        input.typed(&Typed::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn answered(input: &mut Input, text: &str) -> Answer {
        input.typed(&Typed::Paste(text.into()));
        press(input, KeyCode::Enter)
    }

    #[rstest]
    #[case(Shape::Number, "25.0", Some("25.0"))]
    #[case(Shape::Number, "1,5", None)]
    #[case(Shape::Number, "", None)]
    #[case(Shape::Date, "2026-03-01T09:00:00Z", Some("\"2026-03-01T09:00:00Z\""))]
    #[case(Shape::Date, "soon", None)]
    #[case(Shape::Bool, "yes", None)]
    #[case(Shape::Text, " a \"b\" ", Some("\" a \\\"b\\\" \""))]
    fn only_what_the_shape_allows_is_taken(
        #[case] shape: Shape,
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
        let mut input = Input::value(set(), Shape::Text, Vec::new(), Some(5), &json!("ab"));
        assert_eq!(input.in_row(), Some("/x"));
        assert_eq!(
            press(&mut input, KeyCode::Enter),
            Answer::Leave,
            "unchanged is no edit"
        );
        assert_eq!(answered(&mut input, "cdef"), Answer::Done(json!("abcdef")));
        assert_eq!(input.counter(), Some(("✗ 6 / 5".into(), Role::Danger)));
        assert_eq!(press(&mut input, KeyCode::Esc), Answer::Leave);
        let mut number = Input::value(set(), Shape::Number, Vec::new(), None, &json!(1));
        assert_eq!(answered(&mut number, "x"), Answer::Stay);
        assert!(number.fault().is_some());
    }

    #[test]
    fn a_name_must_be_new() {
        let mut input = Input::name(
            "/listings".into(),
            vec!["de-de".into(), "EN-us".into()],
            vec!["en-us".into()],
        );
        assert_eq!(answered(&mut input, "en-us"), Answer::Stay);
        assert_eq!(input.fault(), Some("en-us already exists."));
        let mut input = Input::name(
            "/listings".into(),
            vec!["de-de".into()],
            vec!["en-us".into()],
        );
        assert_eq!(
            press(&mut input, KeyCode::Enter),
            Answer::Done(json!("de-de"))
        );
    }
}
