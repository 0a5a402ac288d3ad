//! A list to choose one from, narrowed by typing. Each row carries its answer as data; knows nothing of what it means.

use crate::screen::overlay::{self, Closing, Overlay};
use crate::screen::{
    action::Action,
    command::Choice,
    pane::{Context, Handled, Typed},
};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::{Constraint, Layout, Rect},
};
use tui_kit::{
    filter::best,
    finder::Finder,
    list::ListClick,
    modal::{self, ModalTone},
    row,
    text::{pad, width, wrap},
    theme::Role,
};

pub struct Choose {
    title: String,
    text: String,
    choices: Vec<Choice>,
    finder: Finder,
}

/// Wider than this, a row is hard to follow.
const MOST_WIDE: u16 = 96;
const LEAST_WIDE: u16 = 40;
/// Up to this many rows need no filter.
const FEW: usize = 7;

impl Choose {
    pub fn new(title: String, text: String, choices: Vec<Choice>, current: usize) -> Self {
        let finder = Finder::new(choices.len(), current);
        Self {
            title,
            text,
            choices,
            finder,
        }
    }

    fn choose(&self) -> Closing {
        match self.finder.current().and_then(|at| self.choices.get(at)) {
            Some(choice) if !choice.answer.is_empty() => Closing::Close(choice.answer.clone()),
            _ => Closing::Stay,
        }
    }

    /// A few rows are seen at once: nobody needs to narrow them.
    fn is_long(&self) -> bool {
        self.choices.len() > FEW
    }

    /// Columns of the longest row's texts and notes.
    fn columns(&self) -> (usize, usize) {
        let most =
            |of: &dyn Fn(&Choice) -> usize| self.choices.iter().map(of).max().unwrap_or_default();
        (
            most(&|choice| width(&choice.text)),
            most(&|choice| width(&choice.note)),
        )
    }
}

fn rank(choices: &[Choice], text: &str) -> Vec<usize> {
    best(text, choices.iter().map(|choice| choice.text.as_str()))
}

impl Overlay for Choose {
    fn name(&self) -> &'static str {
        "choose"
    }

    fn takes_text(&self) -> bool {
        self.is_long()
    }

    fn act(&mut self, action: Action, _cx: &Context) -> Closing {
        match action {
            Action::Enter => self.choose(),
            Action::Back if self.finder.clear(|text| rank(&self.choices, text)) => Closing::Stay,
            Action::Back => Closing::Close(Vec::new()),
            action if self.finder.act(action) => Closing::Stay,
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Context) -> Handled {
        Handled::from(self.finder.typed(typed, |text| rank(&self.choices, text)))
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        if self.finder.mouse(event) == ListClick::Same {
            self.choose()
        } else {
            Closing::Stay
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let (text_columns, note_columns) = self.columns();
        let notes = if note_columns > 0 {
            note_columns + 2
        } else {
            0
        };
        let wanted = (text_columns + notes + 2).max(width(&self.title) + 4);
        let columns = (wanted as u16)
            .clamp(LEAST_WIDE, MOST_WIDE)
            .min(area.width.saturating_sub(4));
        let said = wrap(&self.text, usize::from(columns));
        let room = area.height.saturating_sub(4 + said.len() as u16).max(3);
        let filter = u16::from(self.is_long());
        let height = said.len() as u16 + filter + (self.choices.len() as u16).min(room);
        let hints = overlay::hints(
            cx,
            &[
                (Action::Up, ""),
                (Action::Down, "choose"),
                (Action::Enter, "take it"),
                (Action::Back, "back"),
            ],
        );
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (ModalTone::Calm, &self.title),
            hints,
            (columns, height),
        );
        let [above, list] =
            Layout::vertical([Constraint::Length(said.len() as u16), Constraint::Min(1)])
                .areas(inner);
        row::texts(frame, above, said, style(Role::Text));
        let parts = |at: usize, columns: usize| {
            let Some(choice) = self.choices.get(at) else {
                return Vec::new();
            };
            // The text matters more; what is left is the note's.
            let for_text = if notes == 0 {
                columns
            } else {
                text_columns.min(columns.saturating_sub(notes).max(columns / 2))
            };
            let role = if choice.answer.is_empty() {
                Role::Muted
            } else {
                Role::Text
            };
            let mut parts = vec![(pad(&choice.text, for_text), role)];
            if notes > 0 {
                parts.push((
                    format!(
                        "  {}",
                        pad(&choice.note, columns.saturating_sub(for_text + 2))
                    ),
                    Role::Muted,
                ));
            }
            parts
        };
        let none = "No match.";
        if self.is_long() {
            self.finder
                .draw(frame, list, cx.theme, ("type to narrow", none), parts);
        } else {
            self.finder.draw_rows(frame, list, cx.theme, none, parts);
        }
    }
}
