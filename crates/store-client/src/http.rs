//! The one HTTP client builder of the program. It must not know the Store nor the blob service:
//! whoever sends a request sets that request's own time limits.

use std::{path::PathBuf, time::Duration};

use thiserror::Error;
use url::Url;

use crate::{endpoint::is_this_machine, fault};

/// A host that has not answered the connect by now is down; the sign-in must not hang longer.
const CONNECT: Duration = Duration::from_secs(20);

/// As many idle connections as an upload may ever use, so that none is opened twice.
const IDLE_PER_HOST: usize = 32;

/// Why no client could be made.
#[derive(Debug, Error)]
pub enum HttpClientError {
    /// There is nothing to check a server's certificate against.
    #[error(
        "this machine has no root certificates, so no server can be trusted: {0}. Install the package ca-certificates, or set \
         SSL_CERT_FILE to a PEM file with the certificates that are needed"
    )]
    NoRoots(String),
    /// Whatever else the HTTP library says.
    #[error("{0}; check the certificates and the proxy settings of this machine")]
    Other(reqwest::Error),
}

impl From<reqwest::Error> for HttpClientError {
    fn from(error: reqwest::Error) -> Self {
        let is_tls = fault::causes(&error)
            .iter()
            .any(|cause| cause.is::<rustls::Error>());
        if is_tls {
            Self::NoRoots(roots())
        } else {
            Self::Other(error)
        }
    }
}

/// Where the root certificates were looked for.
fn roots() -> String {
    let named: Vec<String> = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)))
        .map(|(name, path)| {
            let path = PathBuf::from(path);
            let what = match std::fs::metadata(&path) {
                Ok(_) => "which holds none that can be read".to_owned(),
                Err(error) => error.to_string(),
            };
            format!("{name} is {}, {what}", path.display())
        })
        .collect();
    if named.is_empty() {
        "there are none in /etc/ssl/certs/ca-certificates.crt nor in the other usual places"
            .to_owned()
    } else {
        named.join("; ")
    }
}

/// Makes the client for Store, sign-in and blobs: `rustls` with `ring` and the platform's roots, HTTP/1.1,
/// connect limit 20 s, and no other limit, because a package of many gigabytes may take hours.
///
/// Redirects are not followed: neither service uses them, and a signed URL or a token must not travel on.
pub fn http_client() -> Result<reqwest::Client, HttpClientError> {
    Ok(builder().build()?)
}

/// The same client for the services that belong to `store`. Where that is this machine (the simulator), no proxy is used:
/// one could not reach it, and plain http must not leave the machine. Plain http needs no root certificates either: where the
/// machine has none, the client trusts no server, and only plain http works.
pub fn http_client_for(store: &Url) -> Result<reqwest::Client, HttpClientError> {
    if !is_this_machine(store) {
        return http_client();
    }
    let client = builder().no_proxy().build();
    if client.is_err() && store.scheme() == "http" {
        return Ok(builder().no_proxy().tls_certs_only([]).build()?);
    }
    Ok(client?)
}

fn builder() -> reqwest::ClientBuilder {
    // An error here means that a provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("flightdeck/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_schemes_are_spoken() {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = nobody.local_addr().unwrap().port();
        drop(nobody);
        for scheme in ["http", "https"] {
            // An unknown scheme would fail as a builder error, before any connect.
            let error = http_client()
                .unwrap()
                .get(format!("{scheme}://127.0.0.1:{port}/"))
                .send()
                .await
                .unwrap_err();
            assert!(error.is_connect(), "{error:?}");
        }
    }
}
