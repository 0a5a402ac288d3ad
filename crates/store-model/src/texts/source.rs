//! Texts as people keep them outside of a document: which language and field a file's path or a table's cell stands for, and
//! what its bytes say. Knows no disk.

use super::TextField;
use crate::texts;
use csv::ReaderBuilder;

/// One text from outside, with the words that its owner used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// Where it was found: `de-de/releaseNotes.txt`, `line 3, releaseNotes`.
    pub source: String,
    /// As it was written there.
    pub language: String,
    /// The Store's name of the field.
    pub field: &'static str,
    pub text: String,
    /// Of several for one place, only those with the highest rank count: the newest of numbered change logs.
    pub rank: u64,
}

/// Why something from outside is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nothing but space: it is not taken for the wish to empty a text.
    Empty,
    /// No text file, or one that names neither a language nor a field.
    NoText,
    /// The Store has no such language, or the name is no language.
    UnknownLanguage,
    /// The document has no listing in this language.
    NotListed,
    UnknownField,
    TooLong,
    /// Two texts for one place.
    Twice,
    Unreadable,
}

impl Why {
    /// Whether nobody can have meant it to be taken.
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::Empty | Self::NoText)
    }

    /// As scripts read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoText => "noText",
            Self::UnknownLanguage => "unknownLanguage",
            Self::NotListed => "notListed",
            Self::UnknownField => "unknownField",
            Self::TooLong => "tooLong",
            Self::Twice => "twice",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Something from outside that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceProblem {
    pub source: String,
    pub why: Why,
    /// What is wrong with it, without its source.
    pub sentence: String,
}

impl SourceProblem {
    pub fn new(source: impl Into<String>, why: Why, sentence: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            why,
            sentence: sentence.into(),
        }
    }
}

/// What was found in a folder or a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundTexts {
    pub pieces: Vec<SourceText>,
    pub problems: Vec<SourceProblem>,
}

/// What a file is for, by its path below the chosen folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSpot {
    pub language: String,
    pub field: &'static str,
    pub rank: u64,
}

/// Names that other tools give these fields.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("changelog", "releaseNotes"),
    ("changelogs", "releaseNotes"),
    ("whatsnew", "releaseNotes"),
    ("notes", "releaseNotes"),
    ("fulldescription", "description"),
    ("searchterms", "keywords"),
    ("searchterm", "keywords"),
    ("feature", "features"),
    ("copyright", "copyrightAndTrademarkInfo"),
    ("copyrighttrademarkinformation", "copyrightAndTrademarkInfo"),
    ("license", "licenseTerms"),
    ("additionallicenseterms", "licenseTerms"),
    ("developedby", "devStudio"),
    ("minimumhardwarereq", "minimumHardware"),
    ("recommendedhardwarereq", "recommendedHardware"),
];

/// Letters and digits alone, in lower case: `release_notes` and `Release Notes` are one name.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The field that a name stands for, however it is spelled.
pub fn field_named<'a>(name: &str, fields: &'a [TextField]) -> Option<&'a TextField> {
    let name = plain(name);
    let find = |wanted: &str| {
        fields
            .iter()
            .find(|field| plain(field.name) == plain(wanted))
    };
    let also = || {
        OTHER_NAMES
            .iter()
            .find(|(other, _)| *other == name)
            .and_then(|(_, field)| find(field))
    };
    find(&name).or_else(also)
}

/// A language code as the Store writes it: `de_DE` is `de-de`.
pub fn code(name: &str) -> String {
    name.trim().replace('_', "-").to_ascii_lowercase()
}

fn is_language(name: &str, languages: &[String]) -> bool {
    let code = code(name);
    texts::is_language(&code)
        || languages
            .iter()
            .any(|language| language.eq_ignore_ascii_case(&code))
}

/// Whether a name looks like a language code, so that `xx-yy` is said to be an unknown language.
fn looks_like_language(name: &str) -> bool {
    let code = code(name);
    let mut parts = code.split('-');
    let is_first = parts.next().is_some_and(|part| {
        (2..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_lowercase())
    });
    is_first
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        })
}

/// What a file is for. Understood are, at any depth, `LANGUAGE/FIELD.txt`, `FIELD/LANGUAGE.txt`, `FIELD.LANGUAGE.txt`,
/// `LANGUAGE/changelogs/NUMBER.txt`, and `LANGUAGE.txt` for the field that was `asked` for.
pub fn spot(
    path: &str,
    fields: &[TextField],
    languages: &[String],
    asked: Option<&str>,
) -> Result<SourceSpot, SourceProblem> {
    let problem = |why, sentence: String| Err(SourceProblem::new(path, why, sentence));
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    let stem = match name.rsplit_once('.') {
        Some((stem, ending))
            if !stem.is_empty()
                && ["txt", "md", "text"]
                    .iter()
                    .any(|text| ending.eq_ignore_ascii_case(text)) =>
        {
            stem
        }
        _ => return problem(Why::NoText, "is no text file".to_owned()),
    };
    let parent = parts.pop().unwrap_or_default();
    let field = |name: &str| field_named(name, fields).map(|field| field.name);
    let language = |name: &str| is_language(name, languages).then(|| code(name));
    let found = |language: String, field: &'static str| {
        Ok(SourceSpot {
            language,
            field,
            rank: 0,
        })
    };

    if let (Some(language), Some(field)) = (language(parent), field(stem)) {
        return found(language, field);
    }
    if let (Some(field), Some(language)) = (field(parent), language(stem)) {
        return found(language, field);
    }
    if let Some((first, second)) = stem.rsplit_once('.') {
        match (
            field(first),
            language(second),
            language(first),
            field(second),
        ) {
            (Some(field), Some(language), ..) | (_, _, Some(language), Some(field)) => {
                return found(language, field);
            }
            _ => {}
        }
    }
    // As fastlane keeps them: the one with the highest number is the newest.
    if let (Some(field), Some(language)) =
        (field(parent), parts.last().and_then(|name| language(name)))
    {
        let rank = if stem.eq_ignore_ascii_case("default") {
            Some(0)
        } else {
            stem.parse().ok()
        };
        if let Some(rank) = rank {
            return Ok(SourceSpot {
                language,
                field,
                rank,
            });
        }
    }
    match (language(stem), asked.and_then(field)) {
        (Some(language), Some(field)) if parent.is_empty() => return found(language, field),
        (Some(_), None) if parent.is_empty() => {
            return problem(
                Why::UnknownField,
                "does not say which field it is for; name the field".to_owned(),
            );
        }
        (Some(_), _) => {
            return problem(
                Why::UnknownField,
                format!("{parent} is no text field of a listing"),
            );
        }
        _ => {}
    }
    match (field(stem), field(parent)) {
        (Some(_), _) if parent.is_empty() => problem(
            Why::UnknownLanguage,
            "does not say which language it is for".to_owned(),
        ),
        (Some(_), _) => problem(
            Why::UnknownLanguage,
            format!("{parent} is no language of the Store"),
        ),
        (None, Some(_)) => problem(
            Why::UnknownLanguage,
            format!("{stem} is no language of the Store"),
        ),
        (None, None) if language(parent).is_some() => problem(
            Why::UnknownField,
            format!("{stem} is no text field of a listing"),
        ),
        (None, None) if looks_like_language(stem) => problem(
            Why::UnknownLanguage,
            format!("{stem} is no language of the Store"),
        ),
        (None, None) => problem(
            Why::NoText,
            "names neither a language nor a text field".to_owned(),
        ),
    }
}

/// The text that bytes hold: UTF-8, or UTF-16 with its byte order mark.
pub fn decode(bytes: &[u8]) -> Result<String, String> {
    let utf16 = |unit: fn([u8; 2]) -> u16, rest: &[u8]| {
        let (pairs, odd) = rest.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        if odd.is_empty() {
            String::from_utf16(&units).ok()
        } else {
            None
        }
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => {
            utf16(u16::from_le_bytes, rest).ok_or_else(|| "is no valid UTF-16 text".to_owned())
        }
        [0xfe, 0xff, rest @ ..] => {
            utf16(u16::from_be_bytes, rest).ok_or_else(|| "is no valid UTF-16 text".to_owned())
        }
        _ => {
            let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
            std::str::from_utf8(bytes)
                .map(str::to_owned)
                .map_err(|_| "is not UTF-8; save it as UTF-8".to_owned())
        }
    }
}

/// The sign between cells: the one that the first line has most of; and where the table begins, for Excel may say it itself.
fn separator(text: &str) -> (u8, &str) {
    let first = text.lines().next().unwrap_or_default();
    if let Some(said) = first
        .strip_prefix("sep=")
        .and_then(|rest| rest.bytes().next())
    {
        let rest = text.get(first.len()..).unwrap_or_default();
        return (said, rest.trim_start_matches(['\r', '\n']));
    }
    let mut is_quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in text.bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => break,
            _ if !is_quoted => counts
                .iter_mut()
                .filter(|(sign, _)| *sign == byte)
                .for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    let best = counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(sign, _)| *sign);
    (best, text)
}

/// Texts of a table. Either each line is a language and the header names the fields (`language,releaseNotes,…`), or each line is
/// a field and the header names the languages (`field,en-us,de-de,…`), as Partner Center exports listings.
pub fn read_table(text: &str, fields: &[TextField], languages: &[String]) -> FoundTexts {
    let mut found = FoundTexts::default();
    let (separator, text) = separator(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut rows = reader.records();
    let fault = |source: String, error: &csv::Error| {
        SourceProblem::new(source, Why::Unreadable, format!("cannot be read: {error}"))
    };
    let header = match rows.next() {
        Some(Ok(header)) => header,
        Some(Err(error)) => {
            found.problems.push(fault("the header".to_owned(), &error));
            return found;
        }
        None => {
            found.problems.push(SourceProblem::new(
                "the table",
                Why::Unreadable,
                "has no line",
            ));
            return found;
        }
    };
    let is_named =
        |names: &'static [&'static str]| move |cell: &str| names.contains(&plain(cell).as_str());
    let by_language = header.iter().position(is_named(&[
        "language",
        "languages",
        "lang",
        "locale",
        "languagecode",
    ]));
    let by_field = header
        .iter()
        .position(is_named(&["field", "fields", "fieldname"]));
    let Some(key) = by_language.or(by_field) else {
        let sentence = "has no column called language (or field); the first line names the columns";
        found
            .problems
            .push(SourceProblem::new("the header", Why::Unreadable, sentence));
        return found;
    };
    let is_turned = by_language.is_none();
    // In that export `ID` is no Indonesian.
    let is_id = |cell: &str| is_turned && cell.trim() == "ID";
    let is_known = |cell: &str| {
        if is_turned {
            is_language(cell, languages) && !is_id(cell)
        } else {
            field_named(cell, fields).is_some()
        }
    };
    let columns: Vec<(usize, &str)> = header
        .iter()
        .enumerate()
        .filter(|(at, cell)| *at != key && is_known(cell))
        .collect();
    let is_about = |cell: &str| {
        is_turned
            && (is_id(cell)
                || ["type", "default"]
                    .iter()
                    .any(|other| plain(cell).starts_with(other)))
    };
    let is_other = |cell: &str| cell.trim().is_empty() || is_about(cell);
    for (at, cell) in header
        .iter()
        .enumerate()
        .filter(|(at, cell)| *at != key && !is_known(cell) && !is_other(cell))
    {
        let (why, what) = if is_turned {
            (Why::UnknownLanguage, "language of the Store")
        } else {
            (Why::UnknownField, "text field of a listing")
        };
        found.problems.push(SourceProblem::new(
            format!("column {}", at + 1),
            why,
            format!("{} is no {what}", cell.trim()),
        ));
    }
    let mut many: Vec<SourceText> = Vec::new();
    for row in rows {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                found.problems.push(fault("the table".to_owned(), &error));
                break;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        let Some(name) = row.get(key).map(str::trim).filter(|name| !name.is_empty()) else {
            continue;
        };
        // `Feature3` is an entry of a list of its own line.
        let whole = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let field = if is_turned {
            field_named(name, fields)
                .or_else(|| field_named(whole, fields).filter(|field| field.is_list))
        } else {
            None
        };
        if is_turned && field.is_none() {
            found.problems.push(SourceProblem::new(
                format!("line {line}"),
                Why::NoText,
                format!("{name} is no text field of a listing"),
            ));
            continue;
        }
        for (column, title) in &columns {
            let Some(text) = row.get(*column) else {
                continue;
            };
            let (language, field) = match field {
                Some(field) => (*title, field),
                None => match field_named(title, fields) {
                    Some(field) => (name, field),
                    None => continue,
                },
            };
            let piece = SourceText {
                source: format!("line {line}, {}", title.trim()),
                language: code(language),
                field: field.name,
                text: text.to_owned(),
                rank: 0,
            };
            let entry = many.iter_mut().find(|other| {
                is_turned
                    && field.is_list
                    && other.field == piece.field
                    && other.language == piece.language
            });
            match entry {
                Some(first) if !text.trim().is_empty() => {
                    first.text.push('\n');
                    first.text.push_str(text);
                }
                Some(_) => {}
                None => many.push(piece),
            }
        }
    }
    found.pieces = many;
    found
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
