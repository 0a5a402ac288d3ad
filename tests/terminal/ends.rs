//! How the program begins and how it ends, whatever ends it; the terminal is as it was.

#[cfg(unix)]
use crate::dashboard::signal;
use crate::{
    account::Account,
    dashboard::{Dashboard, LARGE, SMALL, Size},
    terminal::Terminal,
};
use rstest::rstest;

#[test]
fn a_wrong_secret_is_explained() {
    let account = Account::new();
    let mut dashboard = account.open(LARGE, "wrong");
    dashboard.terminal.see_all(&["AADSTS7000215", "secret"]);
    assert!(
        !dashboard.terminal.text().contains("wrong\""),
        "{}",
        dashboard.terminal.text()
    );
    dashboard.quit();
}

#[rstest]
fn without_a_profile_the_two_ways_on_are_explained(#[values(SMALL, LARGE)] size: Size) {
    let ways = [
        "d start the demo",
        "flightdeck demo",
        "profile",
        "config.toml",
    ];
    let home = tempfile::tempdir().unwrap();
    let mut dashboard = Dashboard::at(home.path(), size, &[]);
    dashboard.terminal.see_all(&ways);
    dashboard.quit();

    let mut dashboard = Dashboard::at(home.path(), size, &[]);
    dashboard.terminal.see_all(&ways);
    dashboard.terminal.press("d");
    dashboard.terminal.see("DEMO —");
    dashboard.lists();
    dashboard.quit();
}

#[test]
fn a_tiny_terminal_gets_one_sentence_and_may_grow() {
    let mut dashboard = Dashboard::start(&["demo"], (20, 5), tempfile::tempdir().unwrap(), &[]);
    let is_sentence = |screen: &str| {
        screen.split_whitespace().collect::<String>() == "Flightdeckneeds40×10;thisis20×5."
    };
    dashboard.terminal.until("one sentence", is_sentence);
    for size in [LARGE, (1, 1), (40, 10), (2, 200), (250, 3), LARGE] {
        dashboard.terminal.resize(size);
        if size.0 >= 40 && size.1 >= 10 {
            dashboard.terminal.see("? help");
        }
    }
    dashboard.lists();
    dashboard.terminal.press("?");
    dashboard
        .terminal
        .see("Quit; asks first if a run is active");
    dashboard.terminal.resize((20, 5));
    dashboard.terminal.until("one sentence", is_sentence);
    dashboard.terminal.resize(SMALL);
    // A key and a new size come by different ways: the key could be there first.
    dashboard.terminal.see("╭ Keys ");
    dashboard.terminal.press("esc");
    dashboard.lists();
    dashboard.quit();
}

#[cfg(unix)]
#[rstest]
fn a_signal_ends_it_in_good_order(#[values("TERM", "HUP")] name: &str) {
    let mut dashboard = Dashboard::demo(LARGE);
    signal(&dashboard.terminal, name);
    assert_eq!(dashboard.terminal.ended(), 0);
    assert!(dashboard.terminal.is_restored());
    assert!(
        !dashboard.terminal.text().contains("panicked"),
        "{}",
        dashboard.terminal.text()
    );
    dashboard.assert_tidy();
}

/// Not a test of its own: the one below runs it in a terminal, where it takes the screen over and panics while it draws.
#[test]
#[ignore = "run by a_panic_while_drawing_gives_the_terminal_back"]
fn panics_while_drawing() {
    let mut screen = flightdeck::shell::terminal::Screen::enter(true).unwrap();
    screen
        .draw(|frame| frame.render_widget("the last frame", frame.area()))
        .unwrap();
    screen
        .draw(|_| std::panic::panic_any("no frame after this"))
        .unwrap();
}

#[test]
fn a_panic_while_drawing_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let args = [
        "--ignored",
        "--exact",
        "ends::panics_while_drawing",
        "--nocapture",
        "--test-threads=1",
    ];
    let mut terminal = Terminal::start(
        &program,
        &args,
        SMALL,
        home.path(),
        &[("RUST_BACKTRACE", "0")],
    );
    assert_ne!(terminal.ended(), 0);
    assert!(terminal.is_restored(), "{}", terminal.text());
    // What went wrong stands on the screen that the person has back.
    assert!(
        terminal.text().contains("panicked at"),
        "{}",
        terminal.text()
    );
}

#[cfg(unix)]
#[test]
fn closing_the_terminal_ends_it() {
    let mut dashboard = Dashboard::demo(SMALL);
    dashboard.terminal.close();
    assert_eq!(dashboard.terminal.ended(), 0);
    dashboard.assert_tidy();
}

/// By its key and by `kill -TSTP`: the shell gets its terminal, and `fg` brings the dashboard back with the keys alive.
#[cfg(target_os = "linux")]
#[test]
fn a_suspended_dashboard_comes_back() {
    let mut dashboard = Dashboard::demo(LARGE);
    dashboard.lists();
    let is_stopped = |id: u32| {
        let facts = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
        facts
            .rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with('T'))
    };
    for by_key in [true, false] {
        if by_key {
            dashboard.terminal.press("1 ctrl-z");
        } else {
            dashboard.terminal.press("1");
            signal(&dashboard.terminal, "TSTP");
        }
        // It stops after it has given the terminal back.
        while !is_stopped(dashboard.terminal.id()) {
            std::thread::yield_now();
        }
        signal(&dashboard.terminal, "CONT");
        dashboard.terminal.back("Northwind Notes");
        dashboard.terminal.press("?");
        dashboard.terminal.see("╭ Keys ");
        dashboard.terminal.press("esc");
        dashboard.terminal.gone("╭ Keys ");
    }
    dashboard.quit();
}
