//! Takes texts from a folder or a table: asks where they are, shows what would change and what was not understood, and only then
//! changes the document, as one step of undo. Touches no disk itself.

use super::tasks::ReadTexts;
use crate::screen::{
    overlay::{self, Closing, Overlay},
    path_input::PathInput,
};
use crate::{
    screen::{
        action::{Action, Scope},
        command::{Command, ToastLevel},
        pane::{Context, Handled, Possible, Typed},
    },
    state::{ModelChange, prepared::count},
    tasks::{message::TaskEvent, task::Task, texts::TextSource},
};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use store_model::{
    target::Target,
    texts::{
        self, Text,
        import::{self, CellChange, ImportOptions, ImportPlan},
        source::{FoundTexts, SourceProblem, Why},
    },
};
use tui_kit::{
    meter,
    modal::{self, ModalTone},
    row,
    scroll::Scroll,
    text::{fit, pad, width, wrap},
    theme::Role,
};

pub struct TextsImport {
    target: Target,
    document: Arc<Value>,
    field: &'static str,
    path: PathInput,
    /// What is being read.
    asked: Option<PathBuf>,
    /// What was found there, and what it would change; else the path is still being typed.
    found: Option<(FoundTexts, ImportPlan)>,
    options: ImportOptions,
    scroll: Scroll,
    note: Option<(String, Role)>,
}

const WIDTH: u16 = 116;
/// A column for a language's code, and one for a field's name.
const NAMES: (usize, usize) = (11, 18);

impl TextsImport {
    pub fn new(target: Target, document: Arc<Value>, field: &'static str) -> Self {
        Self {
            target,
            document,
            field,
            path: PathInput::default(),
            asked: None,
            found: None,
            options: ImportOptions::default(),
            scroll: Scroll::default(),
            note: None,
        }
    }

    fn read(&mut self, cx: &Context) {
        let Some(from) = self.path.path(cx) else {
            return;
        };
        self.asked = Some(from.clone());
        cx.send(Command::start(ReadTexts(TextSource {
            from,
            fields: texts::fields(self.target.kind()),
            languages: texts::languages(&self.document),
            asked: Some(self.field),
        })));
    }

    fn replan(&mut self) {
        if let Some((found, plan)) = &mut self.found {
            *plan = import::plan(self.target.kind(), &self.document, found, self.options);
        }
    }

    fn has_empty(&self) -> bool {
        self.found.as_ref().is_some_and(|(_, plan)| {
            plan.problems
                .iter()
                .any(|problem| problem.why == Why::Empty)
        })
    }

    fn has_new(&self) -> bool {
        self.found
            .as_ref()
            .is_some_and(|(_, plan)| !plan.not_listed.is_empty() || !plan.added.is_empty())
    }

    fn apply(&mut self, cx: &Context) -> Closing {
        let Some((_, plan)) = &self.found else {
            return Closing::Stay;
        };
        if plan.edits.is_empty() {
            self.note = Some(("Nothing would change.".to_owned(), Role::Warning));
            return Closing::Stay;
        }
        let texts = count(plan.changes.len(), "text", "texts");
        let said = format!(
            "{texts} changed; {} undoes all of it.",
            cx.key(Action::Undo)
        );
        let edits = plan.edits.clone();
        Closing::Close(vec![
            Command::ChangeDocument {
                target: self.target.clone(),
                edits,
            },
            Command::Toast(ToastLevel::Info, said),
        ])
    }

    fn hints(&self, cx: &Context) -> Line<'static> {
        let Some((_, plan)) = &self.found else {
            return PathInput::hints(cx, "look at them");
        };
        let mut keys = Vec::new();
        if !plan.edits.is_empty() {
            keys.push((Action::Enter, "change them"));
        }
        if self.has_new() {
            keys.push((Action::AddPart, "new languages"));
        }
        if self.options.clears || self.has_empty() {
            keys.push((Action::Toggle, "empty files clear"));
        }
        keys.push((Action::Back, "another place"));
        overlay::hints(cx, &keys)
    }

    fn draw_path(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let word = texts::fields(self.target.kind())
            .iter()
            .find(|field| field.name == self.field)
            .map_or(self.field, |field| field.word);
        let understood = format!(
            "LANGUAGE/FIELD.txt, FIELD/LANGUAGE.txt, LANGUAGE.txt (for {word}), LANGUAGE/changelogs/N.txt; or a table with the columns \
             language, FIELD, …"
        );
        let about = wrap(&understood, usize::from(area.width));
        let note = self
            .note
            .as_ref()
            .map(|(note, _)| wrap(note, usize::from(area.width)))
            .unwrap_or_default();
        let is_loading = self.asked.is_some();
        let [field, said, list, foot] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(note.len().max(usize::from(is_loading)) as u16),
            Constraint::Min(0),
            Constraint::Length(about.len() as u16),
        ])
        .areas(area);
        self.path.draw_field(frame, field, cx, true);
        if is_loading {
            let line = format!("{} reading …", meter::spinner(cx.uptime));
            frame.render_widget(Line::styled(line, style(Role::Busy)), said);
        } else {
            let role = self.note.as_ref().map_or(Role::Text, |(_, role)| *role);
            row::texts(frame, said, note, style(role));
        }
        self.path.draw_suggestions(frame, list, cx);
        row::texts(frame, foot, about, style(Role::Muted));
    }

    fn draw_plan(&self, frame: &mut Frame, area: Rect, cx: &Context, plan: &ImportPlan) {
        let style = |role| cx.theme.style(role);
        let columns = usize::from(area.width);
        let [top, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
        let losses = plan.losses().count();
        let mut head = vec![Span::styled(
            format!("{} change", count(plan.changes.len(), "text", "texts")),
            style(Role::Title),
        )];
        let mut part = |number: usize, word: String, role| {
            if number > 0 {
                head.push(Span::styled(format!(", {word}"), style(role)));
            }
        };
        part(plan.same, format!("{} unchanged", plan.same), Role::Muted);
        part(
            plan.added.len(),
            format!("{} added", count(plan.added.len(), "language", "languages")),
            Role::Info,
        );
        part(losses, format!("{losses} not taken"), Role::Warning);
        if let Some((note, role)) = &self.note {
            head.push(Span::styled(format!("  {note}"), style(*role)));
        }
        frame.render_widget(Line::from(head), top);

        let problem = |problem: &SourceProblem, role: Role| {
            let said = format!("! {}: {}", problem.source, problem.sentence);
            wrap(&said, columns)
                .into_iter()
                .map(|line| Line::styled(line, style(role)))
                .collect::<Vec<_>>()
        };
        let mut lines: Vec<Line> = plan
            .losses()
            .flat_map(|loss| problem(loss, Role::Warning))
            .collect();
        let change = |change: &CellChange| {
            let names = format!(
                "{} {} ",
                pad(&change.language, NAMES.0),
                pad(change.field.word, NAMES.1)
            );
            let room = columns.saturating_sub(width(&names));
            let flat = |text: Option<&Text>| {
                let text = text.filter(|text| !text.is_empty()).map(Text::to_lines);
                text.map_or_else(
                    || "–".to_owned(),
                    |text| text.split_whitespace().collect::<Vec<_>>().join(" "),
                )
            };
            let after = flat(Some(&change.after));
            let mut line = Line::from(Span::styled(names, style(Role::Text)));
            if room >= 50 {
                // What stands there now needs less room than what comes.
                let before = fit(&flat(change.before.as_ref()), room / 3).into_owned();
                line.push_span(Span::styled(format!("{before} → "), style(Role::Muted)));
            }
            let room = columns.saturating_sub(line.width());
            line.push_span(Span::styled(
                fit(&after, room).into_owned(),
                style(Role::Good),
            ));
            line
        };
        lines.extend(plan.changes.iter().map(change));
        let harmless: Vec<&SourceProblem> = plan
            .problems
            .iter()
            .filter(|problem| problem.why == Why::Empty)
            .collect();
        lines.extend(
            harmless
                .into_iter()
                .flat_map(|empty| problem(empty, Role::Muted)),
        );
        let other = plan
            .problems
            .iter()
            .filter(|problem| problem.why == Why::NoText)
            .count();
        if other > 0 {
            let said = format!(
                "{} without texts",
                count(other, "other file or folder", "other files or folders")
            );
            lines.push(Line::styled(said, style(Role::Muted)));
        }
        if lines.is_empty() {
            lines.push(Line::styled(
                "No texts were found there.",
                style(Role::Muted),
            ));
        }
        self.scroll.draw(frame, rest, &lines);
    }
}

impl Overlay for TextsImport {
    fn name(&self) -> &'static str {
        "texts-import"
    }

    fn takes_text(&self) -> bool {
        self.found.is_none()
    }

    fn scopes(&self) -> &'static [Scope] {
        if self.takes_text() {
            &[Scope::Overlay, Scope::Move]
        } else {
            &[Scope::Overlay, Scope::Move, Scope::Parts]
        }
    }

    fn opened(&mut self, cx: &Context) {
        self.path.opened(cx);
    }

    fn possible(&self, action: Action, _cx: &Context) -> Possible {
        match action {
            Action::AddPart if !self.has_new() => {
                Possible::No("No text is in a language without a listing.".into())
            }
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        self.note = None;
        if self.found.is_none() {
            match action {
                Action::Enter => {
                    if !self.path.accept(cx) {
                        self.read(cx);
                    }
                }
                Action::Up | Action::Down => self.path.walk(action == Action::Down, cx),
                Action::Back => return Closing::Close(Vec::new()),
                _ => return Closing::Unused,
            }
            return Closing::Stay;
        }
        match action {
            Action::Enter => return self.apply(cx),
            Action::Back => self.found = None,
            Action::AddPart => {
                self.options.adds_languages = !self.options.adds_languages;
                self.replan();
            }
            Action::Toggle => {
                self.options.clears = !self.options.clears;
                self.replan();
            }
            action if self.scroll.act(action) => {}
            _ => return Closing::Unused,
        }
        Closing::Stay
    }

    fn typed(&mut self, typed: &Typed, cx: &Context) -> Handled {
        self.note = None;
        if self.found.is_none() && self.path.typed(typed, cx) {
            Handled::Yes
        } else {
            Handled::No
        }
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, _cx: &Context) -> Closing {
        self.scroll.mouse(event);
        Closing::Stay
    }

    fn changed(&mut self, change: &ModelChange, _cx: &Context) {
        let ModelChange::Task(message) = change else {
            return;
        };
        let Some((ReadTexts(source), event)) = ReadTexts::event(message) else {
            return;
        };
        if self.asked.take_if(|from| *from == source.from).is_none() {
            return;
        }
        match event {
            TaskEvent::Failed(error) => self.note = Some((format!("✗ {error}"), Role::Danger)),
            TaskEvent::Progress(found) | TaskEvent::Done(found) => {
                self.scroll = Scroll::default();
                self.found = Some((found.clone(), ImportPlan::default()));
                self.replan();
            }
            TaskEvent::Cancelled => {}
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let columns = WIDTH.min(area.width.saturating_sub(4));
        let rows = area.height.saturating_sub(4);
        let rows = match &self.found {
            Some((_, plan)) => {
                rows.min((plan.changes.len() + plan.problems.len() + 3).max(8) as u16)
            }
            None => rows.min(16),
        };
        let title = match &self.found {
            Some(_) => "What would change".to_owned(),
            None => "Import texts from a folder or a table".to_owned(),
        };
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (ModalTone::Calm, &title),
            self.hints(cx),
            (columns, rows),
        );
        match &self.found {
            Some((_, plan)) => self.draw_plan(frame, inner, cx, plan),
            None => self.draw_path(frame, inner, cx),
        }
    }
}
