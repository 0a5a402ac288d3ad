//! Drafts of others, and texts of one's own that outlive the program.

use crate::desk::{Dashboard, LARGE, SMALL, Size};
#[cfg(unix)]
use crate::{
    account::Account,
    desk::{NOTES, signal},
};
use rstest::rstest;
#[cfg(unix)]
use std::fs;
use tempfile::TempDir;

#[rstest]
fn a_foreign_draft_is_named_and_can_be_kept(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Dashboard::demo(size);
    desk.open_target("app");
    desk.terminal.press("2");
    desk.open("notes.sync", "northwind.notes.sync ─ submission");
    desk.look_at_zip("notes-sync-icon.zip", "✓ fits the JSON");
    desk.terminal.press("enter");
    desk.terminal.gone("Pick the ZIP");
    desk.review(&[
        "There is already a draft: 1152921505690000310",
        "(•) Stop",
        "( ) Keep this draft",
        "( ) Replace it",
        "Cannot publish: Choose what to do with the draft.",
    ]);
    desk.terminal.press("backtab backtab");
    desk.terminal.see("▸ 2 ( ) Keep this draft");
    desk.terminal.press("enter");
    desk.terminal
        .see_all(&["▸ 2 (•) Keep this draft", "Ready."]);
    desk.terminal.press("tab tab right");
    desk.terminal.see("▸ Publish ◂");
    desk.terminal.press("enter");
    desk.terminal.until_line("the end of the run", |line| {
        line.contains("● northwind.notes.sy")
            && line.contains("published")
            && line.contains("1152921505690000310")
    });
    desk.quit();
}

#[rstest]
fn a_draft_of_the_portal_is_left_to_the_portal(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Dashboard::demo(size);
    desk.open("puzzle", "waits for");
    desk.review(&[
        "was made or changed in Partner Center",
        "https://partner.microsoft.com/dashboard/products/9N8PUZZL3G4M",
        "▸ Cancel ◂",
    ]);
    assert!(!desk.terminal.text().contains("Publish ◂"));
    desk.terminal.press("right enter");
    desk.terminal.gone("Review before publishing");
    desk.terminal.press("5");
    desk.terminal.see("No runs yet.");
    desk.quit();
}

#[cfg(unix)]
#[test]
fn broken_json_has_a_place_and_outlives_the_program() {
    let account = Account::new();
    let mut desk = account.desk(LARGE);
    desk.open("notes", NOTES);
    desk.edit("\"visibility\"", "oh dear ");
    desk.terminal.see("✗ line 13");
    desk.terminal.see("line 13, column 3");
    desk.terminal.press("esc");
    desk.review(&["Cannot publish: The edited text is not valid JSON: line 13, column 3"]);
    // The only way out is back: there is nothing to publish.
    desk.terminal.press("right enter");
    desk.terminal.gone("Review before publishing");
    desk.terminal.see("No runs yet.");
    desk.terminal.press("[");
    desk.terminal.see("kept on disk");
    signal(&desk.terminal, "KILL");
    assert_ne!(desk.terminal.ended(), 0);

    let mut desk = account.desk(LARGE);
    desk.open("notes", NOTES);
    desk.terminal.press("e");
    desk.terminal.see("oh dear \"visibility\"");
    desk.terminal.see("✗ line 13");
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
    let mut desk = account.desk(LARGE);
    let open = |desk: &mut Dashboard| {
        desk.open("notes", NOTES);
        desk.terminal.press("2");
        desk.open("notes.sync", "northwind.notes.sync ─ submission");
    };
    open(&mut desk);
    desk.edit("Keeps your", "Mine. ");
    desk.terminal.press("esc [");
    desk.terminal.see("kept on disk");
    signal(&desk.terminal, "KILL");
    assert_ne!(desk.terminal.ended(), 0);
    meanwhile(&account, &["theirs"]);

    let mut desk = account.desk(LARGE);
    open(&mut desk);
    desk.terminal.see("Somebody else has changed 1 place");
    desk.terminal.press("u");
    desk.terminal.see("Merge: add 1 remote change");
    desk.terminal.see("▸ Later ◂");
    desk.terminal.press("right enter");
    desk.terminal.see("Both are in your text now");
    // The text that gave way stands in the history.
    desk.terminal.press("[");
    desk.terminal
        .until("the history", |screen| screen.contains("set aside"));
    desk.review(&["There is already a draft"]);
    signal(&desk.terminal, "TERM");
    assert_eq!(desk.terminal.ended(), 0);
    let drafts = fs::read_dir(account.home.path().join("data/drafts")).unwrap();
    let mut kept = drafts.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    assert!(kept.any(|text| text.contains("Mine. Keeps") && text.contains("theirs")));
}

#[cfg(unix)]
#[test]
fn what_was_typed_a_moment_ago_outlives_sigterm() {
    let account = Account::new();
    let mut desk = account.desk(LARGE);
    desk.open("notes", NOTES);
    desk.edit("Faster start", "Tabs are here. ");
    signal(&desk.terminal, "TERM");
    assert_eq!(desk.terminal.ended(), 0);
    assert!(desk.terminal.is_restored());
    let mut desk = account.desk(LARGE);
    desk.terminal.see("Northwind Notes*");
    desk.open("notes", NOTES);
    desk.terminal.see("1 change compared with live");
    desk.review(&["Tabs are here."]);
}
