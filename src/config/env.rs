//! The environment as a function that is passed in, and the profile that well-known variables make.
//! Knows names of variables; never keeps the value of one that holds a secret.

use super::{
    error::ConfigError,
    file::{Endpoints, REQUESTS_PER_MINUTE},
    profile::{self, Credential, Profile},
    secret::SecretSource,
};
use url::Url;

/// Looks a variable up; an empty one counts as not set (see [`value`]).
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

pub const TENANT: &str = "AZURE_TENANT_ID";
pub const CLIENT: &str = "AZURE_CLIENT_ID";
pub const SECRET: &str = "AZURE_CLIENT_SECRET";
pub const FEDERATED: &str = "AZURE_FEDERATED_TOKEN_FILE";
pub const LOGIN_URL: &str = "FLIGHTDECK_LOGIN_URL";
pub const STORE_URL: &str = "FLIGHTDECK_STORE_URL";

/// The name of the profile that the variables make.
pub const PROFILE: &str = "env";

/// The process's own environment, for `main` and for what runs far from it; a value that is no Unicode counts as not set.
pub fn process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A variable's value, `None` when it is missing or empty.
pub fn value(env: Env, name: &str) -> Option<String> {
    env(name).filter(|value| !value.trim().is_empty())
}

/// Which of the variables of the profile `env` are missing; empty when it is complete.
pub fn missing(env: Env) -> Vec<&'static str> {
    let mut missing: Vec<_> = [TENANT, CLIENT].into_iter().filter(|name| value(env, name).is_none()).collect();
    if value(env, SECRET).is_none() && value(env, FEDERATED).is_none() {
        missing.push(SECRET);
    }
    missing
}

/// The profile `env`; `None` when its variables are not all set.
pub(super) fn profile(env: Env) -> Result<Option<Profile>, ConfigError> {
    let (Some(tenant), Some(client)) = (value(env, TENANT), value(env, CLIENT)) else { return Ok(None) };
    let credential = if value(env, SECRET).is_some() {
        Credential::Secret(SecretSource::Env(SECRET.to_owned()))
    } else if let Some(file) = value(env, FEDERATED) {
        Credential::Federated(file.into())
    } else {
        return Ok(None);
    };
    let wrong = |variable: &'static str| {
        move |(what, remedy): (String, String)| ConfigError::Variable { variable: variable.into(), what, remedy }
    };
    profile::check_tenant(tenant.trim()).map_err(wrong(TENANT))?;
    let warning = profile::check_client(client.trim()).map_err(wrong(CLIENT))?;
    let url = |name: &'static str, usual: &str| -> Result<Url, ConfigError> {
        let text = value(env, name);
        profile::check_endpoint(text.as_deref().unwrap_or(usual)).map_err(wrong(name))
    };
    let usual = Endpoints::default();
    Ok(Some(Profile {
        name: PROFILE.to_owned(),
        tenant: tenant.trim().to_owned(),
        client: client.trim().to_owned(),
        credential,
        protected: false,
        read_only: false,
        requests_per_minute: REQUESTS_PER_MINUTE,
        login: url(LOGIN_URL, &usual.login)?,
        store: url(STORE_URL, &usual.store)?,
        warnings: warning.into_iter().collect(),
    }))
}
