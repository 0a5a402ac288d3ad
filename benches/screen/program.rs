//! The real program in a terminal of its own, against a simulator in this process: first frame, memory, and what it costs to stand still.

use super::{
    Outcome,
    account::{COLUMNS, ROWS},
    table::{Table, Times},
    terminal::Terminal,
};
use std::{
    fs,
    io::Write,
    num::NonZeroU16,
    path::Path,
    thread,
    time::{Duration, Instant},
};
use store_sim::{Sim, SimOptions};
use tokio::runtime::Runtime;

const STARTS: usize = 15;
/// The count of requests in the header falls for a minute after the last one.
const SETTLES: Duration = Duration::from_secs(70);
const IDLE: Duration = Duration::from_secs(20);

pub(crate) fn measure(runtime: &Runtime, table: &mut Table<impl Write>) -> Outcome<()> {
    let sim = runtime.block_on(store_sim::start(SimOptions {
        apps: Some(5000),
        rate_limit: None,
        ..SimOptions::default()
    }))?;
    let home = home(&sim)?;
    let terminal = start(home.path())?;
    terminal.until(|screen| screen.contains("Apps 5000") || screen.contains(" 5000 "))?;
    thread::sleep(Duration::from_secs(2));
    memory(&terminal, table, "memory, 5,000 products")?;
    terminal.quit()?;
    runtime.block_on(sim.stop());

    first_frame(runtime, table)?;
    idle(runtime, table)
}

/// A home folder with a profile for this simulator.
fn home(sim: &Sim) -> Outcome<tempfile::TempDir> {
    let home = tempfile::tempdir()?;
    write_config(home.path(), &sim.url())?;
    fs::write(home.path().join("secret"), store_sim::CLIENT_SECRET)?;
    Ok(home)
}

fn write_config(home: &Path, url: &str) -> Outcome<()> {
    let config = format!(
        "[profiles.bench]\ntenant_id = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ file = {} }}\nrequests_per_minute = 5000\n\
         endpoints = {{ login = \"{url}\", store = \"{url}\" }}\n",
        store_sim::TENANT,
        store_sim::CLIENT_ID,
        serde_json::to_string(&home.join("secret"))?,
    );
    Ok(fs::write(home.join("config.toml"), config)?)
}

fn start(home: &Path) -> Outcome<Terminal> {
    let (columns, rows) = NonZeroU16::new(COLUMNS)
        .zip(NonZeroU16::new(ROWS))
        .ok_or("a screen has a size")?;
    Terminal::start(
        Path::new(env!("CARGO_BIN_EXE_flightdeck")),
        home,
        columns,
        rows,
    )
}

/// From the start of the process to known names on screen, while the Store answers nothing.
fn first_frame(runtime: &Runtime, table: &mut Table<impl Write>) -> Outcome<()> {
    let sim = runtime.block_on(store_sim::start(SimOptions {
        rate_limit: None,
        ..SimOptions::default()
    }))?;
    let home = home(&sim)?;
    let terminal = start(home.path())?;
    terminal.until(|screen| screen.contains("Northwind Notes"))?;
    thread::sleep(Duration::from_secs(2));
    terminal.quit()?;
    runtime.block_on(sim.stop());
    let silent = runtime.block_on(store_sim::start(SimOptions {
        latency: Duration::from_mins(10),
        ..SimOptions::default()
    }))?;
    write_config(home.path(), &silent.url())?;
    let (mut frames, mut names) = (Times::default(), Times::default());
    for _ in 0..STARTS {
        let begun = Instant::now();
        let terminal = start(home.path())?;
        terminal.until(|screen| screen.contains("Apps"))?;
        frames.add(begun.elapsed());
        terminal.until(|screen| screen.contains("Northwind Notes"))?;
        names.add(begun.elapsed());
        terminal.quit()?;
    }
    table.time("process start to first frame, median", frames.at(0.5), None)?;
    table.time(
        "process start to known lists on screen, no answer yet, median",
        names.at(0.5),
        Some(30.0),
    )?;
    table.time(
        "process start to known lists on screen, no answer yet, worst",
        names.at(1.0),
        None,
    )?;
    runtime.block_on(silent.stop());
    Ok(())
}

/// Nothing changes: how often the program wakes up and what that costs.
fn idle(runtime: &Runtime, table: &mut Table<impl Write>) -> Outcome<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    // Two apps without anything that moves on by itself.
    let sim = runtime.block_on(store_sim::start(SimOptions {
        apps: Some(2),
        rate_limit: None,
        ..SimOptions::default()
    }))?;
    let home = home(&sim)?;
    let terminal = start(home.path())?;
    terminal.until(|screen| screen.contains("Northwind Notes"))?;
    thread::sleep(SETTLES);
    let before = Cost::of(terminal.id()?)?;
    thread::sleep(IDLE);
    let after = Cost::of(terminal.id()?)?;
    let seconds = IDLE.as_secs_f64();
    let cpu = (after.ticks - before.ticks) as f64 / 100.0;
    table.row(
        "idle: part of a core",
        cpu / seconds * 100.0,
        "%",
        Some(0.2),
    )?;
    table.row(
        &format!("idle: wake-ups in {seconds} s, all threads"),
        (after.wakes - before.wakes) as f64,
        "",
        None,
    )?;
    memory(&terminal, table, "idle: memory of a small account")?;
    terminal.quit()?;
    runtime.block_on(sim.stop());
    Ok(())
}

struct Cost {
    /// Hundredths of a second of a core.
    ticks: u64,
    /// Voluntary context switches: each is a return from sleep.
    wakes: u64,
}

impl Cost {
    fn of(process: u32) -> Outcome<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        // The name before may hold spaces; user and system time are the 12th and 13th field after it.
        let rest = stat
            .rsplit_once(')')
            .map(|(_, rest)| rest)
            .unwrap_or_default();
        let ticks = rest
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        let mut wakes = 0;
        for task in fs::read_dir(format!("/proc/{process}/task"))? {
            wakes += number(&task?.path().join("status"), "voluntary_ctxt_switches:")?;
        }
        Ok(Self { ticks, wakes })
    }
}

fn memory(terminal: &Terminal, table: &mut Table<impl Write>, what: &str) -> Outcome<()> {
    if cfg!(target_os = "linux") {
        let status = format!("/proc/{}/status", terminal.id()?);
        table.row(
            what,
            number(Path::new(&status), "VmRSS:")? as f64 / 1024.0,
            "MiB",
            Some(40.0),
        )?;
        table.row(
            &format!("{what}, at most so far"),
            number(Path::new(&status), "VmHWM:")? as f64 / 1024.0,
            "MiB",
            None,
        )?;
    }
    Ok(())
}

fn number(file: &Path, name: &str) -> Outcome<u64> {
    let text = fs::read_to_string(file)?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .ok_or("a field of /proc is missing")?;
    Ok(line.split_whitespace().next().unwrap_or_default().parse()?)
}
