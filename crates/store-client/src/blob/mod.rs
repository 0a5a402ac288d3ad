//! Upload of one file, or of parts that make one, to a signed blob URL: in blocks, in parallel, resumable. Knows nothing of the Store.

mod body;
mod buffers;
mod error;
mod identity;
mod layout;
mod pace;
mod plan;
mod progress;
mod run;
mod send;
mod service;
mod source;
#[cfg(test)]
mod tests;
mod throttle;
mod upload;
mod url;
mod watch;

pub use error::UploadError;
pub use identity::FileIdentity;
pub use plan::{Checksum, UploadEvent, UploadSettings, Uploaded};
pub use run::{etag, upload};
pub use source::{Part, Source, SourceReader};
pub use upload::{Gate, Hooks};
pub use url::{UploadUrl, UploadUrlError};
