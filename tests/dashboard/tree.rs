//! The tree of a document, by keys and clicks: what is on screen, what becomes of the document, what stays as it was.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use crate::{
    dashboard::Dashboard,
    openings::{APP, live, notes},
};
use flightdeck::app::event::{Effect, Event};
use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use serde_json::{Value, json};

/// The tree of the app's document, with the cursor on its first row.
fn open_at(columns: u16, rows: u16) -> Dashboard {
    let dashboard = Dashboard::open((columns, rows), notes(None, live(APP)), "] t");
    assert!(
        dashboard.screen().contains("▸ listings"),
        "{}",
        dashboard.screen()
    );
    dashboard
}

fn open() -> Dashboard {
    open_at(120, 40)
}

/// To the first place that has the word; ends with the search closed.
fn go(dashboard: &mut Dashboard, word: &str) {
    dashboard.keys("home /");
    dashboard.text(word);
    dashboard.keys("enter");
}

/// The pointer that the tree's cursor is on, as the copy key gives it.
fn pointer(dashboard: &mut Dashboard) -> String {
    copied(dashboard, "y")
}

fn copied(dashboard: &mut Dashboard, key: &str) -> String {
    dashboard.keys(key);
    let copied = dashboard
        .effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Copy(text) => Some(text.clone()),
            _ => None,
        });
    copied.unwrap()
}

/// The edited text, if anything was edited.
fn text(dashboard: &Dashboard) -> Option<String> {
    dashboard.edited().map(str::to_owned)
}

fn edited(dashboard: &Dashboard) -> Value {
    serde_json::from_str(&text(dashboard).unwrap()).unwrap()
}

fn mouse(dashboard: &mut Dashboard, kind: MouseEventKind, column: u16, row: u16) {
    let event = MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    };
    dashboard.app.handle(Event::Mouse(event), dashboard.now);
}

/// Where a text stands on screen.
fn find(dashboard: &Dashboard, text: &str) -> (u16, u16) {
    let screen = dashboard.screen();
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
    let mut dashboard = open();
    go(&mut dashboard, "visibility");
    dashboard.keys("enter");
    let screen = dashboard.screen();
    assert!(
        screen.contains("Private") && screen.contains("now") && screen.contains("esc cancels"),
        "{screen}"
    );
    dashboard.text("hid");
    dashboard.keys("enter");
    let first = text(&dashboard).unwrap();
    assert_eq!(edited(&dashboard)["visibility"], "Hidden");
    assert!(
        dashboard.screen().contains("● was \"Public\""),
        "{}",
        dashboard.screen()
    );

    go(&mut dashboard, "canInstall");
    dashboard.keys("space");
    assert_eq!(edited(&dashboard)["canInstallOnRemovableMedia"], false);
    dashboard.keys("enter");
    assert_eq!(edited(&dashboard)["canInstallOnRemovableMedia"], true);
    dashboard.keys("enter");

    go(&mut dashboard, "markdown");
    assert_eq!(
        pointer(&mut dashboard),
        "/listings/en-us/baseListing/keywords/1"
    );
    dashboard.keys("n");
    dashboard.text("plain text");
    dashboard.keys("enter");
    assert_eq!(
        edited(&dashboard)["listings"]["en-us"]["baseListing"]["keywords"],
        json!(["notes", "markdown", "plain text"])
    );
    assert_eq!(
        pointer(&mut dashboard),
        "/listings/en-us/baseListing/keywords/2"
    );
    dashboard.keys("up up -");
    assert_eq!(
        edited(&dashboard)["listings"]["en-us"]["baseListing"]["keywords"],
        json!(["markdown", "plain text"])
    );
    assert!(
        dashboard
            .screen()
            .contains("0 is removed; ctrl-z undoes it."),
        "{}",
        dashboard.screen()
    );

    // What no key has touched keeps its very bytes.
    let whole = text(&dashboard).unwrap();
    for untouched in [
        "\"packageRolloutPercentage\": 0.0",
        "\"Holographic\": false",
        "\"releaseNotes\": \"Faster start.\"",
    ] {
        assert!(whole.contains(untouched), "{whole}");
    }

    // Back in the tree, and the rest of the way in the text: one history.
    dashboard.keys("ctrl-z");
    assert_eq!(
        edited(&dashboard)["listings"]["en-us"]["baseListing"]["keywords"],
        json!(["notes", "markdown", "plain text"])
    );
    dashboard.keys("t ctrl-z ctrl-z ctrl-z ctrl-z");
    assert_eq!(text(&dashboard), Some(first));
    dashboard.keys("ctrl-z");
    assert_eq!(edited(&dashboard)["visibility"], "Public");
    dashboard.keys("t ctrl-y");
    assert_eq!(edited(&dashboard)["visibility"], "Hidden");
    assert_eq!(
        pointer(&mut dashboard),
        "/visibility",
        "the tree goes to where something has changed"
    );
}

#[test]
fn a_text_is_typed_in_its_row_and_a_long_one_in_an_area() {
    let mut dashboard = open();
    go(&mut dashboard, "shortTitle");
    dashboard.keys("enter");
    dashboard.text("Notes");
    let screen = dashboard.screen();
    assert!(
        screen.contains("5 / 50") && screen.contains("enter accepts"),
        "{screen}"
    );
    dashboard.keys("esc");
    assert!(text(&dashboard).is_none(), "esc cancels");
    dashboard.keys("enter");
    dashboard.text(&"x".repeat(51));
    assert!(
        dashboard.screen().contains("✗ 51 / 50"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("backspace enter");
    assert_eq!(
        edited(&dashboard)["listings"]["en-us"]["baseListing"]["shortTitle"],
        "x".repeat(50)
    );

    go(&mut dashboard, "releaseNotes");
    dashboard.keys("enter");
    let screen = dashboard.screen();
    assert!(
        screen.contains("13 of 1500 characters") && screen.contains("ctrl-s keep"),
        "{screen}"
    );
    dashboard.keys("enter");
    dashboard.text("Tabs.");
    dashboard.keys("ctrl-s");
    assert_eq!(
        edited(&dashboard)["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Faster start.\nTabs."
    );
    assert!(
        dashboard.screen().contains("\"Faster start.↵Tabs.\""),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("ctrl-z");
    assert_eq!(
        edited(&dashboard)["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Faster start.",
        "one step of undo"
    );
    dashboard.keys("enter");
    dashboard.text(" And tabs.");
    dashboard.keys("ctrl-c tab esc");
    assert_eq!(
        edited(&dashboard)["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Faster start.",
        "escape leaves without the change, and no other key ends it"
    );
}

#[test]
fn numbers_and_dates_are_refused_until_they_are_some() {
    let mut dashboard = open();
    go(&mut dashboard, "packageRolloutPercentage");
    dashboard.keys("enter ctrl-u");
    dashboard.text("1o");
    dashboard.keys("enter");
    assert!(
        dashboard.screen().contains("“1o” is not a number") && text(&dashboard).is_none(),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("backspace");
    dashboard.text("2.50");
    dashboard.keys("enter");
    assert!(
        text(&dashboard)
            .unwrap()
            .contains("\"packageRolloutPercentage\": 12.50")
    );
    go(&mut dashboard, "targetPublishDate");
    dashboard.keys("enter ctrl-u");
    dashboard.text("tomorrow");
    dashboard.keys("enter");
    assert!(
        dashboard.screen().contains("“tomorrow” is not a date"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("ctrl-u");
    dashboard.text("2026-03-01T09:00:00Z");
    dashboard.keys("enter");
    assert_eq!(
        edited(&dashboard)["targetPublishDate"],
        "2026-03-01T09:00:00Z"
    );
}

#[test]
fn a_language_is_added_by_its_code_and_taken_out_again() {
    let mut dashboard = open();
    go(&mut dashboard, "listings");
    dashboard.keys("n");
    let screen = dashboard.screen();
    assert!(
        screen.contains("name of the new entry in /listings") && !screen.contains("  de-de  "),
        "{screen}"
    );
    dashboard.text("fr-fr");
    dashboard.keys("enter");
    assert!(edited(&dashboard)["listings"]["fr-fr"].is_object());
    assert_eq!(pointer(&mut dashboard), "/listings/fr-fr");
    dashboard.keys("-");
    assert!(edited(&dashboard)["listings"].get("fr-fr").is_none());
    assert_eq!(
        pointer(&mut dashboard),
        "/listings/de-de",
        "the cursor goes to the nearest place"
    );
}

#[test]
fn what_the_store_writes_explains_itself() {
    let mut dashboard = open();
    go(&mut dashboard, "2000000000071000001");
    for key in ["enter", "-"] {
        dashboard.keys(key);
        assert!(
            dashboard.screen().contains("id is written by the Store:"),
            "{key}: {}",
            dashboard.screen()
        );
        assert!(text(&dashboard).is_none());
    }
    assert!(
        dashboard.screen().contains("read-only"),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn a_search_opens_what_hides_its_hits_and_says_when_there_is_none() {
    let mut dashboard = open();
    go(&mut dashboard, "Notizen");
    assert_eq!(
        pointer(&mut dashboard),
        "/listings/de-de/baseListing/description"
    );
    go(&mut dashboard, "title");
    dashboard.keys("home");
    assert!(
        dashboard.screen().contains("▸ pricing"),
        "what only a half-typed word hit stays folded: {}",
        dashboard.screen()
    );
    go(&mut dashboard, "title");
    assert_eq!(pointer(&mut dashboard), "/listings/en-us/baseListing/title");
    dashboard.keys("f3 f3");
    assert_eq!(
        pointer(&mut dashboard),
        "/listings/en-us/baseListing/sortTitle"
    );
    // The word about what was copied is gone by then.
    dashboard.wait(10_000);
    dashboard.keys("/");
    dashboard.text("xyzzy");
    assert!(
        dashboard.screen().contains("no match for “xyzzy”"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("esc");
    assert_eq!(
        pointer(&mut dashboard),
        "/listings/en-us/baseListing/sortTitle"
    );
}

#[test]
fn text_and_tree_lead_to_the_same_place() {
    let mut dashboard = open();
    go(&mut dashboard, "internetClient");
    dashboard.keys("t");
    assert!(
        dashboard.screen().contains("\"internetClient\","),
        "{}",
        dashboard.screen()
    );
    // The editor begins where the tree was, and the tree where the editor was.
    dashboard.keys("t");
    go(&mut dashboard, "devStudio");
    dashboard.keys("left e");
    dashboard.keys("ctrl-f");
    dashboard.text("Faster");
    dashboard.keys("enter esc esc t");
    assert_eq!(
        pointer(&mut dashboard),
        "/listings/en-us/baseListing/releaseNotes"
    );
}

#[test]
fn a_text_that_does_not_parse_leads_back_to_itself() {
    let mut dashboard = open();
    dashboard.keys("t e");
    dashboard.text("x");
    dashboard.keys("esc t");
    let screen = dashboard.screen();
    assert!(
        screen.contains("not valid JSON") && screen.contains("Line 2, column "),
        "{screen}"
    );
    dashboard.keys("n");
    assert!(
        dashboard
            .screen()
            .contains("There is no tree to show; t returns to the text."),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("t ctrl-z t");
    assert!(
        dashboard.screen().contains("▸ listings"),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn findings_stand_at_their_rows_and_are_gone_to() {
    let mut dashboard = open();
    go(&mut dashboard, "visibility");
    dashboard.keys("enter");
    dashboard.text("Secret");
    dashboard.keys("enter");
    dashboard.wait(500);
    assert_eq!(
        edited(&dashboard)["visibility"],
        "Secret",
        "the service's lists are open"
    );
    let screen = dashboard.screen();
    assert!(screen.contains("●!") || screen.contains("●✗"), "{screen}");
    dashboard.keys("home f8");
    assert_ne!(pointer(&mut dashboard), "/applicationCategory");
    let worst = dashboard
        .screen()
        .lines()
        .any(|line| line.contains("! ") || line.contains("✗ "));
    assert!(worst, "{}", dashboard.screen());
}

#[test]
fn the_mouse_selects_folds_edits_and_scrolls() {
    let mut dashboard = open();
    let (column, row) = find(&dashboard, "listings: {");
    mouse(
        &mut dashboard,
        MouseEventKind::Down(MouseButton::Left),
        column - 2,
        row,
    );
    assert_eq!(pointer(&mut dashboard), "/listings");
    assert!(
        dashboard.screen().contains("▸ en-us"),
        "{}",
        dashboard.screen()
    );
    let (column, row) = find(&dashboard, "visibility:");
    mouse(
        &mut dashboard,
        MouseEventKind::Down(MouseButton::Left),
        column,
        row,
    );
    assert_eq!(pointer(&mut dashboard), "/visibility");
    mouse(
        &mut dashboard,
        MouseEventKind::Down(MouseButton::Left),
        column,
        row,
    );
    let (column, row) = find(&dashboard, "Private");
    mouse(
        &mut dashboard,
        MouseEventKind::Down(MouseButton::Left),
        column,
        row,
    );
    dashboard.keys("y");
    assert!(
        dashboard.screen().contains("visibility: \"Private\""),
        "{}",
        dashboard.screen()
    );
    mouse(&mut dashboard, MouseEventKind::ScrollDown, column, row);
    assert_ne!(pointer(&mut dashboard), "/visibility");
}

/// The screen without the row of tabs, which is not the tree's.
fn screen(dashboard: &Dashboard) -> String {
    dashboard
        .screen()
        .lines()
        .filter(|line| !line.contains(" Overview │ JSON "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_screens() {
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let size = format!("{columns}x{rows}");
        let mut dashboard = open_at(columns, rows);
        go(&mut dashboard, "markdown");
        insta::assert_snapshot!(format!("tree_{size}"), screen(&dashboard));
        dashboard.keys("n");
        dashboard.text("text");
        insta::assert_snapshot!(format!("tree_new_{size}"), screen(&dashboard));
        dashboard.keys("enter");
        go(&mut dashboard, "releaseNotes");
        dashboard.keys("enter");
        insta::assert_snapshot!(format!("tree_text_{size}"), screen(&dashboard));
        dashboard.keys("esc");
        go(&mut dashboard, "visibility");
        dashboard.keys("enter");
        insta::assert_snapshot!(format!("tree_pick_{size}"), screen(&dashboard));
        dashboard.keys("esc");
        go(&mut dashboard, "shortTitle");
        dashboard.keys("enter");
        dashboard.text("Notes");
        insta::assert_snapshot!(format!("tree_row_{size}"), screen(&dashboard));
    }
}

#[test]
fn a_value_is_copied_as_text_or_as_json() {
    let mut dashboard = open();
    go(&mut dashboard, "targetPublishMode");
    assert_eq!(copied(&mut dashboard, "shift-y"), "Immediate");
    go(&mut dashboard, "keywords");
    let value: Value = serde_json::from_str(&copied(&mut dashboard, "shift-y")).unwrap();
    assert!(value.is_array(), "{value}");
}
