//! The environment as a function that is passed in, and the names of the variables that are looked up.
//! Never keeps the value of one that holds a secret.

/// Looks a variable up; an empty one counts as not set (see [`value`]).
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Puts config, data and cache below one folder.
pub const HOME: &str = "FLIGHTDECK_HOME";
/// Another config file.
pub const CONFIG: &str = "FLIGHTDECK_CONFIG";
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
    let mut missing: Vec<_> = [TENANT, CLIENT]
        .into_iter()
        .filter(|name| value(env, name).is_none())
        .collect();
    if value(env, SECRET).is_none() && value(env, FEDERATED).is_none() {
        missing.push(SECRET);
    }
    missing
}
