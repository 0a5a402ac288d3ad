//! Frames and filter: what one key or one frame costs by itself.

use super::{
    Outcome,
    account::{Screen, products, progress},
    table::{Table, Times},
};
use flightdeck::tasks::report::Report;
use ratatui::crossterm::event::KeyCode;
use std::{io::Write, time::Instant};
use tokio::runtime::Runtime;

/// One frame after another, each with another row selected and another upload further on.
pub(crate) fn frames(runtime: &Runtime, table: &mut Table<impl Write>) -> Outcome<()> {
    let mut screen = Screen::with(products(runtime, 5000)?, 8)?;
    let runs: Vec<_> = screen
        .app
        .model()
        .runs
        .iter()
        .map(|row| row.view.id.clone())
        .collect();
    for pane in ['1', '5'] {
        screen.key(KeyCode::Char(pane));
        let mut times = Times::default();
        for at in 0..1000 {
            screen.key(KeyCode::Down);
            if let Some(run) = runs.get(at % runs.len().max(1)) {
                screen.tell(None, Report::Upload(progress(run, at as u64 % 100)));
            }
            times.add(screen.draw()?);
        }
        let what = format!("frame, 5,000 products, 8 runs, 160×50, pane {pane}");
        table.time(&format!("{what}: median"), times.at(0.5), Some(2.0))?;
        table.time(&format!("{what}: worst of 1,000"), times.at(1.0), Some(5.0))?;
    }
    Ok(())
}

/// Words typed into the filter of a long list, letter by letter.
pub(crate) fn filter(runtime: &Runtime, table: &mut Table<impl Write>) -> Outcome<()> {
    let mut screen = Screen::with(products(runtime, 10_000)?, 0)?;
    let (mut times, mut with_frame) = (Times::default(), Times::default());
    for word in [
        "northwind notes",
        "contoso",
        "e",
        "9NX",
        "zzz",
        "certification",
    ] {
        screen.key(KeyCode::Char('/'));
        for letter in word.chars() {
            let begun = Instant::now();
            screen.key(KeyCode::Char(letter));
            times.add(begun.elapsed());
            with_frame.add(begun.elapsed() + screen.draw()?);
        }
        screen.key(KeyCode::Esc);
    }
    table.time(
        "filter over 10,000 products, a key: median",
        times.at(0.5),
        Some(5.0),
    )?;
    table.time(
        "filter over 10,000 products, a key: worst",
        times.at(1.0),
        Some(5.0),
    )?;
    table.time(
        "filter over 10,000 products, key to frame: worst",
        with_frame.at(1.0),
        None,
    )?;
    Ok(())
}
