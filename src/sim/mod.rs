//! The simulated Store: sign-in, submission API and blob storage on one loopback listener. Apart from the rest: imports nothing of ours.

mod account;
mod blobs;
mod documents;
mod inspect;
mod manifest;
mod many;
mod png;
pub mod samples;
pub mod seed;
mod stored_zip;
