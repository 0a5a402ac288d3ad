//! ZIPs that are wrong, nested, broken or not made yet: what the picker says of them, and what becomes of it.

use crate::dashboard::{Dashboard, LARGE, SMALL, Size};
use rstest::rstest;

#[test]
fn a_zip_with_mistakes_is_refused_with_all_that_is_wrong() {
    let mut dashboard = Dashboard::demo(LARGE);
    dashboard.open_target("app");
    // The JSON waits for the bundle of the right ZIP; then the wrong one is taken.
    dashboard.pick_zip("northwind-notes-2.5.zip");
    dashboard.look_at_zip("mistakes", "✗ does not fit");
    dashboard
        .terminal
        .see("northwind-notes-2.5/Northwind.Notes_2.5.0.0.");
    dashboard.terminal.press("enter");
    dashboard.terminal.see("✗ 1 file is missing");
    dashboard.review(&["Cannot publish: The ZIP does not fit the JSON."]);
    dashboard.terminal.press("right enter");
    dashboard.terminal.see_all(&[
        "▸ Publish ◂",
        "Cannot publish: The ZIP does not fit the JSON.",
    ]);
    dashboard.leave_review();
    dashboard.terminal.press("5");
    dashboard.terminal.see("No runs yet.");
    dashboard.quit();
}

#[rstest]
fn a_zip_with_mistakes_is_refused_for_an_untouched_json_too(#[values(SMALL, LARGE)] size: Size) {
    let mut dashboard = Dashboard::demo(size);
    dashboard.open_target("app");
    dashboard.look_at_zip("mistakes", "✗ does not fit");
    dashboard.terminal.see("arm64.msix is no package");
    dashboard.terminal.press("ctrl-r");
    dashboard
        .terminal
        .see("Nothing in the JSON can be repaired for this ZIP.");
    dashboard.terminal.press("enter");
    dashboard.terminal.see("2 things are wrong");
    dashboard.terminal.see("nothing yet");
    dashboard.review(&["Cannot publish"]);
    // Only what has been read of the ZIP makes the review longer than the screen.
    dashboard.terminal.see("✗ does not fit");
    dashboard.terminal.press("pagedown pagedown");
    dashboard
        .terminal
        .see_all(&["Review before publishing", "arm64.msix is no package"]);
    dashboard.leave_review();
    dashboard.terminal.press("5");
    dashboard.terminal.see("No runs yet.");
    dashboard.quit();
}

#[rstest]
fn a_zip_with_its_packages_in_a_folder_is_mended_and_published(#[values(SMALL, LARGE)] size: Size) {
    let mut dashboard = Dashboard::demo(size);
    dashboard.open_target("app");
    dashboard.look_at_zip("nested", "ctrl-r repairs the JSON");
    dashboard.terminal.see("2.5.0.0 (x64)");
    dashboard.terminal.press("ctrl-r");
    dashboard.terminal.see("✓ fits the JSON");
    dashboard.terminal.press("enter");
    dashboard.terminal.gone("Pick the ZIP");
    dashboard.publish();
    dashboard.open_run("Northwind Notes");
    dashboard
        .terminal
        .see_all(&["✓ CommitStarted", "● Published"]);
    dashboard.terminal.press("esc");
    // The Store says it a moment before the run has heard of it.
    dashboard.terminal.see("1 ended");
    dashboard.quit();
}

#[rstest]
fn a_zip_is_made_of_a_folder(#[values(SMALL, LARGE)] size: Size) {
    let mut dashboard = Dashboard::demo(size);
    dashboard.open_target("app");
    // The JSON waits for the bundle of the right ZIP; then one is made of what a build left.
    dashboard.pick_zip("northwind-notes-2.5.zip");
    dashboard.look_at_zip("build", "finds them in build-2.5/");
    dashboard.terminal.press("ctrl-k");
    dashboard.terminal.see("✓ build-2.5.zip created: 1 file");
    dashboard.terminal.see("✓ fits the JSON");
    dashboard.terminal.press("enter");
    dashboard.terminal.gone("Pick the ZIP");
    dashboard.terminal.see("build-2.5.zip");
    dashboard.quit();
}

#[rstest]
fn a_broken_zip_is_named_and_cannot_be_taken(#[values(SMALL, LARGE)] size: Size) {
    let mut dashboard = Dashboard::demo(size);
    dashboard.open_target("app");
    dashboard.look_at_zip("broken", "✗ the ZIP is cut off");
    dashboard.terminal.press("enter");
    dashboard
        .terminal
        .see("✗ It cannot be uploaded: the ZIP is cut off");
    dashboard.terminal.see("Pick the ZIP");
    // First the filter goes, then the picker.
    dashboard.terminal.press("esc");
    dashboard.terminal.see("notes-pro-icon.zip");
    dashboard.terminal.press("esc");
    dashboard.terminal.gone("Pick the ZIP");
    dashboard.quit();
}
