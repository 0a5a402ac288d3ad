//! Screens as text, and the styles that carry meaning. Each snapshot was read before it was accepted.

use crate::harness::{Harness, app, app_product, apps, listing, loaded, run, settings, with};
use flightdeck::{
    app::{event::Event, settings::Settings},
    engine::view::{Cause, Ending, Outcome, Seen, Step},
    screen::command::PaneId,
    state::ProfileView,
    tasks::{
        load::LoadCatalog,
        message::TaskEvent,
        report::{Connection, Exchange, Report, UploadProgress},
    },
};
use jiff::SignedDuration;
use ratatui::style::Modifier;
use serde_json::json;
use std::time::Duration;
use store_model::catalog::Catalog;
use store_model::{status::StatusReport, target::Target};
use tui_kit::theme::{Role, Theme};

/// A screen with everything: lists, runs in all stages, a pulse.
fn busy(columns: u16, rows: u16) -> Harness {
    let mut harness = with(
        Settings {
            banner: Some("DEMO: a simulated Store".into()),
            ..settings()
        },
        columns,
        rows,
    );
    harness.fill();
    let now = harness.now.wall;
    let connection = Connection {
        token_expires: Some(now + SignedDuration::from_mins(41)),
        used: 6,
        limit: 20,
        waiting: 0,
        slow: None,
    };
    harness.report(None, Report::Connection(connection));
    for (status, error) in [
        (Some(200), None),
        (Some(503), Some("ServiceUnavailable")),
        (Some(200), None),
    ] {
        harness.report(None, Report::Exchange(exchange(&harness, status, error)));
    }
    let steps = [
        ("run-1", "9A", "Northwind Notes", Step::Upload),
        ("run-2", "9C", "Northwind Timer", Step::Follow),
    ];
    for (id, app, name, step) in steps {
        let view = run(id, Target::app(app), name, step, now);
        harness.report(None, Report::Run(Box::new(view)));
    }
    let mut failed = run(
        "run-0",
        Target::app("9F"),
        "Contoso Expense Reports",
        Step::Follow,
        now - SignedDuration::from_mins(5),
    );
    failed.report = Some(StatusReport::read(
        &json!({"status": "CommitFailed", "statusDetails": {
        "errors": [{"code": "InvalidArchive", "details": "app.msix is not in the ZIP"}]}}),
    ));
    failed.timeline.push(Seen {
        status: "CommitFailed".into(),
        at: now - SignedDuration::from_mins(5),
    });
    failed.ending = Some(Ending {
        outcome: Outcome::Failed,
        cause: Some(Cause::Store),
        message:
            "The submission ended in CommitFailed: mend what the errors name and publish again."
                .into(),
    });
    harness.report(None, Report::Run(Box::new(failed)));
    harness.report(None, Report::Upload(upload()));
    harness.wait(Duration::from_secs(9));
    harness
}

fn upload() -> UploadProgress {
    UploadProgress {
        run: "run-1".into(),
        file: "northwind-2.5.zip".into(),
        sent: 1_220_000_000,
        total: 2_000_000_000,
        rate: 48_000_000,
        left: Some(Duration::from_secs(17)),
        blocks_done: 146,
        blocks: 239,
        retries: 1,
        expires: None,
        connections: 4,
    }
}

fn exchange(harness: &Harness, status: Option<u16>, error: Option<&str>) -> Exchange {
    Exchange {
        at: harness.now.wall,
        method: "GET".into(),
        path: "/v1.0/my/applications?top=100".into(),
        status,
        elapsed: Duration::from_millis(231),
        correlation: Some("5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915".into()),
        error: error.map(str::to_owned),
    }
}

/// The lines of a screen that a pane takes: its frame begins with this title.
fn rows(screen: &str, from: usize, count: usize) -> String {
    screen
        .lines()
        .skip(from)
        .take(count)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn wide() {
    insta::assert_snapshot!(busy(120, 40).screen());
}

#[test]
fn narrow_lists() {
    insta::assert_snapshot!(busy(80, 24).screen());
}

#[test]
fn narrow_runs() {
    insta::assert_snapshot!(rows(&busy(80, 24).keys("5").screen(), 14, 10));
}

#[test]
fn small() {
    insta::assert_snapshot!(busy(40, 12).screen());
}

#[test]
fn activity() {
    insta::assert_snapshot!(rows(&busy(120, 40).keys("6 +").screen(), 0, 8));
}

#[test]
fn one_run_in_full() {
    insta::assert_snapshot!(busy(120, 60).keys("5 j enter").screen());
}

#[test]
fn one_run_while_it_uploads_on_a_small_screen() {
    insta::assert_snapshot!(busy(80, 24).keys("5 down enter").screen());
}

#[test]
fn one_run_that_failed() {
    insta::assert_snapshot!(rows(&busy(120, 40).keys("5 end enter").screen(), 4, 16));
}

/// Each list in the four states of a remote value.
#[test]
fn lists_in_their_four_states() {
    let mut idle = app();
    let idle_screen = idle.screen();
    let mut failed = app();
    for catalog in [Catalog::Apps, Catalog::AddOns] {
        let job = failed.job(|job| *job == LoadCatalog(catalog.clone()).into());
        failed.report(
            Some(job),
            Report::Failed("The list could not be read: the Store answered 503.".into()),
        );
    }
    let mut empty = app();
    empty.answer(&Catalog::Apps, Vec::new());
    empty.answer(&Catalog::AddOns, Vec::new());
    let mut stale = loaded();
    stale.wait(Duration::from_hours(3)).keys("r");
    let mut stale_failed = loaded();
    stale_failed.keys("r");
    let job = stale_failed.job(|job| *job == LoadCatalog(Catalog::Apps).into());
    stale_failed.report(
        Some(job),
        Report::Failed("The list could not be read: the Store answered 503.".into()),
    );
    let mut all = String::new();
    let screens = [
        ("loading, nothing known", idle_screen),
        ("failed, nothing known", failed.screen()),
        ("ready, empty", empty.screen()),
        ("ready", loaded().screen()),
        ("loading, old rows", stale.screen()),
        ("failed, old rows", stale_failed.screen()),
    ];
    for (name, screen) in screens {
        let lists: Vec<_> = screen
            .lines()
            .skip(1)
            .take(38)
            .map(|line| line.chars().take(42).collect::<String>())
            .collect();
        // Empty rows say nothing.
        let lists: Vec<_> = lists
            .iter()
            .filter(|line| line.chars().any(|c| !"│ ".contains(c)))
            .map(String::as_str)
            .collect();
        all.extend(["== ", name, "\n", &lists.join("\n"), "\n"]);
    }
    insta::assert_snapshot!(all);
}

#[test]
fn confirm_palette_help_and_message() {
    let mut all = String::new();
    let mut harness = busy(80, 24);
    all.push_str(&rows(&harness.keys("5 x").screen(), 6, 12));
    all.push_str(&rows(&harness.keys("esc :").typed("run").screen(), 3, 10));
    all.push_str(&rows(&harness.keys("esc ?").screen(), 0, 24));
    let text = "No browser can be started: there is no desktop here. It can be copied from here:\n\nhttps://partner.microsoft.com/dashboard/products/9A";
    harness.keys("esc").event(Event::Trouble {
        title: "The link could not be opened".into(),
        text: text.into(),
    });
    all.push_str(&rows(&harness.screen(), 6, 12));
    insta::assert_snapshot!(all);
}

#[test]
fn welcome() {
    let text = "There is no profile yet.\n\nThe demo shows everything on a simulated Store: no account, no network.";
    let mut harness = with(
        Settings {
            welcome: Some(text.into()),
            ..settings()
        },
        80,
        24,
    );
    insta::assert_snapshot!(harness.screen());
}

#[test]
fn too_small_is_one_sentence() {
    for (columns, rows) in [(39, 12), (80, 9), (20, 5), (1, 1)] {
        let mut harness = busy(columns, rows);
        let screen = harness.screen();
        assert!(
            !screen.contains('│') && (columns < 20 || screen.contains("Flightdeck needs")),
            "{screen}"
        );
    }
}

#[test]
fn every_line_of_every_size_is_as_wide_as_the_screen() {
    for (columns, rows) in [
        (40, 10),
        (80, 24),
        (99, 30),
        (100, 30),
        (120, 36),
        (200, 60),
    ] {
        for keys in ["", "5 enter", "4", "6", "?", ":", "/"] {
            let mut harness = busy(columns, rows);
            harness.keys(keys);
            let buffer = harness.buffer();
            assert_eq!((buffer.area.width, buffer.area.height), (columns, rows));
            // The frame of the last column stands: nothing wider than measured pushed it out.
            let screen = harness.screen();
            assert!(!screen.is_empty());
        }
    }
}

#[test]
fn focus_selection_and_danger_show_without_colour_too() {
    let mut harness = busy(120, 40);
    let theme = flightdeck::screen::themes::load("dark").unwrap();
    let buffer = harness.buffer();
    let at = |column: u16, row: u16| buffer.cell((column, row)).unwrap().clone();
    assert_eq!(
        at(0, 2).fg,
        theme.style(Role::BorderFocused).fg.unwrap(),
        "the focused pane's frame"
    );
    assert_ne!(at(43, 2).fg, theme.style(Role::BorderFocused).fg.unwrap());
    assert!(
        Some(at(4, 3).bg) == theme.style(Role::Selection).bg,
        "the row under the cursor"
    );
    assert_eq!(at(1, 3).symbol(), "▸");
    let mut plain = with(
        Settings {
            theme: Theme::plain(),
            ..settings()
        },
        120,
        40,
    );
    plain.fill();
    let buffer = plain.buffer();
    let is_grey = |cell: &ratatui::buffer::Cell| {
        cell.fg == ratatui::style::Color::Reset && cell.bg == ratatui::style::Color::Reset
    };
    let coloured = buffer
        .content()
        .iter()
        .filter(|cell| !is_grey(cell))
        .count();
    assert_eq!(coloured, 0, "NO_COLOR means none");
    assert!(
        buffer
            .content()
            .iter()
            .any(|cell| cell.modifier.contains(Modifier::REVERSED))
    );
}

#[test]
fn a_long_list_draws_only_what_is_seen() {
    let mut harness = app();
    let many: Vec<_> = (0..5000)
        .map(|at| app_product(&format!("9X{at}"), &format!("Product {at:04}"), "0", "1"))
        .collect();
    harness.answer(&Catalog::Apps, many);
    assert!(harness.screen().contains("Product 0000"));
    harness.keys("end");
    let screen = harness.screen();
    assert!(screen.contains("Product 4999") && !screen.contains("Product 0000"));
    assert_eq!(harness.app.selected(), Some(&Target::app("9X4999")));
    harness.keys("/").typed("4711");
    assert!(harness.screen().contains("1 of 5000 ─ /4711"));
}

#[test]
fn a_list_on_its_way_says_how_much_is_still_to_come() {
    let mut harness = app();
    let job = harness.job(|job| *job == LoadCatalog(Catalog::Apps).into());
    let mut part = listing(apps(), harness.now.wall);
    part.total = 5000;
    harness.part_of::<LoadCatalog>(job, TaskEvent::Progress(part));
    assert!(harness.screen().contains("6 of 5000"));
    assert_eq!(harness.app.focused(), PaneId::Apps);
}

#[test]
fn the_profile_says_what_it_forbids() {
    let profile = ProfileView {
        name: "audit".into(),
        is_read_only: true,
        ..ProfileView::default()
    };
    let mut harness = with(
        Settings {
            profile,
            ..settings()
        },
        120,
        40,
    );
    assert!(harness.screen().contains("▌audit▐ read-only"));
}
