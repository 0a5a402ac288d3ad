//! A simulator of the Microsoft Store submission API: sign-in, submissions and blob storage on one loopback listener.
//!
//! It shares no code with the client, so that a mistake in one of them shows. What the real service is known to do is in
//! `docs/store-api.md`; a [`Scenario`] adds faults and behaviour that was reported in two ways. People's actions in Partner
//! Center are requests below `/_sim/operator/`, and `/_sim/state` tells what was asked and done.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! let sim = store_sim::start(store_sim::SimOptions::default()).await?;
//! println!("{}", sim.url());
//! sim.stop().await;
//! # Ok(())
//! # }
//! ```

mod access;
mod account;
#[cfg(test)]
mod account_tests;
mod blobs;
mod block_map;
mod call;
mod catalogue;
mod clock;
mod connection;
mod documents;
mod drafts;
mod errors;
mod faults;
mod generated;
mod hostile;
mod ingest;
mod json;
mod languages;
mod limits;
mod manifest;
mod member_names;
mod member_types;
mod operator;
mod options;
mod package;
mod package_rules;
mod pipeline;
mod products;
mod put_document;
mod rollout;
pub mod samples;
#[cfg(test)]
mod samples_tests;
mod scenario;
mod seed;
mod server;
mod service;
mod sign_in;
mod stage;
mod store;
mod stored_zip;
mod submissions;
mod validation;
mod vocabulary;
mod zip_heads;

pub use account::{CLIENT_ID, CLIENT_SECRET, TENANT};
pub use options::SimOptions;
pub use scenario::Scenario;
pub use server::{Sim, start};
