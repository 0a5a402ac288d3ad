//! How a simulator is started.

use crate::scenario::Scenario;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct SimOptions {
    /// Port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// How much faster than real the pipeline runs: at 1 a clean commit is published after about 40 s.
    pub speed: f64,
    /// That many generated apps instead of the demo account.
    pub apps: Option<usize>,
    /// Store requests a minute; `None` for no limit.
    pub rate_limit: Option<u32>,
    /// Real time, whatever the speed.
    pub token_lifetime: Duration,
    /// Real time, whatever the speed.
    pub sas_lifetime: Duration,
    /// Waited before every answer of sign-in and Store.
    pub latency: Duration,
    /// Replaces scheme and host of the upload URLs handed out.
    pub upload_url: Option<String>,
    pub scenario: Scenario,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            speed: 1.0,
            apps: None,
            rate_limit: Some(20),
            token_lifetime: Duration::from_hours(1),
            sas_lifetime: Duration::from_hours(24),
            latency: Duration::ZERO,
            upload_url: None,
            scenario: Scenario::default(),
        }
    }
}
