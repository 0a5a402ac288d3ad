//! What the schemas say about comparing: members that the service sets by itself, lists without an order, dates, paths.
//! A member's name means the same wherever it stands, so a mark is found by name alone and for every kind of submission.

use crate::{
    json::pointer::names,
    rules::schema::{COMMON_FILE, place, resource, schema},
    target::Kind,
};
use serde_json::Value;
use std::{collections::HashMap, sync::LazyLock};

const KINDS: [Kind; 3] = [Kind::App, Kind::AddOn, Kind::Flight];

/// How the values of a member are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Set by the service, to whatever it likes: never a difference.
    pub(super) is_volatile: bool,
    /// A list whose order means nothing; elements are known by id, else by file.
    pub(super) is_keyed: bool,
    /// A path in the ZIP, where `\` is `/`.
    pub(super) is_path: bool,
    pub(super) is_date: bool,
    /// An update removes what it does not mention here; elsewhere the service may keep it.
    pub(super) is_complete: bool,
    /// No longer used: the service ignores what an update says.
    pub(super) is_obsolete: bool,
}

static MARKS: LazyLock<HashMap<String, Marks>> = LazyLock::new(|| {
    let mut found = HashMap::new();
    let schemas = KINDS.map(schema).into_iter().chain(resource(COMMON_FILE));
    let mut left: Vec<&'static Value> = schemas.collect();
    while let Some(node) = left.pop() {
        for (name, member) in node
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let marks: &mut Marks = found.entry(name.to_lowercase()).or_default();
            *marks = marks.with(member);
        }
        match node {
            Value::Object(object) => left.extend(object.values()),
            Value::Array(array) => left.extend(array),
            _ => {}
        }
    }
    // A shared definition is marked once, under its own name.
    let definitions = resource(COMMON_FILE).and_then(|common| common.get("$defs")?.as_object());
    for (name, member) in definitions.into_iter().flatten() {
        let marks = found.entry(name.to_lowercase()).or_default();
        *marks = marks.with(member);
    }
    found
});

impl Marks {
    /// The marks of a member, whatever the case of its name.
    pub(super) fn of(name: &str) -> Self {
        // Most names are spelled with capitals inside: the map holds them in lower case.
        MARKS.get(&name.to_lowercase()).copied().unwrap_or_default()
    }

    fn with(self, node: &Value) -> Self {
        let is =
            |keyword: &str, wanted: &str| node.get(keyword).is_some_and(|value| value == wanted);
        let has = |keyword: &str| node.get(keyword).is_some_and(|value| value == true);
        Self {
            is_volatile: self.is_volatile || is("x-compare", "never"),
            is_keyed: self.is_keyed || is("x-compare", "keyed"),
            is_path: self.is_path || is("x-compare", "path"),
            is_date: self.is_date || is("format", "store-date"),
            is_complete: self.is_complete || has("x-complete"),
            is_obsolete: self.is_obsolete || has("deprecated"),
        }
    }

    /// Whether the service decides the value, so that what changes there is nobody's change.
    pub(super) fn is_service_set(self) -> bool {
        self.is_volatile || self.is_obsolete
    }
}

/// Whether a top-level field is in a schema; the service may do what it likes with any other one.
pub(super) fn is_known(name: &str) -> bool {
    KINDS
        .iter()
        .any(|kind| place(*kind, &crate::json::pointer::child("", name)).is_some())
}

/// Whether the service accepts a new value at a place and keeps the old one: titles of an app's listings.
pub(super) fn is_kept(pointer: &str) -> bool {
    let is_marked =
        |kind: &Kind| place(*kind, pointer).is_some_and(|place| place.get("x-kept").is_some());
    names(pointer).len() > 1 && KINDS.iter().any(is_marked)
}
