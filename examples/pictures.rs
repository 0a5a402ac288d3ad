//! Draws the pictures of the README: drives the program in a terminal by keys, as the tests do, and writes what it shows as SVG.
//!
//!     cargo build --release && cargo run --release --example pictures
//!
//! An argument is the program to draw, instead of `flightdeck` in the same target folder.

#![expect(clippy::unwrap_used, reason = "a picture that cannot be drawn is a reason to stop")]

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
    let mut terminal = Terminal::start(&program, &["demo"], (120, 36), home.path(), &[("TZ", "UTC")]);

    terminal.see("Northwind Notes");
    find(&mut terminal, "notes", "nothing yet");
    terminal.press("esc esc");
    terminal.see("Contoso Meeting");
    // Every row has its state, nothing turns any more.
    let states = ["CommitFailed", "CommitStarted", "Certification", "Release", "Publishing"];
    terminal.until("the states", |screen| {
        states.iter().all(|state| screen.contains(state)) && !screen.contains(['⣾', '⣽', '⣻', '⢿', '⡿', '⣟', '⣯', '⣷'])
    });
    save(&terminal, "dashboard");

    terminal.press("e");
    terminal.see("editing");
    terminal.press("ctrl-f");
    terminal.type_text("Faster start");
    terminal.press("enter");
    terminal.type_text("Tabs! ");
    terminal.see("1 change");
    terminal.see("✓ the check finds nothing");
    save(&terminal, "editor");
    terminal.press("esc");

    terminal.press("z");
    terminal.see("Pick the ZIP");
    terminal.type_text("northwind");
    terminal.see("/ northwind");
    terminal.press("down");
    terminal.until("the ZIP that fits", |screen| screen.contains("▸ northwind-notes-2.5.zip") && screen.contains("kB, 1 file"));
    save(&terminal, "zip-picker");
    terminal.press("down");
    terminal.until("the large ZIP", |screen| screen.contains("▸ northwind-notes-large.zip") && screen.contains("734 MB, 1 file"));
    terminal.press("ctrl-r");
    terminal.see("✓ fits the JSON");
    terminal.press("enter u");
    terminal.see("Ready.");
    save(&terminal, "review");
    terminal.press("right enter");
    terminal.see("MB/s");

    // A second release overtakes the upload of the first one.
    terminal.press("2");
    find(&mut terminal, "notes.pro", "northwind.notes.pro ─ submission");
    terminal.press("z");
    terminal.see("Pick the ZIP");
    terminal.type_text("pro-icon");
    terminal.see("ctrl-r repair");
    terminal.press("ctrl-r");
    terminal.see("✓ fits the JSON");
    terminal.press("enter u");
    terminal.see("Ready.");
    terminal.press("right enter");
    terminal.press("4 [ 5");
    terminal.until("the second run", |screen| {
        let is_taken = |line: &str| line.contains("northwind.notes.pro") && line.contains("PreProcessing");
        screen.contains("2 active") && screen.lines().any(is_taken) && !screen.contains("Started:")
    });
    save(&terminal, "runs");
}

/// The program that was built with this example.
fn beside() -> PathBuf {
    let name = format!("flightdeck{}", env::consts::EXE_SUFFIX);
    env::current_exe().unwrap().ancestors().nth(2).unwrap().join(name)
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
    fs::write(folder.join(format!("{name}.svg")), terminal.with_screen(picture::picture)).unwrap();
}
