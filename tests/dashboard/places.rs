//! Every tab and every dialog, by the keys that lead there: what has to hold in each of them is tried in each of them.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails loudly")]

use crate::{
    dashboard::Dashboard,
    history,
    openings::{APP, draft, live, notes},
};
use flightdeck::{
    app::event::{Effect, Event},
    screen::action::ACTIONS,
    state::ProfileView,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use ratatui::{
    Terminal,
    backend::TestBackend,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind},
    style::{Color, Modifier},
};
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};
use tui_kit::keymap;

/// Where a person can be, and the keys that lead there; what stands in quotes is typed letter by letter.
const PLACES: &[(&str, &str)] = &[
    ("overview", "[ ]"),
    ("apps", "1"),
    ("add-ons", "2"),
    ("flights", "3"),
    ("runs", "5"),
    ("activity", "6"),
    ("the document being read", "]"),
    ("findings", "e f4"),
    ("tree", "] t"),
    ("packages", "] ]"),
    ("keep the newest packages", "] ] K"),
    ("listings", "] ] ]"),
    ("diff", "d"),
    ("history", "[ ["),
    ("a kept document", "[ [ enter"),
    ("review", "u"),
    ("delete the draft", "D"),
    ("help", "?"),
    ("merge", "m"),
];

/// Places where letters are text, as [`PLACES`].
const TEXTS: &[(&str, &str)] = &[
    ("filter of a list", "1 /"),
    ("editor", "e"),
    ("selection in the editor", "e shift-down"),
    ("search in the editor", "e ctrl-f"),
    ("replace in the editor", "e ctrl-r"),
    ("search while reading", "] /"),
    ("search in the tree", "] t /"),
    (
        "a value in its row",
        "] t / 'packageRolloutPercentage enter enter",
    ),
    ("a date in its row", "] t / 'targetPublishDate enter enter"),
    ("a choice", "] t / 'visibility enter enter"),
    ("a new name", "] t / 'en-us enter left left home n"),
    ("a long text of the tree", "] t / 'description enter enter"),
    ("a new list entry", "] t / 'markdown enter n"),
    ("path of a package", "] ] n"),
    ("filter of the listings", "] ] ] /"),
    ("a text of a listing", "] ] ] enter"),
    ("a new language", "] ] ] n"),
    ("import of texts", "] ] ] i"),
    ("export of texts", "] ] ] s enter"),
    ("ZIP picker", "z"),
    ("palette", ":"),
    ("name of a protected product", "D"),
];

/// At one of the places.
fn open(columns: u16, rows: u16, name: &str, keys: &str) -> Dashboard {
    open_in("dark", columns, rows, name, keys)
}

/// In a theme of the program.
fn open_in(theme: &str, columns: u16, rows: u16, name: &str, keys: &str) -> Dashboard {
    let profile = ProfileView {
        name: "contoso".into(),
        is_protected: name.contains("protected"),
        ..ProfileView::default()
    };
    let store = vec![notes(Some(draft()), live(APP))];
    let bound = |(action, chord): &(&str, &str)| {
        let row = ACTIONS.iter().find(|row| row.name == *action).unwrap();
        let chords = row.chords.iter().copied().chain([*chord]);
        (row.name.to_owned(), chords.map(str::to_owned).collect())
    };
    let bound: Vec<_> = BOUND.iter().map(bound).collect();
    let faults = BTreeMap::new();
    let mut dashboard = Dashboard::with_theme(columns, rows, store, profile, faults, &bound, theme);
    history::history(&mut dashboard);
    dashboard.keys("enter");
    dashboard.wait(500);
    if name == "merge" {
        history::edit(&mut dashboard, "Mine. ");
        history::meanwhile(&mut dashboard, &[(history::NOTES, "Theirs.".into())]);
    }
    dashboard.keys("4");
    for key in keys.split(' ') {
        match key.strip_prefix('\'') {
            Some(text) => dashboard.text(text),
            None => dashboard.keys(key),
        }
        dashboard.wait(300);
    }
    dashboard
}

/// What the program shows on a terminal of this size, whatever size was reported to it.
fn draw(dashboard: &Dashboard, columns: u16, rows: u16) {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| dashboard.app.draw(frame, dashboard.now))
        .unwrap();
}

#[derive(Clone, Debug)]
enum Happening {
    Key(KeyCode),
    Mouse(MouseEventKind, u16, u16),
    /// The terminal has another size; the program is told, or not yet.
    Size {
        columns: u16,
        rows: u16,
        is_told: bool,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    let key = prop_oneof![
        Just(KeyCode::Up),
        Just(KeyCode::Down),
        Just(KeyCode::PageDown),
        Just(KeyCode::End),
        Just(KeyCode::Left),
        Just(KeyCode::Right),
        Just(KeyCode::Tab),
        Just(KeyCode::Enter),
        Just(KeyCode::Char(' ')),
        Just(KeyCode::Char('a')),
        Just(KeyCode::Char('漢')),
    ];
    let mouse = prop_oneof![
        Just(MouseEventKind::Down(MouseButton::Left)),
        Just(MouseEventKind::ScrollDown),
        Just(MouseEventKind::ScrollUp),
    ];
    prop_oneof![
        2 => key.prop_map(Happening::Key),
        1 => (mouse, 0..250u16, 0..80u16)
            .prop_map(|(kind, column, row)| Happening::Mouse(kind, column, row)),
        3 => (1..=250u16, 1..=80u16, any::<bool>())
            .prop_map(|(columns, rows, is_told)| Happening::Size { columns, rows, is_told }),
        2 => (36..=60u16, 8..=26u16, any::<bool>())
            .prop_map(|(columns, rows, is_told)| Happening::Size { columns, rows, is_told }),
    ]
}

/// A terminal shrinks while keys arrive: what is drawn was laid out for the size before, or for none at all.
#[test]
fn no_size_of_the_terminal_ends_the_program() {
    let places: Vec<_> = PLACES.iter().chain(TEXTS).collect();
    // A thousand sizes in all.
    let rounds = 1_000 / places.len() + 1;
    let mut runner = TestRunner::deterministic();
    for (name, keys) in places {
        let mut dashboard = open(120, 36, name, keys);
        let mut sizes = 0;
        let mut size = (120, 36);
        while sizes < rounds {
            let happening = happening().new_tree(&mut runner).unwrap().current();
            match happening.clone() {
                Happening::Key(code) => dashboard.press(KeyEvent::new(code, KeyModifiers::NONE)),
                Happening::Mouse(kind, column, row) => {
                    let modifiers = KeyModifiers::NONE;
                    let event = MouseEvent {
                        kind,
                        column,
                        row,
                        modifiers,
                    };
                    dashboard.app.handle(Event::Mouse(event), dashboard.now);
                }
                Happening::Size {
                    columns,
                    rows,
                    is_told,
                } => {
                    sizes += 1;
                    size = (columns, rows);
                    if is_told {
                        dashboard
                            .app
                            .handle(Event::Resize(columns, rows), dashboard.now);
                    }
                }
            }
            let drawn = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                draw(&dashboard, size.0, size.1);
            }));
            assert!(drawn.is_ok(), "{name}, {happening:?} at {size:?}");
        }
    }
}

/// In a field that takes text no key is ever a command: neither the table's chords nor those that a person has bound.
#[test]
fn no_key_is_a_command_where_text_is_taken() {
    let chords: BTreeSet<&str> = ACTIONS
        .iter()
        .flat_map(|row| row.chords.iter().copied())
        .chain(BOUND.iter().map(|(_, chord)| *chord))
        .collect();
    // What ends a text, or belongs to its dialog, is shown there.
    let own = ["enter", "esc", "ctrl-s", "ctrl-r", "ctrl-k", "f6"];
    for (name, keys) in TEXTS {
        let mut dashboard = open(120, 36, name, keys);
        assert!(dashboard.app.takes_text(), "{name}: {}", dashboard.screen());
        let before = (dashboard.app.focused(), dashboard.app.overlays());
        let started = dashboard.started.clone();
        for chord in chords.iter().filter(|chord| !own.contains(chord)) {
            dashboard.press(keymap::parse(chord).unwrap().into());
            assert!(dashboard.app.takes_text(), "{name}: {chord}");
            let after = (dashboard.app.focused(), dashboard.app.overlays());
            assert_eq!(before, after, "{name}: {chord}");
            assert_eq!(dashboard.started, started, "{name}: {chord}");
            let mut effects = dashboard.effects.iter();
            let effect = effects.find(|effect| !matches!(effect, Effect::Copy(_)));
            assert_eq!(effect, None, "{name}: {chord}");
        }
    }
}

/// Chords that a person may have chosen: control keys on actions that are letters by default.
const BOUND: &[(&str, &str)] = &[
    ("publish", "ctrl-t"),
    ("delete-draft", "ctrl-d"),
    ("all-add-ons", "ctrl-o"),
    ("filter", "ctrl-g"),
    ("remove", "f11"),
    ("cancel-run", "f12"),
    ("refresh", "f2"),
];

#[rstest]
#[case::in_the_tree(
    "] t / 'description enter enter",
    "/listings/en-us/baseListing/description"
)]
#[case::in_the_listings("] ] ] enter", "en-us release notes")]
fn a_text_is_kept_by_one_key_and_left_by_another(#[case] keys: &str, #[case] title: &str) {
    let mut dashboard = open(120, 36, "", keys);
    assert!(dashboard.screen().contains(title), "{}", dashboard.screen());
    dashboard.text("Lost. ");
    dashboard.keys("ctrl-c esc");
    assert_eq!(dashboard.app.overlays(), [""; 0]);
    assert_eq!(dashboard.edited(), None, "escape leaves without the change");
    dashboard.keys("enter");
    dashboard.text("Kept. ");
    dashboard.keys("ctrl-s");
    assert_eq!(dashboard.app.overlays(), [""; 0]);
    let edited = dashboard.edited().unwrap();
    assert!(
        edited.contains("Kept. ") && !edited.contains("Lost"),
        "{edited}"
    );
    dashboard.keys("ctrl-z");
    assert!(!dashboard.edited().unwrap_or_default().contains("Kept. "));
}

#[test]
fn a_selection_is_copied_with_the_key_that_would_quit() {
    let mut dashboard = open(120, 36, "", "] ] ] enter");
    dashboard.keys("ctrl-a ctrl-c");
    assert!(
        matches!(dashboard.effects.as_slice(), [Effect::Copy(_)]),
        "{:?}",
        dashboard.effects
    );
}

/// Relative luminance of one of the fixed 240 colours, as the web's guidelines (WCAG 2) define it.
fn luminance(colour: Color) -> f64 {
    let Color::Indexed(index @ 16..) = colour else {
        panic!("{colour:?} looks different in every terminal");
    };
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    let rgb = match index {
        232.. => [8 + (index - 232) * 10; 3],
        _ => [
            level((index - 16) / 36),
            level((index - 16) / 6 % 6),
            level((index - 16) % 6),
        ],
    };
    let [red, green, blue] = rgb.map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.03928 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Every letter of every tab and dialog, as it comes to the screen.
#[rstest]
#[case("dark", 4.5)]
#[case("light", 4.5)]
#[case("high-contrast", 7.0)]
fn every_letter_can_be_read(#[case] theme: &str, #[case] least: f64) {
    for (name, keys) in PLACES.iter().chain(TEXTS) {
        let dashboard = open_in(theme, 120, 36, name, keys);
        let buffer = dashboard.buffer();
        for (at, cell) in buffer.content.iter().enumerate() {
            if cell.symbol().trim().is_empty() {
                continue;
            }
            let (one, other) = (luminance(cell.fg), luminance(cell.bg));
            let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            let is_dim = cell.modifier.contains(Modifier::DIM);
            assert!(
                contrast >= least && !is_dim,
                "{theme}, {name}, {:?} at {:?}: {contrast:.2}",
                cell.symbol(),
                buffer.pos_of(at)
            );
        }
    }
}
