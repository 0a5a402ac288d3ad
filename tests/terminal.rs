//! The dashboard in a real pseudo-terminal, driven by keys alone: what a release manager does, and what must never go wrong.
#![cfg(feature = "sim")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails loudly")]

#[path = "support/terminal.rs"]
mod terminal;

use flightdeck::sim::{self, Sim, SimOptions};
use rstest::rstest;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use terminal::Terminal;

type Size = (u16, u16);

const SMALL: Size = (80, 24);
const LARGE: Size = (120, 36);

/// What the list's best hit for "notes" is called once it was read.
const NOTES: &str = "Northwind Notes ─ submission 6";

/// The dashboard, and the home that it works in.
struct Desk {
    terminal: Terminal,
    home: PathBuf,
    /// A home that is this desk's alone goes with it.
    _own: Option<TempDir>,
}

/// All that the program keeps or leaves lies in this home.
fn start(args: &[&str], size: Size, home: &Path, more: &[(&str, &str)]) -> Terminal {
    let temporary = home.join("tmp");
    fs::create_dir_all(&temporary).unwrap();
    let mut variables = vec![("TMPDIR", temporary.to_str().unwrap()), ("TEMP", temporary.to_str().unwrap())];
    variables.extend(more);
    Terminal::start(Path::new(env!("CARGO_BIN_EXE_flightdeck")), args, size, home, &variables)
}

impl Desk {
    /// The demo, ten times faster than life: about four seconds from the commit to the customers.
    fn demo(size: Size) -> Self {
        Self::demo_with(size, &[])
    }

    fn demo_with(size: Size, more: &[(&str, &str)]) -> Self {
        let desk = Self::start(&["demo", "--speed", "10"], size, tempfile::tempdir().unwrap(), more);
        desk.terminal.see("Northwind Notes");
        desk
    }

    /// The program in a home of its own.
    fn start(args: &[&str], size: Size, home: TempDir, more: &[(&str, &str)]) -> Self {
        Self { terminal: start(args, size, home.path(), more), home: home.path().to_owned(), _own: Some(home) }
    }

    /// From the list that has the focus to the best hit of a filter, and waits until that was read.
    fn open(&mut self, filter: &str, read: &str) {
        self.terminal.press("/ ctrl-u");
        self.terminal.type_text(filter);
        self.terminal.see(&format!("/{filter}"));
        self.terminal.press("enter enter");
        self.terminal.see(read);
    }

    /// The target of the demo that a test speaks of.
    fn open_target(&mut self, target: &str) {
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
    fn edit(&mut self, find: &str, text: &str) {
        self.terminal.press("e");
        self.terminal.see("editing");
        self.terminal.press("ctrl-f");
        self.terminal.type_text(find);
        self.terminal.press("enter");
        self.terminal.type_text(text);
        self.terminal.see(text.trim());
    }

    /// To the ZIP in the picker; `seen` is what the picker shall say of it, and not of the one before.
    fn look_at_zip(&mut self, name: &str, seen: &str) {
        self.terminal.press("z");
        self.terminal.see("Pick the ZIP");
        self.terminal.type_text(name);
        self.terminal.until(&format!("{seen} of {name}"), |screen| {
            let is_here = |line: &str| line.split_once("▸ ").is_some_and(|(_, entry)| entry.contains(name));
            screen.contains(&format!("│ / {name} ")) && screen.lines().any(is_here) && screen.contains(seen)
        });
    }

    /// Picks a ZIP that the JSON does not know yet, and has the JSON changed.
    fn pick_zip(&mut self, name: &str) {
        self.look_at_zip(name, "ctrl-r repair");
        self.terminal.press("ctrl-r");
        self.terminal.see("✓ fits the JSON");
        self.terminal.press("enter");
        self.terminal.gone("Pick the ZIP");
    }

    /// Opens the review; it says all of this at once.
    fn review(&mut self, texts: &[&str]) {
        self.terminal.press("u");
        self.terminal.see_all(&[&["Review before publishing"], texts].concat());
    }

    /// Leaves the review, which is open.
    fn leave_review(&mut self) {
        self.terminal.press("esc");
        self.terminal.gone("Review before publishing");
    }

    /// Through the review, which has to be ready. The safe button has the focus first.
    fn publish(&mut self) {
        self.review(&["Ready.", "▸ Cancel ◂"]);
        self.terminal.press("right");
        self.terminal.see("▸ Publish ◂");
        self.terminal.press("enter");
        self.terminal.gone("Review before publishing");
    }

    /// Into the run that was just begun: the pane has the focus as soon as there is one.
    fn open_run(&mut self, name: &str) {
        self.terminal.see("5 Runs ─ 1 ");
        // A slow machine may see it only when it has ended.
        self.terminal.until_line("the run", |line| ["▲", "●"].iter().any(|sign| line.contains(&format!("{sign} {name}"))));
        self.terminal.press("enter");
    }

    /// Whatever was temporary is gone: the program has put its things in order.
    fn assert_tidy(&self) {
        let left = fs::read_dir(self.home.join("tmp")).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.is_empty(), "left behind: {left:?}");
    }

    /// Leaves by key and checks that the terminal is as it was.
    fn quit(&mut self) {
        self.terminal.press("q");
        assert_eq!(self.terminal.ended(), 0);
        assert!(self.terminal.is_restored(), "{}", self.terminal.text());
        self.assert_tidy();
    }
}

/// The main job, by keys alone: filter, edit, pick the ZIP, review, publish, follow to the end.
#[rstest]
fn a_release_from_the_list_to_the_customers(
    #[values("app", "add-on", "flight")] target: &str,
    #[values(SMALL, LARGE)] size: Size,
) {
    let (name, find, text, zip) = match target {
        "app" => ("Northwind Notes", "Faster start", "Tabs are here. ", "northwind-notes-2.5.zip"),
        "add-on" => ("northwind.notes.pro", "Notes Pro", "The new ", "notes-pro-icon.zip"),
        _ => ("Insiders", "No special", "Sign in first. ", "northwind-notes-2.5.zip"),
    };
    let mut desk = Desk::demo(size);
    desk.open_target(target);
    desk.edit(find, text);
    desk.terminal.see("1 change");
    desk.terminal.press("esc");
    desk.terminal.see("yours: 1 change");
    desk.pick_zip(zip);
    desk.publish();
    desk.open_run(name);
    desk.terminal.see("CommitStarted");
    desk.terminal.see("100 %");
    desk.terminal.see(zip);
    desk.terminal.see("● published");
    desk.terminal.until("the states in their order", |screen| {
        screen.find("✓ CommitStarted").zip(screen.find("● Published")).is_some_and(|(first, last)| first < last)
    });
    desk.terminal.press("esc");
    desk.terminal
        .until_line("the end of the run", |line| line.contains(name) && line.contains("● ") && line.contains("published"));
    desk.quit();
}

#[test]
fn a_zip_with_mistakes_is_refused_with_all_that_is_wrong() {
    let mut desk = Desk::demo(LARGE);
    desk.open_target("app");
    // The JSON waits for the bundle of the right ZIP; then the wrong one is taken.
    desk.pick_zip("northwind-notes-2.5.zip");
    desk.look_at_zip("mistakes", "✗ does not fit");
    desk.terminal.see("northwind-notes-2.5/Northwind.Notes_2.5.0.0.");
    desk.terminal.press("enter");
    desk.terminal.see("✗ 1 file is missing");
    desk.review(&["Cannot publish: The ZIP does not fit the JSON."]);
    desk.terminal.press("right enter");
    desk.terminal.see_all(&["▸ Publish ◂", "Cannot publish: The ZIP does not fit the JSON."]);
    desk.leave_review();
    desk.terminal.see("No run yet.");
    desk.quit();
}

#[rstest]
fn a_zip_with_mistakes_is_refused_for_an_untouched_json_too(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Desk::demo(size);
    desk.open_target("app");
    desk.look_at_zip("mistakes", "✗ does not fit");
    desk.terminal.see("arm64.msix is no package");
    desk.terminal.press("ctrl-r");
    desk.terminal.see("Nothing in the JSON can be repaired for this ZIP.");
    desk.terminal.press("enter");
    desk.terminal.see("2 things are wrong");
    desk.terminal.see("nothing yet");
    desk.review(&["Cannot publish"]);
    desk.terminal.press("pagedown");
    desk.terminal.see_all(&["Review before publishing", "arm64.msix is no package"]);
    desk.leave_review();
    desk.terminal.see("No run yet.");
    desk.quit();
}

#[rstest]
fn a_zip_with_its_packages_in_a_folder_is_mended_and_published(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Desk::demo(size);
    desk.open_target("app");
    desk.look_at_zip("nested", "ctrl-r changes the JSON");
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
    let mut desk = Desk::demo(size);
    desk.open_target("app");
    // The JSON waits for the bundle of the right ZIP; then one is made of what a build left.
    desk.pick_zip("northwind-notes-2.5.zip");
    desk.look_at_zip("build", "looks for them in build-2.5/");
    desk.terminal.press("ctrl-k");
    desk.terminal.see("✓ build-2.5.zip is made: 1 file");
    desk.terminal.see("✓ fits the JSON");
    desk.terminal.press("enter");
    desk.terminal.gone("Pick the ZIP");
    desk.terminal.see("build-2.5.zip");
    desk.quit();
}

#[rstest]
fn a_broken_zip_is_named_and_cannot_be_taken(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Desk::demo(size);
    desk.open_target("app");
    desk.look_at_zip("broken", "✗ the ZIP is cut off");
    desk.terminal.press("enter");
    desk.terminal.see("✗ It cannot be uploaded: the ZIP is cut off");
    desk.terminal.see("Pick the ZIP");
    // First the filter goes, then the picker.
    desk.terminal.press("esc");
    desk.terminal.see("notes-pro-icon.zip");
    desk.terminal.press("esc");
    desk.terminal.gone("Pick the ZIP");
    desk.quit();
}

#[rstest]
fn a_foreign_draft_is_named_and_can_be_kept(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Desk::demo(size);
    desk.open_target("app");
    desk.terminal.press("2");
    desk.open("notes.sync", "northwind.notes.sync ─ submission");
    desk.look_at_zip("notes-sync-icon.zip", "✓ fits the JSON");
    desk.terminal.press("enter");
    desk.terminal.gone("Pick the ZIP");
    desk.review(&[
        "There is a draft already: 1152921505690000310",
        "(•) Stop",
        "( ) Keep this draft",
        "( ) Replace it",
        "Cannot publish: Choose what to do with the draft.",
    ]);
    desk.terminal.press("backtab backtab");
    desk.terminal.see("▸ ( ) Keep this draft");
    desk.terminal.press("enter");
    desk.terminal.see_all(&["▸ (•) Keep this draft", "Ready."]);
    desk.terminal.press("tab tab right");
    desk.terminal.see("▸ Publish ◂");
    desk.terminal.press("enter");
    desk.terminal.until_line("the end of the run", |line| {
        line.contains("● northwind.notes.sy") && line.contains("published") && line.contains("1152921505690000310")
    });
    desk.quit();
}

#[rstest]
fn a_draft_of_the_portal_is_left_to_the_portal(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Desk::demo(size);
    desk.open("puzzle", "must act");
    desk.review(&[
        "The draft was made or touched in Partner Center",
        "https://partner.microsoft.com/dashboard/products/9N8PUZZL3G4M",
        "▸ Cancel ◂",
    ]);
    assert!(!desk.terminal.text().contains("Publish ◂"));
    desk.terminal.press("right enter");
    desk.terminal.gone("Review before publishing");
    desk.terminal.see("No run yet.");
    desk.quit();
}

/// A Store in this process and a profile for it, so that the home outlives the program.
struct Account {
    sim: Sim,
    runtime: tokio::runtime::Runtime,
    home: TempDir,
}

impl Account {
    fn new() -> Self {
        Self::with("")
    }

    /// A line on which the large sample takes minutes, so that it is still under way however slow the machine is.
    fn with_slow_line() -> Self {
        let account = Self::with("[follow]\nshortest = \"1s\"\n[upload]\nbandwidth = \"4 MB\"\n");
        sim::samples::write(account.home.path()).unwrap();
        account
    }

    /// `settings` go into the config file.
    fn with(settings: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sim = runtime.block_on(sim::start(SimOptions { speed: 10.0, rate_limit: None, ..SimOptions::default() })).unwrap();
        let home = tempfile::tempdir().unwrap();
        let config = format!(
            "{settings}[profiles.test]\ntenant_id = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ env = \"TEST_SECRET\" }}\n\
             requests_per_minute = 5000\nendpoints = {{ login = \"{url}\", store = \"{url}\" }}\n",
            sim::TENANT,
            sim::CLIENT_ID,
            url = sim.url()
        );
        fs::write(home.path().join("config.toml"), config).unwrap();
        Self { sim, runtime, home }
    }

    fn open(&self, size: Size, secret: &str) -> Desk {
        let terminal = start(&[], size, self.home.path(), &[("TEST_SECRET", secret)]);
        Desk { terminal, home: self.home.path().to_owned(), _own: None }
    }

    /// The dashboard with its lists.
    fn desk(&self, size: Size) -> Desk {
        let desk = self.open(size, sim::CLIENT_SECRET);
        desk.terminal.see("Northwind Notes");
        desk
    }
}

#[cfg(unix)]
fn signal(terminal: &Terminal, name: &str) {
    let status = std::process::Command::new("kill").args([&format!("-{name}"), &terminal.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[cfg(unix)]
#[test]
fn broken_json_has_a_place_and_outlives_the_program() {
    let account = Account::new();
    let mut desk = account.desk(LARGE);
    desk.open("notes", NOTES);
    desk.edit("\"visibility\"", "oh dear ");
    desk.terminal.see("✗ line 13");
    desk.terminal.see("line 13, column 3");
    desk.terminal.press("esc");
    desk.review(&["Cannot publish: The edited text is no valid JSON: line 13, column 3"]);
    // The only way out is back: there is nothing to publish.
    desk.terminal.press("right enter");
    desk.terminal.gone("Review before publishing");
    desk.terminal.see("No run yet.");
    desk.terminal.press("[");
    desk.terminal.see("kept on disk");
    signal(&desk.terminal, "KILL");
    assert_ne!(desk.terminal.ended(), 0);

    let mut desk = account.desk(LARGE);
    desk.open("notes", NOTES);
    desk.terminal.press("e");
    desk.terminal.see("oh dear \"visibility\"");
    desk.terminal.see("✗ line 13");
}

/// Another client changes a place of the add-on's draft, behind the dashboard's back.
#[cfg(unix)]
fn meanwhile(account: &Account, keywords: &[&str]) {
    use flightdeck::{
        api::Fetched,
        domain::{submission::put_body, target::Target},
    };
    let target = Target::add_on("9NX0ADDONEX2");
    account.runtime.block_on(async {
        let (services, _home) = other_client(account);
        let store = &services.store;
        let id = store.product(&target).await.unwrap().pending.unwrap();
        let Fetched { submission, .. } = store.submission(&target, &id).await.unwrap();
        let mut body = put_body(target.kind(), &submission.document);
        body["keywords"] = keywords.to_vec().into();
        store.update_submission(&target, &id, &body).await.unwrap();
    });
}

/// The same account in other hands, with a home of its own.
#[cfg(unix)]
fn other_client(account: &Account) -> (flightdeck::jobs::services::Services, TempDir) {
    use flightdeck::{
        config::{Config, Credential, Paths, Profile, SecretSource},
        jobs::services::Services,
    };
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let paths = Paths { config_file: path("config.toml"), is_config_named: false, data: path("data"), cache: path("cache") };
    let url: url::Url = account.sim.url().parse().unwrap();
    let profile = Profile {
        name: "other".into(),
        tenant: sim::TENANT.into(),
        client: sim::CLIENT_ID.into(),
        credential: Credential::Secret(SecretSource::Held(sim::CLIENT_SECRET.to_owned().into())),
        protected: false,
        read_only: false,
        requests_per_minute: 5000,
        login: url.clone(),
        store: url,
        warnings: Vec::new(),
    };
    let observe = std::sync::Arc::new(|_: flightdeck::api::Exchange| ());
    (Services::open(&Config::parse(paths, String::new()).unwrap(), &profile, observe).unwrap(), home)
}

/// Edited here, killed, changed there: the text, and what it was made from, are still there to bring both together.
#[cfg(unix)]
#[test]
fn what_was_killed_while_editing_is_merged_with_what_somebody_else_changed() {
    let account = Account::new();
    let mut desk = account.desk(LARGE);
    let open = |desk: &mut Desk| {
        desk.open("notes", NOTES);
        desk.terminal.press("2");
        desk.open("notes.sync", "northwind.notes.sync ─ submission");
    };
    open(&mut desk);
    desk.edit("Keeps your", "Mine. ");
    desk.terminal.press("esc [");
    desk.terminal.see("kept on disk");
    signal(&desk.terminal, "KILL");
    assert_ne!(desk.terminal.ended(), 0);
    meanwhile(&account, &["theirs"]);

    let mut desk = account.desk(LARGE);
    open(&mut desk);
    desk.terminal.see("Somebody else has changed 1 place");
    desk.terminal.press("u");
    desk.terminal.see("Merge: take 1 change of theirs over");
    desk.terminal.see("▸ Later ◂");
    desk.terminal.press("right enter");
    desk.terminal.see("Both are in your text now");
    // The text that gave way stands in the history.
    desk.terminal.press("[");
    desk.terminal.until("the history", |screen| screen.contains("set aside"));
    desk.review(&["There is a draft already"]);
    signal(&desk.terminal, "TERM");
    assert_eq!(desk.terminal.ended(), 0);
    let drafts = fs::read_dir(account.home.path().join("data/drafts")).unwrap();
    let mut kept = drafts.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    assert!(kept.any(|text| text.contains("Mine. Keeps") && text.contains("theirs")));
}

#[cfg(unix)]
#[test]
fn what_was_typed_a_moment_ago_outlives_sigterm() {
    let account = Account::new();
    let mut desk = account.desk(LARGE);
    desk.open("notes", NOTES);
    desk.edit("Faster start", "Tabs are here. ");
    signal(&desk.terminal, "TERM");
    assert_eq!(desk.terminal.ended(), 0);
    assert!(desk.terminal.is_restored());
    let mut desk = account.desk(LARGE);
    desk.terminal.see("Northwind Notes*");
    desk.open("notes", NOTES);
    desk.terminal.see("1 change against what is live");
    desk.review(&["Tabs are here."]);
}

#[test]
fn a_wrong_secret_is_explained() {
    let account = Account::new();
    let mut desk = account.open(LARGE, "wrong");
    desk.terminal.see_all(&["AADSTS7000215", "secret"]);
    assert!(!desk.terminal.text().contains("wrong\""), "{}", desk.terminal.text());
    desk.quit();
}

#[rstest]
fn without_a_profile_the_two_ways_on_are_explained(#[values(SMALL, LARGE)] size: Size) {
    let ways = ["d start the demo", "flightdeck demo", "profile", "config.toml"];
    let mut desk = Desk::start(&[], size, tempfile::tempdir().unwrap(), &[]);
    desk.terminal.see_all(&ways);
    desk.quit();

    let mut desk = Desk { terminal: start(&[], size, &desk.home, &[]), ..desk };
    desk.terminal.see_all(&ways);
    desk.terminal.press("d");
    desk.terminal.see("DEMO —");
    desk.terminal.see("Northwind Notes");
    desk.quit();
}

#[test]
fn a_tiny_terminal_gets_one_sentence_and_may_grow() {
    let mut desk = Desk::start(&["demo"], (20, 5), tempfile::tempdir().unwrap(), &[]);
    let is_sentence = |screen: &str| screen.split_whitespace().collect::<String>() == "Flightdeckneeds40×10;thisis20×5.";
    desk.terminal.until("one sentence", is_sentence);
    for size in [LARGE, (1, 1), (40, 10), (2, 200), (250, 3), LARGE] {
        desk.terminal.resize(size);
        if size.0 >= 40 && size.1 >= 10 {
            desk.terminal.see("? help");
        }
    }
    desk.terminal.see("Northwind Notes");
    desk.terminal.press("?");
    desk.terminal.see("Narrow the list");
    desk.terminal.resize((20, 5));
    desk.terminal.until("one sentence", is_sentence);
    desk.terminal.resize(SMALL);
    // A key and a new size come by different ways: the key could be there first.
    desk.terminal.see("╭ Keys ");
    desk.terminal.press("esc");
    desk.terminal.see("Northwind Notes");
    desk.quit();
}

#[cfg(unix)]
#[rstest]
fn a_signal_ends_it_in_good_order(#[values("TERM", "HUP")] name: &str) {
    let mut desk = Desk::demo(LARGE);
    signal(&desk.terminal, name);
    assert_eq!(desk.terminal.ended(), 0);
    assert!(desk.terminal.is_restored());
    assert!(!desk.terminal.text().contains("panicked"), "{}", desk.terminal.text());
    desk.assert_tidy();
}

/// Not a test of its own: the one below runs it in a terminal, where it takes the screen over and panics while it draws.
#[test]
#[ignore = "run by a_panic_while_drawing_gives_the_terminal_back"]
fn panics_while_drawing() {
    let mut screen = flightdeck::shell::terminal::Screen::enter(true).unwrap();
    screen.draw(|frame| frame.render_widget("the last frame", frame.area())).unwrap();
    screen.draw(|_| std::panic::panic_any("no frame after this")).unwrap();
}

#[test]
fn a_panic_while_drawing_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let args = ["--ignored", "--exact", "panics_while_drawing", "--nocapture", "--test-threads=1"];
    let mut terminal = Terminal::start(&program, &args, SMALL, home.path(), &[("RUST_BACKTRACE", "0")]);
    assert_ne!(terminal.ended(), 0);
    assert!(terminal.is_restored(), "{}", terminal.text());
    // What went wrong stands on the screen that the person has back.
    assert!(terminal.text().contains("panicked at"), "{}", terminal.text());
}

#[cfg(unix)]
#[test]
fn closing_the_terminal_ends_it() {
    let mut desk = Desk::demo(SMALL);
    desk.terminal.close();
    assert_eq!(desk.terminal.ended(), 0);
    desk.assert_tidy();
}

#[cfg(unix)]
#[test]
fn an_editor_of_ones_own_changes_the_document() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let script = home.path().join("my editor.sh");
    fs::write(&script, "#!/bin/sh\necho EDITOR WORKS\nread line\nsed 's/Faster start/Far faster start/' \"$2\" > \"$2.new\" && cat \"$2.new\" > \"$2\"; rm \"$2.new\"\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let editor = format!("'{}' --wait", script.display());
    let mut desk = Desk::start(&["demo"], LARGE, home, &[("EDITOR", &editor)]);
    desk.terminal.see("Northwind Notes");
    desk.open_target("app");
    desk.terminal.press("E");
    // The editor has the terminal, and a line of its own.
    desk.terminal.see("EDITOR WORKS");
    desk.terminal.press("x enter");
    desk.terminal.see("1 change against what is live");
    // The keys are the dashboard's again.
    desk.review(&["Far faster start"]);
    desk.terminal.press("lone-esc");
    desk.terminal.gone("Review before publishing");
    desk.quit();
}

/// A release note for 30 languages from a folder, by keys alone: 30 lines of the document differ afterwards, and undo brings back
/// every byte.
#[cfg(unix)]
#[rstest]
fn release_notes_of_thirty_languages_come_from_a_folder(#[values(SMALL, LARGE)] size: Size) {
    use std::os::unix::fs::PermissionsExt;
    let listings: serde_json::Value = serde_json::from_str(include_str!("../assets/demo/atlas-listings.json")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let notes = home.path().join("notes");
    for language in listings.as_object().unwrap().keys() {
        let folder = notes.join(language.replace('-', "_").to_uppercase());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("release_notes.txt"), format!("\u{feff}New in {language}.\r\n")).unwrap();
    }
    // An editor that changes nothing shows what the document is.
    let copies = home.path().join("copies");
    fs::create_dir_all(&copies).unwrap();
    let script = home.path().join("copy.sh");
    fs::write(&script, format!("#!/bin/sh\ncp \"$1\" \"{0}/$(ls {0} | wc -l | tr -d ' ').json\"\n", copies.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let editor = script.display().to_string();
    let mut desk = Desk::start(&["demo"], size, home, &[("EDITOR", &editor)]);
    desk.terminal.see("Northwind Notes");
    desk.open("atlas", "Northwind Atlas ─ submission");
    let copy = |desk: &mut Desk, number: usize| {
        desk.terminal.press("E");
        desk.terminal.back("Northwind Atlas");
        fs::read_to_string(copies.join(format!("{number}.json"))).unwrap()
    };
    let before = copy(&mut desk, 0);
    desk.terminal.press("4");
    for _ in 0..3 {
        desk.terminal.press("]");
    }
    desk.terminal.see("30 languages");
    desk.terminal.press("i");
    desk.terminal.see("Read texts from");
    desk.terminal.press("ctrl-u");
    desk.terminal.type_text(notes.to_str().unwrap());
    desk.terminal.press("enter");
    desk.terminal.see("30 texts change");
    desk.terminal.press("enter");
    desk.terminal.gone("What would change");
    desk.terminal.see("30 changed");
    let after = copy(&mut desk, 1);
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!((changed.len(), before.lines().count()), (30, after.lines().count()));
    assert!(changed.iter().all(|(old, new)| old.contains("\"releaseNotes\": ") && new.contains("\"New in ")), "{changed:?}");
    desk.terminal.press("ctrl-z");
    desk.terminal.gone("30 changed");
    assert_eq!(copy(&mut desk, 2), before);
    desk.terminal.press("ctrl-y");
    desk.terminal.see("30 changed");
    desk.quit();
}

#[test]
fn an_editor_that_is_none_is_explained() {
    let mut desk = Desk::demo_with(LARGE, &[("EDITOR", "no-such-editor-here --wait")]);
    desk.open_target("app");
    desk.terminal.press("E");
    desk.terminal.see("no-such-editor-here could not be started");
    desk.terminal.see("$EDITOR");
    desk.terminal.press("esc");
    desk.terminal.gone("could not be started");
    desk.quit();
}

fn is_colored(terminal: &Terminal) -> bool {
    terminal.with_screen(|screen| {
        let (rows, columns) = screen.size();
        let mut cells = (0..rows.get()).flat_map(|row| (0..columns.get()).filter_map(move |column| screen.cell(row, column)));
        cells.any(|cell| cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default)
    })
}

#[test]
fn no_color_is_kept() {
    let desk = Desk::demo(LARGE);
    assert!(is_colored(&desk.terminal));
    let mut desk = Desk::demo_with(LARGE, &[("NO_COLOR", "1")]);
    desk.open_target("app");
    desk.review(&[]);
    assert!(!is_colored(&desk.terminal));
    desk.terminal.press("esc");
    desk.quit();
}

#[test]
fn two_runs_at_once_and_the_screen_stays_usable() {
    let account = Account::with_slow_line();
    let mut desk = account.desk(LARGE);
    desk.open_target("app");
    desk.pick_zip("northwind-notes-large.zip");
    desk.publish();
    desk.terminal
        .until_line("the upload", |line| line.contains("Northwind Notes") && line.contains("upload") && line.contains("MB/s"));
    // Meanwhile another release, from its list to the customers.
    desk.terminal.press("1 /");
    desk.terminal.type_text("-");
    desk.terminal.see("Nothing matches");
    desk.terminal.press("esc");
    desk.open_target("add-on");
    desk.pick_zip("notes-pro-icon.zip");
    desk.publish();
    desk.terminal.until_line("the add-on's end", |line| line.contains("● northwind.notes.pro") && line.contains("published"));
    let screen = desk.terminal.text();
    assert!(screen.lines().any(|line| line.contains("▲ Northwind Notes") && line.contains("upload")), "it goes on: {screen}");
    // The large one is stopped: it says what stays.
    desk.terminal.press("5 down");
    desk.terminal.until_line("the cursor on it", |line| line.contains("▸▲ Northwind Notes"));
    desk.terminal.press("x");
    desk.terminal.see("Stop the run of Northwind Notes?");
    desk.terminal.see("stays in the account as it is");
    desk.terminal.press("right enter");
    desk.terminal.until_line("the stopped run", |line| line.contains("Northwind Notes") && line.contains("cancelled"));
    desk.terminal.press("enter");
    desk.terminal.see("⊘ cancelled");
    desk.terminal.see("submission 11529215");
    desk.terminal.press("esc");
    desk.quit();
}

#[test]
fn leaving_with_an_active_run_asks_first() {
    let account = Account::with_slow_line();
    let mut desk = account.desk(SMALL);
    desk.open_target("app");
    desk.pick_zip("northwind-notes-large.zip");
    desk.publish();
    desk.terminal.see("MB/s");
    desk.terminal.press("q");
    desk.terminal.see("▸ No, go back ◂");
    desk.terminal.press("enter");
    desk.terminal.gone("No, go back");
    desk.terminal.press("q");
    desk.terminal.see("▸ No, go back ◂");
    desk.terminal.press("right enter");
    assert_eq!(desk.terminal.ended(), 0);
    assert!(desk.terminal.is_restored());
    desk.assert_tidy();
}

#[rstest]
fn help_lists_the_keys_and_esc_is_one_step_back(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Desk::demo(size);
    desk.open_target("app");
    desk.terminal.press("?");
    desk.terminal.see("╭ Keys ");
    desk.terminal.see("Leave; asks when a run is active");
    desk.terminal.press("end");
    desk.terminal.see("Switch the selected choice");
    // Byte for byte as a terminal of old sends it, each after the one before has done its work.
    desk.terminal.press("lone-esc");
    desk.terminal.gone("╭ Keys ");
    desk.terminal.see("╭4 Northwind Notes");
    desk.terminal.see("] next tab");
    desk.terminal.press("lone-esc");
    desk.terminal.gone("] next tab");
    desk.terminal.see("enter open");
    desk.terminal.see("1 Apps ─ 2 of 14 ─ /notes");
    desk.terminal.press("lone-esc");
    desk.terminal.gone("/notes");
    desk.terminal.see("Contoso Meeting");
    desk.quit();
}

#[rstest]
fn the_tree_picks_switches_adds_and_removes_with_one_undo_history(#[values(SMALL, LARGE)] size: Size) {
    let mut desk = Desk::demo(size);
    desk.open_target("app");
    let terminal = &mut desk.terminal;
    terminal.press("4 ] t");
    terminal.see("▸ listings");
    terminal.press("/");
    terminal.type_text("visibility");
    terminal.see("/ visibility");
    terminal.press("enter enter");
    terminal.see("enter takes it");
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
    terminal.see("is taken out; ctrl-z brings it back");
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
    desk.quit();
}

/// What `show` prints of the live submission.
fn live_packages(account: &Account) -> Vec<(String, String, String)> {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_flightdeck"))
        .args(["show", "app:9NX0EXAMPLE1", "--submission", "published", "--json"])
        .env("FLIGHTDECK_HOME", account.home.path())
        .env("TEST_SECRET", sim::CLIENT_SECRET)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let packages = document["applicationPackages"].as_array().unwrap();
    packages.iter().map(|package| (text(&package["fileName"]), text(&package["version"]), text(&package["fileStatus"]))).collect()
}

/// By keys alone: the ZIP's package is added, the one that it makes superfluous goes, and exactly that is live in the end.
#[rstest]
fn packages_are_replaced_by_the_newest(#[values(SMALL, LARGE)] size: Size) {
    let account = Account::new();
    let samples = tempfile::tempdir().unwrap();
    sim::samples::write(samples.path()).unwrap();
    let mut desk = account.desk(size);
    desk.open("notes", NOTES);
    desk.terminal.press("] ]");
    desk.terminal.see("2 kept · 2 of 25 at most · the same as live");
    desk.terminal.press("z");
    desk.terminal.see("Pick the ZIP");
    desk.terminal.type_text(samples.path().join("northwind-notes-2.5.zip").to_str().unwrap());
    desk.terminal.press("enter");
    desk.terminal.gone("Pick the ZIP");
    desk.terminal.see("the ZIP brings Northwind.Notes_2.5.0.0.msixbundle too: n adds it");
    desk.terminal.press("n");
    desk.terminal.see("2.5.0.0 for x64");
    desk.terminal.press("enter");
    desk.terminal.see("2 kept, 1 new · 3 of 25 at most");
    desk.terminal.press("K");
    desk.terminal.see("1 package would go:");
    desk.terminal.see("get 2.5.0.0,");
    desk.terminal.press("enter");
    desk.terminal.see("1 kept, 1 new, 1 going · 2 of 25 at most");
    desk.review(&["Northwind.Notes_2.5.0.0.msixbundle: 2.4.0.0 → 2.5.0.0"]);
    desk.leave_review();
    desk.publish();
    desk.terminal.until_line("the end of the run", |line| line.contains("● Northwind Notes") && line.contains("is published."));
    let mut live = live_packages(&account);
    live.sort();
    let package = |name: &str, version: &str| (name.to_owned(), version.to_owned(), "Uploaded".to_owned());
    assert_eq!(
        live,
        [package("Northwind.Notes_2.3.4.0_arm64.msix", "2.3.4.0"), package("Northwind.Notes_2.5.0.0.msixbundle", "2.5.0.0")]
    );
    desk.quit();
}
