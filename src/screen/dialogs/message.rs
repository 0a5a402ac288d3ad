//! A longer text to be read: an error, a link, a report. Scrolls and can be copied.

use crate::screen::overlay::{self, Closing, Overlay};
use crate::screen::{
    action::{Action, Scope},
    command::Command,
    pane::Context,
};
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect, text::Line};
use tui_kit::{
    modal::{self, ModalTone},
    scroll::Scroll,
    text,
};

pub struct Message {
    title: String,
    text: String,
    scroll: Scroll,
}

impl Message {
    pub fn new(title: String, text: String) -> Self {
        Self {
            title,
            text,
            scroll: Scroll::default(),
        }
    }
}

const WIDTH: u16 = 84;

impl Overlay for Message {
    fn name(&self) -> &'static str {
        "message"
    }

    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Overlay, Scope::Move, Scope::Target]
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        if self.scroll.act(action) {
            return Closing::Stay;
        }
        match action {
            Action::Copy => cx.send(Command::Copy(self.text.clone())),
            Action::Enter | Action::Back => return Closing::Close(Vec::new()),
            _ => return Closing::Unused,
        }
        Closing::Stay
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        self.scroll.mouse(event);
        Closing::Stay
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let columns = usize::from(WIDTH.min(area.width.saturating_sub(4)));
        let lines: Vec<Line> = text::wrap(&self.text, columns)
            .into_iter()
            .map(Line::raw)
            .collect();
        let widest = lines
            .iter()
            .map(Line::width)
            .max()
            .unwrap_or_default()
            .max(text::width(&self.title) + 2)
            .max(30) as u16;
        let hints = overlay::hints(cx, &[(Action::Copy, "copy"), (Action::Back, "close")]);
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (ModalTone::Calm, &self.title),
            hints,
            (widest, lines.len() as u16),
        );
        self.scroll.draw(frame, inner, &lines);
    }
}
