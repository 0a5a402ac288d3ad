//! The one dialog for texts of several lines or of a limited length: the limit visible, another language's text above. Escape
//! leaves it without the change, ctrl-s keeps it as one step of undo.

use crate::screen::overlay::{self, Closing, Overlay};
use crate::screen::{
    action::Action,
    command::{Command, TextToEdit, ToastLevel},
    pane::{Context, Handled, Typed},
};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use store_model::texts::{Text, TextField};
use tui_kit::{
    modal::{self, ModalTone},
    prose::Prose,
    row,
    text::{fit, wrap},
    theme::Role,
};

pub struct TextEdit {
    asked: TextToEdit,
    prose: Prose,
    /// What it began with, as the text area writes it: line ends of another kind are no change.
    start: String,
}

const WIDTH: u16 = 96;
/// Lines of the other language's text that are shown.
const MODEL_LINES: usize = 6;

/// `14 of 1500 characters`, `3 of 7 entries`.
pub fn counter(field: &TextField, used: usize) -> String {
    let unit = if field.is_list {
        "entries"
    } else {
        "characters"
    };
    field.most.map_or_else(
        || format!("{used} {unit}"),
        |most| format!("{used} of {most} {unit}"),
    )
}

impl TextEdit {
    pub fn new(asked: TextToEdit) -> Self {
        let prose = Prose::new(&asked.start);
        Self {
            start: prose.text(),
            asked,
            prose,
        }
    }

    /// As high as the text with some lines to spare, so that it does not grow at every line.
    fn rows(&self, columns: u16, most: u16) -> u16 {
        if self.asked.is_one_line {
            return 2;
        }
        let needed = wrap(&self.prose.text(), usize::from(columns)).len() as u16;
        (needed.next_multiple_of(4) + 4).min(most.min(24)).max(3)
    }

    fn keep(&self, cx: &Context) -> Closing {
        let text = self.prose.text();
        let edits = if text == self.start && !self.asked.is_new {
            Vec::new()
        } else {
            self.asked.edits(&text)
        };
        if edits.is_empty() {
            return Closing::Close(Vec::new());
        }
        let undo = cx.key(Action::Undo);
        Closing::Close(vec![
            Command::ChangeDocument {
                target: self.asked.target.clone(),
                edits,
            },
            Command::Toast(
                ToastLevel::Info,
                format!("{} changed; {undo} undoes it.", self.asked.title),
            ),
        ])
    }

    /// The other language's text, cut to the room there is.
    fn model(&self, columns: u16, height: u16) -> Vec<(String, Role)> {
        let Some((language, text)) = &self.asked.model else {
            return Vec::new();
        };
        let most = MODEL_LINES.min(usize::from(height / 5).max(1));
        let lines = wrap(text, usize::from(columns).saturating_sub(2));
        let hidden = lines.len().saturating_sub(most);
        let mut above = vec![(language.clone(), Role::Key)];
        let shown = lines.into_iter().take(most);
        above.extend(shown.map(|line| (format!("  {line}"), Role::Muted)));
        if hidden > 0 {
            above.push((format!("  … {hidden} more lines"), Role::Muted));
        }
        above.push((self.asked.title.clone(), Role::Key));
        above
    }
}

impl Overlay for TextEdit {
    fn name(&self) -> &'static str {
        "text-edit"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        match action {
            Action::Back => Closing::Close(Vec::new()),
            Action::Keep => self.keep(cx),
            Action::Enter if self.asked.is_one_line => self.keep(cx),
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, cx: &Context) -> Handled {
        match typed {
            Typed::Key(key) if let Some(text) = self.prose.copied(*key) => {
                cx.send_all(text.map(Command::Copy));
                Handled::Yes
            }
            Typed::Paste(text) if self.asked.is_one_line => {
                let text = text
                    .trim_end_matches(['\r', '\n'])
                    .replace("\r\n", " ")
                    .replace(['\r', '\n'], " ");
                self.prose.paste(&text);
                Handled::Yes
            }
            typed => Handled::from(self.prose.typed(typed)),
        }
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        self.prose.mouse(event);
        Closing::Stay
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let columns = WIDTH.min(area.width.saturating_sub(4));
        let mut said = wrap(&self.asked.help, usize::from(columns));
        said.truncate(3);
        let above = self.model(columns, area.height);
        let around = (above.len() + said.len() + 1) as u16;
        let rows = self.rows(columns, area.height.saturating_sub(around + 5));
        let mut keys = vec![
            (Action::Keep, "keep"),
            (Action::Back, "leave without the change"),
        ];
        if self.asked.is_one_line {
            keys.insert(0, (Action::Enter, ""));
        }
        let heading = (ModalTone::Calm, self.asked.title.as_str());
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            heading,
            overlay::hints(cx, &keys),
            (columns, around + rows),
        );
        let [top, body, foot, below] = Layout::vertical([
            Constraint::Length(above.len() as u16),
            Constraint::Min(1),
            Constraint::Length(1),
            Constraint::Length(said.len() as u16),
        ])
        .areas(inner);
        for ((line, role), place) in above.into_iter().zip(top.rows()) {
            row::draw(frame, place, &Line::styled(line, cx.theme.style(role)));
        }
        let field = &self.asked.field;
        let most = field.most.filter(|_| !field.is_list);
        self.prose.draw(frame, body, cx.theme, most);
        let text = Text::read(field, &self.prose.text());
        let (counted, role) = match text.excess(field) {
            Some(excess) => (format!("! {excess}"), Role::Danger),
            None if field.is_list => {
                let count = counter(field, text.used());
                (format!("{count}, one a line"), Role::Muted)
            }
            None => (counter(field, text.used()), Role::Muted),
        };
        let counted = fit(&counted, usize::from(foot.width)).into_owned();
        let counted = Line::styled(counted, cx.theme.style(role));
        frame.render_widget(counted.right_aligned(), foot);
        row::texts(frame, below, said, cx.theme.style(Role::Muted));
    }
}
