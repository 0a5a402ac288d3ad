//! Tests of `import.rs`.

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

fn piece(source: &str, language: &str, field: &'static str, text: &str) -> SourceText {
    SourceText {
        source: source.into(),
        language: language.into(),
        field,
        text: text.into(),
        rank: 0,
    }
}

fn planned(pieces: Vec<SourceText>, options: ImportOptions) -> ImportPlan {
    plan(
        Kind::App,
        &document(),
        &FoundTexts {
            pieces,
            problems: Vec::new(),
        },
        options,
    )
}

fn why(plan: &ImportPlan) -> Vec<(&str, Why)> {
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
        ImportOptions::default(),
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
        ImportOptions::default(),
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
    let found = FoundTexts {
        pieces: vec![piece("1", "en", "title", "A")],
        problems: Vec::new(),
    };
    assert_eq!(
        plan(Kind::AddOn, &document, &found, ImportOptions::default()).not_listed,
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
        ImportOptions {
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
    assert_eq!(planned(pieces(), ImportOptions::default()).edits, []);
}

#[test]
fn the_newest_change_log_counts() {
    let ranked = |rank, text: &str| SourceText {
        rank,
        ..piece(&rank.to_string(), "en-us", "releaseNotes", text)
    };
    let plan = planned(
        vec![ranked(0, "default"), ranked(120, "new"), ranked(99, "old")],
        ImportOptions::default(),
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
        let options = ImportOptions { adds_languages, clears };
        let table = export::table(Kind::App, &document, &fields);
        let back = plan(Kind::App, &document, &read_table(&table, &fields, &languages), options);
        prop_assert_eq!((back.edits, back.changes), (vec![], vec![]));
        prop_assert!(back.problems.iter().all(|problem| problem.why == Why::Empty), "{:?}", back.problems);
        let files = export::files(Kind::App, &document, &fields);
        let pieces = files.iter().map(|(path, text)| {
            let at = spot(path, &fields, &languages, None).unwrap();
            SourceText { source: path.clone(), language: at.language, field: at.field, text: text.clone(), rank: at.rank }
        });
        let back = plan(Kind::App, &document, &FoundTexts { pieces: pieces.collect(), problems: vec![] }, options);
        prop_assert_eq!((back.edits.len(), back.problems.len(), back.same), (0, 0, files.len()));
    }

    /// An import touches the named leaves and no other byte; what it promises is what comes out.
    #[test]
    fn only_named_leaves_change(document in any_document(), texts in prop::collection::vec("[a-z\n漢]{0,9}", 5)) {
        let codes = ["EN-us", "de_DE", "ja-jp", "zh-hans-cn", "ar-sa"];
        let pieces = codes.iter().zip(&texts).map(|(code, text)| piece(code, code, "releaseNotes", text)).collect();
        let plan = plan(Kind::App, &document, &FoundTexts { pieces, problems: vec![] }, ImportOptions::default());
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
