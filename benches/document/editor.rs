//! The editor as a person has it: keys in, frames out, on a terminal in memory.

use super::{
    Outcome,
    account::{Screen, done, products},
    table::{Table, Times},
};
use flightdeck::{
    app::event::{Effect, Event},
    features::{diff::tasks::Compare, review::tasks::Analyze},
    tasks::{
        check::CheckDocument, load::LoadTarget, report::TargetDetail, reporter::JobId,
        task::AnyTask,
    },
};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::Value;
use std::{
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};
use store_model::submission::Submission;
use tokio::runtime::Runtime;

/// A key with its frame.
fn press(screen: &mut Screen, code: KeyCode, modifiers: KeyModifiers) -> Outcome<Duration> {
    let (now, begun) = (screen.now(), Instant::now());
    screen
        .app
        .handle(Event::Key(KeyEvent::new(code, modifiers)), now);
    let handled = begun.elapsed();
    Ok(handled + screen.draw()?)
}

/// Lets time pass; gives what handling and frame cost, and the text that a job is to judge.
fn pause(screen: &mut Screen) -> Outcome<(Duration, Option<(JobId, AnyTask)>)> {
    let begun = Instant::now();
    let effects = screen.pass(Duration::from_secs(5));
    let spent = begun.elapsed() + screen.draw()?;
    let judge = effects.into_iter().find_map(|effect| match effect {
        Effect::Start(id, job) if job.is::<CheckDocument>() => Some((id, job)),
        _ => None,
    });
    Ok((spent, judge))
}

pub(crate) fn measure(
    runtime: &Runtime,
    document: Value,
    table: &mut Table<impl Write>,
) -> Outcome<()> {
    let list = products(runtime, 10)?;
    let Some(mut product) = list.first().cloned() else {
        return Err("no product".into());
    };
    let mut screen = Screen::with(list, 0)?;
    // The cursor may stand elsewhere: the detail of whatever is selected is loaded after a moment.
    let asked = screen
        .pass(Duration::from_secs(1))
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Start(id, task) => Some((id, task.get::<LoadTarget>()?.clone())),
            _ => None,
        });
    let Some((job, load)) = asked else {
        return Err("the selected target was not asked for".into());
    };
    let size = serde_json::to_string_pretty(&document)?.len();
    let name = format!("document of {:.1} MB", size as f64 / 1e6);
    let published = Submission {
        id: "1152921505690000101".to_owned(),
        document,
    };
    product.target = load.0.clone();
    let detail = TargetDetail {
        product,
        published: Some(published),
        pending: None,
        edit: None,
    };
    let begun = Instant::now();
    screen.tell(Some(job), done(&load, Arc::new(detail)));
    let shown = begun.elapsed() + screen.draw()?;
    table.time(&format!("{name}: shown in the detail pane"), shown, None)?;

    let opened = press(&mut screen, KeyCode::Char('e'), KeyModifiers::NONE)?;
    table.time(
        &format!("{name}: opened in the editor, first frame"),
        opened,
        Some(200.0),
    )?;
    let before = screen.text();
    let (spent, judge) = pause(&mut screen)?;
    table.time(&format!("{name}: first pause"), spent, Some(10.0))?;
    answer(&mut screen, judge, &name, table)?;

    let mut times = Times::default();
    for place in 0..3 {
        if place > 0 {
            (0..2000).for_each(|_| drop(screen.key(KeyCode::PageDown)));
        }
        for letter in "a word, typed into the text".chars() {
            times.add(press(
                &mut screen,
                KeyCode::Char(letter),
                KeyModifiers::NONE,
            )?);
        }
        for code in [
            KeyCode::Enter,
            KeyCode::Backspace,
            KeyCode::Down,
            KeyCode::Up,
            KeyCode::PageDown,
            KeyCode::End,
        ] {
            times.add(press(&mut screen, code, KeyModifiers::NONE)?);
        }
    }
    if screen.text() == before {
        return Err("the editor took no key".into());
    }
    table.time(
        &format!("{name}: a key to its frame, median"),
        times.at(0.5),
        Some(10.0),
    )?;
    table.time(
        &format!("{name}: a key to its frame, worst"),
        times.at(1.0),
        Some(10.0),
    )?;
    let (spent, judge) = pause(&mut screen)?;
    table.time(
        &format!("{name}: pause after typing, kept and handed on"),
        spent,
        Some(10.0),
    )?;
    answer(&mut screen, judge, &name, table)?;

    let control = KeyModifiers::CONTROL;
    let keys = [
        ("undo", KeyCode::Char('z'), control),
        ("redo", KeyCode::Char('y'), control),
        ("fold all alike", KeyCode::F(7), KeyModifiers::NONE),
        (
            "a page down over folds",
            KeyCode::PageDown,
            KeyModifiers::NONE,
        ),
        ("unfold all", KeyCode::F(9), KeyModifiers::NONE),
        ("to the start", KeyCode::Home, control),
        ("partner of the first bracket", KeyCode::Char('b'), control),
    ];
    for (what, code, modifiers) in keys {
        let spent = press(&mut screen, code, modifiers)?;
        table.time(&format!("{name}: {what}"), spent, Some(10.0))?;
    }
    // What was typed at random places is no JSON any more.
    for _ in 0..200 {
        press(&mut screen, KeyCode::Char('z'), control)?;
    }
    press(&mut screen, KeyCode::Char('f'), control)?;
    let mut times = Times::default();
    for letter in "screenshot".chars() {
        times.add(press(
            &mut screen,
            KeyCode::Char(letter),
            KeyModifiers::NONE,
        )?);
    }
    table.time(
        &format!("{name}: a letter of a search, worst"),
        times.at(1.0),
        Some(10.0),
    )?;
    // Out of the search, a letter into the name that it has found, and out of the text.
    for code in [KeyCode::Esc, KeyCode::Char('x'), KeyCode::Esc] {
        screen.key(code);
    }
    let (_, judge) = pause(&mut screen)?;
    answer(&mut screen, judge, &name, table)?;
    review_and_diff(&mut screen, &name, table)
}

/// What reads the whole document: opened by a key, compared by a job, shown.
fn review_and_diff(screen: &mut Screen, name: &str, table: &mut Table<impl Write>) -> Outcome<()> {
    let (opened, mut asked) = (
        press(screen, KeyCode::Char('d'), KeyModifiers::NONE)?,
        Vec::new(),
    );
    table.time(&format!("{name}: the Diff tab opened"), opened, Some(10.0))?;
    asked.extend(screen.pass(Duration::ZERO));
    compared(
        screen,
        asked,
        &format!("{name}: the Diff tab, compared, is shown"),
        table,
    )?;
    let (now, begun) = (screen.now(), Instant::now());
    let asked = screen.app.handle(
        Event::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::NONE)),
        now,
    );
    let opened = begun.elapsed() + screen.draw()?;
    if screen.app.overlays() != ["review"] {
        return Err("the review did not open".into());
    }
    table.time(&format!("{name}: the review opened"), opened, Some(10.0))?;
    compared(
        screen,
        asked,
        &format!("{name}: the review, weighed, is shown"),
        table,
    )
}

/// Does what the job would do, and measures what its answer costs on the screen.
fn compared(
    screen: &mut Screen,
    asked: Vec<Effect>,
    what: &str,
    table: &mut Table<impl Write>,
) -> Outcome<()> {
    let told = asked.into_iter().find_map(|effect| match effect {
        Effect::Start(id, job) => {
            let message = if let Some(task) = job.get::<Compare>() {
                done(task, Arc::new(task.difference()))
            } else {
                let task = job.get::<Analyze>()?;
                done(task, Arc::new(task.analysis(jiff::Timestamp::now())))
            };
            Some((id, message))
        }
        _ => None,
    });
    let (id, report) = told.ok_or_else(|| {
        format!(
            "no job was asked to compare the documents:\n{}",
            screen.text()
        )
    })?;
    let begun = Instant::now();
    screen.tell(Some(id), report);
    let spent = begun.elapsed() + screen.draw()?;
    Ok(table.time(what, spent, Some(10.0))?)
}

/// Does what the job would do, and measures what its answer costs on the screen.
fn answer(
    screen: &mut Screen,
    judge: Option<(JobId, AnyTask)>,
    name: &str,
    table: &mut Table<impl Write>,
) -> Outcome<()> {
    let Some((id, job)) = judge else {
        return Err("no task was started to check the text".into());
    };
    let Some(task) = job.get::<CheckDocument>() else {
        return Err("another task was started".into());
    };
    let report = done(task, Arc::new(task.checked(jiff::Timestamp::now())));
    let begun = Instant::now();
    screen.tell(Some(id), report);
    let spent = begun.elapsed() + screen.draw()?;
    table.time(
        &format!("{name}: what the check found is shown"),
        spent,
        Some(10.0),
    )?;
    Ok(())
}
