//! Drafts of others, and texts of one's own that outlive the program.

use crate::dashboard::{Dashboard, LARGE, SMALL, Size};
#[cfg(unix)]
use crate::{
    account::Account,
    dashboard::{NOTES, signal},
};
use rstest::rstest;
#[cfg(unix)]
use std::fs;
use tempfile::TempDir;

#[rstest]
fn a_foreign_draft_is_named_and_can_be_kept(#[values(SMALL, LARGE)] size: Size) {
    let mut dashboard = Dashboard::demo(size);
    dashboard.open_target("app");
    dashboard.terminal.press("2");
    dashboard.open("notes.sync", "northwind.notes.sync ─ submission");
    dashboard.look_at_zip("notes-sync-icon.zip", "✓ fits the JSON");
    dashboard.terminal.press("enter");
    dashboard.terminal.gone("Pick the ZIP");
    dashboard.review(&[
        "There is already a draft: 1152921505690000310",
        "(•) Stop",
        "( ) Keep this draft",
        "( ) Replace it",
        "Cannot publish: Choose what to do with the draft.",
    ]);
    dashboard.terminal.press("backtab backtab");
    dashboard.terminal.see("▸ 2 ( ) Keep this draft");
    dashboard.terminal.press("enter");
    dashboard
        .terminal
        .see_all(&["▸ 2 (•) Keep this draft", "Ready."]);
    dashboard.terminal.press("tab tab right");
    dashboard.terminal.see("▸ Publish ◂");
    dashboard.terminal.press("enter");
    dashboard.terminal.until_line("the end of the run", |line| {
        line.contains("● northwind.notes.sy")
            && line.contains("published")
            && line.contains("1152921505690000310")
    });
    dashboard.quit();
}

#[rstest]
fn a_draft_of_the_portal_is_left_to_the_portal(#[values(SMALL, LARGE)] size: Size) {
    let mut dashboard = Dashboard::demo(size);
    dashboard.open("puzzle", "waits for");
    dashboard.review(&[
        "was made or changed in Partner Center",
        "https://partner.microsoft.com/dashboard/products/9N8PUZZL3G4M",
        "▸ Cancel ◂",
    ]);
    assert!(!dashboard.terminal.text().contains("Publish ◂"));
    dashboard.terminal.press("right enter");
    dashboard.terminal.gone("Review before publishing");
    dashboard.terminal.press("5");
    dashboard.terminal.see("No runs yet.");
    dashboard.quit();
}

#[cfg(unix)]
#[test]
fn broken_json_has_a_place_and_outlives_the_program() {
    let account = Account::new();
    let mut dashboard = account.dashboard(LARGE);
    dashboard.open("notes", NOTES);
    dashboard.edit("\"visibility\"", "oh dear ");
    dashboard.terminal.see("✗ line 13");
    dashboard.terminal.see("line 13, column 3");
    dashboard.terminal.press("esc");
    dashboard.review(&["Cannot publish: The edited text is not valid JSON: line 13, column 3"]);
    // The only way out is back: there is nothing to publish.
    dashboard.terminal.press("right enter");
    dashboard.terminal.gone("Review before publishing");
    dashboard.terminal.see("No runs yet.");
    dashboard.terminal.press("[");
    dashboard.terminal.see("kept on disk");
    signal(&dashboard.terminal, "KILL");
    assert_ne!(dashboard.terminal.ended(), 0);

    let mut dashboard = account.dashboard(LARGE);
    dashboard.open("notes", NOTES);
    dashboard.terminal.press("e");
    dashboard.terminal.see("oh dear \"visibility\"");
    dashboard.terminal.see("✗ line 13");
}

/// Another client changes a place of the add-on's draft, behind the dashboard's back.
#[cfg(unix)]
fn meanwhile(account: &Account, keywords: &[&str]) {
    use store_client::Fetched;
    use store_model::{submission::put_body, target::Target};
    let target = Target::add_on("9NX0ADDONEX2");
    account.runtime.block_on(async {
        let (services, _home) = other_client(account);
        let store = &services.store;
        let id = store.product(&target).await.unwrap().pending.unwrap();
        let Fetched { submission, .. } = store.submission(&target, &id).await.unwrap();
        let mut body = put_body(target.kind(), &submission.document);
        body["keywords"] = keywords.to_vec().into();
        store.update_submission(&target, &id, &body).await.unwrap();
    });
}

/// The same account in other hands, with a home of its own.
#[cfg(unix)]
fn other_client(account: &Account) -> (flightdeck::tasks::services::Services, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let observe = std::sync::Arc::new(|_: store_client::Exchange| ());
    (
        crate::services::open(&account.sim.url(), home.path(), "", observe),
        home,
    )
}

/// Edited here, killed, changed there: the text, and what it was made from, are still there to bring both together.
#[cfg(unix)]
#[test]
fn what_was_killed_while_editing_is_merged_with_what_somebody_else_changed() {
    let account = Account::new();
    let mut dashboard = account.dashboard(LARGE);
    let open = |dashboard: &mut Dashboard| {
        dashboard.open("notes", NOTES);
        dashboard.terminal.press("2");
        dashboard.open("notes.sync", "northwind.notes.sync ─ submission");
    };
    open(&mut dashboard);
    dashboard.edit("Keeps your", "Mine. ");
    dashboard.terminal.press("esc [");
    dashboard.terminal.see("kept on disk");
    signal(&dashboard.terminal, "KILL");
    assert_ne!(dashboard.terminal.ended(), 0);
    meanwhile(&account, &["theirs"]);

    let mut dashboard = account.dashboard(LARGE);
    open(&mut dashboard);
    dashboard.terminal.see("Somebody else has changed 1 place");
    dashboard.terminal.press("u");
    dashboard.terminal.see("Merge: add 1 remote change");
    dashboard.terminal.see("▸ Later ◂");
    dashboard.terminal.press("right enter");
    dashboard.terminal.see("Both are in your text now");
    // The text that gave way stands in the history.
    dashboard.terminal.press("[");
    dashboard
        .terminal
        .until("the history", |screen| screen.contains("set aside"));
    dashboard.review(&["There is already a draft"]);
    signal(&dashboard.terminal, "TERM");
    assert_eq!(dashboard.terminal.ended(), 0);
    let drafts = fs::read_dir(account.home.path().join("data/drafts")).unwrap();
    let mut kept = drafts.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    assert!(kept.any(|text| text.contains("Mine. Keeps") && text.contains("theirs")));
}

#[cfg(unix)]
#[test]
fn what_was_typed_a_moment_ago_outlives_sigterm() {
    let account = Account::new();
    let mut dashboard = account.dashboard(LARGE);
    dashboard.open("notes", NOTES);
    dashboard.edit("Faster start", "Tabs are here. ");
    signal(&dashboard.terminal, "TERM");
    assert_eq!(dashboard.terminal.ended(), 0);
    assert!(dashboard.terminal.is_restored());
    let mut dashboard = account.dashboard(LARGE);
    dashboard.terminal.see("Northwind Notes*");
    dashboard.open("notes", NOTES);
    dashboard.terminal.see("1 change compared with live");
    dashboard.review(&["Tabs are here."]);
}
