//! Three versions of one document brought together: what the editing began from, what a person made of it, what the server holds
//! now. Gives edits of the person's version, so that everything untouched keeps its bytes. Knows no screen.

use super::{
    canonical,
    change::{ChangePlace, DocumentChange},
    diff::diff,
    marks::Marks,
    matching::{is_named, pairs},
};
use crate::{
    json::{
        edit::Edit,
        pointer::{member, member_of, names},
    },
    value::is_empty,
};
use serde_json::{Map, Value};

/// Whose value stands where both have changed one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Mine,
    Theirs,
}

/// A place that both have changed, each in another way. `None` is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// JSON pointer into my version; where mine has nothing, where it would stand.
    pub pointer: String,
    /// The same place for people.
    pub place: String,
    pub base: Option<Value>,
    pub mine: Option<Value>,
    pub theirs: Option<Value>,
}

/// An edit that brings something of theirs into mine.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    edit: Edit,
    /// Only if this conflict is decided for them.
    conflict: Option<usize>,
    /// What the service gives by itself, such as an id: no reason to speak of a change.
    is_quiet: bool,
}

/// What has to be done to my version so that it holds their changes too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merge {
    /// In an order in which any part of them can be carried out: nothing moves a place that a later one names.
    steps: Vec<Step>,
    pub conflicts: Vec<Conflict>,
}

impl Merge {
    /// Objects are merged by member, lists of packages, images and trailers by id or file name, other lists by position as long as
    /// all three are equally long, else as one value.
    pub fn of(base: &Value, mine: &Value, theirs: &Value) -> Self {
        let mut merge = Self::default();
        merge.walk(
            &ChangePlace::default(),
            Some(base),
            Some(mine),
            Some(theirs),
        );
        merge
    }

    /// Whether mine holds all that they changed.
    pub fn is_nothing(&self) -> bool {
        self.steps.iter().all(|step| step.is_quiet)
    }

    /// How many of their changes come in without a question.
    pub fn taken(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| step.conflict.is_none() && !step.is_quiet)
            .count()
    }

    /// The edits of my version. `sides` has a word for each conflict; a missing one is for mine.
    pub fn edits(&self, sides: &[Side]) -> Vec<Edit> {
        let is_wanted = |conflict: usize| sides.get(conflict) == Some(&Side::Theirs);
        self.steps
            .iter()
            .filter(|step| step.conflict.is_none_or(is_wanted))
            .map(|step| step.edit.clone())
            .collect()
    }

    fn walk(
        &mut self,
        place: &ChangePlace,
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) {
        let name = place.name();
        if is_same(&name, mine, theirs) || is_same(&name, base, theirs) {
            return;
        }
        match (base, mine, theirs) {
            (
                None | Some(Value::Object(_)),
                Some(Value::Object(left)),
                Some(Value::Object(right)),
            ) => {
                self.members(place, base, left, right);
            }
            (None | Some(Value::Array(_)), Some(Value::Array(left)), Some(Value::Array(right))) => {
                let before = base
                    .and_then(Value::as_array)
                    .map_or(&[][..], Vec::as_slice);
                let mut elements = [before, left, right].into_iter().flatten();
                if Marks::of(&name).is_keyed && elements.all(is_named) {
                    self.named(place, before, left, right);
                } else if left.len() == right.len() && before.len() == left.len() {
                    for (index, (left, right)) in left.iter().zip(right).enumerate() {
                        self.walk(
                            &place.element(index, left),
                            before.get(index),
                            Some(left),
                            Some(right),
                        );
                    }
                } else {
                    self.whole(place, base, mine, theirs);
                }
            }
            _ => self.whole(place, base, mine, theirs),
        }
    }

    /// The value of a place as one: theirs if only they changed it.
    fn whole(
        &mut self,
        place: &ChangePlace,
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) {
        let pointer = place.pointer.clone();
        let edit = match theirs {
            Some(value) => Edit::Set {
                pointer,
                value: value.clone(),
            },
            None => Edit::Remove { pointer },
        };
        self.push(edit, place, base, mine, theirs);
    }

    fn push(
        &mut self,
        edit: Edit,
        place: &ChangePlace,
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) {
        let conflict = (!is_same(&place.name(), base, mine)).then(|| {
            let side = |value: Option<&Value>| value.cloned();
            self.conflicts.push(Conflict {
                pointer: place.pointer.clone(),
                place: place.names.join(" › "),
                base: side(base),
                mine: side(mine),
                theirs: side(theirs),
            });
            self.conflicts.len() - 1
        });
        self.steps.push(Step {
            edit,
            conflict,
            is_quiet: false,
        });
    }

    fn members(
        &mut self,
        place: &ChangePlace,
        base: Option<&Value>,
        mine: &Map<String, Value>,
        theirs: &Map<String, Value>,
    ) {
        let of_base = |key: &str| {
            base.and_then(|base| member(base, key))
                .map(|(_, value)| value)
        };
        for (key, new) in theirs
            .iter()
            .filter(|(key, _)| !Marks::of(key).is_service_set())
        {
            // The key as mine spells it: a pointer of mine has to be found.
            let own = member_of(mine, key);
            let below = place.member(own.map_or(key, |(own, _)| own));
            let own = own.map(|(_, value)| value);
            if key.eq_ignore_ascii_case("id")
                && own.is_none_or(is_empty)
                && of_base(key).is_none_or(is_empty)
            {
                if !is_empty(new) {
                    let edit = Edit::Set {
                        pointer: below.pointer,
                        value: new.clone(),
                    };
                    self.steps.push(Step {
                        edit,
                        conflict: None,
                        is_quiet: true,
                    });
                }
                continue;
            }
            self.walk(&below, of_base(key), own, Some(new));
        }
        for (key, own) in mine
            .iter()
            .filter(|(key, _)| !Marks::of(key).is_service_set() && member_of(theirs, key).is_none())
        {
            self.walk(&place.member(key), of_base(key), Some(own), None);
        }
    }

    /// Lists whose elements have names. What changes inside of an element comes first, then what goes, from the back, then what
    /// comes: so no index is moved before its turn.
    fn named(&mut self, place: &ChangePlace, base: &[Value], mine: &[Value], theirs: &[Value]) {
        let name = place.name();
        let (of_mine, of_theirs) = (
            Partners::of(&name, base, mine),
            Partners::of(&name, base, theirs),
        );
        let (mut gone, mut back) = (Vec::new(), Vec::new());
        for (index, before) in base.iter().enumerate() {
            let own = of_mine
                .at(index)
                .and_then(|own| Some((own, mine.get(own)?)));
            let new = of_theirs.at(index).and_then(|new| theirs.get(new));
            match (own, new) {
                (Some((at, own)), Some(new)) => {
                    self.walk(&place.element(at, own), Some(before), Some(own), Some(new));
                }
                (Some((at, own)), None) => gone.push((at, before, own)),
                (None, Some(new)) if !is_same("", Some(before), Some(new)) => {
                    back.push((before, new));
                }
                (None, _) => {}
            }
        }
        let pick = |list: &[Value], picked: &[usize]| -> Vec<Value> {
            picked
                .iter()
                .filter_map(|index| list.get(*index).cloned())
                .collect()
        };
        let (own_new, their_new) = (pick(mine, &of_mine.new), pick(theirs, &of_theirs.new));
        let mut come = Vec::new();
        for (own, new) in pairs(&name, &own_new, &their_new) {
            let own = own.and_then(|own| Some((of_mine.new.get(own)?, own_new.get(own)?)));
            match (own, new.and_then(|new| their_new.get(new))) {
                (Some((at, own)), Some(new)) => {
                    self.walk(&place.element(*at, own), None, Some(own), Some(new));
                }
                (None, Some(new)) => come.push(new),
                (_, None) => {}
            }
        }
        gone.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        for (at, before, own) in gone {
            self.whole(&place.element(at, own), Some(before), Some(own), None);
        }
        let pointer = &place.pointer;
        for (before, new) in back {
            let edit = Edit::Append {
                pointer: pointer.clone(),
                value: new.clone(),
            };
            self.push(
                edit,
                &place.element(mine.len(), new),
                Some(before),
                None,
                Some(new),
            );
        }
        for new in come {
            let edit = Edit::Append {
                pointer: pointer.clone(),
                value: new.clone(),
            };
            self.push(edit, &place.element(mine.len(), new), None, None, Some(new));
        }
    }
}

/// Where the elements of an earlier list stand in a later one.
struct Partners {
    at: Vec<Option<usize>>,
    /// Those of the later one that are new.
    new: Vec<usize>,
}

impl Partners {
    fn of(name: &str, base: &[Value], list: &[Value]) -> Self {
        let mut found = Self {
            at: vec![None; base.len()],
            new: Vec::new(),
        };
        for (before, after) in pairs(name, base, list) {
            match (before.and_then(|before| found.at.get_mut(before)), after) {
                (Some(slot), after) => *slot = after,
                (None, Some(after)) => found.new.push(after),
                (None, None) => {}
            }
        }
        found
    }

    fn at(&self, index: usize) -> Option<usize> {
        self.at.get(index).copied().flatten()
    }
}

/// Whether two values of a member mean the same to the Store.
fn is_same(name: &str, left: Option<&Value>, right: Option<&Value>) -> bool {
    let nothing = &Value::Null;
    canonical::is_same(name, left.unwrap_or(nothing), right.unwrap_or(nothing))
}

/// What somebody else changed in a document since `base`, as far as `mine` does not hold it too. `mine` is what is about to be
/// sent; `None` when the document is to stay as it is. What the service sets by itself is nobody's change.
pub fn remote_changes(base: &Value, mine: Option<&Value>, now: &Value) -> Vec<DocumentChange> {
    let mut changes = diff(base, now);
    changes.retain(|change| {
        !names(&change.path)
            .iter()
            .any(|name| Marks::of(name).is_service_set())
    });
    if !changes.is_empty() && mine.is_some_and(|mine| Merge::of(base, mine, now).is_nothing()) {
        changes.clear();
    }
    changes
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
