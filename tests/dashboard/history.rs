//! The history of a document and the merge with what somebody else changed, by keys: what is on screen and what comes of it.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails loudly"
)]

use crate::{
    desk::Desk,
    openings::{self, app, notes},
};
use flightdeck::{
    storage::{Finished, Kept, Stage},
    tasks::{
        history_item::{Deed, PastItem},
        job::Job,
        report::TargetDetail,
    },
};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};
use store_model::{diff::diff, status::Status, submission::put_body};

const NOTES: &str = "/listings/en-us/baseListing/releaseNotes";
const DESCRIPTION: &str = "/listings/en-us/baseListing/description";

/// The reference's example as a draft, with these changes.
fn draft(changes: &[(&str, Value)]) -> Value {
    let mut document = openings::draft();
    for (pointer, value) in changes {
        *document.pointer_mut(pointer).unwrap() = value.clone();
    }
    document
}

fn stands(changes: &[(&str, Value)]) -> TargetDetail {
    let mut live = draft(&[]);
    live["id"] = json!("1152921505690000177");
    live["status"] = json!("Published");
    notes(Some(draft(changes)), live)
}

fn open(columns: u16, rows: u16) -> Desk {
    Desk::open((columns, rows), stands(&[]), "")
}

/// Puts a text in front of the release notes.
fn edit(desk: &mut Desk, text: &str) {
    desk.keys("e ctrl-f");
    desk.text("Faster start.");
    desk.keys("enter");
    desk.paste(text);
    desk.wait(1_000);
    desk.keys("esc");
}

/// Somebody else changes the draft, and it is read again.
fn meanwhile(desk: &mut Desk, changes: &[(&str, Value)]) {
    desk.store.insert(app(), stands(changes));
    desk.keys("f5");
    desk.wait(500);
}

fn text(desk: &Desk) -> Value {
    serde_json::from_str(desk.edited().unwrap()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An update, a rescued draft, and the run of the update.
fn past(desk: &mut Desk) {
    let (run, id) = (
        "0193e6a1-0000-7000-8000-000000000001",
        "1152921505690000200",
    );
    let earlier = put_body(app().kind(), &draft(&[(NOTES, json!("Earlier notes."))]));
    let later = put_body(app().kind(), &draft(&[]));
    let put = Deed::Put {
        run: Some(run.into()),
        submission: Some(id.into()),
        before: "drafts/before.json".into(),
        changes: Some(diff(&earlier, &later)),
        is_read_back: true,
    };
    let rescued = Deed::Rescued {
        why: Kept::BeforeDelete,
        submission: Some("1152921505690000199".into()),
        path: "drafts/old.json".into(),
    };
    let ended = Finished {
        run: run.into(),
        profile: "contoso".into(),
        target: app(),
        submission: Some(id.into()),
        outcome: "published".into(),
        status: Some(Status::Published),
        started: at("2026-02-03T09:20:00Z"),
        ended: at("2026-02-03T09:21:30Z"),
        stages: vec![Stage {
            status: Status::Certification,
            seconds: 80,
        }],
    };
    desk.past = vec![
        PastItem {
            at: at("2026-02-03T11:59:00Z"),
            deed: Deed::Edited {
                base: Some(id.into()),
            },
        },
        PastItem {
            at: at("2026-02-03T09:21:30Z"),
            deed: Deed::Run(Box::new(ended)),
        },
        PastItem {
            at: at("2026-02-03T09:20:10Z"),
            deed: put,
        },
        PastItem {
            at: at("2026-02-02T16:03:00Z"),
            deed: rescued,
        },
    ];
    desk.documents.insert("drafts/before.json".into(), earlier);
}

fn set_aside(desk: &Desk) -> Option<String> {
    desk.started.iter().find_map(|job| match job {
        Job::SetAside { text, .. } => Some(text.clone()),
        _ => None,
    })
}

#[test]
fn what_somebody_else_changed_is_said_and_merged_by_keys() {
    let mut desk = open(120, 40);
    edit(&mut desk, "Tabs. ");
    meanwhile(&mut desk, &[(DESCRIPTION, json!("Theirs."))]);
    assert!(
        desk.app
            .messages()
            .iter()
            .any(|said| said.contains("Somebody else has changed 1 place")),
        "{:?}",
        desk.app.messages()
    );
    desk.keys("[ [ [ [ [ [");
    // Nothing goes out before that is settled.
    desk.keys("u");
    assert_eq!(desk.app.overlays(), ["merge"]);
    let screen = desk.screen();
    assert!(
        screen.contains("(•) Merge: take 1 change of theirs over") && screen.contains("▸ Later ◂"),
        "{screen}"
    );
    // The safe answer changes nothing.
    let before = text(&desk);
    desk.keys("enter");
    assert_eq!(
        (desk.app.overlays().len(), text(&desk), set_aside(&desk)),
        (0, before.clone(), None)
    );

    desk.keys("m right enter");
    assert!(desk.app.overlays().is_empty());
    let both = text(&desk);
    assert_eq!(both.pointer(DESCRIPTION), Some(&json!("Theirs.")));
    assert_eq!(both.pointer(NOTES), Some(&json!("Tabs. Faster start.")));
    let aside: Value = serde_json::from_str(&set_aside(&desk).unwrap()).unwrap();
    assert_eq!(aside, before);
    desk.keys("u");
    assert_eq!(desk.app.overlays(), ["review"]);
    // What is sent stands on what is there now.
    let copy = &desk.app.model().edits[&app()];
    assert_eq!(
        copy.body.as_deref().unwrap().pointer(DESCRIPTION),
        Some(&json!("Theirs."))
    );
    assert!(copy.foreign.is_empty());
}

#[test]
fn a_place_that_both_changed_is_decided_by_a_key() {
    let mut desk = open(120, 40);
    edit(&mut desk, "Tabs. ");
    meanwhile(
        &mut desk,
        &[(NOTES, json!("Trees.")), (DESCRIPTION, json!("Theirs."))],
    );
    desk.keys("m");
    let screen = desk.screen();
    assert!(
        screen.contains("1 place was changed by both") && screen.contains("[  mine ]"),
        "{screen}"
    );
    desk.keys("up enter");
    assert!(desk.screen().contains("[theirs ]"), "{}", desk.screen());
    desk.keys("down right enter");
    let both = text(&desk);
    assert_eq!(
        (both.pointer(NOTES), both.pointer(DESCRIPTION)),
        (Some(&json!("Trees.")), Some(&json!("Theirs.")))
    );
}

#[test]
fn mine_or_theirs_alone() {
    let mut desk = open(120, 40);
    edit(&mut desk, "Tabs. ");
    meanwhile(&mut desk, &[(DESCRIPTION, json!("Theirs."))]);
    let mine = text(&desk);
    // Keep mine: the text stays, and publishing says what it undoes.
    desk.keys("m up up enter down down right enter");
    assert_eq!((text(&desk), set_aside(&desk)), (mine.clone(), None));
    assert!(desk.app.model().edits[&app()].foreign.is_empty());
    desk.keys("u");
    assert_eq!(desk.app.overlays(), ["review"]);
    desk.keys("esc");

    meanwhile(&mut desk, &[(DESCRIPTION, json!("Theirs again."))]);
    // Mine takes theirs from before back, so both have changed that place now.
    desk.keys("m up up enter down right enter");
    assert!(!desk.app.model().is_edited(&app()));
    assert!(set_aside(&desk).is_some_and(|text| text.contains("Tabs.")));
}

#[test]
fn a_broken_text_cannot_be_merged_and_says_why() {
    let mut desk = open(120, 40);
    desk.keys("e end backspace");
    desk.wait(1_000);
    desk.keys("esc");
    meanwhile(&mut desk, &[(DESCRIPTION, json!("Theirs."))]);
    desk.keys("m");
    let screen = desk.screen();
    assert!(
        screen.contains("Merge: not possible, your text is no valid JSON"),
        "{screen}"
    );
    assert!(screen.contains("(•) Keep mine"), "{screen}");
}

#[test]
fn what_the_store_gives_back_of_ones_own_is_no_drift() {
    let mut desk = open(120, 40);
    edit(&mut desk, "Tabs. ");
    meanwhile(&mut desk, &[(NOTES, json!("Tabs. Faster start."))]);
    assert!(desk.app.messages().is_empty(), "{:?}", desk.app.messages());
    desk.keys("m");
    assert!(desk.app.overlays().is_empty());
}

#[test]
fn an_earlier_document_comes_back_by_keys_and_goes_through_the_review() {
    let mut desk = open(120, 40);
    edit(&mut desk, "Tabs. ");
    past(&mut desk);
    // The tab before the first one is the last.
    desk.keys("[");
    for _ in 0..5 {
        if !desk.screen().contains("entries kept") {
            desk.keys("[");
        }
    }
    let screen = desk.screen();
    assert!(
        screen.contains("1 change: releaseNotes: \"Earlier notes.\" → "),
        "{screen}"
    );
    // No document lies behind a run.
    desk.keys("down shift-r");
    assert!(desk.app.overlays().is_empty());
    desk.keys("down enter");
    assert_eq!(desk.app.overlays(), ["kept"]);
    let screen = desk.screen();
    assert!(
        screen.contains("This update changed 1 place")
            && screen.contains("1 change against what the Store holds now"),
        "{screen}"
    );
    desk.keys("enter");
    assert!(desk.app.overlays().is_empty() && set_aside(&desk).is_none());
    desk.keys("shift-r enter");
    assert_eq!(text(&desk).pointer(NOTES), Some(&json!("Earlier notes.")));
    assert!(set_aside(&desk).is_some_and(|text| text.contains("Tabs. Faster start.")));
    desk.keys("u");
    assert_eq!(desk.app.overlays(), ["review"]);
    assert!(desk.screen().contains("1 change"), "{}", desk.screen());
    // One step of undo brings the text before it back.
    desk.keys("esc ctrl-z");
    assert_eq!(
        text(&desk).pointer(NOTES),
        Some(&json!("Tabs. Faster start."))
    );
}

#[rstest]
fn screens(#[values((80, 24), (120, 36))] size: (u16, u16)) {
    let (columns, rows) = size;
    let mut desk = open(columns, rows);
    edit(&mut desk, "Tabs. ");
    past(&mut desk);
    for _ in 0..6 {
        if !desk.screen().contains("entries kept") {
            desk.keys("[");
        }
    }
    desk.keys("down down");
    desk.wait(10_000);
    insta::assert_snapshot!(format!("history_{columns}x{rows}"), desk.screen());
    desk.keys("enter");
    insta::assert_snapshot!(format!("kept_{columns}x{rows}"), desk.screen());
    desk.keys("esc");
    meanwhile(
        &mut desk,
        &[(NOTES, json!("Trees.")), (DESCRIPTION, json!("Theirs."))],
    );
    desk.wait(10_000);
    desk.keys("m");
    insta::assert_snapshot!(format!("merge_{columns}x{rows}"), desk.screen());
}
