//! What texts from outside would change in a document: first a plan that a person can read, then the edits. Nothing is taken
//! silently and nothing is dropped silently. Knows no disk and no screen.

use super::{
    Field, NewText, Text,
    source::{Found, Piece, Problem, Why, code},
};
use crate::{
    json::{edit::Edit, pointer::set},
    target::Kind,
    texts,
};
use serde_json::Value;

/// What a person allows besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
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
    pub field: Field,
    /// Where the new text comes from.
    pub source: String,
    pub before: Option<Text>,
    pub after: Text,
}

/// What an import does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub changes: Vec<CellChange>,
    /// How many texts stand there already.
    pub same: usize,
    pub problems: Vec<Problem>,
    /// Languages that get a listing.
    pub added: Vec<String>,
    /// Languages that would, were it allowed.
    pub not_listed: Vec<String>,
    pub edits: Vec<Edit>,
}

impl Plan {
    /// What somebody may have meant to be taken, and is not.
    pub fn losses(&self) -> impl Iterator<Item = &Problem> {
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
pub fn plan(kind: Kind, document: &Value, found: &Found, options: Options) -> Plan {
    let (fields, languages) = (texts::fields(kind), texts::languages(document));
    let mut plan = Plan {
        problems: found.problems.clone(),
        ..Plan::default()
    };
    // (language, whether it is new, field) with all texts for that cell, in the order in which they came.
    let mut cells: Vec<(String, bool, Field, Vec<&Piece>)> = Vec::new();
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
                plan.problems
                    .push(Problem::new(&piece.source, Why::UnknownLanguage, sentence));
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
                        .push(Problem::new(&piece.source, Why::NotListed, sentence));
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
        let pieces: Vec<&Piece> = pieces
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
                .push(Problem::new(&other.source, Why::Twice, sentence));
            continue;
        }
        let before = if is_new {
            None
        } else {
            texts::text(kind, document, &language, &field)
        };
        if after.is_empty() && !options.clears {
            if before.as_ref().is_some_and(|before| !before.is_empty()) {
                plan.problems.push(Problem::new(
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
            plan.problems.push(Problem::new(
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
mod tests {
    use super::*;
    use crate::{
        json::{
            document::pretty,
            edit::{apply_to_text, apply_to_value},
        },
        texts::{
            export,
            source::{read_table, spot},
        },
    };
    use proptest::prelude::*;
    use serde_json::json;

    fn document() -> Value {
        json!({"listings": {
            "en-us": {"baseListing": {"title": "Notes", "releaseNotes": "Faster.", "keywords": ["a", "b"]}},
            "de-de": {"baseListing": {"title": "Notes", "releaseNotes": "Schneller.", "images": [1.50]}},
            "ja-jp": {"baseListing": {"title": "ノート"}},
        }})
    }

    fn piece(source: &str, language: &str, field: &'static str, text: &str) -> Piece {
        Piece {
            source: source.into(),
            language: language.into(),
            field,
            text: text.into(),
            rank: 0,
        }
    }

    fn planned(pieces: Vec<Piece>, options: Options) -> Plan {
        plan(
            Kind::App,
            &document(),
            &Found {
                pieces,
                problems: Vec::new(),
            },
            options,
        )
    }

    fn why(plan: &Plan) -> Vec<(&str, Why)> {
        plan.problems
            .iter()
            .map(|problem| (problem.source.as_str(), problem.why))
            .collect()
    }

    #[test]
    fn each_text_is_taken_or_named() {
        let plan = planned(
            vec![
                piece("1", "EN_us", "releaseNotes", "Tabs.\r\n"),
                piece("2", "de-de", "releaseNotes", "Schneller.\r\n\r\n"),
                piece("3", "de-de", "title", " \n"),
                piece("4", "ja", "releaseNotes", "タブ"),
                piece("5", "fr-fr", "releaseNotes", "Onglets."),
                piece("6", "tlh", "releaseNotes", "Qapla'"),
                piece("7", "de-de", "shortTitle", &"x".repeat(51)),
                piece("8", "en-us", "keywords", "a\n"),
                piece("9", "en-us", "keywords", "b"),
            ],
            Options::default(),
        );
        let changes: Vec<_> = plan
            .changes
            .iter()
            .map(|change| (change.language.as_str(), change.field.name, &change.after))
            .collect();
        assert_eq!(
            changes,
            [
                ("en-us", "releaseNotes", &Text::One("Tabs.".into())),
                ("ja-jp", "releaseNotes", &Text::One("タブ".into()))
            ]
        );
        assert_eq!(
            (plan.same, plan.added.len(), &plan.not_listed),
            (1, 0, &vec!["fr-fr".to_owned()])
        );
        let expected = [
            ("5", Why::NotListed),
            ("6", Why::UnknownLanguage),
            ("3", Why::Empty),
            ("7", Why::TooLong),
            ("9", Why::Twice),
        ];
        assert_eq!((why(&plan), plan.losses().count()), (expected.to_vec(), 4));
        assert!(
            plan.problems[3]
                .sentence
                .starts_with("has 51 characters; at most 50"),
            "{:?}",
            plan.problems[3]
        );
        let pointers: Vec<_> = plan.edits.iter().map(Edit::pointer).collect();
        assert_eq!(
            pointers,
            [
                "/listings/en-us/baseListing/releaseNotes",
                "/listings/ja-jp/baseListing/releaseNotes"
            ]
        );
    }

    #[test]
    fn a_less_exact_name_gives_way_and_an_ambiguous_one_is_nobody() {
        let both = planned(
            vec![
                piece("1", "ja", "title", "A"),
                piece("2", "ja-JP", "title", "B"),
            ],
            Options::default(),
        );
        assert_eq!(
            (
                both.changes.len(),
                both.changes[0].source.as_str(),
                why(&both)
            ),
            (1, "2", vec![("1", Why::NotListed)])
        );
        let document = json!({"listings": {"en-gb": {}, "en-us": {}}});
        let found = Found {
            pieces: vec![piece("1", "en", "title", "A")],
            problems: Vec::new(),
        };
        assert_eq!(
            plan(Kind::AddOn, &document, &found, Options::default()).not_listed,
            ["en"]
        );
    }

    #[test]
    fn empty_texts_clear_and_languages_come_only_when_asked() {
        let pieces = || {
            vec![
                piece("1", "de-de", "releaseNotes", "\n"),
                piece("2", "fr-fr", "releaseNotes", "Onglets."),
                piece("3", "it-it", "title", ""),
            ]
        };
        let plan = planned(
            pieces(),
            Options {
                adds_languages: true,
                clears: true,
            },
        );
        assert_eq!(
            (plan.changes.len(), plan.added.clone(), why(&plan)),
            (2, vec!["fr-fr".to_owned()], vec![])
        );
        let mut changed = document();
        apply_to_value(&mut changed, &plan.edits).unwrap();
        assert_eq!(
            changed["listings"]["de-de"]["baseListing"]["releaseNotes"],
            ""
        );
        assert_eq!(
            changed["listings"]["fr-fr"]["baseListing"]["releaseNotes"],
            "Onglets."
        );
        assert_eq!(
            changed["listings"]["fr-fr"]["baseListing"]["title"],
            "Notes"
        );
        assert_eq!(planned(pieces(), Options::default()).edits, []);
    }

    #[test]
    fn the_newest_change_log_counts() {
        let ranked = |rank, text: &str| Piece {
            rank,
            ..piece(&rank.to_string(), "en-us", "releaseNotes", text)
        };
        let plan = planned(
            vec![ranked(0, "default"), ranked(120, "new"), ranked(99, "old")],
            Options::default(),
        );
        assert_eq!(
            (plan.changes[0].source.as_str(), why(&plan).len()),
            ("120", 0)
        );
    }

    fn any_document() -> impl Strategy<Value = Value> {
        let text = "[a-zü漢\"',;=\u{feff} \n\r\t]{0,16}";
        let listing = (
            prop::option::of(text),
            prop::option::of(text),
            prop::option::of(prop::collection::vec(text, 0..4)),
            prop::option::of(Just(Value::Null)),
        )
            .prop_map(|(title, notes, keywords, null)| {
                let mut base = serde_json::Map::new();
                title.map(|text| base.insert("Title".into(), text.into()));
                notes.map(|text| base.insert("releaseNotes".into(), text.into()));
                keywords.map(|texts| base.insert("keywords".into(), texts.into()));
                null.map(|null| base.insert("features".into(), null));
                json!({ "baseListing": base })
            });
        let codes =
            prop::sample::subsequence(vec!["en-us", "de-DE", "ja", "zh-hans-cn", "ar-sa"], 0..5);
        (codes, prop::collection::vec(listing, 5)).prop_map(|(codes, listings)| {
            let map: serde_json::Map<_, _> =
                codes.into_iter().map(str::to_owned).zip(listings).collect();
            json!({"id": "1", "listings": map})
        })
    }

    proptest! {
        /// What was exported changes nothing when it comes back, as files and as a table, whatever is allowed.
        #[test]
        fn there_and_back_changes_nothing(document in any_document(), adds_languages: bool, clears: bool) {
            let (fields, languages) = (texts::fields(Kind::App), texts::languages(&document));
            let options = Options { adds_languages, clears };
            let table = export::table(Kind::App, &document, &fields);
            let back = plan(Kind::App, &document, &read_table(&table, &fields, &languages), options);
            prop_assert_eq!((back.edits, back.changes), (vec![], vec![]));
            prop_assert!(back.problems.iter().all(|problem| problem.why == Why::Empty), "{:?}", back.problems);
            let files = export::files(Kind::App, &document, &fields);
            let pieces = files.iter().map(|(path, text)| {
                let at = spot(path, &fields, &languages, None).unwrap();
                Piece { source: path.clone(), language: at.language, field: at.field, text: text.clone(), rank: at.rank }
            });
            let back = plan(Kind::App, &document, &Found { pieces: pieces.collect(), problems: vec![] }, options);
            prop_assert_eq!((back.edits.len(), back.problems.len(), back.same), (0, 0, files.len()));
        }

        /// An import touches the named leaves and no other byte; what it promises is what comes out.
        #[test]
        fn only_named_leaves_change(document in any_document(), texts in prop::collection::vec("[a-z\n漢]{0,9}", 5)) {
            let codes = ["EN-us", "de_DE", "ja-jp", "zh-hans-cn", "ar-sa"];
            let pieces = codes.iter().zip(&texts).map(|(code, text)| piece(code, code, "releaseNotes", text)).collect();
            let plan = plan(Kind::App, &document, &Found { pieces, problems: vec![] }, Options::default());
            prop_assert_eq!(plan.edits.len(), plan.changes.len());
            let before = pretty(&document);
            let after = apply_to_text(&before, &plan.edits).unwrap();
            let mut value = document.clone();
            apply_to_value(&mut value, &plan.edits).unwrap();
            prop_assert_eq!(&after, &pretty(&value));
            for change in &plan.changes {
                prop_assert_eq!(super::texts::text(Kind::App, &value, &change.language, &change.field), Some(change.after.clone()));
                let place = super::texts::place(Kind::App, &value, &change.language, "releaseNotes").unwrap().pointer;
                match super::texts::place(Kind::App, &document, &change.language, "releaseNotes").unwrap().value {
                    Some(old) => { set(&mut value, &place, old.clone()); }
                    None => { crate::json::pointer::remove(&mut value, &place); }
                }
            }
            prop_assert_eq!(pretty(&value), before);
        }
    }
}
