//! The Packages tab by keys: what is on screen, and which leaves of the document change.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails loudly"
)]

use crate::{
    dashboard::{Dashboard, detail},
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

/// A dashboard with the app's packages shown and the detail pane focused.
fn open(columns: u16, rows: u16, detail: TargetDetail) -> Dashboard {
    Dashboard::open((columns, rows), detail, "] ]")
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
        for part in ["AppxBlockMap.xml", "[Content_Types].xml"] {
            inner.start_file(part, options).unwrap();
        }
        outer.start_file(*name, options).unwrap();
        outer
            .write_all(&inner.finish().unwrap().into_inner())
            .unwrap();
    }
    outer.finish().unwrap();
}

/// Picks a ZIP by its path.
fn pick(dashboard: &mut Dashboard, path: &Path) {
    dashboard.keys("z");
    dashboard.wait(200);
    dashboard.paste(path.to_str().unwrap());
    dashboard.keys("enter");
    dashboard.wait(500);
    assert_eq!(
        dashboard.app.overlays(),
        [] as [&str; 0],
        "{}",
        dashboard.screen()
    );
}

/// The document as it was kept last.
fn kept(dashboard: &Dashboard) -> Value {
    serde_json::from_str(dashboard.kept.as_ref().unwrap()).unwrap()
}

fn states(document: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = document["applicationPackages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| (text(&package["fileName"]), text(&package["fileStatus"])))
        .collect()
}

fn see(dashboard: &Dashboard, wanted: &[&str]) {
    let screen = dashboard.screen();
    for text in wanted {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
}

#[test]
fn marking_changes_one_leaf_and_says_who_is_left_without() {
    let mut dashboard = open(120, 40, app(two()));
    see(
        &dashboard,
        &[
            "2 kept · 2 of 25 at most · the same as live",
            "goes to    x64 · Desktop from 10.0.17763.0",
        ],
    );
    dashboard.keys("space");
    dashboard.wait(1_000);
    see(
        &dashboard,
        &[
            "1 kept, 1 going",
            "compared with live: −1",
            "✗ left without a package: x64 · Desktop from 10.0.17763.0",
            "NO PACKAGE",
        ],
    );
    let marked = kept(&dashboard);
    assert_eq!(states(&marked)[0].1, "PendingDelete");
    see(&dashboard, &[" 1 change "]);
    // Taking it back leaves nothing behind.
    dashboard.keys("space");
    dashboard.wait(1_000);
    see(&dashboard, &["2 kept", " no change "]);
    let text = dashboard.kept.clone().unwrap();
    dashboard.keys("- ctrl-z");
    dashboard.wait(1_000);
    assert_eq!(dashboard.kept.as_ref(), Some(&text));
    dashboard.keys("- -");
    see(
        &dashboard,
        &["It is already marked for removal; space undoes that."],
    );
}

#[test]
fn the_newest_are_kept_after_a_look_at_who_gets_what() {
    let packages = vec![
        package(1, "x64", "1.9.0.0", 17763),
        package(2, "x64", "1.10.0.0", 19041),
        package(3, "ARM64", "1.9.0.0", 22000),
    ];
    let mut dashboard = open(120, 40, app(packages));
    dashboard.keys("K");
    assert_eq!(dashboard.app.overlays(), ["keep-newest"]);
    // Who would be left without is spared until somebody wants it otherwise.
    see(
        &dashboard,
        &[
            "[x] but keep packages that are some customers' only option",
            "Nothing is removed",
            "! 1.9.0.0 x64 stays too: x64 · Desktop from 10.0.17763.0 to before 10.0.19041.0 would have",
        ],
    );
    dashboard.keys("space");
    see(
        &dashboard,
        &[
            "Keep ◂ 1 ▸ of each architecture and device families",
            "1 package would go:",
            "✗ Northwind.Notes_1.9.0.0_x64.msix",
        ],
    );
    see(
        &dashboard,
        &[
            "x64 · Desktop from 10.0.17763.0 to before 10.0.19041.0: NO PACKAGE.",
            "✓ ARM64 · Desktop: 1.9.0.0",
        ],
    );
    // With two of each there is nothing to do, and nothing is done.
    dashboard.keys("2");
    see(&dashboard, &["Keep ◂ 2 ▸", "Nothing is removed"]);
    dashboard.keys("enter");
    see(&dashboard, &["Nothing would be removed."]);
    dashboard.keys("left enter");
    dashboard.wait(1_000);
    let after = states(&kept(&dashboard));
    assert_eq!(
        after
            .iter()
            .map(|(_, status)| status.as_str())
            .collect::<Vec<_>>(),
        ["PendingDelete", "Uploaded", "Uploaded"]
    );
    see(&dashboard, &["2 kept, 1 going"]);
    // One step of undo.
    dashboard.keys("ctrl-z");
    dashboard.wait(1_000);
    see(&dashboard, &["3 kept"]);
}

#[test]
fn a_package_of_the_zip_is_added_and_the_old_one_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.zip");
    zip(
        &path,
        &[("Northwind.Notes_2.5.0.0_x64.msix", "2.5.0.0", "x64")],
    );
    let mut dashboard = open(120, 40, app(two()));
    pick(&mut dashboard, &path);
    see(
        &dashboard,
        &["! the ZIP also has Northwind.Notes_2.5.0.0_x64.msix: n adds it"],
    );
    dashboard.keys("n");
    see(&dashboard, &["Add a package", "2.5.0.0 for x64"]);
    dashboard.keys("enter");
    dashboard.wait(1_000);
    // The cursor stands on it, its manifest tells what it is, and the old one has no customers left.
    see(
        &dashboard,
        &[
            "2 kept, 1 new · 3 of 25 at most",
            "is         2.5.0.0 for x64, according to its manifest",
            "x64 · Desktop from 10.0.17763.0: 2.4.0.0 → 2.5.0.0",
        ],
    );
    dashboard.keys("f8");
    see(
        &dashboard,
        &["! Nobody gets it any more: Northwind.Notes_2.5.0.0_x64.msix (2.5.0.0)"],
    );
    dashboard.keys("K enter");
    dashboard.wait(1_000);
    let document = kept(&dashboard);
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
    dashboard.keys("u");
    see(&dashboard, &["Ready.", "Northwind.Notes_2.5.0.0_x64.msix"]);
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
    let mut dashboard = open(80, 24, app(two()));
    pick(&mut dashboard, &path);
    see(&dashboard, &["! the ZIP has 2 more packages: n adds one"]);
    dashboard.keys("enter");
    see(
        &dashboard,
        &[
            "Replace by new.msix",
            "Replace by other.msix",
            "Replace it with another one …",
            "Remove it",
            "Show it in the JSON",
        ],
    );
    dashboard.keys("enter");
    dashboard.wait(1_000);
    assert_eq!(states(&kept(&dashboard))[0].1, "PendingDelete");
    assert_eq!(
        states(&kept(&dashboard))[2],
        ("new.msix".to_owned(), "PendingUpload".to_owned())
    );
    see(&dashboard, &["1 kept, 1 new, 1 going"]);
}

#[test]
fn without_a_zip_the_path_is_asked_for_and_checked() {
    let mut dashboard = open(120, 40, app(two()));
    dashboard.keys("n");
    assert_eq!(dashboard.app.overlays(), ["prompt"]);
    dashboard.text("notes.zip");
    dashboard.keys("enter");
    see(&dashboard, &["notes.zip is no package"]);
    for _ in 0..3 {
        dashboard.keys("backspace");
    }
    dashboard.text("msix");
    dashboard.keys("enter");
    dashboard.wait(1_000);
    assert_eq!(
        states(&kept(&dashboard))[2],
        ("notes.msix".to_owned(), "PendingUpload".to_owned())
    );
    see(
        &dashboard,
        &[
            "1 package must come in a ZIP: z picks it",
            "What it is, is read from the ZIP",
        ],
    );
    dashboard.keys("y");
    assert!(
        dashboard
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(text) if text == "notes.msix")),
        "{:?}",
        dashboard.effects
    );
    // A new one leaves the list as if it had never been there.
    dashboard.keys("space");
    dashboard.wait(1_000);
    see(
        &dashboard,
        &[
            "notes.msix is removed from the list; ctrl-z undoes it.",
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
    let mut dashboard = open(120, 40, detail);
    see(
        &dashboard,
        &["1 kept, 1 missing", "the document has lost its entry"],
    );
    dashboard.keys("enter enter");
    dashboard.wait(1_000);
    see(&dashboard, &["2 kept"]);
    assert_eq!(states(&kept(&dashboard)).len(), 2);
}

#[test]
fn text_that_is_no_json_bars_the_way() {
    let mut dashboard = open(120, 40, app(two()));
    dashboard.keys("e end backspace esc");
    dashboard.wait(500);
    dashboard.keys("]");
    see(&dashboard, &["is not valid JSON"]);
    dashboard.keys("space");
    see(&dashboard, &["fix it first"]);
}

#[test]
fn add_ons_have_no_packages_and_flights_no_families() {
    let add_on = Target::add_on("9NX0ADDONEX1");
    let document = document(ADD_ON);
    let mut dashboard = Dashboard::new(
        120,
        40,
        vec![
            app(two()),
            detail(&add_on, "notes.pro", None, Some(document)),
        ],
    );
    dashboard.keys("2 enter");
    dashboard.wait(500);
    dashboard.keys("4");
    assert!(
        !dashboard.screen().contains(" Packages "),
        "{}",
        dashboard.screen()
    );

    let mut dashboard = flight(120, 40);
    see(
        &dashboard,
        &[
            "the Store lists none for flights",
            "For x64 everybody else has 2.4.0.0; this flight is behind with 1.2.0.0.",
        ],
    );
    dashboard.keys("K");
    see(
        &dashboard,
        &[
            "of each architecture",
            "only the architecture counts",
            "all customers of these get newer ones",
        ],
    );
}

/// A flight with two packages of one architecture.
fn flight(columns: u16, rows: u16) -> Dashboard {
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
    let mut dashboard = Dashboard::new(
        columns,
        rows,
        vec![
            app(two()),
            detail(&target, "Insiders", None, Some(document)),
        ],
    );
    dashboard.keys("enter");
    dashboard.wait(500);
    dashboard.keys("3 enter");
    dashboard.wait(500);
    dashboard.keys("4 ] ]");
    dashboard
}

/// The screen without the row of tabs, which is the detail pane's.
fn shown(dashboard: &Dashboard) -> String {
    dashboard
        .screen()
        .lines()
        .filter(|line| !line.contains(" Overview │"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn screens() {
    for (size, columns, rows) in [("80x24", 80, 24), ("120x40", 120, 40)] {
        let mut dashboard = open(columns, rows, app(two()));
        dashboard.keys("down space");
        dashboard.wait(10_000);
        insta::assert_snapshot!(format!("two_{size}"), shown(&dashboard));
        let mut dashboard = open(columns, rows, app(many()));
        insta::assert_snapshot!(format!("many_{size}"), shown(&dashboard));
        dashboard.keys("K");
        insta::assert_snapshot!(format!("keep_newest_{size}"), shown(&dashboard));
        dashboard.keys("space");
        insta::assert_snapshot!(format!("keep_newest_strict_{size}"), shown(&dashboard));
        dashboard.keys("esc enter");
        insta::assert_snapshot!(format!("menu_{size}"), shown(&dashboard));
        insta::assert_snapshot!(format!("flight_{size}"), shown(&flight(columns, rows)));
    }
}
