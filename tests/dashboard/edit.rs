//! The detail pane, the editor, the ZIP picker and the review, by keys: what is asked for and what is on screen.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails loudly"
)]

use crate::{
    dashboard::{Dashboard, detail},
    openings::{self, APP, FLIGHT, app, document, live},
};
use flightdeck::tasks::message::TaskFailure;
use flightdeck::{
    app::event::Effect,
    engine::{
        driver::tasks::Publish,
        plan::{PendingPolicy, Plan},
    },
    state::ProfileView,
    tasks::report::{KeptEdit, TargetDetail},
};
use serde_json::{Value, json};
use std::{fs, io::Write, path::Path};
use store_model::explain::PortalNeed;
use store_model::{
    risk::{Allowance, RiskKind},
    target::Target,
};

/// The next submission, as a draft with another release note.
fn draft() -> Value {
    let mut document = openings::draft();
    document["listings"]["en-us"]["baseListing"]["releaseNotes"] = json!("Tabs.");
    document
}

fn notes(pending: Option<Value>) -> TargetDetail {
    openings::notes(pending, live(APP))
}

/// A dashboard with the app selected and the detail pane focused.
fn open(detail: TargetDetail) -> Dashboard {
    Dashboard::open((120, 40), detail, "")
}

/// Replaces a text in the open editor: search, select by length, type.
fn replace(dashboard: &mut Dashboard, old: &str, new: &str) {
    dashboard.keys("ctrl-f");
    dashboard.text(old);
    dashboard.keys("enter");
    for _ in old.chars() {
        dashboard.keys("shift-right");
    }
    dashboard.text(new);
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

/// A package without an app.
fn package() -> Vec<u8> {
    let manifest = r#"<Package><Identity Name="Northwind.Notes" Publisher="CN=N" Version="2.5.0.0" ProcessorArchitecture="x64"/><Dependencies><TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0"/></Dependencies><Resources><Resource Language="en-us"/></Resources></Package>"#;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("AppxManifest.xml", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.write_all(manifest.as_bytes()).unwrap();
    for part in ["AppxBlockMap.xml", "[Content_Types].xml"] {
        zip.start_file(part, zip::write::SimpleFileOptions::default())
            .unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn plan(dashboard: &Dashboard) -> Plan {
    match dashboard.started.as_slice() {
        [task] => (*task.get::<Publish>().unwrap().0).clone(),
        other => panic!("not one publish: {other:?}"),
    }
}

#[test]
fn an_edit_of_one_leaf_is_kept_counted_and_published() {
    let mut dashboard = open(notes(None));
    dashboard.keys("e");
    assert!(
        !dashboard.screen().contains("statusDetails"),
        "{}",
        dashboard.screen()
    );
    replace(&mut dashboard, "Faster start.", "Tabs.");
    dashboard.wait(1_000);
    assert!(
        dashboard.screen().contains("editing ─ 1 change ─ Ln"),
        "{}",
        dashboard.screen()
    );
    let kept: Value = serde_json::from_str(dashboard.kept.as_ref().unwrap()).unwrap();
    assert_eq!(
        kept["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Tabs."
    );
    dashboard.keys("esc u");
    assert_eq!(dashboard.app.overlays(), ["review"]);
    let screen = dashboard.screen();
    assert!(
        screen.contains("1 change compared with live") && screen.contains("Ready."),
        "{screen}"
    );
    // The safe button has the focus.
    dashboard.keys("enter");
    assert_eq!(
        (dashboard.app.overlays().len(), dashboard.started.len()),
        (0, 0)
    );
    dashboard.keys("u right enter");
    let plan = plan(&dashboard);
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
    let mut dashboard = open(notes(None));
    dashboard.keys("e end backspace");
    dashboard.wait(200);
    let screen = dashboard.screen();
    assert!(screen.contains("✗ line 2"), "{screen}");
    dashboard.keys("ctrl-z");
    dashboard.wait(200);
    assert!(dashboard.screen().contains("✓"), "{}", dashboard.screen());
    dashboard.keys("ctrl-y esc");
    dashboard.wait(1_000);
    assert!(
        dashboard
            .kept
            .as_ref()
            .is_some_and(|text| serde_json::from_str::<Value>(text).is_err())
    );
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("not valid JSON: line 2, column") && screen.contains("Cannot publish"),
        "{screen}"
    );
    dashboard.keys("right enter");
    assert_eq!(dashboard.started, []);
}

#[test]
fn esc_leaves_the_editor_in_one_step_and_nothing_is_lost_by_leaving_the_program() {
    let mut dashboard = open(notes(None));
    dashboard.keys("e");
    dashboard.text("  ");
    dashboard.keys("esc");
    assert_eq!(
        dashboard.app.model().edits[&app()]
            .text
            .as_ref()
            .map(|text| text.starts_with("  {")),
        Some(true)
    );
    assert!(
        dashboard.screen().contains("yours: no change"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("e");
    dashboard.text("x");
    // It never ends the program while a text is open.
    dashboard.keys("ctrl-c");
    assert!(dashboard.effects.is_empty(), "{:?}", dashboard.effects);
    dashboard.keys("esc ctrl-c");
    assert!(
        dashboard
            .kept
            .as_ref()
            .is_some_and(|text| text.starts_with("  x{"))
    );
    assert!(
        dashboard
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Quit(_)))
    );
}

#[test]
fn a_paste_is_one_edit_with_one_kind_of_line_end() {
    let mut dashboard = open(notes(None));
    dashboard.keys("e");
    dashboard.paste("a\r\nb\u{1b}[2J");
    let text = |dashboard: &Dashboard| dashboard.app.model().edits[&app()].text.clone().unwrap();
    assert!(text(&dashboard).starts_with("a\nb[2J{\n"));
    dashboard.keys("ctrl-z tab");
    assert!(text(&dashboard).starts_with("  {\n"));
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
    let dashboard = open(notes);
    let screen = dashboard.screen();
    assert!(screen.contains("kept on disk 3 h ago"), "{screen}");
    assert!(
        screen.contains("The Store's document has changed since: this was written on"),
        "{screen}"
    );
}

#[test]
fn the_three_ways_with_a_draft() {
    let mut dashboard = open(notes(Some(draft())));
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("(•) Stop") && screen.contains("Choose what to do with the draft"),
        "{screen}"
    );
    // Publish is dead as long as nothing is chosen.
    dashboard.keys("right enter");
    assert_eq!(dashboard.started, []);
    // From Publish up: Cancel, replace, keep.
    dashboard.keys("backtab backtab backtab enter");
    assert!(
        dashboard.screen().contains("(•) Keep this draft"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("tab tab tab enter");
    let plan = plan(&dashboard);
    assert_eq!(
        (plan.pending, plan.draft_seen.as_deref(), plan.document),
        (PendingPolicy::Keep, Some("1152921505690000200"), None)
    );
}

#[test]
fn a_draft_that_failed_is_replaced_by_one_with_its_document() {
    let mut document = draft();
    document["status"] = json!("CommitFailed");
    let mut dashboard = open(notes(Some(document)));
    dashboard.keys("u backtab enter");
    let screen = dashboard.screen();
    assert!(
        screen.contains("(•) Replace it")
            && screen.contains("is in CommitFailed and cannot be changed any more"),
        "{screen}"
    );
    dashboard.keys("tab tab enter");
    let plan = plan(&dashboard);
    assert_eq!(plan.pending, PendingPolicy::Replace);
    assert_eq!(
        plan.document.unwrap()["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Tabs."
    );
}

#[test]
fn who_has_edited_the_draft_keeps_it_by_default() {
    let mut dashboard = open(notes(Some(draft())));
    dashboard.keys("e");
    replace(&mut dashboard, "Tabs.", "Tabs and trees.");
    dashboard.keys("esc u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("(•) Keep this draft and commit it with the edited document"),
        "{screen}"
    );
    dashboard.keys("right enter");
    assert_eq!(plan(&dashboard).pending, PendingPolicy::Keep);
}

#[test]
fn a_portal_made_draft_can_only_be_left_alone() {
    let mut document = draft();
    document["fileUploadUrl"] = Value::Null;
    let mut dashboard = open(notes(Some(document)));
    assert!(
        dashboard.screen().contains("created or edited in"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("https://partner.microsoft.com/dashboard/products/9NX0EXAMPLE1/submissions/1152921505690000200"),
        "{screen}"
    );
    assert!(!screen.contains("Publish "), "{screen}");
    dashboard.keys("right down enter");
    assert_eq!(dashboard.started, []);
}

#[test]
fn a_flights_first_draft_cannot_be_replaced() {
    let target = Target::flight("9NX0EXAMPLE1", "5f0c2a7e");
    let document = document(FLIGHT);
    let mut document = document;
    document["status"] = json!("PendingCommit");
    document["fileUploadUrl"] = json!("https://x.blob.core.windows.net/y?sig=CANARY");
    let mut dashboard = Dashboard::new(
        120,
        40,
        vec![
            notes(None),
            detail(&target, "Insiders", Some(document), None),
        ],
    );
    dashboard.keys("enter");
    dashboard.wait(500);
    dashboard.keys("3 enter");
    dashboard.wait(500);
    dashboard.keys("e");
    dashboard.wait(300);
    dashboard.keys("end");
    dashboard.text(" ");
    dashboard.keys("esc u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("is the flight's first one: once deleted, the Store makes no"),
        "{screen}"
    );
    assert!(!screen.contains("CANARY"));
}

#[test]
fn nothing_changed_offers_nothing_but_cancel() {
    let mut dashboard = open(notes(None));
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("Nothing changed and nothing to upload") && screen.contains("▸ Cancel ◂"),
        "{screen}"
    );
    assert!(!screen.contains("  Publish  "), "{screen}");
}

#[test]
fn price_and_audience_need_a_yes_each() {
    let mut dashboard = open(notes(None));
    dashboard.keys("e");
    replace(&mut dashboard, "Tier1020", "Tier1030");
    replace(&mut dashboard, "\"Public\"", "\"Hidden\"");
    dashboard.keys("esc u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("[ no] price: The price goes from Tier1020 to Tier1030."),
        "{screen}"
    );
    dashboard.keys("right enter");
    assert_eq!(dashboard.started, []);
    dashboard.keys("backtab backtab space backtab space");
    assert!(
        dashboard.screen().contains("Ready."),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("tab tab tab enter");
    assert_eq!(
        plan(&dashboard).allow,
        [RiskKind::Price, RiskKind::Visibility].map(Allowance::Risk)
    );
}

#[test]
fn a_protected_profile_wants_the_name_typed() {
    let profile = ProfileView {
        name: "contoso".into(),
        is_protected: true,
        ..ProfileView::default()
    };
    let mut dashboard = Dashboard::with_profile(120, 40, vec![notes(Some(draft()))], profile);
    dashboard.keys("enter");
    dashboard.wait(500);
    dashboard.keys("u backtab backtab backtab enter");
    dashboard.keys("tab tab");
    dashboard.text("Northwind Not");
    dashboard.keys("tab tab enter");
    assert_eq!(dashboard.started, []);
    dashboard.keys("backtab backtab");
    dashboard.text("es");
    dashboard.keys("tab tab enter");
    assert_eq!(plan(&dashboard).pending, PendingPolicy::Keep);
}

/// The app with a package that waits for its file, and a folder with ZIPs.
fn with_package(dashboard: &mut Dashboard) {
    dashboard.keys("e");
    let entry = r#"[
    { "fileName": "Northwind.Notes_2.5.0.0.msixbundle", "fileStatus": "PendingUpload", "minimumDirectXVersion": "None",
      "minimumSystemRam": "None" },"#;
    dashboard.keys("ctrl-f");
    dashboard.text("\"applicationPackages\": [");
    dashboard.keys("enter end backspace");
    dashboard.paste(entry);
    dashboard.wait(1_000);
    dashboard.keys("esc");
}

fn dashboard_with_folder(folder: &Path, columns: u16, rows: u16) -> Dashboard {
    let profile = ProfileView {
        name: "contoso".into(),
        zip_folder: Some(folder.into()),
        home: Some(folder.into()),
        ..ProfileView::default()
    };
    let mut dashboard = Dashboard::with_profile(columns, rows, vec![notes(None)], profile);
    dashboard.keys("enter");
    dashboard.wait(500);
    dashboard.keys("4");
    with_package(&mut dashboard);
    dashboard
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
    let mut dashboard = dashboard_with_folder(folder.path(), 120, 40);
    dashboard.keys("z");
    dashboard.wait(500);
    // case.zip is the first.
    let screen = dashboard.screen();
    assert!(
        screen.contains("✗ does not fit") && screen.contains("lower case must be the same"),
        "{screen}"
    );
    assert!(
        screen.contains("→ Name Northwind.Notes_2.5.0.0.msixbundle as the"),
        "{screen}"
    );
    dashboard.keys("ctrl-r");
    let text = dashboard.app.model().edits[&app()].text.clone().unwrap();
    assert!(
        text.contains("\"northwind.notes_2.5.0.0.msixbundle\""),
        "{text}"
    );
    assert!(
        dashboard.screen().contains("✓ fits the JSON"),
        "{}",
        dashboard.screen()
    );
    // A broken one cannot be chosen.
    dashboard.keys("down");
    dashboard.wait(500);
    assert!(
        dashboard.screen().contains("✗ this is no ZIP") || dashboard.screen().contains("cut off"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("enter");
    assert_eq!(dashboard.app.overlays(), ["zip-picker"]);
    // Nor can a package; the filter finds it.
    dashboard.text("msix");
    dashboard.keys("enter");
    assert!(
        dashboard.screen().contains("the Store needs a ZIP"),
        "{}",
        dashboard.screen()
    );
    // A path from home on is opened; only a ZIP is chosen.
    dashboard.keys("esc");
    dashboard.text("~/older");
    dashboard.keys("enter");
    dashboard.wait(500);
    assert_eq!(
        dashboard.app.model().folder.path,
        folder.path().join("older")
    );
    dashboard.text("~");
    dashboard.keys("enter");
    dashboard.wait(500);
    assert_eq!(dashboard.app.model().folder.path, folder.path());
    dashboard.text("msix");
    // One step back empties the filter, the next one leaves.
    dashboard.keys("esc");
    assert_eq!(dashboard.app.overlays(), ["zip-picker"]);
    dashboard.text("case");
    dashboard.keys("enter");
    assert!(dashboard.app.overlays().is_empty());
    assert_eq!(
        dashboard.app.model().edits[&app()].zip,
        Some(folder.path().join("case.zip"))
    );
    assert!(
        dashboard.screen().contains("case.zip"),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn the_picker_walks_through_folders() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("older")).unwrap();
    zip(
        &folder.path().join("older/b.zip"),
        &["Northwind.Notes_2.5.0.0.msixbundle"],
    );
    let mut dashboard = dashboard_with_folder(folder.path(), 120, 40);
    dashboard.keys("z");
    dashboard.wait(500);
    dashboard.keys("enter");
    dashboard.wait(500);
    assert_eq!(
        dashboard.app.model().folder.path,
        folder.path().join("older")
    );
    dashboard.keys("left");
    assert_eq!(dashboard.app.model().folder.path, folder.path());
    dashboard.keys("backspace");
    assert_eq!(
        dashboard.app.model().folder.path,
        folder.path().parent().unwrap()
    );
    dashboard.paste(folder.path().join("older").to_str().unwrap());
    dashboard.keys("enter");
    dashboard.wait(500);
    dashboard.keys("enter");
    assert_eq!(
        dashboard.app.model().edits[&app()].zip,
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
    let mut dashboard = dashboard_with_folder(folder.path(), 120, 40);
    dashboard.keys("z");
    dashboard.wait(500);
    dashboard.keys("enter z");
    dashboard.text("build");
    // The ZIP is made long before the slow drive shows it: nothing says so yet, and the cursor stays where it was.
    dashboard.folder_takes = 1_000;
    dashboard.keys("ctrl-k");
    dashboard.wait(500);
    let screen = dashboard.screen();
    assert!(folder.path().join("build.zip").is_file());
    assert!(
        !screen.contains("build.zip created") && !screen.contains("fits the JSON"),
        "{screen}"
    );
    dashboard.wait(500);
    dashboard.wait(500);
    let screen = dashboard.screen();
    assert!(
        screen.contains("✓ build.zip created: 1 file") && screen.contains("✓ fits the JSON"),
        "{screen}"
    );
    dashboard.keys("enter");
    assert_eq!(
        dashboard.app.model().edits[&app()].zip,
        Some(folder.path().join("build.zip"))
    );
}

#[test]
fn missing_files_bar_the_way_with_a_list() {
    let folder = tempfile::tempdir().unwrap();
    zip(&folder.path().join("wrong.zip"), &["other.png"]);
    let mut dashboard = dashboard_with_folder(folder.path(), 120, 40);
    dashboard.keys("u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("No ZIP is chosen")
            && screen.contains("Northwind.Notes_2.5.0.0.msixbundle"),
        "{screen}"
    );
    dashboard.keys("esc z");
    dashboard.wait(500);
    dashboard.keys("enter u");
    let screen = dashboard.screen();
    assert!(
        screen.contains("is missing in the ZIP")
            && screen.contains("Cannot publish: The ZIP does not fit"),
        "{screen}"
    );
    zip(
        &folder.path().join("right.zip"),
        &["Northwind.Notes_2.5.0.0.msixbundle"],
    );
    dashboard.keys("esc z");
    dashboard.text("right");
    dashboard.wait(500);
    // What is called a bundle is a package: that may be refused, and needs its yes.
    dashboard.keys("enter u backtab space tab right enter");
    assert_eq!(
        plan(&dashboard).zip,
        Some(folder.path().join("right.zip").into())
    );
}

#[test]
fn what_cannot_be_read_says_why_and_what_to_do() {
    let fault = "reading 9NX0EXAMPLE1: 409 InvalidState: This application uses features that are not supported by the submission API.";
    let failure = TaskFailure {
        message: fault.into(),
        portal: PortalNeed::ForProduct,
    };
    let faults = [(app(), failure)].into();
    let mut dashboard =
        Dashboard::with_faults(120, 40, vec![notes(None)], ProfileView::default(), faults);
    dashboard.keys("enter");
    dashboard.wait(500);
    let screen = dashboard.screen();
    assert!(
        screen.contains("It could not be read") && screen.contains("https://partner.microsoft.com"),
        "{screen}"
    );
    dashboard.keys("e");
    assert!(
        dashboard
            .app
            .messages()
            .iter()
            .any(|message| message.contains("could not be read")),
        "{:?}",
        dashboard.app.messages()
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
    let dashboard = open(notes(Some(document)));
    let screen = dashboard.screen();
    assert!(
        screen.contains("✗ MissingFiles") && screen.contains("a[31m.msix"),
        "{screen}"
    );
    assert!(
        screen.contains("SalesUnsupportedWarning (normal for nearly every submission)"),
        "{screen}"
    );
    assert!(screen.contains("https://example.com/report"), "{screen}");
}

#[test]
fn a_search_finds_and_walks_while_reading() {
    let mut dashboard = open(notes(None));
    dashboard.keys("] /");
    dashboard.text("de-de");
    dashboard.keys("enter");
    assert!(
        dashboard.screen().contains("\"de-de\": {"),
        "{}",
        dashboard.screen()
    );
    dashboard.keys("f3 esc");
    assert!(
        dashboard.screen().contains("as in the Store"),
        "{}",
        dashboard.screen()
    );
}

#[test]
fn screens() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let size = format!("{columns}x{rows}");
        let mut dashboard = Dashboard::open((columns, rows), notes(Some(draft())), "");
        insta::assert_snapshot!(format!("overview_{size}"), dashboard.screen());
        dashboard.keys("]");
        insta::assert_snapshot!(format!("json_{size}"), dashboard.screen());
        dashboard.keys("e");
        replace(&mut dashboard, "Tabs.", "Tabs, \"and");
        dashboard.wait(1_000);
        insta::assert_snapshot!(format!("editor_{size}"), dashboard.screen());
        dashboard.keys("esc");
        dashboard.keys("u");
        insta::assert_snapshot!(format!("review_broken_{size}"), dashboard.screen());
        let mut dashboard = Dashboard::open((columns, rows), notes(Some(draft())), "");
        dashboard.keys("e");
        replace(&mut dashboard, "Tier1020", "Free");
        dashboard.wait(1_000);
        dashboard.keys("esc u");
        insta::assert_snapshot!(format!("review_{size}"), dashboard.screen());
    }
}
