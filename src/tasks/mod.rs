//! Floor 4: work that takes time. The only callers of `api` and `disk`; knows no screen.

pub mod blocking;
pub mod browse;
pub mod check;
pub mod digest;
pub mod drive;
pub mod drive_outcome;
mod driver;
pub mod history;
pub mod history_item;
pub mod journal;
pub mod load;
pub mod manage;
pub mod message;
pub mod pack;
pub mod pool;
pub mod probe;
pub mod renew;
pub mod report;
pub mod reporter;
pub mod rollout;
pub mod runs;
mod sending;
pub mod services;
mod shared_budget;
pub mod task;
pub mod texts;
pub mod working_copy;
