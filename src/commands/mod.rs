//! The commands without a screen, one file each: text for people or JSON lines for scripts; exit codes.

mod account;
mod check;
mod compose;
pub mod context;
mod diff;
mod diff_text;
mod drafts;
pub mod event;
pub mod exit;
mod list;
mod on_change;
pub mod operation;
mod pack;
pub mod printer;
mod publish;
mod resume;
mod rollout;
pub mod run;
mod run_log;
mod show;
#[cfg(feature = "sim")]
pub mod sim;
mod texts;
mod watch;
