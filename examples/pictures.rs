//! Draws the pictures of the README: drives the program in a terminal by keys, as the tests do, and writes what it shows as SVG.
//!
//!     cargo build --release && cargo run --release --example pictures
//!
//! An argument is the program to draw, instead of `flightdeck` in the same target folder.

#![expect(
    clippy::unwrap_used,
    reason = "a picture that cannot be drawn is a reason to stop"
)]

#[path = "../tests/support/picture.rs"]
mod picture;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/terminal.rs"]
mod terminal;

use std::{
    env, fs,
    path::{Path, PathBuf},
};
use terminal::Terminal;

fn main() {
    let program = env::args_os().nth(1).map_or_else(beside, PathBuf::from);
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(
        &program,
        &["demo"],
        (120, 36),
        home.path(),
        &[("TZ", "UTC")],
    );

    terminal.until("the board", |screen| {
        ["CertificationFailed", "Publishing", "rollout 5 %"]
            .iter()
            .all(|state| screen.contains(state))
    });
    save(&terminal, "board");
    terminal.press("1");
    terminal.see("Northwind Notes");
    // An empty filter puts the cursor on the first row.
    terminal.press("/ ctrl-u enter down down down down down down");
    terminal.see("app:9NX0EXAMPLE1");
    terminal.see("Contoso Meeting");
    // Every row has its state, nothing turns any more.
    let states = [
        "CommitFailed",
        "CommitStarted",
        "Certification",
        "Release",
        "Publishing",
    ];
    terminal.until("the states", |screen| {
        states.iter().all(|state| screen.contains(state))
            && !screen.contains(['⣾', '⣽', '⣻', '⢿', '⡿', '⣟', '⣯', '⣷'])
    });
    save(&terminal, "dashboard");

    terminal.press("e");
    terminal.see("editing");
    terminal.press("ctrl-f");
    terminal.type_text("Faster start");
    terminal.press("enter");
    terminal.type_text("Tabs! ");
    terminal.see("1 change");
    terminal.see("✓ no findings");
    save(&terminal, "editor");
    terminal.press("esc t");
    terminal.see("What is new in this version.");
    save(&terminal, "tree");
    terminal.press("t");

    terminal.press("z");
    terminal.see("Pick the ZIP");
    terminal.type_text("northwind");
    terminal.see("/ northwind");
    terminal.press("down down");
    terminal.until("a ZIP that can be mended", |screen| {
        screen.contains("▸ northwind-notes-2.5-nested") && screen.contains("kB, 2 files")
    });
    save(&terminal, "zip-picker");
    terminal.type_text("large");
    terminal.until("the large ZIP", |screen| {
        screen.contains("▸ northwind-notes-large.zip") && screen.contains("734 MB, 1 file")
    });
    terminal.press("ctrl-r");
    terminal.see("✓ fits the JSON");
    terminal.press("enter 4 ]");
    terminal.see("Who gets what");
    terminal.press("K");
    terminal.see("Keep the newest packages");
    terminal.press("enter");
    terminal.see("is marked");
    terminal.gone("is marked");
    save(&terminal, "packages");
    terminal.press("d");
    terminal.see("▾ Packages");
    save(&terminal, "diff");
    terminal.press("u");
    terminal.see("Ready.");
    save(&terminal, "review");
    terminal.press("right enter");
    terminal.see("MB/s");

    // A second release overtakes the upload of the first one.
    terminal.press("2");
    find(
        &mut terminal,
        "notes.pro",
        "northwind.notes.pro ─ submission",
    );
    terminal.press("z");
    terminal.see("Pick the ZIP");
    terminal.type_text("pro-icon");
    terminal.see("ctrl-r repair");
    terminal.press("ctrl-r");
    terminal.see("✓ fits the JSON");
    terminal.press("enter u");
    terminal.see("Ready.");
    terminal.press("right enter");
    terminal.press("4 ] ] 5");
    terminal.until("the second run", |screen| {
        let is_taken =
            |line: &str| line.contains("northwind.notes.pro") && line.contains("PreProcessing");
        screen.contains("2 active") && screen.lines().any(is_taken) && !screen.contains("Started:")
    });
    save(&terminal, "runs");

    // What was sent is kept: before and after of each PUT.
    terminal.press("4 [");
    terminal.until("what was kept", |screen| {
        screen.contains("entry kept") || screen.contains("entries kept")
    });
    save(&terminal, "history");

    let notes = home.path().join("notes");
    for (language, text) in [
        ("en-us", "Maps without a network."),
        ("de-de", "Karten ohne Netz."),
        ("fr-fr", "Des cartes sans réseau."),
    ] {
        let folder = notes.join(language);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("releaseNotes.txt"), text).unwrap();
    }
    terminal.press("1");
    find(&mut terminal, "atlas", "Northwind Atlas ─ submission");
    terminal.press("4 [ [");
    terminal.see("30 languages");
    terminal.press("i");
    terminal.see("Import texts from");
    terminal.press("ctrl-u");
    terminal.type_text(notes.to_str().unwrap());
    terminal.press("enter");
    terminal.see("3 texts change");
    terminal.press("enter");
    terminal.see("undoes all of it");
    terminal.gone("undoes all of it");
    save(&terminal, "listings");
}

/// The program that was built with this example.
fn beside() -> PathBuf {
    let name = format!("flightdeck{}", env::consts::EXE_SUFFIX);
    env::current_exe()
        .unwrap()
        .ancestors()
        .nth(2)
        .unwrap()
        .join(name)
}

fn find(terminal: &mut Terminal, filter: &str, read: &str) {
    terminal.press("/ ctrl-u");
    terminal.type_text(filter);
    terminal.see(&format!("/{filter}"));
    terminal.press("enter enter");
    terminal.see(read);
}

fn save(terminal: &Terminal, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join(format!("{name}.svg")),
        terminal.with_screen(picture::picture),
    )
    .unwrap();
}
