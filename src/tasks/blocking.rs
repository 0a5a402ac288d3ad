//! Work that waits for a disk, away from the async threads: a slow drive holds nobody up. Knows no job.

use std::fmt::Display;

/// Runs it there; its error, or that it broke, in words.
pub(crate) async fn away<T: Send + 'static, E: Display + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(broken) => Err(broken.to_string()),
    }
}
