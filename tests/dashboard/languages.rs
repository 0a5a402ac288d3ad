//! The Listings tab by keys: what stands on screen, what changes in the document, and that nothing else does.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails loudly"
)]

use crate::{
    dashboard::{Dashboard, detail},
    openings::{APP, live, notes},
};
use serde_json::{Value, json};
use std::{fs, path::Path};
use store_model::{json::document::pretty, target::Target};
use tui_kit::theme::Role;

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
fn open_at(columns: u16, rows: u16) -> Dashboard {
    let mut dashboard = Dashboard::open((columns, rows), notes(None, document()), "");
    show(&mut dashboard);
    dashboard
}

/// To the Listings tab.
fn show(dashboard: &mut Dashboard) {
    for _ in 0..8 {
        // A key that only the table has: names of texts stand in the overview too.
        if dashboard.screen().contains(" f fill ") {
            return;
        }
        dashboard.keys("]");
    }
    panic!("no such tab: {}", dashboard.screen());
}

fn open() -> Dashboard {
    open_at(120, 40)
}

/// The text as it lies on disk after a pause.
fn text(dashboard: &mut Dashboard) -> Option<String> {
    dashboard.wait(1_000);
    dashboard.kept.clone()
}

fn kept(dashboard: &mut Dashboard) -> Value {
    serde_json::from_str(&text(dashboard).unwrap()).unwrap()
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
fn path(dashboard: &mut Dashboard, path: &Path) {
    dashboard.keys("ctrl-u");
    dashboard.text(path.to_str().unwrap());
    dashboard.keys("enter");
}

#[test]
fn the_table_shows_what_is_missing_empty_and_the_same() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut dashboard = open_at(columns, rows);
        insta::assert_snapshot!(format!("listings_{columns}x{rows}"), dashboard.screen());
        dashboard.keys("down left");
        assert!(
            dashboard.screen().contains("de-de description ─ missing"),
            "{}",
            dashboard.screen()
        );
        dashboard.keys("left");
        assert!(
            dashboard.screen().contains("same as en-us"),
            "{}",
            dashboard.screen()
        );
        dashboard.keys("j j l l l l l l l l l l l l l l l");
        assert!(
            dashboard.screen().contains("ar-sa recommended hardware"),
            "{}",
            dashboard.screen()
        );
    }
}

#[test]
fn a_cell_is_edited_with_its_limit_in_sight_and_undone() {
    let mut dashboard = open();
    dashboard.keys("down enter");
    assert_eq!(dashboard.app.overlays(), ["text-edit"]);
    dashboard.text("Schneller");
    dashboard.keys("enter");
    dashboard.text("und leichter.");
    let screen = dashboard.screen();
    assert!(
        screen.contains("23 of 1500 characters") && screen.contains("Faster start."),
        "{screen}"
    );
    dashboard.keys("ctrl-s");
    let screen = dashboard.screen();
    assert!(
        screen.contains("de-de release notes changed") && screen.contains("on the server"),
        "{screen}"
    );
    assert_eq!(
        text(&mut dashboard).as_deref(),
        Some(with_notes(&[("de-de", "Schneller\nund leichter.")]).as_str())
    );
    dashboard.keys("ctrl-z");
    assert_eq!(
        text(&mut dashboard).as_deref(),
        Some(with_notes(&[]).as_str())
    );
    dashboard.keys("ctrl-y");
    assert_eq!(
        kept(&mut dashboard)["listings"]["de-de"]["baseListing"]["releaseNotes"],
        "Schneller\nund leichter."
    );
    // Escape leaves without the change; nothing changed is no step.
    let before = text(&mut dashboard);
    dashboard.keys("enter");
    dashboard.text("!!!");
    dashboard.keys("esc");
    assert_eq!(
        (dashboard.app.overlays().len(), text(&mut dashboard)),
        (0, before)
    );
}

#[test]
fn a_missing_list_is_added_and_a_title_is_one_line() {
    let mut dashboard = open();
    dashboard.keys("down right right right enter");
    assert!(
        dashboard.screen().contains("one a line"),
        "{}",
        dashboard.screen()
    );
    dashboard.text("notes");
    dashboard.keys("enter enter");
    dashboard.text(" plain text ");
    dashboard.keys("ctrl-s");
    assert_eq!(
        kept(&mut dashboard)["listings"]["de-de"]["baseListing"]["keywords"],
        json!(["notes", "plain text"])
    );
    dashboard.keys("right enter");
    dashboard.text("Kurz");
    dashboard.keys("enter");
    assert_eq!(
        (
            dashboard.app.overlays().len(),
            &kept(&mut dashboard)["listings"]["de-de"]["baseListing"]["shortTitle"]
        ),
        (0, &json!("Kurz"))
    );
    let mut before = document();
    before["listings"]["de-de"]["baseListing"]["keywords"] = json!(["notes", "plain text"]);
    before["listings"]["de-de"]["baseListing"]["shortTitle"] = json!("Kurz");
    assert_eq!(kept(&mut dashboard)["listings"], before["listings"]);
}

#[test]
fn too_long_is_said_while_typing_and_in_the_table() {
    let mut dashboard = open();
    dashboard.keys("enter");
    dashboard.paste(&"x".repeat(1500));
    assert!(
        dashboard
            .screen()
            .contains("! 1513 characters; at most 1500 are allowed"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("ctrl-s");
    dashboard.wait(500);
    let screen = dashboard.screen();
    assert!(
        screen.contains("1513/1500") && screen.contains("─ too long ─"),
        "{screen}"
    );
}

#[test]
fn fill_says_what_changes_before_it_does() {
    let mut dashboard = open();
    dashboard.keys("f");
    insta::assert_snapshot!("listings_fill", dashboard.screen());
    dashboard.keys("enter");
    assert_eq!(
        text(&mut dashboard).as_deref(),
        Some(with_notes(&[("de-de", "Faster start.")]).as_str())
    );
    dashboard.keys("f down down enter");
    let all = ["de-de", "ja-jp", "ar-sa", "he-il"].map(|code| (code, "Faster start."));
    assert_eq!(
        text(&mut dashboard).as_deref(),
        Some(with_notes(&all).as_str())
    );
    dashboard.keys("ctrl-z ctrl-z");
    assert_eq!(
        text(&mut dashboard).as_deref(),
        Some(with_notes(&[]).as_str())
    );
    // With nothing to give there is nothing to fill; in a filtered table only what is in view is filled.
    dashboard.keys("down f");
    assert!(
        dashboard.app.overlays().is_empty() && dashboard.screen().contains("no text here"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("up / a r backspace backspace");
    dashboard.text("-");
    dashboard.keys("enter f");
    assert!(
        dashboard.screen().contains("all other languages in view"),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn the_filter_takes_letters_and_not_the_keys_of_the_table() {
    let mut dashboard = open();
    dashboard.keys("/");
    dashboard.text("jn");
    let screen = dashboard.screen();
    assert!(
        !screen.contains("ja-jp") && screen.contains("No language matches"),
        "{screen}"
    );
    dashboard.keys("backspace");
    assert!(
        dashboard.screen().contains("ja-jp release notes")
            && dashboard.screen().contains("1 of 5 languages"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("esc");
    assert!(dashboard.screen().contains("en-us") && dashboard.kept.is_none());
}

#[test]
fn a_language_comes_and_goes() {
    let mut dashboard = open();
    dashboard.keys("n");
    dashboard.text("fr-fr");
    dashboard.keys("tab");
    insta::assert_snapshot!("listings_new_language", dashboard.screen());
    dashboard.keys("enter");
    let listing = kept(&mut dashboard)["listings"]["fr-fr"]["baseListing"].clone();
    assert_eq!(
        (&listing["releaseNotes"], &listing["images"]),
        (&json!("Faster start."), &json!([]))
    );
    dashboard.keys("end -");
    assert!(
        dashboard.screen().contains("ListingOptOutWarning"),
        "{}",
        dashboard.screen()
    );
    // The safe answer has the focus.
    dashboard.keys("enter");
    assert!(kept(&mut dashboard)["listings"]["fr-fr"].is_object());
    dashboard.keys("- right enter");
    assert_eq!(
        text(&mut dashboard).as_deref(),
        Some(with_notes(&[]).as_str())
    );
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
    let mut dashboard = open();
    dashboard.keys("i");
    path(&mut dashboard, folder.path());
    insta::assert_snapshot!("listings_import", dashboard.screen());
    dashboard.keys("enter");
    let expected = [("en-us", "Tabs."), ("de-de", "Reiter."), ("ja-jp", "タブ")];
    assert_eq!(
        (
            text(&mut dashboard).as_deref(),
            dashboard.app.overlays().len()
        ),
        (Some(with_notes(&expected).as_str()), 0)
    );
    dashboard.keys("ctrl-z");
    assert_eq!(
        text(&mut dashboard).as_deref(),
        Some(with_notes(&[]).as_str())
    );
    // A new language and an emptied text only when they are asked for.
    dashboard.keys("i");
    path(&mut dashboard, folder.path());
    dashboard.keys("n space");
    let screen = dashboard.screen();
    assert!(
        screen.contains("5 texts change, 1 language added, 1 not taken"),
        "{screen}"
    );
    dashboard.keys("enter");
    assert_eq!(
        kept(&mut dashboard)["listings"]["fr-fr"]["baseListing"]["releaseNotes"],
        "Onglets."
    );
    assert_eq!(
        kept(&mut dashboard)["listings"]["he-il"]["baseListing"]["releaseNotes"],
        ""
    );
}

#[test]
fn an_import_that_finds_nothing_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut dashboard = open();
    dashboard.keys("i");
    path(&mut dashboard, &folder.path().join("none"));
    assert!(dashboard.screen().contains("✗"), "{}", dashboard.screen());
    path(&mut dashboard, folder.path());
    dashboard.keys("enter");
    assert!(
        dashboard.screen().contains("No texts were found there")
            && dashboard.screen().contains("Nothing would change"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("esc esc");
    assert!(dashboard.app.overlays().is_empty() && dashboard.kept.is_none());
}

#[test]
fn an_export_overwrites_only_on_a_word_and_comes_back_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("texts.csv");
    let mut dashboard = open();
    dashboard.keys("s down enter");
    path(&mut dashboard, &table);
    assert!(
        dashboard.screen().contains("✓ 1 file written"),
        "{}",
        dashboard.screen()
    );
    let first = fs::read_to_string(&table).unwrap();
    assert!(
        first.starts_with("\u{feff}language,title,") && first.contains("起動が速くなりました。"),
        "{first}"
    );
    dashboard.keys("enter i");
    path(&mut dashboard, &table);
    assert!(
        dashboard.screen().contains("no texts change") && dashboard.kept.is_none(),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("esc esc enter");
    dashboard.text(" New.");
    dashboard.keys("ctrl-s s down enter");
    path(&mut dashboard, &table);
    assert!(
        dashboard
            .screen()
            .contains("1 file already exists and contains something else"),
        "{}",
        dashboard.screen()
    );
    assert_eq!(fs::read_to_string(&table).unwrap(), first);
    dashboard.keys("space");
    assert!(
        dashboard.screen().contains("✓ 1 file written")
            && fs::read_to_string(&table)
                .unwrap()
                .contains("Faster start. New.")
    );
    // One field alone, as files.
    dashboard.keys("enter s enter");
    path(&mut dashboard, &folder.path().join("notes"));
    assert!(
        dashboard.screen().contains("✓ 4 files written"),
        "{}",
        dashboard.screen()
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
    let mut dashboard = open();
    dashboard.keys("i ctrl-u");
    dashboard.text(&format!("{}/n", folder.path().display()));
    dashboard.keys("tab");
    let screen = dashboard.screen();
    assert!(
        screen.contains("notes-a") && screen.contains("notes-b") && !screen.contains("other.png"),
        "{screen}"
    );
    dashboard.keys("down down enter");
    dashboard.keys("enter");
    assert!(
        dashboard.screen().contains("1 text change"),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn the_language_to_compare_with_is_chosen_and_a_text_is_copied() {
    let mut dashboard = open();
    dashboard.keys("end space left left");
    let screen = dashboard.screen();
    assert!(
        screen.contains("he-il   *") && !screen.contains("= Northwind"),
        "{screen}"
    );
    dashboard.keys("y");
    let copied = |effect: &flightdeck::app::event::Effect| matches!(effect, flightdeck::app::event::Effect::Copy(text) if text == "פתקים");
    assert!(dashboard.effects.iter().any(copied));
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
    let mut dashboard = Dashboard::new(120, 40, store);
    dashboard.keys("enter");
    dashboard.wait(500);
    dashboard.keys("2 enter");
    dashboard.wait(500);
    dashboard.keys("4");
    show(&mut dashboard);
    dashboard.keys("enter end");
    dashboard.text(" Pack");
    dashboard.keys("enter");
    assert_eq!(
        kept(&mut dashboard)["listings"],
        json!({"en-us": {"title": "Pro Pack", "description": "All."}})
    );
    dashboard.keys("-");
    assert!(
        dashboard.app.overlays().is_empty() && dashboard.screen().contains("only listing"),
        "{}",
        dashboard.screen()
    );

    let flight = Target::flight("9NX0EXAMPLE1", "5f0c");
    let app = Target::app("9NX0EXAMPLE1");
    let live = json!({"id": "1", "status": "Published", "flightPackages": []});
    let store = vec![
        detail(&app, "Northwind Notes", None, Some(document())),
        detail(&flight, "Insiders", None, Some(live)),
    ];
    let mut dashboard = Dashboard::new(120, 40, store);
    dashboard.keys("enter");
    dashboard.wait(500);
    dashboard.keys("3 enter");
    dashboard.wait(500);
    dashboard.keys("4");
    assert!(
        dashboard.screen().contains("Overview │ JSON") && !dashboard.screen().contains("Listings"),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn the_selected_cell_alone_has_the_colour_of_the_selection() {
    let dashboard = open();
    let buffer = dashboard.buffer();
    let theme = flightdeck::screen::themes::load("dark").unwrap();
    let selection = theme.style(Role::Selection);
    let selected = |y: u16| {
        (0..buffer.area.width)
            .filter(|x| Some(buffer[(*x, y)].bg) == selection.bg)
            .count()
    };
    let rows: Vec<usize> = (0..buffer.area.height)
        .map(selected)
        .filter(|cells| *cells > 0)
        .collect();
    // The tab's name and the cell.
    assert_eq!(rows.len(), 2, "{rows:?}");
}
