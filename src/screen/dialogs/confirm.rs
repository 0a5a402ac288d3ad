//! Asks before something is done. The safe answer has the focus; a name may have to be typed first. Knows nothing of what it
//! releases: it carries the commands.

use crate::screen::overlay::{self, Closing, Overlay};
use crate::screen::{
    action::Action,
    command::Command,
    pane::{Context, Handled, Typed},
};
use crate::state::is_confirmed;
use ratatui::{Frame, crossterm::event::KeyCode, layout::Rect, text::Line};
use tui_kit::{
    field::Field,
    modal::{self, ModalTone},
    row, text,
    theme::Role,
};

pub struct Confirm {
    pub title: String,
    pub text: Vec<String>,
    /// The word on the button that releases.
    pub yes: String,
    pub is_danger: bool,
    pub must_type: Vec<String>,
    pub then: Vec<Command>,
    typed: Field,
    is_yes: bool,
}

impl Confirm {
    pub fn new(
        title: String,
        text: Vec<String>,
        yes: String,
        is_danger: bool,
        must_type: Vec<String>,
        then: Vec<Command>,
    ) -> Self {
        Self {
            title,
            text,
            yes,
            is_danger,
            must_type,
            then,
            typed: Field::default(),
            is_yes: false,
        }
    }

    /// Whether one of the names that have to be typed was typed.
    fn is_typed(&self) -> bool {
        is_confirmed(self.typed.text(), &self.must_type)
    }
}

const WIDTH: u16 = 64;

impl Overlay for Confirm {
    fn name(&self) -> &'static str {
        "confirm"
    }

    fn takes_text(&self) -> bool {
        !self.must_type.is_empty()
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        match action {
            Action::Enter if !self.must_type.is_empty() && self.is_typed() => {
                Closing::Close(std::mem::take(&mut self.then))
            }
            Action::Enter if !self.must_type.is_empty() => {
                let name = self.must_type.join(" or ");
                let text = format!("Type {name} to continue, or press Esc to cancel.");
                cx.send(Command::Toast(
                    crate::screen::command::ToastLevel::Info,
                    text,
                ));
                Closing::Stay
            }
            Action::Enter if self.is_yes => Closing::Close(std::mem::take(&mut self.then)),
            Action::Enter | Action::Back => Closing::Close(Vec::new()),
            Action::Left | Action::Right | Action::Up | Action::Down | Action::Toggle
                if self.must_type.is_empty() =>
            {
                self.is_yes = !self.is_yes;
                Closing::Stay
            }
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Context) -> Handled {
        match typed {
            Typed::Key(key)
                if self.must_type.is_empty()
                    && matches!(key.code, KeyCode::Tab | KeyCode::BackTab) =>
            {
                self.is_yes = !self.is_yes;
            }
            typed if !self.must_type.is_empty() => drop(self.typed.typed(typed)),
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let columns = usize::from(WIDTH.min(area.width.saturating_sub(4)));
        let mut lines: Vec<Line> = self
            .text
            .iter()
            .flat_map(|part| text::wrap(part, columns))
            .map(|line| Line::styled(line, style(Role::Text)))
            .collect();
        let field_at = (!self.must_type.is_empty()).then(|| {
            lines.push(Line::default());
            let said = format!("Type {} to go on:", self.must_type.join(" or "));
            let said = text::wrap(&said, columns).into_iter();
            lines.extend(said.map(|line| Line::styled(line, style(Role::Title))));
            lines.push(Line::default());
            lines.len() as u16 - 1
        });
        lines.push(Line::default());
        let can = self.is_typed();
        let yes_role = match (can, self.is_danger) {
            (false, _) => Role::Muted,
            (true, true) => Role::Danger,
            (true, false) => Role::Text,
        };
        let is_yes = self.is_yes || (!self.must_type.is_empty() && can);
        let answers = [
            ("No, go back", !is_yes, Role::Text),
            (self.yes.as_str(), is_yes, yes_role),
        ];
        lines.push(modal::buttons(cx.theme, &answers));
        let hints = if self.must_type.is_empty() {
            let (left, right) = ((Action::Left, ""), (Action::Right, "choose"));
            overlay::hints(
                cx,
                &[
                    left,
                    right,
                    (Action::Enter, "answer"),
                    (Action::Back, "back"),
                ],
            )
        } else {
            overlay::hints(cx, &[(Action::Enter, "confirm"), (Action::Back, "back")])
        };
        let tone = if self.is_danger {
            ModalTone::Danger
        } else {
            ModalTone::Calm
        };
        let height = lines.len() as u16;
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (tone, &self.title),
            hints,
            (WIDTH, height),
        );
        // On a small screen the buttons matter more than the end of the text.
        let hidden = lines.len().saturating_sub(usize::from(inner.height));
        let kept = lines.len().saturating_sub(2);
        if hidden > 0 {
            let tail = lines.split_off(kept);
            lines.truncate(kept.saturating_sub(hidden));
            lines.extend(tail);
        }
        row::lines(frame, inner, lines.iter());
        if let Some(at) = field_at.filter(|at| hidden == 0 && *at < inner.height) {
            self.typed.draw(
                frame,
                Rect {
                    y: inner.y + at,
                    height: 1,
                    ..inner
                },
                cx.theme,
                "",
                true,
            );
        }
    }
}
