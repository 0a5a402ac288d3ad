//! An account that is ready to be used: checked, with addresses that can be called. Holds no secret, only where to read it.

use super::{
    env::Env,
    error::ConfigProblem,
    file::Account,
    place::{ESCAPE, ESCAPE_REMEDY, Source},
    secret::{self, SecretError, SecretSource},
};
use secrecy::SecretString;
use std::{
    net::{Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
};
use url::{Host, Url};

/// Who signs in, where, and what is allowed. Fields are public: the demo makes one by hand.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: String,
    /// A GUID or a domain; safe in a URL path.
    pub tenant: String,
    pub client: String,
    pub credential: Credential,
    /// Commit, delete and halt ask for the product's name.
    pub protected: bool,
    /// Nothing that changes the account is sent.
    pub read_only: bool,
    pub requests_per_minute: u32,
    /// Ends without a path of ours: `https://login.microsoftonline.com/`.
    pub login: Url,
    pub store: Url,
    /// What looks odd but may be right; to be shown once.
    pub warnings: Vec<String>,
}

/// What proves the client to the sign-in service.
#[derive(Clone, Debug, PartialEq)]
pub enum Credential {
    Secret(SecretSource),
    /// A file with a signed assertion, renewed by the pipeline: read it anew for each sign-in.
    Federated(PathBuf),
}

impl Credential {
    /// The secret, or the assertion. Blocks.
    pub fn read(&self) -> Result<SecretString, SecretError> {
        match self {
            Self::Secret(source) => source.read(),
            Self::Federated(path) => secret::read_token(path),
        }
    }
}

/// What is wrong, and what to do.
type Wrong = (String, String);

fn wrong<T>(what: impl Into<String>, remedy: impl Into<String>) -> Result<T, Wrong> {
    Err((what.into(), remedy.into()))
}

const WHERE_IDS_ARE: &str = "Partner Center shows it under Account settings, User management, Microsoft Entra applications.";

fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// The examples' ids are all zeros.
fn refuse_placeholder(text: &str) -> Result<(), Wrong> {
    if uuid::Uuid::try_parse(text).is_ok_and(|id| id.is_nil()) {
        return wrong("this is still the example's id", WHERE_IDS_ARE);
    }
    Ok(())
}

/// The tenant is part of the path of the sign-in address: only a GUID or a domain may pass.
pub(super) fn check_tenant(tenant: &str) -> Result<(), Wrong> {
    refuse_placeholder(tenant)?;
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let is_domain = tenant.contains('.') && tenant.split('.').all(is_label);
    if is_guid(tenant) || is_domain {
        return Ok(());
    }
    wrong(
        "this is neither a GUID nor a domain such as contoso.onmicrosoft.com",
        WHERE_IDS_ARE,
    )
}

/// Refuses what can be no id; warns about one that is no GUID, as the service's are.
pub(super) fn check_client(client: &str) -> Result<Option<String>, Wrong> {
    refuse_placeholder(client)?;
    if client.is_empty()
        || client
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || !c.is_ascii())
    {
        return wrong("this is no application (client) id", WHERE_IDS_ARE);
    }
    // The text is not quoted: somebody may have put the secret here.
    Ok((!is_guid(client))
        .then(|| "the client id is no GUID, as those of Microsoft Entra are".to_owned()))
}

/// An address that may be called: https, or plain http towards this machine.
pub(super) fn check_endpoint(text: &str) -> Result<Url, Wrong> {
    let example = "Write it like https://manage.devcenter.microsoft.com.";
    let Ok(mut url) = Url::parse(text.trim()) else {
        return wrong("this is no web address", example);
    };
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() && address != Ipv4Addr::UNSPECIFIED,
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        None => return wrong("this web address names no host", example),
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback => {}
        "http" => {
            return wrong(
                "plain http would send the secret readable over the network; it is allowed towards this machine only",
                "Write https:// instead.",
            );
        }
        _ => return wrong("this is no https address", example),
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return wrong(
            "an address has no user, password, query or fragment here",
            example,
        );
    }
    if !url.path().ends_with('/') {
        // So that `join` keeps the path of a gateway.
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Checks a profile of the config file; paths in it are taken from the file's folder.
pub(super) fn from_account(
    name: &str,
    account: &Account,
    source: &Source,
    env: Env,
) -> Result<Profile, ConfigProblem> {
    let fault = |keys: &[&str], (what, remedy): Wrong| {
        let all: Vec<&str> = ["profiles", name].iter().chain(keys).copied().collect();
        source.fault(&all, what, remedy)
    };
    let needed = |key: &'static str, value: &Option<String>| match value.as_deref().map(str::trim) {
        Some(value) if !value.is_empty() => Ok(value.to_owned()),
        _ => Err(fault(
            &[key],
            (
                format!("the profile {name:?} needs {key}"),
                WHERE_IDS_ARE.to_owned(),
            ),
        )),
    };
    let tenant = needed("tenant_id", &account.tenant_id)?;
    check_tenant(&tenant).map_err(|wrong| fault(&["tenant_id"], wrong))?;
    let client = needed("client_id", &account.client_id)?;
    let warning = check_client(&client).map_err(|wrong| fault(&["client_id"], wrong))?;
    // `"C:\temp\new"` is read as a tab and a line end: nobody has such a path.
    let is_broken = |text: &str| text.chars().any(char::is_control);
    let broken = match (&account.client_secret, &account.federated_token_file) {
        (Some(SecretSource::File(path)), _) if is_broken(&path.to_string_lossy()) => {
            Some(secret::KEY)
        }
        (Some(SecretSource::Command(program)), _)
            if program.words.iter().any(|word| is_broken(word)) =>
        {
            Some(secret::KEY)
        }
        (_, Some(path)) if is_broken(&path.to_string_lossy()) => Some("federated_token_file"),
        _ => None,
    };
    if let Some(key) = broken {
        return Err(fault(&[key], (ESCAPE.to_owned(), ESCAPE_REMEDY.to_owned())));
    }
    let credential = match (&account.client_secret, &account.federated_token_file) {
        (Some(SecretSource::Keyring), _) => {
            let what = "reading the secret from the system's keyring is not built yet".to_owned();
            return Err(fault(&[secret::KEY], (what, secret::REMEDY.to_owned())));
        }
        (Some(SecretSource::File(path)), None) => {
            Credential::Secret(SecretSource::File(beside(path, source, env)))
        }
        (Some(place), None) => Credential::Secret(place.clone()),
        (None, Some(path)) => Credential::Federated(beside(path, source, env)),
        (Some(_), Some(_)) => {
            let what =
                "client_secret and federated_token_file are both there; only one can sign in"
                    .to_owned();
            return Err(fault(
                &["federated_token_file"],
                (what, "Take one of them out.".to_owned()),
            ));
        }
        (None, None) => {
            let what = format!("the profile {name:?} has no {}", secret::KEY);
            let remedy = format!(
                "{} In a pipeline, federated_token_file = \"path\" needs no secret.",
                secret::REMEDY
            );
            return Err(fault(&[secret::KEY], (what, remedy)));
        }
    };
    if !(1..=10_000).contains(&account.requests_per_minute) {
        let what = "this must be a number from 1 to 10000".to_owned();
        return Err(fault(
            &["requests_per_minute"],
            (what, "The service allows about 20.".to_owned()),
        ));
    }
    let url = |key: &'static str, text: &str| {
        check_endpoint(text).map_err(|wrong| fault(&["endpoints", key], wrong))
    };
    Ok(Profile {
        name: name.to_owned(),
        tenant,
        client,
        credential,
        protected: account.protected,
        read_only: account.read_only,
        requests_per_minute: account.requests_per_minute,
        login: url("login", &account.endpoints.login)?,
        store: url("store", &account.endpoints.store)?,
        warnings: warning.into_iter().collect(),
    })
}

/// A path in the config file: `~/` is the home folder, a relative one starts at the config file.
fn beside(path: &Path, source: &Source, env: Env) -> PathBuf {
    if let Ok(rest) = path.strip_prefix("~")
        && let Some(home) = env("HOME").or_else(|| env("USERPROFILE"))
    {
        return Path::new(&home).join(rest);
    }
    source
        .path
        .parent()
        .map_or_else(|| path.to_owned(), |folder| folder.join(path))
}
