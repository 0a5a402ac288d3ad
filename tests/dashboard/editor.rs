//! The editor by keys: search and replace, brackets, folds, the list of findings, large documents.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails loudly"
)]

use crate::{
    dashboard::{Dashboard, detail},
    openings::{APP, live, notes},
};
use flightdeck::tasks::{check::CheckDocument, message::TaskEvent};
use serde_json::{Value, json};
use std::sync::Arc;
use store_model::target::Target;
use tui_kit::theme::Role;

/// A dashboard with this live document in the open editor.
fn edit(columns: u16, rows: u16, document: Value) -> Dashboard {
    let mut dashboard = Dashboard::open((columns, rows), notes(None, document), "e");
    dashboard.wait(1_000);
    dashboard
}

fn text(dashboard: &Dashboard) -> &str {
    dashboard.edited().unwrap_or_default()
}

fn find(dashboard: &mut Dashboard, pattern: &str) {
    dashboard.keys("ctrl-f");
    dashboard.text(pattern);
    dashboard.keys("enter");
}

#[test]
fn hits_are_replaced_one_by_one_or_all_at_once() {
    let mut dashboard = edit(120, 40, live(APP));
    dashboard.keys("ctrl-r");
    dashboard.text("fileStatus");
    let screen = dashboard.screen();
    assert!(
        screen.contains("find    fileStatus") && screen.contains("hit 1 of 4"),
        "{screen}"
    );
    dashboard.keys("enter");
    dashboard.text("state");
    dashboard.keys("enter");
    assert_eq!(
        (
            text(&dashboard).matches("\"state\"").count(),
            text(&dashboard).matches("fileStatus").count()
        ),
        (1, 3)
    );
    dashboard.keys("enter esc");
    assert_eq!(
        (
            text(&dashboard).matches("\"state\"").count(),
            text(&dashboard).matches("fileStatus").count()
        ),
        (2, 2)
    );
    dashboard.keys("ctrl-z ctrl-z");
    assert_eq!(text(&dashboard).matches("fileStatus").count(), 4);
    dashboard.keys("ctrl-r");
    dashboard.text("filestatus");
    dashboard.keys("enter");
    dashboard.text("s");
    dashboard.keys("ctrl-l");
    let screen = dashboard.screen();
    assert!(
        screen.contains("4 hits replaced; one undo restores all"),
        "{screen}"
    );
    assert_eq!(text(&dashboard).matches("\"s\"").count(), 4);
    dashboard.keys("ctrl-z");
    assert_eq!(text(&dashboard).matches("fileStatus").count(), 4);
}

#[test]
fn with_a_selection_only_what_is_in_it_is_replaced() {
    let mut dashboard = edit(120, 40, live(APP));
    find(&mut dashboard, "\"fileStatus\"");
    // From the first hit to the end of its line.
    dashboard.keys("shift-end ctrl-r");
    dashboard.text("s");
    let screen = dashboard.screen();
    assert!(screen.contains("in the selection: hit 1 of 2"), "{screen}");
    dashboard.keys("enter");
    dashboard.text("§§");
    dashboard.keys("ctrl-l");
    assert_eq!(text(&dashboard).matches("§§").count(), 2);
    assert!(
        text(&dashboard).contains("file§§tatu§§\""),
        "{}",
        text(&dashboard)
    );
    dashboard.keys("ctrl-z");
    assert_eq!(text(&dashboard).matches("§§").count(), 0);
}

#[test]
fn a_bracket_shows_its_partner_and_a_key_goes_there() {
    let mut dashboard = edit(120, 40, live(APP));
    find(&mut dashboard, "\"pricing\"");
    dashboard.keys("end");
    let marked = flightdeck::screen::themes::load("dark")
        .unwrap()
        .style(Role::BracketPair);
    let brackets = |dashboard: &Dashboard| {
        let buffer = dashboard.buffer();
        let cells = buffer
            .content
            .iter()
            .filter(|cell| cell.style().fg == marked.fg && cell.modifier == marked.add_modifier);
        cells
            .map(|cell| cell.symbol().to_owned())
            .collect::<String>()
    };
    assert_eq!(brackets(&dashboard), "{}");
    let here = place(&dashboard);
    dashboard.keys("ctrl-b");
    assert_ne!(place(&dashboard), here);
    assert_eq!(brackets(&dashboard), "{}");
    dashboard.keys("ctrl-b right");
    assert_eq!(place(&dashboard), here);
    dashboard.keys("home ctrl-b");
    assert!(
        dashboard.screen().contains("no bracket here"),
        "{}",
        dashboard.screen()
    );
}

/// `Ln 12, Col 8`.
fn place(dashboard: &Dashboard) -> String {
    let screen = dashboard.screen();
    let start = screen
        .find("Ln ")
        .unwrap_or_else(|| panic!("no place in {screen}"));
    screen[start..].split(" ─").next().unwrap().to_owned()
}

#[test]
fn parts_fold_and_unfold_where_they_are_needed() {
    let mut dashboard = edit(120, 40, live(APP));
    find(&mut dashboard, "\"listings\": {");
    dashboard.keys("f6");
    let screen = dashboard.screen();
    assert!(
        screen.contains("\"listings\": { … ") && !screen.contains("\"releaseNotes\""),
        "{screen}"
    );
    let here = place(&dashboard);
    // Over it, not into it.
    dashboard.keys("end right");
    assert_ne!(place(&dashboard), here);
    dashboard.keys("left");
    assert!(
        dashboard.screen().contains("\"listings\": { … "),
        "{}",
        dashboard.screen()
    );
    // A search leads into it.
    find(&mut dashboard, "\"releaseNotes\"");
    assert!(
        !dashboard.screen().contains("\"listings\": { … "),
        "{}",
        dashboard.screen()
    );
    // All parts of one depth, and everything again.
    dashboard.keys("ctrl-home down f7");
    let screen = dashboard.screen();
    assert!(
        screen.contains("1 part folded") && screen.contains("{ … "),
        "{screen}"
    );
    dashboard.keys("f9");
    find(&mut dashboard, "\"pricing\": {");
    dashboard.keys("f7");
    let screen = dashboard.screen();
    assert!(
        screen.contains("\"pricing\": { … ") && screen.contains("\"listings\": { … "),
        "{screen}"
    );
    // What is folded is still there, and an edit elsewhere leaves it folded.
    dashboard.keys("ctrl-home end");
    dashboard.text(" ");
    assert!(text(&dashboard).contains("\"releaseNotes\""));
    assert!(
        dashboard.screen().contains("\"listings\": { … "),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("ctrl-z");
    assert!(
        dashboard.screen().contains("\"listings\": { … "),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("f9");
    assert!(
        !dashboard.screen().contains("{ … "),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn parts_fold_while_the_document_is_read() {
    let mut dashboard = Dashboard::new(120, 40, vec![notes(None, live(APP))]);
    dashboard.keys("enter");
    dashboard.wait(500);
    dashboard.keys("4 ] f7");
    let screen = dashboard.screen();
    assert!(
        screen.contains("\"pricing\": { … ") && screen.contains("\"listings\": { … "),
        "{screen}"
    );
    dashboard.keys("/");
    dashboard.text("releaseNotes");
    dashboard.keys("enter");
    let screen = dashboard.screen();
    assert!(
        screen.contains("\"releaseNotes\"") && screen.contains("hit 1 of "),
        "{screen}"
    );
    dashboard.keys("esc f9");
    assert!(
        !dashboard.screen().contains("{ … "),
        "{}",
        dashboard.screen()
    );
}

/// A document with something wrong at both ends.
fn faulty() -> Value {
    let mut document = live(APP);
    document["visibility"] = json!("Nobody");
    document["listings"]["en-us"]["baseListing"]["title"] = json!("");
    document["listings"]["en-us"]["baseListing"]["description"] = json!("long ".repeat(2_500));
    document["applicationPackages"][0]["fileStatus"] = json!("Lost");
    document
}

#[test]
fn findings_are_listed_and_gone_to() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let mut dashboard = edit(columns, rows, faulty());
        dashboard.keys("f4");
        insta::assert_snapshot!(format!("findings_{columns}x{rows}"), dashboard.screen());
        let first = place(&dashboard);
        dashboard.keys("end enter");
        assert_ne!(place(&dashboard), first);
        // Keys are the text's again; the list stays until it is left.
        dashboard.text("x");
        dashboard.keys("f4 esc");
        assert!(
            !dashboard.screen().contains("closes this"),
            "{}",
            dashboard.screen()
        );
    }
}

#[test]
fn findings_are_walked_through_both_ways() {
    let mut dashboard = edit(120, 40, faulty());
    dashboard.keys("f8");
    let first = place(&dashboard);
    dashboard.keys("f8");
    let second = place(&dashboard);
    assert_ne!(first, second);
    dashboard.keys("shift-f8");
    assert_eq!(place(&dashboard), first);
    dashboard.keys("shift-f8 f8");
    assert_eq!(place(&dashboard), first);
}

#[test]
fn screens_of_replacing_and_folding() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let mut dashboard = edit(columns, rows, live(APP));
        dashboard.keys("ctrl-r");
        dashboard.text("notes");
        dashboard.keys("enter");
        dashboard.text("words");
        insta::assert_snapshot!(format!("replace_{columns}x{rows}"), dashboard.screen());
        dashboard.keys("esc");
        find(&mut dashboard, "\"pricing\": {");
        dashboard.keys("f7");
        insta::assert_snapshot!(format!("folded_{columns}x{rows}"), dashboard.screen());
    }
}

/// So large that it is judged by a job.
fn large() -> Value {
    let mut document = faulty();
    let listing = document["listings"]["en-us"].clone();
    for number in 0..60 {
        document["listings"][format!("xx-{number}")] = listing.clone();
    }
    document
}

#[test]
fn a_large_document_is_judged_away_from_the_keys() {
    let mut dashboard = edit(120, 40, large());
    assert!(
        dashboard.screen().contains("warnings"),
        "{}",
        dashboard.screen()
    );
    // Nobody answers now: the last verdict stays in sight, and a key for a finding waits.
    dashboard.is_judging = false;
    dashboard.keys("ctrl-end");
    dashboard.text(" ");
    dashboard.wait(2_000);
    assert!(
        dashboard.screen().contains("warnings"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("f8");
    let waiting = place(&dashboard);
    assert!(
        dashboard.screen().contains("checking …"),
        "{}",
        dashboard.screen()
    );
    let [job] = dashboard.started.as_slice() else {
        panic!("{:?}", dashboard.started.len())
    };
    let check = job.get::<CheckDocument>().unwrap().clone();
    let checked = TaskEvent::Done(Arc::new(check.checked(jiff::Timestamp::UNIX_EPOCH)));
    let jobs = &dashboard.app.model().jobs;
    let job = *jobs
        .iter()
        .find(|(_, job)| job.is::<CheckDocument>())
        .unwrap()
        .0;
    // Another's answer is not taken.
    let other = CheckDocument {
        text: String::from(&*check.text).into(),
        ..check.clone()
    };
    dashboard.answer(job, &other, checked.clone());
    assert_eq!(place(&dashboard), waiting);
    dashboard.answer(job, &check, checked.clone());
    assert_ne!(place(&dashboard), waiting);
    assert!(
        dashboard.screen().contains("1 of "),
        "{}",
        dashboard.screen()
    );
    // Nor is an answer about a text that is no more.
    dashboard.started.clear();
    dashboard.text("x");
    dashboard.answer(job, &check, checked);
    dashboard.wait(2_000);
    assert_eq!(dashboard.started.len(), 1);
}

#[test]
fn a_large_working_copy_is_judged_by_a_job_before_anybody_edits_it() {
    let other = Target::app("9NX0EXAMPLE2");
    let store = vec![
        notes(None, large()),
        detail(&other, "Northwind Other", None, Some(live(APP))),
    ];
    let mut dashboard = Dashboard::new(120, 40, store);
    dashboard.keys("enter");
    dashboard.wait(500);
    dashboard.keys("4 e ctrl-end");
    dashboard.text(" x");
    dashboard.wait(3_000);
    assert!(text(&dashboard).ends_with(" x"), "it is kept");
    dashboard.keys("esc 1 down");
    dashboard.wait(1_000);
    dashboard.started.clear();
    dashboard.is_judging = false;
    dashboard.keys("up");
    dashboard.wait(2_000);
    assert!(
        matches!(dashboard.started.as_slice(), [job] if job.is::<CheckDocument>()),
        "{}",
        dashboard.screen()
    );
    assert!(
        !dashboard.screen().contains("✗ line"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("down");
    dashboard.wait(1_000);
    dashboard.is_judging = true;
    dashboard.keys("up");
    dashboard.wait(2_000);
    assert!(
        dashboard.screen().contains("✗ line"),
        "{}",
        dashboard.screen()
    );
}
