//! The editor by keys: search and replace, brackets, folds, the list of findings, large documents.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails loudly"
)]

use crate::{
    desk::{Desk, detail},
    openings::{APP, live, notes},
};
use flightdeck::{
    app::event::Event,
    tasks::{
        job::Job,
        report::{Judgement, Report},
    },
};
use serde_json::{Value, json};
use std::sync::Arc;
use store_model::{checked::Judged, target::Target};
use tui_kit::theme::{Role, Theme};

/// A desk with this live document in the open editor.
fn edit(columns: u16, rows: u16, document: Value) -> Desk {
    let mut desk = Desk::open((columns, rows), notes(None, document), "e");
    desk.wait(1_000);
    desk
}

fn text(desk: &Desk) -> &str {
    desk.edited().unwrap_or_default()
}

fn find(desk: &mut Desk, pattern: &str) {
    desk.keys("ctrl-f");
    desk.text(pattern);
    desk.keys("enter");
}

#[test]
fn hits_are_replaced_one_by_one_or_all_at_once() {
    let mut desk = edit(120, 40, live(APP));
    desk.keys("ctrl-r");
    desk.text("fileStatus");
    let screen = desk.screen();
    assert!(
        screen.contains("find    fileStatus") && screen.contains("hit 1 of 4"),
        "{screen}"
    );
    desk.keys("enter");
    desk.text("state");
    desk.keys("enter");
    assert_eq!(
        (
            text(&desk).matches("\"state\"").count(),
            text(&desk).matches("fileStatus").count()
        ),
        (1, 3)
    );
    desk.keys("enter esc");
    assert_eq!(
        (
            text(&desk).matches("\"state\"").count(),
            text(&desk).matches("fileStatus").count()
        ),
        (2, 2)
    );
    desk.keys("ctrl-z ctrl-z");
    assert_eq!(text(&desk).matches("fileStatus").count(), 4);
    desk.keys("ctrl-r");
    desk.text("filestatus");
    desk.keys("enter");
    desk.text("s");
    desk.keys("ctrl-l");
    let screen = desk.screen();
    assert!(
        screen.contains("4 hits replaced, one undo takes all back"),
        "{screen}"
    );
    assert_eq!(text(&desk).matches("\"s\"").count(), 4);
    desk.keys("ctrl-z");
    assert_eq!(text(&desk).matches("fileStatus").count(), 4);
}

#[test]
fn with_a_selection_only_what_is_in_it_is_replaced() {
    let mut desk = edit(120, 40, live(APP));
    find(&mut desk, "\"fileStatus\"");
    // From the first hit to the end of its line.
    desk.keys("shift-end ctrl-r");
    desk.text("s");
    let screen = desk.screen();
    assert!(screen.contains("in the selection: hit 1 of 2"), "{screen}");
    desk.keys("enter");
    desk.text("§§");
    desk.keys("ctrl-l");
    assert_eq!(text(&desk).matches("§§").count(), 2);
    assert!(text(&desk).contains("file§§tatu§§\""), "{}", text(&desk));
    desk.keys("ctrl-z");
    assert_eq!(text(&desk).matches("§§").count(), 0);
}

#[test]
fn a_bracket_shows_its_partner_and_a_key_goes_there() {
    let mut desk = edit(120, 40, live(APP));
    find(&mut desk, "\"pricing\"");
    desk.keys("end");
    let marked = Theme::default().style(Role::BracketPair);
    let brackets = |desk: &Desk| {
        let buffer = desk.buffer();
        let cells = buffer
            .content
            .iter()
            .filter(|cell| cell.style().fg == marked.fg && cell.modifier == marked.add_modifier);
        cells
            .map(|cell| cell.symbol().to_owned())
            .collect::<String>()
    };
    assert_eq!(brackets(&desk), "{}");
    let here = place(&desk);
    desk.keys("ctrl-b");
    assert_ne!(place(&desk), here);
    assert_eq!(brackets(&desk), "{}");
    desk.keys("ctrl-b right");
    assert_eq!(place(&desk), here);
    desk.keys("home ctrl-b");
    assert!(
        desk.screen().contains("no bracket here"),
        "{}",
        desk.screen()
    );
}

/// `Ln 12, Col 8`.
fn place(desk: &Desk) -> String {
    let screen = desk.screen();
    let start = screen
        .find("Ln ")
        .unwrap_or_else(|| panic!("no place in {screen}"));
    screen[start..].split(" ─").next().unwrap().to_owned()
}

#[test]
fn parts_fold_and_unfold_where_they_are_needed() {
    let mut desk = edit(120, 40, live(APP));
    find(&mut desk, "\"listings\": {");
    desk.keys("f6");
    let screen = desk.screen();
    assert!(
        screen.contains("\"listings\": { … ") && !screen.contains("\"releaseNotes\""),
        "{screen}"
    );
    let here = place(&desk);
    // Over it, not into it.
    desk.keys("end right");
    assert_ne!(place(&desk), here);
    desk.keys("left");
    assert!(
        desk.screen().contains("\"listings\": { … "),
        "{}",
        desk.screen()
    );
    // A search leads into it.
    find(&mut desk, "\"releaseNotes\"");
    assert!(
        !desk.screen().contains("\"listings\": { … "),
        "{}",
        desk.screen()
    );
    // All parts of one depth, and everything again.
    desk.keys("ctrl-home down f7");
    let screen = desk.screen();
    assert!(
        screen.contains("1 part folded") && screen.contains("{ … "),
        "{screen}"
    );
    desk.keys("f9");
    find(&mut desk, "\"pricing\": {");
    desk.keys("f7");
    let screen = desk.screen();
    assert!(
        screen.contains("\"pricing\": { … ") && screen.contains("\"listings\": { … "),
        "{screen}"
    );
    // What is folded is still there, and an edit elsewhere leaves it folded.
    desk.keys("ctrl-home end");
    desk.text(" ");
    assert!(text(&desk).contains("\"releaseNotes\""));
    assert!(
        desk.screen().contains("\"listings\": { … "),
        "{}",
        desk.screen()
    );
    desk.keys("ctrl-z");
    assert!(
        desk.screen().contains("\"listings\": { … "),
        "{}",
        desk.screen()
    );
    desk.keys("f9");
    assert!(!desk.screen().contains("{ … "), "{}", desk.screen());
}

#[test]
fn parts_fold_while_the_document_is_read() {
    let mut desk = Desk::new(120, 40, vec![notes(None, live(APP))]);
    desk.keys("enter");
    desk.wait(500);
    desk.keys("4 ] f7");
    let screen = desk.screen();
    assert!(
        screen.contains("\"pricing\": { … ") && screen.contains("\"listings\": { … "),
        "{screen}"
    );
    desk.keys("/");
    desk.text("releaseNotes");
    desk.keys("enter");
    let screen = desk.screen();
    assert!(
        screen.contains("\"releaseNotes\"") && screen.contains("hit 1 of "),
        "{screen}"
    );
    desk.keys("esc f9");
    assert!(!desk.screen().contains("{ … "), "{}", desk.screen());
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
        let mut desk = edit(columns, rows, faulty());
        desk.keys("f4");
        insta::assert_snapshot!(format!("findings_{columns}x{rows}"), desk.screen());
        let first = place(&desk);
        desk.keys("end enter");
        assert_ne!(place(&desk), first);
        // Keys are the text's again; the list stays until it is left.
        desk.text("x");
        desk.keys("f4 esc");
        assert!(!desk.screen().contains("closes this"), "{}", desk.screen());
    }
}

#[test]
fn findings_are_walked_through_both_ways() {
    let mut desk = edit(120, 40, faulty());
    desk.keys("f8");
    let first = place(&desk);
    desk.keys("f8");
    let second = place(&desk);
    assert_ne!(first, second);
    desk.keys("shift-f8");
    assert_eq!(place(&desk), first);
    desk.keys("shift-f8 f8");
    assert_eq!(place(&desk), first);
}

#[test]
fn screens_of_replacing_and_folding() {
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let mut desk = edit(columns, rows, live(APP));
        desk.keys("ctrl-r");
        desk.text("notes");
        desk.keys("enter");
        desk.text("words");
        insta::assert_snapshot!(format!("replace_{columns}x{rows}"), desk.screen());
        desk.keys("esc");
        find(&mut desk, "\"pricing\": {");
        desk.keys("f7");
        insta::assert_snapshot!(format!("folded_{columns}x{rows}"), desk.screen());
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
    let mut desk = edit(120, 40, large());
    assert!(desk.screen().contains("warnings"), "{}", desk.screen());
    // Nobody answers now: the last verdict stays in sight, and a key for a finding waits.
    desk.is_judging = false;
    desk.keys("ctrl-end");
    desk.text(" ");
    desk.wait(2_000);
    assert!(desk.screen().contains("warnings"), "{}", desk.screen());
    desk.keys("f8");
    let waiting = place(&desk);
    assert!(desk.screen().contains("checking …"), "{}", desk.screen());
    let [
        Job::Judge {
            target,
            number,
            text,
            body,
        },
    ] = desk.started.as_slice()
    else {
        panic!("{:?}", desk.started.len())
    };
    let judged = Arc::new(Judged::of(
        target.kind(),
        &**text,
        body.as_deref(),
        jiff::Timestamp::UNIX_EPOCH,
    ));
    let (target, number) = (target.clone(), *number);
    let jobs = &desk.app.model().jobs;
    let job = *jobs
        .iter()
        .find(|(_, job)| matches!(job, Job::Judge { .. }))
        .unwrap()
        .0;
    let answer = |number| {
        Report::Judged(Judgement {
            target: target.clone(),
            number,
            judged: Arc::clone(&judged),
        })
    };
    // Another's answer is not taken.
    desk.app
        .handle(Event::Report(Some(job), answer(number - 1)), desk.now);
    assert_eq!(place(&desk), waiting);
    desk.app
        .handle(Event::Report(Some(job), answer(number)), desk.now);
    assert_ne!(place(&desk), waiting);
    assert!(desk.screen().contains("1 of "), "{}", desk.screen());
    // Nor is an answer about a text that is no more.
    desk.started.clear();
    desk.text("x");
    desk.app
        .handle(Event::Report(Some(job), answer(number)), desk.now);
    desk.wait(2_000);
    assert_eq!(desk.started.len(), 1);
}

#[test]
fn a_large_working_copy_is_judged_by_a_job_before_anybody_edits_it() {
    let other = Target::app("9NX0EXAMPLE2");
    let store = vec![
        notes(None, large()),
        detail(&other, "Northwind Other", None, Some(live(APP))),
    ];
    let mut desk = Desk::new(120, 40, store);
    desk.keys("enter");
    desk.wait(500);
    desk.keys("4 e ctrl-end");
    desk.text(" x");
    desk.wait(3_000);
    assert!(text(&desk).ends_with(" x"), "it is kept");
    desk.keys("esc 1 down");
    desk.wait(1_000);
    desk.started.clear();
    desk.is_judging = false;
    desk.keys("up");
    desk.wait(2_000);
    assert!(
        matches!(desk.started.as_slice(), [Job::Judge { .. }]),
        "{}",
        desk.screen()
    );
    assert!(!desk.screen().contains("✗ line"), "{}", desk.screen());
    desk.keys("down");
    desk.wait(1_000);
    desk.is_judging = true;
    desk.keys("up");
    desk.wait(2_000);
    assert!(desk.screen().contains("✗ line"), "{}", desk.screen());
}
