//! A Store in this process and a home that outlives the program.

use crate::dashboard::{Dashboard, Size};
use std::fs;
use store_sim::{Sim, SimOptions};
use tempfile::TempDir;

/// A Store in this process and a profile for it, so that the home outlives the program.
pub(crate) struct Account {
    pub sim: Sim,
    pub runtime: tokio::runtime::Runtime,
    pub home: TempDir,
}

impl Account {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// A line on which the large sample takes minutes, so that it is still under way however slow the machine is.
    pub(crate) fn with_slow_line() -> Self {
        let account = Self::with("[follow]\nshortest = \"1s\"\n[upload]\nbandwidth = \"4 MB\"\n");
        store_sim::samples::write(account.home.path()).unwrap();
        account
    }

    /// `settings` go into the config file.
    pub(crate) fn with(settings: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sim = runtime
            .block_on(store_sim::start(SimOptions {
                speed: 10.0,
                rate_limit: None,
                ..SimOptions::default()
            }))
            .unwrap();
        let home = tempfile::tempdir().unwrap();
        let config = format!(
            "{settings}[profiles.test]\ntenant_id = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ env = \"TEST_SECRET\" }}\n\
             requests_per_minute = 5000\nendpoints = {{ login = \"{url}\", store = \"{url}\" }}\n",
            store_sim::TENANT,
            store_sim::CLIENT_ID,
            url = sim.url()
        );
        fs::write(home.path().join("config.toml"), config).unwrap();
        Self { sim, runtime, home }
    }

    pub(crate) fn open(&self, size: Size, secret: &str) -> Dashboard {
        Dashboard::at(self.home.path(), size, &[("TEST_SECRET", secret)])
    }

    /// The dashboard with its lists.
    pub(crate) fn dashboard(&self, size: Size) -> Dashboard {
        let mut dashboard = self.open(size, store_sim::CLIENT_SECRET);
        dashboard.lists();
        dashboard
    }
}
