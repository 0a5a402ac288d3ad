//! The tree view of the document: rows that fold, values that are typed, picked and switched, entries that are added and taken
//! out. What is to be changed goes out as edits, so that text and tree share one history. Knows neither the text nor the Store.

use super::{
    input::{Input, InputPurpose, InputResult, is_long, title},
    rows::GUTTER,
    visible::VisibleTree,
};
use crate::screen::{
    action::Action,
    command::{Command, TextPlace, ToastLevel},
    pane::{Context, Possible, Typed},
};
use ratatui::{
    crossterm::event::{MouseButton, MouseEvent, MouseEventKind},
    layout::{Position, Rect},
};
use serde_json::Value;
use std::{cell::Cell, collections::HashSet, sync::Arc};
use store_model::{
    json::{
        document::pretty,
        edit::Edit,
        pointer::{child, names},
    },
    rules::schema::FieldShape,
};
use tui_kit::{
    field::Field,
    tree::{Fold, Tree, TreeClick, walk::size},
};

/// What became of a key, a click, an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum TreeOutcome {
    /// Not one for a tree.
    Unused,
    Used,
    /// These edits are to be made, as one step; then this is to be said.
    Change(Vec<Edit>, Option<String>),
    /// A text that is too long for its row is to be edited in a dialog.
    Edit(Box<LongText>),
}

/// A text of the tree that is edited in a dialog.
#[derive(Clone, Debug, PartialEq)]
pub struct LongText {
    pub place: TextPlace,
    pub title: String,
    pub start: String,
    pub most: Option<usize>,
    pub help: String,
    pub is_new: bool,
}

/// A pattern that is being typed.
#[derive(Debug)]
pub(super) struct TreeSearch {
    pub(super) field: Field,
    /// The place and the folds with which it began: hits of a half-typed word leave nothing open.
    pub(super) start: String,
    pub(super) folds: HashSet<String>,
}

#[derive(Debug, Default)]
pub struct TreeView {
    pub(super) tree: Tree,
    /// Open while something is asked for.
    pub(super) input: Option<Input>,
    /// Open while a pattern is typed.
    pub(super) search: Option<TreeSearch>,
    pub(super) pattern: String,
    /// A word about the last key.
    pub(super) note: Option<String>,
    /// Where the rows were drawn last.
    pub(super) drawn: Cell<Rect>,
}

/// From this width on what is said of a place stands beside the tree.
pub(super) const WIDE: u16 = 110;
pub(super) const BESIDE: u16 = 46;

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
    pub fn possible(&self, action: Action, visible: &VisibleTree) -> Possible {
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
                    Possible::No("No findings.".into())
                } else {
                    Possible::Yes
                }
            }
            Action::AddPart => visible
                .fault(&self.holder(visible, &pointer))
                .map_or(Possible::Yes, Possible::No),
            Action::RemovePart if pointer.is_empty() => {
                Possible::No("The document itself cannot be removed.".into())
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

    fn holder(&self, visible: &VisibleTree, pointer: &str) -> String {
        let fold = self
            .tree
            .rows(visible.value)
            .get(self.tree.index(visible.value))
            .map(|row| row.fold);
        visible.holder(pointer, fold == Some(Fold::Open))
    }

    fn toggle_fault(visible: &VisibleTree, pointer: &str) -> Option<String> {
        let value = visible.value.pointer(pointer)?;
        match size(value) {
            Some(0) => Some("It is empty.".into()),
            Some(_) => None,
            None if visible.shape(pointer) == FieldShape::Bool => visible.fault(pointer),
            None => Some("Only true and false can be toggled; enter edits other values.".into()),
        }
    }

    /// The action was [possible](Self::possible).
    pub fn act(&mut self, action: Action, visible: &VisibleTree, cx: &Context) -> TreeOutcome {
        self.note = None;
        let pointer = self.pointer(visible.value);
        match action {
            Action::Filter | Action::Find => self.begin_search(pointer),
            Action::FindNext => self.find_next(visible),
            Action::Back if !self.pattern.is_empty() => self.pattern.clear(),
            Action::NextFinding => self.next_finding(visible),
            Action::Copy => {
                cx.send(Command::Copy(pointer));
            }
            Action::CopyValue => {
                let value = visible.value.pointer(&pointer);
                cx.send_all(value.map(|value| {
                    Command::Copy(value.as_str().map_or_else(|| pretty(value), str::to_owned))
                }));
            }
            Action::Enter | Action::Edit => return self.enter(visible, &pointer, cx),
            Action::TogglePart => {
                if self.tree.toggle(visible.value) {
                    return TreeOutcome::Used;
                }
                return toggled(visible, &pointer);
            }
            Action::AddPart => return self.add(visible, &pointer),
            Action::RemovePart => {
                self.tree.removing(&pointer, visible.value);
                let name = names(&pointer).pop().unwrap_or_default();
                let said = format!("{name} is removed; {} undoes it.", cx.key(Action::Undo));
                return TreeOutcome::Change(vec![Edit::Remove { pointer }], Some(said));
            }
            action if self.tree.act(action, visible.value) => {}
            _ => return TreeOutcome::Unused,
        }
        TreeOutcome::Used
    }

    /// In the check's order, once around; from wherever one is.
    fn next_finding(&mut self, visible: &VisibleTree) {
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
    fn enter(&mut self, visible: &VisibleTree, pointer: &str, cx: &Context) -> TreeOutcome {
        if self.tree.toggle(visible.value) {
            return TreeOutcome::Used;
        }
        if let Some(fault) = visible.fault(pointer) {
            cx.send(Command::Toast(ToastLevel::Warning, fault));
            return TreeOutcome::Used;
        }
        let value = visible.value.pointer(pointer).unwrap_or(&Value::Null);
        match visible.shape(pointer) {
            _ if size(value).is_some() => self.add(visible, pointer),
            FieldShape::Bool => toggled(visible, pointer),
            FieldShape::List => set(pointer.to_owned(), Value::Array(Vec::new())),
            FieldShape::Map | FieldShape::Object => {
                let fresh = visible
                    .hint(pointer)
                    .and_then(|hint| hint.fresh)
                    .filter(Value::is_object);
                let value = fresh.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
                set(pointer.to_owned(), value)
            }
            shape => {
                let purpose = InputPurpose::Set {
                    pointer: pointer.to_owned(),
                };
                self.ask(visible, purpose, pointer, shape, value)
            }
        }
    }

    /// Asks for the value of a place: in its row, in a list, or in a dialog.
    fn ask(
        &mut self,
        visible: &VisibleTree,
        purpose: InputPurpose,
        place: &str,
        shape: FieldShape,
        value: &Value,
    ) -> TreeOutcome {
        let hint = visible.hint(place);
        let most = hint.as_ref().and_then(|hint| hint.most);
        let start = value.as_str().unwrap_or_default();
        if shape == FieldShape::Text && is_long(most, start) {
            let is_new = !matches!(purpose, InputPurpose::Set { .. });
            let title = title(&purpose);
            let place = match purpose {
                InputPurpose::Append { pointer } => {
                    let holder = visible.value.pointer(&pointer);
                    self.show(&child(&pointer, holder.and_then(size).unwrap_or_default()));
                    TextPlace::Entry { pointer }
                }
                _ if is_new => {
                    self.show(place);
                    TextPlace::Value {
                        pointer: place.to_owned(),
                    }
                }
                _ => TextPlace::Value {
                    pointer: place.to_owned(),
                },
            };
            return TreeOutcome::Edit(Box::new(LongText {
                place,
                title,
                start: start.to_owned(),
                most,
                help: hint.map(|hint| hint.help).unwrap_or_default(),
                is_new,
            }));
        }
        let choices = hint.map(|hint| hint.choices).unwrap_or_default();
        self.input = Some(Input::value(purpose, shape, choices, most, value));
        TreeOutcome::Used
    }

    /// Adds an entry to what the cursor is on or in: asks for its name, for its value if that is typed, else begins it.
    fn add(&mut self, visible: &VisibleTree, pointer: &str) -> TreeOutcome {
        let holder = self.holder(visible, pointer);
        match visible.value.pointer(&holder) {
            Some(Value::Array(array)) => {
                let (shape, value) = visible.fresh(&holder, "-");
                if is_typed(shape) {
                    let place = child(&holder, "-");
                    let purpose = InputPurpose::Append { pointer: holder };
                    return self.ask(visible, purpose, &place, shape, &value);
                }
                let place = child(&holder, array.len());
                self.show(&place);
                TreeOutcome::Change(
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
                TreeOutcome::Used
            }
            _ => TreeOutcome::Unused,
        }
    }

    /// Puts the cursor on a place that is about to be made, and opens it.
    pub(super) fn show(&mut self, place: &str) {
        self.tree.open(place);
        self.tree.aim(place);
    }

    /// What was asked for has been answered.
    fn answered(
        &mut self,
        purpose: InputPurpose,
        value: Value,
        visible: &VisibleTree,
    ) -> TreeOutcome {
        match purpose {
            InputPurpose::Set { pointer } => set(pointer, value),
            InputPurpose::Member { pointer } => {
                self.show(&pointer);
                set(pointer, value)
            }
            InputPurpose::Append { pointer } => {
                let length = visible
                    .value
                    .pointer(&pointer)
                    .and_then(size)
                    .unwrap_or_default();
                self.show(&child(&pointer, length));
                TreeOutcome::Change(vec![Edit::Append { pointer, value }], None)
            }
            InputPurpose::Name { pointer } => {
                let name = value.as_str().unwrap_or_default();
                let place = child(&pointer, name);
                if let Some(fault) = visible.fault(&place) {
                    self.note = Some(fault);
                    return TreeOutcome::Used;
                }
                let (shape, value) = visible.fresh(&pointer, name);
                if is_typed(shape) {
                    let purpose = InputPurpose::Member {
                        pointer: place.clone(),
                    };
                    return self.ask(visible, purpose, &place, shape, &value);
                }
                self.show(&place);
                set(place, value)
            }
        }
    }

    pub fn typed(&mut self, typed: &Typed, visible: &VisibleTree) -> TreeOutcome {
        self.note = None;
        if let Some(input) = &mut self.input {
            let answer = input.typed(typed);
            return self.take(answer, visible);
        }
        if self.search.is_some() {
            self.search_typed(typed, visible)
        } else {
            TreeOutcome::Unused
        }
    }

    pub(super) fn take(&mut self, answer: InputResult, visible: &VisibleTree) -> TreeOutcome {
        match answer {
            InputResult::Stay => TreeOutcome::Used,
            InputResult::Unused => TreeOutcome::Unused,
            InputResult::Leave => {
                self.input = None;
                TreeOutcome::Used
            }
            InputResult::Done(value) => match self.input.take() {
                Some(input) => self.answered(input.purpose, value, visible),
                None => TreeOutcome::Used,
            },
        }
    }

    pub fn mouse(&mut self, event: MouseEvent, visible: &VisibleTree, cx: &Context) -> TreeOutcome {
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
                    == TreeClick::Again
                {
                    let pointer = self.pointer(visible.value);
                    return self.enter(visible, &pointer, cx);
                }
            }
            _ => return TreeOutcome::Unused,
        }
        TreeOutcome::Used
    }
}

pub(super) fn place_of(purpose: &InputPurpose) -> &str {
    match purpose {
        InputPurpose::Set { pointer }
        | InputPurpose::Member { pointer }
        | InputPurpose::Append { pointer }
        | InputPurpose::Name { pointer } => pointer,
    }
}

/// Whether a value of that shape is asked for before it is made.
fn is_typed(shape: FieldShape) -> bool {
    matches!(
        shape,
        FieldShape::Text | FieldShape::Number | FieldShape::Date | FieldShape::Choice
    )
}

fn toggled(visible: &VisibleTree, pointer: &str) -> TreeOutcome {
    let is_true = visible.value.pointer(pointer) == Some(&Value::Bool(true));
    set(pointer.to_owned(), Value::Bool(!is_true))
}

fn set(pointer: String, value: Value) -> TreeOutcome {
    TreeOutcome::Change(vec![Edit::Set { pointer, value }], None)
}
