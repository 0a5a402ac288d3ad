//! The simulated Store: sign-in, submission API and blob storage on one loopback listener. Apart from the rest: imports nothing of ours.

mod access;
mod account;
mod arrival;
mod blobs;
mod call;
mod clock;
mod drafts;
mod errors;
mod faults;
mod inspect;
mod json;
mod kept;
mod languages;
mod limits;
mod line;
mod manifest;
mod names;
mod operator;
mod options;
mod pipeline;
mod products;
mod rollout;
mod samples;
mod scenario;
pub mod seed;
mod server;
mod sign_in;
mod stage;
mod store;
mod submissions;
mod validation;
mod vocabulary;
mod world;

pub use options::SimOptions;
pub use scenario::Scenario;
pub use server::{Sim, start};
