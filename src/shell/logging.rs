//! The log file: what happened inside, for a report of a fault. Holds methods and paths of requests, never a secret or a signed URL.

use std::{
    fs::{self, OpenOptions},
    path::Path,
    sync::Mutex,
};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// A log that has grown beyond this is put aside; one older log is kept.
const MOST: u64 = 4 * 1024 * 1024;

/// Sends everything that is traced to `flightdeck.log` in this folder; `FLIGHTDECK_LOG` sets the level (`info` by default).
/// A log that cannot be written is no reason not to work.
pub fn start(folder: &Path) {
    let path = folder.join("flightdeck.log");
    if fs::metadata(&path).is_ok_and(|facts| facts.len() > MOST) {
        let _ = fs::rename(&path, folder.join("flightdeck.old.log"));
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let Ok(file) = options.open(&path) else {
        return;
    };
    let filter = std::env::var("FLIGHTDECK_LOG")
        .ok()
        .and_then(|text| text.parse::<Targets>().ok())
        .unwrap_or_else(our_crates);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Mutex::new(file));
    // A second start in one process (the demo after the welcome screen) keeps the first log.
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .try_init();
}

/// Our own crates tell what they do, the libraries only what went wrong.
fn our_crates() -> Targets {
    use tracing::Level;
    Targets::new()
        .with_default(Level::WARN)
        .with_targets(["flightdeck", "store_client", "store_sim"].map(|name| (name, Level::INFO)))
}
