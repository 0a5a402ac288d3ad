//! Floor 4: work that takes time. The only callers of `api` and `disk`; knows no screen.

pub mod browse;
pub mod job;
pub mod report;
