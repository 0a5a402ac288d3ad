//! The tasks of the dashboard against the simulator over real HTTP: what each one reports, in which order, and what it leaves
//! behind in the account and on disk; then whole dashboards on the same pool.
#![cfg(feature = "sim")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails loudly")]

#[path = "jobs/bench.rs"]
mod bench;
#[path = "jobs/dashboard.rs"]
mod dashboard;
#[path = "jobs/drift.rs"]
mod drift;
#[path = "jobs/edits.rs"]
mod edits;
#[path = "jobs/files.rs"]
mod files;
#[path = "jobs/first_minute.rs"]
mod first_minute;
#[path = "jobs/pool.rs"]
mod pool;
#[path = "jobs/reads.rs"]
mod reads;
#[path = "jobs/runs.rs"]
mod runs;
#[path = "support/services.rs"]
mod services;
#[path = "jobs/settled.rs"]
mod settled;
