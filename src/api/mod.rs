//! Floor 2: the network. The only user of `reqwest` and of the Azure crates.

pub mod blob;
pub mod http;
mod transport;
