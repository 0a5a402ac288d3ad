//! What texts from outside would change in a document: first a plan that a person can read, then the edits. Nothing is taken
//! silently and nothing is dropped silently. Knows no disk and no screen.

use super::{
    NewText, Text, TextField,
    source::{FoundTexts, SourceProblem, SourceText, Why, code},
};
use crate::{
    json::{edit::Edit, pointer::set},
    target::Kind,
    texts,
};
use serde_json::Value;

/// What a person allows besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Languages without a listing get one.
    pub adds_languages: bool,
    /// An empty text empties the cell.
    pub clears: bool,
}

/// A cell that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct CellChange {
    /// As the document spells it.
    pub language: String,
    pub field: TextField,
    /// Where the new text comes from.
    pub source: String,
    pub before: Option<Text>,
    pub after: Text,
}

/// What an import does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportPlan {
    pub changes: Vec<CellChange>,
    /// How many texts stand there already.
    pub same: usize,
    pub problems: Vec<SourceProblem>,
    /// Languages that get a listing.
    pub added: Vec<String>,
    /// Languages that would, were it allowed.
    pub not_listed: Vec<String>,
    pub edits: Vec<Edit>,
}

impl ImportPlan {
    /// What somebody may have meant to be taken, and is not.
    pub fn losses(&self) -> impl Iterator<Item = &SourceProblem> {
        self.problems
            .iter()
            .filter(|problem| !problem.why.is_harmless())
    }
}

/// The listing that a code means: the same one in any spelling, else the only one that differs by a region (`ja` is `ja-jp`).
fn listed<'a>(code: &str, languages: &'a [String], exact: bool) -> Option<&'a String> {
    let same = languages
        .iter()
        .find(|language| language.eq_ignore_ascii_case(code));
    if same.is_some() || exact {
        return same;
    }
    let is_near = |language: &&String| {
        let language = language.to_ascii_lowercase();
        language
            .split_once('-')
            .is_some_and(|(bare, _)| bare == code)
            || code
                .split_once('-')
                .is_some_and(|(bare, _)| bare == language)
    };
    let mut near = languages.iter().filter(is_near);
    near.next().filter(|_| near.next().is_none())
}

/// Plans an import.
pub fn plan(
    kind: Kind,
    document: &Value,
    found: &FoundTexts,
    options: ImportOptions,
) -> ImportPlan {
    let (fields, languages) = (texts::fields(kind), texts::languages(document));
    let mut plan = ImportPlan {
        problems: found.problems.clone(),
        ..ImportPlan::default()
    };
    // (language, whether it is new, field) with all texts for that cell, in the order in which they came.
    let mut cells: Vec<(String, bool, TextField, Vec<&SourceText>)> = Vec::new();
    for piece in &found.pieces {
        let Some(field) = fields.iter().find(|field| field.name == piece.field) else {
            continue;
        };
        // A listing that is named exactly by some text is not meant by a less exact name besides.
        let code = code(&piece.language);
        let exact = |language: &String| {
            found.pieces.iter().any(|other| {
                other.field == piece.field && other.language.eq_ignore_ascii_case(language)
            })
        };
        let (language, is_new) = match listed(&code, &languages, true)
            .or_else(|| listed(&code, &languages, false).filter(|language| !exact(language)))
        {
            Some(language) => (language.clone(), false),
            None if !texts::is_language(&code) => {
                let sentence = format!("{} is no language of the Store", piece.language);
                plan.problems.push(SourceProblem::new(
                    &piece.source,
                    Why::UnknownLanguage,
                    sentence,
                ));
                continue;
            }
            None => {
                let list = if options.adds_languages {
                    &mut plan.added
                } else {
                    &mut plan.not_listed
                };
                if !list.contains(&code) && !piece.text.trim().is_empty() {
                    list.push(code.clone());
                }
                if !options.adds_languages {
                    let sentence = format!("there is no listing in {code}");
                    plan.problems
                        .push(SourceProblem::new(&piece.source, Why::NotListed, sentence));
                    continue;
                }
                (code, true)
            }
        };
        match cells
            .iter_mut()
            .find(|cell| cell.0 == language && cell.2 == *field)
        {
            Some(cell) => cell.3.push(piece),
            None => cells.push((language, is_new, *field, vec![piece])),
        }
    }
    let mut new = Vec::new();
    for (language, is_new, field, pieces) in cells {
        let newest = pieces
            .iter()
            .map(|piece| piece.rank)
            .max()
            .unwrap_or_default();
        let pieces: Vec<&SourceText> = pieces
            .into_iter()
            .filter(|piece| piece.rank == newest)
            .collect();
        let Some(first) = pieces.first() else {
            continue;
        };
        let after = Text::read(&field, &first.text);
        if let Some(other) = pieces
            .iter()
            .find(|other| !Text::read(&field, &other.text).means(&after))
        {
            let sentence = format!(
                "says something else about {language} {} than {}; neither is taken",
                field.word, first.source
            );
            plan.problems
                .push(SourceProblem::new(&other.source, Why::Twice, sentence));
            continue;
        }
        let before = if is_new {
            None
        } else {
            texts::text(kind, document, &language, &field)
        };
        if after.is_empty() && !options.clears {
            if before.as_ref().is_some_and(|before| !before.is_empty()) {
                plan.problems.push(SourceProblem::new(
                    &first.source,
                    Why::Empty,
                    "is empty; the text stays as it is",
                ));
            }
        } else if before.as_ref().is_some_and(|before| before.means(&after))
            || (before.is_none() && after.is_empty())
        {
            plan.same += 1;
        } else if let Some(excess) = after.excess(&field) {
            plan.problems.push(SourceProblem::new(
                &first.source,
                Why::TooLong,
                format!("has {excess}").replace("has entry", "entry"),
            ));
        } else {
            new.push((
                is_new,
                NewText {
                    language: language.clone(),
                    field,
                    text: after.clone(),
                },
            ));
            plan.changes.push(CellChange {
                language,
                field,
                source: first.source.clone(),
                before,
                after,
            });
        }
    }
    // As the table shows them, however the files lie.
    let order = |change: &CellChange| {
        let row = languages
            .iter()
            .position(|language| *language == change.language);
        (
            row.unwrap_or(usize::MAX),
            fields.iter().position(|field| *field == change.field),
        )
    };
    plan.changes.sort_by_key(order);
    for language in &plan.added {
        let mut listing = texts::new_listing(kind, document, false);
        let below = if kind == Kind::App {
            "/baseListing"
        } else {
            ""
        };
        for (_, text) in new
            .iter()
            .filter(|(is_new, text)| *is_new && text.language == *language)
        {
            set(
                &mut listing,
                &format!("{below}/{}", text.field.name),
                text.text.to_value(),
            );
        }
        plan.edits
            .extend(texts::add_language(kind, document, language, listing));
    }
    let known: Vec<NewText> = new
        .into_iter()
        .filter(|(is_new, _)| !is_new)
        .map(|(_, text)| text)
        .collect();
    plan.edits.extend(texts::edits(kind, document, &known));
    plan
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
