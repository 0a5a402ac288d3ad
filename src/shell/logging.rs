//! The log file: sessions, requests and errors, for a report of a fault. Holds methods and paths of requests, never a secret or a signed URL.

use crate::storage::log_file;
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::Mutex,
};
use store_model::{safe_text, signed_url};
use tracing_subscriber::EnvFilter;

/// Every request and session; of other crates only what went wrong.
const USUAL: &str = "flightdeck=info,store_client=info,warn";

/// Sends everything that is traced to `flightdeck.log` in this folder, which is made if it is missing; `FLIGHTDECK_LOG` sets the
/// level. A log that cannot be written is no reason not to work.
pub fn start(folder: &Path) -> io::Result<()> {
    let file = log_file::open(folder)?;
    let filter =
        EnvFilter::try_from_env("FLIGHTDECK_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
    // A second start in one process (the demo after the welcome screen) keeps the first log.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(Lines(file)))
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
