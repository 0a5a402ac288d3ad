//! A walk through a JSON value in document order, which enters only what the caller chooses. Knows no fold and no screen.

use serde_json::{Value, map};
use std::{fmt::Write, iter::Enumerate, slice};

/// What a place is called by what holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    Key(Box<str>),
    Index(usize),
}

/// How many members or elements; nothing for a leaf.
pub fn size(value: &Value) -> Option<usize> {
    match value {
        Value::Object(object) => Some(object.len()),
        Value::Array(array) => Some(array.len()),
        _ => None,
    }
}

/// The member or element at a position, with its name as a pointer has it, unescaped.
pub(crate) fn nth(value: &Value, position: usize) -> Option<(String, &Value)> {
    match value {
        Value::Object(object) => object
            .iter()
            .nth(position)
            .map(|(key, value)| (key.clone(), value)),
        Value::Array(array) => array
            .get(position)
            .map(|value| (position.to_string(), value)),
        _ => None,
    }
}

/// The member or element of that name, with its position.
pub(crate) fn named<'a>(value: &'a Value, name: &str) -> Option<(usize, &'a Value)> {
    match value {
        Value::Object(object) => {
            let value = object.get(name)?;
            Some((object.keys().position(|key| key == name)?, value))
        }
        Value::Array(array) => {
            let position = name
                .parse()
                .ok()
                .filter(|position: &usize| position.to_string() == name)?;
            Some((position, array.get(position)?))
        }
        _ => None,
    }
}

enum Members<'a> {
    Object(Enumerate<map::Iter<'a>>),
    Array(Enumerate<slice::Iter<'a, Value>>),
}

fn members(value: &Value) -> Members<'_> {
    match value {
        Value::Object(object) => Members::Object(object.iter().enumerate()),
        Value::Array(array) => Members::Array(array.iter().enumerate()),
        _ => Members::Array([].iter().enumerate()),
    }
}

struct Level<'a> {
    members: Members<'a>,
    /// Length of the pointer of what holds them.
    pointer: usize,
    /// Position of the one that was given last.
    position: usize,
}

/// One place that the walk comes by.
pub(crate) struct Node<'a> {
    pub key: Option<&'a str>,
    pub position: usize,
    pub value: &'a Value,
    /// From 0, for what the root holds.
    pub depth: usize,
}

impl Node<'_> {
    pub(crate) fn name(&self) -> Name {
        self.key
            .map_or(Name::Index(self.position), |key| Name::Key(key.into()))
    }
}

/// Keeps its own stack: no depth of a value can overflow it.
pub(crate) struct Walk<'a> {
    levels: Vec<Level<'a>>,
    pointer: String,
}

impl<'a> Walk<'a> {
    /// Begins with the first member of the root; the root itself is not given.
    pub(crate) fn new(root: &'a Value) -> Self {
        Self {
            levels: vec![Level {
                members: members(root),
                pointer: 0,
                position: 0,
            }],
            pointer: String::new(),
        }
    }

    /// The next place in document order, without what was not entered.
    pub(crate) fn step(&mut self) -> Option<Node<'a>> {
        loop {
            let depth = self.levels.len().checked_sub(1)?;
            let level = self.levels.last_mut()?;
            self.pointer.truncate(level.pointer);
            let found = match &mut level.members {
                Members::Object(members) => members
                    .next()
                    .map(|(position, (key, value))| (Some(key.as_str()), position, value)),
                Members::Array(elements) => elements
                    .next()
                    .map(|(position, value)| (None, position, value)),
            };
            let Some((key, position, value)) = found else {
                self.levels.pop();
                continue;
            };
            level.position = position;
            self.pointer.push('/');
            match key {
                Some(key) => key.chars().for_each(|c| match c {
                    '~' => self.pointer.push_str("~0"),
                    '/' => self.pointer.push_str("~1"),
                    c => self.pointer.push(c),
                }),
                // Writing into a text cannot fail.
                None => drop(write!(self.pointer, "{position}")),
            }
            return Some(Node {
                key,
                position,
                value,
                depth,
            });
        }
    }

    /// The JSON pointer of the place that was given last.
    pub(crate) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The positions that lead to the place that was given last.
    pub(crate) fn positions(&self) -> impl Iterator<Item = usize> {
        self.levels.iter().map(|level| level.position)
    }

    /// Goes into the place that was given last; called at most once for a place.
    pub(crate) fn enter(&mut self, value: &'a Value) {
        self.levels.push(Level {
            members: members(value),
            pointer: self.pointer.len(),
            position: 0,
        });
    }
}
