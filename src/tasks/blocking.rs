//! Runs blocking disk work off the async threads, so that a slow drive holds nothing else up. Knows no task.

use std::fmt::Display;

/// Runs it there; gives its error, or that it panicked, as a message.
pub(crate) async fn away<T: Send + 'static, E: Display + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(broken) => Err(broken.to_string()),
    }
}
