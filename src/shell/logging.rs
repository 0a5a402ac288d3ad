//! The log file: sessions, requests and errors, for a report of a fault. Holds methods and paths of requests, never a secret or a signed URL.

use crate::storage::log_file;
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::Mutex,
};
use store_model::{safe_text, signed_url};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Sends everything that is traced to `flightdeck.log` in this folder, which is made if it is missing; `FLIGHTDECK_LOG` sets the
/// level (`info` by default). A log that cannot be written is no reason not to work.
pub fn start(folder: &Path) -> io::Result<()> {
    let file = log_file::open(folder)?;
    let filter = std::env::var("FLIGHTDECK_LOG")
        .ok()
        .and_then(|text| text.parse::<Targets>().ok())
        .unwrap_or_else(our_crates);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Mutex::new(Lines(file)));
    // A second start in one process (the demo after the welcome screen) keeps the first log.
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .try_init();
    Ok(())
}

/// One line for each event, whatever its texts hold: they come from the Store and from files as well.
struct Lines(File);

impl Write for Lines {
    /// Gets a whole event.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let text = signed_url::redact(text.trim_end());
        // One call for the whole line: processes that share the log do not mix their letters.
        self.0
            .write_all(format!("{}\n", safe_text::line(&text)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Our own crates tell what they do, the libraries only what went wrong.
fn our_crates() -> Targets {
    use tracing::Level;
    Targets::new()
        .with_default(Level::WARN)
        .with_targets(["flightdeck", "store_client", "store_sim"].map(|name| (name, Level::INFO)))
}
