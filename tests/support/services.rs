//! The program's services on a simulated Store, as the dashboard and the commands have them, with a home of their own.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use flightdeck::{
    storage::config::{Config, Credential, Paths, Profile, SecretSource},
    tasks::services::Services,
};
use std::path::Path;
use store_client::Observe;

/// No limit of requests that a test could come near.
const REQUESTS: u32 = 50_000;

/// `settings` is the config file's text.
pub(crate) fn open(url: &str, home: &Path, settings: &str, observe: Observe) -> Services {
    open_limited(url, home, settings, observe, REQUESTS)
}

/// With a limit of requests a minute.
pub(crate) fn open_limited(
    url: &str,
    home: &Path,
    settings: &str,
    observe: Observe,
    requests_per_minute: u32,
) -> Services {
    let path = |name: &str| home.join(name);
    let paths = Paths {
        config_file: path("config.toml"),
        is_config_named: false,
        data: path("data"),
        cache: path("cache"),
    };
    let config = Config::parse(paths, settings.to_owned()).unwrap();
    let profile = Profile {
        name: "test".into(),
        tenant: store_sim::TENANT.into(),
        client: store_sim::CLIENT_ID.into(),
        credential: Credential::Secret(SecretSource::Held(
            store_sim::CLIENT_SECRET.to_owned().into(),
        )),
        protected: false,
        read_only: false,
        requests_per_minute,
        login: url.parse().unwrap(),
        store: url.parse().unwrap(),
        warnings: Vec::new(),
    };
    Services::open(&config, &profile, observe).unwrap()
}
