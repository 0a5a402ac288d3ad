//! Which members of two objects and which elements of two lists belong together. Knows no value but ids and file names.

use super::marks::Marks;
use crate::json::pointer::member;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// An index or a name on either side; at least one is there.
pub(super) type Pair<T> = (Option<T>, Option<T>);

/// The file that an element is about: a package, an image, a trailer.
pub(crate) fn file_name(value: &Value) -> Option<&str> {
    text(value, "fileName").or_else(|| text(value, "videoFileName"))
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    member(value, name)?
        .1
        .as_str()
        .filter(|text| !text.is_empty())
}

/// What an element is known by wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    Id(String),
    File(String),
    /// Nothing: its position among its like.
    Position,
}

impl Key {
    pub(super) fn of(value: &Value) -> Self {
        match text(value, "id") {
            Some(id) => Self::Id(id.to_owned()),
            None => Self::file(value),
        }
    }

    fn file(value: &Value) -> Self {
        file_name(value).map_or(Self::Position, |name| Self::File(name.replace('\\', "/")))
    }
}

/// An element that can be told from the others wherever it stands.
pub(super) fn is_named(value: &Value) -> bool {
    Key::of(value) != Key::Position
}

pub(super) fn is_list_of_objects(array: &[Value]) -> bool {
    !array.is_empty() && array.iter().all(Value::is_object)
}

/// Pairs the elements of two lists of objects. Where the order means nothing: by id, then by file name, then those with neither by
/// position; else all by position.
pub(super) fn pairs(name: &str, before: &[Value], after: &[Value]) -> Vec<Pair<usize>> {
    let mut matching = Matching {
        before,
        after,
        partner: vec![None; after.len()],
        is_taken: vec![false; before.len()],
    };
    if Marks::of(name).is_keyed {
        let by_id = |value: &Value| Some(Key::of(value)).filter(|key| matches!(key, Key::Id(_)));
        matching.by(by_id, |_, _| true);
        // Two different ids are two different things, whatever their files are called.
        let by_file = |value: &Value| Some(Key::file(value)).filter(|key| *key != Key::Position);
        let has_no_id = |value: &Value| text(value, "id").is_none();
        matching.by(by_file, |left, right| has_no_id(left) || has_no_id(right));
        matching.by(
            |value| (!is_named(value)).then_some(Key::Position),
            |_, _| true,
        );
    } else {
        matching.by(|_| Some(Key::Position), |_, _| true);
    }
    let Matching {
        partner, is_taken, ..
    } = matching;
    let kept = partner
        .iter()
        .enumerate()
        .map(|(after, before)| (*before, Some(after)));
    let gone = is_taken.iter().enumerate().filter(|(_, taken)| !**taken);
    kept.chain(gone.map(|(index, _)| (Some(index), None)))
        .collect()
}

struct Matching<'a> {
    before: &'a [Value],
    after: &'a [Value],
    /// For each later element, the earlier one.
    partner: Vec<Option<usize>>,
    is_taken: Vec<bool>,
}

impl Matching<'_> {
    /// Pairs what is left by a key; elements of one key in their order.
    fn by(
        &mut self,
        key: impl Fn(&Value) -> Option<Key>,
        may_pair: impl Fn(&Value, &Value) -> bool,
    ) {
        let mut places: HashMap<Key, Vec<usize>> = HashMap::new();
        for (index, value) in self.before.iter().enumerate().rev() {
            if let Some(key) = key(value).filter(|_| self.is_taken.get(index) == Some(&false)) {
                places.entry(key).or_default().push(index);
            }
        }
        for (value, partner) in self.after.iter().zip(&mut self.partner) {
            let Some(indexes) = key(value)
                .filter(|_| partner.is_none())
                .and_then(|key| places.get_mut(&key))
            else {
                continue;
            };
            let found = indexes.iter().rposition(|index| {
                self.before
                    .get(*index)
                    .is_some_and(|before| may_pair(before, value))
            });
            *partner = found.map(|at| indexes.remove(at));
            if let Some(taken) = partner.and_then(|index| self.is_taken.get_mut(index)) {
                *taken = true;
            }
        }
    }
}

/// An object's members that count, in canonical order: by name in lower case, then by spelling.
pub(super) fn in_order(
    object: &Map<String, Value>,
    counts: impl Fn(&str, &Value) -> bool,
) -> Vec<(String, &str, &Value)> {
    let counted = object.iter().filter(|(name, value)| counts(name, value));
    let mut members: Vec<_> = counted
        .map(|(name, value)| (name.to_lowercase(), name.as_str(), value))
        .collect();
    members.sort_by(|left, right| (&left.0, left.1).cmp(&(&right.0, right.1)));
    members
}

/// Names of both objects that mean the same, the later one's order first: the service reads them in any case. Only members that
/// count are paired.
pub(super) fn shared_names<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
    counts: impl Fn(&str, &Value) -> bool,
) -> Vec<Pair<&'a str>> {
    // Names that differ only in case are paired in the canonical order, so that the pairs agree with the hash.
    let mut by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (lower, name, _) in in_order(before, &counts).into_iter().rev() {
        by_name.entry(lower).or_default().push(name);
    }
    let partners: HashMap<&str, &str> = in_order(after, &counts)
        .into_iter()
        .filter_map(|(lower, name, _)| Some((name, by_name.get_mut(&lower)?.pop()?)))
        .collect();
    let mut found = Vec::new();
    for (name, value) in after {
        if counts(name, value) {
            found.push((partners.get(name.as_str()).copied(), Some(name.as_str())));
        } else if let Some(gone) = by_name.get_mut(&name.to_lowercase()).and_then(Vec::pop) {
            // Emptied rather than left out: it is told at its place.
            found.push((Some(gone), None));
        }
    }
    let is_gone = |name: &&str| {
        by_name
            .get(&name.to_lowercase())
            .is_some_and(|left| left.contains(name))
    };
    let gone = before.keys().map(String::as_str).filter(is_gone);
    found.extend(gone.map(|name| (Some(name), None)));
    found
}
