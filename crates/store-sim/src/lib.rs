//! The simulated Store: sign-in, submission API and blob storage on one loopback listener. Apart from the rest: imports nothing of ours.

mod access;
mod account;
#[cfg(test)]
mod account_tests;
mod blobs;
mod call;
mod catalogue;
mod clock;
#[cfg(test)]
mod document_rules;
mod documents;
mod drafts;
mod errors;
mod faults;
mod hostile;
mod ingest;
mod json;
mod kept;
mod languages;
mod limits;
mod line;
mod manifest;
mod many;
mod names;
mod operator;
mod options;
mod package;
mod package_rules;
mod pipeline;
mod png;
mod products;
mod rollout;
pub mod samples;
#[cfg(test)]
mod samples_tests;
mod scenario;
mod seed;
mod server;
mod sign_in;
mod stage;
mod store;
mod stored_zip;
mod submissions;
mod types;
mod validation;
mod vocabulary;
mod world;

pub use account::{CLIENT_ID, CLIENT_SECRET, TENANT};
pub use options::SimOptions;
pub use scenario::Scenario;
pub use server::{Sim, start};
