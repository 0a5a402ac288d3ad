//! One of a few things to do, each with what it means here and now. Knows nothing of what it releases: it carries the asks.

use super::overlay::{Closing, Overlay};
use crate::{
    action::Action,
    ask::{Ask, Choice},
    panes::pane::{Cx, Possible},
    ui::{
        list::Cursor,
        modal::{self, Tone},
        text::{pad, pad_left, width},
        theme::Role,
    },
};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

pub struct ChoiceList {
    title: String,
    choices: Vec<Choice>,
    cursor: Cursor,
}

impl ChoiceList {
    /// The cursor stands on the first one that leads to something.
    pub fn new(title: String, choices: Vec<Choice>) -> Self {
        let mut cursor = Cursor::default();
        cursor.set(choices.iter().position(|choice| !choice.then.is_empty()).unwrap_or_default());
        Self { title, choices, cursor }
    }
}

impl Overlay for ChoiceList {
    fn name(&self) -> &'static str {
        "choice"
    }

    fn possible(&self, action: Action, _cx: &Cx) -> Possible {
        match action {
            Action::Enter | Action::Back | Action::Up | Action::Down => Possible::Yes,
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, _cx: &Cx, _asks: &mut Vec<Ask>) -> Closing {
        if self.cursor.act(action, self.choices.len()) {
            return Closing::Stay;
        }
        match action {
            Action::Enter => match self.choices.get(self.cursor.index()) {
                Some(choice) if choice.then.is_empty() => Closing::Stay,
                Some(choice) => Closing::Close(choice.then.clone()),
                None => Closing::Close(Vec::new()),
            },
            Action::Back => Closing::Close(Vec::new()),
            _ => Closing::Unused,
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Cx) {
        let style = |role| cx.theme.style(role);
        let labels = self.choices.iter().map(|choice| width(&choice.label)).max().unwrap_or_default();
        let notes = self.choices.iter().map(|choice| width(&choice.note)).max().unwrap_or_default();
        let columns = (labels + notes + 6).max(width(&self.title) + 2).max(34) as u16;
        let hints = format!(" {} choose  {} back ", cx.key(Action::Enter), cx.key(Action::Back));
        let hints = Line::styled(hints, style(Role::Muted));
        let height = self.choices.len() as u16;
        let inner = modal::draw(frame, area, cx.theme, Tone::Calm, &self.title, hints, columns, height);
        let window = self.cursor.window(usize::from(inner.height), self.choices.len());
        for (row, place) in window.zip(inner.rows()) {
            let Some(choice) = self.choices.get(row) else { continue };
            let is_here = row == self.cursor.index();
            let room = usize::from(inner.width).saturating_sub(notes + 4);
            let on = |role| if is_here { style(Role::Selection) } else { style(role) };
            let role = if choice.then.is_empty() { Role::Muted } else { Role::Text };
            let label = format!("{} {}", if is_here { "▸" } else { " " }, pad(&choice.label, room));
            let note = format!("  {}", pad_left(&choice.note, notes));
            frame.render_widget(Line::from(vec![Span::styled(label, on(role)), Span::styled(note, on(Role::Muted))]), place);
        }
    }
}
