//! The texts of a submission's listings as a grid of languages × fields: what stands in a cell, how much room it takes, and
//! the edits that change single cells. Knows no file, no screen and no key.

use crate::{
    json::{
        edit::Edit,
        pointer::{child, member},
    },
    limits,
    rules::schema::{self, FieldShape, hint},
    target::Kind,
};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// A text field of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextField {
    /// As the Store spells it.
    pub name: &'static str,
    /// For people: `release notes`.
    pub word: &'static str,
    pub is_list: bool,
    /// Most characters of a text, most entries of a list.
    pub most: Option<usize>,
    /// Most characters of one entry.
    pub each: Option<usize>,
    /// Most words of all entries together.
    pub words: Option<usize>,
}

/// What stands first is read and changed most.
const APP: &[(&str, &str)] = &[
    ("title", "title"),
    ("description", "description"),
    ("releaseNotes", "release notes"),
    ("shortDescription", "short description"),
    ("features", "features"),
    ("keywords", "keywords"),
    ("shortTitle", "short title"),
    ("sortTitle", "sort title"),
    ("voiceTitle", "voice title"),
    ("devStudio", "developed by"),
    ("copyrightAndTrademarkInfo", "copyright"),
    ("licenseTerms", "license terms"),
    ("minimumHardware", "minimum hardware"),
    ("recommendedHardware", "recommended hardware"),
];
const ADD_ON: &[(&str, &str)] = &[("title", "title"), ("description", "description")];

static APP_FIELDS: LazyLock<Vec<TextField>> =
    LazyLock::new(|| read_fields(Kind::App, APP, "/listings/en-us/baseListing"));
static ADD_ON_FIELDS: LazyLock<Vec<TextField>> =
    LazyLock::new(|| read_fields(Kind::AddOn, ADD_ON, "/listings/en-us"));

/// The text fields of a kind, in the order of their columns; a flight has no listings.
pub fn fields(kind: Kind) -> Vec<TextField> {
    match kind {
        Kind::App => APP_FIELDS.clone(),
        Kind::AddOn => ADD_ON_FIELDS.clone(),
        Kind::Flight => Vec::new(),
    }
}

fn read_fields(kind: Kind, names: &[(&'static str, &'static str)], holder: &str) -> Vec<TextField> {
    let field = |(name, word): &(&'static str, &'static str)| {
        let pointer = child(holder, name);
        let hint = self::hint(kind, &pointer);
        let is_list = hint
            .as_ref()
            .is_some_and(|hint| hint.shape == FieldShape::List);
        let each = if is_list {
            self::hint(kind, &child(&pointer, 0)).and_then(|hint| hint.most)
        } else {
            None
        };
        let words = (kind == Kind::App && *name == "keywords").then_some(limits::KEYWORD_WORDS);
        TextField {
            name,
            word,
            is_list,
            most: hint.and_then(|hint| hint.most),
            each,
            words,
        }
    };
    names.iter().map(field).collect()
}

/// Whether a listing may have this language; any case.
pub fn is_language(code: &str) -> bool {
    schema::languages().any(|language| language.eq_ignore_ascii_case(code))
}

/// The content of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    One(String),
    Many(Vec<String>),
}

/// Line ends as one `\n`, without a byte order mark and without empty lines at the end; nothing but space is nothing.
fn tidy(text: &str) -> String {
    let text = text
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    if text.trim().is_empty() {
        String::new()
    } else {
        text.trim_end_matches('\n').to_owned()
    }
}

fn entries(text: &str) -> Vec<String> {
    let is_space = |c: char| c.is_whitespace() || c == '\u{feff}';
    tidy(text)
        .split('\n')
        .map(|line| line.trim_matches(is_space))
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Text {
    /// What a person or a file means: line ends, a byte order mark and empty lines at the end are no part of it; a list has
    /// one entry a line.
    pub fn read(field: &TextField, text: &str) -> Self {
        if field.is_list {
            Self::Many(entries(text))
        } else {
            Self::One(tidy(text))
        }
    }

    /// What a document holds; `None` where nothing stands, or something that is no text.
    pub fn of(field: &TextField, value: Option<&Value>) -> Option<Self> {
        match (value?, field.is_list) {
            (Value::String(text), false) => Some(Self::One(text.clone())),
            (Value::String(text), true) if text.is_empty() => Some(Self::Many(Vec::new())),
            (Value::String(text), true) => Some(Self::Many(vec![text.clone()])),
            (Value::Array(entries), true) => entries
                .iter()
                .map(|entry| entry.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .map(Self::Many),
            _ => None,
        }
    }

    pub fn to_value(&self) -> Value {
        match self {
            Self::One(text) => Value::from(text.as_str()),
            Self::Many(entries) => Value::from(entries.clone()),
        }
    }

    /// As it is edited and written to a file: a list has one entry a line.
    pub fn to_lines(&self) -> String {
        match self {
            Self::One(text) => text.clone(),
            Self::Many(entries) => entries.join("\n"),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::One(text) => tidy(text).is_empty(),
            Self::Many(all) => entries(&all.join("\n")).is_empty(),
        }
    }

    /// Whether two contents differ in nothing but line ends and space that no customer sees.
    pub fn means(&self, other: &Self) -> bool {
        let plain = |text: &Self| match text {
            Self::One(text) => vec![tidy(text)],
            Self::Many(all) => entries(&all.join("\n")),
        };
        plain(self) == plain(other)
    }

    /// Characters of a text, entries of a list: what is counted against [`TextField::most`].
    pub fn used(&self) -> usize {
        match self {
            Self::One(text) => text.chars().count(),
            Self::Many(entries) => entries.len(),
        }
    }

    /// What is longer than the Store takes.
    pub fn excess(&self, field: &TextField) -> Option<String> {
        let used = self.used();
        if let Some(most) = field.most.filter(|most| used > *most) {
            let unit = if field.is_list {
                "entries"
            } else {
                "characters"
            };
            return Some(format!("{used} {unit}; at most {most} are allowed"));
        }
        let Self::Many(entries) = self else {
            return None;
        };
        let long = |(at, entry): (usize, &String)| {
            let (used, most) = (entry.chars().count(), field.each?);
            (used > most).then(|| {
                format!(
                    "entry {} has {used} characters; at most {most} are allowed",
                    at + 1
                )
            })
        };
        let total: usize = entries
            .iter()
            .map(|entry| entry.split_whitespace().count())
            .sum();
        let too_wordy = || {
            let most = field.words.filter(|most| total > *most)?;
            Some(format!("{total} words in all; at most {most} are allowed"))
        };
        entries.iter().enumerate().find_map(long).or_else(too_wordy)
    }
}

/// What stands in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellState {
    /// No such member, or null.
    #[default]
    Missing,
    Empty,
    Filled,
    /// Something that is no text: a number, say.
    Odd,
}

/// A cell at a glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GridMark {
    pub state: CellState,
    /// Characters, or entries of a list.
    pub used: usize,
    pub is_over: bool,
    /// Not empty, and the same as the default language has.
    pub is_same: bool,
    /// Against the server's document.
    pub is_changed: bool,
}

/// A place for a text: its JSON pointer, whether or not something stands there.
#[derive(Clone, Debug, PartialEq)]
pub struct GridPlace<'a> {
    pub pointer: String,
    /// Nothing, or null, is `None`.
    pub value: Option<&'a Value>,
}

/// The listings with their pointer; property names in any case.
pub fn listings(document: &Value) -> Option<(String, &Map<String, Value>)> {
    let (key, value) = member(document, "listings")?;
    Some((child("", key), value.as_object()?))
}

/// The languages that have a listing, as the document spells them.
pub fn languages(document: &Value) -> Vec<String> {
    listings(document)
        .map(|(_, listings)| listings.keys().cloned().collect())
        .unwrap_or_default()
}

/// Where the texts of a language lie: the pointer, and the object if it is there. `None` without such a listing.
fn holder<'a>(
    kind: Kind,
    document: &'a Value,
    language: &str,
) -> Option<(String, Option<&'a Value>)> {
    let (pointer, _) = listings(document)?;
    let (key, listing) = member(member(document, "listings")?.1, language)?;
    let pointer = child(&pointer, key);
    if !listing.is_object() {
        return None;
    }
    match kind {
        Kind::App => {
            let base = member(listing, "baseListing");
            let key = base.map_or("baseListing", |(key, _)| key);
            Some((
                child(&pointer, key),
                base.map(|(_, base)| base).filter(|base| base.is_object()),
            ))
        }
        Kind::AddOn => Some((pointer, Some(listing))),
        Kind::Flight => None,
    }
}

/// The place of a text; `None` without a listing in that language (any case).
pub fn place<'a>(
    kind: Kind,
    document: &'a Value,
    language: &str,
    field: &str,
) -> Option<GridPlace<'a>> {
    let (pointer, holder) = holder(kind, document, language)?;
    let found = holder.and_then(|holder| member(holder, field));
    let key = found.map_or(field, |(key, _)| key);
    Some(GridPlace {
        pointer: child(&pointer, key),
        value: found
            .map(|(_, value)| value)
            .filter(|value| !value.is_null()),
    })
}

/// The text of a cell.
pub fn text(kind: Kind, document: &Value, language: &str, field: &TextField) -> Option<Text> {
    Text::of(field, place(kind, document, language, field.name)?.value)
}

/// The language that others are compared with: the one asked for, else en-us, else the first.
pub fn default_language(document: &Value, wanted: Option<&str>) -> Option<String> {
    let languages = languages(document);
    let find = |code: &str| {
        languages
            .iter()
            .find(|language| language.eq_ignore_ascii_case(code))
    };
    wanted
        .and_then(find)
        .or_else(|| find("en-us"))
        .or_else(|| languages.first())
        .cloned()
}

/// Languages × fields with a mark each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// As the document spells them, in its order.
    pub languages: Vec<String>,
    pub fields: Vec<TextField>,
    /// The row that the others are compared with.
    pub default: Option<usize>,
    /// Row by row.
    marks: Vec<GridMark>,
}

impl Grid {
    /// `server` is what the document is an edit of; `wanted` the default language, if a person has chosen one.
    pub fn of(kind: Kind, document: &Value, server: Option<&Value>, wanted: Option<&str>) -> Self {
        let (languages, fields) = (languages(document), fields(kind));
        let chosen = default_language(document, wanted);
        let default = chosen
            .as_ref()
            .and_then(|chosen| languages.iter().position(|language| language == chosen));
        let mut marks = Vec::with_capacity(languages.len() * fields.len());
        for (row, language) in languages.iter().enumerate() {
            for field in &fields {
                let value =
                    place(kind, document, language, field.name).and_then(|place| place.value);
                let text = Text::of(field, value);
                let is_filled = text.as_ref().is_some_and(|text| !text.is_empty());
                let same = || self::text(kind, document, chosen.as_deref()?, field);
                let before = |server| {
                    place(kind, server, language, field.name).and_then(|place| place.value)
                };
                marks.push(GridMark {
                    state: match (value, &text) {
                        (None, _) => CellState::Missing,
                        (Some(_), None) => CellState::Odd,
                        (Some(_), Some(_)) if is_filled => CellState::Filled,
                        (Some(_), Some(_)) => CellState::Empty,
                    },
                    used: text.as_ref().map_or(0, Text::used),
                    is_over: text
                        .as_ref()
                        .is_some_and(|text| text.excess(field).is_some()),
                    is_same: default != Some(row) && is_filled && same() == text,
                    is_changed: server.is_some_and(|server| before(server) != value),
                });
            }
        }
        Self {
            languages,
            fields,
            default,
            marks,
        }
    }

    pub fn mark(&self, row: usize, column: usize) -> Option<&GridMark> {
        (column < self.fields.len())
            .then(|| self.marks.get(row * self.fields.len() + column))
            .flatten()
    }
}

/// A text for a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct NewText {
    pub language: String,
    pub field: TextField,
    pub text: Text,
}

/// The edits that bring these texts into these cells, and nothing else: a missing member is added, a cell that means the same
/// already is left alone, and so is a cell of a language without a listing, or one that would stay empty.
pub fn edits(kind: Kind, document: &Value, texts: &[NewText]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for NewText {
        language,
        field,
        text: new,
    } in texts
    {
        let Some((holder, found)) = holder(kind, document, language) else {
            continue;
        };
        let Some(place) = place(kind, document, language, field.name) else {
            continue;
        };
        let is_same = Text::of(field, place.value).is_some_and(|old| old.means(new));
        if is_same || (place.value.is_none() && new.is_empty()) {
            continue;
        }
        // A listing without an object for its texts gets one with the first text.
        let is_made = found.is_some() || edits.iter().any(|edit| edit.pointer() == holder);
        edits.push(if is_made {
            Edit::Set {
                pointer: place.pointer,
                value: new.to_value(),
            }
        } else {
            Edit::Set {
                pointer: holder,
                value: json!({ field.name: new.to_value() }),
            }
        });
    }
    edits
}

/// A listing for one more language. It begins with the default's title, for only a reserved name can stand there, and with all
/// of that language's texts if `copies`; images belong to their language and are never copied.
pub fn new_listing(kind: Kind, document: &Value, copies: bool) -> Value {
    let from = default_language(document, None);
    let mut holder = Map::new();
    for field in fields(kind) {
        let text = from
            .as_ref()
            .and_then(|from| text(kind, document, from, &field));
        match (field.name, text) {
            ("title", Some(text)) => holder.insert(field.name.to_owned(), text.to_value()),
            (_, Some(text)) if copies => holder.insert(field.name.to_owned(), text.to_value()),
            ("title" | "description", _) => holder.insert(field.name.to_owned(), json!("")),
            _ => None,
        };
    }
    match kind {
        Kind::App => {
            holder.insert("images".to_owned(), json!([]));
            json!({ "baseListing": holder, "platformOverrides": {} })
        }
        Kind::AddOn | Kind::Flight => Value::Object(holder),
    }
}

/// The edit that gives a language a listing; `None` where it has one, or the document cannot hold any.
pub fn add_language(kind: Kind, document: &Value, code: &str, listing: Value) -> Option<Edit> {
    let Some((pointer, listings)) = listings(document) else {
        let is_free =
            document.is_object() && kind != Kind::Flight && member(document, "listings").is_none();
        return is_free.then(|| Edit::Set {
            pointer: "/listings".to_owned(),
            value: json!({ code: listing }),
        });
    };
    let is_there = listings
        .keys()
        .any(|language| language.eq_ignore_ascii_case(code));
    (!is_there).then(|| Edit::Set {
        pointer: child(&pointer, code),
        value: listing,
    })
}

/// The edit that takes a language's listing away.
pub fn remove_language(document: &Value, language: &str) -> Option<Edit> {
    let (pointer, listings) = listings(document)?;
    listings.contains_key(language).then(|| Edit::Remove {
        pointer: child(&pointer, language),
    })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
