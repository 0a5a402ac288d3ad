//! The tree view of the document: rows that fold, values that are typed, picked and switched, entries that are added and taken
//! out. What is to be changed goes out as edits, so that text and tree share one history. Knows neither the text nor the Store.

use super::{
    about::{self, Aside},
    input::{Answer, Input, Purpose},
    rows::{self, GUTTER},
    visible::VisibleRows,
};
use crate::screen::{
    action::Action,
    command::{Command, Severity},
    pane::{Context, Possible, Typed},
    text_panel::TextPanel,
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind},
    layout::{Constraint, Layout, Position, Rect},
    text::Line,
};
use serde_json::Value;
use std::{cell::Cell, collections::HashSet, sync::Arc};
use store_model::{
    json::{
        document::{SyntaxError, pretty},
        edit::Edit,
        pointer::{child, names},
    },
    rules::schema::Shape,
};
use tui_kit::{
    field::Field,
    theme::Role,
    tree::{Click, Fold, Tree, walk::size},
};

/// What became of a key, a click, an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Not one for a tree.
    Unused,
    Used,
    /// These edits are to be made, as one step; then this is to be said.
    Change(Vec<Edit>, Option<String>),
}

/// A pattern that is being typed.
#[derive(Debug)]
struct Search {
    field: Field,
    /// The place and the folds with which it began: hits of a half-typed word leave nothing open.
    start: String,
    folds: HashSet<String>,
}

#[derive(Debug, Default)]
pub struct TreeView {
    tree: Tree,
    /// Open while something is asked for.
    input: Option<Input>,
    /// Open while a pattern is typed.
    search: Option<Search>,
    pattern: String,
    /// A word about the last key.
    note: Option<String>,
    /// Where the rows were drawn last.
    drawn: Cell<Rect>,
}

/// From this width on what is said of a place stands beside the tree.
const WIDE: u16 = 110;
const BESIDE: u16 = 46;

impl TreeView {
    pub fn takes_text(&self) -> bool {
        self.input.is_some() || self.search.is_some()
    }

    /// Forgets what was being typed; folds and cursor stay.
    pub fn leave(&mut self) {
        self.input = None;
        self.search = None;
        self.note = None;
    }

    /// The JSON pointer of the cursor.
    pub fn pointer(&self, value: &Arc<Value>) -> String {
        self.tree.pointer(value)
    }

    pub fn go_to(&mut self, pointer: &str, value: &Arc<Value>) {
        self.leave();
        self.tree.go_to(pointer, value);
    }

    /// Whether the action can be done at the cursor; [`Possible::Unknown`] where it is none of the tree's.
    pub fn possible(&self, action: Action, visible: &VisibleRows) -> Possible {
        let pointer = self.pointer(visible.value);
        match action {
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last
            | Action::Left
            | Action::Right
            | Action::Enter
            | Action::Filter
            | Action::Find
            | Action::FindNext
            | Action::Copy
            | Action::CopyValue => Possible::Yes,
            Action::NextFinding => {
                if visible.findings.is_empty() {
                    Possible::No("The check finds nothing.".into())
                } else {
                    Possible::Yes
                }
            }
            Action::AddPart => visible
                .fault(&self.holder(visible, &pointer))
                .map_or(Possible::Yes, Possible::No),
            Action::RemovePart if pointer.is_empty() => {
                Possible::No("The document itself stays.".into())
            }
            Action::RemovePart | Action::Edit => {
                visible.fault(&pointer).map_or(Possible::Yes, Possible::No)
            }
            Action::TogglePart => {
                Self::toggle_fault(visible, &pointer).map_or(Possible::Yes, Possible::No)
            }
            _ => Possible::Unknown,
        }
    }

    fn holder(&self, visible: &VisibleRows, pointer: &str) -> String {
        let fold = self
            .tree
            .rows(visible.value)
            .get(self.tree.index(visible.value))
            .map(|row| row.fold);
        visible.holder(pointer, fold == Some(Fold::Open))
    }

    fn toggle_fault(visible: &VisibleRows, pointer: &str) -> Option<String> {
        let value = visible.value.pointer(pointer)?;
        match size(value) {
            Some(0) => Some("It is empty.".into()),
            Some(_) => None,
            None if visible.shape(pointer) == Shape::Bool => visible.fault(pointer),
            None => Some("Only true and false can be switched; enter changes the rest.".into()),
        }
    }

    /// The action was [possible](Self::possible).
    pub fn act(
        &mut self,
        action: Action,
        visible: &VisibleRows,
        cx: &Context,
        commands: &mut Vec<Command>,
    ) -> Outcome {
        self.note = None;
        let pointer = self.pointer(visible.value);
        match action {
            Action::Filter | Action::Find => self.begin_search(pointer),
            Action::FindNext => self.find_next(visible),
            Action::Back if !self.pattern.is_empty() => self.pattern.clear(),
            Action::NextFinding => self.next_finding(visible),
            Action::Copy => {
                commands.push(Command::Copy(pointer));
            }
            Action::CopyValue => {
                let value = visible.value.pointer(&pointer);
                commands.extend(value.map(|value| {
                    Command::Copy(value.as_str().map_or_else(|| pretty(value), str::to_owned))
                }));
            }
            Action::Enter | Action::Edit => return self.enter(visible, &pointer, commands),
            Action::TogglePart => {
                if self.tree.toggle(visible.value) {
                    return Outcome::Used;
                }
                return toggled(visible, &pointer);
            }
            Action::AddPart => return self.add(visible, &pointer),
            Action::RemovePart => {
                self.tree.removing(&pointer, visible.value);
                let name = names(&pointer).pop().unwrap_or_default();
                let said = format!(
                    "{name} is taken out; {} brings it back.",
                    cx.key(Action::Undo)
                );
                return Outcome::Change(vec![Edit::Remove { pointer }], Some(said));
            }
            action if self.tree.act(action, visible.value) => {}
            _ => return Outcome::Unused,
        }
        Outcome::Used
    }

    fn begin_search(&mut self, start: String) {
        self.search = Some(Search {
            field: Field::default(),
            start,
            folds: self.tree.folds(),
        });
    }

    fn find_next(&mut self, visible: &VisibleRows) {
        if self.pattern.is_empty() {
            let pointer = self.pointer(visible.value);
            self.begin_search(pointer);
        } else if !self.tree.find(&self.pattern, false, visible.value) {
            self.note = Some(format!("“{}” does not occur", self.pattern));
        }
    }

    /// In the check's order, once around; from wherever one is.
    fn next_finding(&mut self, visible: &VisibleRows) {
        let here = self.pointer(visible.value);
        let at = visible
            .findings
            .iter()
            .rposition(|finding| finding.pointer == here);
        let next = at.map_or(0, |at| at + 1);
        if let Some(finding) = visible
            .findings
            .get(next)
            .or_else(|| visible.findings.first())
        {
            self.tree.go_to(&finding.pointer, visible.value);
        }
    }

    /// Opens the editor that fits the place; folds and opens what holds something.
    fn enter(
        &mut self,
        visible: &VisibleRows,
        pointer: &str,
        commands: &mut Vec<Command>,
    ) -> Outcome {
        if self.tree.toggle(visible.value) {
            return Outcome::Used;
        }
        if let Some(fault) = visible.fault(pointer) {
            commands.push(Command::Toast(Severity::Warning, fault));
            return Outcome::Used;
        }
        let value = visible.value.pointer(pointer).unwrap_or(&Value::Null);
        match visible.shape(pointer) {
            _ if size(value).is_some() => return self.add(visible, pointer),
            Shape::Bool => return toggled(visible, pointer),
            Shape::List => {
                return Outcome::Change(
                    vec![Edit::Set {
                        pointer: pointer.to_owned(),
                        value: Value::Array(Vec::new()),
                    }],
                    None,
                );
            }
            Shape::Map | Shape::Object => {
                let fresh = visible
                    .hint(pointer)
                    .and_then(|hint| hint.fresh)
                    .filter(Value::is_object);
                let value = fresh.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
                return Outcome::Change(
                    vec![Edit::Set {
                        pointer: pointer.to_owned(),
                        value,
                    }],
                    None,
                );
            }
            shape => {
                let purpose = Purpose::Set {
                    pointer: pointer.to_owned(),
                };
                self.command(visible, purpose, pointer, shape, value);
            }
        }
        Outcome::Used
    }

    fn command(
        &mut self,
        visible: &VisibleRows,
        purpose: Purpose,
        place: &str,
        shape: Shape,
        value: &Value,
    ) {
        let hint = visible.hint(place);
        let most = hint.as_ref().and_then(|hint| hint.most);
        let choices = hint.map(|hint| hint.choices).unwrap_or_default();
        self.input = Some(Input::value(purpose, shape, choices, most, value));
    }

    /// Adds an entry to what the cursor is on or in: asks for its name, for its value if that is typed, else begins it.
    fn add(&mut self, visible: &VisibleRows, pointer: &str) -> Outcome {
        let holder = self.holder(visible, pointer);
        match visible.value.pointer(&holder) {
            Some(Value::Array(array)) => {
                let (shape, value) = visible.fresh(&holder, "-");
                if is_typed(shape) {
                    self.command(
                        visible,
                        Purpose::Append {
                            pointer: holder.clone(),
                        },
                        &child(&holder, "-"),
                        shape,
                        &value,
                    );
                    return Outcome::Used;
                }
                let place = child(&holder, array.len());
                self.show(&place);
                Outcome::Change(
                    vec![Edit::Append {
                        pointer: holder,
                        value,
                    }],
                    None,
                )
            }
            Some(Value::Object(object)) => {
                let choices = visible
                    .hint(&holder)
                    .map(|hint| hint.choices)
                    .unwrap_or_default();
                self.input = Some(Input::name(
                    holder,
                    choices,
                    object.keys().cloned().collect(),
                ));
                Outcome::Used
            }
            _ => Outcome::Unused,
        }
    }

    /// Puts the cursor on a place that is about to be made, and opens it.
    fn show(&mut self, place: &str) {
        self.tree.open(place);
        self.tree.aim(place);
    }

    /// What was asked for has been answered.
    fn answered(&mut self, purpose: Purpose, value: Value, visible: &VisibleRows) -> Outcome {
        match purpose {
            Purpose::Set { pointer } => Outcome::Change(vec![Edit::Set { pointer, value }], None),
            Purpose::Member { pointer } => {
                self.show(&pointer);
                Outcome::Change(vec![Edit::Set { pointer, value }], None)
            }
            Purpose::Append { pointer } => {
                let length = visible
                    .value
                    .pointer(&pointer)
                    .and_then(size)
                    .unwrap_or_default();
                self.show(&child(&pointer, length));
                Outcome::Change(vec![Edit::Append { pointer, value }], None)
            }
            Purpose::Name { pointer } => {
                let name = value.as_str().unwrap_or_default();
                let place = child(&pointer, name);
                if let Some(fault) = visible.fault(&place) {
                    self.note = Some(fault);
                    return Outcome::Used;
                }
                let (shape, value) = visible.fresh(&pointer, name);
                if is_typed(shape) {
                    self.command(
                        visible,
                        Purpose::Member {
                            pointer: place.clone(),
                        },
                        &place,
                        shape,
                        &value,
                    );
                    return Outcome::Used;
                }
                self.show(&place);
                Outcome::Change(
                    vec![Edit::Set {
                        pointer: place,
                        value,
                    }],
                    None,
                )
            }
        }
    }

    pub fn typed(&mut self, typed: &Typed, visible: &VisibleRows) -> Outcome {
        self.note = None;
        if let Some(input) = &mut self.input {
            let answer = input.typed(typed);
            return self.take(answer, visible);
        }
        if self.search.is_some() {
            self.search_typed(typed, visible)
        } else {
            Outcome::Unused
        }
    }

    /// Ends what is being typed, since something else comes first; a long text is kept.
    pub fn end(&mut self, visible: &VisibleRows) -> Outcome {
        let answer = self.input.as_mut().map_or(Answer::Leave, Input::end);
        self.search = None;
        self.take(answer, visible)
    }

    fn take(&mut self, answer: Answer, visible: &VisibleRows) -> Outcome {
        match answer {
            Answer::Stay => Outcome::Used,
            Answer::Unused => Outcome::Unused,
            Answer::Leave => {
                self.input = None;
                Outcome::Used
            }
            Answer::Done(value) => match self.input.take() {
                Some(input) => self.answered(input.purpose, value, visible),
                None => Outcome::Used,
            },
        }
    }

    fn search_typed(&mut self, typed: &Typed, visible: &VisibleRows) -> Outcome {
        let Some(Search {
            field,
            start,
            folds,
        }) = &mut self.search
        else {
            return Outcome::Unused;
        };
        match typed {
            Typed::Key(KeyEvent {
                code: KeyCode::Esc, ..
            }) => {
                self.tree.set_folds(std::mem::take(folds));
                self.tree.go_to(start, visible.value);
                self.search = None;
                self.pattern.clear();
                return Outcome::Used;
            }
            Typed::Key(KeyEvent {
                code: KeyCode::Enter,
                ..
            }) => {
                // Typing has gone to the hit already; without a new pattern the last one is meant.
                let is_empty = field.is_empty();
                self.search = None;
                if is_empty && !self.pattern.is_empty() {
                    self.find_next(visible);
                }
                return Outcome::Used;
            }
            Typed::Key(key) => {
                if !field.key(*key) {
                    return Outcome::Unused;
                }
            }
            Typed::Paste(text) => field.paste(text),
        }
        field.text().clone_into(&mut self.pattern);
        // Always from where the search began: what is typed on stays on its hit, what is taken back goes back.
        self.tree.set_folds(folds.clone());
        self.tree.go_to(start, visible.value);
        if !self.pattern.is_empty() && !self.tree.find(&self.pattern, true, visible.value) {
            self.note = Some(format!("“{}” does not occur", self.pattern));
        }
        Outcome::Used
    }

    pub fn mouse(
        &mut self,
        event: MouseEvent,
        visible: &VisibleRows,
        commands: &mut Vec<Command>,
    ) -> Outcome {
        if let Some(input) = &mut self.input {
            let answer = input.mouse(event);
            return self.take(answer, visible);
        }
        let drawn = self.drawn.get();
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollDown => self.tree.wheel(true, visible.value),
            MouseEventKind::ScrollUp => self.tree.wheel(false, visible.value),
            MouseEventKind::Down(MouseButton::Left) if drawn.contains(at) => {
                let column = usize::from(at.x - drawn.x).saturating_sub(GUTTER);
                if self
                    .tree
                    .click(column, usize::from(at.y - drawn.y), visible.value)
                    == Click::Again
                {
                    let pointer = self.pointer(visible.value);
                    return self.enter(visible, &pointer, commands);
                }
            }
            _ => return Outcome::Unused,
        }
        Outcome::Used
    }

    pub fn draw(&self, frame: &mut Frame, area: Rect, visible: &VisibleRows, cx: &Context) {
        let pointer = self.pointer(visible.value);
        let mut aside = Aside::default();
        if let Some(input) = self.input.as_ref().filter(|input| input.in_row().is_some()) {
            aside.counter = input.counter();
            aside
                .said
                .extend(input.fault().map(|fault| (fault.to_owned(), Role::Danger)));
            aside
                .said
                .push((input.keys().trim().to_owned(), Role::Muted));
        } else if let Some(note) = &self.note {
            aside.said.push((note.clone(), Role::Warning));
        }
        let is_wide = area.width >= WIDE;
        let below = if is_wide {
            0
        } else {
            about_height(area.height)
        };
        let beside = if is_wide {
            BESIDE.max(area.width / 3)
        } else {
            0
        };
        let [left, side] =
            Layout::horizontal([Constraint::Min(1), Constraint::Length(beside)]).areas(area);
        let foot = u16::from(self.search.is_some());
        let [rows, about, line] = Layout::vertical([
            Constraint::Min(1),
            Constraint::Length(below),
            Constraint::Length(foot),
        ])
        .areas(left);
        self.draw_rows(frame, rows, visible, cx);
        if is_wide {
            about::draw_beside(frame, side, cx, visible, &pointer, &aside);
        } else {
            about::draw_below(frame, about, cx, visible, &pointer, &aside);
        }
        if let Some(Search { field, .. }) = &self.search {
            let [label, input] =
                Layout::horizontal([Constraint::Length(3), Constraint::Min(1)]).areas(line);
            frame.render_widget(Line::styled(" / ", cx.theme.style(Role::Key)), label);
            field.draw(
                frame,
                input,
                cx.theme,
                "search in names and values",
                cx.is_focused,
            );
        }
        if let Some(input) = self.input.as_ref().filter(|input| input.in_row().is_none()) {
            let help = visible
                .hint(place_of(&input.purpose))
                .map(|hint| hint.help)
                .unwrap_or_default();
            input.draw(frame, area, cx, &help);
        }
    }

    fn draw_rows(&self, frame: &mut Frame, area: Rect, visible: &VisibleRows, cx: &Context) {
        self.drawn.set(area);
        let all = self.tree.rows(visible.value);
        let current = self.tree.index(visible.value);
        let window = self.tree.window(usize::from(area.height), visible.value);
        let columns = usize::from(area.width);
        for (index, place) in window.zip(area.rows()) {
            let Some(row) = all.get(index) else { continue };
            let pointer = self.tree.pointer_of(index, visible.value);
            let is_current = index == current;
            frame.render_widget(
                rows::line(
                    cx,
                    visible,
                    row,
                    &pointer,
                    is_current,
                    &self.pattern,
                    columns,
                ),
                place,
            );
            if is_current
                && let Some(input) = self.input.as_ref().filter(|input| input.in_row().is_some())
            {
                let start = (rows::value_column(row) as u16).min(area.width / 2);
                input.draw_in_row(
                    frame,
                    Rect {
                        x: place.x + start,
                        width: place.width - start,
                        ..place
                    },
                    cx,
                );
            }
        }
    }
}

/// Rows of what is said below a tree of this height, with its upper edge.
fn about_height(height: u16) -> u16 {
    match height {
        0..9 => 0,
        9..16 => 4,
        16..24 => 5,
        _ => 7,
    }
}

fn place_of(purpose: &Purpose) -> &str {
    match purpose {
        Purpose::Set { pointer }
        | Purpose::Member { pointer }
        | Purpose::Append { pointer }
        | Purpose::Name { pointer } => pointer,
    }
}

/// Whether a value of that shape is asked for before it is made.
fn is_typed(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::Text | Shape::Number | Shape::Date | Shape::Choice
    )
}

fn toggled(visible: &VisibleRows, pointer: &str) -> Outcome {
    let is_true = visible.value.pointer(pointer) == Some(&Value::Bool(true));
    Outcome::Change(
        vec![Edit::Set {
            pointer: pointer.to_owned(),
            value: Value::Bool(!is_true),
        }],
        None,
    )
}

/// In place of the tree where there is none: why, and the key that leads back to the text.
pub fn draw_none(frame: &mut Frame, area: Rect, cx: &Context, error: Option<&SyntaxError>) {
    let mut panel = TextPanel::new(cx.theme, usize::from(area.width));
    panel.gap();
    match error {
        Some(error) => {
            panel.text(
                "✗ The text is no valid JSON: there is no tree to show.",
                Role::Danger,
            );
            panel.text(
                &format!(
                    "Line {}, column {}: {}",
                    error.line, error.column, error.message
                ),
                Role::Text,
            );
        }
        None => panel.text("There is no document to show as a tree yet.", Role::Muted),
    }
    panel.gap();
    panel.keys(
        "next",
        &[
            (cx.key(Action::Tree), "back to the text"),
            (cx.key(Action::NextFinding), "to the place in the text"),
        ],
    );
    for (line, place) in panel.into_lines().into_iter().zip(area.rows()) {
        let line: Line<'static> = line;
        frame.render_widget(line, place);
    }
}
