//! The dashboard in a terminal and what a person does again and again: opens, edits, picks a ZIP, publishes, leaves.

use crate::terminal::Terminal;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

pub(crate) type Size = (u16, u16);

pub(crate) const SMALL: Size = (80, 24);
pub(crate) const LARGE: Size = (120, 36);

/// What the list's best hit for "notes" is called once it was read.
pub(crate) const NOTES: &str = "Northwind Notes ─ submission 6";

/// The dashboard, and the home that it works in.
pub(crate) struct Dashboard {
    pub terminal: Terminal,
    pub home: PathBuf,
    /// A home that is this dashboard's alone goes with it.
    _own: Option<TempDir>,
}

/// All that the program keeps or leaves lies in this home.
fn start(args: &[&str], size: Size, home: &Path, more: &[(&str, &str)]) -> Terminal {
    let temporary = home.join("tmp");
    fs::create_dir_all(&temporary).unwrap();
    let mut variables = vec![
        ("TMPDIR", temporary.to_str().unwrap()),
        ("TEMP", temporary.to_str().unwrap()),
    ];
    variables.extend(more);
    Terminal::start(
        Path::new(env!("CARGO_BIN_EXE_flightdeck")),
        args,
        size,
        home,
        &variables,
    )
}

impl Dashboard {
    /// The demo, ten times faster than life: about four seconds from the commit to the customers.
    pub(crate) fn demo(size: Size) -> Self {
        Self::demo_with(size, &[])
    }

    pub(crate) fn demo_with(size: Size, more: &[(&str, &str)]) -> Self {
        let mut dashboard = Self::start(
            &["demo", "--speed", "10"],
            size,
            tempfile::tempdir().unwrap(),
            more,
        );
        dashboard.lists();
        dashboard
    }

    /// From the board, the first screen, to the list of apps.
    pub(crate) fn lists(&mut self) {
        self.terminal.see(" portal ");
        self.terminal.press("1");
        self.terminal.see("Northwind Notes");
    }

    /// The program in a home of its own.
    pub(crate) fn start(args: &[&str], size: Size, home: TempDir, more: &[(&str, &str)]) -> Self {
        Self {
            terminal: start(args, size, home.path(), more),
            home: home.path().to_owned(),
            _own: Some(home),
        }
    }

    /// The dashboard in a home that somebody else keeps.
    pub(crate) fn at(home: &Path, size: Size, more: &[(&str, &str)]) -> Self {
        Self {
            terminal: start(&[], size, home, more),
            home: home.to_owned(),
            _own: None,
        }
    }

    /// From the list that has the focus to the best hit of a filter, and waits until that was read.
    pub(crate) fn open(&mut self, filter: &str, read: &str) {
        self.terminal.press("/ ctrl-u");
        self.terminal.type_text(filter);
        self.terminal.see(&format!("/{filter}"));
        self.terminal.press("enter enter");
        self.terminal.see(read);
    }

    /// The target of the demo that a test speaks of.
    pub(crate) fn open_target(&mut self, target: &str) {
        self.open("notes", NOTES);
        match target {
            "app" => {}
            "add-on" => {
                self.terminal.press("2");
                self.open("notes.pro", "northwind.notes.pro ─ submission");
            }
            _ => {
                self.terminal.press("3");
                self.open("insiders", "Insiders ─ submission");
            }
        }
    }

    /// Puts a text in front of what is found in the document.
    pub(crate) fn edit(&mut self, find: &str, text: &str) {
        self.terminal.press("e");
        self.terminal.see("editing");
        self.terminal.press("ctrl-f");
        self.terminal.type_text(find);
        self.terminal.press("enter");
        self.terminal.type_text(text);
        self.terminal.see(text.trim());
    }

    /// To the ZIP in the picker; `seen` is what the picker shall say of it, and not of the one before.
    pub(crate) fn look_at_zip(&mut self, name: &str, seen: &str) {
        self.terminal.press("z");
        self.terminal.see("Pick the ZIP");
        self.terminal.type_text(name);
        self.terminal.until(&format!("{seen} of {name}"), |screen| {
            let is_here = |line: &str| {
                line.split_once("▸ ")
                    .is_some_and(|(_, entry)| entry.contains(name))
            };
            screen.contains(&format!("│ / {name} "))
                && screen.lines().any(is_here)
                && screen.contains(seen)
        });
    }

    /// Picks a ZIP that the JSON does not know yet, and has the JSON changed.
    pub(crate) fn pick_zip(&mut self, name: &str) {
        self.look_at_zip(name, "ctrl-r repair");
        self.terminal.press("ctrl-r");
        self.terminal.see("✓ fits the JSON");
        self.terminal.press("enter");
        self.terminal.gone("Pick the ZIP");
    }

    /// Opens the review; it says all of this at once.
    pub(crate) fn review(&mut self, texts: &[&str]) {
        self.terminal.press("u");
        self.terminal
            .see_all(&[&["Review before publishing"], texts].concat());
    }

    /// Leaves the review, which is open.
    pub(crate) fn leave_review(&mut self) {
        self.terminal.press("esc");
        self.terminal.gone("Review before publishing");
    }

    /// Through the review, which has to be ready. The safe button has the focus first.
    pub(crate) fn publish(&mut self) {
        self.review(&["Ready.", "▸ Cancel ◂"]);
        self.terminal.press("right");
        self.terminal.see("▸ Publish ◂");
        self.terminal.press("enter");
        self.terminal.gone("Review before publishing");
    }

    /// Into the run that was just begun: the pane has the focus as soon as there is one.
    pub(crate) fn open_run(&mut self, name: &str) {
        self.terminal.see("5 Runs ─ 1 ");
        // A slow machine may see it only when it has ended.
        self.terminal.until_line("the run", |line| {
            ["▲", "●"]
                .iter()
                .any(|sign| line.contains(&format!("{sign} {name}")))
        });
        self.terminal.press("enter");
    }

    /// Whatever was temporary is gone: the program has put its things in order.
    pub(crate) fn assert_tidy(&self) {
        let left = fs::read_dir(self.home.join("tmp")).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.is_empty(), "left behind: {left:?}");
    }

    /// Leaves by key and checks that the terminal is as it was.
    pub(crate) fn quit(&mut self) {
        self.terminal.press("q");
        assert_eq!(self.terminal.ended(), 0);
        assert!(self.terminal.is_restored(), "{}", self.terminal.text());
        self.assert_tidy();
    }
}

#[cfg(unix)]
pub(crate) fn signal(terminal: &Terminal, name: &str) {
    let status = std::process::Command::new("kill")
        .args([&format!("-{name}"), &terminal.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}
