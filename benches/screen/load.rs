//! Key to frame while uploads report and events arrive, in a loop that waits, reads and draws in the order and at the pace of the shell's.

use super::{
    Outcome,
    account::{Screen, done, exchange, products, progress},
    table::{Table, Times},
};
use flightdeck::{
    app::event::Event,
    engine::view::RunView,
    shell::pace::Pace,
    tasks::{
        load::LoadStatus,
        pool::Pool,
        report::{Connection, Report},
    },
};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::{
    io::Write,
    time::{Duration, Instant},
};
use store_model::{status::StatusReport, target::Target};
use tokio::{runtime::Runtime, sync::mpsc, time};

const KEYS: usize = 1000;
const EVENTS_PER_SECOND: u64 = 500;
const PROGRESS_PER_SECOND: u64 = 10;

pub(crate) fn keys(runtime: &Runtime, table: &mut Table<impl Write>) -> Outcome<()> {
    let list = products(runtime, 5000)?;
    for (what, filter) in [("", ""), (", filter open", "no")] {
        let mut screen = Screen::with(list.clone(), 8)?;
        if !filter.is_empty() {
            screen.key(KeyCode::Char('/'));
            filter
                .chars()
                .for_each(|letter| drop(screen.key(KeyCode::Char(letter))));
            screen.key(KeyCode::Enter);
        }
        let times = runtime.block_on(under_load(&mut screen))?;
        let name = format!("key to frame, 8 uploads, {EVENTS_PER_SECOND} events/s{what}");
        table.time(&format!("{name}: median"), times.at(0.5), None)?;
        table.time(
            &format!("{name}: 99th percentile"),
            times.at(0.99),
            Some(16.0),
        )?;
    }
    Ok(())
}

async fn under_load(screen: &mut Screen) -> Outcome<Times> {
    let (sender, mut reports) = Pool::channel();
    let views: Vec<RunView> = screen
        .app
        .model()
        .runs
        .iter()
        .map(|row| row.view.clone())
        .collect();
    let pending: Vec<(Target, String)> = screen
        .app
        .model()
        .apps
        .products
        .value()
        .into_iter()
        .flatten()
        .filter_map(|product| Some((product.target.clone(), product.pending.clone()?)))
        .collect();
    let uploads: Vec<_> = views.iter().map(|view| view.id.clone()).collect();
    let events = sender.clone();
    let reporting = tokio::spawn(async move {
        let mut pause = time::interval(Duration::from_millis(1000 / PROGRESS_PER_SECOND));
        for percent in 0.. {
            pause.tick().await;
            for run in &uploads {
                let _ = sender.try_send((None, Report::Upload(progress(run, percent % 100))));
            }
        }
    });
    let arriving = tokio::spawn(async move {
        let mut pause = time::interval(Duration::from_micros(1_000_000 / EVENTS_PER_SECOND));
        for at in 0_usize.. {
            pause.tick().await;
            let Some((target, submission)) = pending.get(at % pending.len().max(1)) else {
                return;
            };
            let Some(view) = views.get(at / 10 % views.len().max(1)) else {
                return;
            };
            let report = match at % 10 {
                0 => Report::Run(Box::new(view.clone())),
                1 | 2 => done(
                    &LoadStatus {
                        target: target.clone(),
                        submission: submission.clone(),
                    },
                    StatusReport::read(&serde_json::json!({"status": "Certification"})),
                ),
                3 | 4 => Report::Connection(Connection {
                    used: at as u32 % 20,
                    limit: 20,
                    ..Connection::default()
                }),
                _ => Report::Exchange(exchange(at, target)),
            };
            if events.send((None, report)).await.is_err() {
                return;
            }
        }
    });
    let (press, mut pressed) = mpsc::channel(64);
    let typing = tokio::spawn(async move {
        for at in 0..KEYS {
            // Never in step with the frames.
            time::sleep(Duration::from_micros(15_000 + (at as u64 * 7919) % 20_000)).await;
            if press.send(Instant::now()).await.is_err() {
                return;
            }
        }
    });

    let mut times = Times::default();
    let mut pace = Pace::default();
    let mut waiting: Vec<Instant> = Vec::new();
    let mut batch = Vec::with_capacity(64);
    let mut is_down = true;
    loop {
        if screen.app.take_dirty() {
            pace.mark();
        }
        if pace.is_due(Instant::now()) {
            screen.draw()?;
            pace.drawn(Instant::now());
            for key in waiting.drain(..) {
                times.add(key.elapsed());
            }
        }
        let deadline = pace.due(Instant::now()).map(time::Instant::from_std);
        let sleep = async {
            match deadline {
                Some(at) => time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            key = pressed.recv() => match key {
                Some(at) => {
                    pace.touched();
                    waiting.push(at);
                    is_down = !is_down;
                    let code = if is_down { KeyCode::Down } else { KeyCode::Up };
                    let now = screen.now();
                    screen.app.handle(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)), now);
                }
                None => break,
            },
            _ = reports.recv_many(&mut batch, 64) => {
                let now = screen.now();
                for (job, report) in batch.drain(..) {
                    screen.app.handle(Event::Report(job, report), now);
                }
            }
            () = sleep => {}
        }
    }
    for task in [reporting, arriving, typing] {
        task.abort();
    }
    Ok(times)
}
