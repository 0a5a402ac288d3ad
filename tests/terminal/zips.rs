//! ZIPs that are wrong, nested, broken or not made yet: what the picker says of them, and what becomes of it.

use crate::desk::{Dashboard, LARGE, SMALL, Size};
use rstest::rstest;

#[test]
fn a_zip_with_mistakes_is_refused_with_all_that_is_wrong() {
    let mut desk = Dashboard::demo(LARGE);
    desk.open_target("app");
    // The JSON waits for the bundle of the right ZIP; then the wrong one is taken.
    desk.pick_zip("northwind-notes-2.5.zip");
    desk.look_at_zip("mistakes", "✗ does not fit");
    desk.terminal
        .see("northwind-notes-2.5/Northwind.Notes_2.5.0.0.");
    desk.terminal.press("enter");
    desk.terminal.see("✗ 1 file is missing");
    desk.review(&["Cannot publish: The ZIP does not fit the JSON."]);
    desk.terminal.press("right enter");
    desk.terminal.see_all(&[
        "▸ Publish ◂",
        "Cannot publish: The ZIP does not fit the JSON.",
    ]);
    desk.leave_review();
    desk.terminal.press("5");
    desk.terminal.see("No runs yet.");
    desk.quit();
}

#[rstest]
fn a_zip_with_mistakes_is_refused_for_an_untouched_json_too(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Dashboard::demo(size);
    desk.open_target("app");
    desk.look_at_zip("mistakes", "✗ does not fit");
    desk.terminal.see("arm64.msix is no package");
    desk.terminal.press("ctrl-r");
    desk.terminal
        .see("Nothing in the JSON can be repaired for this ZIP.");
    desk.terminal.press("enter");
    desk.terminal.see("2 things are wrong");
    desk.terminal.see("nothing yet");
    desk.review(&["Cannot publish"]);
    desk.terminal.press("pagedown");
    desk.terminal
        .see_all(&["Review before publishing", "arm64.msix is no package"]);
    desk.leave_review();
    desk.terminal.press("5");
    desk.terminal.see("No runs yet.");
    desk.quit();
}

#[rstest]
fn a_zip_with_its_packages_in_a_folder_is_mended_and_published(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Dashboard::demo(size);
    desk.open_target("app");
    desk.look_at_zip("nested", "ctrl-r repairs the JSON");
    desk.terminal.see("2.5.0.0 (x64)");
    desk.terminal.press("ctrl-r");
    desk.terminal.see("✓ fits the JSON");
    desk.terminal.press("enter");
    desk.terminal.gone("Pick the ZIP");
    desk.publish();
    desk.open_run("Northwind Notes");
    desk.terminal.see_all(&["✓ CommitStarted", "● Published"]);
    desk.terminal.press("esc");
    // The Store says it a moment before the run has heard of it.
    desk.terminal.see("1 ended");
    desk.quit();
}

#[rstest]
fn a_zip_is_made_of_a_folder(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Dashboard::demo(size);
    desk.open_target("app");
    // The JSON waits for the bundle of the right ZIP; then one is made of what a build left.
    desk.pick_zip("northwind-notes-2.5.zip");
    desk.look_at_zip("build", "finds them in build-2.5/");
    desk.terminal.press("ctrl-k");
    desk.terminal.see("✓ build-2.5.zip created: 1 file");
    desk.terminal.see("✓ fits the JSON");
    desk.terminal.press("enter");
    desk.terminal.gone("Pick the ZIP");
    desk.terminal.see("build-2.5.zip");
    desk.quit();
}

#[rstest]
fn a_broken_zip_is_named_and_cannot_be_taken(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Dashboard::demo(size);
    desk.open_target("app");
    desk.look_at_zip("broken", "✗ the ZIP is cut off");
    desk.terminal.press("enter");
    desk.terminal
        .see("✗ It cannot be uploaded: the ZIP is cut off");
    desk.terminal.see("Pick the ZIP");
    // First the filter goes, then the picker.
    desk.terminal.press("esc");
    desk.terminal.see("notes-pro-icon.zip");
    desk.terminal.press("esc");
    desk.terminal.gone("Pick the ZIP");
    desk.quit();
}
