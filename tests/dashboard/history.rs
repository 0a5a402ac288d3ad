//! The history of a document and the merge with what somebody else changed, by keys: what is on screen and what comes of it.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails loudly"
)]

use crate::{
    dashboard::Dashboard,
    openings::{self, app, notes},
};
use flightdeck::{
    storage::{Finished, Kept, StageTime},
    tasks::{
        history_item::{Deed, HistoryItem},
        report::TargetDetail,
        task::AnyTask,
        working_copy::SetAside,
    },
};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};
use store_model::{diff::diff, status::Status, submission::put_body};

pub(crate) const NOTES: &str = "/listings/en-us/baseListing/releaseNotes";
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

fn open(columns: u16, rows: u16) -> Dashboard {
    Dashboard::open((columns, rows), stands(&[]), "")
}

/// Puts a text in front of the release notes.
pub(crate) fn edit(dashboard: &mut Dashboard, text: &str) {
    dashboard.keys("e ctrl-f");
    dashboard.text("Faster start.");
    dashboard.keys("enter");
    dashboard.paste(text);
    dashboard.wait(1_000);
    dashboard.keys("esc");
}

/// Somebody else changes the draft, and it is read again.
pub(crate) fn meanwhile(dashboard: &mut Dashboard, changes: &[(&str, Value)]) {
    dashboard.store.insert(app(), stands(changes));
    dashboard.keys("f5");
    dashboard.wait(500);
}

fn text(dashboard: &Dashboard) -> Value {
    serde_json::from_str(dashboard.edited().unwrap()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An update, a rescued draft, and the run of the update.
pub(crate) fn history(dashboard: &mut Dashboard) {
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
        stages: vec![StageTime {
            status: Status::Certification,
            seconds: 80,
        }],
    };
    dashboard.history = vec![
        HistoryItem {
            at: at("2026-02-03T11:59:00Z"),
            deed: Deed::Edited {
                base: Some(id.into()),
            },
        },
        HistoryItem {
            at: at("2026-02-03T09:21:30Z"),
            deed: Deed::Run(Box::new(ended)),
        },
        HistoryItem {
            at: at("2026-02-03T09:20:10Z"),
            deed: put,
        },
        HistoryItem {
            at: at("2026-02-02T16:03:00Z"),
            deed: rescued,
        },
    ];
    dashboard
        .documents
        .insert("drafts/before.json".into(), earlier);
}

fn set_aside(dashboard: &Dashboard) -> Option<String> {
    let mut tasks = dashboard.started.iter().filter_map(AnyTask::get);
    tasks.next().map(|task: &SetAside| task.text.clone())
}

#[test]
fn what_somebody_else_changed_is_said_and_merged_by_keys() {
    let mut dashboard = open(120, 40);
    edit(&mut dashboard, "Tabs. ");
    meanwhile(&mut dashboard, &[(DESCRIPTION, json!("Theirs."))]);
    assert!(
        dashboard
            .app
            .messages()
            .iter()
            .any(|said| said.contains("Somebody else has changed 1 place")),
        "{:?}",
        dashboard.app.messages()
    );
    dashboard.keys("[ [ [ [ [ [");
    // Nothing goes out before that is settled.
    dashboard.keys("u");
    assert_eq!(dashboard.app.overlays(), ["merge"]);
    let screen = dashboard.screen();
    assert!(
        screen.contains("(•) Merge: add 1 remote change") && screen.contains("▸ Later ◂"),
        "{screen}"
    );
    // The safe answer changes nothing.
    let before = text(&dashboard);
    dashboard.keys("enter");
    assert_eq!(
        (
            dashboard.app.overlays().len(),
            text(&dashboard),
            set_aside(&dashboard)
        ),
        (0, before.clone(), None)
    );

    dashboard.keys("m right enter");
    assert!(dashboard.app.overlays().is_empty());
    let both = text(&dashboard);
    assert_eq!(both.pointer(DESCRIPTION), Some(&json!("Theirs.")));
    assert_eq!(both.pointer(NOTES), Some(&json!("Tabs. Faster start.")));
    let aside: Value = serde_json::from_str(&set_aside(&dashboard).unwrap()).unwrap();
    assert_eq!(aside, before);
    dashboard.keys("u");
    assert_eq!(dashboard.app.overlays(), ["review"]);
    // What is sent stands on what is there now.
    let copy = &dashboard.app.model().edits[&app()];
    assert_eq!(
        copy.body.as_deref().unwrap().pointer(DESCRIPTION),
        Some(&json!("Theirs."))
    );
    assert!(copy.remote_changes.is_empty());
}

#[test]
fn a_place_that_both_changed_is_decided_by_a_key() {
    let mut dashboard = open(120, 40);
    edit(&mut dashboard, "Tabs. ");
    meanwhile(
        &mut dashboard,
        &[(NOTES, json!("Trees.")), (DESCRIPTION, json!("Theirs."))],
    );
    dashboard.keys("m");
    let screen = dashboard.screen();
    assert!(
        screen.contains("1 place was changed by both") && screen.contains("[  mine ]"),
        "{screen}"
    );
    dashboard.keys("up enter");
    assert!(
        dashboard.screen().contains("[theirs ]"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("down right enter");
    let both = text(&dashboard);
    assert_eq!(
        (both.pointer(NOTES), both.pointer(DESCRIPTION)),
        (Some(&json!("Trees.")), Some(&json!("Theirs.")))
    );
}

#[test]
fn mine_or_theirs_alone() {
    let mut dashboard = open(120, 40);
    edit(&mut dashboard, "Tabs. ");
    meanwhile(&mut dashboard, &[(DESCRIPTION, json!("Theirs."))]);
    let mine = text(&dashboard);
    // Keep mine: the text stays, and publishing says what it undoes.
    dashboard.keys("m up up enter down down right enter");
    assert_eq!(
        (text(&dashboard), set_aside(&dashboard)),
        (mine.clone(), None)
    );
    assert!(
        dashboard.app.model().edits[&app()]
            .remote_changes
            .is_empty()
    );
    dashboard.keys("u");
    assert_eq!(dashboard.app.overlays(), ["review"]);
    dashboard.keys("esc");

    meanwhile(&mut dashboard, &[(DESCRIPTION, json!("Theirs again."))]);
    // Mine takes theirs from before back, so both have changed that place now.
    dashboard.keys("m up up enter down right enter");
    assert!(!dashboard.app.model().is_edited(&app()));
    assert!(set_aside(&dashboard).is_some_and(|text| text.contains("Tabs.")));
}

#[test]
fn a_broken_text_cannot_be_merged_and_says_why() {
    let mut dashboard = open(120, 40);
    dashboard.keys("e end backspace");
    dashboard.wait(1_000);
    dashboard.keys("esc");
    meanwhile(&mut dashboard, &[(DESCRIPTION, json!("Theirs."))]);
    dashboard.keys("m");
    let screen = dashboard.screen();
    assert!(
        screen.contains("Merge: not possible, your text is not valid JSON"),
        "{screen}"
    );
    assert!(screen.contains("(•) Keep mine"), "{screen}");
}

#[test]
fn what_the_store_gives_back_of_ones_own_is_no_drift() {
    let mut dashboard = open(120, 40);
    edit(&mut dashboard, "Tabs. ");
    meanwhile(&mut dashboard, &[(NOTES, json!("Tabs. Faster start."))]);
    assert!(
        dashboard.app.messages().is_empty(),
        "{:?}",
        dashboard.app.messages()
    );
    dashboard.keys("m");
    assert!(dashboard.app.overlays().is_empty());
}

#[test]
fn an_earlier_document_comes_back_by_keys_and_goes_through_the_review() {
    let mut dashboard = open(120, 40);
    edit(&mut dashboard, "Tabs. ");
    history(&mut dashboard);
    // The tab before the first one is the last.
    dashboard.keys("[");
    for _ in 0..5 {
        if !dashboard.screen().contains("entries kept") {
            dashboard.keys("[");
        }
    }
    let screen = dashboard.screen();
    assert!(
        screen.contains("1 change: releaseNotes: \"Earlier notes.\" → "),
        "{screen}"
    );
    // No document lies behind a run.
    dashboard.keys("down shift-r");
    assert!(dashboard.app.overlays().is_empty());
    dashboard.keys("down enter");
    assert_eq!(dashboard.app.overlays(), ["kept"]);
    let screen = dashboard.screen();
    assert!(
        screen.contains("This update changed 1 place")
            && screen.contains("1 change from what the Store holds now"),
        "{screen}"
    );
    dashboard.keys("enter");
    assert!(dashboard.app.overlays().is_empty() && set_aside(&dashboard).is_none());
    dashboard.keys("shift-b enter");
    assert_eq!(
        text(&dashboard).pointer(NOTES),
        Some(&json!("Earlier notes."))
    );
    assert!(set_aside(&dashboard).is_some_and(|text| text.contains("Tabs. Faster start.")));
    dashboard.keys("u");
    assert_eq!(dashboard.app.overlays(), ["review"]);
    assert!(
        dashboard.screen().contains("1 change"),
        "{}",
        dashboard.screen()
    );
    // One step of undo brings the text before it back.
    dashboard.keys("esc ctrl-z");
    assert_eq!(
        text(&dashboard).pointer(NOTES),
        Some(&json!("Tabs. Faster start."))
    );
}

#[rstest]
fn screens(#[values((80, 24), (120, 36))] size: (u16, u16)) {
    let (columns, rows) = size;
    let mut dashboard = open(columns, rows);
    edit(&mut dashboard, "Tabs. ");
    history(&mut dashboard);
    for _ in 0..6 {
        if !dashboard.screen().contains("entries kept") {
            dashboard.keys("[");
        }
    }
    dashboard.keys("down down");
    dashboard.wait(10_000);
    insta::assert_snapshot!(format!("history_{columns}x{rows}"), dashboard.screen());
    dashboard.keys("enter");
    insta::assert_snapshot!(format!("kept_{columns}x{rows}"), dashboard.screen());
    dashboard.keys("esc");
    meanwhile(
        &mut dashboard,
        &[(NOTES, json!("Trees.")), (DESCRIPTION, json!("Theirs."))],
    );
    dashboard.wait(10_000);
    dashboard.keys("m");
    insta::assert_snapshot!(format!("merge_{columns}x{rows}"), dashboard.screen());
}
