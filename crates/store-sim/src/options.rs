//! How a simulator is started.

use crate::scenario::Scenario;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How to start a simulator.
#[derive(Clone, Debug)]
pub struct SimOptions {
    /// Port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// How much faster than real time the pipeline runs: at 1, a commit without faults is published after about 40 s.
    pub speed: f64,
    /// The number of apps, when the demo account is too small: its own come first, then generated ones.
    pub apps: Option<usize>,
    /// The number of generated add-ons, beside the demo's.
    pub add_ons: usize,
    /// The most apps and add-ons that have a submission on its way; `None` leaves all.
    pub drafts: Option<usize>,
    /// Store requests a minute; `None` for no limit.
    pub rate_limit: Option<u32>,
    /// How long a token lives, in real time.
    pub token_lifetime: Duration,
    /// How long an upload URL lives, in real time.
    pub sas_lifetime: Duration,
    /// The delay before every answer of sign-in and Store.
    pub latency: Duration,
    /// Replaces scheme and host of the upload URLs handed out.
    pub upload_url: Option<String>,
    /// Faults, and behaviour that was reported in two ways.
    pub scenario: Scenario,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            speed: 1.0,
            apps: None,
            add_ons: 0,
            drafts: None,
            rate_limit: Some(20),
            token_lifetime: Duration::from_hours(1),
            sas_lifetime: Duration::from_hours(24),
            latency: Duration::ZERO,
            upload_url: None,
            scenario: Scenario::default(),
        }
    }
}
