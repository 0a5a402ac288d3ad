//! Tables and properties of the grid of texts.

use super::*;
use crate::json::{
    document::pretty,
    edit::{apply_to_text, apply_to_value},
};
use proptest::prelude::*;
use rstest::rstest;

fn document() -> Value {
    json!({"visibility": "Public", "Listings": {
        "en-us": {"BaseListing": {"Title": "Notes", "releaseNotes": "Faster.", "keywords": ["a", "b c"], "description": "Write."}},
        "de-de": {"baseListing": {"title": "Notes", "releaseNotes": "", "keywords": null, "description": 7}},
        "ja-jp": {},
    }})
}

fn field(name: &str) -> TextField {
    fields(Kind::App)
        .into_iter()
        .find(|field| field.name == name)
        .unwrap()
}

fn new(language: &str, name: &str, text: &str) -> NewText {
    let field = field(name);
    NewText {
        language: language.to_owned(),
        text: Text::read(&field, text),
        field,
    }
}

#[test]
fn fields_know_their_limits() {
    assert_eq!(
        (
            field("releaseNotes").most,
            field("keywords").most,
            field("keywords").each
        ),
        (Some(1500), Some(7), Some(30))
    );
    assert_eq!(field("title").most, None);
    let add_on = fields(Kind::AddOn);
    assert_eq!(
        add_on
            .iter()
            .map(|field| (field.name, field.most))
            .collect::<Vec<_>>(),
        [("title", Some(100)), ("description", Some(200))]
    );
    assert_eq!(fields(Kind::Flight), []);
}

#[test]
fn each_cell_says_what_it_is() {
    let mut edited = document();
    edited["Listings"]["en-us"]["BaseListing"]["releaseNotes"] = json!("x".repeat(1501));
    let grid = Grid::of(Kind::App, &edited, Some(&document()), None);
    assert_eq!((grid.languages.len(), grid.default), (3, Some(0)));
    let mark = |language: &str, name: &str| {
        let row = grid
            .languages
            .iter()
            .position(|code| code == language)
            .unwrap();
        let column = grid
            .fields
            .iter()
            .position(|field| field.name == name)
            .unwrap();
        *grid.mark(row, column).unwrap()
    };
    let none = GridMark::default();
    assert_eq!(
        mark("en-us", "releaseNotes"),
        GridMark {
            state: CellState::Filled,
            used: 1501,
            is_over: true,
            is_changed: true,
            ..none
        }
    );
    assert_eq!(
        mark("de-de", "releaseNotes"),
        GridMark {
            state: CellState::Empty,
            ..none
        }
    );
    assert_eq!(
        mark("de-de", "title"),
        GridMark {
            state: CellState::Filled,
            used: 5,
            is_same: true,
            ..none
        }
    );
    assert_eq!(
        mark("de-de", "description"),
        GridMark {
            state: CellState::Odd,
            ..none
        }
    );
    assert_eq!(
        (mark("de-de", "keywords"), mark("ja-jp", "title")),
        (none, none)
    );
    assert_eq!(
        mark("en-us", "keywords"),
        GridMark {
            state: CellState::Filled,
            used: 2,
            ..none
        }
    );
    assert_eq!(
        Grid::of(Kind::App, &edited, None, Some("DE-DE")).default,
        Some(1)
    );
    assert_eq!((grid.mark(3, 0), grid.mark(0, 14)), (None, None));
}

#[rstest]
#[case("features", 21, "entry", "21 entries; at most 20 are allowed")]
#[case(
    "features",
    2,
    "",
    "entry 1 has 201 characters; at most 200 are allowed"
)]
#[case(
    "keywords",
    7,
    "one two three four",
    "28 words in all; at most 21 are allowed"
)]
fn a_list_is_measured_three_ways(
    #[case] name: &str,
    #[case] count: usize,
    #[case] entry: &str,
    #[case] said: &str,
) {
    let entry = if entry.is_empty() {
        "x".repeat(201)
    } else {
        entry.to_owned()
    };
    assert_eq!(
        Text::Many(vec![entry; count])
            .excess(&field(name))
            .as_deref(),
        Some(said)
    );
}

#[rstest]
#[case("releaseNotes", "\u{feff}One\r\ntwo\r\n\r\n", json!("One\ntwo"))]
#[case("releaseNotes", " \n ", json!(""))]
#[case("releaseNotes", "  indented", json!("  indented"))]
#[case("keywords", " a \r\n\r\nb c\n", json!(["a", "b c"]))]
#[case("keywords", "\n", json!([]))]
fn what_a_file_means(#[case] name: &str, #[case] text: &str, #[case] value: Value) {
    assert_eq!(Text::read(&field(name), text).to_value(), value);
}

#[test]
fn only_the_touched_leaves_change_and_missing_ones_are_added() {
    let texts = [
        new("EN-US", "releaseNotes", "Tabs."),
        new("de-de", "releaseNotes", "Reiter."),
        new("ja-jp", "title", "ノート"),
        new("ja-jp", "keywords", "a\nb"),
        new("de-de", "shortTitle", ""),
        new("en-us", "title", "Notes\r\n"),
        new("fr-fr", "title", "not there"),
    ];
    let edits = edits(Kind::App, &document(), &texts);
    let pointers: Vec<_> = edits.iter().map(Edit::pointer).collect();
    assert_eq!(
        pointers,
        [
            "/Listings/en-us/BaseListing/releaseNotes",
            "/Listings/de-de/baseListing/releaseNotes",
            "/Listings/ja-jp/baseListing",
            "/Listings/ja-jp/baseListing/keywords"
        ]
    );
    let mut changed = document();
    apply_to_value(&mut changed, &edits).unwrap();
    assert_eq!(
        changed["Listings"]["ja-jp"],
        json!({"baseListing": {"title": "ノート", "keywords": ["a", "b"]}})
    );
    assert_eq!(
        changed["Listings"]["de-de"]["baseListing"]["description"],
        7
    );
    assert_eq!(
        apply_to_text(&pretty(&document()), &edits).unwrap(),
        pretty(&changed)
    );
}

#[test]
fn a_language_comes_with_its_title_and_goes_as_a_whole() {
    let bare = new_listing(Kind::App, &document(), false);
    assert_eq!(
        bare,
        json!({"baseListing": {"title": "Notes", "description": "", "images": []}, "platformOverrides": {}})
    );
    let copied = new_listing(Kind::App, &document(), true);
    assert_eq!(copied["baseListing"]["keywords"], json!(["a", "b c"]));
    assert_eq!(
        new_listing(Kind::AddOn, &json!({}), false),
        json!({"title": "", "description": ""})
    );
    assert_eq!(
        add_language(Kind::App, &document(), "EN-us", json!({})),
        None
    );
    let edits = [
        add_language(Kind::App, &document(), "fr-fr", bare).unwrap(),
        remove_language(&document(), "de-de").unwrap(),
    ];
    let mut changed = document();
    apply_to_value(&mut changed, &edits).unwrap();
    assert_eq!(languages(&changed), ["en-us", "ja-jp", "fr-fr"]);
    assert_eq!(remove_language(&document(), "xx"), None);
    assert_eq!(
        add_language(Kind::AddOn, &json!({}), "en-us", json!({}))
            .unwrap()
            .pointer(),
        "/listings"
    );
}

proptest! {
    /// Whatever is typed into a cell stands there afterwards, all else keeps its bytes, and once more changes nothing.
    #[test]
    fn a_cell_takes_what_is_typed(language in 0usize..3, column in 0usize..14, typed in "(\\PC|\r|\n){0,30}") {
        let (fields, before) = (fields(Kind::App), document());
        let text = Text::read(&fields[column], &typed);
        let language = languages(&before)[language].clone();
        let texts = [NewText { language: language.clone(), field: fields[column], text: text.clone() }];
        let edits = edits(Kind::App, &before, &texts);
        prop_assert!(edits.len() <= 1);
        let mut after = before.clone();
        apply_to_value(&mut after, &edits).unwrap();
        let stands = super::text(Kind::App, &after, &language, &fields[column]);
        prop_assert!(stands.clone().is_some_and(|stands| stands.means(&text)) || (stands.is_none() && text.is_empty()));
        prop_assert_eq!(super::edits(Kind::App, &after, &texts), []);
        let grid = Grid::of(Kind::App, &after, Some(&before), None);
        let changed = (0..3).flat_map(|row| (0..14).map(move |column| (row, column)));
        prop_assert!(changed.filter(|(row, column)| grid.mark(*row, *column).unwrap().is_changed).count() == edits.len());
    }
}
