//! From the list to the customers, by keys alone; also two at once, and leaving in the middle.

use crate::{
    account::Account,
    desk::{Dashboard, LARGE, NOTES, SMALL, Size},
};

use rstest::rstest;

/// The main job, by keys alone: filter, edit, pick the ZIP, review, publish, follow to the end.
#[rstest]
fn a_release_from_the_list_to_the_customers(
    #[values("app", "add-on", "flight")] target: &str,
    #[values(SMALL, LARGE)] size: Size,
) {
    let (name, find, text, zip) = match target {
        "app" => (
            "Northwind Notes",
            "Faster start",
            "Tabs are here. ",
            "northwind-notes-2.5.zip",
        ),
        "add-on" => (
            "northwind.notes.pro",
            "Notes Pro",
            "The new ",
            "notes-pro-icon.zip",
        ),
        _ => (
            "Insiders",
            "No special",
            "Sign in first. ",
            "northwind-notes-2.5.zip",
        ),
    };
    let mut desk = Dashboard::demo(size);
    desk.open_target(target);
    desk.edit(find, text);
    desk.terminal.see("1 change");
    desk.terminal.press("esc");
    desk.terminal.see("yours: 1 change");
    desk.pick_zip(zip);
    desk.publish();
    desk.open_run(name);
    desk.terminal.see("CommitStarted");
    desk.terminal.see("100 %");
    desk.terminal.see(zip);
    desk.terminal.see("● published");
    desk.terminal.until("the states in their order", |screen| {
        screen
            .find("✓ CommitStarted")
            .zip(screen.find("● Published"))
            .is_some_and(|(first, last)| first < last)
    });
    desk.terminal.press("esc");
    desk.terminal.until_line("the end of the run", |line| {
        line.contains(name) && line.contains("● ") && line.contains("published")
    });
    desk.quit();
}

#[test]
fn two_runs_at_once_and_the_screen_stays_usable() {
    let account = Account::with_slow_line();
    let mut desk = account.desk(LARGE);
    desk.open_target("app");
    desk.pick_zip("northwind-notes-large.zip");
    desk.publish();
    desk.terminal.until_line("the upload", |line| {
        line.contains("Northwind Notes") && line.contains("upload") && line.contains("MB/s")
    });
    // Meanwhile another release, from its list to the customers.
    desk.terminal.press("1 /");
    desk.terminal.type_text("-");
    desk.terminal.see("Nothing matches");
    desk.terminal.press("esc");
    desk.open_target("add-on");
    desk.pick_zip("notes-pro-icon.zip");
    desk.publish();
    desk.terminal.until_line("the add-on's end", |line| {
        line.contains("● northwind.notes.pro") && line.contains("published")
    });
    let screen = desk.terminal.text();
    assert!(
        screen
            .lines()
            .any(|line| line.contains("▲ Northwind Notes") && line.contains("upload")),
        "it goes on: {screen}"
    );
    // The large one is stopped: it says what stays.
    desk.terminal.press("5 down");
    desk.terminal.until_line("the cursor on it", |line| {
        line.contains("▸▲ Northwind Notes")
    });
    desk.terminal.press("x");
    desk.terminal.see("Stop the run of Northwind Notes?");
    desk.terminal.see("stays in the account as it is");
    desk.terminal.press("right enter");
    desk.terminal.until_line("the stopped run", |line| {
        line.contains("‖ Northwind Notes") && line.contains("paused") && line.contains("p resumes")
    });
    desk.terminal.press("enter");
    desk.terminal.see("‖ paused at ");
    desk.terminal.see("submission 11529215");
    desk.terminal.press("esc");
    desk.quit();
}

#[test]
fn leaving_with_an_active_run_asks_first() {
    let account = Account::with_slow_line();
    let mut desk = account.desk(SMALL);
    desk.open_target("app");
    desk.pick_zip("northwind-notes-large.zip");
    desk.publish();
    desk.terminal.see("MB/s");
    desk.terminal.press("q");
    desk.terminal.see("▸ No, go back ◂");
    desk.terminal.press("enter");
    desk.terminal.gone("No, go back");
    desk.terminal.press("q");
    desk.terminal.see("▸ No, go back ◂");
    desk.terminal.press("right enter");
    assert_eq!(desk.terminal.ended(), 0);
    assert!(desk.terminal.is_restored());
    desk.assert_tidy();
}

/// What `show` prints of the live submission.
fn live_packages(account: &Account) -> Vec<(String, String, String)> {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_flightdeck"))
        .args([
            "show",
            "app:9NX0EXAMPLE1",
            "--submission",
            "published",
            "--json",
        ])
        .env("FLIGHTDECK_HOME", account.home.path())
        .env("TEST_SECRET", store_sim::CLIENT_SECRET)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let packages = document["applicationPackages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            (
                text(&package["fileName"]),
                text(&package["version"]),
                text(&package["fileStatus"]),
            )
        })
        .collect()
}

/// By keys alone: the ZIP's package is added, the one that it makes superfluous goes, and exactly that is live in the end.
#[rstest]
fn packages_are_replaced_by_the_newest(#[values(SMALL, LARGE)] size: Size) {
    let account = Account::new();
    let samples = tempfile::tempdir().unwrap();
    store_sim::samples::write(samples.path()).unwrap();
    let mut desk = account.desk(size);
    desk.open("notes", NOTES);
    desk.terminal.press("] ]");
    desk.terminal
        .see("2 kept · 2 of 25 at most · the same as live");
    desk.terminal.press("z");
    desk.terminal.see("Pick the ZIP");
    desk.terminal.type_text(
        samples
            .path()
            .join("northwind-notes-2.5.zip")
            .to_str()
            .unwrap(),
    );
    desk.terminal.press("enter");
    desk.terminal.gone("Pick the ZIP");
    desk.terminal
        .see("the ZIP also has Northwind.Notes_2.5.0.0.msixbundle: n adds it");
    desk.terminal.press("n");
    desk.terminal.see("2.5.0.0 for x64");
    desk.terminal.press("enter");
    desk.terminal.see("2 kept, 1 new · 3 of 25 at most");
    desk.terminal.press("K");
    desk.terminal.see("1 package would go:");
    desk.terminal.see("get 2.5.0.0,");
    desk.terminal.press("enter");
    desk.terminal
        .see("1 kept, 1 new, 1 going · 2 of 25 at most");
    desk.review(&["Northwind.Notes_2.5.0.0.msixbundle: 2.4.0.0 → 2.5.0.0"]);
    desk.leave_review();
    desk.publish();
    desk.terminal.until_line("the end of the run", |line| {
        line.contains("● Northwind Notes") && line.contains("is published.")
    });
    let mut live = live_packages(&account);
    live.sort();
    let package =
        |name: &str, version: &str| (name.to_owned(), version.to_owned(), "Uploaded".to_owned());
    assert_eq!(
        live,
        [
            package("Northwind.Notes_2.3.4.0_arm64.msix", "2.3.4.0"),
            package("Northwind.Notes_2.5.0.0.msixbundle", "2.5.0.0")
        ]
    );
    desk.quit();
}
