//! Asynchronous work: the pool, what tasks report, and the tasks that read. Knows no screen.

pub mod assemble;
pub mod blocking;
pub mod browse;
pub mod check;
pub mod digest;
pub mod gather;
pub mod history;
pub mod history_item;
pub mod interrupted;
pub mod load;
pub mod message;
pub mod mute;
pub mod pack;
pub mod pool;
pub mod report;
pub mod reporter;
pub mod services;
mod shared_budget;
pub mod sightings;
pub mod task;
pub mod texts;
pub mod working_copy;
