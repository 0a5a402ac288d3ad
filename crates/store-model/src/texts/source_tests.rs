//! Tests of `source.rs`.

use super::*;
use crate::{target::Kind, texts::fields};
use proptest::prelude::*;
use rstest::rstest;

fn at(path: &str, asked: Option<&str>) -> Result<SourceSpot, SourceProblem> {
    spot(path, &fields(Kind::App), &["xx-own".to_owned()], asked)
}

#[rstest]
#[case("de-de/releaseNotes.txt", "de-de", "releaseNotes")]
#[case("de_DE/release_notes.txt", "de-de", "releaseNotes")]
#[case(
    "metadata/windows/pt-BR/Short Description.TXT",
    "pt-br",
    "shortDescription"
)]
#[case("releaseNotes/zh_Hans_CN.txt", "zh-hans-cn", "releaseNotes")]
#[case("release-notes/ja.md", "ja", "releaseNotes")]
#[case("releaseNotes.fr-FR.txt", "fr-fr", "releaseNotes")]
#[case("fr-FR.keywords.txt", "fr-fr", "keywords")]
#[case("en-us/changelogs/default.txt", "en-us", "releaseNotes")]
#[case("en-US/full_description.txt", "en-us", "description")]
#[case("xx-own/title.txt", "xx-own", "title")]
#[case("id/is.txt", "", "")]
fn paths_that_are_understood(#[case] path: &str, #[case] language: &str, #[case] field: &str) {
    let found = at(path, None).map(|spot| (spot.language, spot.field));
    assert_eq!(found.unwrap_or_default(), (language.to_owned(), field));
}

#[test]
fn the_newest_change_log_has_the_highest_rank() {
    let rank = |path| at(path, None).unwrap().rank;
    assert_eq!(
        (
            rank("de/changelogs/default.txt"),
            rank("de/changelogs/120.txt")
        ),
        (0, 120)
    );
}

#[test]
fn a_file_named_after_its_language_alone_needs_the_field() {
    assert_eq!(
        at("de_DE.txt", Some("Release notes")).unwrap().field,
        "releaseNotes"
    );
    assert_eq!(at("de_DE.txt", None).unwrap_err().why, Why::UnknownField);
}

#[rstest]
#[case("readme.txt", Why::NoText, "neither")]
#[case("xx-yy.txt", Why::UnknownLanguage, "xx-yy is no language")]
#[case(
    "klingon/releaseNotes.txt",
    Why::UnknownLanguage,
    "klingon is no language"
)]
#[case(
    "releaseNotes/klingon.txt",
    Why::UnknownLanguage,
    "klingon is no language"
)]
#[case("releaseNotes.txt", Why::UnknownLanguage, "which language")]
#[case("de-de/name.txt", Why::UnknownField, "name is no text field")]
#[case("old/de-de.txt", Why::UnknownField, "old is no text field")]
#[case("de-de/shot.png", Why::NoText, "no text file")]
#[case(".txt", Why::NoText, "no text file")]
#[case("", Why::NoText, "no text file")]
fn paths_that_are_not(#[case] path: &str, #[case] why: Why, #[case] said: &str) {
    let problem = at(path, Some("title")).unwrap_err();
    assert!(
        problem.why == why && problem.sentence.contains(said),
        "{problem:?}"
    );
}

#[rstest]
#[case(b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", Some("Grüße"))]
#[case(b"\xff\xfeG\0r\0\xfc\0", Some("Grü"))]
#[case(b"\xfe\xff\0G\0r\0\xfc", Some("Grü"))]
#[case(b"Gr\xfc\xdfe", None)]
#[case(b"\xff\xfeG", None)]
#[case(b"\xff\xfe\0\xd8", None)]
fn bytes_are_read_by_their_mark(#[case] bytes: &[u8], #[case] text: Option<&str>) {
    assert_eq!(decode(bytes).ok().as_deref(), text);
}

fn table(text: &str) -> (Vec<(String, &'static str, String)>, Vec<Why>) {
    let found = read_table(text, &fields(Kind::App), &[]);
    let pieces = found
        .pieces
        .into_iter()
        .map(|piece| (piece.language, piece.field, piece.text))
        .collect();
    (
        pieces,
        found
            .problems
            .into_iter()
            .map(|problem| problem.why)
            .collect(),
    )
}

fn own(rows: &[(&str, &'static str, &str)]) -> Vec<(String, &'static str, String)> {
    rows.iter()
        .map(|(language, field, text)| ((*language).to_owned(), *field, (*text).to_owned()))
        .collect()
}

#[rstest]
#[case("\u{feff}language,releaseNotes\r\nde_DE,\"One\r\n\"\"two\"\"\"\r\n")]
#[case("Locale;Release notes\nde-de;\"One\r\n\"\"two\"\"\"")]
#[case("sep=;\nlanguage;release_notes\nde-DE;\"One\r\n\"\"two\"\"\"\n")]
#[case("releaseNotes\tlanguage\n\"One\r\n\"\"two\"\"\"\tDE-DE\n")]
#[case("Field,ID,Type (Type),default,de-DE\nReleaseNotes,3,Text,,\"One\r\n\"\"two\"\"\"\n")]
fn tables_of_all_sorts_say_the_same(#[case] text: &str) {
    assert_eq!(
        table(text),
        (own(&[("de-de", "releaseNotes", "One\r\n\"two\"")]), vec![])
    );
}

#[test]
fn numbered_lines_of_partner_centers_export_make_one_list() {
    let (pieces, problems) =
        table("Field,en-us,de-de\nFeature1,a,x\nFeature2,b,\nSearchTerm1,k,\nScreenshot1,s.png,\n");
    let expected = [
        ("en-us", "features", "a\nb"),
        ("de-de", "features", "x"),
        ("en-us", "keywords", "k"),
        ("de-de", "keywords", ""),
    ];
    assert_eq!((pieces, problems), (own(&expected), vec![Why::NoText]));
}

#[test]
fn what_a_table_does_not_tell_is_said() {
    assert_eq!(
        table("language,price,title\nde-de,1,T\nen-us\n"),
        (own(&[("de-de", "title", "T")]), vec![Why::UnknownField])
    );
    assert_eq!(table("title,description\na,b\n").1, [Why::Unreadable]);
    assert_eq!(table("").1, [Why::Unreadable]);
}

proptest! {
    #[test]
    fn no_path_and_no_table_is_a_panic(path in "[a-z./_-]{0,24}", text in "(language|field|de-de|[,;\"\n\ra-z]){0,24}", bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = (at(&path, Some("title")), table(&text), decode(&bytes));
    }
}
