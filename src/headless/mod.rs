//! Floor 8: the same jobs without a screen. One file a command; text for people or JSON lines for scripts; exit codes.

mod account;
mod check;
mod diff;
mod diff_text;
mod drafts;
mod errand;
pub mod exit;
mod list;
mod pack;
pub mod printer;
mod publish;
mod resume;
mod rollout;
pub mod run;
mod session;
mod show;
mod texts;
