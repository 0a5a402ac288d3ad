//! The simulated Store: sign-in, submission API and blob storage on one loopback listener. Apart from the rest: imports nothing of ours.

pub mod seed;
mod account;
#[cfg(test)]
mod account_tests;
mod blobs;
mod documents;
mod inspect;
mod many;
mod manifest;
mod png;
pub mod samples;
#[cfg(test)]
mod samples_tests;
mod stored_zip;
