//! The Packages tab by keys: what is on screen, and which leaves of the document change.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails loudly"
)]

use crate::{
    desk::{Desk, detail},
    openings::{self, ADD_ON, APP, FLIGHT, document, notes},
};
use flightdeck::{app::event::Effect, tasks::report::TargetDetail};
use serde_json::{Value, json};
use std::{fs, io::Write, path::Path};
use store_model::target::Target;

fn package(id: usize, architecture: &str, version: &str, least: u32) -> Value {
    json!({
        "fileName": format!("Northwind.Notes_{version}_{architecture}.msix"), "fileStatus": "Uploaded", "id": format!("20000000000{id:05}"),
        "version": version, "architecture": architecture, "targetPlatform": "Windows10", "languages": ["en-US", "de-DE"],
        "capabilities": ["internetClient", "runFullTrust"], "minimumDirectXVersion": "None", "minimumSystemRam": "None",
        "targetDeviceFamilies": [format!("Windows.Desktop min version 10.0.{least}.0")]
    })
}

/// The reference's example with other packages, as a published submission.
fn live(packages: Vec<Value>) -> Value {
    let mut document = openings::live(APP);
    document["applicationPackages"] = packages.into();
    document
}

fn two() -> Vec<Value> {
    vec![
        package(1, "x64", "2.4.0.0", 17763),
        package(2, "ARM64", "2.3.4.0", 22000),
    ]
}

/// More than the Store takes, superseded ones among them.
fn many() -> Vec<Value> {
    let architectures = ["x64", "x86", "ARM64"];
    (0..27)
        .map(|n| {
            package(
                n,
                architectures[n % 3],
                &format!("1.{}.0.0", n / 3),
                if n < 9 { 17763 } else { 19041 },
            )
        })
        .collect()
}

fn app(packages: Vec<Value>) -> TargetDetail {
    notes(None, live(packages))
}

/// A desk with the app's packages shown and the detail pane focused.
fn open(columns: u16, rows: u16, detail: TargetDetail) -> Desk {
    Desk::open((columns, rows), detail, "] ]")
}

/// A ZIP of packages that say what they are.
fn zip(path: &Path, packages: &[(&str, &str, &str)]) {
    let options = zip::write::SimpleFileOptions::default();
    let mut outer = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, version, architecture) in packages {
        let mut inner = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        inner.start_file("AppxManifest.xml", options).unwrap();
        write!(
            inner,
            r#"<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10">
            <Identity Name="40417Northwind.Notes" Publisher="CN=A" Version="{version}" ProcessorArchitecture="{architecture}"/>
            <Dependencies><TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0" MaxVersionTested="10.0.26100.0"/></Dependencies>
            <Resources><Resource Language="en-us"/></Resources></Package>"#
        )
        .unwrap();
        outer.start_file(*name, options).unwrap();
        outer
            .write_all(&inner.finish().unwrap().into_inner())
            .unwrap();
    }
    outer.finish().unwrap();
}

/// Picks a ZIP by its path.
fn pick(desk: &mut Desk, path: &Path) {
    desk.keys("z");
    desk.wait(200);
    desk.paste(path.to_str().unwrap());
    desk.keys("enter");
    desk.wait(500);
    assert_eq!(desk.app.overlays(), [] as [&str; 0], "{}", desk.screen());
}

/// The document as it was kept last.
fn kept(desk: &Desk) -> Value {
    serde_json::from_str(desk.kept.as_ref().unwrap()).unwrap()
}

fn states(document: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = document["applicationPackages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| (text(&package["fileName"]), text(&package["fileStatus"])))
        .collect()
}

fn see(desk: &Desk, wanted: &[&str]) {
    let screen = desk.screen();
    for text in wanted {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
}

#[test]
fn marking_changes_one_leaf_and_says_who_is_left_without() {
    let mut desk = open(120, 40, app(two()));
    see(
        &desk,
        &[
            "2 kept · 2 of 25 at most · the same as live",
            "goes to    x64 · Desktop from 10.0.17763.0",
        ],
    );
    desk.keys("space");
    desk.wait(1_000);
    see(
        &desk,
        &[
            "1 kept, 1 going",
            "against what is live: −1",
            "✗ left without a package: x64 · Desktop from 10.0.17763.0",
            "NO PACKAGE ANY MORE",
        ],
    );
    let marked = kept(&desk);
    assert_eq!(states(&marked)[0].1, "PendingDelete");
    see(&desk, &[" 1 change "]);
    // Taking it back leaves nothing behind.
    desk.keys("space");
    desk.wait(1_000);
    see(&desk, &["2 kept", " no change "]);
    let text = desk.kept.clone().unwrap();
    desk.keys("- ctrl-z");
    desk.wait(1_000);
    assert_eq!(desk.kept.as_ref(), Some(&text));
    desk.keys("- -");
    see(&desk, &["It goes already; space takes that back."]);
}

#[test]
fn the_newest_are_kept_after_a_look_at_who_gets_what() {
    let packages = vec![
        package(1, "x64", "1.9.0.0", 17763),
        package(2, "x64", "1.10.0.0", 19041),
        package(3, "ARM64", "1.9.0.0", 22000),
    ];
    let mut desk = open(120, 40, app(packages));
    desk.keys("K");
    assert_eq!(desk.app.overlays(), ["keep-newest"]);
    // Who would be left without is spared until somebody wants it otherwise.
    see(
        &desk,
        &[
            "[x] and spare",
            "Nothing goes",
            "! 1.9.0.0 x64 stays too: x64 · Desktop from 10.0.17763.0 to before 10.0.19041.0 would have",
        ],
    );
    desk.keys("space");
    see(
        &desk,
        &[
            "Keep ◂ 1 ▸ of each architecture and device families",
            "1 package would go:",
            "✗ Northwind.Notes_1.9.0.0_x64.msix",
        ],
    );
    see(
        &desk,
        &[
            "x64 · Desktop from 10.0.17763.0 to before 10.0.19041.0: NO PACKAGE ANY MORE.",
            "✓ ARM64 · Desktop: 1.9.0.0",
        ],
    );
    // With two of each there is nothing to do, and nothing is done.
    desk.keys("2");
    see(&desk, &["Keep ◂ 2 ▸", "Nothing goes"]);
    desk.keys("enter");
    see(&desk, &["Nothing would go."]);
    desk.keys("left enter");
    desk.wait(1_000);
    let after = states(&kept(&desk));
    assert_eq!(
        after
            .iter()
            .map(|(_, status)| status.as_str())
            .collect::<Vec<_>>(),
        ["PendingDelete", "Uploaded", "Uploaded"]
    );
    see(&desk, &["2 kept, 1 going"]);
    // One step of undo.
    desk.keys("ctrl-z");
    desk.wait(1_000);
    see(&desk, &["3 kept"]);
}

#[test]
fn a_package_of_the_zip_is_added_and_the_old_one_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.zip");
    zip(
        &path,
        &[("Northwind.Notes_2.5.0.0_x64.msix", "2.5.0.0", "x64")],
    );
    let mut desk = open(120, 40, app(two()));
    pick(&mut desk, &path);
    see(
        &desk,
        &["! the ZIP brings Northwind.Notes_2.5.0.0_x64.msix too: n adds it"],
    );
    desk.keys("n");
    see(&desk, &["Add a package", "2.5.0.0 for x64"]);
    desk.keys("enter");
    desk.wait(1_000);
    // The cursor stands on it, its manifest tells what it is, and the old one has no customers left.
    see(
        &desk,
        &[
            "2 kept, 1 new · 3 of 25 at most",
            "is         2.5.0.0 for x64, says its manifest",
            "x64 · Desktop from 10.0.17763.0: 2.4.0.0 → 2.5.0.0",
        ],
    );
    desk.keys("f8");
    see(
        &desk,
        &["! Nobody gets it any more: Northwind.Notes_2.5.0.0_x64.msix (2.5.0.0)"],
    );
    desk.keys("K enter");
    desk.wait(1_000);
    let document = kept(&desk);
    assert_eq!(
        states(&document)
            .into_iter()
            .map(|(name, status)| format!("{name} {status}"))
            .collect::<Vec<_>>(),
        [
            "Northwind.Notes_2.4.0.0_x64.msix PendingDelete",
            "Northwind.Notes_2.3.4.0_ARM64.msix Uploaded",
            "Northwind.Notes_2.5.0.0_x64.msix PendingUpload"
        ]
    );
    assert_eq!(
        document["applicationPackages"][2]["minimumDirectXVersion"],
        "None"
    );
    desk.keys("u");
    see(&desk, &["Ready.", "Northwind.Notes_2.5.0.0_x64.msix"]);
}

#[test]
fn one_is_put_in_the_place_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.zip");
    zip(
        &path,
        &[
            ("new.msix", "2.5.0.0", "x64"),
            ("other.msix", "2.5.0.0", "arm64"),
        ],
    );
    let mut desk = open(80, 24, app(two()));
    pick(&mut desk, &path);
    see(&desk, &["! the ZIP brings 2 more packages: n adds one"]);
    desk.keys("enter");
    see(
        &desk,
        &[
            "Replace by new.msix",
            "Replace by other.msix",
            "Replace it by another one …",
            "Remove it",
            "Show it in the JSON",
        ],
    );
    desk.keys("enter");
    desk.wait(1_000);
    assert_eq!(states(&kept(&desk))[0].1, "PendingDelete");
    assert_eq!(
        states(&kept(&desk))[2],
        ("new.msix".to_owned(), "PendingUpload".to_owned())
    );
    see(&desk, &["1 kept, 1 new, 1 going"]);
}

#[test]
fn without_a_zip_the_path_is_asked_for_and_checked() {
    let mut desk = open(120, 40, app(two()));
    desk.keys("n");
    assert_eq!(desk.app.overlays(), ["prompt"]);
    desk.text("notes.zip");
    desk.keys("enter");
    see(&desk, &["notes.zip is no package"]);
    for _ in 0..3 {
        desk.keys("backspace");
    }
    desk.text("msix");
    desk.keys("enter");
    desk.wait(1_000);
    assert_eq!(
        states(&kept(&desk))[2],
        ("notes.msix".to_owned(), "PendingUpload".to_owned())
    );
    see(
        &desk,
        &[
            "1 package must come in a ZIP: z picks it",
            "What it is, is read from the ZIP",
        ],
    );
    desk.keys("y");
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(text) if text == "notes.msix")),
        "{:?}",
        desk.effects
    );
    // A new one leaves the list as if it had never been there.
    desk.keys("space");
    desk.wait(1_000);
    see(
        &desk,
        &[
            "notes.msix is off the list; ctrl-z brings it back.",
            " no change ",
        ],
    );
}

#[test]
fn a_lost_entry_is_shown_and_comes_back() {
    let mut detail = app(two());
    let mut text = serde_json::to_value(&detail.published.as_ref().unwrap().document).unwrap();
    text["applicationPackages"]
        .as_array_mut()
        .unwrap()
        .remove(0);
    let saved = "2026-02-03T09:04:00Z".parse().unwrap();
    let text = serde_json::to_string_pretty(&text).unwrap();
    let base = Some(detail.published.as_ref().unwrap().id.clone());
    detail.edit = Some(flightdeck::tasks::report::KeptEdit {
        text,
        base,
        body: None,
        zip: None,
        saved,
    });
    let mut desk = open(120, 40, detail);
    see(
        &desk,
        &["1 kept, 1 missing", "the document has lost its entry"],
    );
    desk.keys("enter enter");
    desk.wait(1_000);
    see(&desk, &["2 kept"]);
    assert_eq!(states(&kept(&desk)).len(), 2);
}

#[test]
fn text_that_is_no_json_bars_the_way() {
    let mut desk = open(120, 40, app(two()));
    desk.keys("e end backspace esc");
    desk.wait(500);
    desk.keys("]");
    see(&desk, &["no valid JSON just now"]);
    desk.keys("space");
    see(&desk, &["mend that"]);
}

#[test]
fn add_ons_have_no_packages_and_flights_no_families() {
    let add_on = Target::add_on("9NX0ADDONEX1");
    let document = document(ADD_ON);
    let mut desk = Desk::new(
        120,
        40,
        vec![
            app(two()),
            detail(&add_on, "notes.pro", None, Some(document)),
        ],
    );
    desk.keys("2 enter");
    desk.wait(500);
    desk.keys("4");
    assert!(!desk.screen().contains(" Packages "), "{}", desk.screen());

    let mut desk = flight(120, 40);
    see(
        &desk,
        &[
            "the Store lists none for flights",
            "For x64 everybody else has 2.4.0.0; this flight is behind with 1.2.0.0.",
        ],
    );
    desk.keys("K");
    see(
        &desk,
        &[
            "of each architecture",
            "told apart by architecture alone",
            "nobody misses them",
        ],
    );
}

/// A flight with two packages of one architecture.
fn flight(columns: u16, rows: u16) -> Desk {
    let target = Target::flight("9NX0EXAMPLE1", "5f0c2a7e");
    let mut document = document(FLIGHT);
    document["status"] = json!("Published");
    document["flightPackages"] = [
        package(8, "x64", "1.1.0.0", 0),
        package(9, "x64", "1.2.0.0", 0),
    ]
    .into_iter()
    .map(|mut package| {
        package
            .as_object_mut()
            .unwrap()
            .shift_remove("targetDeviceFamilies");
        package
    })
    .collect();
    let mut desk = Desk::new(
        columns,
        rows,
        vec![
            app(two()),
            detail(&target, "Insiders", None, Some(document)),
        ],
    );
    desk.keys("enter");
    desk.wait(500);
    desk.keys("3 enter");
    desk.wait(500);
    desk.keys("4 ] ]");
    desk
}

/// The screen without the row of tabs, which is the detail pane's.
fn shown(desk: &Desk) -> String {
    desk.screen()
        .lines()
        .filter(|line| !line.contains(" Overview │"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn screens() {
    for (size, columns, rows) in [("80x24", 80, 24), ("120x40", 120, 40)] {
        let mut desk = open(columns, rows, app(two()));
        desk.keys("down space");
        desk.wait(10_000);
        insta::assert_snapshot!(format!("two_{size}"), shown(&desk));
        let mut desk = open(columns, rows, app(many()));
        insta::assert_snapshot!(format!("many_{size}"), shown(&desk));
        desk.keys("K");
        insta::assert_snapshot!(format!("keep_newest_{size}"), shown(&desk));
        desk.keys("space");
        insta::assert_snapshot!(format!("keep_newest_strict_{size}"), shown(&desk));
        desk.keys("esc enter");
        insta::assert_snapshot!(format!("menu_{size}"), shown(&desk));
        insta::assert_snapshot!(format!("flight_{size}"), shown(&flight(columns, rows)));
    }
}
