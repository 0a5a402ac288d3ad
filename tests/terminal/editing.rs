//! A document is changed: by an editor of one's own, by texts from a folder, in the tree.

use crate::dashboard::{Dashboard, LARGE, SMALL, Size};
use rstest::rstest;
#[cfg(unix)]
use std::fs;

#[cfg(unix)]
#[test]
fn an_editor_of_ones_own_changes_the_document() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let script = home.path().join("my editor.sh");
    fs::write(&script, "#!/bin/sh\necho EDITOR WORKS\nread line\nsed 's/Faster start/Far faster start/' \"$2\" > \"$2.new\" && cat \"$2.new\" > \"$2\"; rm \"$2.new\"\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let editor = format!("'{}' --wait", script.display());
    let mut dashboard = Dashboard::start(&["demo"], LARGE, home, &[("EDITOR", &editor)]);
    dashboard.lists();
    dashboard.open_target("app");
    dashboard.terminal.press("E");
    // The editor has the terminal, and a line of its own.
    dashboard.terminal.see("EDITOR WORKS");
    dashboard.terminal.press("x enter");
    dashboard.terminal.see("1 change compared with live");
    // The keys are the dashboard's again.
    dashboard.review(&["Far faster start"]);
    dashboard.terminal.press("lone-esc");
    dashboard.terminal.gone("Review before publishing");
    dashboard.quit();
}

/// A release note for 30 languages from a folder, by keys alone: 30 lines of the document differ afterwards, and undo brings back
/// every byte.
#[cfg(unix)]
#[rstest]
fn release_notes_of_thirty_languages_come_from_a_folder(#[values(SMALL, LARGE)] size: Size) {
    use std::os::unix::fs::PermissionsExt;
    let listings: serde_json::Value =
        serde_json::from_str(include_str!("../../assets/demo/atlas-listings.json")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let notes = home.path().join("notes");
    for language in listings.as_object().unwrap().keys() {
        let folder = notes.join(language.replace('-', "_").to_uppercase());
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join("release_notes.txt"),
            format!("\u{feff}New in {language}.\r\n"),
        )
        .unwrap();
    }
    // An editor that changes nothing shows what the document is.
    let copies = home.path().join("copies");
    fs::create_dir_all(&copies).unwrap();
    let script = home.path().join("copy.sh");
    fs::write(
        &script,
        format!(
            "#!/bin/sh\ncp \"$1\" \"{0}/$(ls {0} | wc -l | tr -d ' ').json\"\n",
            copies.display()
        ),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let editor = script.display().to_string();
    let mut dashboard = Dashboard::start(&["demo"], size, home, &[("EDITOR", &editor)]);
    dashboard.lists();
    dashboard.open("atlas", "Northwind Atlas ─ submission");
    let copy = |dashboard: &mut Dashboard, number: usize| {
        dashboard.terminal.press("E");
        dashboard.terminal.back("Northwind Atlas");
        fs::read_to_string(copies.join(format!("{number}.json"))).unwrap()
    };
    let before = copy(&mut dashboard, 0);
    dashboard.terminal.press("4");
    for _ in 0..3 {
        dashboard.terminal.press("]");
    }
    dashboard.terminal.see("30 languages");
    dashboard.terminal.press("i");
    dashboard.terminal.see("Import texts from");
    dashboard.terminal.press("ctrl-u");
    dashboard.terminal.type_text(notes.to_str().unwrap());
    dashboard.terminal.press("enter");
    dashboard.terminal.see("30 texts change");
    dashboard.terminal.press("enter");
    dashboard.terminal.gone("What would change");
    dashboard.terminal.see("30 changed");
    let after = copy(&mut dashboard, 1);
    let changed: Vec<_> = before
        .lines()
        .zip(after.lines())
        .filter(|(old, new)| old != new)
        .collect();
    assert_eq!(
        (changed.len(), before.lines().count()),
        (30, after.lines().count())
    );
    assert!(
        changed
            .iter()
            .all(|(old, new)| old.contains("\"releaseNotes\": ") && new.contains("\"New in ")),
        "{changed:?}"
    );
    dashboard.terminal.press("ctrl-z");
    dashboard.terminal.gone("30 changed");
    assert_eq!(copy(&mut dashboard, 2), before);
    dashboard.terminal.press("ctrl-y");
    dashboard.terminal.see("30 changed");
    dashboard.quit();
}

#[test]
fn an_editor_that_is_none_is_explained() {
    let mut dashboard = Dashboard::demo_with(LARGE, &[("EDITOR", "no-such-editor-here --wait")]);
    dashboard.open_target("app");
    dashboard.terminal.press("E");
    dashboard
        .terminal
        .see("no-such-editor-here could not be started");
    dashboard.terminal.see("$EDITOR");
    dashboard.terminal.press("esc");
    dashboard.terminal.gone("could not be started");
    dashboard.quit();
}

#[rstest]
fn the_tree_picks_switches_adds_and_removes_with_one_undo_history(
    #[values(SMALL, LARGE)] size: Size,
) {
    let mut dashboard = Dashboard::demo(size);
    dashboard.open_target("app");
    let terminal = &mut dashboard.terminal;
    terminal.press("4 ] t");
    terminal.see("▸ listings");
    terminal.press("/");
    terminal.type_text("visibility");
    terminal.see("/ visibility");
    terminal.press("enter enter");
    terminal.see("enter accepts");
    terminal.type_text("hid");
    terminal.press("enter");
    terminal.see("visibility: \"Hidden\"");
    terminal.press("/");
    terminal.type_text("canInstallOnRemovableMedia");
    terminal.press("enter");
    terminal.see("─ /canInstallOnRemovableMedia");
    terminal.press("space");
    terminal.see("canInstallOnRemovableMedia: false");
    terminal.press("/");
    terminal.type_text("hardwarePreferences");
    terminal.press("enter n");
    terminal.see("new in /hardwarePreferences");
    terminal.type_text("Touch");
    terminal.press("enter");
    terminal.see("\"Touch\"");
    terminal.press("-");
    terminal.see("is removed; ctrl-z undoes it");
    terminal.gone("\"Touch\"");
    terminal.press("ctrl-z");
    terminal.see("\"Touch\"");
    terminal.press("ctrl-z");
    terminal.gone("\"Touch\"");
    // The text knows of the same steps; what was not touched is what the Store sent.
    terminal.press("t");
    terminal.gone("─ /hardwarePreferences");
    terminal.press("/");
    terminal.type_text("packageRolloutPercentage");
    terminal.press("enter");
    terminal.see("\"packageRolloutPercentage\": 0.0");
    terminal.press("/");
    terminal.type_text("canInstallOnRemovableMedia");
    terminal.press("enter");
    terminal.see("\"canInstallOnRemovableMedia\": false");
    terminal.press("ctrl-z");
    terminal.see("\"canInstallOnRemovableMedia\": true");
    terminal.press("/");
    terminal.type_text("visibility");
    terminal.press("enter");
    terminal.see("\"visibility\": \"Hidden\"");
    terminal.press("ctrl-z");
    terminal.see("\"visibility\": \"Public\"");
    terminal.press("ctrl-y t g");
    terminal.see("visibility: \"Hidden\"");
    dashboard.quit();
}

/// `EDITOR=code` passes the file to a window and returns; the text is saved much later.
#[cfg(unix)]
#[test]
fn a_text_saved_after_the_editor_returned_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let (script, passed) = (home.path().join("code"), home.path().join("passed"));
    fs::write(
        &script,
        format!("#!/bin/sh\necho \"$1\" > '{}'\n", passed.display()),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let editor = script.display().to_string();
    let mut dashboard = Dashboard::start(&["demo"], LARGE, home, &[("EDITOR", &editor)]);
    dashboard.lists();
    dashboard.open_target("app");
    dashboard.terminal.press("E");
    dashboard.terminal.see("returned at once");
    let file = fs::read_to_string(&passed).unwrap();
    let text = fs::read_to_string(file.trim()).unwrap();
    fs::write(
        file.trim(),
        text.replace("Faster start", "Far faster start"),
    )
    .unwrap();
    dashboard.terminal.press("E");
    dashboard.terminal.see("1 change compared with live");
    assert!(!std::path::Path::new(file.trim()).exists());
    dashboard.quit();
}

/// What many terminals send for Backspace is ^H; a colour that another program asked for is no key.
#[test]
fn backspace_and_late_answers_are_what_they_are() {
    let mut dashboard = Dashboard::demo(LARGE);
    dashboard.lists();
    dashboard.terminal.press("1 /");
    dashboard.terminal.type_text("Northwind Timex");
    dashboard.terminal.type_text("\u{8}");
    dashboard.terminal.type_text("r");
    dashboard.terminal.see("Northwind Timer");
    dashboard.terminal.press("esc");
    dashboard
        .terminal
        .type_text("\u{1b}]11;rgb:1e1e/1e1e/1e1e\u{1b}\\");
    dashboard.terminal.press("?");
    dashboard.terminal.see("╭ Keys ");
    dashboard.terminal.press("esc");
    dashboard.quit();
}
