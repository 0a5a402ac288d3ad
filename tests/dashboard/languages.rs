//! The Listings tab by keys: what stands on screen, what changes in the document, and that nothing else does.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails loudly"
)]

use crate::{
    desk::{Desk, detail},
    openings::{APP, live, notes},
};
use ratatui::style::Modifier;
use serde_json::{Value, json};
use std::{fs, path::Path};
use store_model::{json::document::pretty, target::Target};

fn listing(title: &str, notes: &str) -> Value {
    json!({"baseListing": {"title": title, "description": format!("{title}: all of it."), "releaseNotes": notes,
        "shortDescription": "", "features": ["One", "Two"], "images": [{"fileName": "a.png", "id": "1"}]}, "platformOverrides": {}})
}

fn document() -> Value {
    let mut document = live(APP);
    let mut listings = json!({});
    for (code, title, notes) in [
        ("en-us", "Northwind Notes", "Faster start."),
        ("de-de", "Northwind Notes", ""),
        ("ja-jp", "北風ノート 👩‍👩‍👧", "起動が速くなりました。"),
        ("ar-sa", "ملاحظات نورثويند", "بدء أسرع."),
        ("he-il", "פתקים", "הפעלה מהירה יותר."),
    ] {
        listings[code] = listing(title, notes);
    }
    listings["de-de"]["baseListing"]
        .as_object_mut()
        .unwrap()
        .shift_remove("description");
    document["listings"] = listings;
    document
}

/// The Listings tab of the app, the pane focused.
fn open_at(columns: u16, rows: u16) -> Desk {
    let mut desk = Desk::open((columns, rows), notes(None, document()), "");
    show(&mut desk);
    desk
}

/// To the Listings tab.
fn show(desk: &mut Desk) {
    for _ in 0..8 {
        // A key that only the table has: names of texts stand in the overview too.
        if desk.screen().contains(" f fill ") {
            return;
        }
        desk.keys("]");
    }
    panic!("no such tab: {}", desk.screen());
}

fn open() -> Desk {
    open_at(120, 40)
}

/// The text as it lies on disk after a pause.
fn text(desk: &mut Desk) -> Option<String> {
    desk.wait(1_000);
    desk.kept.clone()
}

fn kept(desk: &mut Desk) -> Value {
    serde_json::from_str(&text(desk).unwrap()).unwrap()
}

/// The document with other release notes in some languages, as the program writes it.
fn with_notes(notes: &[(&str, &str)]) -> String {
    let mut expected =
        store_model::submission::put_body(store_model::target::Kind::App, &document());
    for (language, text) in notes {
        expected["listings"][language]["baseListing"]["releaseNotes"] = json!(text);
    }
    pretty(&expected)
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Types a path into the open prompt, in place of what stands there.
fn path(desk: &mut Desk, path: &Path) {
    desk.keys("ctrl-u");
    desk.text(path.to_str().unwrap());
    desk.keys("enter");
}

#[test]
fn the_table_shows_what_is_missing_empty_and_the_same() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut desk = open_at(columns, rows);
        insta::assert_snapshot!(format!("listings_{columns}x{rows}"), desk.screen());
        desk.keys("down left");
        assert!(
            desk.screen().contains("de-de description ─ missing"),
            "{}",
            desk.screen()
        );
        desk.keys("left");
        assert!(desk.screen().contains("same as en-us"), "{}", desk.screen());
        desk.keys("j j l l l l l l l l l l l l l l l");
        assert!(
            desk.screen().contains("ar-sa recommended hardware"),
            "{}",
            desk.screen()
        );
    }
}

#[test]
fn a_cell_is_edited_with_its_limit_in_sight_and_undone() {
    let mut desk = open();
    desk.keys("down enter");
    assert_eq!(desk.app.overlays(), ["text-edit"]);
    desk.text("Schneller");
    desk.keys("enter");
    desk.text("und leichter.");
    let screen = desk.screen();
    assert!(
        screen.contains("23 of 1500 characters") && screen.contains("Faster start."),
        "{screen}"
    );
    desk.keys("esc");
    let screen = desk.screen();
    assert!(
        screen.contains("de-de release notes changed") && screen.contains("on the server"),
        "{screen}"
    );
    assert_eq!(
        text(&mut desk).as_deref(),
        Some(with_notes(&[("de-de", "Schneller\nund leichter.")]).as_str())
    );
    desk.keys("ctrl-z");
    assert_eq!(text(&mut desk).as_deref(), Some(with_notes(&[]).as_str()));
    desk.keys("ctrl-y");
    assert_eq!(
        kept(&mut desk)["listings"]["de-de"]["baseListing"]["releaseNotes"],
        "Schneller\nund leichter."
    );
    // ctrl-c leaves without the change; nothing changed is no step.
    let before = text(&mut desk);
    desk.keys("enter");
    desk.text("!!!");
    desk.keys("ctrl-c");
    assert_eq!((desk.app.overlays().len(), text(&mut desk)), (0, before));
}

#[test]
fn a_missing_list_is_added_and_a_title_is_one_line() {
    let mut desk = open();
    desk.keys("down right right right enter");
    assert!(desk.screen().contains("one a line"), "{}", desk.screen());
    desk.text("notes");
    desk.keys("enter enter");
    desk.text(" plain text ");
    desk.keys("esc");
    assert_eq!(
        kept(&mut desk)["listings"]["de-de"]["baseListing"]["keywords"],
        json!(["notes", "plain text"])
    );
    desk.keys("right enter");
    desk.text("Kurz");
    desk.keys("enter");
    assert_eq!(
        (
            desk.app.overlays().len(),
            &kept(&mut desk)["listings"]["de-de"]["baseListing"]["shortTitle"]
        ),
        (0, &json!("Kurz"))
    );
    let mut before = document();
    before["listings"]["de-de"]["baseListing"]["keywords"] = json!(["notes", "plain text"]);
    before["listings"]["de-de"]["baseListing"]["shortTitle"] = json!("Kurz");
    assert_eq!(kept(&mut desk)["listings"], before["listings"]);
}

#[test]
fn too_long_is_said_while_typing_and_in_the_table() {
    let mut desk = open();
    desk.keys("enter");
    desk.paste(&"x".repeat(1500));
    assert!(
        desk.screen()
            .contains("! 1513 characters; at most 1500 are allowed"),
        "{}",
        desk.screen()
    );
    desk.keys("esc");
    desk.wait(500);
    let screen = desk.screen();
    assert!(
        screen.contains("1513/1500") && screen.contains("─ too long ─"),
        "{screen}"
    );
}

#[test]
fn fill_says_what_changes_before_it_does() {
    let mut desk = open();
    desk.keys("f");
    insta::assert_snapshot!("listings_fill", desk.screen());
    desk.keys("enter");
    assert_eq!(
        text(&mut desk).as_deref(),
        Some(with_notes(&[("de-de", "Faster start.")]).as_str())
    );
    desk.keys("f down down enter");
    let all = ["de-de", "ja-jp", "ar-sa", "he-il"].map(|code| (code, "Faster start."));
    assert_eq!(text(&mut desk).as_deref(), Some(with_notes(&all).as_str()));
    desk.keys("ctrl-z ctrl-z");
    assert_eq!(text(&mut desk).as_deref(), Some(with_notes(&[]).as_str()));
    // With nothing to give there is nothing to fill; in a filtered table only what is in view is filled.
    desk.keys("down f");
    assert!(
        desk.app.overlays().is_empty() && desk.screen().contains("no text here"),
        "{}",
        desk.screen()
    );
    desk.keys("up / a r backspace backspace");
    desk.text("-");
    desk.keys("enter f");
    assert!(
        desk.screen().contains("all other languages in view"),
        "{}",
        desk.screen()
    );
}

#[test]
fn the_filter_takes_letters_and_not_the_keys_of_the_table() {
    let mut desk = open();
    desk.keys("/");
    desk.text("jn");
    let screen = desk.screen();
    assert!(
        !screen.contains("ja-jp") && screen.contains("No language is called like that"),
        "{screen}"
    );
    desk.keys("backspace");
    assert!(
        desk.screen().contains("ja-jp release notes") && desk.screen().contains("1 of 5 languages"),
        "{}",
        desk.screen()
    );
    desk.keys("esc");
    assert!(desk.screen().contains("en-us") && desk.kept.is_none());
}

#[test]
fn a_language_comes_and_goes() {
    let mut desk = open();
    desk.keys("n");
    desk.text("fr-fr");
    desk.keys("tab");
    insta::assert_snapshot!("listings_new_language", desk.screen());
    desk.keys("enter");
    let listing = kept(&mut desk)["listings"]["fr-fr"]["baseListing"].clone();
    assert_eq!(
        (&listing["releaseNotes"], &listing["images"]),
        (&json!("Faster start."), &json!([]))
    );
    desk.keys("end -");
    assert!(
        desk.screen().contains("ListingOptOutWarning"),
        "{}",
        desk.screen()
    );
    // The safe answer has the focus.
    desk.keys("enter");
    assert!(kept(&mut desk)["listings"]["fr-fr"].is_object());
    desk.keys("- right enter");
    assert_eq!(text(&mut desk).as_deref(), Some(with_notes(&[]).as_str()));
}

#[test]
fn texts_come_from_a_folder_as_one_step_after_a_look() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("en_US/release_notes.txt", "\u{feff}Tabs.\r\n"),
            ("releaseNotes/de-DE.txt", "Reiter."),
            ("ja.txt", "タブ"),
            ("ar-sa.txt", &"x".repeat(1501)),
            ("fr-fr.txt", "Onglets."),
            ("he-il.txt", " \n"),
            ("shots/a.png", "no"),
        ],
    );
    let mut desk = open();
    desk.keys("i");
    path(&mut desk, folder.path());
    insta::assert_snapshot!("listings_import", desk.screen());
    desk.keys("enter");
    let expected = [("en-us", "Tabs."), ("de-de", "Reiter."), ("ja-jp", "タブ")];
    assert_eq!(
        (text(&mut desk).as_deref(), desk.app.overlays().len()),
        (Some(with_notes(&expected).as_str()), 0)
    );
    desk.keys("ctrl-z");
    assert_eq!(text(&mut desk).as_deref(), Some(with_notes(&[]).as_str()));
    // A new language and an emptied text only when they are asked for.
    desk.keys("i");
    path(&mut desk, folder.path());
    desk.keys("n space");
    let screen = desk.screen();
    assert!(
        screen.contains("5 texts change, 1 language added, 1 not taken"),
        "{screen}"
    );
    desk.keys("enter");
    assert_eq!(
        kept(&mut desk)["listings"]["fr-fr"]["baseListing"]["releaseNotes"],
        "Onglets."
    );
    assert_eq!(
        kept(&mut desk)["listings"]["he-il"]["baseListing"]["releaseNotes"],
        ""
    );
}

#[test]
fn an_import_that_finds_nothing_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = open();
    desk.keys("i");
    path(&mut desk, &folder.path().join("none"));
    assert!(desk.screen().contains("✗"), "{}", desk.screen());
    path(&mut desk, folder.path());
    desk.keys("enter");
    assert!(
        desk.screen().contains("No text was found there")
            && desk.screen().contains("Nothing would change"),
        "{}",
        desk.screen()
    );
    desk.keys("esc esc");
    assert!(desk.app.overlays().is_empty() && desk.kept.is_none());
}

#[test]
fn an_export_overwrites_only_on_a_word_and_comes_back_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("texts.csv");
    let mut desk = open();
    desk.keys("s down enter");
    path(&mut desk, &table);
    assert!(
        desk.screen().contains("✓ 1 file written"),
        "{}",
        desk.screen()
    );
    let first = fs::read_to_string(&table).unwrap();
    assert!(
        first.starts_with("\u{feff}language,title,") && first.contains("起動が速くなりました。"),
        "{first}"
    );
    desk.keys("enter i");
    path(&mut desk, &table);
    assert!(
        desk.screen().contains("no texts change") && desk.kept.is_none(),
        "{}",
        desk.screen()
    );
    desk.keys("esc esc enter");
    desk.text(" New.");
    desk.keys("esc s down enter");
    path(&mut desk, &table);
    assert!(
        desk.screen()
            .contains("1 file is there and says something else"),
        "{}",
        desk.screen()
    );
    assert_eq!(fs::read_to_string(&table).unwrap(), first);
    desk.keys("space");
    assert!(
        desk.screen().contains("✓ 1 file written")
            && fs::read_to_string(&table)
                .unwrap()
                .contains("Faster start. New.")
    );
    // One field alone, as files.
    desk.keys("enter s enter");
    path(&mut desk, &folder.path().join("notes"));
    assert!(
        desk.screen().contains("✓ 4 files written"),
        "{}",
        desk.screen()
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("notes/ar-sa/releaseNotes.txt")).unwrap(),
        "بدء أسرع.\n"
    );
}

#[test]
fn a_path_is_completed_as_far_as_it_is_one() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("notes-a/x.txt", ""),
            ("notes-b/en-us/title.txt", "T"),
            ("other.png", ""),
        ],
    );
    let mut desk = open();
    desk.keys("i ctrl-u");
    desk.text(&format!("{}/n", folder.path().display()));
    desk.keys("tab");
    let screen = desk.screen();
    assert!(
        screen.contains("notes-a") && screen.contains("notes-b") && !screen.contains("other.png"),
        "{screen}"
    );
    desk.keys("down down enter");
    desk.keys("enter");
    assert!(desk.screen().contains("1 text change"), "{}", desk.screen());
}

#[test]
fn the_language_to_compare_with_is_chosen_and_a_text_is_copied() {
    let mut desk = open();
    desk.keys("end space left left");
    let screen = desk.screen();
    assert!(
        screen.contains("he-il   *") && !screen.contains("= Northwind"),
        "{screen}"
    );
    desk.keys("y");
    let copied = |effect: &flightdeck::app::event::Effect| matches!(effect, flightdeck::app::event::Effect::Copy(text) if text == "פתקים");
    assert!(desk.effects.iter().any(copied));
}

#[test]
fn an_add_on_has_two_texts_and_a_flight_no_such_tab() {
    let add_on = Target::add_on("9NX0ADDONEX1");
    let live = json!({"id": "1", "status": "Published", "listings": {"en-us": {"title": "Pro", "description": "All."}}});
    let app = Target::app("9NX0EXAMPLE1");
    let store = vec![
        detail(&app, "Northwind Notes", None, Some(document())),
        detail(&add_on, "notes.pro", None, Some(live)),
    ];
    let mut desk = Desk::new(120, 40, store);
    desk.keys("enter");
    desk.wait(500);
    desk.keys("2 enter");
    desk.wait(500);
    desk.keys("4");
    show(&mut desk);
    desk.keys("enter end");
    desk.text(" Pack");
    desk.keys("enter");
    assert_eq!(
        kept(&mut desk)["listings"],
        json!({"en-us": {"title": "Pro Pack", "description": "All."}})
    );
    desk.keys("-");
    assert!(
        desk.app.overlays().is_empty() && desk.screen().contains("only listing"),
        "{}",
        desk.screen()
    );

    let flight = Target::flight("9NX0EXAMPLE1", "5f0c");
    let app = Target::app("9NX0EXAMPLE1");
    let live = json!({"id": "1", "status": "Published", "flightPackages": []});
    let store = vec![
        detail(&app, "Northwind Notes", None, Some(document())),
        detail(&flight, "Insiders", None, Some(live)),
    ];
    let mut desk = Desk::new(120, 40, store);
    desk.keys("enter");
    desk.wait(500);
    desk.keys("3 enter");
    desk.wait(500);
    desk.keys("4");
    assert!(
        desk.screen().contains("Overview │ JSON") && !desk.screen().contains("Listings"),
        "{}",
        desk.screen()
    );
}

#[test]
fn the_selected_cell_alone_is_reversed() {
    let desk = open();
    let buffer = desk.buffer();
    let reversed = |y: u16| {
        (0..buffer.area.width)
            .filter(|x| buffer[(*x, y)].modifier.contains(Modifier::REVERSED))
            .count()
    };
    let rows: Vec<usize> = (0..buffer.area.height)
        .map(reversed)
        .filter(|cells| *cells > 0)
        .collect();
    // The tab's name and the cell.
    assert_eq!(rows.len(), 2, "{rows:?}");
}
