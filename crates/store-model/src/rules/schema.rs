//! The schemas of the three kinds of submission (`assets/schemas`): which place of a document means what, what it may hold, and
//! a sentence of help for each. Knows no document and no rule that needs more than one place.

use super::{rule::Rule, table};
use crate::{
    json::pointer::{member, names},
    target::Kind,
};
use serde_json::{Value, json};
use std::{collections::HashMap, iter::successors, sync::LazyLock};

/// How a value is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldShape {
    Text,
    Number,
    Bool,
    Date,
    /// One of the service's words; the lists are open, so another word may be typed.
    Choice,
    List,
    /// An object whose members' names the document chooses: languages, markets.
    Map,
    Object,
}

/// What a person is told and offered at a place of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Hint {
    /// One sentence.
    pub help: String,
    pub shape: FieldShape,
    /// Only the service writes it, or what it is a part of.
    pub is_read_only: bool,
    pub is_obsolete: bool,
    /// The values of a choice; the names that a map's members may have, empty where any will do; the names of an object's
    /// members that a person may set.
    pub choices: Vec<String>,
    /// Characters of a text, items of a list, members of a map.
    pub most: Option<usize>,
    /// What a new item of a list or member of a map begins as; of anything else what it begins as itself where it is missing.
    /// Nothing where only the service writes.
    pub fresh: Option<Value>,
}

/// The hint for a place, whether the document has it or not; names in any case, `-` as an index. `None` where the schema
/// knows nothing.
pub fn hint(kind: Kind, pointer: &str) -> Option<Hint> {
    Some(place(kind, pointer)?.hint())
}

/// The language codes that a listing may have, in lower case.
pub fn languages() -> impl Iterator<Item = &'static str> {
    texts(COMMON.pointer("/$defs/language/enum"))
}

static COMMON: LazyLock<Value> = LazyLock::new(|| {
    parse(include_str!(
        "../../../../assets/schemas/common.schema.json"
    ))
});
static APP: LazyLock<Value> = LazyLock::new(|| {
    parse(include_str!(
        "../../../../assets/schemas/app-submission.schema.json"
    ))
});
static ADD_ON: LazyLock<Value> = LazyLock::new(|| {
    parse(include_str!(
        "../../../../assets/schemas/add-on-submission.schema.json"
    ))
});
static FLIGHT: LazyLock<Value> = LazyLock::new(|| {
    parse(include_str!(
        "../../../../assets/schemas/flight-submission.schema.json"
    ))
});

/// What the schemas call the file that they share.
pub(crate) const COMMON_FILE: &str = "common.schema.json";

fn parse(text: &str) -> Value {
    // A test reads each of them: this cannot fail in what is shipped.
    serde_json::from_str(text).unwrap_or_default()
}

/// The schema of a kind as it stands in its file.
pub(crate) fn schema(kind: Kind) -> &'static Value {
    match kind {
        Kind::App => &APP,
        Kind::AddOn => &ADD_ON,
        Kind::Flight => &FLIGHT,
    }
}

/// A schema by the address under which another one speaks of it.
pub(crate) fn resource(uri: &str) -> Option<&'static Value> {
    uri.ends_with(COMMON_FILE).then_some(&*COMMON)
}

/// What each reference in a kind's schema, or in the shared file, leads to. Looked up for every member of a document: finding it
/// by its pointer each time took a third of a check.
type References = HashMap<&'static str, &'static Value>;

static APP_REFERENCES: LazyLock<References> = LazyLock::new(|| references(Kind::App));
static ADD_ON_REFERENCES: LazyLock<References> = LazyLock::new(|| references(Kind::AddOn));
static FLIGHT_REFERENCES: LazyLock<References> = LazyLock::new(|| references(Kind::Flight));

fn referred(kind: Kind, reference: &str) -> Option<&'static Value> {
    let references = match kind {
        Kind::App => &APP_REFERENCES,
        Kind::AddOn => &ADD_ON_REFERENCES,
        Kind::Flight => &FLIGHT_REFERENCES,
    };
    references.get(reference).copied()
}

fn references(kind: Kind) -> References {
    let mut found = References::new();
    let mut left: Vec<&'static Value> = vec![schema(kind), &COMMON];
    while let Some(node) = left.pop() {
        if let Some((reference, to)) = node
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|it| Some((it, resolved(kind, it)?)))
        {
            found.insert(reference, to);
        }
        match node {
            Value::Object(object) => left.extend(object.values()),
            Value::Array(array) => left.extend(array),
            _ => {}
        }
    }
    found
}

fn resolved(kind: Kind, reference: &str) -> Option<&'static Value> {
    let (file, fragment) = reference.split_once('#')?;
    let root = if file.is_empty() {
        schema(kind)
    } else {
        resource(file)?
    };
    root.pointer(fragment)
}

fn texts(value: Option<&'static Value>) -> impl Iterator<Item = &'static str> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// A part of a schema that speaks of one place, with what it has from the parts around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SchemaPlace {
    kind: Kind,
    node: &'static Value,
    /// The member's name as the service spells it; of an item the list's.
    pub(super) name: &'static str,
    pub(super) is_read_only: bool,
    pub(super) is_obsolete: bool,
    /// Of a list.
    pub(super) is_item: bool,
    /// Of a map: the document chose the name.
    pub(super) is_member: bool,
}

/// The part of a kind's schema that speaks of a place.
pub(crate) fn place(kind: Kind, pointer: &str) -> Option<SchemaPlace> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    names(pointer)
        .iter()
        .try_fold(SchemaPlace::root(kind), |place, name| place.step(name))
}

impl SchemaPlace {
    pub(super) fn root(kind: Kind) -> Self {
        let nowhere = Self {
            kind,
            node: &Value::Null,
            name: "",
            is_read_only: false,
            is_obsolete: false,
            is_item: false,
            is_member: false,
        };
        nowhere.at(schema(kind), None)
    }

    fn at(self, node: &'static Value, name: Option<&'static str>) -> Self {
        let mut place = Self {
            node,
            name: name.unwrap_or(self.name),
            is_item: false,
            is_member: false,
            ..self
        };
        place.is_read_only |= place.get("readOnly").is_some_and(|mark| mark == true);
        place.is_obsolete |= place.get("deprecated").is_some_and(|mark| mark == true);
        place
    }

    /// The part itself, then what it refers to.
    fn chain(self) -> impl Iterator<Item = &'static Value> {
        successors(Some(self.node), move |node| {
            referred(self.kind, node.get("$ref")?.as_str()?)
        })
    }

    /// A keyword's value; what the part says itself goes before what it refers to.
    pub(crate) fn get(self, keyword: &str) -> Option<&'static Value> {
        self.chain().find_map(|node| node.get(keyword))
    }

    pub(super) fn text(self, keyword: &str) -> Option<&'static str> {
        self.get(keyword)?.as_str()
    }

    pub(super) fn step(self, name: &str) -> Option<Self> {
        let is_index = name == "-" || name.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(items) = self.get("items").filter(|_| is_index) {
            return Some(Self {
                is_item: true,
                ..self.at(items, None)
            });
        }
        if let Some((name, node)) = self.property(name) {
            return Some(self.at(node, Some(name)));
        }
        let node = self
            .get("additionalProperties")
            .filter(|node| node.is_object())?;
        Some(Self {
            is_member: true,
            ..self.at(node, None)
        })
    }

    /// A member that the schema names, in any case.
    pub(super) fn property(self, name: &str) -> Option<(&'static str, &'static Value)> {
        self.chain()
            .filter_map(|node| node.get("properties"))
            .find_map(|properties| member(properties, name))
    }

    /// What is said about the names of the members.
    pub(super) fn member_names(self) -> Option<Self> {
        Some(self.at(self.get("propertyNames")?, None))
    }

    fn properties(self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        let objects = self
            .chain()
            .filter_map(|node| node.get("properties")?.as_object());
        objects.flatten().map(|(name, node)| (name.as_str(), node))
    }

    pub(super) fn help(self) -> &'static str {
        self.text("description").unwrap_or_default()
    }

    pub(super) fn types(self) -> impl Iterator<Item = &'static str> {
        let types = self.get("type");
        texts(types).chain(types.and_then(Value::as_str))
    }

    pub(super) fn shape(self) -> FieldShape {
        if self.get("enum").is_some() {
            return FieldShape::Choice;
        }
        if self.get("format").is_some() {
            return FieldShape::Date;
        }
        match self.types().next() {
            Some("boolean") => FieldShape::Bool,
            Some("number" | "integer") => FieldShape::Number,
            Some("array") => FieldShape::List,
            Some("object") if self.get("additionalProperties").is_some() => FieldShape::Map,
            Some("object") => FieldShape::Object,
            _ => FieldShape::Text,
        }
    }

    pub(super) fn values(self) -> impl Iterator<Item = &'static str> {
        let refused = self.refused();
        texts(self.get("enum")).filter(move |value| refused != Some(value))
    }

    /// Whether an enumeration has a value; true where there is none.
    pub(super) fn lists(self, value: &str) -> bool {
        let values = self.get("enum");
        values.is_none() || texts(values).any(|known| known == value)
    }

    /// The one value of an enumeration that is not allowed here.
    pub(super) fn refused(self) -> Option<&'static str> {
        self.get("not")?.get("const")?.as_str()
    }

    pub(super) fn limit(self, keyword: &str) -> Option<usize> {
        usize::try_from(self.get(keyword)?.as_u64()?).ok()
    }

    /// A rule that a mark of the schema names.
    pub(super) fn rule(self, mark: &str) -> Option<Rule> {
        let name = self.text(mark)?;
        table::all().find(|rule| rule.name == name)
    }

    fn choices(self, shape: FieldShape) -> Vec<String> {
        let settable = move || {
            let is_settable = move |(name, node): &(&'static str, &'static Value)| {
                let member = self.at(node, Some(name));
                !member.is_read_only && !member.is_obsolete
            };
            self.properties()
                .filter(is_settable)
                .map(|(name, _)| name.to_owned())
        };
        match shape {
            FieldShape::Choice => self.values().map(str::to_owned).collect(),
            FieldShape::Map => {
                let named = self.member_names();
                settable()
                    .chain(named.into_iter().flat_map(Self::values).map(str::to_owned))
                    .collect()
            }
            FieldShape::Object => settable().collect(),
            _ => Vec::new(),
        }
    }

    fn fresh(self) -> Option<Value> {
        if self.is_read_only {
            return None;
        }
        if let Some(fresh) = self.get("x-fresh") {
            return Some(fresh.clone());
        }
        Some(match self.shape() {
            FieldShape::Text | FieldShape::Date => json!(""),
            FieldShape::Bool => json!(false),
            FieldShape::Number => self.get("minimum").cloned().unwrap_or_else(|| json!(0)),
            FieldShape::Choice => json!(self.values().next().unwrap_or_default()),
            FieldShape::List => json!([]),
            FieldShape::Map | FieldShape::Object => json!({}),
        })
    }

    fn hint(self) -> Hint {
        let shape = self.shape();
        let most = ["maxLength", "maxItems", "maxProperties"]
            .iter()
            .find_map(|keyword| self.limit(keyword));
        let inner = match shape {
            FieldShape::List => self.get("items"),
            FieldShape::Map => self.get("additionalProperties"),
            _ => None,
        };
        Hint {
            help: self.help().to_owned(),
            shape,
            is_read_only: self.is_read_only,
            is_obsolete: self.is_obsolete,
            choices: self.choices(shape),
            most,
            fresh: inner.map_or(self, |inner| self.at(inner, None)).fresh(),
        }
    }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
