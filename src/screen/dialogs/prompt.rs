//! Asks for one line of text. Its purpose says what the text is for, so that the answer is data.

use crate::screen::overlay::{self, Closing, Overlay};
use crate::screen::{
    action::Action,
    answers::answer,
    command::PromptPurpose,
    pane::{Context, Handled, Typed},
};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use tui_kit::{
    field::Field,
    modal::{self, ModalTone},
    row,
    text::wrap,
    theme::Role,
};

pub struct Prompt {
    title: String,
    text: String,
    label: String,
    field: Field,
    purpose: PromptPurpose,
    /// Why the text cannot be taken.
    fault: Option<String>,
}

const WIDTH: u16 = 64;

impl Prompt {
    pub fn new(
        title: String,
        text: String,
        label: String,
        start: &str,
        purpose: PromptPurpose,
    ) -> Self {
        Self {
            title,
            text,
            label,
            field: Field::with_text(start),
            purpose,
            fault: None,
        }
    }
}

impl Overlay for Prompt {
    fn name(&self) -> &'static str {
        "prompt"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn act(&mut self, action: Action, _cx: &Context) -> Closing {
        match action {
            Action::Enter => match answer(&self.purpose, self.field.text().trim()) {
                Ok(cx) => Closing::Close(cx),
                Err(fault) => {
                    self.fault = Some(fault);
                    Closing::Stay
                }
            },
            Action::Back => Closing::Close(Vec::new()),
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Context) -> Handled {
        self.fault = None;
        Handled::from(self.field.typed(typed))
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let columns = usize::from(WIDTH.min(area.width.saturating_sub(4)));
        let text = wrap(&self.text, columns);
        let fault = self
            .fault
            .as_ref()
            .map(|fault| wrap(fault, columns))
            .unwrap_or_default();
        let hints = overlay::hints(cx, &[(Action::Enter, "done"), (Action::Back, "cancel")]);
        let height = (text.len() + fault.len() + 2) as u16;
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (ModalTone::Calm, &self.title),
            hints,
            (WIDTH, height),
        );
        let [above, label, field, below] = Layout::vertical([
            Constraint::Min(0),
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Length(fault.len() as u16),
        ])
        .areas(inner);
        row::texts(frame, above, text, cx.theme.style(Role::Text));
        frame.render_widget(
            Line::styled(self.label.as_str(), cx.theme.style(Role::Muted)),
            label,
        );
        self.field.draw(frame, field, cx.theme, "", true);
        row::texts(frame, below, fault, cx.theme.style(Role::Danger));
    }
}
