//! From the list to the customers, by keys alone; also two at once, and leaving in the middle.

use crate::{
    account::Account,
    dashboard::{Dashboard, LARGE, NOTES, SMALL, Size},
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
    let mut dashboard = Dashboard::demo(size);
    dashboard.open_target(target);
    dashboard.edit(find, text);
    dashboard.terminal.see("1 change");
    dashboard.terminal.press("esc");
    dashboard.terminal.see("yours: 1 change");
    dashboard.pick_zip(zip);
    dashboard.publish();
    dashboard.open_run(name);
    dashboard.terminal.see("CommitStarted");
    dashboard.terminal.see("100 %");
    dashboard.terminal.see(zip);
    dashboard.terminal.see("● published");
    dashboard
        .terminal
        .until("the states in their order", |screen| {
            screen
                .find("✓ CommitStarted")
                .zip(screen.find("● Published"))
                .is_some_and(|(first, last)| first < last)
        });
    dashboard.terminal.press("esc");
    dashboard.terminal.until_line("the end of the run", |line| {
        line.contains(name) && line.contains("● ") && line.contains("published")
    });
    dashboard.quit();
}

#[test]
fn two_runs_at_once_and_the_screen_stays_usable() {
    let account = Account::with_slow_line();
    let mut dashboard = account.dashboard(LARGE);
    dashboard.open_target("app");
    dashboard.pick_zip("northwind-notes-large.zip");
    dashboard.publish();
    dashboard.terminal.until_line("the upload", |line| {
        line.contains("Northwind Notes") && line.contains("upload") && line.contains("MB/s")
    });
    // Meanwhile another release, from its list to the customers.
    dashboard.terminal.press("1 /");
    dashboard.terminal.type_text("-");
    dashboard.terminal.see("Nothing matches");
    dashboard.terminal.press("esc");
    dashboard.open_target("add-on");
    dashboard.pick_zip("notes-pro-icon.zip");
    dashboard.publish();
    dashboard.terminal.until_line("the add-on's end", |line| {
        line.contains("● northwind.notes.pro") && line.contains("published")
    });
    let screen = dashboard.terminal.text();
    assert!(
        screen
            .lines()
            .any(|line| line.contains("▲ Northwind Notes") && line.contains("upload")),
        "it goes on: {screen}"
    );
    // The large one is stopped: it says what stays.
    dashboard.terminal.press("5 down");
    dashboard.terminal.until_line("the cursor on it", |line| {
        line.contains("▸▲ Northwind Notes")
    });
    dashboard.terminal.press("x");
    dashboard.terminal.see("Stop the run of Northwind Notes?");
    dashboard.terminal.see("stays in the account as it is");
    dashboard.terminal.press("right enter");
    dashboard.terminal.until_line("the stopped run", |line| {
        line.contains("‖ Northwind Notes") && line.contains("paused") && line.contains("p resumes")
    });
    dashboard.terminal.press("enter");
    dashboard.terminal.see("‖ paused at ");
    dashboard.terminal.see("submission 11529215");
    dashboard.terminal.press("esc");
    dashboard.quit();
}

#[test]
fn leaving_with_an_active_run_asks_first() {
    let account = Account::with_slow_line();
    let mut dashboard = account.dashboard(SMALL);
    dashboard.open_target("app");
    dashboard.pick_zip("northwind-notes-large.zip");
    dashboard.publish();
    dashboard.terminal.see("MB/s");
    dashboard.terminal.press("q");
    dashboard.terminal.see("▸ No, go back ◂");
    dashboard.terminal.press("enter");
    dashboard.terminal.gone("No, go back");
    dashboard.terminal.press("q");
    dashboard.terminal.see("▸ No, go back ◂");
    dashboard.terminal.press("right enter");
    assert_eq!(dashboard.terminal.ended(), 0);
    assert!(dashboard.terminal.is_restored());
    dashboard.assert_tidy();
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
    let mut dashboard = account.dashboard(size);
    dashboard.open("notes", NOTES);
    dashboard.terminal.press("] ]");
    dashboard
        .terminal
        .see("2 kept · 2 of 25 at most · the same as live");
    dashboard.terminal.press("z");
    dashboard.terminal.see("Pick the ZIP");
    dashboard.terminal.type_text(
        samples
            .path()
            .join("northwind-notes-2.5.zip")
            .to_str()
            .unwrap(),
    );
    dashboard.terminal.press("enter");
    dashboard.terminal.gone("Pick the ZIP");
    dashboard
        .terminal
        .see("the ZIP also has Northwind.Notes_2.5.0.0.msixbundle: n adds it");
    dashboard.terminal.press("n");
    dashboard.terminal.see("2.5.0.0 for x64");
    dashboard.terminal.press("enter");
    dashboard.terminal.see("2 kept, 1 new · 3 of 25 at most");
    dashboard.terminal.press("K");
    dashboard.terminal.see("1 package would go:");
    dashboard.terminal.see("get 2.5.0.0,");
    dashboard.terminal.press("enter");
    dashboard
        .terminal
        .see("1 kept, 1 new, 1 going · 2 of 25 at most");
    dashboard.review(&["Northwind.Notes_2.5.0.0.msixbundle: 2.4.0.0 → 2.5.0.0"]);
    dashboard.leave_review();
    dashboard.publish();
    dashboard.terminal.until_line("the end of the run", |line| {
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
    dashboard.quit();
}
