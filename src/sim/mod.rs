//! The simulated Store: sign-in, submission API and blob storage on one loopback listener. Apart from the rest: imports nothing of ours.

pub mod seed;
mod account;
mod blobs;
mod documents;
mod inspect;
mod many;
mod manifest;
mod png;
pub mod samples;
mod stored_zip;
