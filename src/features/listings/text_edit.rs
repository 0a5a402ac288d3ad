//! Edits the text of one language and field, with the limit in sight and the default language's text above. A list has one entry
//! a line. Leaving keeps the text, as in the editor: it is one step of undo.

use super::cell::counter;
use crate::screen::overlay::{Closing, Overlay};
use crate::screen::{
    action::Action,
    command::{Command, Severity},
    pane::{Context, Handled, Possible, Typed},
};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use serde_json::Value;
use std::sync::Arc;
use store_model::{
    target::Target,
    texts::{self, Field, NewText, Text},
};
use tui_kit::{
    modal::{self, Tone},
    prose::Prose,
    text::{fit, wrap},
    theme::Role,
};

pub struct TextEdit {
    target: Target,
    document: Arc<Value>,
    language: String,
    field: Field,
    /// The default language and its text, if this is another one.
    model: Option<(String, String)>,
    prose: Prose,
}

const WIDTH: u16 = 96;
/// Lines of the default language's text that are shown.
const MODEL_LINES: usize = 6;
/// Shorter texts have one line: enter is the end of them.
const ONE_LINE: usize = 300;

impl TextEdit {
    pub fn new(target: Target, document: Arc<Value>, language: String, field: Field) -> Self {
        let text = |language: &str| {
            texts::text(target.kind(), &document, language, &field).map(|text| text.to_lines())
        };
        let prose = Prose::new(&text(&language).unwrap_or_default());
        let model = texts::default_language(&document, None).filter(|default| *default != language);
        let model = model
            .and_then(|default| text(&default).map(|text| (default, text)))
            .filter(|(_, text)| !text.trim().is_empty());
        Self {
            target,
            document,
            language,
            field,
            model,
            prose,
        }
    }

    fn is_one_line(&self) -> bool {
        !self.field.is_list
            && (self.field.name == "title" || self.field.most.is_some_and(|most| most < ONE_LINE))
    }

    /// As high as the text with some lines to spare, so that it does not grow at every line.
    fn rows(&self, columns: u16, most: u16) -> u16 {
        let needed = wrap(&self.prose.text(), usize::from(columns)).len() as u16;
        (needed.next_multiple_of(4) + 4).min(most.min(24)).max(3)
    }

    fn text(&self) -> Text {
        Text::read(&self.field, &self.prose.text())
    }

    fn close(&self, cx: &Context) -> Closing {
        let new = NewText {
            language: self.language.clone(),
            field: self.field,
            text: self.text(),
        };
        let edits = texts::edits(self.target.kind(), &self.document, &[new]);
        if edits.is_empty() {
            return Closing::Close(Vec::new());
        }
        let said = format!(
            "{} {} changed; {} undoes it.",
            self.language,
            self.field.word,
            cx.key(Action::Undo)
        );
        Closing::Close(vec![
            Command::ChangeDocument {
                target: self.target.clone(),
                edits,
            },
            Command::Toast(Severity::Info, said),
        ])
    }
}

impl Overlay for TextEdit {
    fn name(&self) -> &'static str {
        "text-edit"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn possible(&self, action: Action, _cx: &Context) -> Possible {
        if matches!(action, Action::Back | Action::Enter) {
            Possible::Yes
        } else {
            Possible::Unknown
        }
    }

    fn act(&mut self, action: Action, cx: &Context, _commands: &mut Vec<Command>) -> Closing {
        match action {
            Action::Back => self.close(cx),
            Action::Enter if self.is_one_line() => self.close(cx),
            _ => Closing::Unused,
        }
    }

    fn typed(&mut self, typed: &Typed, _cx: &Context, _commands: &mut Vec<Command>) -> Handled {
        match typed {
            Typed::Paste(text) if self.is_one_line() => {
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

    fn mouse(
        &mut self,
        event: MouseEvent,
        _area: Rect,
        _cx: &Context,
        _commands: &mut Vec<Command>,
    ) -> Closing {
        self.prose.mouse(event);
        Closing::Stay
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let columns = WIDTH.min(area.width.saturating_sub(4));
        let mut above: Vec<Line> = Vec::new();
        if let Some((language, text)) = &self.model {
            let most = MODEL_LINES.min(usize::from(area.height / 5).max(1));
            let lines = wrap(text, usize::from(columns).saturating_sub(2));
            let hidden = lines.len().saturating_sub(most);
            above.push(Line::styled(language.clone(), style(Role::Key)));
            above.extend(
                lines
                    .into_iter()
                    .take(most)
                    .map(|line| Line::styled(format!("  {line}"), style(Role::Muted))),
            );
            if hidden > 0 {
                above.push(Line::styled(
                    format!("  … {hidden} more lines"),
                    style(Role::Muted),
                ));
            }
            above.push(Line::styled(self.language.clone(), style(Role::Key)));
        }
        let rows = if self.is_one_line() {
            2
        } else {
            self.rows(columns, area.height.saturating_sub(above.len() as u16 + 6))
        };
        let done = if self.is_one_line() {
            cx.key(Action::Enter)
        } else {
            cx.key(Action::Back)
        };
        let hints = modal::hints(
            cx.theme,
            &[(done, "done"), ("ctrl-c".to_owned(), "discard the change")],
        );
        let title = format!("{} {}", self.language, self.field.word);
        let height = above.len() as u16 + rows + 1;
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            Tone::Calm,
            &title,
            hints,
            columns,
            height,
        );
        let [top, body, foot] = Layout::vertical([
            Constraint::Length(above.len() as u16),
            Constraint::Min(1),
            Constraint::Length(1),
        ])
        .areas(inner);
        for (line, place) in above.into_iter().zip(top.rows()) {
            frame.render_widget(line, place);
        }
        self.prose.draw(
            frame,
            body,
            cx.theme,
            self.field.most.filter(|_| !self.field.is_list),
        );
        let text = self.text();
        let excess = text.excess(&self.field);
        let role = if excess.is_some() {
            Role::Danger
        } else {
            Role::Muted
        };
        let mut said = counter(&self.field, text.used());
        if self.field.is_list {
            said.push_str(", one a line");
        }
        if let Some(excess) = &excess {
            said = format!("! {excess}");
        }
        let said = fit(&said, usize::from(foot.width)).into_owned();
        frame.render_widget(
            Line::from(Span::styled(said, style(role))).right_aligned(),
            foot,
        );
    }
}
