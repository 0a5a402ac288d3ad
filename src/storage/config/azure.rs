//! The profile `env`, which the variables that every Azure tool knows make without any config file.

use super::{
    env::{self, Env},
    error::ConfigError,
    file::{Endpoints, REQUESTS_PER_MINUTE},
    profile::{self, Credential, Profile},
    secret::SecretSource,
};
use url::Url;

/// The profile `env`; `None` when its variables are not all set.
pub(super) fn profile(env: Env) -> Result<Option<Profile>, ConfigError> {
    let (Some(tenant), Some(client)) = (env::value(env, env::TENANT), env::value(env, env::CLIENT))
    else {
        return Ok(None);
    };
    let credential = if env::value(env, env::SECRET).is_some() {
        Credential::Secret(SecretSource::Env(env::SECRET.to_owned()))
    } else if let Some(file) = env::value(env, env::FEDERATED) {
        Credential::Federated(file.into())
    } else {
        return Ok(None);
    };
    let wrong = |variable: &'static str| {
        move |(what, remedy): (String, String)| ConfigError::Variable {
            variable: variable.into(),
            what,
            remedy,
        }
    };
    profile::check_tenant(tenant.trim()).map_err(wrong(env::TENANT))?;
    let warning = profile::check_client(client.trim()).map_err(wrong(env::CLIENT))?;
    let url = |name: &'static str, usual: &str| -> Result<Url, ConfigError> {
        let text = env::value(env, name);
        profile::check_endpoint(text.as_deref().unwrap_or(usual)).map_err(wrong(name))
    };
    let usual = Endpoints::default();
    Ok(Some(Profile {
        name: env::PROFILE.to_owned(),
        tenant: tenant.trim().to_owned(),
        client: client.trim().to_owned(),
        credential,
        protected: false,
        read_only: false,
        requests_per_minute: REQUESTS_PER_MINUTE,
        login: url(env::LOGIN_URL, &usual.login)?,
        store: url(env::STORE_URL, &usual.store)?,
        warnings: warning.into_iter().collect(),
    }))
}
