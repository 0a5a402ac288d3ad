//! Writes texts to a folder or a table. Existing files are overwritten only after a confirmation. Does no disk access itself.

use super::tasks::WriteTexts;
use crate::screen::{
    overlay::{self, Closing, Overlay},
    path_input::PathInput,
};
use crate::{
    screen::{
        action::Action,
        command::Command,
        pane::{Context, Handled, Typed},
    },
    state::{ModelChange, prepared::count},
    tasks::{message::TaskEvent, report::Written, task::Task},
};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use store_model::{
    target::Target,
    texts::{TextField, export},
};
use tui_kit::{
    meter,
    modal::{self, ModalTone},
    row,
    text::wrap,
    theme::Role,
};

/// How far it is.
enum Stage {
    /// Where to is being typed.
    Place,
    /// These files are there and say something else.
    InTheWay(Vec<PathBuf>),
    Done(String),
}

pub struct TextsExport {
    target: Target,
    document: Arc<Value>,
    fields: Vec<TextField>,
    path: PathInput,
    /// Where to files are being written.
    asked: Option<PathBuf>,
    stage: Stage,
    fault: Option<String>,
}

const WIDTH: u16 = 90;

impl TextsExport {
    pub fn new(target: Target, document: Arc<Value>, fields: Vec<TextField>) -> Self {
        Self {
            target,
            document,
            fields,
            path: PathInput::default(),
            asked: None,
            stage: Stage::Place,
            fault: None,
        }
    }

    fn write(&mut self, to: PathBuf, overwrites: bool, cx: &Context) {
        let kind = self.target.kind();
        let is_table = to
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let files = if is_table {
            vec![(
                String::new(),
                export::table(kind, &self.document, &self.fields),
            )]
        } else {
            export::files(kind, &self.document, &self.fields)
        };
        self.asked = Some(to.clone());
        cx.send(Command::start(WriteTexts {
            to,
            files,
            overwrites,
        }));
    }

    fn lines<'a>(&self, cx: &Context, columns: usize) -> Vec<Line<'a>> {
        let style = |role| cx.theme.style(role);
        let (text, role) = match (&self.stage, &self.fault) {
            (_, Some(fault)) => (format!("✗ {fault}"), Role::Danger),
            _ if self.asked.is_some() => (
                format!("{} writing …", meter::spinner(cx.uptime)),
                Role::Busy,
            ),
            (Stage::Place, _) => (
                "A folder gets LANGUAGE/FIELD.txt; a name that ends in .csv gets one table."
                    .to_owned(),
                Role::Muted,
            ),
            (Stage::Done(said), _) => (format!("✓ {said}"), Role::Good),
            (Stage::InTheWay(files), _) => {
                let shown: Vec<String> = files
                    .iter()
                    .take(6)
                    .map(|file| format!("  {}", file.display()))
                    .collect();
                let more = files.len().saturating_sub(shown.len());
                let more = if more > 0 {
                    format!("\n  and {more} more")
                } else {
                    String::new()
                };
                let what = count(
                    files.len(),
                    "file already exists and contains",
                    "files already exist and contain",
                );
                (
                    format!(
                        "{what} something else; nothing was written.\n{}{more}",
                        shown.join("\n")
                    ),
                    Role::Warning,
                )
            }
        };
        wrap(&text, columns)
            .into_iter()
            .map(|line| Line::styled(line, style(role)))
            .collect()
    }
}

impl Overlay for TextsExport {
    fn name(&self) -> &'static str {
        "texts-export"
    }

    fn takes_text(&self) -> bool {
        matches!(self.stage, Stage::Place)
    }

    fn opened(&mut self, cx: &Context) {
        self.path.opened(cx);
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        self.fault = None;
        match (&self.stage, action) {
            (Stage::Place, Action::Enter) => {
                if !self.path.accept(cx)
                    && let Some(to) = self.path.path(cx)
                {
                    self.write(to, false, cx);
                }
            }
            (Stage::Place, Action::Up | Action::Down) => self.path.walk(action == Action::Down, cx),
            (Stage::InTheWay(_), Action::Toggle) => {
                if let Some(to) = self.path.path(cx) {
                    self.stage = Stage::Place;
                    self.write(to, true, cx);
                }
            }
            (Stage::InTheWay(_), Action::Back | Action::Enter) => self.stage = Stage::Place,
            (Stage::Done(_), Action::Enter) | (_, Action::Back) => {
                return Closing::Close(Vec::new());
            }
            _ => return Closing::Unused,
        }
        Closing::Stay
    }

    fn typed(&mut self, typed: &Typed, cx: &Context) -> Handled {
        self.fault = None;
        if self.takes_text() && self.path.typed(typed, cx) {
            Handled::Yes
        } else {
            Handled::No
        }
    }

    fn changed(&mut self, change: &ModelChange, _cx: &Context) {
        let ModelChange::Task(message) = change else {
            return;
        };
        let Some((task, event)) = WriteTexts::event(message) else {
            return;
        };
        if self.asked.take_if(|to| *to == task.to).is_none() {
            return;
        }
        self.stage = match event {
            TaskEvent::Progress(Written::InTheWay { files })
            | TaskEvent::Done(Written::InTheWay { files }) => Stage::InTheWay(files.clone()),
            TaskEvent::Progress(Written::Done { files })
            | TaskEvent::Done(Written::Done { files }) => {
                let same = task.files.len().saturating_sub(*files);
                let same = if same > 0 {
                    format!(", {same} unchanged")
                } else {
                    String::new()
                };
                Stage::Done(format!(
                    "{} written to {}{same}.",
                    count(*files, "file", "files"),
                    task.to.display()
                ))
            }
            TaskEvent::Failed(error) => {
                self.fault = Some(error.message.clone());
                return;
            }
            TaskEvent::Cancelled => return,
        };
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let columns = WIDTH.min(area.width.saturating_sub(4));
        let lines = self.lines(cx, usize::from(columns));
        let (tone, hints) = match self.stage {
            Stage::Place => (ModalTone::Calm, PathInput::hints(cx, "write")),
            Stage::InTheWay(_) => (
                ModalTone::Danger,
                overlay::hints(
                    cx,
                    &[
                        (Action::Enter, "another place"),
                        (Action::Toggle, "overwrite them"),
                    ],
                ),
            ),
            Stage::Done(_) => (
                ModalTone::Calm,
                overlay::hints(cx, &[(Action::Enter, "close")]),
            ),
        };
        let what = match self.fields.as_slice() {
            [one] => one.word.to_owned(),
            _ => "all texts".to_owned(),
        };
        let list = if self.takes_text() {
            area.height.saturating_sub(lines.len() as u16 + 6).min(12)
        } else {
            0
        };
        let height = lines.len() as u16 + 1 + list;
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (tone, &format!("Write {what} to")),
            hints,
            (columns, height),
        );
        let [field, said, place] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(lines.len() as u16),
            Constraint::Min(0),
        ])
        .areas(inner);
        self.path.draw_field(frame, field, cx, self.takes_text());
        row::lines(frame, said, lines.iter());
        if self.takes_text() {
            self.path.draw_suggestions(frame, place, cx);
        }
    }
}
