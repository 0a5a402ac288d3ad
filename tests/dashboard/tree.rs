//! The tree of a document, by keys and clicks: what is on screen, what becomes of the document, what stays as it was.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use crate::{
    desk::Desk,
    openings::{APP, live, notes},
};
use flightdeck::app::event::{Effect, Event};
use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use serde_json::{Value, json};

/// The tree of the app's document, with the cursor on its first row.
fn open_at(columns: u16, rows: u16) -> Desk {
    let desk = Desk::open((columns, rows), notes(None, live(APP)), "] t");
    assert!(desk.screen().contains("▸ listings"), "{}", desk.screen());
    desk
}

fn open() -> Desk {
    open_at(120, 40)
}

/// To the first place that has the word; ends with the search closed.
fn go(desk: &mut Desk, word: &str) {
    desk.keys("home /");
    desk.text(word);
    desk.keys("enter");
}

/// The pointer that the tree's cursor is on, as the copy key gives it.
fn pointer(desk: &mut Desk) -> String {
    copied(desk, "y")
}

fn copied(desk: &mut Desk, key: &str) -> String {
    desk.keys(key);
    let copied = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    copied.unwrap()
}

/// The edited text, if anything was edited.
fn text(desk: &Desk) -> Option<String> {
    desk.edited().map(str::to_owned)
}

fn edited(desk: &Desk) -> Value {
    serde_json::from_str(&text(desk).unwrap()).unwrap()
}

fn mouse(desk: &mut Desk, kind: MouseEventKind, column: u16, row: u16) {
    let event = MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    };
    desk.app.handle(Event::Mouse(event), desk.now);
}

/// Where a text stands on screen.
fn find(desk: &Desk, text: &str) -> (u16, u16) {
    let screen = desk.screen();
    let (row, line) = screen
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains(text))
        .unwrap();
    (
        line[..line.find(text).unwrap()].chars().count() as u16,
        row as u16,
    )
}

#[test]
fn a_choice_is_picked_a_bool_switched_an_entry_added_and_all_of_it_undone_in_the_text() {
    let mut desk = open();
    go(&mut desk, "visibility");
    desk.keys("enter");
    let screen = desk.screen();
    assert!(
        screen.contains("Private") && screen.contains("now") && screen.contains("esc leaves it"),
        "{screen}"
    );
    desk.text("hid");
    desk.keys("enter");
    let first = text(&desk).unwrap();
    assert_eq!(edited(&desk)["visibility"], "Hidden");
    assert!(
        desk.screen().contains("● was \"Public\""),
        "{}",
        desk.screen()
    );

    go(&mut desk, "canInstall");
    desk.keys("space");
    assert_eq!(edited(&desk)["canInstallOnRemovableMedia"], false);
    desk.keys("enter");
    assert_eq!(edited(&desk)["canInstallOnRemovableMedia"], true);
    desk.keys("enter");

    go(&mut desk, "markdown");
    assert_eq!(pointer(&mut desk), "/listings/en-us/baseListing/keywords/1");
    desk.keys("n");
    desk.text("plain text");
    desk.keys("enter");
    assert_eq!(
        edited(&desk)["listings"]["en-us"]["baseListing"]["keywords"],
        json!(["notes", "markdown", "plain text"])
    );
    assert_eq!(pointer(&mut desk), "/listings/en-us/baseListing/keywords/2");
    desk.keys("up up -");
    assert_eq!(
        edited(&desk)["listings"]["en-us"]["baseListing"]["keywords"],
        json!(["markdown", "plain text"])
    );
    assert!(
        desk.screen()
            .contains("0 is taken out; ctrl-z brings it back."),
        "{}",
        desk.screen()
    );

    // What no key has touched keeps its very bytes.
    let whole = text(&desk).unwrap();
    for untouched in [
        "\"packageRolloutPercentage\": 0.0",
        "\"Holographic\": false",
        "\"releaseNotes\": \"Faster start.\"",
    ] {
        assert!(whole.contains(untouched), "{whole}");
    }

    // Back in the tree, and the rest of the way in the text: one history.
    desk.keys("ctrl-z");
    assert_eq!(
        edited(&desk)["listings"]["en-us"]["baseListing"]["keywords"],
        json!(["notes", "markdown", "plain text"])
    );
    desk.keys("t ctrl-z ctrl-z ctrl-z ctrl-z");
    assert_eq!(text(&desk), Some(first));
    desk.keys("ctrl-z");
    assert_eq!(edited(&desk)["visibility"], "Public");
    desk.keys("t ctrl-y");
    assert_eq!(edited(&desk)["visibility"], "Hidden");
    assert_eq!(
        pointer(&mut desk),
        "/visibility",
        "the tree goes to where something has changed"
    );
}

#[test]
fn a_text_is_typed_in_its_row_and_a_long_one_in_an_area() {
    let mut desk = open();
    go(&mut desk, "shortTitle");
    desk.keys("enter");
    desk.text("Notes");
    let screen = desk.screen();
    assert!(
        screen.contains("5 / 50") && screen.contains("enter keeps it"),
        "{screen}"
    );
    desk.keys("esc");
    assert!(text(&desk).is_none(), "esc leaves it as it was");
    desk.keys("enter");
    desk.text(&"x".repeat(51));
    assert!(desk.screen().contains("✗ 51 / 50"), "{}", desk.screen());
    desk.keys("backspace enter");
    assert_eq!(
        edited(&desk)["listings"]["en-us"]["baseListing"]["shortTitle"],
        "x".repeat(50)
    );

    go(&mut desk, "releaseNotes");
    desk.keys("enter");
    let screen = desk.screen();
    assert!(
        screen.contains("13 / 1,500") && screen.contains("esc or ctrl-s keeps it"),
        "{screen}"
    );
    desk.keys("enter");
    desk.text("Tabs.");
    desk.keys("esc");
    assert_eq!(
        edited(&desk)["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Faster start.\nTabs."
    );
    assert!(
        desk.screen().contains("\"Faster start.↵Tabs.\""),
        "{}",
        desk.screen()
    );
    desk.keys("ctrl-z");
    assert_eq!(
        edited(&desk)["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Faster start.",
        "one step of undo"
    );
    desk.keys("enter");
    desk.text(" And tabs.");
    desk.keys("ctrl-c");
    assert_eq!(
        edited(&desk)["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Faster start. And tabs.",
        "nothing is lost by leaving"
    );
}

#[test]
fn numbers_and_dates_are_refused_until_they_are_some() {
    let mut desk = open();
    go(&mut desk, "packageRolloutPercentage");
    desk.keys("enter ctrl-u");
    desk.text("1o");
    desk.keys("enter");
    assert!(
        desk.screen().contains("“1o” is no number") && text(&desk).is_none(),
        "{}",
        desk.screen()
    );
    desk.keys("backspace");
    desk.text("2.50");
    desk.keys("enter");
    assert!(
        text(&desk)
            .unwrap()
            .contains("\"packageRolloutPercentage\": 12.50")
    );
    go(&mut desk, "targetPublishDate");
    desk.keys("enter ctrl-u");
    desk.text("tomorrow");
    desk.keys("enter");
    assert!(
        desk.screen().contains("“tomorrow” is no date"),
        "{}",
        desk.screen()
    );
    desk.keys("ctrl-u");
    desk.text("2026-03-01T09:00:00Z");
    desk.keys("enter");
    assert_eq!(edited(&desk)["targetPublishDate"], "2026-03-01T09:00:00Z");
}

#[test]
fn a_language_is_added_by_its_code_and_taken_out_again() {
    let mut desk = open();
    go(&mut desk, "listings");
    desk.keys("n");
    let screen = desk.screen();
    assert!(
        screen.contains("name of what is new in /listings") && !screen.contains("  de-de  "),
        "{screen}"
    );
    desk.text("fr-fr");
    desk.keys("enter");
    assert!(edited(&desk)["listings"]["fr-fr"].is_object());
    assert_eq!(pointer(&mut desk), "/listings/fr-fr");
    desk.keys("-");
    assert!(edited(&desk)["listings"].get("fr-fr").is_none());
    assert_eq!(
        pointer(&mut desk),
        "/listings/de-de",
        "the cursor goes to the nearest place"
    );
}

#[test]
fn what_the_store_writes_explains_itself() {
    let mut desk = open();
    go(&mut desk, "2000000000071000001");
    for key in ["enter", "-"] {
        desk.keys(key);
        assert!(
            desk.screen().contains("id is written by the Store alone"),
            "{key}: {}",
            desk.screen()
        );
        assert!(text(&desk).is_none());
    }
    assert!(desk.screen().contains("read-only"), "{}", desk.screen());
}

#[test]
fn a_search_opens_what_hides_its_hits_and_says_when_there_is_none() {
    let mut desk = open();
    go(&mut desk, "Notizen");
    assert_eq!(
        pointer(&mut desk),
        "/listings/de-de/baseListing/description"
    );
    go(&mut desk, "title");
    desk.keys("home");
    assert!(
        desk.screen().contains("▸ pricing"),
        "what only a half-typed word hit stays folded: {}",
        desk.screen()
    );
    go(&mut desk, "title");
    assert_eq!(pointer(&mut desk), "/listings/en-us/baseListing/title");
    desk.keys("f3 f3");
    assert_eq!(pointer(&mut desk), "/listings/en-us/baseListing/sortTitle");
    // The word about what was copied is gone by then.
    desk.wait(10_000);
    desk.keys("/");
    desk.text("xyzzy");
    assert!(
        desk.screen().contains("“xyzzy” does not occur"),
        "{}",
        desk.screen()
    );
    desk.keys("esc");
    assert_eq!(pointer(&mut desk), "/listings/en-us/baseListing/sortTitle");
}

#[test]
fn text_and_tree_lead_to_the_same_place() {
    let mut desk = open();
    go(&mut desk, "internetClient");
    desk.keys("t");
    assert!(
        desk.screen().contains("\"internetClient\","),
        "{}",
        desk.screen()
    );
    // The editor begins where the tree was, and the tree where the editor was.
    desk.keys("t");
    go(&mut desk, "devStudio");
    desk.keys("left e");
    desk.keys("ctrl-f");
    desk.text("Faster");
    desk.keys("enter esc esc t");
    assert_eq!(
        pointer(&mut desk),
        "/listings/en-us/baseListing/releaseNotes"
    );
}

#[test]
fn a_text_that_does_not_parse_leads_back_to_itself() {
    let mut desk = open();
    desk.keys("t e");
    desk.text("x");
    desk.keys("esc t");
    let screen = desk.screen();
    assert!(
        screen.contains("no valid JSON") && screen.contains("Line 2, column "),
        "{screen}"
    );
    desk.keys("n");
    assert!(
        desk.screen()
            .contains("There is no tree just now; t leads back to the text."),
        "{}",
        desk.screen()
    );
    desk.keys("t ctrl-z t");
    assert!(desk.screen().contains("▸ listings"), "{}", desk.screen());
}

#[test]
fn findings_stand_at_their_rows_and_are_gone_to() {
    let mut desk = open();
    go(&mut desk, "visibility");
    desk.keys("enter");
    desk.text("Secret");
    desk.keys("enter");
    desk.wait(500);
    assert_eq!(
        edited(&desk)["visibility"],
        "Secret",
        "the service's lists are open"
    );
    let screen = desk.screen();
    assert!(screen.contains("●!") || screen.contains("●✗"), "{screen}");
    desk.keys("home f8");
    assert_ne!(pointer(&mut desk), "/applicationCategory");
    let worst = desk
        .screen()
        .lines()
        .any(|line| line.contains("! ") || line.contains("✗ "));
    assert!(worst, "{}", desk.screen());
}

#[test]
fn the_mouse_selects_folds_edits_and_scrolls() {
    let mut desk = open();
    let (column, row) = find(&desk, "listings: {");
    mouse(
        &mut desk,
        MouseEventKind::Down(MouseButton::Left),
        column - 2,
        row,
    );
    assert_eq!(pointer(&mut desk), "/listings");
    assert!(desk.screen().contains("▸ en-us"), "{}", desk.screen());
    let (column, row) = find(&desk, "visibility:");
    mouse(
        &mut desk,
        MouseEventKind::Down(MouseButton::Left),
        column,
        row,
    );
    assert_eq!(pointer(&mut desk), "/visibility");
    mouse(
        &mut desk,
        MouseEventKind::Down(MouseButton::Left),
        column,
        row,
    );
    let (column, row) = find(&desk, "Private");
    mouse(
        &mut desk,
        MouseEventKind::Down(MouseButton::Left),
        column,
        row,
    );
    desk.keys("y");
    assert!(
        desk.screen().contains("visibility: \"Private\""),
        "{}",
        desk.screen()
    );
    mouse(&mut desk, MouseEventKind::ScrollDown, column, row);
    assert_ne!(pointer(&mut desk), "/visibility");
}

/// The screen without the row of tabs, which is not the tree's.
fn screen(desk: &Desk) -> String {
    desk.screen()
        .lines()
        .filter(|line| !line.contains(" Overview │ JSON "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_screens() {
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let size = format!("{columns}x{rows}");
        let mut desk = open_at(columns, rows);
        go(&mut desk, "markdown");
        insta::assert_snapshot!(format!("tree_{size}"), screen(&desk));
        desk.keys("n");
        desk.text("text");
        insta::assert_snapshot!(format!("tree_new_{size}"), screen(&desk));
        desk.keys("enter");
        go(&mut desk, "releaseNotes");
        desk.keys("enter");
        insta::assert_snapshot!(format!("tree_text_{size}"), screen(&desk));
        desk.keys("esc");
        go(&mut desk, "visibility");
        desk.keys("enter");
        insta::assert_snapshot!(format!("tree_pick_{size}"), screen(&desk));
        desk.keys("esc");
        go(&mut desk, "shortTitle");
        desk.keys("enter");
        desk.text("Notes");
        insta::assert_snapshot!(format!("tree_row_{size}"), screen(&desk));
    }
}

#[test]
fn a_value_is_copied_as_text_or_as_json() {
    let mut desk = open();
    go(&mut desk, "targetPublishMode");
    assert_eq!(copied(&mut desk, "shift-y"), "Immediate");
    go(&mut desk, "keywords");
    let value: Value = serde_json::from_str(&copied(&mut desk, "shift-y")).unwrap();
    assert!(value.is_array(), "{value}");
}
