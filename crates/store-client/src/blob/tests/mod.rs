//! Uploads over real HTTP against a small blob service whose faults the tests script.

mod fake;
mod refusing;
mod resuming;
mod sending;
