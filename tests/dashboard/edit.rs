//! The detail pane, the editor, the ZIP picker and the review, by keys: what is asked for and what is on screen.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails loudly"
)]

use crate::{
    desk::{Desk, detail},
    openings::{self, APP, FLIGHT, app, document, live},
};
use flightdeck::{
    app::event::Effect,
    engine::plan::{PendingPolicy, Plan},
    state::ProfileView,
    tasks::{
        job::Job,
        report::{KeptEdit, TargetDetail},
    },
};
use serde_json::{Value, json};
use std::{fs, io::Write, path::Path};
use store_model::{risk::ConcernKind, target::Target};

/// The next submission, as a draft with another release note.
fn draft() -> Value {
    let mut document = openings::draft();
    document["listings"]["en-us"]["baseListing"]["releaseNotes"] = json!("Tabs.");
    document
}

fn notes(pending: Option<Value>) -> TargetDetail {
    openings::notes(pending, live(APP))
}

/// A desk with the app selected and the detail pane focused.
fn open(detail: TargetDetail) -> Desk {
    Desk::open((120, 40), detail, "")
}

/// Replaces a text in the open editor: search, select by length, type.
fn replace(desk: &mut Desk, old: &str, new: &str) {
    desk.keys("ctrl-f");
    desk.text(old);
    desk.keys("enter");
    for _ in old.chars() {
        desk.keys("shift-right");
    }
    desk.text(new);
}

fn zip(path: &Path, names: &[&str]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for name in names {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&package()).unwrap();
    }
    zip.finish().unwrap();
}

/// As much of a package as its manifest.
fn package() -> Vec<u8> {
    let manifest = r#"<Package><Identity Name="Northwind.Notes" Publisher="CN=N" Version="2.5.0.0" ProcessorArchitecture="x64"/></Package>"#;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("AppxManifest.xml", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.write_all(manifest.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn plan(desk: &Desk) -> Plan {
    match desk.started.as_slice() {
        [Job::Publish(plan)] => (**plan).clone(),
        other => panic!("not one publish: {other:?}"),
    }
}

#[test]
fn an_edit_of_one_leaf_is_kept_counted_and_published() {
    let mut desk = open(notes(None));
    desk.keys("e");
    assert!(
        !desk.screen().contains("statusDetails"),
        "{}",
        desk.screen()
    );
    replace(&mut desk, "Faster start.", "Tabs.");
    desk.wait(1_000);
    assert!(
        desk.screen().contains("editing ─ 1 change ─ Ln"),
        "{}",
        desk.screen()
    );
    let kept: Value = serde_json::from_str(desk.kept.as_ref().unwrap()).unwrap();
    assert_eq!(
        kept["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Tabs."
    );
    desk.keys("esc u");
    assert_eq!(desk.app.overlays(), ["review"]);
    let screen = desk.screen();
    assert!(
        screen.contains("1 change against what is live") && screen.contains("Ready."),
        "{screen}"
    );
    // The safe button has the focus.
    desk.keys("enter");
    assert_eq!((desk.app.overlays().len(), desk.started.len()), (0, 0));
    desk.keys("u right enter");
    let plan = plan(&desk);
    assert_eq!(
        (plan.target, plan.pending, plan.zip, plan.allow.len()),
        (app(), PendingPolicy::Fail, None, 0)
    );
    assert_eq!(
        plan.document.unwrap()["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Tabs."
    );
}

#[test]
fn a_syntax_error_shows_its_place_while_typing_and_bars_the_way() {
    let mut desk = open(notes(None));
    desk.keys("e end backspace");
    desk.wait(200);
    let screen = desk.screen();
    assert!(screen.contains("✗ line 2"), "{screen}");
    desk.keys("ctrl-z");
    desk.wait(200);
    assert!(desk.screen().contains("✓"), "{}", desk.screen());
    desk.keys("ctrl-y esc");
    desk.wait(1_000);
    assert!(
        desk.kept
            .as_ref()
            .is_some_and(|text| serde_json::from_str::<Value>(text).is_err())
    );
    desk.keys("u");
    let screen = desk.screen();
    assert!(
        screen.contains("no valid JSON: line 2, column") && screen.contains("Cannot publish"),
        "{screen}"
    );
    desk.keys("right enter");
    assert_eq!(desk.started, []);
}

#[test]
fn esc_leaves_the_editor_in_one_step_and_nothing_is_lost_by_leaving_the_program() {
    let mut desk = open(notes(None));
    desk.keys("e");
    desk.text("  ");
    desk.keys("esc");
    assert_eq!(
        desk.app.model().edits[&app()]
            .text
            .as_ref()
            .map(|text| text.starts_with("  {")),
        Some(true)
    );
    assert!(
        desk.screen().contains("yours: no change"),
        "{}",
        desk.screen()
    );
    desk.keys("e");
    desk.text("x");
    desk.keys("ctrl-c");
    assert!(
        desk.kept
            .as_ref()
            .is_some_and(|text| text.starts_with("  x{"))
    );
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Quit(_)))
    );
}

#[test]
fn a_paste_is_one_edit_with_one_kind_of_line_end() {
    let mut desk = open(notes(None));
    desk.keys("e");
    desk.paste("a\r\nb\u{1b}[2J");
    let text = |desk: &Desk| desk.app.model().edits[&app()].text.clone().unwrap();
    assert!(text(&desk).starts_with("a\nb[2J{\n"));
    desk.keys("ctrl-z tab");
    assert!(text(&desk).starts_with("  {\n"));
}

#[test]
fn an_edit_of_an_earlier_session_comes_back_with_a_word_about_its_age() {
    let mut notes = notes(Some(draft()));
    let text = serde_json::to_string_pretty(&json!({"visibility": "Hidden"})).unwrap();
    let saved = "2026-02-03T09:04:00Z".parse().unwrap();
    notes.edit = Some(KeptEdit {
        text,
        base: Some("1152921505690000177".into()),
        body: None,
        zip: None,
        saved,
    });
    let desk = open(notes);
    let screen = desk.screen();
    assert!(screen.contains("kept on disk 3 h ago"), "{screen}");
    assert!(
        screen.contains("The Store's document has changed since: this was written on"),
        "{screen}"
    );
}

#[test]
fn the_three_ways_with_a_draft() {
    let mut desk = open(notes(Some(draft())));
    desk.keys("u");
    let screen = desk.screen();
    assert!(
        screen.contains("(•) Stop") && screen.contains("Choose what to do with the draft"),
        "{screen}"
    );
    // Publish is dead as long as nothing is chosen.
    desk.keys("right enter");
    assert_eq!(desk.started, []);
    // From Publish up: Cancel, replace, keep.
    desk.keys("backtab backtab backtab enter");
    assert!(
        desk.screen().contains("(•) Keep this draft"),
        "{}",
        desk.screen()
    );
    desk.keys("tab tab tab enter");
    let plan = plan(&desk);
    assert_eq!(
        (plan.pending, plan.draft_seen.as_deref(), plan.document),
        (PendingPolicy::Keep, Some("1152921505690000200"), None)
    );
}

#[test]
fn a_draft_that_failed_is_replaced_by_one_with_its_document() {
    let mut document = draft();
    document["status"] = json!("CommitFailed");
    let mut desk = open(notes(Some(document)));
    desk.keys("u backtab enter");
    let screen = desk.screen();
    assert!(
        screen.contains("(•) Replace it") && screen.contains("it ended in CommitFailed"),
        "{screen}"
    );
    desk.keys("tab tab enter");
    let plan = plan(&desk);
    assert_eq!(plan.pending, PendingPolicy::Replace);
    assert_eq!(
        plan.document.unwrap()["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Tabs."
    );
}

#[test]
fn who_has_edited_the_draft_keeps_it_by_default() {
    let mut desk = open(notes(Some(draft())));
    desk.keys("e");
    replace(&mut desk, "Tabs.", "Tabs and trees.");
    desk.keys("esc u");
    let screen = desk.screen();
    assert!(
        screen.contains("(•) Keep this draft and commit it with the edited document"),
        "{screen}"
    );
    desk.keys("right enter");
    assert_eq!(plan(&desk).pending, PendingPolicy::Keep);
}

#[test]
fn a_portal_made_draft_can_only_be_left_alone() {
    let mut document = draft();
    document["fileUploadUrl"] = Value::Null;
    let mut desk = open(notes(Some(document)));
    assert!(
        desk.screen().contains("made or touched in"),
        "{}",
        desk.screen()
    );
    desk.keys("u");
    let screen = desk.screen();
    assert!(
        screen.contains("https://partner.microsoft.com/dashboard/products/9NX0EXAMPLE1/submissions/1152921505690000200"),
        "{screen}"
    );
    assert!(!screen.contains("Publish "), "{screen}");
    desk.keys("right down enter");
    assert_eq!(desk.started, []);
}

#[test]
fn a_flights_first_draft_cannot_be_replaced() {
    let target = Target::flight("9NX0EXAMPLE1", "5f0c2a7e");
    let document = document(FLIGHT);
    let mut document = document;
    document["status"] = json!("PendingCommit");
    document["fileUploadUrl"] = json!("https://x.blob.core.windows.net/y?sig=CANARY");
    let mut desk = Desk::new(
        120,
        40,
        vec![
            notes(None),
            detail(&target, "Insiders", Some(document), None),
        ],
    );
    desk.keys("enter");
    desk.wait(500);
    desk.keys("3 enter");
    desk.wait(500);
    desk.keys("e");
    desk.wait(300);
    desk.keys("end");
    desk.text(" ");
    desk.keys("esc u");
    let screen = desk.screen();
    assert!(
        screen.contains("not possible: it is the flight's first submission"),
        "{screen}"
    );
    assert!(!screen.contains("CANARY"));
}

#[test]
fn nothing_changed_offers_nothing_but_cancel() {
    let mut desk = open(notes(None));
    desk.keys("u");
    let screen = desk.screen();
    assert!(
        screen.contains("Nothing changed and nothing to upload") && screen.contains("▸ Cancel ◂"),
        "{screen}"
    );
    assert!(!screen.contains("  Publish  "), "{screen}");
}

#[test]
fn price_and_audience_need_a_yes_each() {
    let mut desk = open(notes(None));
    desk.keys("e");
    replace(&mut desk, "Tier1020", "Tier1030");
    replace(&mut desk, "\"Public\"", "\"Hidden\"");
    desk.keys("esc u");
    let screen = desk.screen();
    assert!(
        screen.contains("[ no] price: The price goes from Tier1020 to Tier1030."),
        "{screen}"
    );
    desk.keys("right enter");
    assert_eq!(desk.started, []);
    desk.keys("backtab backtab space backtab space");
    assert!(desk.screen().contains("Ready."), "{}", desk.screen());
    desk.keys("tab tab tab enter");
    assert_eq!(
        plan(&desk).allow,
        [ConcernKind::Price, ConcernKind::Visibility]
    );
}

#[test]
fn a_protected_profile_wants_the_name_typed() {
    let profile = ProfileView {
        name: "contoso".into(),
        is_protected: true,
        ..ProfileView::default()
    };
    let mut desk = Desk::with_profile(120, 40, vec![notes(Some(draft()))], profile);
    desk.keys("enter");
    desk.wait(500);
    desk.keys("u backtab backtab backtab enter");
    desk.keys("tab tab");
    desk.text("Northwind Not");
    desk.keys("tab tab enter");
    assert_eq!(desk.started, []);
    desk.keys("backtab backtab");
    desk.text("es");
    desk.keys("tab tab enter");
    assert_eq!(plan(&desk).pending, PendingPolicy::Keep);
}

/// The app with a package that waits for its file, and a folder with ZIPs.
fn with_package(desk: &mut Desk) {
    desk.keys("e");
    let entry = r#"[
    { "fileName": "Northwind.Notes_2.5.0.0.msixbundle", "fileStatus": "PendingUpload", "minimumDirectXVersion": "None",
      "minimumSystemRam": "None" },"#;
    desk.keys("ctrl-f");
    desk.text("\"applicationPackages\": [");
    desk.keys("enter end backspace");
    desk.paste(entry);
    desk.wait(1_000);
    desk.keys("esc");
}

fn desk_with_folder(folder: &Path, columns: u16, rows: u16) -> Desk {
    let profile = ProfileView {
        name: "contoso".into(),
        zip_folder: Some(folder.into()),
        home: Some(folder.into()),
        ..ProfileView::default()
    };
    let mut desk = Desk::with_profile(columns, rows, vec![notes(None)], profile);
    desk.keys("enter");
    desk.wait(500);
    desk.keys("4");
    with_package(&mut desk);
    desk
}

#[test]
fn the_picker_shows_at_once_how_a_zip_fits_and_repairs_the_json() {
    let folder = tempfile::tempdir().unwrap();
    zip(
        &folder.path().join("fits.zip"),
        &["Northwind.Notes_2.5.0.0.msixbundle"],
    );
    zip(
        &folder.path().join("case.zip"),
        &["northwind.notes_2.5.0.0.msixbundle"],
    );
    fs::write(folder.path().join("cut.zip"), b"PK\x03\x04 and no more").unwrap();
    fs::write(folder.path().join("notes.msix"), b"x").unwrap();
    fs::create_dir(folder.path().join("older")).unwrap();
    let mut desk = desk_with_folder(folder.path(), 120, 40);
    desk.keys("z");
    desk.wait(500);
    // case.zip is the first.
    let screen = desk.screen();
    assert!(
        screen.contains("✗ does not fit") && screen.contains("lower case must be the same"),
        "{screen}"
    );
    assert!(
        screen.contains("→ Name Northwind.Notes_2.5.0.0.msixbundle as the"),
        "{screen}"
    );
    desk.keys("ctrl-r");
    let text = desk.app.model().edits[&app()].text.clone().unwrap();
    assert!(
        text.contains("\"northwind.notes_2.5.0.0.msixbundle\""),
        "{text}"
    );
    assert!(
        desk.screen().contains("✓ fits the JSON"),
        "{}",
        desk.screen()
    );
    // A broken one cannot be chosen.
    desk.keys("down");
    desk.wait(500);
    assert!(
        desk.screen().contains("✗ this is no ZIP") || desk.screen().contains("cut off"),
        "{}",
        desk.screen()
    );
    desk.keys("enter");
    assert_eq!(desk.app.overlays(), ["zip-picker"]);
    // Nor can a package; the filter finds it.
    desk.text("msix");
    desk.keys("enter");
    assert!(
        desk.screen()
            .contains("the Store wants a ZIP that holds it"),
        "{}",
        desk.screen()
    );
    // A path from home on is opened; only a ZIP is chosen.
    desk.keys("esc");
    desk.text("~/older");
    desk.keys("enter");
    desk.wait(500);
    assert_eq!(desk.app.model().folder.path, folder.path().join("older"));
    desk.text("~");
    desk.keys("enter");
    desk.wait(500);
    assert_eq!(desk.app.model().folder.path, folder.path());
    desk.text("msix");
    // One step back empties the filter, the next one leaves.
    desk.keys("esc");
    assert_eq!(desk.app.overlays(), ["zip-picker"]);
    desk.text("case");
    desk.keys("enter");
    assert!(desk.app.overlays().is_empty());
    assert_eq!(
        desk.app.model().edits[&app()].zip,
        Some(folder.path().join("case.zip"))
    );
    assert!(desk.screen().contains("case.zip"), "{}", desk.screen());
}

#[test]
fn the_picker_walks_through_folders() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("older")).unwrap();
    zip(
        &folder.path().join("older/b.zip"),
        &["Northwind.Notes_2.5.0.0.msixbundle"],
    );
    let mut desk = desk_with_folder(folder.path(), 120, 40);
    desk.keys("z");
    desk.wait(500);
    desk.keys("enter");
    desk.wait(500);
    assert_eq!(desk.app.model().folder.path, folder.path().join("older"));
    desk.keys("left");
    assert_eq!(desk.app.model().folder.path, folder.path());
    desk.keys("backspace");
    assert_eq!(
        desk.app.model().folder.path,
        folder.path().parent().unwrap()
    );
    desk.paste(folder.path().join("older").to_str().unwrap());
    desk.keys("enter");
    desk.wait(500);
    desk.keys("enter");
    assert_eq!(
        desk.app.model().edits[&app()].zip,
        Some(folder.path().join("older/b.zip"))
    );
}

#[test]
fn a_made_zip_is_announced_when_enter_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    zip(
        &folder.path().join("chosen.zip"),
        &["Northwind.Notes_2.5.0.0.msixbundle"],
    );
    fs::create_dir(folder.path().join("build")).unwrap();
    fs::write(
        folder
            .path()
            .join("build/Northwind.Notes_2.5.0.0.msixbundle"),
        package(),
    )
    .unwrap();
    let mut desk = desk_with_folder(folder.path(), 120, 40);
    desk.keys("z");
    desk.wait(500);
    desk.keys("enter z");
    desk.text("build");
    // The ZIP is made long before the slow drive shows it: nothing says so yet, and the cursor stays where it was.
    desk.folder_takes = 1_000;
    desk.keys("ctrl-k");
    desk.wait(500);
    let screen = desk.screen();
    assert!(folder.path().join("build.zip").is_file());
    assert!(
        !screen.contains("is made") && !screen.contains("fits the JSON"),
        "{screen}"
    );
    desk.wait(500);
    desk.wait(500);
    let screen = desk.screen();
    assert!(
        screen.contains("✓ build.zip is made: 1 file") && screen.contains("✓ fits the JSON"),
        "{screen}"
    );
    desk.keys("enter");
    assert_eq!(
        desk.app.model().edits[&app()].zip,
        Some(folder.path().join("build.zip"))
    );
}

#[test]
fn missing_files_bar_the_way_with_a_list() {
    let folder = tempfile::tempdir().unwrap();
    zip(&folder.path().join("wrong.zip"), &["other.png"]);
    let mut desk = desk_with_folder(folder.path(), 120, 40);
    desk.keys("u");
    let screen = desk.screen();
    assert!(
        screen.contains("No ZIP is chosen")
            && screen.contains("Northwind.Notes_2.5.0.0.msixbundle"),
        "{screen}"
    );
    desk.keys("esc z");
    desk.wait(500);
    desk.keys("enter u");
    let screen = desk.screen();
    assert!(
        screen.contains("is missing in the ZIP")
            && screen.contains("Cannot publish: The ZIP does not fit"),
        "{screen}"
    );
    zip(
        &folder.path().join("right.zip"),
        &["Northwind.Notes_2.5.0.0.msixbundle"],
    );
    desk.keys("esc z");
    desk.text("right");
    desk.wait(500);
    desk.keys("enter u right enter");
    assert_eq!(plan(&desk).zip, Some(folder.path().join("right.zip")));
}

#[test]
fn what_cannot_be_read_says_why_and_what_to_do() {
    let fault = "reading 9NX0EXAMPLE1: 409 InvalidState: This application uses features that are not supported by the submission API.";
    let faults = [(app(), fault.to_owned())].into();
    let mut desk = Desk::with_faults(120, 40, vec![notes(None)], ProfileView::default(), faults);
    desk.keys("enter");
    desk.wait(500);
    let screen = desk.screen();
    assert!(
        screen.contains("It could not be read") && screen.contains("https://partner.microsoft.com"),
        "{screen}"
    );
    desk.keys("e");
    assert!(
        desk.app
            .messages()
            .iter()
            .any(|message| message.contains("could not be read")),
        "{:?}",
        desk.app.messages()
    );
}

#[test]
fn errors_of_the_store_are_explained_and_noise_is_not_loud() {
    let mut document = draft();
    document["status"] = json!("CommitFailed");
    document["statusDetails"]["errors"] =
        json!([{"code": "MissingFiles", "details": "a\u{1b}[31m.msix"}]);
    document["statusDetails"]["certificationReports"] =
        json!([{"date": "2026-02-03T09:00:00Z", "reportUrl": "https://example.com/report"}]);
    let desk = open(notes(Some(document)));
    let screen = desk.screen();
    assert!(
        screen.contains("✗ MissingFiles") && screen.contains("a[31m.msix"),
        "{screen}"
    );
    assert!(
        screen.contains("SalesUnsupportedWarning (said of nearly every submission)"),
        "{screen}"
    );
    assert!(screen.contains("https://example.com/report"), "{screen}");
}

#[test]
fn a_search_finds_and_walks_while_reading() {
    let mut desk = open(notes(None));
    desk.keys("] /");
    desk.text("de-de");
    desk.keys("enter");
    assert!(desk.screen().contains("\"de-de\": {"), "{}", desk.screen());
    desk.keys("f3 esc");
    assert!(
        desk.screen().contains("as in the Store"),
        "{}",
        desk.screen()
    );
}

#[test]
fn screens() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let size = format!("{columns}x{rows}");
        let mut desk = Desk::open((columns, rows), notes(Some(draft())), "");
        insta::assert_snapshot!(format!("overview_{size}"), desk.screen());
        desk.keys("]");
        insta::assert_snapshot!(format!("json_{size}"), desk.screen());
        desk.keys("e");
        replace(&mut desk, "Tabs.", "Tabs, \"and");
        desk.wait(1_000);
        insta::assert_snapshot!(format!("editor_{size}"), desk.screen());
        desk.keys("esc");
        desk.keys("u");
        insta::assert_snapshot!(format!("review_broken_{size}"), desk.screen());
        let mut desk = Desk::open((columns, rows), notes(Some(draft())), "");
        desk.keys("e");
        replace(&mut desk, "Tier1020", "Free");
        desk.wait(1_000);
        desk.keys("esc u");
        insta::assert_snapshot!(format!("review_{size}"), desk.screen());
    }
}
