//! What outlives the process: files for their owner alone, written so that a crash leaves the old or the new content.

pub mod atomic;
pub mod cache;
pub mod config;
mod draft_name;
pub mod drafts;
pub mod error;
pub mod history;
pub mod holder;
pub mod home;
pub mod input;
pub mod ledger;
pub mod lock;
pub mod log_file;
pub mod runs;
pub mod submissions;

pub use cache::Cache;
pub use drafts::{Draft, DraftFile, Drafts, EditedDraft, Kept, MOST_PUTS};
pub use error::DiskError;
pub use history::{Finished, History, StageTime};
pub use holder::Holder;
pub use home::Home;
pub use ledger::LedgerFile;
pub use lock::Lock;
pub use runs::{Journal, RunFile, Runs};
pub use submissions::Submissions;
