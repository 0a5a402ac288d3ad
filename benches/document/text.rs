//! The text and the rules alone: what each part of opening, checking, editing and comparing costs.

use super::{
    Outcome,
    account::{COLUMNS, ROWS},
    table::{Table, Times},
};
use ratatui::{Terminal, backend::TestBackend};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    hint::black_box,
    io::Write,
    time::{Duration, Instant},
};
use store_model::{
    checked::Judged,
    diff::diff,
    difference::Difference,
    json::{
        document::{Document, pretty},
        edit::{Edit, apply_to_text, apply_to_value},
    },
    rules::check::check,
    target::Kind,
};
use tui_kit::{
    text::{
        area::TextArea, brackets::partner, buffer::TextBuffer, place::TextPosition,
        scroll::TextScroll, search::TextSearch,
    },
    theme::Theme,
};

/// The middle of so many tries.
const TRIES: usize = 9;

fn median<T>(mut act: impl FnMut() -> T) -> Duration {
    let mut times = Times::default();
    for _ in 0..TRIES {
        let begun = Instant::now();
        let done = black_box(act());
        times.add(begun.elapsed());
        // Letting go of it is somebody else's time.
        drop(done);
    }
    times.at(0.5)
}

/// As [`median`], with something made anew for each try that does not count.
fn median_of<S, T>(mut make: impl FnMut() -> S, mut act: impl FnMut(&mut S) -> T) -> Duration {
    let mut times = Times::default();
    for _ in 0..TRIES {
        let mut made = make();
        let begun = Instant::now();
        black_box(act(&mut made));
        times.add(begun.elapsed());
    }
    times.at(0.5)
}

/// A release note in every language: the largest edit that one key makes.
fn edits(document: &Value) -> Vec<Edit> {
    let languages = document
        .get("listings")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let set = |language: &String| Edit::Set {
        pointer: format!("/listings/{language}/baseListing/releaseNotes"),
        value: json!("Tabs, and a search that finds."),
    };
    languages.map(|(language, _)| set(language)).collect()
}

/// The same document without a line break: one line of megabytes, cut and wrapped, its begin and its end in view.
fn one_line(document: &Value, name: &str, table: &mut Table<impl Write>) -> Outcome<()> {
    let buffer = TextBuffer::new(&document.to_string());
    let end = TextPosition {
        line: 0,
        byte: buffer.len(),
    };
    for (wraps, cursor, what) in [
        (false, TextPosition::default(), "cut, its start"),
        (false, end, "cut, its end"),
        (true, end, "wrapped"),
    ] {
        let area = TextArea {
            text: buffer.visible(),
            cursor: Some(cursor),
            wraps,
            ..TextArea::default()
        };
        let (mut terminal, scroll) = (
            Terminal::new(TestBackend::new(COLUMNS, ROWS))?,
            TextScroll::default(),
        );
        let draw = || {
            terminal
                .draw(|frame| area.draw(frame, frame.area(), &scroll, &Theme::default()))
                .map(|_| ())
        };
        table.time(
            &format!("{name} in one line: a frame, {what}"),
            median(draw),
            Some(10.0),
        )?;
    }
    Ok(())
}

pub(crate) fn measure(document: &Value, table: &mut Table<impl Write>) -> Outcome<()> {
    let text = pretty(document);
    let name = format!("document of {:.1} MB", text.len() as f64 / 1e6);
    let one = edits(document).into_iter().take(1).collect::<Vec<_>>();
    let all = edits(document);
    let mut changed = document.clone();
    apply_to_value(&mut changed, &all)?;

    table.time(
        &format!("{name}: parse"),
        median(|| Document::parse(text.as_str())),
        None,
    )?;
    table.time(
        &format!("{name}: check"),
        median(|| check(Kind::App, document, Some(document))),
        None,
    )?;
    table.time(
        &format!("{name}: diff, {} changes", all.len()),
        median(|| diff(document, &changed)),
        None,
    )?;
    let between = || Difference::between(Kind::App, Some(document), &changed, &HashMap::new());
    table.time(
        &format!("{name}: grouped difference, {} changes", all.len()),
        median(between),
        Some(100.0),
    )?;
    let new = || Difference::between(Kind::App, None, document, &HashMap::new());
    table.time(
        &format!("{name}: grouped difference to nothing"),
        median(new),
        None,
    )?;
    let judged = median(|| {
        Judged::of(
            Kind::App,
            text.as_str(),
            Some(document),
            jiff::Timestamp::now(),
        )
    });
    table.time(
        &format!("{name}: parse, check, diff and places (a job)"),
        judged,
        None,
    )?;

    let open = || TextBuffer::new(&text);
    table.time(
        &format!("{name}: text into lines"),
        median(open),
        Some(200.0),
    )?;
    table.time(
        &format!("{name}: text out of lines"),
        median_of(open, |buffer| buffer.text()),
        Some(10.0),
    )?;
    let in_the_middle = || {
        let mut buffer = open();
        buffer.go_to(TextPosition {
            line: buffer.lines().len() / 2,
            byte: 0,
        });
        buffer
    };
    table.time(
        &format!("{name}: a letter"),
        median_of(in_the_middle, |buffer| buffer.type_char('x')),
        Some(10.0),
    )?;
    table.time(
        &format!("{name}: a new line"),
        median_of(in_the_middle, TextBuffer::new_line),
        Some(10.0),
    )?;
    let typed = || {
        let mut buffer = in_the_middle();
        buffer.new_line();
        buffer
    };
    table.time(
        &format!("{name}: undo"),
        median_of(typed, TextBuffer::undo),
        Some(10.0),
    )?;

    let search = |pattern: &'static str| {
        let mut search = TextSearch::default();
        search.set(pattern);
        (open(), search)
    };
    for pattern in ["screenshot", "e", "releaseNotes", "nowhere"] {
        let found = median_of(
            || search(pattern),
            |(buffer, search)| {
                search.refresh(buffer.lines(), 1);
                search.hits().len()
            },
        );
        table.time(&format!("{name}: search “{pattern}”"), found, Some(10.0))?;
    }
    for (pattern, with) in [("Screenshot", "Poster"), ("e", "")] {
        let found = || {
            let (buffer, mut search) = search(pattern);
            search.refresh(buffer.lines(), 1);
            (buffer, search)
        };
        let hits = found().1.hits().len();
        let replaced = median_of(found, |(buffer, search)| {
            buffer.replace_hits(search.hits(), pattern.len(), with);
        });
        table.time(
            &format!("{name}: replace all of {hits} hits"),
            replaced,
            None,
        )?;
    }

    one_line(document, &name, table)?;

    let root = TextPosition { line: 0, byte: 0 };
    table.time(
        &format!("{name}: partner of the first bracket"),
        median_of(open, |buffer| partner(buffer.lines(), root, usize::MAX)),
        Some(10.0),
    )?;
    let in_a_listing = || {
        let mut buffer = open();
        buffer.go_to(TextPosition { line: 10, byte: 0 });
        buffer
    };
    let parts = in_a_listing().fold_alike();
    let fold = median_of(in_a_listing, TextBuffer::fold_alike);
    table.time(&format!("{name}: fold {parts} parts"), fold, Some(10.0))?;
    let folded = || {
        let mut buffer = in_the_middle();
        buffer.go_to(TextPosition { line: 10, byte: 0 });
        buffer.fold_alike();
        buffer
    };
    table.time(
        &format!("{name}: a new line with {parts} parts folded"),
        median_of(folded, TextBuffer::new_line),
        Some(10.0),
    )?;

    for edits in [&one, &all] {
        let what = format!("{name}: {} place(s) changed", edits.len());
        table.time(
            &format!("{what} in the text"),
            median(|| apply_to_text(&text, edits)),
            None,
        )?;
        let new = apply_to_text(&text, edits)?;
        table.time(
            &format!("{what} in the lines"),
            median_of(open, |buffer| buffer.replace_all(&new)),
            Some(10.0),
        )?;
    }
    Ok(())
}
