//! A JSON value as rows that fold: which are open, where the cursor is, which part is in view. Only open places become rows, and
//! only visible rows are looked at while drawing. Knows what no place means; changes nothing.

use super::pointer::{child, names, parent};
use super::walk::{Name, Walk, named, nth, size};
use crate::movement::{Movement, Moves};
use crate::{list::Cursor, text::place::hits};
use serde_json::Value;
use std::{
    cell::RefCell,
    collections::HashSet,
    ops::Range,
    sync::{Arc, Weak},
};

/// Whether the children of a place are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// There is nothing below.
    Leaf,
    Closed,
    Open,
}

/// One line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeRow {
    /// How far it is indented; from 0.
    pub depth: usize,
    /// The root has none; it is a row only where it holds nothing.
    pub name: Option<Name>,
    pub fold: Fold,
    /// The row of what holds it.
    parent: Option<usize>,
}

/// What is shown of one value with one set of open places.
#[derive(Debug)]
struct Shown {
    /// To know it again; kept, every edit would have to copy it.
    value: Weak<Value>,
    rows: Arc<[TreeRow]>,
}

/// A name on the way to the cursor, and where it stood: what it leads to when the name is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Step {
    name: String,
    position: usize,
}

/// Folds, cursor and view; the value itself is handed in, so that it may change between two calls.
#[derive(Debug, Default)]
pub struct Tree {
    open: HashSet<String>,
    path: Vec<Step>,
    view: RefCell<Cursor>,
    shown: RefCell<Option<Shown>>,
}

/// What a click hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeClick {
    /// The arrow: it has folded or opened.
    Fold,
    Row,
    /// The row on which the cursor was already.
    Again,
    Nothing,
}

/// Columns by which each depth is indented.
pub const INDENT: usize = 2;

fn flatten(root: &Value, open: &HashSet<String>) -> Vec<TreeRow> {
    if size(root).unwrap_or_default() == 0 {
        return vec![TreeRow {
            depth: 0,
            name: None,
            fold: Fold::Leaf,
            parent: None,
        }];
    }
    let mut rows: Vec<TreeRow> = Vec::new();
    let mut holders: Vec<usize> = Vec::new();
    let mut walk = Walk::new(root);
    while let Some(node) = walk.step() {
        holders.truncate(node.depth);
        let fold = match size(node.value) {
            None | Some(0) => Fold::Leaf,
            Some(_) if open.contains(walk.pointer()) => Fold::Open,
            Some(_) => Fold::Closed,
        };
        rows.push(TreeRow {
            depth: node.depth,
            name: Some(node.name()),
            fold,
            parent: holders.last().copied(),
        });
        if fold == Fold::Open {
            holders.push(rows.len() - 1);
            walk.enter(node.value);
        }
    }
    rows
}

impl TreeRow {
    fn is_called(&self, name: &str) -> bool {
        match &self.name {
            Some(Name::Key(key)) => **key == *name,
            Some(Name::Index(index)) => index.to_string() == name,
            None => false,
        }
    }
}

impl Tree {
    /// The rows of this value; made anew only when value or folds have changed.
    pub fn rows(&self, value: &Arc<Value>) -> Arc<[TreeRow]> {
        let mut slot = self.shown.borrow_mut();
        if let Some(shown) = slot
            .as_ref()
            .filter(|shown| Weak::as_ptr(&shown.value) == Arc::as_ptr(value))
        {
            return Arc::clone(&shown.rows);
        }
        let rows: Arc<[TreeRow]> = flatten(value, &self.open).into();
        let at = Self::row_of(&rows, &self.resolve(value));
        self.view.borrow_mut().set(at);
        *slot = Some(Shown {
            value: Arc::downgrade(value),
            rows: Arc::clone(&rows),
        });
        rows
    }

    /// The place of the cursor, or the one that is nearest to where it was.
    fn resolve(&self, root: &Value) -> Vec<Step> {
        let mut at = root;
        let mut path = Vec::with_capacity(self.path.len());
        for step in &self.path {
            if let Some((position, value)) = named(at, &step.name) {
                path.push(Step {
                    name: step.name.clone(),
                    position,
                });
                at = value;
                continue;
            }
            let last = size(at).unwrap_or_default().checked_sub(1);
            if let Some((position, (name, _))) = last
                .map(|last| last.min(step.position))
                .and_then(|position| Some((position, nth(at, position)?)))
            {
                path.push(Step { name, position });
            }
            break;
        }
        path
    }

    /// The row of a path, or of the innermost folded place that hides it.
    fn row_of(rows: &[TreeRow], path: &[Step]) -> usize {
        let mut found = None;
        let mut next = 0;
        for (depth, step) in path.iter().enumerate() {
            let row = rows
                .iter()
                .enumerate()
                .skip(next)
                .take_while(|(_, row)| row.depth >= depth)
                .find(|(_, row)| row.depth == depth && row.is_called(&step.name));
            let Some((at, row)) = row else { break };
            found = Some(at);
            next = at + 1;
            if row.fold != Fold::Open {
                break;
            }
        }
        found.unwrap_or_default()
    }

    fn forget(&self) {
        *self.shown.borrow_mut() = None;
    }

    /// The JSON pointer of a row; the root's where there is no such row.
    pub fn pointer_of(&self, row: usize, value: &Arc<Value>) -> String {
        let rows = self.rows(value);
        let mut passed = Vec::new();
        let mut at = rows.get(row);
        while let Some(row) = at {
            passed.extend(&row.name);
            at = row.parent.and_then(|parent| rows.get(parent));
        }
        passed
            .into_iter()
            .rev()
            .fold(String::new(), |pointer, name| match name {
                Name::Key(key) => child(&pointer, key),
                Name::Index(index) => child(&pointer, index),
            })
    }

    /// The row of the cursor.
    pub fn index(&self, value: &Arc<Value>) -> usize {
        self.rows(value);
        self.view.borrow().index()
    }

    /// The JSON pointer of the cursor's row.
    pub fn pointer(&self, value: &Arc<Value>) -> String {
        self.pointer_of(self.index(value), value)
    }

    fn set_row(&mut self, row: usize, value: &Arc<Value>) {
        self.view.borrow_mut().set(row);
        let pointer = self.pointer_of(row, value);
        self.set_path(&pointer, value);
    }

    fn set_path(&mut self, pointer: &str, root: &Value) {
        let mut at = Some(root);
        self.path = names(pointer)
            .into_iter()
            .map(|name| {
                let found = at.and_then(|value| named(value, &name));
                at = found.map(|(_, value)| value);
                Step {
                    name,
                    position: found.map(|(position, _)| position).unwrap_or_default(),
                }
            })
            .collect();
    }

    /// Puts the cursor on a place, or on the nearest one above it that exists, and opens what hides it.
    pub fn go_to(&mut self, pointer: &str, value: &Arc<Value>) {
        let mut pointer = pointer;
        while value.pointer(pointer).is_none() {
            pointer = pointer.rsplit_once('/').map_or("", |(above, _)| above);
        }
        let mut above = pointer;
        while let Some((next, _)) = parent(above) {
            above = next;
            self.open.insert(next.to_owned());
        }
        self.set_path(pointer, value);
        self.forget();
    }

    /// Puts the cursor where the next value will have a place.
    pub fn aim(&mut self, pointer: &str) {
        let mut above = pointer;
        while let Some((next, _)) = parent(above) {
            above = next;
            self.open.insert(next.to_owned());
        }
        self.path = names(pointer)
            .into_iter()
            .map(|name| Step {
                position: name.parse().unwrap_or_default(),
                name,
            })
            .collect();
        self.forget();
    }

    /// Folds or opens the cursor's row; says whether it can be.
    pub fn toggle(&mut self, value: &Arc<Value>) -> bool {
        let fold = self.rows(value).get(self.index(value)).map(|row| row.fold);
        match fold {
            Some(Fold::Open) => self.close(value),
            Some(Fold::Closed) => {
                self.open.insert(self.pointer(value));
                self.forget();
            }
            Some(Fold::Leaf) | None => return false,
        }
        true
    }

    fn close(&mut self, value: &Arc<Value>) {
        self.open.remove(&self.pointer(value));
        self.forget();
    }

    /// Opens the place, if there is something below it.
    pub fn open(&mut self, pointer: &str) {
        if self.open.insert(pointer.to_owned()) {
            self.forget();
        }
    }

    /// The pointers of what is open.
    pub fn folds(&self) -> HashSet<String> {
        self.open.clone()
    }

    /// Opens exactly these.
    pub fn set_folds(&mut self, open: HashSet<String>) {
        self.open = open;
        self.forget();
    }

    /// Moves, folds and opens; says whether the action was one for a tree. Left of the outermost row is not.
    pub fn act(&mut self, movement: impl Moves, value: &Arc<Value>) -> bool {
        let rows = self.rows(value);
        let at = self.index(value);
        let Some(row) = rows.get(at) else {
            return false;
        };
        match (movement.movement(), row.fold) {
            (Some(Movement::Left), Fold::Open) => self.close(value),
            (Some(Movement::Left), _) => match row.parent {
                Some(parent) => self.set_row(parent, value),
                None => return false,
            },
            (Some(Movement::Right), Fold::Closed) => {
                self.toggle(value);
            }
            (Some(Movement::Right), Fold::Open) => self.set_row(at + 1, value),
            (Some(Movement::Right), Fold::Leaf) => {}
            _ => {
                if !self.view.get_mut().act(movement, rows.len()) {
                    return false;
                }
                let to = self.view.borrow().index();
                self.set_row(to, value);
            }
        }
        true
    }

    pub fn wheel(&mut self, down: bool, value: &Arc<Value>) {
        let rows = self.rows(value).len();
        self.view.get_mut().scroll(down, rows);
        let to = self.view.borrow().index();
        self.set_row(to, value);
    }

    /// A click into the drawn part, from its left upper corner.
    pub fn click(&mut self, column: usize, line: usize, value: &Arc<Value>) -> TreeClick {
        let rows = self.rows(value);
        let hit = self.view.borrow().row_at(line, rows.len());
        let Some((at, row)) = hit.and_then(|at| Some((at, rows.get(at)?))) else {
            return TreeClick::Nothing;
        };
        let was_here = self.index(value) == at;
        self.set_row(at, value);
        let arrow = row.depth * INDENT;
        if row.fold != Fold::Leaf && (arrow..arrow + INDENT).contains(&column) {
            self.toggle(value);
            return TreeClick::Fold;
        }
        if was_here {
            TreeClick::Again
        } else {
            TreeClick::Row
        }
    }

    /// The rows in view for this height; the cursor is among them.
    pub fn window(&self, height: usize, value: &Arc<Value>) -> Range<usize> {
        let rows = self.rows(value).len();
        self.view.borrow().window(height, rows)
    }

    /// Goes to the next place behind the cursor whose key or value holds the pattern, once around; `stays` lets the cursor's own
    /// place count first. What hides it is opened. Letters match in any case unless the pattern has a capital.
    pub fn find(&mut self, pattern: &str, stays: bool, value: &Arc<Value>) -> bool {
        let pointer = self.pointer(value);
        self.set_path(&pointer, value);
        let here: Vec<usize> = self.path.iter().map(|step| step.position).collect();
        let mut first = None;
        let mut walk = Walk::new(value);
        while let Some(node) = walk.step() {
            if holds(node.key, node.value, pattern) {
                let place: Vec<usize> = walk.positions().collect();
                if place > here || stays && place == here {
                    first = Some(walk.pointer().to_owned());
                    break;
                }
                first.get_or_insert_with(|| walk.pointer().to_owned());
            }
            walk.enter(node.value);
        }
        match first {
            Some(pointer) => {
                self.go_to(&pointer, value);
                true
            }
            None => false,
        }
    }

    /// An element or member is about to be taken out: the folds of the elements after it move up with them.
    pub fn removing(&mut self, pointer: &str, value: &Arc<Value>) {
        if self.pointer(value) == pointer {
            // The cursor goes to what takes its place.
            self.set_path(pointer, value);
        }
        let below = format!("{pointer}/");
        self.open
            .retain(|open| open != pointer && !open.starts_with(&below));
        self.shift(pointer, value, |index| index.checked_sub(1));
    }

    fn shift(&mut self, pointer: &str, value: &Value, to: impl Fn(usize) -> Option<usize>) {
        let Some((above, name)) = parent(pointer) else {
            return;
        };
        let Ok(from) = name.parse::<usize>() else {
            return;
        };
        if !value.pointer(above).is_some_and(Value::is_array) {
            return;
        }
        let prefix = format!("{above}/");
        let moved = |open: String| {
            let Some(rest) = open.strip_prefix(&prefix) else {
                return open;
            };
            let (index, below) = rest
                .split_once('/')
                .map_or((rest, None), |(index, below)| (index, Some(below)));
            match index
                .parse::<usize>()
                .ok()
                .filter(|index| *index >= from)
                .and_then(&to)
            {
                Some(index) => {
                    let moved = child(above, index);
                    below.map_or(moved.clone(), |below| format!("{moved}/{below}"))
                }
                None => open,
            }
        };
        self.open = std::mem::take(&mut self.open)
            .into_iter()
            .map(moved)
            .collect();
        self.forget();
    }
}

fn holds(key: Option<&str>, value: &Value, pattern: &str) -> bool {
    let is_in = |text: &str| hits(text, pattern).next().is_some();
    key.is_some_and(is_in)
        || match value {
            Value::String(text) => is_in(text),
            Value::Number(number) => is_in(number.as_str()),
            Value::Bool(true) => is_in("true"),
            Value::Bool(false) => is_in("false"),
            Value::Null => is_in("null"),
            Value::Object(_) | Value::Array(_) => false,
        }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
