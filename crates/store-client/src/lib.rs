//! A client of the Microsoft Store submission API: sign-in, calls, request budget, retries, and the upload to blob storage.
//! The only user of `reqwest` and of the Azure crates.

mod auth;
pub mod blob;
mod budget;
mod call;
mod calls;
mod client;
mod clock;
mod coalesce;
mod endpoint;
mod error;
mod exchange;
mod fault;
pub mod http;
mod ledger;
mod lists;
mod minute;
mod retry;
mod transport;
mod waits;
mod wire;
mod words;

pub use auth::{Credential, SecretSource};
pub use budget::{BudgetView, Hold};
pub use calls::{Fetched, NewAddOn, NewFlight, Rollout};
pub use client::{REQUESTS_PER_MINUTE, Store, StoreSettings};
pub use clock::Clock;
pub use endpoint::{EndpointError, check_endpoint};
pub use error::{ApiError, SecretFault};
pub use exchange::{Exchange, Observe};
pub use fault::Trouble;
pub use ledger::Ledger;
pub use minute::{Pause, Priority};
pub use retry::Patience;
pub use waits::{Waiting, Waits};
