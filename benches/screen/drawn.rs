//! Frames, filter and editor: what one key or one frame costs by itself.

use super::{
    Outcome,
    account::{Screen, products, progress},
    table::{Table, Times},
};
use flightdeck::{
    app::event::Effect,
    domain::submission::Submission,
    jobs::{
        job::{Job, JobId},
        report::{Report, TargetDetail},
    },
};
use ratatui::crossterm::event::KeyCode;
use serde_json::{Map, Value, json};
use std::{
    io::Write,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// One frame after another, each with another row selected and another upload further on.
pub fn frames(runtime: &Runtime, table: &mut Table<impl Write>) -> Outcome<()> {
    let mut screen = Screen::with(products(runtime, 5000)?, 8)?;
    let runs: Vec<_> = screen.app.model().runs.iter().map(|row| row.view.id.clone()).collect();
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
pub fn filter(runtime: &Runtime, table: &mut Table<impl Write>) -> Outcome<()> {
    let mut screen = Screen::with(products(runtime, 10_000)?, 0)?;
    let (mut times, mut with_frame) = (Times::default(), Times::default());
    for word in ["northwind notes", "contoso", "e", "9NX", "zzz", "certification"] {
        screen.key(KeyCode::Char('/'));
        for letter in word.chars() {
            let begun = Instant::now();
            screen.key(KeyCode::Char(letter));
            times.add(begun.elapsed());
            with_frame.add(begun.elapsed() + screen.draw()?);
        }
        screen.key(KeyCode::Esc);
    }
    table.time("filter over 10,000 products, a key: median", times.at(0.5), Some(5.0))?;
    table.time("filter over 10,000 products, a key: worst", times.at(1.0), Some(5.0))?;
    table.time("filter over 10,000 products, key to frame: worst", with_frame.at(1.0), None)?;
    Ok(())
}

/// A document of 5 MB: opened, then typed into, then judged at the pause.
pub fn editor(runtime: &Runtime, table: &mut Table<impl Write>) -> Outcome<()> {
    let list = products(runtime, 10)?;
    let Some(product) = list.first().cloned() else { return Err("no product".into()) };
    let mut screen = Screen::with(list, 0)?;
    // The cursor may stand elsewhere: the detail of whatever is selected is loaded after a moment.
    let asked = screen.pass(Duration::from_secs(1));
    let job = asked.iter().find_map(|effect| match effect {
        Effect::Start(id, Job::LoadTarget(target)) => Some((*id, target.clone())),
        _ => None,
    });
    let Some((job, target)): Option<(JobId, _)> = job else { return Err("the selected target was not asked for".into()) };
    let document = large_document(5_000_000);
    let size = serde_json::to_string_pretty(&document)?.len();
    let published = Submission { id: "1152921505690000101".to_owned(), document };
    let mut product = product;
    product.target = target;
    let detail = TargetDetail { product, published: Some(published), pending: None, edit: None };
    let begun = Instant::now();
    screen.tell(Some(job), Report::Target(Box::new(detail)));
    let shown = begun.elapsed() + screen.draw()?;
    let name = format!("document of {:.1} MB", size as f64 / 1e6);
    table.time(&format!("{name}: shown in the detail pane"), shown, None)?;

    let begun = Instant::now();
    screen.key(KeyCode::Char('e'));
    let opened = begun.elapsed() + screen.draw()?;
    table.time(&format!("{name}: opened in the editor"), opened, Some(200.0))?;
    let before = screen.text();

    let mut times = Times::default();
    for place in 0..3 {
        if place > 0 {
            (0..2000).for_each(|_| drop(screen.key(KeyCode::PageDown)));
        }
        for letter in "a word, typed into the text".chars() {
            let begun = Instant::now();
            screen.key(KeyCode::Char(letter));
            times.add(begun.elapsed() + screen.draw()?);
        }
        for code in [KeyCode::Enter, KeyCode::Backspace, KeyCode::Down, KeyCode::Up, KeyCode::PageDown, KeyCode::End] {
            let begun = Instant::now();
            screen.key(code);
            times.add(begun.elapsed() + screen.draw()?);
        }
    }
    if screen.text() == before {
        return Err("the editor took no key".into());
    }
    table.time(&format!("{name}, a key to its frame: median"), times.at(0.5), Some(10.0))?;
    table.time(&format!("{name}, a key to its frame: worst"), times.at(1.0), Some(10.0))?;
    let begun = Instant::now();
    screen.pass(Duration::from_secs(5));
    table.time(&format!("{name}, judged at the pause"), begun.elapsed() + screen.draw()?, None)?;
    Ok(())
}

/// A submission with listings in so many languages that it has this many bytes.
fn large_document(bytes: usize) -> Value {
    let mut listings = Map::new();
    let text = "Notes that open in half the time, with tabs, printing and a search that finds. ";
    let listing = |language: &str| {
        let images: Vec<_> = (0..40)
            .map(|at| json!({"fileName": format!("{language}/{at}.png"), "fileStatus": "Uploaded", "id": at.to_string(), "imageType": "Screenshot"}))
            .collect();
        let features: Vec<_> = (0..20).map(|at| format!("{at} {text}")).collect();
        json!({"baseListing": {"title": "Notes", "description": text.repeat(100), "features": features, "releaseNotes": text.repeat(15), "images": images}})
    };
    let each = serde_json::to_string_pretty(&listing("xx-00")).unwrap_or_default().len();
    for at in 0..bytes.div_ceil(each) {
        let language = format!("xx-{at:03}");
        listings.insert(language.clone(), listing(&language));
    }
    json!({
        "id": "1152921505690000101", "applicationCategory": "Productivity_FilesAndNotes", "visibility": "Public",
        "targetPublishMode": "Immediate", "listings": listings, "applicationPackages": [], "status": "Published"
    })
}
